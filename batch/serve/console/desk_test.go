package console

import (
	"context"
	"encoding/csv"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// inQueue reads the items of a queue.
func inQueue(t *testing.T, db *sqlx.DB, queue rules.Queue) []inquiry.QueueItem {
	t.Helper()
	l, err := inquiry.QueueItems(t.Context(), db, inquiry.QueueFilter{Queue: queue}, inquiry.Page{Limit: inquiry.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	return l.Rows
}

// filled is a book with something in each queue of the desk.
func filled(t *testing.T) *sqlx.DB {
	t.Helper()
	db, _ := own(t)
	db.MustExec(`
		INSERT INTO run_exception (run, step, loan, code, detail, first_run)
			SELECT (SELECT max(run) FROM run), 'delinquency', loan, 'NO_CYCLES', 'the loan has no billing cycle', (SELECT max(run) FROM run) FROM loan_key ORDER BY loan LIMIT 3;
		UPDATE loan_state SET episode = 1, closed_on = NULL, status = 'ACTIVE' WHERE loan = (SELECT min(loan) FROM schedule);
		UPDATE schedule SET state = 'CANCELLED', cancel_reason = 'PAID_OFF', cancelled_on = '2026-10-01', cancelled_operation = 1 WHERE loan = (SELECT min(loan) FROM schedule);
		INSERT INTO correction (loan, field, value, decided, decided_on, known, reason, evidence, source, recorded_by, recorded_at)
			SELECT loan, 'current_balance', '=1', '2', '2026-10-31', '{}', 'r', 'e', 'AUD', 'ada', '2026-10-05T00:00:00Z' FROM loan_key ORDER BY loan LIMIT 1;
		INSERT INTO answer (loan, file, destination, record_number, outcome, code, reason, received_on, seen_file, owner, recorded_by, recorded_at)
			SELECT t.loan, t.file, f.destination, 2, 'REFUSED', 'E77', 'the date opened is not one', '2026-10-20', f.file, 'ada', 'ada', '2026-10-20T00:00:00Z'
			FROM tradeline t JOIN bureau_file f ON f.file = t.file ORDER BY t.file, t.loan LIMIT 2;
		INSERT INTO customer_eligible (customer, run, business_date) SELECT customer, (SELECT max(run) FROM run), '2026-10-31' FROM customer ORDER BY customer LIMIT 1 ON CONFLICT DO NOTHING`)
	desk := newSite(t, db).c.Desk("test")
	var loans []string
	if err := db.Select(&loans, `SELECT k.loan_id FROM loan_key k JOIN loan_state s ON s.loan = k.loan JOIN loan_customer c ON c.loan = k.loan AND c.position = 1
		WHERE s.status = 'ACTIVE' ORDER BY k.loan OFFSET 5 LIMIT 2`); err != nil {
		t.Fatal(err)
	}
	for i, loan := range loans {
		o := servicing.Order{By: "ada", Why: "a letter"}
		dispute := servicing.OpenDisputeRequest{Order: o, LoanID: loan, CaseID: "D/" + strconv.Itoa(i) + "<b>", Channel: rules.DisputeDirect}
		if _, err := desk.OpenDispute(t.Context(), dispute); err != nil {
			t.Fatal(err)
		}
		match := servicing.CreateCaseRequest{Order: o, CaseID: "M" + strconv.Itoa(i), LoanIDs: []string{loan}}
		match.Type, match.AutoCreated = servicing.Give(rules.CaseMilitary), servicing.Give(true)
		if _, err := desk.CreateCase(t.Context(), match); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// The desk over a book with something in each queue. Its parts are in order: the later ones change the book.
func TestDesk(t *testing.T) {
	db := filled(t)
	for _, part := range []struct {
		name string
		test func(*testing.T, *sqlx.DB)
	}{{"queues", deskShowsQueues}, {"forms", deskForms}, {"resolves", deskResolves}, {"csv", deskCSV}, {"cases", caseForms}, {"disputes", disputeForms}} {
		t.Run(part.name, func(t *testing.T) { part.test(t, db) })
	}
}

// An empty queue says so, and what would be in it.
func TestDeskEmpty(t *testing.T) {
	newSite(t, readOnly(t)).get(servicing.Viewer, "/desk/rejects").has(t, 200, "No answer of a bureau is open.", "Records that a bureau refused")
}

// The desk counts each queue, and each queue shows its items, to who may see them.
func deskShowsQueues(t *testing.T, db *sqlx.DB) {
	s := newSite(t, db, serveAll)
	standings, err := inquiry.QueueStandings(t.Context(), db, rules.DateOf(clock()))
	if err != nil {
		t.Fatal(err)
	}
	front := s.get(servicing.Viewer, "/desk")
	for _, q := range queues {
		role := q.Role
		found := inQueue(t, db, q.Queue)
		i := slices.IndexFunc(standings, func(s inquiry.QueueStanding) bool { return s.Queue == q.Queue })
		if standings[i].Items != int64(len(found)) {
			t.Errorf("%s: counted %d, listed %d", q.Queue, standings[i].Items, len(found))
		}
		if q.Queue != rules.QueueRemovals {
			front.has(t, 200, `href="/desk/`+string(q.Queue)+`"`, q.Title)
		}
		list := s.get(role, "/desk/"+string(q.Queue))
		if len(found) == 0 {
			t.Errorf("nothing is in the queue %s", q.Queue)
			continue
		}
		list.has(t, 200, found[0].Since.String(), "/desk/"+string(q.Queue)+"/item?item=")
		if role == servicing.Viewer && strings.Contains(list.body, "<textarea") {
			t.Errorf("%s: a viewer is shown a form", q.Queue)
		}
		item := regexp.MustCompile(`/desk/[a-z]+/item\?item=[^"]*`).FindString(list.body)
		item = html.UnescapeString(item)
		one := s.get(role, item)
		one.has(t, 200, found[0].Since.String(), q.Leaves)
		if role == servicing.Viewer && strings.Contains(one.body, "<textarea") {
			t.Errorf("%s: a viewer is shown a form for an item", q.Queue)
		}
		if q.Resolver == servicing.Supervisor && q.Resolves != "" {
			for _, at := range []string{"/desk/" + string(q.Queue), item} {
				if strings.Contains(s.get(servicing.Operator, at).body, `value="resolve"`) {
					t.Errorf("%s: an operator is offered what a supervisor may", at)
				}
			}
			s.get(servicing.Supervisor, item).has(t, 200, `value="resolve"`)
		}
		file := s.get(role, "/desk/"+string(q.Queue)+"?csv=1")
		lines, err := csv.NewReader(strings.NewReader(file.body)).ReadAll()
		if err != nil || len(lines) != len(found)+1 || file.header.Get("Content-Type") != "text/csv; charset=utf-8" {
			t.Errorf("%s as CSV: %d lines for %d items, %v", q.Queue, len(lines), len(found), err)
		}
	}
	if strings.Contains(front.body, "/desk/removals") {
		t.Error("a viewer sees who may be removed")
	}
	s.get(servicing.Viewer, "/desk/removals").has(t, 403)
	s.get(servicing.PrivacyOfficer, "/desk/removals").has(t, 200)
	s.get(servicing.Viewer, "/desk/nothing").has(t, 404)
	s.get(servicing.Viewer, "/desk/exceptions?after=x").has(t, 400)
	s.get(servicing.Viewer, "/desk/exceptions/item?item=none").has(t, 404)
	s.get(servicing.Viewer, "/desk/exceptions?owner=nobody-such").has(t, 200, "No item is as the filter asks")
	s.get(servicing.Viewer, "/desk/acdv").has(t, 200)
	s.get(servicing.Viewer, "/desk/aud?since=2026-01-01").has(t, 200)
	s.get(servicing.Viewer, "/desk/aud?since=yesterday").has(t, 400)
}

// Forms of the desk assign, note and resolve, each by who may, once for each key.
func deskForms(t *testing.T, db *sqlx.DB) {
	s := newSite(t, db)
	exceptions := inQueue(t, db, rules.QueueExceptions)
	if len(exceptions) < 2 {
		t.Fatalf("the book has %d exceptions", len(exceptions))
	}
	operations := func() (n int) {
		if err := db.Get(&n, `SELECT count(*) FROM operation`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	fields := func(act, key string, more ...string) url.Values {
		f := url.Values{"act": {act}, "key": {key}, "why": {"seen at the meeting"}, "item-0": {exceptions[0].Item}, "item-7": {exceptions[1].Item}}
		for i := 0; i < len(more); i += 2 {
			f.Set(more[i], more[i+1])
		}
		return f
	}
	at := "/desk/exceptions"
	s.post(servicing.Viewer, at, fields("assign", "k1", "owner", "kim")).has(t, 403)
	s.post(servicing.PrivacyOfficer, at, fields("assign", "k1", "owner", "kim")).has(t, 403)
	before := operations()
	for range 2 {
		if got := s.post(servicing.Operator, at, fields("assign", "k1", "owner", "<script>kim", "due", "2026-11-05")); got.status != 303 || got.header.Get("Location") != at {
			t.Fatalf("assign: %d to %q", got.status, got.header.Get("Location"))
		}
	}
	if n := operations() - before; n != 1 {
		t.Errorf("sent twice, it was done %d times", n)
	}
	s.get(servicing.Viewer, at+"?owner=%3Cscript%3Ekim").has(t, 200, "&lt;script&gt;kim", "2026-11-05", "4 days left")
	s.post(servicing.Operator, at, fields("assign", "k2", "me", "1")).has(t, 303)
	stale := fields("assign", "k2b", "owner", "lee", "was-0", "<script>kim", "was-7", "a-operator")
	if s.post(servicing.Operator, at, stale).has(t, 409, "is with a-operator since you loaded the page"); inQueue(t, db, rules.QueueExceptions)[0].Owner != "a-operator" {
		t.Error("an item was taken from who took it meanwhile")
	}
	s.post(servicing.Operator, at, fields("assign", "k2c", "nobody", "1", "was-0", "<script>kim")).has(t, 409)
	for range 2 {
		s.post(servicing.Operator, at, fields("assign", "k2d", "owner", "lee", "was-0", "a-operator")).has(t, 303)
	}
	s.get(servicing.Operator, at).has(t, 200, `name="was-0" value="lee"`)
	s.post(servicing.Operator, at, fields("assign", "k2e", "me", "1")).has(t, 303)
	s.post(servicing.Operator, at, fields("note", "k3")).has(t, 303)
	s.get(servicing.Viewer, at+"?owner=a-operator").has(t, 200, "seen at the meeting", "a-operator")
	s.post(servicing.Operator, at, fields("assign", "k4", "nobody", "1", "no-due", "1")).has(t, 303)
	if got := inQueue(t, db, rules.QueueExceptions); got[0].Owner != "" || got[0].DueOn != 0 || got[0].Note == "" {
		t.Errorf("given back: %+v", got[0])
	}

	s.post(servicing.Operator, at, fields("resolve", "k5")).has(t, 403)
	before = operations()
	for range 2 {
		s.post(servicing.Supervisor, at, fields("resolve", "k6")).has(t, 303)
	}
	if n := operations() - before; n != 2 {
		t.Errorf("two exceptions, resolved twice: %d operations", n)
	}
	notes := 0
	if err := db.Get(&notes, `SELECT count(DISTINCT (loan, code)) FROM exception_note WHERE who = 'a-supervisor'`); err != nil || notes != 2 {
		t.Errorf("notes on exceptions: %d, %v", notes, err)
	}

	for name, f := range map[string]url.Values{
		"no act":          fields("", "k7"),
		"an unknown act":  fields("remove", "k7"),
		"a bad date":      fields("assign", "k7", "due", "soon"),
		"nothing to give": fields("assign", "k7"),
		"no reason":       fields("note", "k7", "why", " "),
		"no item":         {"act": {"note"}, "key": {"k7"}, "why": {"x"}},
	} {
		if got := s.post(servicing.Operator, at, f); got.status != 400 {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	s.post(servicing.Operator, at, fields("note", "k8", "item-0", "gone", "item-7", "")).has(t, 409)
	s.post(servicing.Operator, "/desk/disputes", fields("resolve", "k9")).has(t, 400)
	s.post(servicing.Operator, "/desk/disputes", fields("assign", "k9", "due", "2026-12-31")).has(t, 400, "BR10")
}

// Each queue is resolved by the operation of its kind.
func deskResolves(t *testing.T, db *sqlx.DB) {
	closed, released := map[int64]string{}, map[int64]string{}
	s := newSite(t, db, func(c *Config) {
		c.DeskActions.CloseAnswer = func(ctx context.Context, answer int64, who, why string) error {
			closed[answer] += who + ": " + why
			_, err := db.ExecContext(ctx, `UPDATE answer SET state = 'ANSWERED', answered_by = $2, answered_why = $3, answered_at = now() WHERE answer = $1`, answer, who, why)
			return err
		}
		c.DeskActions.ReleaseCorrection = func(_ context.Context, correction int64, who, approver, why string) error {
			released[correction] += who + ", " + approver + ": " + why
			return nil
		}
	})
	ask := func(role servicing.Role, queue rules.Queue, more ...string) (answer, []inquiry.QueueItem) {
		found := inQueue(t, db, queue)
		f := url.Values{"act": {"resolve"}, "key": {"r-" + string(queue)}, "why": {"done"}}
		for i, item := range found {
			f.Set("item-"+strconv.Itoa(i), item.Item)
		}
		for i := 0; i < len(more); i += 2 {
			f.Set(more[i], more[i+1])
		}
		got := s.post(role, "/desk/"+string(queue), f)
		if got.status == 303 && len(more) == 0 {
			s.post(role, "/desk/"+string(queue), f).has(t, 303) // sent twice
		}
		return got, found
	}
	for _, queue := range []rules.Queue{rules.QueueRejects, rules.QueueReopened, rules.QueueReviews} {
		before := len(inQueue(t, db, queue))
		got, _ := ask(servicing.Operator, queue, "do", "preview")
		if got.has(t, 400); len(closed) != 0 || len(inQueue(t, db, queue)) != before {
			t.Errorf("what was asked for as a preview of %s was done: %v", queue, closed)
		}
	}
	got, found := ask(servicing.Operator, rules.QueueRejects)
	if got.has(t, 303); len(closed) != len(found) || closed[1] != "a-operator: done" {
		t.Errorf("closed answers: %v", closed)
	}
	got, _ = ask(servicing.Operator, rules.QueueReopened)
	if got.has(t, 303); len(inQueue(t, db, rules.QueueReopened)) != 0 {
		t.Error("what was done is still in the queue")
	}
	if got, found = ask(servicing.Operator, rules.QueueReviews); len(inQueue(t, db, rules.QueueReviews)) != len(found) {
		t.Error("a match that nobody acknowledged left the queue")
	}
	got.has(t, 303)
	got, _ = ask(servicing.Operator, rules.QueueCorrections, "approver", "kim")
	got.has(t, 403)
	got, _ = ask(servicing.Supervisor, rules.QueueCorrections, "approver", "kim")
	if got.has(t, 409, "a supervisor of this console"); len(released) != 0 {
		t.Errorf("somebody whom nobody knows approved: %v", released)
	}
	secondPerson(t, db)
	got, _ = ask(servicing.Supervisor, rules.QueueCorrections, "approver", "Kim")
	if got.has(t, 303); len(released) != 1 || released[1] != "a-supervisor, kim: done" {
		t.Errorf("released corrections: %v", released)
	}
	got, _ = ask(servicing.Supervisor, rules.QueueRemovals)
	got.has(t, 403)
	got, _ = ask(servicing.PrivacyOfficer, rules.QueueRemovals) // CD3: the retention of this one has not ended
	got.has(t, 409, "CD3")
	db.MustExec(`UPDATE program SET retention_months = 0`)
	eligible, _, err := s.c.Desk("test").EligibleCustomers(t.Context(), day("2026-11-01"), 0, 1000)
	if err != nil || len(eligible) == 0 {
		t.Fatalf("no customer may be removed: %v", err)
	}
	db.MustExec(`DELETE FROM customer_eligible`)
	db.MustExec(`INSERT INTO customer_eligible SELECT $1, max(run), '2026-10-31' FROM run`, eligible[0].Key)
	removed := func() (n int) {
		if err := db.Get(&n, `SELECT count(*) FROM customer WHERE removed_on IS NOT NULL`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := removed()
	got, _ = ask(servicing.PrivacyOfficer, rules.QueueRemovals, "do", "preview")
	if got.has(t, 303); removed() != before || len(inQueue(t, db, rules.QueueRemovals)) != 1 {
		t.Error("a preview removed a customer")
	}
	got, _ = ask(servicing.PrivacyOfficer, rules.QueueRemovals, "key", "once")
	if got.has(t, 303); removed() != before+1 || len(inQueue(t, db, rules.QueueRemovals)) != 0 {
		t.Error("the customer is not removed, or still in the queue")
	}

	waits := inQueue(t, db, rules.QueueDeletions)[0]
	item := "/desk/deletions/item?" + url.Values{"item": {waits.Item}}.Encode()
	open, err := inquiry.OpenReceivables(t.Context(), db, waits.LoanID, rules.DateOf(clock()))
	if err != nil {
		t.Fatal(err)
	}
	s.get(servicing.Operator, item).has(t, 200, "The balance is "+open.Balance.String(), "Settle what is open")
	settles := func(key, amount, do string) answer {
		return s.post(servicing.Operator, "/desk/deletions", url.Values{"act": {"settle"}, "key": {key}, "why": {"waived"}, "item-0": {waits.Item}, "how": {"WAIVE"}, "amount": {amount}, "do": {do}})
	}
	settles("s1", "much", "").has(t, 400)
	settles("s2", "99999999.00", "").has(t, 409)
	settles("s3", "1.00", "preview").has(t, 303)
	s.get(servicing.Viewer, item).has(t, 200, "The balance is "+open.Balance.String())
	for range 2 {
		settles("s4", open.Balance.String(), "").has(t, 303)
	}
	s.get(servicing.Viewer, item).has(t, 200, "Nothing is open as of")

	if got := newSite(t, db).post(servicing.Operator, "/desk/rejects", url.Values{"act": {"resolve"}, "key": {"x"}, "why": {"x"}, "item-0": {"1"}}); got.status != 400 {
		t.Errorf("a console without the action: %d", got.status)
	}
}

// A file of the desk holds no formula, and breaks off rather than ending where it could not be read.
func deskCSV(t *testing.T, db *sqlx.DB) {
	s := newSite(t, db)
	exceptions := inQueue(t, db, rules.QueueExceptions)
	desk := s.c.Desk("test")
	var items []string
	for _, e := range exceptions {
		items = append(items, e.Item)
	}
	request := servicing.AssignRequest{QueueRequest: servicing.QueueRequest{Order: servicing.Order{By: "a", Why: "=1+1"}, Queue: rules.QueueExceptions, Items: items}, Owner: servicing.Give("@kim")}
	if _, err := desk.Assign(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	if _, err := desk.NoteItems(t.Context(), request.QueueRequest); err != nil {
		t.Fatal(err)
	}
	file := s.get(servicing.Viewer, "/desk/exceptions?csv=1")
	file.has(t, 200, "'@kim", "'=1+1")
	if strings.Contains(file.body, ",@kim") || strings.Contains(file.body, ",=1") {
		t.Error("a cell is a formula")
	}
	if kind := file.header.Get("Content-Disposition"); kind != `attachment; filename="desk-exceptions.csv"` {
		t.Errorf("disposition %q", kind)
	}
}
