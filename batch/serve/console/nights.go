package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/serve"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// NightKind is what is asked for of a business date.
type NightKind string

// The kinds. A run opens the night of a date or resumes it; NightAgain runs the date that was closed last once more.
const (
	NightRun   NightKind = "run"
	NightAgain NightKind = "again"
)

// NightOrder asks for a night.
type NightOrder struct {
	ID        string // of the form: the address of what becomes of it
	Key       string // asked for twice with it, it is done once
	Kind      NightKind
	DryRun    bool
	Date      rules.Date
	By, Why   string
	From      string   // the address from which it is asked for
	AllowDate string   // why an unusual date is right
	AllowGap  string   // why dates before it may stay without a night
	Accept    []string // brakes that stopped it and do not any more; Why says why
	Seen      int64    // the newest run that who asks for another attempt has seen
}

// NightJob is a night that was asked for here, as far as this process knows of it. The run ledger knows the rest.
type NightJob struct {
	ID      string
	Kind    NightKind
	DryRun  bool
	Date    rules.Date
	By, Why string
	Began   time.Time
	Ended   time.Time // zero: it works
	Run     int64     // 0: it is not in the ledger
	Failed  string    // why it ended early; empty: it did not
	Hint    string    // what to do about it at the command line
	Tried   *TriedNight
}

// TriedNight is what a dry run says: nothing of it has happened.
type TriedNight struct {
	Steps      []TriedStep
	Files      []TriedFile
	Exceptions int64
	Listed     []TriedException // the first
	Moves      []inquiry.NightMove
	More       bool // there are more moves
	Most       int  // rows of each list
	Difference *inquiry.Difference
}

// TriedStep is what a step would do.
type TriedStep struct {
	Step                      string
	Read, Changed, Exceptions int64
}

// TriedFile is a file that would be made.
type TriedFile struct {
	Program, Destination         string
	AsOf                         rules.Date
	Records, Excluded, Deletions int64
}

// TriedException is a loan that could not be decided.
type TriedException struct{ LoanID, Step, Code, Detail string }

// NextNight says which night is due.
type NextNight struct {
	Date       rules.Date
	Closed     rules.Date // the last closed date, 0: none
	Unfinished rules.Date // the date of the unfinished run, 0: none
}

// NightRefused says why a night was not begun. Nothing was changed.
type NightRefused struct{ Why, Hint string }

func (e *NightRefused) Error() string { return e.Why }

// nightRoutes are the routes of what is done about nights.
func (c *Console) nightRoutes() []route {
	return []route{
		{"POST /tonight/start", servicing.Operator, c.startNight},
		{"POST /tonight/resume", servicing.Operator, c.resumeNight},
		{"POST /tonight/accept", servicing.Supervisor, c.acceptBrakes},
		{"POST /tonight/again", servicing.Supervisor, c.nightAgain},
		{"POST /tonight/stop", servicing.Operator, c.stopNight},
		{"GET /tonight/jobs/{job}", servicing.Viewer, c.nightJob},
		{"GET /tonight/jobs/{job}/now", servicing.Viewer, c.nightJobNow},
	}
}

// formID is the key of a form, which names what becomes of it.
var formID = regexp.MustCompile(`^[A-Za-z0-9]{8,64}$`)

// nightForm reads a form about a night, and what every such form says. A form by its button "preview" is a dry run.
func nightForm(w http.ResponseWriter, r *http.Request, kind NightKind) (url.Values, NightOrder, error) {
	f, err := form(w, r)
	if err != nil {
		return nil, NightOrder{}, err
	}
	o := order(r, f)
	date, err := dateIn(f, "date")
	if err != nil || !formID.MatchString(f.Get("key")) {
		return nil, NightOrder{}, errForm
	}
	n := NightOrder{ID: f.Get("key"), Key: o.Key, Kind: kind, DryRun: o.DryRun, Date: date, By: o.By, Why: o.Why, From: o.From}
	if n.Date == 0 {
		return nil, n, fmt.Errorf("%w: the business date is missing", servicing.ErrInvalid)
	}
	if len(n.Why) > maxWhy {
		return nil, n, fmt.Errorf("%w: the reason is longer than %d bytes", servicing.ErrInvalid, maxWhy)
	}
	return f, n, nil
}

// maxWhy bounds a reason.
const maxWhy = 1000

// errNoWhy asks for a reason.
var errNoWhy = fmt.Errorf("%w: the reason is missing", servicing.ErrInvalid)

func (c *Console) startNight(w http.ResponseWriter, r *http.Request) error {
	f, n, err := nightForm(w, r, NightRun)
	if err != nil {
		return err
	}
	n.AllowDate, n.AllowGap = strings.TrimSpace(f.Get("allow-date")), strings.TrimSpace(f.Get("allow-gap"))
	switch {
	case n.Why == "":
		return errNoWhy
	case len(n.AllowDate) > maxWhy || len(n.AllowGap) > maxWhy:
		return fmt.Errorf("%w: a reason is longer than %d bytes", servicing.ErrInvalid, maxWhy)
	case n.AllowDate+n.AllowGap != "" && !who(r.Context()).May(servicing.Supervisor):
		return fmt.Errorf("%w: an unusual date or a gap", servicing.ErrForbidden)
	}
	return c.beginNight(w, r, n)
}

func (c *Console) resumeNight(w http.ResponseWriter, r *http.Request) error {
	_, n, err := nightForm(w, r, NightRun)
	if err != nil {
		return err
	}
	if n.Why == "" {
		n.Why = "resumed in the console" // the ledger keeps why it was opened
	}
	n.DryRun = false
	return c.beginNight(w, r, n)
}

// acceptBrakes lets a night go on that brakes stopped, at their numbers.
func (c *Console) acceptBrakes(w http.ResponseWriter, r *http.Request) error {
	f, n, err := nightForm(w, r, NightRun)
	if err != nil {
		return err
	}
	for name := range f {
		if brake, is := strings.CutPrefix(name, "brake-"); is && f.Get(name) != "" {
			n.Accept = append(n.Accept, brake)
		}
	}
	slices.Sort(n.Accept)
	switch {
	case n.Why == "":
		return errNoWhy
	case len(n.Accept) == 0:
		return fmt.Errorf("%w: no brake is chosen", servicing.ErrInvalid)
	}
	n.DryRun = false
	return c.beginNight(w, r, n)
}

func (c *Console) nightAgain(w http.ResponseWriter, r *http.Request) error {
	f, n, err := nightForm(w, r, NightAgain)
	if err != nil {
		return err
	}
	if n.Seen, err = strconv.ParseInt(f.Get("seen"), 10, 64); err != nil {
		return errForm
	}
	if n.Why == "" {
		return errNoWhy
	}
	return c.beginNight(w, r, n)
}

// beginNight begins a night and leads to where it is seen.
func (c *Console) beginNight(w http.ResponseWriter, r *http.Request, n NightOrder) error {
	if c.Nights.Begin == nil {
		return errNoPage
	}
	job, err := c.Nights.Begin(r.Context(), n)
	if refused, is := errors.AsType[*NightRefused](err); is {
		return c.refused(w, r, refused)
	}
	if err != nil {
		return err
	}
	if !job.DryRun && job.Kind == NightRun && job.Run != 0 {
		return c.went(w, r, "/tonight", fmt.Sprintf("The night of %s is run %d.", job.Date, job.Run))
	}
	return c.went(w, r, "/tonight/jobs/"+job.ID, "")
}

// refused answers that a night was not begun.
func (c *Console) refused(w http.ResponseWriter, r *http.Request, refused *NightRefused) error {
	words := "Nothing was changed."
	if refused.Hint != "" {
		words += " At the command line: " + refused.Hint + "."
	}
	data := struct {
		trouble
		Detail, Request string
	}{trouble{Words: words}, refused.Why, serve.RequestID(r.Context())}
	return c.show(w, r, page{Name: "failed", Title: "The night was not begun", Room: "tonight", Status: http.StatusConflict, Data: data})
}

// stopNight stops a night that was begun here.
func (c *Console) stopNight(w http.ResponseWriter, r *http.Request) error {
	f, err := form(w, r)
	if err != nil {
		return err
	}
	if c.Nights.Stop == nil || !c.Nights.Stop(f.Get("job"), who(r.Context()).Name) {
		return c.went(w, r, "/tonight", "It had ended before.")
	}
	return c.went(w, r, "/tonight/jobs/"+url.PathEscape(f.Get("job")), "It is asked to stop: it finishes the chunks that it has begun.")
}

// jobData is what the page of a night that was asked for here shows.
type jobData struct {
	Job  *NightJob
	Live bool
}

// findJob finds the job of an address.
func (c *Console) findJob(r *http.Request) (jobData, error) {
	if c.Nights.Job == nil {
		return jobData{}, errNoPage
	}
	job := c.Nights.Job(r.PathValue("job"))
	if job == nil || job.ID != r.PathValue("job") {
		return jobData{}, errJobGone
	}
	return jobData{job, r.URL.Query().Get("live") != "off" && job.Ended.IsZero()}, nil
}

// errJobGone: what became of a night that was asked for is not known any more.
var errJobGone = errors.New("the job is not known any more")

func (c *Console) nightJob(w http.ResponseWriter, r *http.Request) error {
	data, err := c.findJob(r)
	if err != nil {
		return err
	}
	return c.show(w, r, page{Name: "night-job", Title: data.Job.Title(), Room: "tonight", Data: data})
}

func (c *Console) nightJobNow(w http.ResponseWriter, r *http.Request) error {
	data, err := c.findJob(r)
	if err != nil {
		return err
	}
	return c.fragment(w, r, page{Name: "night-job", Room: "tonight", Data: data}, "job-now")
}

// Title names what was asked for.
func (j *NightJob) Title() string {
	switch {
	case j.DryRun && j.Kind == NightAgain:
		return fmt.Sprintf("Dry run of the night of %s once more", j.Date)
	case j.DryRun:
		return fmt.Sprintf("Dry run of the night of %s", j.Date)
	case j.Kind == NightAgain:
		return fmt.Sprintf("The night of %s once more", j.Date)
	}
	return fmt.Sprintf("The night of %s", j.Date)
}

// Works reports whether it is not over.
func (j *NightJob) Works() bool { return j.Ended.IsZero() }
