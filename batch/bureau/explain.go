package bureau

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// Stored is what was kept of a tradeline to explain its record (BR6).
type Stored struct {
	Rule      string          // that decided its status
	Facts     json.RawMessage // that it went by
	Consumers string          // whom it told of, empty: just what the loan says
}

// Explained is a field of a record with the rules that gave its value.
type Explained struct {
	metro2.FieldValue
	Mapping *Mapping          // nil: the nights do not write the field
	Rules   []Ruled           // those that applied, the deciding one first
	Facts   map[string]string // that the value goes by
}

// From returns the columns that the value comes from, or fromBefore for the tradeline before it.
func (e *Explained) From() []string {
	if e.Mapping == nil {
		return nil
	}
	if len(e.Rules) > 0 && e.Rules[0].From != nil {
		return e.Rules[0].From
	}
	return e.Mapping.Sources
}

// Case returns the id of the case behind the rule that decided, empty for none.
func (e *Explained) Case() string {
	if len(e.Rules) == 0 {
		return ""
	}
	for key, v := range e.Facts {
		if rule, id, _ := strings.Cut(v, " "); rule == e.Rules[0].ID && strings.HasPrefix(key, rules.FactCase) {
			return id
		}
	}
	return ""
}

// fromCorrection begins a source that is a correction; its number follows.
const fromCorrection = "correction "

// FromCorrection reports whether a source is a correction.
func FromCorrection(source string) bool { return strings.HasPrefix(source, fromCorrection) }

// FromBefore reports whether one of the sources that From returns is the tradeline before this one.
func FromBefore(source string) bool { return source == fromBefore }

// Explain explains each field of a record from what was stored with its tradeline. Nothing is decided again. With unmask it shows
// what identifies a person.
func Explain(record []byte, stored Stored, unmask bool) ([]Explained, error) {
	reader := metro2.NewReader(bytes.NewReader(record))
	if _, err := reader.Next(); err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	facts := factValues(stored.Facts)
	fields := reader.Explain(unmask)
	known := told{"rule": stored.Rule}
	for key, v := range facts {
		known[key] = v
	}
	for _, f := range fields {
		if f.Segment == segmentBase {
			known[f.Key] = f.Value
		} else {
			known[f.Segment+"."+f.Key] = f.Value
		}
	}
	var persons rules.FurnishedConsumers
	if err := persons.Scan(stored.Consumers); err != nil {
		return nil, err
	}
	list := make([]Explained, len(fields))
	for i, f := range fields {
		list[i] = known.explain(f, facts, consumerFacts(facts, persons, f.Segment, f.Index))
	}
	return list, nil
}

const segmentBase = "base" // the layout of the base segment

// explain joins a field with its rules and facts; consumer are the facts of the consumer in the field's segment.
func (t told) explain(f metro2.FieldValue, facts, consumer map[string]string) Explained {
	e := Explained{FieldValue: f, Facts: map[string]string{}}
	if e.Mapping = MappingOf(f.Segment, f.Key); e.Mapping == nil {
		return e
	}
	t["value"], t["case_consumer"] = f.Value, ""
	for _, v := range consumer {
		t["case_consumer"] = v
	}
	for _, key := range e.Mapping.Facts {
		if key == consumerFact {
			for k, v := range consumer {
				e.Facts[k] = v
			}
		} else if v, there := facts[key]; there {
			e.Facts[key] = v
		}
	}
	e.Rules = t.applied(e.Mapping.Rules)
	ruled := func(r Ruled) bool { return r.ID == t["rule"] }
	if f.Segment == segmentBase && f.Key == "account_status" && !slices.ContainsFunc(e.Rules, ruled) && t["rule"] != "" {
		e.Rules = slices.Insert(e.Rules, 0, Ruled{ID: t["rule"]})
	}
	if said := facts[rules.FactCorrection+f.Key]; f.Segment == segmentBase && said != "" {
		e.Facts[rules.FactCorrection+f.Key] = said
		e.correct(said)
	}
	return e
}

// correct adds the rule of corrections: first where the corrected value replaced the decided one, else last (BR9).
func (e *Explained) correct(said string) {
	rule, rest, _ := strings.Cut(said, " ")
	id, became, _ := strings.Cut(rest, " ")
	if strings.HasPrefix(became, "in place of ") {
		e.Rules = slices.Insert(e.Rules, 0, Ruled{rule, "", "a person corrected it", []string{fromCorrection + id}})
		return
	}
	e.Rules = append(e.Rules, Ruled{ID: rule, Says: "a person corrected it before"})
}

// consumerFact begins the keys of the facts that say what a case changed of a consumer; the position follows.
const consumerFact = rules.FactCase + "consumer_"

// consumerFacts returns the facts of the consumer in a segment. A tradeline of which cases changed nothing of any consumer has none.
func consumerFacts(facts map[string]string, persons rules.FurnishedConsumers, segment string, index int) map[string]string {
	own := map[string]string{}
	count := 0
	for i := range persons {
		if string(persons[i].Segment) != segment {
			continue
		}
		if count++; count != max(1, index) {
			continue
		}
		key := consumerFact + strconv.Itoa(persons[i].Position)
		if v, there := facts[key]; there {
			own[key] = v
		}
	}
	return own
}

// factValues are facts as text by key.
func factValues(facts json.RawMessage) map[string]string {
	var values map[string]any
	d := json.NewDecoder(bytes.NewReader(facts))
	d.UseNumber()
	out := map[string]string{}
	if d.Decode(&values) == nil {
		for key, v := range values {
			out[key] = strings.TrimSpace(fmt.Sprint(v))
		}
	}
	return out
}
