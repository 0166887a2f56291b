package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// FindingAct is what somebody wants to do with findings: those that are named, or all open ones of a file by a rule.
type FindingAct struct {
	Findings       []int64
	File           int64
	Rule           string
	Who, Why, From string
	Owner          string
	Due            rules.Date
}

// FindingActions do with findings what the commands do. Each returns when what it did is durable, and a *Refusal where nothing was done.
type FindingActions struct {
	Accept  func(ctx context.Context, a FindingAct) (*Told, error)
	Assign  func(ctx context.Context, a FindingAct) (*Told, error)
	Resolve func(ctx context.Context, a FindingAct) (*Told, error)
}

// findingRoutes are the routes of what was found in files before their release.
func (c *Console) findingRoutes() []route {
	do := c.Month.Findings
	return []route{
		{"GET /findings", servicing.Viewer, c.findingsPage},
		{"GET /findings/{finding}", servicing.Viewer, c.findingPage},
		{"POST /findings/accept", servicing.Supervisor, c.findingForm("ACCEPT", do.Accept)},
		{"POST /findings/assign", servicing.Operator, c.findingForm("ASSIGN", do.Assign)},
		{"POST /findings/resolve", servicing.Operator, c.findingForm("RESOLVE", do.Resolve)},
	}
}

// findingView is a finding with its rule and the days that are left.
type findingView struct {
	inquiry.Finding
	Of   rules.Violation
	Left int
}

// Due reports whether a person must still see to it.
func (f findingView) Due() bool { return f.State == "OPEN" }

func (c *Console) viewOf(f inquiry.Finding) findingView {
	v := findingView{Finding: f, Left: int(f.DueOn - rules.DateOf(c.Now()))}
	if of := rules.ViolationByID(f.Rule); of != nil {
		v.Of = *of
	}
	return v
}

// findingsView is a page of findings.
type findingsView struct {
	Of        inquiry.FindingsOf
	Rows      []findingView
	Rules     []rules.Violation
	Next, CSV string
	May       findingMay
	All       bool // a file and a rule are named: a form may mean all that are open
}

// findingMay is what who asks may do with findings.
type findingMay struct{ Accept, Assign, Resolve bool }

// Any reports whether there is anything.
func (m findingMay) Any() bool { return m.Accept || m.Assign || m.Resolve }

func (c *Console) findingMay(u User) findingMay {
	do := c.Month.Findings
	return findingMay{
		Accept: do.Accept != nil && u.May(servicing.Supervisor), Assign: do.Assign != nil && u.May(servicing.Operator),
		Resolve: do.Resolve != nil && u.May(servicing.Operator),
	}
}

// findingsOf reads which findings a list is to have: the open ones, unless it asks for all.
func findingsOf(values url.Values) (of inquiry.FindingsOf, err error) {
	of = inquiry.FindingsOf{Open: values.Get("state") != "all", Rule: values.Get("rule"), Owner: values.Get("owner")}
	if text := values.Get("file"); text != "" {
		if of.File, err = strconv.ParseInt(text, 10, 64); err != nil || of.File <= 0 {
			return of, fmt.Errorf("%w: the file is not a number", servicing.ErrInvalid)
		}
	}
	return of, nil
}

// findingsAt is the address of a list.
func findingsAt(of inquiry.FindingsOf, more ...string) string {
	values := url.Values{}
	set := func(name, value string) {
		if value != "" {
			values.Set(name, value)
		}
	}
	if !of.Open {
		set("state", "all")
	}
	if of.File != 0 {
		set("file", strconv.FormatInt(of.File, 10))
	}
	set("rule", of.Rule)
	set("owner", of.Owner)
	for i := 0; i+1 < len(more); i += 2 {
		set(more[i], more[i+1])
	}
	return strings.TrimSuffix("/findings?"+values.Encode(), "?")
}

func (c *Console) findingsPage(w http.ResponseWriter, r *http.Request) error {
	of, err := findingsOf(r.URL.Query())
	if err != nil {
		return err
	}
	read := func(p inquiry.Page) (inquiry.List[inquiry.Finding], error) {
		return inquiry.Findings(r.Context(), c.DB, of, p)
	}
	if asked(r) {
		return writeCSV(c, w, r, "findings", findingHeading, findingCells, read)
	}
	l, err := read(inquiry.Page{After: r.URL.Query().Get("after"), Limit: rowsAPage})
	if err != nil {
		return err
	}
	v := findingsView{Of: of, Rules: rules.Violations(), May: c.findingMay(who(r.Context())), CSV: findingsAt(of, "csv", "1"), All: of.Open && of.File != 0 && of.Rule != ""}
	for _, f := range l.Rows {
		v.Rows = append(v.Rows, c.viewOf(f))
	}
	if l.Next != "" {
		v.Next = findingsAt(of, "after", l.Next)
	}
	return c.show(w, r, page{Name: "findings", Title: "Findings", Room: "month", Data: v})
}

var findingHeading = []string{
	"finding", "rule", "harm", "program", "destination", "loan", "about", "says", "state", "months", "times", "first_seen_on", "first_file",
	"last_seen_on", "last_file", "owner", "due_on", "accepted_by", "accepted_why", "fixed_file", "fixed_by", "fixed_why",
}

func findingCells(f *inquiry.Finding) []string {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	fixed := ""
	if f.FixedFile != nil {
		fixed = fmt.Sprint(*f.FixedFile)
	}
	return []string{
		fmt.Sprint(f.Finding), f.Rule, f.Harm, f.Program, f.Destination, text(f.LoanID), f.About, f.Says, f.State, fmt.Sprint(f.Months), fmt.Sprint(f.Times),
		f.FirstSeenOn.String(), fmt.Sprint(f.FirstFile), f.LastSeenOn.String(), fmt.Sprint(f.LastFile), text(f.Owner), f.DueOn.String(),
		text(f.AcceptedBy), text(f.AcceptedWhy), fixed, text(f.FixedBy), text(f.FixedWhy),
	}
}

func (c *Console) findingPage(w http.ResponseWriter, r *http.Request) error {
	finding, err := number(r, "finding")
	if err != nil {
		return err
	}
	l, err := inquiry.Findings(r.Context(), c.DB, inquiry.FindingsOf{}, inquiry.Page{After: fmt.Sprint(finding - 1), Limit: 1})
	if err != nil {
		return err
	}
	if len(l.Rows) == 0 || l.Rows[0].Finding != finding {
		return inquiry.ErrNotFound
	}
	v := struct {
		findingView
		May findingMay
	}{c.viewOf(l.Rows[0]), c.findingMay(who(r.Context()))}
	return c.show(w, r, page{Name: "finding", Title: fmt.Sprintf("Finding %d: %s", finding, v.Rule), Room: "month", Data: v})
}

// names begins the name of a check box that names a finding.
const names = "finding-"

// findingForm does with findings what a form asks for.
func (c *Console) findingForm(kind string, do func(context.Context, FindingAct) (*Told, error)) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := form(w, r)
		if err != nil {
			return err
		}
		o := order(r, f)
		of, err := findingsOf(f)
		if err != nil {
			return err
		}
		a := FindingAct{Who: o.By, Why: o.Why, From: o.From, Owner: strings.TrimSpace(f.Get("to"))}
		if f.Get("all") != "" {
			a.File, a.Rule = of.File, of.Rule
		}
		for name := range f {
			if text, is := strings.CutPrefix(name, names); is && a.File == 0 {
				number, err := strconv.ParseInt(text, 10, 64)
				if err != nil || number <= 0 {
					return errForm
				}
				a.Findings = append(a.Findings, number)
			}
		}
		slices.Sort(a.Findings)
		if a.Due, err = dateIn(f, "due"); err != nil {
			return err
		}
		switch {
		case do == nil:
			return errNoPage
		case f.Get("key") == "":
			return errForm
		case len(a.Findings) == 0 && (a.File == 0 || a.Rule == ""):
			return fmt.Errorf("%w: pick a finding", servicing.ErrInvalid)
		case kind == "ASSIGN" && a.Owner == "" && a.Due == 0:
			return fmt.Errorf("%w: name an owner or a due date", servicing.ErrInvalid)
		case kind != "ASSIGN" && a.Why == "":
			return fmt.Errorf("%w: Reason is empty", servicing.ErrInvalid)
		}
		about, at := "findings", findingsAt(of)
		if len(a.Findings) == 1 {
			about = fmt.Sprintf("finding %d", a.Findings[0])
			if f.Get("one") != "" {
				at = fmt.Sprintf("/findings/%d", a.Findings[0])
			}
		}
		o.DryRun = false
		return c.begin(w, r, o, job{kind: kind, about: about, at: at, asked: a, work: func(ctx context.Context, _ func(done, of int)) (*Told, error) {
			return do(ctx, a)
		}})
	}
}
