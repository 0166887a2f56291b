package console

import (
	"context"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// examined is a console with what an examiner looks at by other packages.
func examined(t *testing.T, verify func(context.Context) (Verification, error)) *site {
	t.Helper()
	return newSite(t, readOnly(t), func(c *Config) {
		c.Examiner = ExaminerActions{
			Checks: func() []Check {
				return []Check{{ID: "H16.1", Rule: "H16", Severity: "error", Sentence: "=the date opened is one", Source: "12 CFR 1022"}, {ID: "B01", Rule: "B01", Sentence: "other"}}
			},
			Head: func(context.Context) (*LogHead, error) {
				return &LogHead{Entries: 1234, At: clock(), Root: "cm9vdA", Signed: "furnisher\n1234\n", Checked: true}, nil
			},
			Verify: verify,
			Sheets: func(context.Context, int64, int) ([]SampleSheet, error) {
				return []SampleSheet{{Sample: 7, File: 1, Program: "NORTH", AsOf: "2026-09-30", Drawn: 60, Differing: 2, Who: "ada", At: clock()}}, nil
			},
			Sheet: func(_ context.Context, number int64, as string, w io.Writer) error {
				if number != 7 {
					return inquiry.ErrNotFound
				}
				_, err := io.WriteString(w, "sheet as "+as)
				return err
			},
		}
	})
}

// An examiner finds files with their hashes, the proof of the record, rules, settings, samples and acts, and changes nothing.
func TestExaminerPages(t *testing.T) {
	s := examined(t, func(context.Context) (Verification, error) { // served, so that only the role keeps its form away
		t.Error("an examiner began a comparison")
		return Verification{}, nil
	})
	files, err := inquiry.Files(t.Context(), s.c.DB, inquiry.Page{})
	if err != nil || len(files.Rows) == 0 {
		t.Fatalf("the book has no file: %v", err)
	}
	index := s.get(servicing.Examiner, "/examiner")
	index.has(t, 200, files.Rows[0].SHA256, "1,234 entries", "cm9vdA", `href="/examiner/samples/7?as=pdf"`, `href="/acts"`, "2 checks")
	if strings.Contains(index.body, "/examiner/verify") {
		t.Error("an examiner is shown a form")
	}
	s.get(servicing.Examiner, "/examiner/settings").has(t, 200, "NORTH", "Delinquent after (N1)")
	s.get(servicing.Examiner, "/acts").has(t, 200, "What needed a supervisor")
	s.get(servicing.Examiner, "/acts/operations?csv=1").has(t, 200, "operation,at,business_date,kind")
	s.get(servicing.Examiner, "/acts?after=x").has(t, 400)
	sheet := s.get(servicing.Examiner, "/examiner/samples/7?as=pdf")
	if sheet.has(t, 200, "sheet as pdf"); sheet.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("a sheet is %q", sheet.header.Get("Content-Type"))
	}
	for _, at := range []string{"/examiner/samples/8?as=pdf", "/examiner/samples/7?as=exe", "/examiner/samples/x?as=pdf", "/rules/none"} {
		s.get(servicing.Examiner, at).has(t, 404)
	}

	rule := rules.Dictionary()[0]
	s.get(servicing.Examiner, "/rules").has(t, 200, `href="/rules/`+rule.ID+`"`, "12 CFR 1022", `href="/rules/H16.1"`)
	s.get(servicing.Examiner, "/rules?q=DATE+OPENED+IS").has(t, 200, "H16.1", "1 check<")
	s.get(servicing.Examiner, "/rules?csv=1").has(t, 200, "'=the date opened is one")
	s.get(servicing.Examiner, "/rules/"+rule.ID).has(t, 200, "Decided in")
	s.get(servicing.Examiner, "/rules/h16").has(t, 200, "the date opened is one")
	s.get(servicing.Examiner, "/rules/BR10").has(t, 200, "Settled points")

	bare := newSite(t, readOnly(t))
	bare.get(servicing.Viewer, "/examiner").has(t, 200, "The log is not served here.", "No sheet was filed yet.")
	bare.get(servicing.Viewer, "/examiner/samples/7?as=pdf").has(t, 404)
	bare.post(servicing.Operator, "/examiner/verify", url.Values{}).has(t, 404)
}

// Every page says in print where it is, when it was printed and by whom.
func TestPrinted(t *testing.T) {
	s := newSite(t, readOnly(t), func(c *Config) { c.Secure = true })
	for _, at := range []string{"/desk", "/examiner", "/rules/BR10", "/cases"} {
		s.get(servicing.Viewer, at+"?q=4111111111111111").has(t, 200, ">https://example.com"+at+"</a>", "Printed "+clock().Format(timeStamp)+" by a-viewer, viewer")
	}
	css, err := files.ReadFile("static/console.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"@media print", "table-header-group", "break-inside: avoid", ".printed { display: block"} {
		if !strings.Contains(string(css), want) {
			t.Errorf("the stylesheet lacks %q", want)
		}
	}
}

// The record is compared with its log once at a time, beside the pages, and they tell what was found.
func TestVerify(t *testing.T) {
	begun, answer := make(chan struct{}, 2), make(chan error)
	found := Verification{Rows: 4321, Entries: 4321, Heads: 3}
	s := examined(t, func(ctx context.Context) (Verification, error) {
		if _, bounded := ctx.Deadline(); !bounded {
			t.Error("a comparison has no bound")
		}
		begun <- struct{}{}
		return found, <-answer
	})
	s.post(servicing.Viewer, "/examiner/verify", url.Values{"key": {"1"}}).has(t, 403)
	s.post(servicing.Examiner, "/examiner/verify", url.Values{"key": {"1"}}).has(t, 403)
	s.get(servicing.Operator, "/examiner").has(t, 200, "Compare the record with its log now")
	s.post(servicing.Operator, "/examiner/verify", url.Values{"key": {"1"}}).has(t, 303)
	<-begun
	s.post(servicing.Operator, "/examiner/verify", url.Values{"key": {"2"}}).has(t, 303)
	s.get(servicing.Viewer, "/examiner").has(t, 200, "is being compared with its log since")
	ended := func(err error) {
		answer <- err
		<-s.c.verified.done
	}
	ended(nil)
	if len(begun) != 0 {
		t.Error("two comparisons ran at once")
	}
	s.get(servicing.Viewer, "/examiner").has(t, 200, "4,321 rows", "3 signed heads", "Nothing differs.", "by a-operator")

	found = Verification{Findings: []string{"act 5 it was changed"}, More: 2}
	s.post(servicing.Operator, "/examiner/verify", url.Values{"key": {"3"}}).has(t, 303)
	<-begun
	ended(nil)
	s.get(servicing.Viewer, "/examiner").has(t, 200, "act 5 it was changed", "1 and 2 more rows are not as they were logged")
	s.post(servicing.Operator, "/examiner/verify", url.Values{"key": {"3"}}).has(t, 303)
	<-begun
	ended(errors.New("away"))
	if got := s.get(servicing.Viewer, "/examiner"); !strings.Contains(got.body, "failed; the log of the program says why") || strings.Contains(got.body, "away") {
		t.Error("a failed comparison is not told of, or its error is shown")
	}
}
