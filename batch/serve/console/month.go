package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// MonthActions are what the pages of a month ask of the program. A page says of a nil one that it is not served here.
type MonthActions struct {
	// Due lists the files that the calendar owes as of some dates.
	Due func(ctx context.Context, first, last rules.Date) ([]DueFile, error)
	// Status is what an account status means in words.
	Status func(status string) string
	// Files do with files what the commands do.
	Files    MonthFileActions
	Findings FindingActions
	// Count counts files, each beside the one before it.
	Count func(ctx context.Context, files []int64) error
}

// DueFile is a file that the calendar owes: as of a date, made by the night of another.
type DueFile struct {
	Program     string
	AsOf, Night rules.Date
}

// monthRoutes are the routes of the month and of each file's way through it.
func (c *Console) monthRoutes() []route {
	return []route{
		{"GET /month", servicing.Viewer, c.monthPage},
		{"GET /month/{month}", servicing.Viewer, c.monthPage},
		{"GET /month/files/{file}", servicing.Viewer, c.monthFilePage},
		{"POST /month/files/{file}/count", servicing.Viewer, c.countFile},
		{"GET /month/files/{file}/moves/{was}/{became}", servicing.Viewer, c.movesPage},
		{"GET /month/files/{file}/left-out/{reason}", servicing.Viewer, c.leftOutPage},
	}
}

// none stands in an address for a status that a file does not tell.
const none = "none"

// monthView is what the page of a month shows.
type monthView struct {
	Month, Previous, Next string // YYYY-MM
	Today                 rules.Date

	Files   []fileView // those that count, then those that were taken back
	Back    []fileView
	Owed    []DueFile // by the calendar, and not made
	Reasons []reasonRow

	Whole, Plausible, Refused, Due, Proof string // the answers, a sentence each
	Open                                  []inquiry.OpenAnswer
	Waiting                               []inquiry.WaitingFile
	Disputes, Findings                    inquiry.Left
	Log                                   inquiry.Log
}

// fileView is a file with what was counted of it.
type fileView struct {
	inquiry.MonthFile
	Reasons []inquiry.LeftOutFor
	Matrix  *matrix // nil: it was not counted
	Totals  []total

	MayCount bool // who asks may have it counted
}

// At is the address of the file's page.
func (f fileView) At() string { return fmt.Sprintf("/month/files/%d", f.File) }

// Uncounted reports whether the file or one that it is compared with is not counted.
func (f fileView) Uncounted() bool {
	return f.Matrix == nil || slices.ContainsFunc(f.Totals, func(t total) bool { return !t.Counted })
}

// reasonRow is a reason for which files leave loans out.
type reasonRow struct {
	Reason string
	Files  []inquiry.LeftOutFor
}

// total is what a file tells in all, and how that differs from the file before, in percent.
type total struct {
	inquiry.FileTotal
	RecordsBy, BalanceBy, PastDueBy string
}

func (c *Console) monthPage(w http.ResponseWriter, r *http.Request) error {
	first, err := c.month(r)
	if err != nil {
		return err
	}
	v, err := c.readMonth(r.Context(), first)
	if err != nil {
		return err
	}
	return c.show(w, r, page{Name: "month", Title: first.Time().Format("January 2006"), Room: "month", Data: v})
}

// month is the first day of the month that a request names: the newest one if it names none.
func (c *Console) month(r *http.Request) (rules.Date, error) {
	if name := r.PathValue("month"); name != "" {
		first, err := rules.ParseDate(name + "-01")
		if err != nil {
			return 0, errNoPage
		}
		return first, nil
	}
	first, err := inquiry.NewestMonth(r.Context(), c.DB)
	if err == nil && first == 0 {
		today := c.Now().UTC()
		first = rules.NewDate(today.Year(), today.Month(), 1)
	}
	return first, err
}

func (c *Console) readMonth(ctx context.Context, first rules.Date) (*monthView, error) {
	name := func(d rules.Date) string { return d.Time().Format("2006-01") }
	v := &monthView{Month: name(first), Previous: name(first.AddMonths(-1)), Next: name(first.AddMonths(1)), Today: rules.DateOf(c.Now())}
	files, err := inquiry.MonthFiles(ctx, c.DB, first, first.MonthEnd())
	if err != nil {
		return nil, err
	}
	numbers := make([]int64, len(files))
	for i := range files {
		numbers[i] = files[i].File
	}
	reasons, err := inquiry.Reasons(ctx, c.DB, numbers)
	if err != nil {
		return nil, err
	}
	for i := range files {
		f := fileView{MonthFile: files[i]}
		for _, x := range reasons {
			if x.File == f.File {
				f.Reasons = append(f.Reasons, x)
			}
		}
		if !f.Counts() {
			v.Back = append(v.Back, f)
			continue
		}
		if len(v.Files) < mostMatrices {
			if err := c.readCounted(ctx, &f); err != nil {
				return nil, err
			}
		}
		v.Files = append(v.Files, f)
	}
	if len(v.Files) <= mostMatrices { // a column each; the page of a file has its own
		v.Reasons = byReason(v.Files)
	}
	for _, read := range []func() error{
		func() (err error) { v.Open, err = inquiry.OpenAnswers(ctx, c.DB); return err },
		func() (err error) { v.Waiting, err = inquiry.FilesWaiting(ctx, c.DB, mostWaiting); return err },
		func() (err error) { v.Disputes, err = inquiry.DisputesLeft(ctx, c.DB, v.Today); return err },
		func() (err error) { v.Findings, err = inquiry.FindingsLeft(ctx, c.DB, v.Today); return err },
		func() (err error) { v.Log, err = inquiry.LogState(ctx, c.DB); return err },
		func() (err error) { v.Owed, err = c.owed(ctx, first, v.Files); return err },
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	v.answer()
	return v, nil
}

// Bounds of the month's page.
const (
	mostMatrices = 12 // of the files, those that show their moves
	mostWaiting  = 20
	lastFiles    = 4 // the file, and the three before it
)

// owed are the files that the calendar owes as of the dates of a month and that no file is for.
func (c *Console) owed(ctx context.Context, first rules.Date, files []fileView) ([]DueFile, error) {
	if c.Month.Due == nil {
		return nil, nil
	}
	due, err := c.Month.Due(ctx, first, first.MonthEnd())
	return slices.DeleteFunc(due, func(d DueFile) bool {
		return slices.ContainsFunc(files, func(f fileView) bool { return f.Program == d.Program && f.AsOf == d.AsOf })
	}), err
}

// readCounted reads what was counted of a file.
func (c *Console) readCounted(ctx context.Context, f *fileView) error {
	f.MayCount = c.Month.Count != nil && who(ctx).Sends()
	totals, err := inquiry.Totals(ctx, c.DB, f.File, lastFiles)
	if err != nil {
		return err
	}
	for i, t := range totals {
		x := total{FileTotal: t}
		if i+1 < len(totals) {
			before := totals[i+1]
			x.RecordsBy = percent(t.Records, before.Records)
			if t.Counted && before.Counted {
				x.BalanceBy, x.PastDueBy = percent(t.Balance, before.Balance), percent(t.PastDue, before.PastDue)
			}
		}
		f.Totals = append(f.Totals, x)
	}
	if !f.Counted() {
		return nil
	}
	cells, err := inquiry.Cells(ctx, c.DB, f.File)
	if err == nil {
		f.Matrix = newMatrix(cells, c.Month.Status)
	}
	return err
}

// percent is by how much a figure differs from the one before.
func percent(now, before int64) string {
	if before == 0 {
		return ""
	}
	text := strconv.FormatFloat(float64(now-before)*100/float64(before), 'f', 1, 64)
	if text == "0.0" || text == "-0.0" {
		return "±0.0 %"
	}
	if now > before {
		text = "+" + text
	}
	return text + " %"
}

// byReason lays the reasons of files side by side.
func byReason(files []fileView) (rows []reasonRow) {
	for _, f := range files {
		for _, x := range f.Reasons {
			i := slices.IndexFunc(rows, func(r reasonRow) bool { return r.Reason == x.Reason })
			if i < 0 {
				i, rows = len(rows), append(rows, reasonRow{Reason: x.Reason})
			}
			rows[i].Files = append(rows[i].Files, x)
		}
	}
	slices.SortFunc(rows, func(a, b reasonRow) int {
		if a.Reason < b.Reason {
			return -1
		}
		return 1
	})
	return rows
}

// answer writes the answers to the month's questions.
func (v *monthView) answer() {
	var signed, told, left, grave, open, drift, unlooked int64
	for _, f := range v.Files {
		if f.SignedBy != nil || f.Boarded {
			signed++
		}
		if f.LookedAt == nil && f.State == "GENERATED" {
			unlooked++
		}
		told, left = told+f.Records, left+f.Excluded
		grave, open, drift = grave+f.Grave, open+f.OpenFindings(), drift+f.Drift
	}
	n := int64(len(v.Files))
	switch {
	case n == 0:
		v.Whole = "No file of this month is made yet."
	case signed == n:
		v.Whole = fmt.Sprintf("Yes. %s told of the whole book when they were signed: %s are in them, and %s are left out, each with a reason.",
			plural(n, "file", "files"), plural(told, "account", "accounts"), plural(left, "loan", "loans"))
	default:
		v.Whole = fmt.Sprintf("Not proved yet: %s not signed. Of this month's files %s are in them, and %s are left out, each with a reason.",
			plural(n-signed, "file is", "files are"), plural(told, "account", "accounts"), plural(left, "loan", "loans"))
	}
	switch {
	case n == 0:
		v.Plausible = "There is nothing to compare yet."
	case unlooked > 0:
		v.Plausible = fmt.Sprintf("Nobody knows yet: nobody has looked at %s before the release.", plural(unlooked, "file", "files"))
	case drift > 0:
		v.Plausible = fmt.Sprintf("Look at it: %s swung further from the last three files than the limits allow.", plural(drift, "figure", "figures"))
	default:
		v.Plausible = "Yes. No figure swung further from the last three files than the limits allow."
	}
	if slices.ContainsFunc(v.Files, func(f fileView) bool { return f.Calendar.ByCycle() }) {
		v.Plausible += " Files of billing cycles tell of other accounts each time: their figures are not measured."
	}
	if open > 0 {
		v.Plausible += fmt.Sprintf(" %s open, %s of them grave.", plural(open, "finding is", "findings are"), orNobody(grave))
	}
	var refused, told2 int64
	for _, a := range v.Open {
		refused, told2 = refused+a.Open, told2+a.Told
	}
	switch {
	case refused == 0:
		v.Refused = "Nothing that bureaus refused or changed is open."
	case told2 == refused:
		v.Refused = fmt.Sprintf("%s open, and a file that is made answers all of them when it is sent.", plural(refused, "answer of a bureau is", "answers of bureaus are"))
	default:
		v.Refused = fmt.Sprintf("%s open; a file that is made answers %s of them when it is sent.", plural(refused, "answer of a bureau is", "answers of bureaus are"), count(told2))
	}
	overdue, week := v.Disputes.Overdue+v.Findings.Overdue, v.Disputes.Week+v.Findings.Week
	switch {
	case overdue > 0:
		v.Due = fmt.Sprintf("%s overdue: %s and %s.", plural(overdue, "thing is", "things are"),
			plural(v.Disputes.Overdue, "dispute", "disputes"), plural(v.Findings.Overdue, "finding", "findings"))
	case week > 0:
		v.Due = fmt.Sprintf("Nothing is overdue. Within seven days %s and %s are due.",
			plural(v.Disputes.Week, "dispute", "disputes"), plural(v.Findings.Week, "finding", "findings"))
	default:
		v.Due = "Nothing is overdue, and nothing is due within seven days."
	}
	if n := len(v.Waiting); n > 0 {
		v.Due += " " + plural(n, "file waits for its next step.", "files wait for their next step.")
	}
	switch {
	case v.Log.Entries == 0:
		v.Proof = "The log of the record is empty: nothing was recorded yet."
	case v.Log.Signed == nil:
		v.Proof = fmt.Sprintf("Not to others yet: the log has %s, and no head of it was signed. furnisher audit head signs one for a keeper.", plural(v.Log.Entries, "entry", "entries"))
	case *v.Log.Signed == v.Log.Entries:
		v.Proof = fmt.Sprintf("Yes. The log has %s, and the newest signed head covers all of them.", plural(v.Log.Entries, "entry", "entries"))
	default:
		v.Proof = fmt.Sprintf("Yes, up to the last head: it covers %s of the %s of the log. Each night signs the rest.", count(*v.Log.Signed), plural(v.Log.Entries, "entry", "entries"))
	}
	if v.Log.Older > 0 {
		v.Proof += fmt.Sprintf(" %s from before the log: the next head adds what they say.", plural(v.Log.Older, "file is", "files are"))
	}
}

// orNobody is a number in a sentence.
func orNobody(n int64) string {
	if n == 0 {
		return "none"
	}
	return count(n)
}

// matrix is how accounts moved between statuses: a row for each status in the file before, a column for each in this one.
type matrix struct {
	Columns []statusName
	Rows    []matrixRow
	Same    int64 // kept their status
	Moved   int64
	New     int64 // were not in the file before
	Left    int64 // were in the file before, and are left out
	Gone    int64 // were in the file before, and are in another program
}

// statusName is an account status with its meaning.
type statusName struct{ Status, Means string }

// matrixRow is a status in the file before.
type matrixRow struct {
	statusName
	Cells []matrixCell
	Left  int64
	All   int64
}

// matrixCell is how many accounts have moved from one status to another.
type matrixCell struct {
	Became   string
	Accounts int64
	Same     bool
}

func newMatrix(cells []inquiry.Cell, means func(string) string) *matrix {
	m := &matrix{}
	var was, became []string
	add := func(list []string, status string) []string {
		if slices.Contains(list, status) {
			return list
		}
		return append(list, status)
	}
	for _, c := range cells {
		switch {
		case c.Reason != "" && c.Was != "":
			m.Left += c.Accounts
		case c.Reason != "":
			continue
		case c.Became == "":
			m.Gone += c.Accounts
		case c.Was == "":
			m.New += c.Accounts
		case c.Was == c.Became:
			m.Same += c.Accounts
		default:
			m.Moved += c.Accounts
		}
		was = add(was, c.Was)
		if c.Became != "" {
			became = add(became, c.Became)
		}
	}
	slices.Sort(was) // what the file before has not comes first
	slices.Sort(became)
	named := func(status string) statusName {
		x := statusName{Status: status}
		if status != "" && means != nil {
			x.Means = means(status)
		}
		return x
	}
	for _, status := range became {
		m.Columns = append(m.Columns, named(status))
	}
	for _, status := range was {
		row := matrixRow{statusName: named(status), Cells: make([]matrixCell, len(became))}
		for i := range became {
			row.Cells[i] = matrixCell{Became: became[i], Same: became[i] == status}
		}
		for _, c := range cells {
			switch {
			case c.Was != status || c.Was == "" && c.Reason != "":
				continue
			case c.Became == "":
				row.Left += c.Accounts
			default:
				row.Cells[slices.Index(became, c.Became)].Accounts += c.Accounts
			}
			row.All += c.Accounts
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// monthFileView is what the page of a file's way shows.
type monthFileView struct {
	fileView
	Month  string
	Events []inquiry.FileEvent

	Deliveries                      []inquiry.Delivery // the first attempts
	Jobs                            []fileJob
	Moves                           []monthMove // that the state allows to who asks
	CanLook, CanRelease, CanReplace bool
}

// fileJob is something that a form began about a file.
type fileJob struct {
	inquiry.ConsoleJob
	Running bool
	What    string
}

// jobsShown is how many of the last jobs of a file are shown.
const jobsShown = 5

func (c *Console) monthFilePage(w http.ResponseWriter, r *http.Request) error {
	v, err := c.readMonthFile(r)
	if err != nil {
		return err
	}
	return c.show(w, r, page{Name: "month-file", Title: fmt.Sprintf("File %d: %s to %s as of %s", v.File, v.Program, v.Destination, v.AsOf), Room: "month", Data: v})
}

func (c *Console) readMonthFile(r *http.Request) (*monthFileView, error) {
	ctx := r.Context()
	file, err := number(r, "file")
	if err != nil {
		return nil, err
	}
	f, err := inquiry.FileOfMonth(ctx, c.DB, file)
	if err != nil {
		return nil, err
	}
	v := &monthFileView{fileView: fileView{MonthFile: *f}, Month: f.AsOf.Time().Format("2006-01")}
	if err := c.readCounted(ctx, &v.fileView); err != nil {
		return nil, err
	}
	if v.Reasons, err = inquiry.Reasons(ctx, c.DB, []int64{file}); err != nil {
		return nil, err
	}
	life, err := inquiry.ShowFile(ctx, c.DB, file)
	if err != nil {
		return nil, err
	}
	sent, err := inquiry.Deliveries(ctx, c.DB, file, inquiry.Page{Limit: rowsAPage})
	if err != nil {
		return nil, err
	}
	v.Deliveries = sent.Rows
	u, do := who(ctx), c.Month.Files
	v.Events, v.Moves = life.Events, v.moves(u)
	v.CanLook = do.Look != nil && u.May(servicing.Operator)
	v.CanRelease = do.Preview != nil && u.May(servicing.Supervisor)
	v.CanReplace = do.Replace != nil && !v.Counts() && u.May(servicing.Operator)
	if do.Change == nil {
		v.Moves = nil
	}
	begun, err := inquiry.JobsAbout(ctx, c.DB, fmt.Sprintf("file %d", file), jobsShown)
	for _, j := range begun {
		v.Jobs = append(v.Jobs, fileJob{j, j.Outcome == "" && c.Now().Sub(j.BeatAt) <= jobGone, jobTitles[j.Kind] + " " + j.About})
	}
	return v, err
}

// countFile counts a file and what it is compared with.
func (c *Console) countFile(w http.ResponseWriter, r *http.Request) error {
	file, err := number(r, "file")
	if err != nil {
		return err
	}
	f, err := form(w, r)
	switch {
	case err != nil:
		return err
	case f.Get("key") == "":
		return errForm
	case c.Month.Count == nil:
		return errNoPage
	}
	if _, err := inquiry.FileOfMonth(r.Context(), c.DB, file); err != nil {
		return err
	}
	return c.begin(w, r, order(r, f), job{
		kind: "COUNT", about: fmt.Sprintf("file %d", file), at: fmt.Sprintf("/month/files/%d", file),
		work: func(ctx context.Context, _ func(done, of int)) (*Told, error) {
			totals, err := inquiry.Totals(ctx, c.DB, file, lastFiles)
			if err != nil {
				return nil, err
			}
			wanted := []int64{file}
			for _, t := range totals {
				if !t.Counted && t.File != file {
					wanted = append(wanted, t.File)
				}
			}
			return &Told{Sentence: fmt.Sprintf("File %d is counted.", file)}, c.Month.Count(ctx, wanted)
		},
	})
}

// loansView is a page of the loans behind a figure.
type loansView struct {
	File        inquiry.MonthFile
	Reason      string
	Was, Became statusName
	Loans       []inquiry.CellLoan
	Next        string // the address of the next page
}

func (c *Console) movesPage(w http.ResponseWriter, r *http.Request) error {
	named := func(name string) statusName {
		status := r.PathValue(name)
		if status == none {
			return statusName{}
		}
		s := statusName{Status: status}
		if c.Month.Status != nil {
			s.Means = c.Month.Status(status)
		}
		return s
	}
	v := loansView{Was: named("was"), Became: named("became")}
	title := func(file int64) string {
		return fmt.Sprintf("File %d: accounts from %s to %s", file, orNone(v.Was.Status), orNone(v.Became.Status))
	}
	return c.loansPage(w, r, &v, title, func(ctx context.Context, file int64, p inquiry.Page) (inquiry.List[inquiry.CellLoan], error) {
		return inquiry.CellLoans(ctx, c.DB, file, v.Was.Status, v.Became.Status, p)
	})
}

func orNone(status string) string {
	if status == "" {
		return "no record"
	}
	return status
}

func (c *Console) leftOutPage(w http.ResponseWriter, r *http.Request) error {
	v := loansView{Reason: r.PathValue("reason")}
	title := func(file int64) string { return fmt.Sprintf("File %d: left out for %s", file, v.Reason) }
	return c.loansPage(w, r, &v, title, func(ctx context.Context, file int64, p inquiry.Page) (inquiry.List[inquiry.CellLoan], error) {
		return inquiry.LeftOutLoans(ctx, c.DB, file, v.Reason, p)
	})
}

func (c *Console) loansPage(w http.ResponseWriter, r *http.Request, v *loansView, title func(int64) string,
	read func(ctx context.Context, file int64, p inquiry.Page) (inquiry.List[inquiry.CellLoan], error),
) error {
	file, err := number(r, "file")
	if err != nil {
		return err
	}
	f, err := inquiry.FileOfMonth(r.Context(), c.DB, file)
	if err != nil {
		return err
	}
	list, err := read(r.Context(), file, inquiry.Page{After: r.URL.Query().Get("after"), Limit: rowsAPage})
	if err != nil {
		return err
	}
	v.File, v.Loans = *f, list.Rows
	if list.Next != "" {
		v.Next = "?after=" + list.Next
	}
	return c.show(w, r, page{Name: "month-loans", Title: title(file), Room: "month", Data: v})
}
