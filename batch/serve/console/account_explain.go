package console

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/rules"
)

// Explanation is why a file told what it told of a loan, or left it out.
type Explanation struct {
	LoanID  string
	Account string         // masked
	File    *ExplainedFile // nil: no file has told of it yet
	LeftOut *ExplainedOmission
	Rule    *ExplainedRule // that decided the account status
	Facts   []ExplainedFact
	Fields  []ExplainedField
	Missing string // why the record cannot be shown, if it cannot
}

// ExplainedFile is where a record stands.
type ExplainedFile struct {
	File, Run, Record, Offset int64 // the header is record 1; Offset is in bytes
	Name, State, Destination  string
	AsOf                      rules.Date
}

// ExplainedOmission says why a file left a loan out.
type ExplainedOmission struct {
	Reason, Detail string
	Rule           ExplainedRule
}

// ExplainedRule is a rule with its sentence, and the condition under which it applies to a field, "" for always.
type ExplainedRule struct{ ID, Sentence, When string }

// ExplainedFact is a fact by its name.
type ExplainedFact struct{ Name, Value string }

// ExplainedField is a field of a record, and where its value comes from.
type ExplainedField struct {
	Segment         string
	Index           int // of several segments of a kind
	Num, Key, Name  string
	Position, Start int // in its segment and in the record
	Value, Meaning  string
	Source          string
	Facts           []ExplainedFact
	Rules           []ExplainedRule // that applied, the one that decided first
}

// ID names the field in addresses: by its key, or by its segment and key.
func (f *ExplainedField) ID() string {
	if f.Segment == "base" {
		return f.Key
	}
	return f.Segment + "." + f.Key
}

// is reports whether a field is named by a text: a number, a key, or a segment and one of them.
func (f *ExplainedField) is(name string) bool {
	segment, key, dotted := strings.Cut(strings.ToLower(name), ".")
	if !dotted {
		segment, key = "base", segment
	}
	return f.Segment == segment && (f.Key == key || strings.ToLower(f.Num) == key)
}

// explained is what the page of an explanation shows.
type explained struct {
	*Explanation
	Asked    string            // field, "" for all
	Panels   []ExplainedField  // of the field
	Segments []explainedFields // every field
}

// explainedFields are the fields of one segment.
type explainedFields struct {
	Title  string
	Fields []ExplainedField
}

// explainPage says why a file told what it told of an account.
func (c *Console) explainPage(w http.ResponseWriter, r *http.Request) error {
	if c.Account.Explain == nil {
		return errNoPage
	}
	asked, which := r.URL.Query(), inquiry.Which{Destination: r.URL.Query().Get("destination")}
	if text := asked.Get("file"); text != "" {
		var err error
		if which.File, err = strconv.ParseInt(text, 10, 64); err != nil {
			return errForm
		}
	}
	found, err := c.Account.Explain(r.Context(), r.PathValue("loan"), which)
	if err != nil {
		return err
	}
	e := explained{Explanation: found, Asked: asked.Get("field")}
	for _, f := range found.Fields {
		if e.Asked != "" && f.is(e.Asked) {
			e.Panels = append(e.Panels, f)
		}
		title := segmentTitle(&f)
		if last := len(e.Segments) - 1; last < 0 || e.Segments[last].Title != title {
			e.Segments = append(e.Segments, explainedFields{Title: title})
		}
		s := &e.Segments[len(e.Segments)-1]
		s.Fields = append(s.Fields, f)
	}
	if e.Asked != "" && len(e.Panels) == 0 && len(found.Fields) > 0 {
		return inquiry.ErrNotFound
	}
	title := "Why bureaus were told this of account " + found.LoanID
	return c.show(w, r, page{Name: "account-explain", Title: title, Room: "account", Data: e})
}

func segmentTitle(f *ExplainedField) string {
	switch {
	case f.Segment == "base":
		return "Base segment"
	case f.Index > 0:
		return strings.ToUpper(f.Segment) + " segment " + strconv.Itoa(f.Index)
	}
	return strings.ToUpper(f.Segment) + " segment"
}
