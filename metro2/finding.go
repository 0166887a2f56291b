package metro2

import "fmt"

// Severity grades a finding.
type Severity uint8

const (
	// Warning marks what a bureau takes but a person should look at.
	Warning Severity = iota + 1
	// Error marks what a bureau is known to refuse or what is plainly wrong.
	Error
)

// String returns "warning" or "error".
func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// Finding is one fault of a record or file. It says where and by which rule,
// and never holds a value that identifies a person.
type Finding struct {
	Record   int    // 1-based number of the record in its file, 0 when unknown
	Segment  string // layout name: "base", "j1" ... "n1", "header", "trailer"; "record" or "file" as a whole
	Index    int    // 1-based number of a repeated J1 or J2 segment, else 0
	Field    string // key of the field, "" when no single field is at fault
	Position int    // 1-based position of the field in its segment, character form; in the record when Segment is "record"; 0 when there is none
	Rule     string // stable id, see [Rules]
	Severity Severity
	Message  string // one plain sentence
}

// Problem is a finding that decoding makes: bytes that do not say what a field
// should hold. A record without problems encodes to the very bytes it came from.
type Problem = Finding

// String puts the finding in one line.
func (f Finding) String() string {
	segment := f.Segment
	if f.Index > 0 {
		segment = fmt.Sprintf("%s[%d]", segment, f.Index)
	}
	if f.Field != "" {
		segment += "." + f.Field
	}
	return fmt.Sprintf("record %d: %s: position %d: %s %s: %s", f.Record, segment, f.Position, f.Severity, f.Rule, f.Message)
}
