package console

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/servicing"
)

// filing records what forms ask for.
type filing struct {
	asked chan FileAct
	done  atomic.Int64
	told  *Told
	err   error
	wait  chan struct{} // nil: at once
}

func (f *filing) do(ctx context.Context, a FileAct) (*Told, error) {
	if a.Progress != nil {
		a.Progress(3, 8)
		a.Progress = nil
	}
	if f.wait != nil {
		select {
		case <-f.wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	f.done.Add(1)
	f.asked <- a
	return f.told, f.err
}

func newFiling() *filing {
	return &filing{asked: make(chan FileAct, 10), told: &Told{Sentence: "File 9 is as asked."}}
}

func (f *filing) serve(c *Config) {
	c.Month.Files = MonthFileActions{Look: f.do, Preview: f.do, Change: f.do, Replace: f.do}
}

// Each form of a file does what it says in its role, once however often it is sent, and is refused to a lesser role, without a reason,
// without a key, and of a file that there is not.
func testFileForms(t *testing.T, db *sqlx.DB) {
	t.Helper()
	f, file := newFiling(), newest(t, db)
	s := newSite(t, db, f.serve)
	defer s.c.Stop()
	at := fmt.Sprintf("/month/files/%d", file.File)
	for i, form := range []struct {
		verb, to    string
		role, below servicing.Role
		why         string
	}{
		{"look", "LOOK", servicing.Operator, servicing.Viewer, ""},
		{"transmit", "TRANSMITTED", servicing.Operator, servicing.Viewer, "sent by hand"},
		{"accept", "ACCEPTED", servicing.Operator, servicing.Viewer, "receipts are there"},
		{"void", "VOIDED", servicing.Supervisor, servicing.Operator, "a wrong import"},
		{"reject", "REJECTED", servicing.Supervisor, servicing.Operator, "the bureaus refused it"},
		{"replace", "REPLACE", servicing.Operator, servicing.Viewer, "corrected"},
	} {
		values := url.Values{"key": {fmt.Sprint("k", i)}, "why": {form.why}}
		if got := s.post(form.below, at+"/"+form.verb, values); got.status != 403 {
			t.Errorf("%s as %s: status %d", form.verb, form.below, got.status)
		}
		if form.why != "" {
			s.post(form.role, at+"/"+form.verb, url.Values{"key": {"none"}, "why": {" "}}).has(t, 400, "The form is not complete", "Reason is empty")
		}
		if got := s.post(form.role, at+"/"+form.verb, url.Values{"why": {"because"}}); got.status != 400 {
			t.Errorf("%s without a key: status %d", form.verb, got.status)
		}
		if got := s.post(form.role, "/month/files/999/"+form.verb, values); got.status != 404 {
			t.Errorf("%s of no file: status %d", form.verb, got.status)
		}
		for range 2 {
			if got := s.post(form.role, at+"/"+form.verb, values); got.status != 303 || got.header.Get("Location") != at {
				t.Fatalf("%s: status %d to %q\n%s", form.verb, got.status, got.header.Get("Location"), got.body)
			}
		}
		want := FileAct{File: file.File, To: form.to, Who: "a-" + string(form.role), Why: form.why, From: "192.0.2.1"}
		if diff := cmp.Diff(want, <-f.asked); diff != "" {
			t.Errorf("%s (-want +got):\n%s", form.verb, diff)
		}
		if n := f.done.Swap(0); n != 1 {
			t.Errorf("%s was done %d times", form.verb, n)
		}
		if form.why != "" {
			values.Set("why", "something else")
			s.post(form.role, at+"/"+form.verb, values).has(t, 409, "This form was sent before with other words")
		}
	}
	r := httptest.NewRequest("POST", at+"/void", strings.NewReader("key=x&why=y"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if got := s.send(r); got.status != 403 {
		t.Errorf("from another site: status %d", got.status)
	}
}

// A release is previewed, and its preview has the form that signs it: with the bytes that were looked at, and each warning by name.
func testReleaseForms(t *testing.T, db *sqlx.DB) {
	t.Helper()
	f, file := newFiling(), newest(t, db)
	s := newSite(t, db, f.serve)
	defer s.c.Stop()
	at := fmt.Sprintf("/month/files/%d", file.File)
	var hash string
	if err := db.Get(&hash, `SELECT sha256 FROM bureau_file WHERE file = $1`, file.File); err != nil {
		t.Fatal(err)
	}
	if got := s.post(servicing.Operator, at+"/release", url.Values{"key": {"ReleaseForms-a"}, "do": {"preview"}}); got.status != 403 {
		t.Errorf("as an operator: status %d", got.status)
	}
	f.told = &Told{
		Sentence: "File would be RELEASED.", Preview: true, SHA256: hash, Notes: []string{"compared with file 1"},
		Figures: []Figure{{"loans of the program", "12", false}, {"in this file", "11", true}}, Warnings: []RuleFound{{"B12", 7, "a <sentence> of the rule"}},
	}
	got := s.post(servicing.Supervisor, at+"/release", url.Values{"key": {"ReleaseForms-a"}, "do": {"preview"}})
	job := got.header.Get("Location")
	if got.status != 303 || !strings.HasPrefix(job, "/month/jobs/") || (<-f.asked).To != "RELEASED" {
		t.Fatalf("a preview: status %d to %q\n%s", got.status, job, got.body)
	}
	shown := s.get(servicing.Supervisor, job)
	shown.has(t, 200, "Preview of the release of file", "File would be RELEASED.", "compared with file 1", "loans of the program", hash,
		`name="acknowledge-B12"`, "7 times: a &lt;sentence&gt; of the rule", `value="release"`)
	if viewer := s.get(servicing.Viewer, job); strings.Contains(viewer.body, `value="release"`) {
		t.Error("a viewer is offered to sign")
	}
	s.get(servicing.Viewer, at).has(t, 200, "Preview of the release of file", `href="`+job+`"`) // also for who looks at it later
	f.told = &Told{Sentence: "File is RELEASED."}
	release := url.Values{"key": {"ReleaseForms-b"}, "do": {"release"}, "why": {"looked at"}, "sha256": {hash}, "acknowledge-B12": {"yes"}}
	if got := s.post(servicing.Supervisor, at+"/release", release); got.status != 303 || got.header.Get("Location") != at {
		t.Fatalf("a release: status %d to %q\n%s", got.status, got.header.Get("Location"), got.body)
	}
	want := FileAct{File: file.File, To: "RELEASED", Who: "a-supervisor", Why: "looked at", From: "192.0.2.1", SHA256: hash, Acknowledged: []string{"B12"}}
	if diff := cmp.Diff(want, <-f.asked); diff != "" {
		t.Errorf("a release (-want +got):\n%s", diff)
	}
	for _, without := range []string{"why", "sha256"} {
		values := url.Values{}
		for k, v := range release {
			values[k] = v
		}
		values.Set("key", "without "+without)
		values.Del(without)
		if got := s.post(servicing.Supervisor, at+"/release", values); got.status != 400 {
			t.Errorf("a release without %s: status %d", without, got.status)
		}
	}
	// The file is another one by now: what was previewed cannot be signed.
	db.MustExec(`UPDATE bureau_file SET sha256 = 'another' WHERE file = $1`, file.File)
	if shown := s.get(servicing.Supervisor, job); strings.Contains(shown.body, `value="release"`) {
		t.Error("another file is offered to be signed")
	}
	db.MustExec(`UPDATE bureau_file SET sha256 = $2 WHERE file = $1`, file.File, hash)
}

// What is refused says why and what to do; what fails says nothing that the log alone may know.
func testFileFormsRefused(t *testing.T, db *sqlx.DB) {
	t.Helper()
	f, file := newFiling(), newest(t, db)
	s := newSite(t, db, f.serve)
	defer s.c.Stop()
	at := fmt.Sprintf("/month/files/%d/void", file.File)
	f.told, f.err = nil, &Refusal{"The file was sent.", "Reject it."}
	for range 2 {
		s.post(servicing.Supervisor, at, url.Values{"key": {"FileFormsRefused-a"}, "why": {"b"}}).has(t, 409, "Nothing was changed. The file was sent.", "Reject it.")
	}
	f.err = fmt.Errorf("the secret path /srv/files")
	if got := s.post(servicing.Supervisor, at, url.Values{"key": {"FileFormsRefused-c"}, "why": {"b"}}); got.status != 409 || strings.Contains(got.body, "secret") || !strings.Contains(got.body, "the log of the service says why") {
		t.Errorf("a failure: status %d\n%s", got.status, got.body)
	}
	if n := f.done.Load(); n != 2 {
		t.Errorf("done %d times", n)
	}
	if got := newSite(t, db).post(servicing.Supervisor, at, url.Values{"key": {"FileFormsRefused-d"}, "why": {"b"}}); got.status != 404 {
		t.Errorf("not served here: status %d", got.status)
	}
}

// What takes longer than a request goes on without it: its page says so, and then how it ended. If the service is stopped it has its end
// before the service has; if the process is killed, the page says that nobody does it any more.
func testLongJob(t *testing.T, db *sqlx.DB) {
	t.Helper()
	f, file := newFiling(), newest(t, db)
	f.wait = make(chan struct{})
	s := newSite(t, db, f.serve)
	at := fmt.Sprintf("/month/files/%d", file.File)
	s.c.jobs.patience = 0
	ask := func(key string) string {
		t.Helper()
		r := httptest.NewRequest("POST", at+"/look", strings.NewReader("key="+key))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r = r.WithContext(context.WithValue(r.Context(), tester{}, User{Name: "a-operator", Role: servicing.Operator}))
		got := s.send(r)
		if got.status != 303 || got.header.Get("Location") != "/month/jobs/console-a-operator-"+key {
			t.Fatalf("status %d to %q\n%s", got.status, got.header.Get("Location"), got.body)
		}
		return got.header.Get("Location")
	}
	job := ask("one")
	for !strings.Contains(s.get(servicing.Viewer, job).body, "Looked at 3 of 8 parts of the book") { // it begins beside its request
		if t.Context().Err() != nil {
			t.Fatal("it does not begin")
		}
	}
	s.get(servicing.Viewer, job).has(t, 200, "It goes on since", `hx-trigger="every 2s"`, "hx-nonce=", `<progress id="far" value="3" max="8">`)
	s.get(servicing.Viewer, at).has(t, 200, "a-operator has begun something", job)
	f.wait <- struct{}{}
	<-f.asked
	for !strings.Contains(s.get(servicing.Viewer, job+"?part=1").body, "File 9 is as asked.") { // it is noted right after it is done
		if t.Context().Err() != nil {
			t.Fatal("it has no end")
		}
	}
	if part := s.get(servicing.Viewer, job+"?part=1"); strings.Contains(part.body, "hx-trigger") || strings.Contains(part.body, "<html") {
		t.Errorf("the part of a job that has ended:\n%s", part.body)
	}
	job = ask("two")
	s.c.Stop()
	s.get(servicing.Viewer, job).has(t, 200, "The service was stopped before the end.")

	db.MustExec(`UPDATE console_job SET ended_at = NULL, outcome = NULL, result = NULL, beat_at = $1`, clock().Add(-time.Hour))
	s.get(servicing.Viewer, job).has(t, 200, "The process that did this ended before it noted the end")
	if got := s.get(servicing.Viewer, "/month/jobs/none"); got.status != 404 {
		t.Errorf("no job: status %d", got.status)
	}
}
