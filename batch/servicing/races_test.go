package servicing_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// races is how often each of the races of this file is run; make races runs 200 of each.
var races = flag.Int("races", 10, "how often each race of an operation against a night or an import is run")

// racesAtOnce is how many operations race against one night or import.
const racesAtOnce = 10

// trio names three people whose loans are alike. The operation comes before the night for the first, after it for the second, and
// while it runs for the third, who must end as one of the others did.
type trio struct{ before, after, raced string }

// trios are as many trios as there are races, in rounds, and the ids of their loans, per person so many.
func trios(loansEach int) (rounds [][]trio, loans []string) {
	for n := range *races {
		name := string([]byte{'Y', 'A' + byte(n/26), 'A' + byte(n%26)})
		t := trio{name + "P", name + "Q", name + "R"}
		if n%racesAtOnce == 0 {
			rounds = append(rounds, nil)
		}
		rounds[len(rounds)-1] = append(rounds[len(rounds)-1], t)
		for _, person := range []string{t.before, t.after, t.raced} {
			for k := range loansEach {
				loans = append(loans, fmt.Sprintf("%s%d", person, k+1))
			}
		}
	}
	return rounds, loans
}

// racesBook is a database for the operations of a round and a night at once.
func racesBook(t *testing.T) (db *sqlx.DB, dir string) {
	t.Helper()
	db = pgtest.New(t)
	db.SetMaxOpenConns(racesAtOnce + 12)
	return db, t.TempDir()
}

// startAt is the key of a loan at which a step is when an operation is to begin.
type startAt struct {
	loan  int64
	begin func()
}

// nightAgainst runs a night and begins each operation when a step has done the chunks before its loan, or the night is over. It
// returns when all have ended.
func nightAgainst(t *testing.T, db *sqlx.DB, dir, date, step string, operations []startAt) {
	t.Helper()
	r := runner(db, dir)
	r.Workers = 2
	running := beside(func() (summary *batch.Summary, err error) {
		for range 20 { // see night
			if summary, err = r.Run(context.Background(), day(date)); !errors.Is(err, batch.ErrLockLost) {
				break
			}
		}
		return summary, err
	})
	var all sync.WaitGroup
	for len(operations) > 0 {
		var at struct {
			Loan int64 `db:"loan"`
			Over bool  `db:"over"`
		}
		if err := db.Get(&at, `SELECT coalesce(max(c.last_loan), 0) AS loan, coalesce(bool_or(r.state IN ('CLOSED', 'STOPPED')), false) AS over
			FROM pg_sleep(0.0005) LEFT JOIN run r ON r.business_date = $1
			LEFT JOIN run_chunk c ON c.run = r.run AND c.step = $2 AND c.state = 'DONE'`, date, step); err != nil {
			t.Fatal(err)
		}
		var later []startAt
		for _, o := range operations {
			if at.Over || o.loan <= at.Loan {
				all.Go(o.begin)
			} else {
				later = append(later, o)
			}
		}
		operations = later
	}
	summary, err := running()
	all.Wait()
	if err != nil || summary.State != "CLOSED" {
		t.Fatalf("night %s: %+v, %v", date, summary, err)
	}
}

// near is a moment at random about that at which a step comes to a loan: rather before it, for an operation takes longer to begin
// than a step takes for some loans.
func near(t *testing.T, db *sqlx.DB, random *rand.Rand, loan string) int64 {
	t.Helper()
	var key int64
	if err := db.Get(&key, `SELECT loan FROM loan_key WHERE loan_id = $1`, loan); err != nil {
		t.Fatal(err)
	}
	return key - 48 + random.Int64N(56)
}

// compare holds that each who was raced ended as one of the others of the trio. ends is a query of one text column; $1 is a person,
// $2 which of the person's loans (LIKE).
func compare(t *testing.T, db *sqlx.DB, rounds [][]trio, which, ends string) {
	t.Helper()
	end := func(person string) string {
		return strings.ReplaceAll(strings.ReplaceAll(rows(t, db, ends, person, which), person, "*"), "; ", "\n")
	}
	before, after, either := 0, 0, 0
	for _, round := range rounds {
		for _, r := range round {
			first, second, got := end(r.before), end(r.after), end(r.raced)
			if got == "" || first == "" {
				t.Fatalf("%s: the query finds nothing", r.raced)
			}
			switch {
			case got == first && got == second:
				either++
			case got == first:
				before++
			case got == second:
				after++
			default:
				t.Errorf("%s ended in neither order:\n-as if before it +as it is:\n%s\n-as if after it +as it is:\n%s",
					r.raced, cmp.Diff(first, got), cmp.Diff(second, got))
			}
		}
	}
	t.Logf("%d races of %q: %d ended as if the operation came first, %d as if it came last, %d as both do", before+after+either, which, before, after, either)
}

// SP5, SP7: a cancellation against the nightly purge. Of each customer one loan is the night's to purge. A result counts what its
// operation cancelled, and the night what it cancelled.
func TestRaceCancelAgainstPurge(t *testing.T) {
	t.Parallel()
	db, dir := racesBook(t)
	rounds, loans := trios(2)
	random := rand.New(rand.NewPCG(1, 2))
	book(loans...).load(t, db)
	nights(t, db, dir, "2026-06-01")
	cancel := func(person string) {
		done, err := desk(db).CancelServicing(context.Background(), servicing.CancelRequest{Order: order(""), CustomerID: "C" + person})
		if err != nil || done.LoansUpdated != 1 {
			t.Errorf("%s: %+v, %v", person, done, err)
		}
	}
	for n, round := range rounds {
		var operations []startAt
		for _, r := range round {
			db.MustExec(`UPDATE loan_state SET servicing_status = 'NOT_SERVICING', stop_reason = 'COMPLAINT_TRIGGER'
				WHERE loan IN (SELECT loan FROM loan_key WHERE loan_id IN ($1, $2, $3))`, r.before+"2", r.after+"2", r.raced+"2")
			cancel(r.before)
			operations = append(operations, startAt{near(t, db, random, r.raced+"2"), func() { cancel(r.raced) }})
		}
		nightAgainst(t, db, dir, (day("2026-06-02") + rules.Date(n)).String(), "purge", operations)
		for _, r := range round {
			cancel(r.after)
		}
	}
	compare(t, db, rounds, "_", `
		SELECT concat_ws(' ', l.loan_id, s.status, s.servicing_status, s.stop_reason) FROM loan_state s JOIN loan_key l USING (loan) WHERE l.loan_id LIKE $1 || $2
		UNION ALL SELECT concat_ws(' ', x.id, x.state, x.cancel_reason, x.cancelled_run IS NOT NULL, x.cancelled_operation IS NOT NULL) FROM (
			SELECT item_id AS id, loan, state, cancel_reason, cancelled_run, cancelled_operation FROM scheduled_item
			UNION ALL SELECT schedule_id, loan, state, cancel_reason, cancelled_run, cancelled_operation FROM schedule) x
			JOIN loan_key l USING (loan) WHERE l.loan_id LIKE $1 || $2
		UNION ALL SELECT concat_ws(' ', l.loan_id, h.seq, h.state, h.to_status, h.cause, h.rule, h.who, h.facts)
			FROM status_history h JOIN loan_key l USING (loan) WHERE l.loan_id LIKE $1 || $2
		UNION ALL SELECT concat_ws(' ', o.kind, o.before, o.after, o.result - 'operation' - 'business_date') FROM operation o
			WHERE o.result ->> 'customer_id' = 'C' || $1
		ORDER BY 1`)
	if got := rows(t, db, `SELECT format('operation %s', o.operation) FROM operation o
			WHERE (SELECT sum(CAST(value AS integer)) FROM jsonb_each_text(o.result -> 'cancelled')) <>
				(SELECT count(*) FROM scheduled_item WHERE cancelled_operation = o.operation) + (SELECT count(*) FROM schedule WHERE cancelled_operation = o.operation)
		UNION ALL SELECT format('run %s', c.run) FROM run_chunk c WHERE c.step = 'purge' GROUP BY c.run
			HAVING sum((SELECT sum(CAST(value AS integer)) FROM jsonb_each_text(c.counts))) <> (SELECT count(*) FROM scheduled_item WHERE cancelled_run = c.run) + (SELECT count(*) FROM schedule WHERE cancelled_run = c.run)`); got != "" {
		t.Errorf("their counts are not the rows (SP3): %s", got)
	}
}

// DC3, DC5, DC6: a termination, or the undoing of one, against the export: a fraud is deleted once and in the right file, and no file
// tells of what was undone.
func TestRaceTerminationAgainstExport(t *testing.T) {
	t.Parallel()
	db, dir := racesBook(t)
	rounds, loans := trios(2)
	random := rand.New(rand.NewPCG(3, 4))
	e := book(loans...)
	e["programs.csv"] = strings.ReplaceAll(e["programs.csv"], "monthly:last", "daily")
	e.load(t, db)
	nights(t, db, dir, "2026-06-01")
	// Of the first loan a termination is written, of the second it is undone: refused when a file tells of it.
	write := func(person string) {
		if _, err := desk(db).TerminateContract(context.Background(), terminate("", person+"1", "", "FRAD")); err != nil {
			t.Errorf("%s: %v", person, err)
		}
	}
	takeBack := func(person string) {
		if _, err := desk(db).UndoTermination(context.Background(), undo("", person+"2")); err != nil && !errors.Is(err, servicing.ErrRefused) {
			t.Errorf("%s: %v", person, err)
		}
	}
	var date string
	for n, round := range rounds {
		date = (day("2026-06-02") + rules.Date(n)).String()
		var operations []startAt
		for _, r := range round {
			for _, person := range []string{r.before, r.after, r.raced} {
				request := terminate("", person+"2", "", "FRAD")
				request.TerminatedOn = day(date)
				must[*servicing.TerminationResult](t)(desk(db).TerminateContract(t.Context(), request))
			}
			write(r.before)
			takeBack(r.before)
			operations = append(operations, startAt{near(t, db, random, r.raced+"1"), func() { write(r.raced) }},
				startAt{near(t, db, random, r.raced+"2"), func() { takeBack(r.raced) }})
		}
		nightAgainst(t, db, dir, date, "export", operations)
		for _, r := range round {
			write(r.after)
			takeBack(r.after)
		}
	}
	nights(t, db, dir, (day(date) + 1).String())
	for _, which := range []string{"1", "2"} {
		compare(t, db, rounds, which, `
			SELECT concat_ws(' ', l.loan_id, f.as_of, coalesce(t.account_status, x.reason), t.special_comment) FROM bureau_file f CROSS JOIN loan l
				LEFT JOIN tradeline t ON t.file = f.file AND t.loan = l.loan LEFT JOIN excluded x ON x.file = f.file AND x.loan = l.loan WHERE l.loan_id LIKE $1 || $2
			UNION ALL SELECT concat_ws(' ', l.loan_id, x.file, x.code, x.live) FROM deletion x JOIN loan_key l USING (loan) WHERE l.loan_id LIKE $1 || $2
			UNION ALL SELECT concat_ws(' ', l.loan_id, 'terminated', t.reason, t.report_as_deleted) FROM termination t JOIN loan_key l USING (loan) WHERE l.loan_id LIKE $1 || $2
			UNION ALL SELECT concat_ws(' ', l.loan_id, s.status) FROM loan_state s JOIN loan_key l USING (loan) WHERE l.loan_id LIKE $1 || $2
				ORDER BY 1`)
	}
	if got := rows(t, db, `SELECT l.loan_id FROM loan_key l LEFT JOIN deletion x USING (loan) WHERE l.loan_id LIKE '%1' GROUP BY 1 HAVING count(x.loan) <> 1`); got != "" {
		t.Errorf("not deleted once (DC6): %s", got)
	}
}

// CD1, CD2: a removal against an import that brings the person anew, or with a legal hold that refuses the removal, or with a
// reversal that opens the loan again. Nothing personal of a removed customer is left.
func TestRaceRemovalAgainstImport(t *testing.T) {
	t.Parallel()
	db, dir := racesBook(t)
	rounds, loans := trios(1)
	random := rand.New(rand.NewPCG(5, 6))
	e := book(loans...)
	for _, loan := range loans {
		e.add("transactions.csv", "Q%s,%s,PAYMENT,1000.00,2026-06-10,2026-06-10T12:00:00Z,SETTLED", loan, loan)
	}
	e.load(t, db)
	nights(t, db, dir, "2026-06-30", "2026-07-31")
	remove := func(person string) {
		request := erased
		request.Key, request.CustomerID = "", "C"+person
		if _, err := desk(db).RemoveCustomer(context.Background(), request); err != nil && !errors.Is(err, servicing.ErrRefused) {
			t.Errorf("%s: %v", person, err)
		}
	}
	for _, round := range rounds {
		news := extract{}
		news.add("customers.csv", "%s,legal_hold", strings.SplitN(e["customers.csv"], "\n", 2)[0])
		news.add("transactions.csv", "transaction_id,loan_id,type,amount,effective_on,posted_at,state,reverses")
		for n, r := range round {
			for _, person := range []string{r.before, r.after, r.raced} {
				news.add("customers.csv", "C%s,ALDERBROOK%s,ROBIN,666200001,1980-02-29,6145550100,2 OAK ST,SPRINGFIELD,IL,62701,NEW MILL,MILLER,%t", person, person, n%2 == 1)
				if n%4 == 0 {
					news.add("transactions.csv", "R%s,%s1,REVERSAL,1000.00,2026-08-01,2026-08-01T12:00:00Z,SETTLED,Q%s1", person, person, person)
				}
			}
			remove(r.before)
		}
		var importing func() (*intake.Summary, error)
		first := random.IntN(len(round))
		for n, r := range round { // one by one: the import, which is quick to begin, gets the book between two of them
			if n == first {
				importing = beside(func() (*intake.Summary, error) { return news.imported(t, db) })
			}
			remove(r.raced)
		}
		summary, err := importing()
		if err != nil || len(summary.Rejects) > 0 {
			t.Fatalf("import: %+v, %v", summary, err)
		}
		for _, r := range round {
			remove(r.after)
		}
	}
	nights(t, db, dir, "2026-08-31")
	compare(t, db, rounds, "_", `
		SELECT concat_ws(' ', c.surname, c.address1, c.removed_on, (SELECT string_agg(key, ',' ORDER BY key) FROM jsonb_each(jsonb_strip_nulls(to_jsonb(c)))))
			FROM customer c WHERE c.customer_id = 'C' || $1
		UNION ALL SELECT concat_ws(' ', l.loan_id, s.status, s.closed_on, (SELECT count(*) FROM loan_transaction t WHERE t.loan = l.loan))
			FROM loan_state s JOIN loan_key l USING (loan) WHERE l.loan_id LIKE $1 || $2
		UNION ALL SELECT concat_ws(' ', l.loan_id, f.as_of, coalesce(t.account_status, x.reason)) FROM bureau_file f CROSS JOIN loan l
			LEFT JOIN tradeline t ON t.file = f.file AND t.loan = l.loan LEFT JOIN excluded x ON x.file = f.file AND x.loan = l.loan WHERE l.loan_id LIKE $1 || $2
		UNION ALL SELECT concat_ws(' ', l.loan_id, x.code) FROM run_exception x JOIN loan_key l USING (loan) WHERE l.loan_id LIKE $1 || $2
		ORDER BY 1`)
	removed := strings.Split(rows(t, db, `SELECT substr(customer_id, 2) FROM customer WHERE removed_on IS NOT NULL`), "; ")
	if len(removed) < len(loans)/3 {
		t.Errorf("%d customers were removed", len(removed))
	}
	for table, all := range everything(t, db) {
		for _, person := range removed {
			if strings.Contains(all, "ALDERBROOK"+person) {
				t.Errorf("%s still names %s", table, person)
			}
		}
	}
}
