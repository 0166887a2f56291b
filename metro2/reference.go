package metro2

// RuleInfo describes one rule row for people.
type RuleInfo struct {
	ID       string
	Severity Severity
	Segment  string // layout name, "record" or "file"; "" for all
	Field    string // key, "" when no single field is meant
	Sentence string
}

// Rules lists all rules in the order in which a record meets them: what
// decoding reports, the values of single fields, the account, the consumers,
// the other segments, the file, the files before.
func Rules() []RuleInfo {
	out := append([]RuleInfo(nil), formatRules...)
	for _, r := range accountRules {
		out = append(out, RuleInfo{r.id, r.severity, r.segment, r.field, r.sentence})
	}
	for _, r := range consumerRules {
		out = append(out, RuleInfo{r.id, r.severity, baseLayout.name, r.field, r.sentence})
	}
	for _, r := range consumerRules {
		if r.baseOnly {
			continue
		}
		out = append(out, RuleInfo{"J01", r.severity, j2Layout.name, r.field, r.sentence})
	}
	for _, r := range segmentRules {
		out = append(out, RuleInfo{r.id, r.severity, r.segment, r.field, r.sentence})
	}
	out = append(out, fileRules...)
	for _, r := range historyRules {
		out = append(out, RuleInfo{r.id, r.severity, r.segment, r.field, r.sentence})
	}
	return out
}

// formatRules are applied by the reader, the decoder and the value checks.
var formatRules = []RuleInfo{
	{"F01", Error, wholeRecord, "rdw", saysWrongRDW},
	{"F01", Error, wholeRecord, "rdw", saysBadRDW},
	{"F01", Error, wholeRecord, "rdw", saysMissingRDW},
	{"F01", Error, wholeRecord, "", saysRecordCut},
	{"F01", Error, wholeRecord, "", saysSegmentCut},
	{"F01", Error, wholeRecord, "", saysTail},
	{"F01", Error, wholeRecord, "", saysLost},
	{"F01", Error, wholeRecord, "", saysBlock},
	{"F01", Error, wholeRecord, "", saysLongLine},
	{"F01", Error, "", "", saysTooLong},
	{"F01", Warning, wholeRecord, "", saysStripped},
	{"F01", Warning, wholeRecord, "", saysPadding},
	{"F03", Error, "", "", saysConstant},
	{"F03", Error, wholeRecord, "", saysNoRecord},
	{"F04", Error, "", "", saysNotDigits},
	{"F04", Error, "", "", saysNegative},
	{"F04", Warning, "", "", saysBlankNumber},
	{"F04", Warning, "", "", saysPackedSign},
	{"F05", Error, "", "", saysNotADate},
	{"F05", Error, "", "", saysNotATime},
	{"F06", Error, "", "", saysNotASCII},
	{"F06", Warning, "", "", saysLowerCase},
	{"F06", Warning, "", "", saysIndented},
	{"F06", Warning, "", "", saysCharacter},
	{"F07", Error, wholeRecord, "", saysUnknownID},
	{"F07", Warning, wholeRecord, "", saysPlaceholder},
	{"F07", Warning, wholeRecord, "", saysOrder},
	{"F07", Warning, "", "", saysRepeated},
	{"F08", Warning, "", "", saysReserved},
}

// fileRules are applied by the [Validator].
var fileRules = []RuleInfo{
	{"F02", Error, wholeFile, "", saysEmptyFile},
	{"F02", Error, wholeFile, "", saysNoHeader},
	{"F02", Error, wholeFile, "", saysNoTrailer},
	{"F02", Error, wholeFile, "", saysManyTrailers},
	{"F02", Error, wholeFile, "", saysAfterTrailer},
	{"F02", Warning, wholeFile, "", saysSecondHeader},
	{"F02", Warning, wholeFile, "", saysNoCreated},
	{"T01", Error, "trailer", "", saysWrongTotal},
	{"T01", Warning, "trailer", "block_count", saysWrongTotal},
	{"X01", Error, "base", "account_number", saysDuplicate},
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
