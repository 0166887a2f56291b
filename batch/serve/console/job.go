package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/serve"
	"github.com/furnisher/furnisher/batch/servicing"
)

// What forms begin that may take longer than a request is done by the process that serves, and ends with it. Its row says what became of
// it; what it changed is in the ledger before that.

// Told is what a person is told of something that was done, or would be.
type Told struct {
	Sentence string      `json:"sentence"`
	Notes    []string    `json:"notes,omitempty"` // what follows from it, and what to do
	Figures  []Figure    `json:"figures,omitempty"`
	Warnings []RuleFound `json:"warnings,omitempty"` // that a release must acknowledge by their names
	SHA256   string      `json:"sha256,omitempty"`   // of the file that was looked at
	Preview  bool        `json:"preview,omitempty"`  // nothing was changed
	Next     string      `json:"next,omitempty"`     // what to do where it was refused
}

// Figure is a figure with its name.
type Figure struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Part  bool   `json:"part,omitempty"` // of the figure before it that is none
}

// RuleFound is a rule that has found something.
type RuleFound struct {
	Rule  string `json:"rule"`
	Found int    `json:"found"`
	Says  string `json:"says"`
}

// Refusal is why something was not done, in words for a person. Nothing has changed.
type Refusal struct{ Words, Next string }

func (e *Refusal) Error() string { return e.Words }

// Bounds of jobs.
const (
	jobPatience = 3 * time.Second  // a request waits so long for the end
	jobBeats    = 5 * time.Second  // between beats
	jobGone     = 30 * time.Second // without a beat: the process is gone
	jobsAtOnce  = 2                // more wait for their turn
)

// jobs are what the process does for forms.
type jobs struct {
	ctx   context.Context //nolint:containedctx // it is the life of the process, not of a call
	stop  context.CancelFunc
	all   sync.WaitGroup
	slots chan struct{}

	patience time.Duration

	mu  sync.Mutex
	far map[string]progress // how far the jobs under way are, by their keys
}

// progress is how far a job is. Of is 0 while nobody knows.
type progress struct{ Done, Of int }

// note notes how far a job is, with 0 of 0 that it has ended.
func (j *jobs) note(key string, p progress) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if p.Of == 0 {
		delete(j.far, key)
		return
	}
	j.far[key] = p
}

func (j *jobs) progress(key string) progress {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.far[key]
}

func newJobs() *jobs {
	j := &jobs{slots: make(chan struct{}, jobsAtOnce), patience: jobPatience, far: map[string]progress{}}
	j.ctx, j.stop = context.WithCancel(context.Background())
	return j
}

// Stop ends what forms began, and returns when all of it has its end.
func (c *Console) Stop() {
	c.jobs.stop()
	c.jobs.all.Wait()
}

// job is what a form begins.
type job struct {
	kind, about string
	at          string // of the page that it is about
	asked       any
	work        func(ctx context.Context, progress func(done, of int)) (*Told, error)
}

// begin does what a form asks for, once, and answers: with the page that it is about if it is done soon, else with the page of the job.
func (c *Console) begin(w http.ResponseWriter, r *http.Request, o servicing.Order, j job) error {
	desk := c.desk(r)
	opened, err := desk.OpenJob(r.Context(), servicing.JobRequest{Order: o, Kind: j.kind, About: j.about, Asked: j.asked})
	if err != nil {
		return err
	}
	if opened {
		ended := make(chan struct{})
		log := c.Log.WithFields(map[string]any{"request": serve.RequestID(r.Context()), "job": j.kind, "about": j.about})
		c.jobs.all.Go(func() {
			defer close(ended)
			told, err := c.jobs.work(desk, o.Key, j.work)
			outcome, told, err := endOf(told, err)
			if err != nil {
				log.WithError(err).Error("console failed")
			}
			document, err := json.Marshal(told)
			if err == nil {
				err = desk.CloseJob(context.WithoutCancel(c.jobs.ctx), o.Key, outcome, document)
			}
			if err != nil {
				log.WithError(err).Error("the end of a job is not noted")
			}
		})
		patience := time.NewTimer(c.jobs.patience)
		defer patience.Stop()
		select {
		case <-ended:
		case <-patience.C:
		case <-r.Context().Done():
		}
	}
	at := "/month/jobs/" + url.PathEscape(o.Key)
	v, err := c.readJob(r.Context(), o.Key)
	if err != nil {
		return err
	}
	if v.Outcome == servicing.JobDone && !v.Told.Preview {
		return c.went(w, r, j.at, v.Told.Sentence)
	}
	if v.Outcome == "" || v.Outcome == servicing.JobDone {
		http.Redirect(w, r, c.to(at), http.StatusSeeOther)
		return nil
	}
	return c.showJob(w, r, v, http.StatusConflict)
}

// work does a job when it is its turn, with a beat while it goes on.
func (j *jobs) work(desk *servicing.Desk, key string, work func(context.Context, func(done, of int)) (*Told, error)) (told *Told, err error) {
	ctx, cancel := context.WithCancel(j.ctx)
	defer cancel()
	var beats sync.WaitGroup
	defer beats.Wait()
	defer cancel()
	beats.Go(func() {
		ticker := time.NewTicker(jobBeats)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				_ = desk.BeatJob(ctx, key) // the next one is as good
			}
		}
	})
	select {
	case j.slots <- struct{}{}:
		defer func() { <-j.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() {
		if p := recover(); p != nil {
			told, err = nil, fmt.Errorf("panic: %v", p)
		}
	}()
	defer j.note(key, progress{})
	return work(ctx, func(done, of int) { j.note(key, progress{done, of}) })
}

// endOf is how a job ended, and what the person is told of it; an error is for the log.
func endOf(told *Told, err error) (string, *Told, error) {
	var refusal *Refusal
	switch {
	case err == nil:
		return servicing.JobDone, told, nil
	case errors.As(err, &refusal):
		return servicing.JobRefused, &Told{Sentence: refusal.Words, Next: refusal.Next}, nil
	case errors.Is(err, context.Canceled):
		return servicing.JobFailed, &Told{Sentence: "The service was stopped before the end.", Next: "Nothing was changed, unless the state below says so. Begin it again."}, nil
	}
	return servicing.JobFailed, &Told{Sentence: "It failed, and the log of the service says why.", Next: "Nothing was changed, unless the state below says so. Begin it again, or ask who runs the service."}, err
}

// jobView is what the page of a job shows.
type jobView struct {
	inquiry.ConsoleJob
	Told Told
	Gone bool // the process that did it ended before it noted the end
	Far  progress
	File *inquiry.MonthFile
	At   string
}

func (c *Console) readJob(ctx context.Context, key string) (*jobView, error) {
	j, err := inquiry.JobOf(ctx, c.DB, key)
	if err != nil {
		return nil, err
	}
	v := &jobView{ConsoleJob: *j, Far: c.jobs.progress(key), At: "/month/jobs/" + url.PathEscape(key)}
	if j.Result != "" {
		if err := json.Unmarshal([]byte(j.Result), &v.Told); err != nil {
			return nil, fmt.Errorf("read what a person was told: %w", err)
		}
	}
	v.Gone = j.Outcome == "" && c.Now().Sub(j.BeatAt) > jobGone
	var file int64
	if _, err := fmt.Sscanf(j.About, "file %d", &file); err == nil {
		if v.File, err = inquiry.FileOfMonth(ctx, c.DB, file); err != nil && !errors.Is(err, inquiry.ErrNotFound) {
			return nil, err
		}
	}
	return v, nil
}

func (c *Console) jobPage(w http.ResponseWriter, r *http.Request) error {
	v, err := c.readJob(r.Context(), r.PathValue("job"))
	if err != nil {
		return err
	}
	if r.URL.Query().Get("part") != "" {
		return c.fragment(w, r, page{Name: "month-job", Data: v}, "job")
	}
	return c.showJob(w, r, v, 0)
}

func (c *Console) showJob(w http.ResponseWriter, r *http.Request, v *jobView, status int) error {
	return c.show(w, r, page{Name: "month-job", Title: jobTitles[v.Kind] + " " + v.About, Room: "month", Status: status, Data: v})
}

// jobTitles are the headings of the pages of jobs.
var jobTitles = map[string]string{
	"COUNT": "Count of", "LOOK": "Look at", "PREVIEW": "Preview of the release of", "RELEASED": "Release of", "TRANSMITTED": "Sending of", "ACCEPTED": "Acceptance of",
	"VOIDED": "Taking back of", "REJECTED": "Rejection of", "REPLACE": "Replacement of",
	"ACCEPT": "Acceptance of", "ASSIGN": "Assignment of", "RESOLVE": "Putting right of",
}
