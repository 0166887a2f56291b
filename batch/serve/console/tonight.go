package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
)

// NightActions are what the program knows of nights and does about them. What is nil is not told, or not done here.
type NightActions struct {
	// Held reports whether a run, an import or a dry run holds the book.
	Held func(ctx context.Context) (bool, error)
	// Deadline is the time by which a night that began at a time must be closed; zero: there is none.
	Deadline func(began time.Time) time.Time
	// Begin begins a night beyond the request that asks for it: *NightRefused if it cannot begin.
	Begin func(ctx context.Context, order NightOrder) (*NightJob, error)
	// Job is a night that was asked for here; nil: it is not known. An empty id is the newest.
	Job func(id string) *NightJob
	// Stop stops one that works, where it can be resumed; false: it does not work.
	Stop func(id, by string) bool
	// Next says which night is due.
	Next func(ctx context.Context) (NextNight, error)
	// Brake says what a brake counts, and writes a number of its unit.
	Brake func(name string, n int64) (counts, text string)
}

// tonightRoutes are the routes of the run that works and of those that were.
func (c *Console) tonightRoutes() []route {
	return []route{
		{"GET /tonight", servicing.Viewer, c.tonight},
		{"GET /tonight/now", servicing.Viewer, c.tonightNow},
		{"GET /runs", servicing.Viewer, c.runs},
		{"GET /runs/{run}", servicing.Viewer, c.run},
		{"GET /runs/{run}/exceptions", servicing.Viewer, c.runExceptions},
	}
}

// shownNights are how many nights the bars show.
const shownNights = 60

// tonightData is what the page of tonight shows.
type tonightData struct {
	Night *nightView // nil: no run was opened yet
	Live  bool       // the page brings itself up to date
	Bars  *bars
	Job   *NightJob // the newest that was asked for here; nil: none
	Next  NextNight
	Every int   // seconds between two updates
	Does  bool  // nights can be begun here
	Last  int64 // the newest run, 0: none
}

func (c *Console) tonight(w http.ResponseWriter, r *http.Request) error {
	data, err := c.nowData(r)
	if err != nil {
		return err
	}
	list, err := inquiry.Nights(r.Context(), c.DB, inquiry.Page{Limit: shownNights})
	if err != nil {
		return err
	}
	data.Bars = drawBars(list.Rows)
	if len(list.Rows) > 0 {
		data.Last = list.Rows[0].Run
	}
	if data.Does = c.Nights.Begin != nil && c.Nights.Next != nil; data.Does {
		if data.Next, err = c.Nights.Next(r.Context()); err != nil {
			return err
		}
	}
	return c.show(w, r, page{Name: "tonight", Title: "Tonight", Room: "tonight", Data: data})
}

// tonightNow answers with the part of the page that changes while a run works.
func (c *Console) tonightNow(w http.ResponseWriter, r *http.Request) error {
	data, err := c.nowData(r)
	if err != nil {
		return err
	}
	return c.fragment(w, r, page{Name: "tonight", Room: "tonight", Data: data}, "now")
}

func (c *Console) nowData(r *http.Request) (*tonightData, error) {
	data := &tonightData{Live: r.URL.Query().Get("live") != "off"}
	if c.Nights.Job != nil {
		data.Job = c.Nights.Job("")
	}
	data.Every = seldom
	detail, err := inquiry.Tonight(r.Context(), c.DB, c.Now())
	if err != nil && !errors.Is(err, inquiry.ErrNotFound) {
		return nil, err
	}
	if detail != nil {
		if data.Night, err = c.nightView(r.Context(), detail); err != nil {
			return nil, err
		}
	}
	if data.Night != nil && data.Night.Goes() || data.Job != nil && data.Job.Works() {
		data.Every = often
	}
	return data, nil
}

// A page brings itself up to date so often: while something works, and else, so that it shows a night that begins. In seconds.
const (
	often  = 3
	seldom = 30
)

// nightView is a run as a page shows it.
type nightView struct {
	*inquiry.NightDetail
	Lost     bool      // it says that it works, but nobody holds the book
	Ends     time.Time // as far as can be told; zero: it cannot
	Deadline time.Time // zero: there is none
	Braked   []brakeView
	Waits    bool // a brake waits for a person
}

// brakeView is a brake with its numbers in words.
type brakeView struct {
	inquiry.Braked
	Counts, Number, Limit, Of string
	Past                      []string
}

func (c *Console) nightView(ctx context.Context, d *inquiry.NightDetail) (*nightView, error) {
	v := &nightView{NightDetail: d}
	if d.State == "RUNNING" && c.Nights.Held != nil {
		held, err := c.Nights.Held(ctx)
		if err != nil {
			return nil, err
		}
		v.Lost = !held
	}
	if d.Told && !v.Lost {
		v.Ends = c.Now().Add(d.Left)
	}
	if d.Unfinished() && c.Nights.Deadline != nil {
		v.Deadline = c.Nights.Deadline(d.Started)
	}
	for _, b := range d.Brakes {
		v.Waits = v.Waits || b.State == "BRAKED"
		v.Braked = append(v.Braked, c.brakeView(b))
	}
	return v, nil
}

func (c *Console) brakeView(b inquiry.Braked) brakeView {
	v := brakeView{Braked: b}
	text := func(n int64) string {
		if c.Nights.Brake == nil {
			return count(n)
		}
		counts, text := c.Nights.Brake(b.Brake, n)
		v.Counts = counts
		return text
	}
	v.Number, v.Limit, v.Of = text(b.Now), text(b.Allowed), text(b.Whole)
	for _, n := range b.Before {
		v.Past = append(v.Past, text(n))
	}
	return v
}

// Said is one sentence of how the run stands. It changes seldom: a reader hears it whenever it does.
func (v *nightView) Said() string {
	switch {
	case v.Waits && v.State == "STOPPED":
		return fmt.Sprintf("A brake stopped the night of %s. It waits for a person.", v.BusinessDate)
	case v.State == "STOPPED":
		return fmt.Sprintf("The night of %s is stopped. It can be resumed.", v.BusinessDate)
	case v.Lost:
		return fmt.Sprintf("Nothing works on the night of %s. It can be resumed.", v.BusinessDate)
	case v.State == "ABANDONED":
		return fmt.Sprintf("The night of %s was abandoned.", v.BusinessDate)
	case v.State == "CLOSED" && v.Exceptions > 0:
		return fmt.Sprintf("The night of %s is closed, with exceptions.", v.BusinessDate)
	case v.State == "CLOSED":
		return fmt.Sprintf("The night of %s is closed.", v.BusinessDate)
	}
	for i := range v.Steps {
		if s := &v.Steps[i]; s.State() == "RUNNING" {
			return fmt.Sprintf("The night of %s works: step %s, %d percent.", v.BusinessDate, s.Step, s.Percent()/10*10)
		}
	}
	return fmt.Sprintf("The night of %s works.", v.BusinessDate)
}

// Late reports whether the run is expected to end after its deadline.
func (v *nightView) Late() bool {
	return !v.Ends.IsZero() && !v.Deadline.IsZero() && v.Ends.After(v.Deadline)
}

// Slack is how long before its deadline the run is expected to end, or how long after it.
func (v *nightView) Slack() time.Duration { return v.Deadline.Sub(v.Ends).Abs() }

// Waiting names the brakes that wait for a person, each once.
func (v *nightView) Waiting() (names []string) {
	for i := range v.Braked {
		if b := &v.Braked[i]; b.State == "BRAKED" && !slices.Contains(names, b.Brake) {
			names = append(names, b.Brake)
		}
	}
	return names
}

// Goes reports whether a process works on the run, as far as is known.
func (v *nightView) Goes() bool { return v.State == "RUNNING" && !v.Lost }

func (c *Console) runs(w http.ResponseWriter, r *http.Request) error {
	list, err := inquiry.Nights(r.Context(), c.DB, inquiry.Page{After: r.URL.Query().Get("after"), Limit: rowsAPage})
	if err != nil {
		return err
	}
	return c.show(w, r, page{Name: "runs", Title: "Runs", Room: "tonight", Data: list})
}

// runData is what the page of a run shows.
type runData struct {
	Night      *nightView
	Difference *inquiry.Difference // of another attempt
	Left       int                 // records that differ and are not shown
}

// differencesShown bounds the loans and records of a difference on the page.
const differencesShown = 100

func (c *Console) run(w http.ResponseWriter, r *http.Request) error {
	run, err := number(r, "run")
	if err != nil {
		return err
	}
	detail, err := inquiry.OneNight(r.Context(), c.DB, run, c.Now())
	if err != nil {
		return err
	}
	data := runData{}
	if data.Night, err = c.nightView(r.Context(), detail); err != nil {
		return err
	}
	if detail.Attempt > 1 {
		if data.Difference, err = inquiry.AttemptDifferences(r.Context(), c.DB, run, differencesShown); err != nil {
			return err
		}
	}
	return c.show(w, r, page{Name: "run", Title: runTitle(&detail.Night), Room: "tonight", Data: data})
}

// runTitle names a run.
func runTitle(n *inquiry.Night) string {
	if n.Attempt > 1 {
		return fmt.Sprintf("Run %d: the night of %s, attempt %d", n.Run, n.BusinessDate, n.Attempt)
	}
	return fmt.Sprintf("Run %d: the night of %s", n.Run, n.BusinessDate)
}

// exceptionsData is what the page of a run's exceptions shows.
type exceptionsData struct {
	Run  int64
	List inquiry.List[inquiry.OpenException]
}

func (c *Console) runExceptions(w http.ResponseWriter, r *http.Request) error {
	run, err := number(r, "run")
	if err != nil {
		return err
	}
	if _, err := inquiry.OneNight(r.Context(), c.DB, run, c.Now()); err != nil {
		return err
	}
	list, err := inquiry.Exceptions(r.Context(), c.DB, run, inquiry.Page{After: r.URL.Query().Get("after"), Limit: rowsAPage})
	if err != nil {
		return err
	}
	return c.show(w, r, page{Name: "run-exceptions", Title: fmt.Sprintf("Exceptions of run %d", run), Room: "tonight", Data: exceptionsData{run, list}})
}
