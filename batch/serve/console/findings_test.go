package console

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// What a look found is listed with its owner, due date and age; who may accepts, assigns or puts it right, once, with a reason.
func testFindings(t *testing.T, db *sqlx.DB) {
	t.Helper()
	file := newest(t, db)
	look := bureau.Preflight{Vault: vault, Limits: rules.DefaultDriftLimits(), Who: "robin", Now: clock()}
	if _, err := look.Run(t.Context(), db, file.File); err != nil {
		t.Fatal(err)
	}
	db.MustExec(`INSERT INTO finding (loan, destination, rule, about, harm, says, first_file, last_file, first_seen_on, last_seen_on, times, months, due_on)
		SELECT l.loan, f.destination, 'V22', '', 'GRAVE', 'it vanished', f.first_file, f.last_file, f.first_seen_on, f.last_seen_on, 1, 1, f.due_on
		FROM finding f, (SELECT loan FROM tradeline WHERE file = $1 ORDER BY loan LIMIT 3) l WHERE f.loan = 0`, file.File)
	db.MustExec(`INSERT INTO finding_file (loan, finding, file) SELECT loan, finding, last_file FROM finding WHERE rule = 'V22'`)
	var open []int64
	if err := db.Select(&open, `SELECT finding FROM finding WHERE state = 'OPEN' ORDER BY finding`); err != nil || len(open) < 3 {
		t.Fatalf("open findings %v, %v", open, err)
	}
	db.MustExec(`UPDATE finding SET says = '=cmd|<script>alert(1)</script>', about = '' WHERE finding = $1`, open[0])
	asked := make(chan FindingAct, 10)
	s := newSite(t, db, func(c *Config) {
		do := func(ctx context.Context, a FindingAct) (*Told, error) {
			asked <- a
			if err := bureau.AcceptFindings(ctx, db, a.Findings, a.Who, a.Why, batch.Authority{}, clock()); err != nil {
				return nil, &Refusal{Words: "It is not open."}
			}
			return &Told{Sentence: "Finding is accepted."}, nil
		}
		only := func(_ context.Context, a FindingAct) (*Told, error) {
			asked <- a
			return &Told{Sentence: "Done."}, nil
		}
		c.Month.Findings = FindingActions{Accept: do, Assign: only, Resolve: only}
	})
	defer s.c.Stop()
	at := fmt.Sprintf("/findings/%d", open[0])
	s.get(servicing.Viewer, "/findings").has(t, 200, "<h1>Findings</h1>", fmt.Sprintf(`href="%s"`, at), "nobody",
		"=cmd|&lt;script&gt;alert(1)&lt;/script&gt;")
	for _, path := range []string{"/findings", at} {
		hides(t, s.get(servicing.Viewer, path), "/findings/assign", "/findings/resolve", "/findings/accept")
	}
	if got := s.get(servicing.Viewer, "/findings"); strings.Contains(got.body, "formaction") {
		t.Error("a viewer is offered forms")
	}
	if got := s.get(servicing.Operator, "/findings"); !strings.Contains(got.body, `/findings/resolve"`) || strings.Contains(got.body, `/findings/accept"`) {
		t.Error("an operator is offered the wrong forms")
	}
	s.get(servicing.Supervisor, fmt.Sprintf("/findings?file=%d", file.File)).has(t, 200, `/findings/accept"`, fmt.Sprintf(`name="finding-%d"`, open[0]))
	s.get(servicing.Viewer, "/findings?owner=nobody-has-it").has(t, 200, "No finding is as the filter asks")
	s.get(servicing.Viewer, at).has(t, 200, "What to do", "Where the rule comes from", "for 1 month, in 1 file")
	for path, status := range map[string]int{"/findings?file=x": 400, "/findings?after=x": 400, "/findings/0": 404, "/findings/x": 404, "/findings/999999": 404} {
		if got := s.get(servicing.Viewer, path); got.status != status {
			t.Errorf("%s: status %d, want %d", path, got.status, status)
		}
	}
	list := s.get(servicing.Viewer, "/findings?csv=1")
	lines, err := csv.NewReader(strings.NewReader(list.body)).ReadAll()
	if err != nil || len(lines) != len(open)+1 || !strings.HasPrefix(lines[1][7], "'=cmd") {
		t.Errorf("CSV: %v, %d lines for %d findings", err, len(lines), len(open))
	}

	accept := url.Values{"key": {"findings-a"}, "why": {"seen"}, fmt.Sprint("finding-", open[0]): {"yes"}, "one": {"yes"}}
	for _, form := range []struct{ verb, role string }{{"accept", "operator"}, {"assign", "viewer"}, {"resolve", "viewer"}} {
		if got := s.post(servicing.Role(form.role), "/findings/"+form.verb, accept); got.status != 403 {
			t.Errorf("%s as %s: status %d", form.verb, form.role, got.status)
		}
	}
	for range 2 {
		if got := s.post(servicing.Supervisor, "/findings/accept", accept); got.status != 303 || got.header.Get("Location") != at {
			t.Fatalf("accept: status %d to %q\n%s", got.status, got.header.Get("Location"), got.body)
		}
	}
	want := FindingAct{Findings: open[:1], Who: "a-supervisor", Why: "seen", From: "192.0.2.1"}
	if diff := cmp.Diff(want, <-asked); diff != "" || len(asked) != 0 {
		t.Errorf("accept, done %d times more (-want +got):\n%s", len(asked), diff)
	}
	s.get(servicing.Supervisor, at).has(t, 200, "ACCEPTED", "by a-supervisor", "seen")
	accept.Set("key", "findings-again")
	s.post(servicing.Supervisor, "/findings/accept", accept).has(t, 409, "Nothing was changed. It is not open.")
	<-asked

	assign := url.Values{"key": {"findings-b"}, "to": {" rivera "}, "due": {"2026-12-01"}, "all": {"yes"}, "file": {fmt.Sprint(file.File)}, "rule": {"V16"}}
	if got := s.post(servicing.Operator, "/findings/assign", assign); got.status != 303 || got.header.Get("Location") != fmt.Sprintf("/findings?file=%d&rule=V16", file.File) {
		t.Errorf("assign: status %d to %q", got.status, got.header.Get("Location"))
	}
	want = FindingAct{File: file.File, Rule: "V16", Who: "a-operator", From: "192.0.2.1", Owner: "rivera", Due: day("2026-12-01")}
	if diff := cmp.Diff(want, <-asked); diff != "" {
		t.Errorf("assign (-want +got):\n%s", diff)
	}
	for name, bad := range map[string]url.Values{
		"no key":      {"why": {"b"}, "finding-1": {"yes"}},
		"no finding":  {"key": {"c"}, "why": {"b"}},
		"no reason":   {"key": {"d"}, "finding-1": {"yes"}},
		"no number":   {"key": {"e"}, "why": {"b"}, "finding-x": {"yes"}},
		"no due date": {"key": {"f"}, "why": {"b"}, "finding-1": {"yes"}, "due": {"soon"}},
		"no rule":     {"key": {"g"}, "why": {"b"}, "all": {"yes"}, "file": {"1"}},
	} {
		if got := s.post(servicing.Operator, "/findings/resolve", bad); got.status != 400 {
			t.Errorf("resolve with %s: status %d", name, got.status)
		}
	}
	s.post(servicing.Operator, "/findings/assign", url.Values{"key": {"h"}, "finding-1": {"yes"}}).has(t, 400, "name an owner or a due date")
	// Looked at, and what is open shows on the month and on the file's page.
	s.get(servicing.Viewer, "/month").has(t, 200, "3 findings are open, 3 of them grave")
	s.get(servicing.Viewer, fmt.Sprintf("/month/files/%d", file.File)).has(t, 200, fmt.Sprintf(`href="/findings?file=%d"`, file.File), "accounts keep their status",
		"3 of them grave: the file is not released")
}
