package metro2

import "strings"

// RuleInfo describes one rule row for people.
type RuleInfo struct {
	ID       string
	Severity Severity
	Segment  string // layout name, "record" or "file"; "" for all
	Field    string // key of the field that a finding shows, "" when no single field is meant
	Sentence string
	Also     []string // ids of other rules that report the same defect

	RuleNote

	part string // names the row among those of its rule; "" for its field
}

// RuleNote is what all rows of a rule have in common.
type RuleNote struct {
	Fields string // keys of the fields that decide, blanks between; of the base segment unless "k4.balloon_amount"
	Why    string // why it matters, a sentence
	Source string // where the rule comes from
}

// Rules lists all rules in the order in which a record meets them: what
// decoding reports, the values of single fields, the account, the consumers,
// the other segments, what an examiner would ask, the file, the files before.
func Rules() []RuleInfo {
	out := append([]RuleInfo(nil), formatRules...)
	for i := range accountRules {
		out = append(out, accountRules[i].info())
	}
	for _, r := range consumerRules {
		out = append(out, RuleInfo{ID: r.id, Severity: r.severity, Segment: baseLayout.name, Field: r.field, Sentence: r.sentence, part: r.part})
	}
	for _, r := range consumerRules {
		if r.baseOnly {
			continue
		}
		out = append(out, RuleInfo{ID: "J01", Severity: r.severity, Segment: j2Layout.name, Field: r.field, Sentence: r.sentence, part: r.part})
	}
	for _, table := range [][]rule{segmentRules, questionRules} {
		for i := range table {
			out = append(out, table[i].info())
		}
	}
	out = append(out, fileRules...)
	for _, r := range headerRules {
		out = append(out, RuleInfo{ID: "F02", Severity: Warning, Segment: headerLayout.name, Field: r.field, Sentence: r.sentence, part: r.part})
	}
	for i := range historyRules {
		out = append(out, historyRules[i].info())
	}
	return withNotes(out)
}

func (r *rule) info() RuleInfo {
	return RuleInfo{ID: r.id, Severity: r.severity, Segment: r.segment, Field: r.field, Sentence: r.sentence, Also: strings.Fields(r.also), part: r.part}
}

func withNotes(rules []RuleInfo) []RuleInfo {
	for i := range rules {
		rules[i].RuleNote = noteOf(rules[i].ID)
	}
	return rules
}

// formatRules are applied by the reader, the decoder and the value checks.
var formatRules = []RuleInfo{
	{ID: "F01", Severity: Error, Segment: wholeRecord, Field: "rdw", Sentence: saysWrongRDW, part: "differs"},
	{ID: "F01", Severity: Error, Segment: wholeRecord, Field: "rdw", Sentence: saysBadRDW, part: "unreadable"},
	{ID: "F01", Severity: Error, Segment: wholeRecord, Field: "rdw", Sentence: saysMissingRDW, part: "missing"},
	{ID: "F01", Severity: Error, Segment: wholeRecord, Sentence: saysRecordCut, part: "record-cut"},
	{ID: "F01", Severity: Error, Segment: wholeRecord, Sentence: saysSegmentCut, part: "segment-cut"},
	{ID: "F01", Severity: Error, Segment: wholeRecord, Sentence: saysTail, part: "tail"},
	{ID: "F01", Severity: Error, Segment: wholeRecord, Sentence: saysLost, part: "lost"},
	{ID: "F01", Severity: Error, Segment: wholeRecord, Sentence: saysBlock, part: "block"},
	{ID: "F01", Severity: Error, Segment: wholeRecord, Sentence: saysLongLine, part: "long-line"},
	{ID: "F01", Severity: Error, Sentence: saysTooLong, part: "too-long"},
	{ID: "F01", Severity: Warning, Segment: wholeRecord, Sentence: saysStripped, part: "stripped"},
	{ID: "F01", Severity: Warning, Segment: wholeRecord, Sentence: saysPadding, part: "padding"},
	{ID: "F01", Severity: Warning, Segment: wholeRecord, Sentence: saysMark, part: "mark"},
	{ID: "F01", Severity: Warning, Segment: wholeRecord, Sentence: saysFilling, part: "filling"},
	{ID: "F03", Severity: Error, Sentence: saysConstant},
	{ID: "F03", Severity: Error, Segment: wholeRecord, Sentence: saysNoRecord, part: "no-record"},
	{ID: "F04", Severity: Error, Sentence: saysNotDigits},
	{ID: "F04", Severity: Error, Sentence: saysNegative, part: "range"},
	{ID: "F04", Severity: Warning, Sentence: saysBlankNumber, part: "blank"},
	{ID: "F04", Severity: Warning, Sentence: saysPackedSign, part: "sign"},
	{ID: "F05", Severity: Error, Sentence: saysNotADate},
	{ID: "F05", Severity: Error, Sentence: saysNotATime},
	{ID: "F06", Severity: Error, Sentence: saysNotASCII, part: "ascii"},
	{ID: "F06", Severity: Warning, Sentence: saysLowerCase, part: "lower-case"},
	{ID: "F06", Severity: Warning, Sentence: saysIndented, part: "indented"},
	{ID: "F06", Severity: Warning, Sentence: saysCharacter},
	{ID: "F07", Severity: Error, Segment: wholeRecord, Sentence: saysUnknownID, part: "unknown"},
	{ID: "F07", Severity: Warning, Segment: wholeRecord, Sentence: saysPlaceholder, part: "unused"},
	{ID: "F07", Severity: Warning, Segment: wholeRecord, Sentence: saysOrder, part: "order"},
	{ID: "F07", Severity: Warning, Sentence: saysRepeated, part: "repeated"},
	{ID: "F08", Severity: Warning, Sentence: saysReserved},
}

// FieldInfo describes one field of a layout for people: the row of the table
// with the positions that follow from it.
type FieldInfo struct {
	Num, Key, Name string
	Type           string // "text", "date", "time stamp", "amount", "number", "constant", "reserved" or "length"
	Start, Width   int    // in character form, Start 1-based
	PackedStart    int    // in packed form
	PackedWidth    int
	Need           Need
	Mask           bool // identifies a person
	Codes          *CodeTable
	Fixed, Help    string
}

// LayoutInfo describes one layout.
type LayoutInfo struct {
	Name       string // "header", "base", "j1" ... "n1", "trailer"
	Size       int    // in character form
	PackedSize int
	Fields     []FieldInfo
}

// Layouts returns all layouts in the order of a file, with their fields in the
// order of the record.
func Layouts() []LayoutInfo {
	return []LayoutInfo{
		headerLayout.info(), baseLayout.info(), j1Layout.info(), j2Layout.info(),
		k1Layout.info(), k2Layout.info(), k3Layout.info(), k4Layout.info(),
		l1Layout.info(), n1Layout.info(), trailerLayout.info(),
	}
}

func (l *Layout[T]) info() LayoutInfo {
	out := LayoutInfo{Name: l.name, Size: l.Size(Character), PackedSize: l.Size(Packed)}
	for i, s := range l.plans[Character].steps {
		f, packed := s.field, l.plans[Packed].steps[i]
		out.Fields = append(out.Fields, FieldInfo{
			Num: f.Num, Key: f.Key, Name: f.Name, Type: s.kind.String(),
			Start: int(s.start) + 1, Width: f.Width,
			PackedStart: int(packed.start) + 1, PackedWidth: int(packed.end - packed.start),
			Need: f.Need, Mask: f.Mask, Codes: f.Codes, Fixed: f.Fixed, Help: f.Help,
		})
	}
	return out
}

// String returns the type of a field as people read it.
func (k kind) String() string {
	return [...]string{"text", "text", "date", "time stamp", "amount", "number", "constant", "reserved", "length"}[k]
}
