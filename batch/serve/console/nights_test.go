package console

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
)

// clerk stands for the program that does nights.
type clerk struct {
	orders  []NightOrder
	job     *NightJob
	refuses *NightRefused
	stopped string
}

// nights is a console whose nights a clerk does.
func nights(t *testing.T, db *sqlx.DB) (*site, *clerk) {
	t.Helper()
	c := &clerk{}
	return newSite(t, db, func(config *Config) {
		config.Nights.Begin = func(_ context.Context, n NightOrder) (*NightJob, error) {
			c.orders = append(c.orders, n)
			if c.refuses != nil {
				return nil, c.refuses
			}
			c.job = &NightJob{ID: n.ID, Kind: n.Kind, DryRun: n.DryRun, Date: n.Date, By: n.By, Why: n.Why, Began: clock()}
			if !n.DryRun && n.Kind == NightRun {
				c.job.Run = 4
			}
			return c.job, nil
		}
		config.Nights.Job = func(string) *NightJob { return c.job }
		config.Nights.Stop = func(id, by string) bool {
			c.stopped = id + " by " + by
			return c.job != nil && c.job.ID == id && c.job.Works()
		}
		config.Nights.Next = func(context.Context) (NextNight, error) {
			return NextNight{Date: day("2026-11-01"), Closed: day("2026-10-31")}, nil
		}
	}), c
}

func fields(pairs ...string) url.Values {
	f := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

// Each form says what it orders, and who does: the night of a date, its dry run, another attempt, a brake that is accepted.
func TestNightForms(t *testing.T) {
	s, c := nights(t, readOnly(t))
	s.get(servicing.Operator, "/tonight").has(t, 200, `action="/tonight/start"`, `value="2026-11-01"`, "The book is closed up to 2026-10-31")
	s.get(servicing.Supervisor, "/tonight").has(t, 200, `action="/tonight/again"`, `name="seen" value="3"`, `name="allow-gap"`)
	if got := s.get(servicing.Viewer, "/tonight"); strings.Contains(got.body, `method="post" action="/tonight`) {
		t.Error("a viewer sees a form of nights")
	}
	if got := s.get(servicing.Operator, "/tonight"); strings.Contains(got.body, "allow-gap") || strings.Contains(got.body, "/tonight/again") {
		t.Error("an operator sees what only a supervisor may do")
	}

	key := "KEY45678"
	start := fields("key", key, "date", "2026-11-01", "why", " as planned ")
	if got := s.post(servicing.Operator, "/tonight/start", start); got.status != 303 || got.header.Get("Location") != "/tonight" {
		t.Errorf("start: %d to %q", got.status, got.header.Get("Location"))
	}
	start.Set("do", "preview")
	if got := s.post(servicing.Operator, "/tonight/start", start); got.header.Get("Location") != "/tonight/jobs/"+key {
		t.Errorf("dry run to %q", got.header.Get("Location"))
	}
	again := fields("key", key, "date", "2026-10-31", "why", "news", "seen", "3")
	if got := s.post(servicing.Supervisor, "/tonight/again", again); got.header.Get("Location") != "/tonight/jobs/"+key {
		t.Errorf("again to %q", got.header.Get("Location"))
	}
	s.post(servicing.Supervisor, "/tonight/accept", fields("key", key, "date", "2026-11-01", "why", "the strike", "brake-delinquent", "yes"))
	s.post(servicing.Supervisor, "/tonight/start", fields("key", key, "date", "2027-01-01", "why", "x", "allow-date", "it is", "allow-gap", "so"))
	s.post(servicing.Operator, "/tonight/resume", fields("key", key, "date", "2026-11-01"))
	order := func(change func(*NightOrder)) NightOrder {
		n := NightOrder{ID: key, Key: "console-a-operator-" + key, Kind: NightRun, Date: day("2026-11-01"), By: "a-operator", Why: "as planned", From: "192.0.2.1"}
		change(&n)
		return n
	}
	supervisor := func(n *NightOrder) { n.Key, n.By = "console-a-supervisor-"+key, "a-supervisor" }
	want := []NightOrder{
		order(func(n *NightOrder) {}),
		order(func(n *NightOrder) { n.DryRun = true }),
		order(func(n *NightOrder) {
			supervisor(n)
			n.Kind, n.Date, n.Why, n.Seen = NightAgain, day("2026-10-31"), "news", 3
		}),
		order(func(n *NightOrder) { supervisor(n); n.Why, n.Accept = "the strike", []string{"delinquent"} }),
		order(func(n *NightOrder) {
			supervisor(n)
			n.Date, n.Why, n.AllowDate, n.AllowGap = day("2027-01-01"), "x", "it is", "so"
		}),
		order(func(n *NightOrder) { n.Why = "resumed in the console" }),
	}
	if diff := cmp.Diff(want, c.orders); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}
}

// What is not complete, or not of the role, orders nothing.
func TestNightFormsRefuse(t *testing.T) {
	s, c := nights(t, readOnly(t))
	key := "KEY45678"
	for _, bad := range []struct {
		role   servicing.Role
		at     string
		form   url.Values
		status int
		says   string
	}{
		{servicing.Viewer, "/tonight/start", fields("key", key, "date", "2026-11-01", "why", "x"), 403, ""},
		{servicing.Viewer, "/tonight/resume", fields("key", key, "date", "2026-11-01"), 403, ""},
		{servicing.Viewer, "/tonight/stop", fields("job", key), 403, ""},
		{servicing.PrivacyOfficer, "/tonight/start", fields("key", key, "date", "2026-11-01", "why", "x"), 403, ""},
		{servicing.Operator, "/tonight/again", fields("key", key, "date", "2026-10-31", "why", "x", "seen", "3"), 403, ""},
		{servicing.Operator, "/tonight/accept", fields("key", key, "date", "2026-11-01", "why", "x", "brake-delinquent", "yes"), 403, ""},
		{servicing.Operator, "/tonight/start", fields("key", key, "date", "2026-11-01", "why", "x", "allow-gap", "x"), 403, ""},
		{servicing.Operator, "/tonight/start", fields("key", key, "date", "2026-11-01", "why", " "), 400, "the reason is missing"},
		{servicing.Operator, "/tonight/start", fields("key", key, "date", "", "why", "x"), 400, "the business date is missing"},
		{servicing.Operator, "/tonight/start", fields("key", key, "date", "2026-13-01", "why", "x"), 400, ""},
		{servicing.Operator, "/tonight/start", fields("key", "../../x", "date", "2026-11-01", "why", "x"), 400, ""},
		{servicing.Operator, "/tonight/start", fields("key", key, "date", "2026-11-01", "why", strings.Repeat("x", maxWhy+1)), 400, "longer than"},
		{servicing.Supervisor, "/tonight/again", fields("key", key, "date", "2026-10-31", "why", "x", "seen", "the last"), 400, ""},
		{servicing.Supervisor, "/tonight/again", fields("key", key, "date", "2026-10-31", "seen", "3"), 400, "the reason is missing"},
		{servicing.Supervisor, "/tonight/accept", fields("key", key, "date", "2026-11-01", "why", "x"), 400, "no brake is chosen"},
	} {
		s.post(bad.role, bad.at, bad.form).has(t, bad.status, bad.says)
	}
	if len(c.orders) != 0 {
		t.Errorf("ordered %+v", c.orders)
	}
	c.refuses = &NightRefused{Why: "another run or import holds the <book>", Hint: "wait until it ends"}
	s.post(servicing.Operator, "/tonight/start", fields("key", key, "date", "2026-11-01", "why", "x")).has(t, 409,
		"The night was not begun", "holds the &lt;book&gt;", "Nothing was changed. At the command line: wait until it ends.")
}

// What became of a night that was asked for is on a page of its own for as long as the program knows it.
func TestNightJobPage(t *testing.T) {
	s, c := nights(t, readOnly(t))
	s.get(servicing.Viewer, "/tonight/jobs/KEY45678").has(t, 404, "What became of this is not known any more")
	c.job = &NightJob{ID: "KEY45678", Kind: NightAgain, DryRun: true, Date: day("2026-10-31"), By: "ada", Why: "<b>", Began: clock()}
	s.get(servicing.Viewer, "/tonight/jobs/KEY45678").has(t, 200, "Dry run of the night of 2026-10-31 once more", "It is being worked on", `hx-get="/tonight/jobs/KEY45678/now"`, "&lt;b&gt;")
	s.get(servicing.Operator, "/tonight").has(t, 200, "asked for by ada, is being worked on", `action="/tonight/stop"`, `value="KEY45678"`)
	if got := s.post(servicing.Operator, "/tonight/stop", fields("job", "KEY45678")); got.status != 303 || c.stopped != "KEY45678 by a-operator" {
		t.Errorf("stop: %d, %q", got.status, c.stopped)
	}
	c.job.Ended = clock().Add(time.Minute)
	c.job.Tried = &TriedNight{
		Steps: []TriedStep{{"delinquency", 120000, 345, 1}}, Files: []TriedFile{{"NORTH", "bureaus", day("2026-10-31"), 119000, 17, 3}},
		Exceptions: 1, Listed: []TriedException{{"L/1", "export", "NO_DOFD", "none"}}, Most: 100, More: true,
		Moves: []inquiry.NightMove{{LoanID: "L-2", State: "ACCOUNT", From: "ACTIVE", To: "CLOSED::CHARGE_OFF", Rule: "DQ5"}},
	}
	got := s.get(servicing.Viewer, "/tonight/jobs/KEY45678")
	got.has(t, 200, "The dry run is done. Nothing was changed.", "120,000", "345", "NORTH to bureaus", "119,000", `href="/accounts/L%2F1"`, "NO_DOFD", "DQ5", "the first 100")
	if strings.Contains(got.body, "hx-get") {
		t.Error("a page asks for news of what is over")
	}
	c.job.Tried, c.job.Failed, c.job.Hint = nil, "a brake stopped the night", "furnisher brakes"
	s.get(servicing.Viewer, "/tonight/jobs/KEY45678/now").has(t, 200, "It ended early: a brake stopped the night", "furnisher brakes")
}

// A night that waits for a person offers what that person may do.
func TestBrakedNightOffers(t *testing.T) {
	db := working(t)
	db.MustExec(`UPDATE run SET state = 'STOPPED', stopped_because = 'a brake' WHERE run = 2`)
	db.MustExec(`INSERT INTO run_brake (run, seq, step, brake, about, state, now, whole, allowed, before, braked_at) VALUES
		(2, 1, 'export', 'file-records', 'a', 'BRAKED', 9, 9, 1, '{}', '2026-11-01'), (2, 2, 'export', 'file-records', 'b', 'BRAKED', 9, 9, 1, '{}', '2026-11-01')`)
	s, _ := nights(t, db)
	got := s.get(servicing.Supervisor, "/tonight")
	got.has(t, 200, `action="/tonight/accept"`, `name="brake-file-records"`, "Resume the night of 2026-10-31")
	if strings.Count(got.body, `name="brake-file-records"`) != 1 || strings.Contains(got.body, "/tonight/start") {
		t.Error("a brake is offered twice, or another night beside the unfinished one")
	}
	s.get(servicing.Operator, "/tonight").has(t, 200, "A supervisor can accept the brakes", `action="/tonight/resume"`)
}
