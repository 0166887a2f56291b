package servicing_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// bankrupt is a book of two loans whose borrower is bankrupt.
func bankrupt() extract {
	e := book("A1", "A2")
	e.add("cases.csv", "case_id,type,status,opened_on,chapter,filed_on,auto_created,acknowledged")
	e.add("cases.csv", "K/1,BANKRUPTCY,open,2026-06-05,7,2026-06-05,false,true")
	e.add("case_parties.csv", "case_id,customer_id")
	e.add("case_parties.csv", "K/1,CA")
	return e
}

// listed reads the review list in pages of one row.
func listed(t *testing.T, db *sqlx.DB) (all []string) {
	t.Helper()
	for page := (inquiry.Page{Limit: 1}); ; {
		l, err := inquiry.Reviews(t.Context(), db, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range l.Rows {
			all = append(all, r.CaseID+" "+r.Type+" "+r.LoanID+" "+r.AccountNumber+" "+r.Change+" "+r.Rule+" "+r.Value+" "+r.Since.String())
		}
		if page.After = l.Next; page.After == "" {
			return all
		}
	}
}

// CA1: what a case changed is listed until a person has seen it, who is noted with the reason; done again it changes nothing.
func TestSeen(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	bankrupt().load(t, db)
	nights(t, db, dir, "2026-06-30")
	want := []string{
		"K/1 BANKRUPTCY A1 **CTA1 consumer_1 CA3 1 A 2026-06-30", "K/1 BANKRUPTCY A1 **CTA1 delinquency BR3 2026-06-05 2026-06-30",
		"K/1 BANKRUPTCY A1 **CTA1 status CA4  2026-06-30", "K/1 BANKRUPTCY A2 **CTA2 consumer_1 CA3 1 A 2026-06-30",
		"K/1 BANKRUPTCY A2 **CTA2 delinquency BR3 2026-06-05 2026-06-30", "K/1 BANKRUPTCY A2 **CTA2 status CA4  2026-06-30",
	}
	if diff := cmp.Diff(want, listed(t, db)); diff != "" {
		t.Fatalf("the review list (-want +got):\n%s", diff)
	}

	seen := func(o servicing.Order, id string) (*servicing.SeenResult, error) {
		return desk(db).Seen(t.Context(), servicing.SeenRequest{Order: o, CaseID: id})
	}
	dry := order("")
	dry.DryRun = true
	if done, err := seen(dry, "K/1"); err != nil || len(done.Changes) != 6 || len(listed(t, db)) != 6 {
		t.Errorf("dry run: %+v, %v", done, err)
	}
	done, err := seen(order("key"), "K/1")
	if err != nil || len(done.Changes) != 6 || done.Repeated {
		t.Fatalf("seen: %+v, %v", done, err)
	}
	if again, err := seen(order("key"), "K/1"); err != nil || !again.Repeated || len(again.Changes) != 6 {
		t.Errorf("the same key: %+v, %v", again, err)
	}
	if again, err := seen(order(""), "K/1"); err != nil || again.Operation != 0 || len(again.Changes) != 0 {
		t.Errorf("a second time: %+v, %v", again, err)
	}
	if got := listed(t, db); len(got) != 0 {
		t.Errorf("still listed: %v", got)
	}
	if l, err := inquiry.CaseOperations(t.Context(), db, "K/1", inquiry.Turn{}); err != nil || l.Total != 1 || l.Rows[0].Kind != "CASE_SEEN" || l.Rows[0].By != "ada" {
		t.Errorf("what was done with the case: %+v, %v", l, err)
	}
	if got := rows(t, db, `SELECT o.kind || ' ' || o.who || ' ' || o.why || ' ' || cardinality(o.loans) || ' ' || count(c.loan)
		FROM operation o LEFT JOIN case_change c ON c.seen_operation = o.operation GROUP BY o.operation`); got != "CASE_SEEN ada letter of 2 June 2 6" {
		t.Errorf("operations: %s", got)
	}

	if _, err := seen(order(""), "K9"); !errors.Is(err, servicing.ErrUnknown) {
		t.Errorf("an unknown case: %v", err)
	}
	if _, err := seen(servicing.Order{By: "ada"}, "K/1"); !errors.Is(err, servicing.ErrInvalid) {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := inquiry.Reviews(t.Context(), db, inquiry.Page{After: "K1"}); !errors.Is(err, inquiry.ErrBadPage) {
		t.Errorf("a key of another list: %v", err)
	}
}

// A file that does not count has changed nothing: nobody can have seen it, and the next file tells of the change.
func TestSeenOfVoidedFile(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	bankrupt().load(t, db)
	nights(t, db, dir, "2026-06-30")
	if _, err := db.Exec(`UPDATE bureau_file SET state = 'VOIDED'`); err != nil {
		t.Fatal(err)
	}
	if got := listed(t, db); len(got) != 0 {
		t.Errorf("listed of a voided file: %v", got)
	}
	if done, err := desk(db).Seen(t.Context(), servicing.SeenRequest{Order: order(""), CaseID: "K/1"}); err != nil || len(done.Changes) != 0 {
		t.Errorf("seen of a voided file: %+v, %v", done, err)
	}
	nights(t, db, dir, "2026-07-31")
	if got := listed(t, db); len(got) != 6 || rows(t, db, `SELECT DISTINCT CAST(f.as_of AS text) FROM case_change c JOIN bureau_file f USING (file)`) != "2026-07-31" {
		t.Errorf("after the next file: %v", got)
	}
}
