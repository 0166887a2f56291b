package metro2

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

// Summary counts what a validation has seen and found.
type Summary struct {
	Records  int // all records of the file, header and trailer included
	Errors   int
	Warnings int
	Totals   Totals // recount of the data records
}

// Validate reads a whole file and calls each for every finding, in the order of
// the file. It stops at an error of the reader or of each, and returns it. The
// reporting period is taken to be the month up to the most recent update that
// the header names; a [Validator] takes another one.
func Validate(r io.Reader, each func(Finding) error) (Summary, error) {
	reader, v := NewReader(r), NewValidator(CheckEnv{})
	var findings []Finding
	emit := func() error {
		for _, f := range findings {
			if err := each(f); err != nil {
				return fmt.Errorf("metro2: report a finding: %w", err)
			}
		}
		return nil
	}
	for {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return v.Summary(), err
		}
		findings = v.Check(item, findings[:0])
		if err := emit(); err != nil {
			return v.Summary(), err
		}
	}
	findings = v.Finish(findings[:0])
	return v.Summary(), emit()
}

// Validator checks a file record by record: each record by [CheckRecord], the
// order of the records, duplicates, and at the end the counters of the trailer.
// It remembers about 30 bytes of each account and nothing else, unless History or
// AccountOrder is asked for. Fields are set before the first record.
type Validator struct {
	// Examiner asks for the checks of [CheckExaminer] as well.
	Examiner bool
	// History asks for the rules that compare a record with the last one of its
	// account: several monthly files, oldest first, with NextFile between them.
	// It takes less than 200 bytes for each account, none of them a personal value.
	History bool
	// AccountOrder holds that the records stand in the order of their account
	// numbers, byte by byte. Duplicates are neighbours then, and no account is
	// remembered; a record out of order is an error. Without History only.
	AccountOrder bool
	// Earlier are files of earlier months: each record is compared with the newest
	// one of its account there. With AccountOrder only.
	Earlier *Earlier

	before   neighbour
	given    CheckEnv // what the caller knows about every file
	env      CheckEnv // with what the header of the present one says
	past     *accountHistory
	month    Date // of the header's most recent update
	accounts accountSet
	summary  Summary
	last     Kind // of the last record
	headers  int
	length   int // of the first header, by its descriptor word; 0 when that is wrong
	trailers int
	trailer  Trailer
	atRecord int // number of the trailer record
}

// neighbour is the account of the last record.
type neighbour struct {
	account string
	record  int
}

// NewValidator returns a Validator. env need not say that records are decoded.
func NewValidator(env CheckEnv) *Validator {
	env.Decoded = true
	return &Validator{given: env, env: env, accounts: newAccountSet()}
}

// NextFile goes on to another file after Finish: order, duplicates, counters and
// summary begin anew, and with History the accounts of all files before remain.
func (v *Validator) NextFile() {
	v.env, v.summary, v.last = v.given, Summary{}, KindUnknown
	v.month, v.headers, v.length, v.trailers, v.trailer, v.atRecord = 0, 0, 0, 0, Trailer{}, 0
	v.before = neighbour{}
	v.accounts.seen.clear()
	if v.past != nil {
		v.past.file++
	}
}

const (
	duplicateFirstSeen = "%s: record %d"
	wrongTotalCounts   = "%s: the trailer says %d, the file holds %d"
)

// Check returns findings extended by those about one record, the problems of
// the item included.
func (v *Validator) Check(item *Item, findings []Finding) []Finding {
	first := len(findings)
	v.summary.Records++
	findings = append(findings, item.Problems...)
	findings = v.checkOrder(item, findings)
	switch item.Kind {
	case KindHeader:
		findings = checkHeader(item.Header, v.headers == 1, findings)
		if v.headers == 1 {
			v.learn(item)
		}
		v.month = item.Header.ActivityDate
	case KindTrailer:
		v.trailer, v.atRecord = *item.Trailer, item.RecordNo
		findings = v.checkTrailerLength(item, findings)
	case KindData:
		v.summary.Totals.Add(item.Record)
		v.summary.Totals.addRepeated(item.Problems)
		findings = CheckRecord(item.Record, v.env, findings)
		if v.Examiner {
			findings = CheckExaminer(item.Record, v.env, findings)
		}
		if v.History {
			findings = v.checkHistory(item, findings)
		} else {
			findings = v.checkDuplicate(item, findings)
		}
		if v.Earlier != nil {
			findings = v.Earlier.check(item.Record, v.month, v.env, v.Examiner, findings)
		}
	}
	v.last = item.Kind
	return v.close(item.RecordNo, findings, first)
}

// learn takes from the first header what the caller has not said.
func (v *Validator) learn(item *Item) {
	h := item.Header
	if v.env.Created == 0 {
		v.env.Created = h.DateCreated
	}
	if v.env.Activity == 0 {
		v.env.Activity = h.ActivityDate
	}
	if v.env.PeriodStart == 0 && v.env.PeriodEnd == 0 && h.ActivityDate.Valid() {
		v.env.PeriodStart, v.env.PeriodEnd = periodUpTo(h.ActivityDate), h.ActivityDate
	}
	if !slices.ContainsFunc(item.Problems, isWrongLength) {
		v.length = item.RDW
	}
}

// isWrongLength says that a record's descriptor word cannot be trusted.
func isWrongLength(f Finding) bool { return f.Rule == "F01" && f.Severity == Error }

// checkTrailerLength compares header and trailer, which are padded alike in
// fixed-length files and not at all in others.
func (v *Validator) checkTrailerLength(item *Item, findings []Finding) []Finding {
	if v.length == 0 || item.RDW == v.length {
		return findings
	}
	return append(findings, Finding{
		Segment: trailerLayout.name, Field: "rdw", Position: 1, Rule: "F02", Severity: Error, Message: saysTrailerLength,
	})
}

// Finish returns findings extended by those that only the end of a file shows.
func (v *Validator) Finish(findings []Finding) []Finding {
	first := len(findings)
	switch {
	case v.summary.Records == 0:
		findings = append(findings, fileFinding("F02", Error, saysEmptyFile))
	case v.trailers == 0:
		findings = append(findings, fileFinding("F02", Error, saysNoTrailer))
	default:
		findings = v.checkTotals(findings)
	}
	return v.close(v.atRecord, findings, first)
}

// Summary returns the counts so far.
func (v *Validator) Summary() Summary { return v.summary }

// close numbers the findings from first on and counts them.
func (v *Validator) close(record int, findings []Finding, first int) []Finding {
	for i := first; i < len(findings); i++ {
		findings[i].Record = record
		if findings[i].Severity == Error {
			v.summary.Errors++
		} else {
			v.summary.Warnings++
		}
	}
	return findings
}

func fileFinding(rule string, severity Severity, says string) Finding {
	return Finding{Segment: wholeFile, Rule: rule, Severity: severity, Message: says}
}

func (v *Validator) checkOrder(item *Item, findings []Finding) []Finding {
	say := func(severity Severity, says string) {
		findings = append(findings, fileFinding("F02", severity, says))
	}
	if v.summary.Records == 1 && item.Kind != KindHeader {
		say(Error, saysNoHeader)
	}
	switch item.Kind {
	case KindHeader:
		v.headers++
		if v.headers > 1 {
			say(Warning, saysSecondHeader)
		}
	case KindTrailer:
		v.trailers++
		if v.trailers > 1 {
			say(Error, saysManyTrailers)
		}
	default:
		if v.last == KindTrailer {
			say(Error, saysAfterTrailer)
		}
	}
	return findings
}

func (v *Validator) checkDuplicate(item *Item, findings []Finding) []Finding {
	b := &item.Record.Base
	if v.AccountOrder {
		return v.checkNeighbour(neighbour{b.AccountNumber, item.RecordNo}, findings)
	}
	earlier := v.accounts.add(b.IdentificationNumber, b.AccountNumber, item.RecordNo)
	if earlier == 0 {
		return findings
	}
	return append(findings, duplicateOf(earlier))
}

// checkNeighbour is checkDuplicate for a file in account order.
func (v *Validator) checkNeighbour(now neighbour, findings []Finding) []Finding {
	switch {
	case v.before.record == 0 || now.account > v.before.account:
		v.before = now
	case now.account == v.before.account:
		findings = append(findings, duplicateOf(v.before.record))
	default:
		findings = append(findings, Finding{
			Segment: baseLayout.name, Field: "account_number", Position: baseLayout.position("account_number"),
			Rule: "X01", Severity: Error, Message: saysOutOfOrder,
		})
	}
	return findings
}

func duplicateOf(first int) Finding {
	return Finding{
		Segment: baseLayout.name, Field: "account_number", Position: baseLayout.position("account_number"),
		Rule: "X01", Severity: Error, Message: fmt.Sprintf(duplicateFirstSeen, saysDuplicate, first),
	}
}

// checkHistory finds duplicates, too: the table of all accounts knows them.
func (v *Validator) checkHistory(item *Item, findings []Finding) []Finding {
	if v.past == nil {
		v.past = newHistory()
	}
	v.past.month = v.month
	return v.past.check(item.Record, item.RecordNo, v.env, v.Examiner, findings)
}

// checkTotals compares the counters of the trailer with the recount, row by row
// of the trailer table.
func (v *Validator) checkTotals(findings []Finding) []Finding {
	recount := v.summary.Totals.Trailer
	for _, s := range trailerLayout.plans[Character].steps {
		if !s.hasValue() {
			continue
		}
		severity := Error
		said, counted := *at[Number](&v.trailer, s.offset), *at[Number](&recount, s.offset)
		if s.field.recount == nil { // the block count: zero and records + 2 are both in use
			severity, counted = Warning, Number(v.summary.Records)
			if said == 0 {
				continue
			}
		}
		if said != counted {
			findings = append(findings, Finding{
				Segment: trailerLayout.name, Field: s.field.Key, Position: s.field.position,
				Rule: "T01", Severity: severity, Message: fmt.Sprintf(wrongTotalCounts, saysWrongTotal, said, counted),
			})
		}
	}
	return findings
}
