package servicing_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// queued reads a queue as "item owner due note", each item by its loan or case.
func queued(t *testing.T, db *sqlx.DB, queue rules.Queue) (rows []string) {
	t.Helper()
	l, err := inquiry.QueueItems(t.Context(), db, inquiry.QueueFilter{Queue: queue}, inquiry.Page{})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range l.Rows {
		rows = append(rows, i.LoanID+" "+i.CaseID+" "+i.Owner+" "+i.DueOn.String()+" "+i.Note)
	}
	return rows
}

// because is an order with a reason of its own.
func because(why string) servicing.Order {
	return servicing.Order{By: "ada", Why: why, On: day("2026-11-21")}
}

// items are the names of a queue's items.
func items(t *testing.T, db *sqlx.DB, queue rules.Queue) (names []string) {
	t.Helper()
	l, err := inquiry.QueueItems(t.Context(), db, inquiry.QueueFilter{Queue: queue}, inquiry.Page{})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range l.Rows {
		names = append(names, i.Item)
	}
	return names
}

// Items of queues get owners, due dates and notes, each by an operation that names its loan and case, once a key; what is kept of an
// item goes with it.
func TestQueueItems(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book("A1", "B1").load(t, db)
	at := desk(db)
	for _, loan := range []string{"A1", "B1"} {
		if _, err := at.OpenDispute(t.Context(), servicing.OpenDisputeRequest{Order: because("a letter"), LoanID: loan, CaseID: "D-" + loan, Channel: rules.DisputeDirect}); err != nil {
			t.Fatal(err)
		}
	}
	disputes := items(t, db, rules.QueueDisputes)
	assign := servicing.AssignRequest{QueueRequest: servicing.QueueRequest{Order: because("her turn"), Queue: rules.QueueDisputes, Items: append(disputes, "999")}, Owner: servicing.Give("kim")}
	assign.Key = "once"
	done, err := at.Assign(t.Context(), assign)
	if err != nil || !slices.Equal(done.Items, disputes) || !slices.Equal(done.Gone, []string{"999"}) {
		t.Fatalf("assigned %+v, %v", done, err)
	}
	if _, err := at.NoteItems(t.Context(), servicing.QueueRequest{Order: because("waits for the bank"), Queue: rules.QueueDisputes, Items: disputes[:1]}); err != nil {
		t.Fatal(err)
	}
	assign.Owner = servicing.Give("lee")
	if _, err := at.Assign(t.Context(), assign); !errors.Is(err, servicing.ErrKeyUsed) {
		t.Errorf("another request with the key: %v", err)
	}
	assign.Owner = servicing.Give("kim")
	if again, err := at.Assign(t.Context(), assign); err != nil || !again.Repeated || again.Operation != done.Operation {
		t.Errorf("assigned again: %+v, %v", again, err)
	}
	want := []string{"A1 D-A1 kim 2026-12-21 waits for the bank", "B1 D-B1 kim 2026-12-21 "}
	if got := queued(t, db, rules.QueueDisputes); !slices.Equal(got, want) {
		t.Errorf("the queue is %q, want %q", got, want)
	}
	var audited string
	if err := db.Get(&audited, `SELECT kind || ' ' || who || ' ' || cardinality(loans) || ' ' || cardinality(cases) || ' ' || why FROM operation WHERE operation = $1`, done.Operation); err != nil ||
		audited != "ASSIGN "+assign.By+" 2 2 her turn" {
		t.Errorf("the operation is %q, %v", audited, err)
	}

	// A dispute that is answered leaves its queue, and nothing is kept of it after the next operation.
	answer := servicing.AnswerDisputeRequest{Order: because("it is right"), CaseID: "D-A1", Answer: rules.AnswerVerified, Checked: "the ledger"}
	if _, err := at.AnswerDispute(t.Context(), answer); err != nil {
		t.Fatal(err)
	}
	if got := queued(t, db, rules.QueueDisputes); !slices.Equal(got, want[1:]) {
		t.Errorf("after the answer the queue is %q", got)
	}
	if _, err := at.NoteItems(t.Context(), servicing.QueueRequest{Order: because("x"), Queue: rules.QueueDisputes, Items: disputes[:1]}); !errors.Is(err, servicing.ErrRefused) {
		t.Errorf("a note on what has left: %v", err)
	}
	if _, err := at.NoteItems(t.Context(), servicing.QueueRequest{Order: because("x"), Queue: rules.QueueDisputes, Items: disputes[1:]}); err != nil {
		t.Fatal(err)
	}
	kept := 0
	if err := db.Get(&kept, `SELECT count(*) FROM desk_item WHERE item = $1`, disputes[0]); err != nil || kept != 0 {
		t.Errorf("of the dispute that left, rows are kept: %d, %v", kept, err)
	}
	answer.CaseID = "D-B1"
	if _, err := at.AnswerDispute(t.Context(), answer); err != nil {
		t.Fatal(err)
	}
	if err := at.SweepQueues(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Get(&kept, `SELECT count(*) FROM desk_item`); err != nil || kept != 0 {
		t.Errorf("after the night, rows are kept: %d, %v", kept, err)
	}
}

// SP8: a loan that reopened after a purge stays on its list until a person takes it off; after another closure it is another item.
func TestQueueReopened(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book("A1", "B1").load(t, db)
	at := desk(db)
	reopen := func(episode int) {
		db.MustExec(`UPDATE loan_state SET episode = $1`, episode)
		db.MustExec(`UPDATE schedule SET state = 'CANCELLED', cancel_reason = 'PAID_OFF', cancelled_on = '2026-09-01', cancelled_operation = 1`)
	}
	reopen(1)
	first := items(t, db, rules.QueueReopened)
	if len(first) != 2 {
		t.Fatalf("reopened are %q", first)
	}
	if _, err := at.CloseItems(t.Context(), servicing.QueueRequest{Order: because("set up again"), Queue: rules.QueueReopened, Items: first[:1]}); err != nil {
		t.Fatal(err)
	}
	if got := items(t, db, rules.QueueReopened); !slices.Equal(got, first[1:]) {
		t.Errorf("after one was closed: %q", got)
	}
	if _, err := at.NoteItems(t.Context(), servicing.QueueRequest{Order: because("x"), Queue: rules.QueueReopened, Items: first[1:]}); err != nil {
		t.Fatal(err)
	}
	if got := items(t, db, rules.QueueReopened); !slices.Equal(got, first[1:]) {
		t.Errorf("what was closed came back with the next operation: %q", got)
	}
	reopen(2)
	if got := items(t, db, rules.QueueReopened); len(got) != 2 {
		t.Errorf("reopened once more are %q", got)
	}
}

// A request that is wrong whatever the book holds changes nothing.
func TestQueueRequestsRefused(t *testing.T) {
	t.Parallel()
	at := desk(nil)
	whole := servicing.QueueRequest{Order: because("x"), Queue: rules.QueueExceptions, Items: []string{"1"}}
	for name, change := range map[string]func(*servicing.AssignRequest){
		"no queue":               func(r *servicing.AssignRequest) { r.Queue = "nothing" },
		"no item":                func(r *servicing.AssignRequest) { r.Items = nil },
		"an item without a name": func(r *servicing.AssignRequest) { r.Items = []string{""} },
		"no reason":              func(r *servicing.AssignRequest) { r.Why = "" },
		"nothing to assign":      func(r *servicing.AssignRequest) { r.Owner = servicing.Given[string]{} },
		"a reject without owner": func(r *servicing.AssignRequest) { r.Queue, r.Owner = rules.QueueRejects, servicing.Take[string]() },
		"the clock of a dispute": func(r *servicing.AssignRequest) {
			r.Queue, r.DueOn = rules.QueueDisputes, servicing.Give(day("2027-01-01"))
		},
		"an owner that is a book": func(r *servicing.AssignRequest) { r.Owner = servicing.Give(string(make([]byte, 201))) },
	} {
		r := servicing.AssignRequest{QueueRequest: whole, Owner: servicing.Give("kim")}
		if change(&r); r.Owner.Set || r.DueOn.Set || name == "nothing to assign" {
			if _, err := at.Assign(t.Context(), r); !errors.Is(err, servicing.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if _, err := at.CloseItems(t.Context(), whole); !errors.Is(err, servicing.ErrInvalid) {
		t.Errorf("closing an exception: %v", err)
	}
}
