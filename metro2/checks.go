package metro2

import (
	"slices"
	"strings"
	"sync"
)

// Layer says what a check looks at.
type Layer string

// The layers, from the bytes of a record outwards.
const (
	LayerForm    Layer = "form"    // the bytes of a field or record
	LayerRecord  Layer = "record"  // the values of one record
	LayerFile    Layer = "file"    // header, order, duplicates, trailer
	LayerHistory Layer = "history" // a record beside the last one of its account
)

// Check is one entry of the catalogue: one condition about one field. A rule
// that asks several conditions, or one condition of several fields, is several
// checks, and each has a test of its own.
type Check struct {
	ID     string // stable: the rule, and what tells the check from the others of the rule
	Layer  Layer
	Number string // of the field in its segment, as the guide numbers it; "" when no single field is meant
	Name   string // of the field
	Remedy string // what to do about a finding
	RuleInfo
}

// Checks lists every check, once: the rows of the tables by which files are
// read and checked, those about a sort of field as one check for each field of
// that sort. The order is that of [Rules] and [ExaminerRules].
func Checks() []Check { return slices.Clone(checkCatalogue()) }

var checkCatalogue = sync.OnceValue(func() []Check {
	var out []Check
	for _, r := range slices.Concat(Rules(), []RuleInfo{outOfOrder()}, ExaminerRules()) {
		for _, row := range r.everyField() {
			out = append(out, row.check())
		}
	}
	return out
})

// outOfOrder is a row that only a validator meets that is told of an order.
func outOfOrder() RuleInfo {
	return withNotes([]RuleInfo{{
		ID: "X01", Severity: Error, Segment: baseLayout.name, Field: "account_number", Sentence: saysOutOfOrder, part: "order",
	}})[0]
}

// fieldSorts are the rows that hold for every field of a sort. A number that is
// blank, a text in lower case and the like are one check whatever the field: the
// reader repairs them alike.
var fieldSorts = map[string]func(segment string, f *FieldInfo) bool{
	"F03 " + saysConstant:  func(_ string, f *FieldInfo) bool { return f.Key == "processing_ind" },
	"F04 " + saysNotDigits: func(_ string, f *FieldInfo) bool { return f.numeric() },
	"F05 " + saysNotADate:  func(_ string, f *FieldInfo) bool { return f.Type == kindDate.String() },
	"F05 " + saysNotATime:  func(_ string, f *FieldInfo) bool { return f.Type == kindTimestamp.String() },
	"F06 " + saysCharacter: func(segment string, f *FieldInfo) bool {
		return f.Type == kindText.String() && f.Codes == nil && f.Key != historyKey &&
			segment != headerLayout.name && segment != trailerLayout.name
	},
	"F08 " + saysReserved:   func(_ string, f *FieldInfo) bool { return f.Type == kindReserved.String() },
	"T01 " + saysWrongTotal: func(segment string, f *FieldInfo) bool { return segment == trailerLayout.name && f.numeric() },
}

const historyKey = "payment_history"

func (f *FieldInfo) numeric() bool {
	return slices.Contains([]string{kindDate.String(), kindTimestamp.String(), kindDollars.String(), kindNumber.String()}, f.Type)
}

// everyField returns a row for each field that a row is about. What is wrong
// with an associated consumer is a finding of a J1 or of a J2 segment.
func (r RuleInfo) everyField() []RuleInfo {
	if r.ID == "J01" {
		other := r
		if other.Segment = j1Layout.name; positionOf(other.Segment, r.Field) > 0 {
			return []RuleInfo{other, r}
		}
		return []RuleInfo{r}
	}
	wanted := fieldSorts[r.ID+" "+r.Sentence]
	if wanted == nil || r.Field != "" {
		return []RuleInfo{r}
	}
	var out []RuleInfo
	for _, l := range Layouts() {
		for i := range l.Fields {
			f := &l.Fields[i]
			if !wanted(l.Name, f) || r.ID == "T01" && f.Key == blockCountKey {
				continue
			}
			row := r
			row.Segment, row.Field = l.Name, f.Key
			out = append(out, row)
		}
	}
	if r.ID == "F06" { // in a code it is one check: the code is in no table, either
		r.part = "code"
		out = append(out, r)
	}
	return out
}

const blockCountKey = "block_count"

func (r RuleInfo) check() Check {
	c := Check{ID: r.checkID(), Layer: r.layer(), Remedy: remedyOf(r.ID), RuleInfo: r}
	for _, l := range Layouts() {
		if l.Name != r.Segment {
			continue
		}
		for _, f := range l.Fields {
			if f.Key == r.Field {
				c.Number, c.Name = f.Num, f.Name
			}
		}
	}
	return c
}

// checkID names a row: that of the examiner's tool as it is, another one by its
// rule and its field or part.
func (r RuleInfo) checkID() string {
	if strings.Contains(r.ID, "-") {
		return r.ID
	}
	words := []string{r.ID}
	if strings.Contains("F02 F03 F04 F05 F06 F08 T01 J01", r.ID) && oneOf(r.Segment, "header j1 j2 k1 k2 k3 k4 l1 n1 trailer") {
		words = append(words, r.Segment)
	}
	switch {
	case r.part != "":
		words = append(words, r.part)
	case r.Field != "":
		words = append(words, r.Field)
	}
	return strings.Join(words, ".")
}

func (r RuleInfo) layer() Layer {
	switch {
	case r.ID == "F02", r.ID == "T01", r.ID == "X01":
		return LayerFile
	case r.ID[0] == 'F':
		return LayerForm
	case r.ID[0] == 'X', r.ID == "H16", r.ID == "H15" && strings.HasPrefix(r.part, "PROG-"),
		strings.HasPrefix(r.ID, "PHP-"), strings.HasPrefix(r.ID, "PROG-"):
		return LayerHistory
	}
	return LayerRecord
}

// Check returns the id of the check that made a finding; see [Checks].
func (f *Finding) Check() string {
	index := checkIndex()
	for says := f.Message; ; {
		for _, place := range [...][2]string{{f.Segment, f.Field}, {f.Segment, ""}, {"", f.Field}, {"", ""}} {
			if id, known := index[checkKey{f.Rule, f.Severity, place[0], place[1], says}]; known {
				return id
			}
		}
		end := strings.LastIndex(says, ": ") // behind it stand the numbers of this file
		if end < 0 {
			return f.Rule
		}
		says = says[:end]
	}
}

type checkKey struct {
	rule           string
	severity       Severity
	segment, field string
	says           string
}

var checkIndex = sync.OnceValue(func() map[checkKey]string {
	out := map[checkKey]string{}
	for _, c := range checkCatalogue() {
		field := c.Field
		if c.Segment == wholeRecord { // a finding of a whole record names no field
			field = ""
		}
		out[checkKey{c.RuleInfo.ID, c.Severity, c.Segment, field, c.Sentence}] = c.ID
	}
	return out
})
