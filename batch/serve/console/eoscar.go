package console

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/rules"
)

// keyed is a field of the record as people key it in.
func (c *Console) keyed(key string) string {
	if c.DeskActions.Field == nil {
		return key
	}
	return c.DeskActions.Field(key)
}

func orBlank(value string) string {
	if value == "" {
		return "blank"
	}
	return value
}

// keyedFields are what an answer corrects, as people key it in.
func (c *Console) keyedFields(d *inquiry.Dispute) string {
	fields := make([]string, len(d.Corrections))
	for i, x := range d.Corrections {
		fields[i] = c.keyed(x.Field) + ": " + orBlank(x.Value)
	}
	return strings.Join(fields, "; ")
}

// sheet is a list of what a person keys into e-OSCAR.
type sheet struct {
	Says, Empty   string
	Heading       []string
	Rows          [][]string
	Since         rules.Date
	At, CSV, Next string
}

// sheetPage answers with such a list, or all of it as CSV.
func sheetPage[T any](c *Console, w http.ResponseWriter, r *http.Request, title string, s sheet, row func(*T) []string, read func(rules.Date, inquiry.Page) (inquiry.List[T], error)) error {
	since, err := dateIn(r.URL.Query(), "since")
	if err != nil {
		return err
	}
	if asked(r) {
		heading := make([]string, len(s.Heading))
		for i, h := range s.Heading {
			heading[i] = strings.ReplaceAll(strings.ToLower(h), " ", "_")
		}
		return writeCSV(c, w, r, strings.TrimPrefix(s.At, "/desk/"), heading, row, func(p inquiry.Page) (inquiry.List[T], error) { return read(since, p) })
	}
	l, err := read(since, inquiry.Page{After: r.URL.Query().Get("after"), Limit: rowsAPage})
	if err != nil {
		return err
	}
	for i := range l.Rows {
		s.Rows = append(s.Rows, row(&l.Rows[i]))
	}
	of := "?since=" + since.String()
	s.Since, s.CSV = since, s.At+of+"&csv=1"
	if l.Next != "" {
		s.Next = s.At + of + "&after=" + l.Next
	}
	return c.show(w, r, page{Name: "desk-sheet", Title: title, Room: "desk", Data: s})
}

func (c *Console) acdvPage(w http.ResponseWriter, r *http.Request) error {
	s := sheet{
		Says:  "ACDVs that were answered, with what a person keys into e-OSCAR. Nothing is sent to e-OSCAR from here.",
		Empty: "No ACDV was answered.", At: "/desk/acdv",
		Heading: []string{"Bureau", "Control number", "Case", "Loans", "Account", "Answer", "Fields", "Carbon copies", "Checked", "Answered on", "Due on"},
	}
	return sheetPage(c, w, r, "Answers to ACDVs", s, func(d *inquiry.Dispute) []string {
		return []string{
			d.Bureau, d.ControlNumber, d.CaseID, strings.Join(d.LoanIDs, " "), d.AccountNumber, string(d.Answer), c.keyedFields(d),
			strings.Join(d.Copies, " "), d.Checked, d.AnsweredOn.String(), d.DueOn.String(),
		}
	}, func(since rules.Date, p inquiry.Page) (inquiry.List[inquiry.Dispute], error) {
		return inquiry.DisputesAnswered(r.Context(), c.DB, since, p)
	})
}

func (c *Console) audPage(w http.ResponseWriter, r *http.Request) error {
	s := sheet{
		Says:  "Corrections that lock a field and that no answer to an ACDV has told the bureaus. A person keys them into e-OSCAR, so that bureaus need not wait for the next file.",
		Empty: "No correction is to be keyed in.", At: "/desk/aud",
		Heading: []string{"Correction", "Loan", "Account", "Field", "From", "To", "Reason", "Evidence", "Recorded on", "By"},
	}
	return sheetPage(c, w, r, "Corrections for e-OSCAR", s, func(x *inquiry.AUD) []string {
		return []string{
			strconv.FormatInt(x.Correction, 10), x.LoanID, x.AccountNumber, c.keyed(x.Field), orBlank(x.Decided), orBlank(x.Value), x.Reason,
			x.Evidence, x.RecordedOn.String(), x.RecordedBy,
		}
	}, func(since rules.Date, p inquiry.Page) (inquiry.List[inquiry.AUD], error) {
		return inquiry.AUDs(r.Context(), c.DB, since, false, p)
	})
}
