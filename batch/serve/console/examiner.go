package console

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// ExaminerActions are what the examiner's pages show by packages that the console does not know. What is nil is not served.
type ExaminerActions struct {
	// Checks is the catalogue of the checks of files and book.
	Checks func() []Check
	// Head is the newest head that was signed of the log of the record; nil if none was.
	Head func(ctx context.Context) (*LogHead, error)
	// Verify compares the record with its log. It may take minutes.
	Verify func(ctx context.Context) (Verification, error)
	// Sheets lists the sample sheets before one, the newest first; 0 begins with the newest.
	Sheets func(ctx context.Context, before int64, limit int) ([]SampleSheet, error)
	// Sheet writes a sheet as pdf, csv or json; inquiry.ErrNotFound if there is none.
	Sheet func(ctx context.Context, number int64, as string, w io.Writer) error
}

// Check is a check of the catalogue.
type Check struct {
	ID, Rule, Severity, Layer, Field, Sentence, Source, Matters, Remedy, Test string
	Also                                                                      []string
}

// LogHead is a signed head of the log of the record.
type LogHead struct {
	Entries int64
	At      time.Time
	Root    string
	Signed  string // the text that a keeper holds
	Checked bool   // its signature was checked; else only the text is known
}

// Verification is what a comparison of the record with its log has found.
type Verification struct {
	Rows, Entries, SinceHead, Waiting int64
	Heads                             int
	Findings                          []string // the first ones, without a value
	More                              int64
}

// SampleSheet is a sheet of drawn accounts that was filed (12 CFR 1022, appendix E).
type SampleSheet struct {
	Sample, File, Seed                 int64
	Program, AsOf, SHA256, Who         string
	Drawn, Compared, Differing, ByHand int
	At                                 time.Time
}

func (c *Console) examinerRoutes() []route {
	return []route{
		{"GET /examiner", servicing.Viewer, c.examinerPage},
		{"POST /examiner/verify", servicing.Operator, c.verifyForm},
		{"GET /examiner/settings", servicing.Viewer, c.settingsPage},
		{"GET /examiner/samples/{sample}", servicing.Viewer, c.samplePage},
		{"GET /rules", servicing.Viewer, c.rulesPage},
		{"GET /rules/{id}", servicing.Viewer, c.rulePage},
		{"GET /acts", servicing.Viewer, c.actsPage},
		{"GET /acts/operations", servicing.Viewer, c.operationsPage},
	}
}

// verifying is the last comparison of the record with its log that this program made.
type verifying struct {
	mu      sync.Mutex
	running bool
	begun   time.Time
	ended   time.Time
	by      string
	failed  bool
	found   Verification
	done    chan struct{} // is closed at its end
}

// verifyState is such a comparison as a page shows it.
type verifyState struct {
	Running, Ended, Failed bool
	Begun, At              time.Time
	By                     string
	Found                  Verification
}

func (v *verifying) state() verifyState {
	v.mu.Lock()
	defer v.mu.Unlock()
	return verifyState{v.running, !v.ended.IsZero(), v.failed, v.begun, v.ended, v.by, v.found}
}

// longestVerify bounds a comparison.
const longestVerify = time.Hour

// start begins a comparison unless one runs.
func (v *verifying) start(c *Console, by string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.running {
		return
	}
	done := make(chan struct{})
	v.running, v.begun, v.by, v.done = true, c.Now(), by, done
	c.jobs.all.Go(func() {
		defer close(done)
		ctx, cancel := context.WithTimeout(c.jobs.ctx, longestVerify)
		defer cancel()
		found, err := c.Examiner.Verify(ctx)
		if err != nil {
			c.Log.WithError(err).Error("the record could not be compared with its log")
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		v.running, v.ended, v.failed, v.found = false, c.Now(), err != nil, found
	})
}

// examinerView is the index for an examiner.
type examinerView struct {
	Files       []inquiry.File
	Head        *LogHead
	Proof       bool // the log can be looked at from here
	Verified    verifyState
	MayVerify   bool
	Checks      int
	Rules       int
	Programs    []inquiry.ProgramCalendar
	Sheets      []SampleSheet
	SheetServed bool
	Acts        []inquiry.Act
}

// fewRows is how many rows of a list the index shows; the list itself has all.
const fewRows = 20

func (c *Console) examinerPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := examinerView{Rules: len(rules.Dictionary()), Proof: c.Examiner.Head != nil, SheetServed: c.Examiner.Sheets != nil, Verified: c.verified.state()}
	v.MayVerify = c.Examiner.Verify != nil && who(ctx).May(servicing.Operator) && !v.Verified.Running
	files, err := inquiry.Files(ctx, c.DB, inquiry.Page{Limit: fewRows})
	if err != nil {
		return err
	}
	v.Files = files.Rows
	acts, err := inquiry.Acts(ctx, c.DB, inquiry.Page{Limit: fewRows})
	if err != nil {
		return err
	}
	v.Acts = acts.Rows
	if v.Programs, err = inquiry.Programs(ctx, c.DB); err != nil {
		return err
	}
	if v.Proof {
		if v.Head, err = c.Examiner.Head(ctx); err != nil {
			return err
		}
	}
	if v.SheetServed {
		if v.Sheets, err = c.Examiner.Sheets(ctx, 0, fewRows); err != nil {
			return err
		}
	}
	if c.Examiner.Checks != nil {
		v.Checks = len(c.Examiner.Checks())
	}
	return c.show(w, r, page{Name: "examiner", Title: "For an examiner", Room: "examiner", Data: v})
}

// verifyForm begins to compare the record with its log; nothing is changed by it.
func (c *Console) verifyForm(w http.ResponseWriter, r *http.Request) error {
	if c.Examiner.Verify == nil {
		return errNoPage
	}
	if _, err := form(w, r); err != nil {
		return err
	}
	c.verified.start(c, who(r.Context()).Name)
	return c.went(w, r, "/examiner", "The record is being compared with its log. Load the page again to see what was found.")
}

// settingsView is what is in force.
type settingsView struct {
	Programs []inquiry.Program
	Products []inquiry.Product
}

func (c *Console) settingsPage(w http.ResponseWriter, r *http.Request) error {
	programs, err := inquiry.Programs(r.Context(), c.DB)
	if err != nil {
		return err
	}
	var v settingsView
	for _, p := range programs {
		s, err := inquiry.ProgramSettings(r.Context(), c.DB, p.ProgramID)
		if err != nil {
			return err
		}
		v.Programs, v.Products = append(v.Programs, s.Program), s.Products
	}
	return c.show(w, r, page{Name: "settings", Title: "Settings in force", Room: "examiner", Data: v})
}

// sheetKinds are the forms of a sheet.
var sheetKinds = map[string]string{"pdf": "application/pdf", "csv": "text/csv; charset=utf-8", "json": "application/json"}

// samplePage answers with a sheet as a file.
func (c *Console) samplePage(w http.ResponseWriter, r *http.Request) error {
	sample, err := number(r, "sample")
	as := r.URL.Query().Get("as")
	kind := sheetKinds[as]
	if err != nil || kind == "" || c.Examiner.Sheet == nil {
		return errNoPage
	}
	var made bytes.Buffer // a sheet is bounded by how many accounts are drawn
	if err := c.Examiner.Sheet(r.Context(), sample, as, &made); err != nil {
		return err
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="sample-%d.%s"`, sample, as))
	w.Header().Set("Content-Length", strconv.Itoa(made.Len()))
	_, _ = w.Write(made.Bytes())
	return nil
}

// rulesView is the catalogue, or one rule of it.
type rulesView struct {
	Rules   []rules.Rule
	Checks  []Check
	Q       string
	Settled []rules.Rule // of one rule: the settled points that are about it
}

func (c *Console) checks() []Check {
	if c.Examiner.Checks == nil {
		return nil
	}
	return c.Examiner.Checks()
}

func (c *Console) rulesPage(w http.ResponseWriter, r *http.Request) error {
	v := rulesView{Q: r.URL.Query().Get("q")}
	wanted := func(texts ...string) bool {
		return v.Q == "" || strings.Contains(strings.ToLower(strings.Join(texts, " ")), strings.ToLower(v.Q))
	}
	for _, x := range rules.Dictionary() {
		if wanted(x.ID, x.Sentence, x.Where) {
			v.Rules = append(v.Rules, x)
		}
	}
	for _, x := range c.checks() {
		if wanted(x.ID, x.Rule, x.Sentence, x.Source, x.Field) {
			v.Checks = append(v.Checks, x)
		}
	}
	if asked(r) {
		heading := []string{"check", "rule", "severity", "layer", "field", "sentence", "source", "what_to_do"}
		return writeCSV(c, w, r, "checks", heading, func(x *Check) []string {
			return []string{x.ID, x.Rule, x.Severity, x.Layer, x.Field, x.Sentence, x.Source, x.Remedy}
		}, func(inquiry.Page) (inquiry.List[Check], error) { return inquiry.List[Check]{Rows: v.Checks}, nil })
	}
	return c.show(w, r, page{Name: "rules", Title: "Rules", Room: "examiner", Data: v})
}

// rulePage shows a rule of servicing, a check, or every check of a rule of files.
func (c *Console) rulePage(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	var v rulesView
	if rule := rules.RuleByID(id); rule != nil {
		v.Rules, v.Settled = []rules.Rule{*rule}, rules.SettledPoints(id)
	}
	for _, x := range c.checks() {
		if strings.EqualFold(x.ID, id) || strings.EqualFold(x.Rule, id) {
			v.Checks = append(v.Checks, x)
		}
	}
	if len(v.Rules)+len(v.Checks) == 0 {
		return errNoPage
	}
	return c.show(w, r, page{Name: "rule", Title: "Rule " + id, Room: "examiner", Data: v})
}

// recordView is a page of the record of what people did.
type recordView struct {
	Says, Empty, At, Other, OtherAt string
	Heading                         []string
	Rows                            [][]string
	Next                            string
}

// recordPage answers with a part of such a record, newest first, or all of it as CSV.
func recordPage[T any](c *Console, w http.ResponseWriter, r *http.Request, title string, v recordView, row func(*T) []string, read func(inquiry.Page) (inquiry.List[T], error)) error {
	if asked(r) {
		heading := make([]string, len(v.Heading))
		for i, h := range v.Heading {
			heading[i] = strings.ReplaceAll(strings.ToLower(h), " ", "_")
		}
		return writeCSV(c, w, r, strings.ReplaceAll(strings.TrimPrefix(v.At, "/"), "/", "-"), heading, row, read)
	}
	l, err := read(inquiry.Page{After: r.URL.Query().Get("after"), Limit: rowsAPage})
	if err != nil {
		return err
	}
	for i := range l.Rows {
		v.Rows = append(v.Rows, row(&l.Rows[i]))
	}
	if l.Next != "" {
		v.Next = v.At + "?after=" + l.Next
	}
	return c.show(w, r, page{Name: "record-of-acts", Title: title, Room: "examiner", Data: v})
}

const timeStamp = "2006-01-02 15:04:05 UTC"

func (c *Console) actsPage(w http.ResponseWriter, r *http.Request) error {
	v := recordView{
		Says: "What needed a supervisor, as it was done, the newest first. Nobody can change a row; the log of the record proves it.", At: "/acts",
		Empty: "Nothing was done that needs a supervisor.", Other: "Operations between nights", OtherAt: "/acts/operations",
		Heading: []string{"Act", "At", "Kind", "About", "By", "Host", "Came from", "Why"},
	}
	return recordPage(c, w, r, "Acts", v, func(x *inquiry.Act) []string {
		return []string{strconv.FormatInt(x.Act, 10), x.At.UTC().Format(timeStamp), x.Kind, x.About, x.Who, x.Host, x.CameFrom, x.Why}
	}, func(p inquiry.Page) (inquiry.List[inquiry.Act], error) { return inquiry.Acts(r.Context(), c.DB, p) })
}

func (c *Console) operationsPage(w http.ResponseWriter, r *http.Request) error {
	v := recordView{
		Says: "What people and systems did between nights, the newest first. Nobody can change a row; the log of the record proves it.", At: "/acts/operations",
		Empty: "Nothing was done between nights.", Other: "Acts that needed a supervisor", OtherAt: "/acts",
		Heading: []string{"Operation", "At", "Business date", "Kind", "By", "Role", "Came from", "Why"},
	}
	return recordPage(c, w, r, "Operations", v, func(x *inquiry.OperationEntry) []string {
		said := func(text *string) string {
			if text == nil {
				return ""
			}
			return *text
		}
		return []string{
			strconv.FormatInt(x.Operation.Operation, 10), x.At.UTC().Format(timeStamp), x.BusinessDate.String(), x.Kind, x.Who, said(x.Role), said(x.CameFrom), said(x.Why),
		}
	}, func(p inquiry.Page) (inquiry.List[inquiry.OperationEntry], error) {
		return inquiry.Operations(r.Context(), c.DB, p)
	})
}
