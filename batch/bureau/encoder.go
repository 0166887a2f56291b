package bureau

import (
	"errors"
	"fmt"
	"strings"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// Encoder makes the records of a file. It reuses what it needs for one, so that a record costs next to no memory: each
// worker has its own.
type Encoder struct {
	checker
	byCycle        bool
	identification string
	record         metro2.Record
	appended       appended
}

// NewEncoder returns an encoder of a file's records.
func NewEncoder(f Building) *Encoder {
	return &Encoder{
		checker: checker{env: checkEnv(f)}, byCycle: f.Calendar.ByCycle(),
		identification: strings.ToUpper(f.IdentificationNumber),
	}
}

// Append appends the record of a loan to dst, in character form without a line end, reads it back from its bytes and
// checks it against every rule for a single record. The consumers are those that the tradeline has placed, in its order. What
// fails is a *rules.Undecidable, with dst as it was: that loan is quarantined, the file goes on.
func (e *Encoder) Append(dst []byte, t Terms, r *rules.Tradeline, consumers []book.Consumer) ([]byte, error) {
	out, err := e.draft(dst, t, r, consumers)
	if err == nil {
		err = e.valid(out[len(dst):])
	}
	if err != nil {
		return dst, err
	}
	return out, nil
}

// draft is Append without the checks.
func (e *Encoder) draft(dst []byte, t Terms, r *rules.Tradeline, consumers []book.Consumer) ([]byte, error) {
	e.fill(&t, r, consumers)
	out, err := metro2.AppendRecord(dst, &e.record, metro2.Character)
	if err != nil {
		var field *metro2.FieldError
		if errors.As(err, &field) {
			return dst, &rules.Undecidable{Code: rules.CodeBadRecord, Detail: err.Error()}
		}
		return dst, err
	}
	return out, nil
}

// valid returns a *rules.Undecidable for a record in which a rule finds an error.
func (e *Encoder) valid(encoded []byte) error {
	if wrong := e.check(encoded); wrong != "" {
		return &rules.Undecidable{Code: rules.CodeBadRecord, Detail: wrong}
	}
	return nil
}

// fill makes the record of its parts.
func (e *Encoder) fill(t *Terms, r *rules.Tradeline, consumers []book.Consumer) {
	b := &e.record.Base
	b.IdentificationNumber = e.identification
	if e.byCycle {
		b.CycleID = t.CycleID
	}
	setAccount(b, t, r)
	e.setSegments(r.Segments)
	e.record.J1, e.record.J2 = e.record.J1[:0], e.record.J2[:0]
	for i := range r.Placed {
		said := &r.Placed[i]
		if said.Segment == rules.LeftOut {
			continue
		}
		who := folded(&consumers[i])
		who.ECOACode, who.ConsumerInfo = said.ECOA, said.CII
		switch said.Segment {
		case rules.SegmentBase:
			setConsumer(b, &who)
			e.setEmployer(&consumers[i].Employer)
		case rules.SegmentJ1:
			e.record.J1 = append(e.record.J1, withoutAddress(&who))
		default:
			e.record.J2 = append(e.record.J2, who)
		}
	}
}

// checker reads encoded records and checks them, one after the other.
type checker struct {
	env      metro2.CheckEnv
	decoded  metro2.Record
	findings []metro2.Finding
}

func checkEnv(f Building) metro2.CheckEnv {
	return metro2.CheckEnv{
		Created: date(f.CreatedOn), PeriodStart: date(f.PreviousOn + 1), PeriodEnd: date(f.AsOf), Decoded: true,
	}
}

// check says which errors a record has: the first one in full and how many more; empty: none.
func (c *checker) check(encoded []byte) string {
	c.findings = metro2.DecodeRecord(encoded, metro2.Character, &c.decoded, c.findings[:0])
	c.findings = metro2.CheckRecord(&c.decoded, c.env, c.findings)
	wrong, more := "", 0
	for _, finding := range c.findings {
		switch {
		case finding.Severity != metro2.Error:
		case wrong == "":
			wrong = fmt.Sprintf("%s %s.%s: %s", finding.Rule, finding.Segment, finding.Field, finding.Message)
		default:
			more++
		}
	}
	if more > 0 {
		wrong += fmt.Sprintf(" (and %d more)", more)
	}
	return wrong
}
