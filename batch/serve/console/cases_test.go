package console

import (
	"net/url"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// A case is read with all that belongs to it, and each of its forms does its operation, once, in the role that the API asks for.
func caseForms(t *testing.T, db *sqlx.DB) {
	s := newSite(t, db)
	at := "/cases/M0"
	s.get(servicing.Viewer, "/cases?type=MILITARY").has(t, 200, `href="/cases/M0"`, `href="/cases/M1"`, "not acknowledged")
	shown := s.get(servicing.Viewer, at)
	shown.has(t, 200, "MILITARY", "nobody acknowledged it", "The case was never escalated.")
	if strings.Contains(shown.body, "<textarea") {
		t.Error("a viewer is shown a form")
	}
	s.get(servicing.Operator, at).has(t, 200, "Acknowledge the match", "Escalate", "Snooze", "Delete the case")
	state := func() *inquiry.Case {
		found, err := inquiry.CaseDetail(t.Context(), db, "M0")
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	operations := func() (n int) {
		if err := db.Get(&n, `SELECT count(*) FROM operation`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, step := range []struct {
		act    string
		fields url.Values
		done   func(*inquiry.Case) bool
	}{
		{"acknowledge", nil, func(x *inquiry.Case) bool { return x.Acknowledged }},
		{"view", nil, func(x *inquiry.Case) bool { return x.ViewedBy == "a-operator" }},
		{"escalate", url.Values{"assignee": {"legal <b>"}}, func(x *inquiry.Case) bool { return x.Escalated }},
		{"deescalate", nil, func(x *inquiry.Case) bool { return !x.Escalated }},
		{"snooze", url.Values{"until": {"2026-12-24"}}, func(x *inquiry.Case) bool { return x.SnoozedUntil == day("2026-12-24") }},
		{"unsnooze", nil, func(x *inquiry.Case) bool { return x.SnoozedUntil == 0 }},
		{"associate", url.Values{"kind": {"DOCUMENT"}, "reference": {"scan 12"}}, func(x *inquiry.Case) bool { return len(x.Associations) == 1 }},
		{"dissociate", url.Values{"kind": {"DOCUMENT"}, "reference": {"scan 12"}}, func(x *inquiry.Case) bool { return len(x.Associations) == 0 }},
		{"seen", nil, func(*inquiry.Case) bool { return true }},
		{"update", url.Values{"status": {"waits"}, "was-status": {"open"}, "opened_on": {"2020-01-01"}, "was-opened_on": {"2020-01-01"}},
			func(x *inquiry.Case) bool { return x.Status == "waits" && x.OpenedOn != day("2020-01-01") }},
	} {
		f := url.Values{"act": {step.act}, "key": {"c-" + step.act}, "why": {"the letter"}}
		for name, value := range step.fields {
			f[name] = value
		}
		s.post(servicing.Viewer, at, f).has(t, 403)
		before := operations()
		for range 2 {
			if got := s.post(servicing.Operator, at, f); got.status != 303 || got.header.Get("Location") != at {
				t.Errorf("%s: %d to %q", step.act, got.status, got.header.Get("Location"))
			}
		}
		if n := operations() - before; n != 1 {
			t.Errorf("%s, sent twice: %d operations", step.act, n)
		}
		if !step.done(state()) {
			t.Errorf("%s: the case is %+v", step.act, state())
		}
	}
	s.get(servicing.Viewer, at).has(t, 200, "legal &lt;b&gt;", "ESCALATE_CASE", "UPDATE_CASE")

	closes := url.Values{"act": {"update"}, "key": {"c-9"}, "why": {"w"}, "do": {"preview"}, "status": {"closed"}, "was-status": {"waits"}, "closed_on": {"2026-11-01"}}
	s.post(servicing.Operator, at, closes).has(t, 200, "Preview: The case would be: status closed", "Nothing was changed.", `value="2026-11-01"`)
	if state().ClosedOn != 0 {
		t.Error("a preview closed the case")
	}
	s.post(servicing.Operator, at, url.Values{"act": {"update"}, "key": {"c-a"}, "why": {"w"}, "status": {"closed"}}).has(t, 409, "Q47")
	s.post(servicing.Operator, at, url.Values{"act": {"update"}, "key": {"c-b"}, "why": {"w"}, "closed_on": {"soon"}}).has(t, 400, "closed on")
	s.post(servicing.Operator, at, url.Values{"act": {"snooze"}, "key": {"c-c"}, "why": {"w"}, "until": {"x"}}).has(t, 400)
	s.post(servicing.Operator, at, url.Values{"act": {"update"}, "key": {"c-d"}}).has(t, 400)
	s.post(servicing.Operator, at, url.Values{"act": {"burn"}, "key": {"c-e"}, "why": {"w"}}).has(t, 400)
	s.post(servicing.Operator, "/cases/none", url.Values{"act": {"view"}, "key": {"c-f"}}).has(t, 404)
	s.get(servicing.Viewer, "/cases/none").has(t, 404)
	s.get(servicing.Viewer, "/cases?after=1&before=2").has(t, 400)
	s.post(servicing.Operator, at, url.Values{"act": {"delete"}, "key": {"c-g"}, "why": {"w"}}).has(t, 303)
	s.get(servicing.Operator, at).has(t, 200, "The case was deleted on")

	customer := ""
	if err := db.Get(&customer, `SELECT min(customer_id) FROM customer WHERE removed_on IS NULL`); err != nil {
		t.Fatal(err)
	}
	made := url.Values{"type": {"DECEASED"}, "case": {"N/1"}, "customer": {customer}, "key": {"n1"}, "why": {"a certificate"}}
	for range 2 {
		if got := s.post(servicing.Operator, "/cases", made); got.status != 303 || got.header.Get("Location") != "/cases/N%2F1" {
			t.Errorf("open a case: %d to %q", got.status, got.header.Get("Location"))
		}
	}
	s.get(servicing.Viewer, "/cases/N%2F1").has(t, 200, "DECEASED")
	s.post(servicing.Operator, "/cases", url.Values{"type": {"PARTY"}, "customer": {"x"}, "key": {"n2"}, "why": {"w"}}).has(t, 400)
}

// A dispute shows its clock, is extended and answered with a preview, and leaves its queue.
func disputeForms(t *testing.T, db *sqlx.DB) {
	s := newSite(t, db)
	const at = "/disputes/D%2F0%3Cb%3E"
	open := s.get(servicing.Viewer, at)
	open.has(t, 200, "30 days left", "D/0&lt;b&gt;", "XB, disputed by the consumer.", "the answer is due on")
	if strings.Contains(open.body, "<textarea") || strings.Contains(open.body, "0<b>") {
		t.Error("a viewer is shown a form, or the id was not escaped")
	}
	send := func(role servicing.Role, key string, more ...string) answer {
		f := url.Values{"act": {"answer"}, "key": {key}, "why": {"as checked"}, "checked": {"the ledger"}, "answer": {"VERIFIED"}}
		for i := 0; i < len(more); i += 2 {
			f.Set(more[i], more[i+1])
		}
		return s.post(role, at, f)
	}
	send(servicing.Viewer, "d0").has(t, 403)
	send(servicing.Operator, "d1", "act", "extend", "do", "preview").has(t, 200, "The dispute would be due on", "Nothing was changed.")
	send(servicing.Operator, "d2", "act", "extend").has(t, 303)
	s.get(servicing.Viewer, at).has(t, 200, "45 days left", "45 days instead of 30")
	send(servicing.Operator, "d3", "act", "extend").has(t, 409)
	send(servicing.Operator, "d4", "checked", "").has(t, 400)
	send(servicing.Operator, "d5", "answer", "SHRUGGED").has(t, 400)
	send(servicing.Operator, "d6", "answer", "UPDATED").has(t, 400)
	send(servicing.Operator, "d6b", "answer", "UPDATED", "field-0", "25", "value-0", "2026-10-01", "approver", "A-operator").has(t, 409, "another person than you")
	send(servicing.Operator, "d7", "act", "extend", "informed", "yesterday").has(t, 400)
	send(servicing.Operator, "d8", "do", "preview").has(t, 200, "The dispute would be answered verified, outcome XH.", "the ledger</textarea>", `value="VERIFIED" required checked`)
	if got := inQueue(t, db, rules.QueueDisputes); len(got) != 2 {
		t.Errorf("after the preview %d disputes wait", len(got))
	}
	for range 2 {
		if got := send(servicing.Operator, "d9", "disagrees", "1", "copy-EQUIFAX", "1"); got.status != 303 || got.header.Get("Location") != at {
			t.Errorf("answer: %d to %q", got.status, got.header.Get("Location"))
		}
	}
	s.get(servicing.Operator, at).has(t, 200, "<strong>VERIFIED</strong>, outcome XC", "EQUIFAX", "the ledger")
	if got := inQueue(t, db, rules.QueueDisputes); len(got) != 1 {
		t.Errorf("after the answer %d disputes wait", len(got))
	}
	s.get(servicing.Viewer, "/disputes/M1").has(t, 404)
}
