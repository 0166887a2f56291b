package step_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/batch/audit"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

var corrections = flag.Int("corrections", 2, "how many random sequences of corrections TestCorrections goes through")

// TestCorrections takes books through random sequences of corrections, releases of their locks, late postings, reversals, deletions,
// imports of what is known, nights, nights that are cut off, attempts again, and files that are voided, rejected, replaced and sent
// (BR9). After each no file that was made since a correction may say another value of its field, unless the lock was released, or has
// ended at the file's destination with a fact that its record names and that the lender sent, or a night made, after the correction.
// What is held is on the file's list, and the audit log finds nothing that was changed. It is not parallel: rapid's settings are those of the whole process.
func TestCorrections(t *testing.T) {
	atOnce := min(4, *corrections)
	seed := flag.Lookup("rapid.seed").Value.String()
	if seed == "0" {
		seed = strconv.FormatUint(rand.Uint64()|1, 10)
	}
	steps := flag.Lookup("rapid.steps")
	length := steps.Value.String() // of a sequence, on average
	if length == steps.DefValue {
		length = "20"
	}
	for name, value := range map[string]string{"rapid.seed": seed, "rapid.steps": length, "rapid.checks": fmt.Sprint((*corrections + atOnce - 1) / atOnce)} {
		before := flag.Lookup(name).Value.String()
		t.Cleanup(func() { _ = flag.Set(name, before) })
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	var seen tally
	t.Cleanup(func() {
		t.Logf("seed %s: %d sequences of %s steps on average, %d corrections, %d records told as corrected, %d after a newer fact, %d after a release, %d deleted, %d held; one is undone silently: %t",
			seed, seen.lives.Load(), length, seen.corrections.Load(), seen.told.Load(), seen.ended.Load(), seen.released.Load(), seen.deleted.Load(), seen.held.Load(), t.Failed())
	})
	for n := range atOnce {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			rapid.Check(t, func(r *rapid.T) {
				for range n { // all begin with the same seed
					rapid.Uint64().Draw(r, "other lives than the others")
				}
				w := &desk{world: begin(t, r, db), seen: &seen}
				w.corrected = true
				seen.lives.Add(1)
				r.Repeat(map[string]func(*rapid.T){
					"":             w.check,
					"correct":      w.correct,
					"correct more": w.correct,
					"let go":       w.letGo,
					"night":        w.night,
					"night more":   w.night,
					"cut night":    w.cutNight,
					"again":        w.again,
					"cut again":    w.cutAgain,
					"pay":          w.pay,
					"reverse":      w.reverse,
					"terminate":    w.terminate,
					"rescind":      w.rescind,
					"import":       func(r *rapid.T) { w.idle(r); w.load(r) },
					"void":         func(r *rapid.T) { w.move(r, bureau.Voided, bureau.Generated, bureau.Released) },
					"release":      func(r *rapid.T) { w.move(r, bureau.Released, bureau.Generated) },
					"transmit":     func(r *rapid.T) { w.move(r, bureau.Transmitted, bureau.Released) },
					"reject":       func(r *rapid.T) { w.move(r, bureau.Rejected, bureau.Transmitted) },
					"replace":      w.replace,
				})
			})
		})
	}
}

// tally counts what became of corrections.
type tally struct{ lives, corrections, told, ended, released, deleted, held atomic.Int64 }

// desk is a world in which people correct fields.
type desk struct {
	*world
	seen   *tally
	locks  []*lock
	judged int64 // the newest file that was judged
}

// lock is a correction of the model.
type lock struct {
	number   int64
	loan     string
	field    string
	value    string
	on       rules.Date // the calendar date that it was made for
	facts    int        // of the loan, when it was made
	since    int64      // the newest file then, also one that was being made
	released bool
}

// facts counts what is known of a loan: what its lender has sent, and what nights made of it.
func (d *desk) facts(r *rapid.T, loan string) (n int) {
	err := d.db.Get(&n, `SELECT (SELECT count(*) FROM loan_transaction t WHERE t.loan = k.loan) + (SELECT count(*) FROM status_history h WHERE h.loan = k.loan)
		+ (SELECT count(*) + count(rescinded_on) FROM termination e WHERE e.loan = k.loan) FROM loan_key k WHERE loan_id = $1`, loan)
	if err != nil {
		r.Fatal(err)
	}
	return n
}

// correct corrects a field to a value near the one that was told last. What would make the record invalid, and what is locked, is
// refused.
func (d *desk) correct(r *rapid.T) {
	l := d.one(r)
	var last struct {
		Balance int64      `db:"current_balance"`
		PastDue int64      `db:"amount_past_due"`
		History string     `db:"payment_history"`
		DOFD    rules.Date `db:"date_first_delinquency"`
		Paid    rules.Date `db:"date_last_payment"`
		Info    rules.Date `db:"date_account_info"`
	}
	err := d.db.Get(&last, `SELECT current_balance, amount_past_due, payment_history, date_first_delinquency, date_last_payment, date_account_info
		FROM tradeline WHERE loan = (SELECT loan FROM loan_key WHERE loan_id = $1) ORDER BY file DESC LIMIT 1`, l.id)
	if err != nil {
		r.Skip("never told")
	}
	n := bureau.NewCorrection{LoanID: l.id, Reason: "paid in time", Evidence: "receipt 12", Who: "test", Approver: "kim", Now: clock(), Vault: vault}
	n.Source = rapid.SampledFrom(bureau.CorrectionSources).Draw(r, "source")
	less := rapid.Int64Range(1, 90).Draw(r, "less")
	pairs := map[string][]string{
		"balance":   {"current_balance", fmt.Sprint(max(0, last.Balance-less))},
		"past due":  {"amount_past_due", fmt.Sprint(max(1, last.PastDue-less))},
		"schedule":  {"scheduled_payment", fmt.Sprint(100 - less)},
		"comment":   {"special_comment", "CP"},
		"paid":      {"date_last_payment", (last.Info - rules.Date(less)).String()},
		"since":     {"date_first_delinquency", (last.Info - rules.Date(less)).String()},
		"history":   {"payment_history", "0" + last.History[1:]},
		"not late":  {"account_status", "11", "amount_past_due", "0", "date_first_delinquency", ""},
		"less late": {"account_status", "71", "amount_past_due", "1"},
	}
	given := pairs[rapid.SampledFrom([]string{"balance", "past due", "schedule", "comment", "paid", "since", "history", "not late", "less late"}).Draw(r, "what")]
	for i := 0; i < len(given); i += 2 {
		n.Fields = append(n.Fields, bureau.CorrectedField{Field: given[i], Value: given[i+1]})
	}
	var since int64
	if err := d.db.Get(&since, `SELECT coalesce(max(file), 0) FROM bureau_file`); err != nil {
		r.Fatal(err)
	}
	facts := d.facts(r, l.id)
	added, err := bureau.AddCorrection(d.t.Context(), d.db, n)
	if errors.Is(err, bureau.ErrCorrection) || errors.Is(err, bureau.ErrLocked) {
		r.Skip("refused")
	}
	if err != nil {
		r.Fatalf("correct %s: %v", l.id, err)
	}
	for _, c := range added {
		if c.Known {
			continue
		}
		made := &lock{number: c.Number, loan: l.id, field: c.Field, facts: facts, since: since}
		for _, f := range n.Fields {
			if f.Field == c.Field {
				made.value = f.Value
			}
		}
		if err := d.db.Get(&made.on, `SELECT decided_on FROM correction WHERE correction = $1`, c.Number); err != nil {
			r.Fatal(err)
		}
		d.locks = append(d.locks, made)
		d.seen.corrections.Add(1)
	}
}

// letGo releases a lock.
func (d *desk) letGo(r *rapid.T) {
	if len(d.locks) == 0 {
		r.Skip("no lock")
	}
	c := rapid.SampledFrom(d.locks).Draw(r, "lock")
	err := bureau.ReleaseCorrection(d.t.Context(), d.db, c.number, "test", "kim", "withdrawn", clock())
	if errors.Is(err, bureau.ErrNotLive) {
		r.Skip("not live")
	}
	if err != nil {
		r.Fatal(err)
	}
	c.released = true
}

// check holds the files that are new against the corrections that were made before them.
func (d *desk) check(r *rapid.T) {
	d.world.check(r)
	newest := d.judged
	for _, f := range d.files {
		if f.File <= d.judged {
			continue
		}
		newest = max(newest, f.File)
		told := records(d.t, f.Path)
		for _, c := range d.locks {
			if f.File > c.since {
				d.judge(r, f, c, told)
			}
		}
	}
	if newest == d.judged {
		return
	}
	d.judged = newest
	report, err := audit.Verify(d.t.Context(), d.db, audit.Given{})
	if err != nil || len(report.Findings) > 0 {
		r.Fatalf("after file %d the audit log finds %+v, %v", newest, report.Findings, err)
	}
}

// judge holds what a file says of a corrected field.
func (d *desk) judge(r *rapid.T, f *lived, c *lock, told map[string]metro2.Base) {
	base, there := told["ACCT"+c.loan]
	var end struct {
		File  int64  `db:"file"`
		Fact  string `db:"fact"`
		Named string `db:"named"`
	}
	ended := `SELECT coalesce(a.ended_file, c.ended_file, 0) AS file, coalesce(a.ended_fact, c.ended_fact, '') AS fact,
			coalesce((SELECT t.facts ->> ('correction_' || c.field) FROM tradeline t WHERE t.file = $2 AND t.loan = c.loan), '') AS named
		FROM correction c LEFT JOIN correction_at a ON a.loan = c.loan AND a.correction = c.correction
			AND a.destination = (SELECT destination FROM bureau_file WHERE file = $2)
		WHERE c.correction = $1`
	if err := d.db.Get(&end, ended, c.number, f.File); err != nil {
		r.Fatal(err)
	}
	switch {
	case !there:
		if n := count(d.t, d.db, `SELECT count(*) FROM excluded WHERE file = $1 AND loan = (SELECT loan FROM loan_key WHERE loan_id = $2)`, f.File, c.loan); n != 1 {
			r.Fatalf("file %d leaves %s out and does not list it", f.File, c.loan)
		}
		if n := count(d.t, d.db, `SELECT count(*) FROM excluded WHERE file = $1 AND loan = (SELECT loan FROM loan_key WHERE loan_id = $2) AND reason = $3`, f.File, c.loan, rules.CorrectionHeld); n == 1 {
			d.seen.held.Add(1)
		}
	case base.AccountStatus == rules.StatusDelete || base.AccountStatus == rules.StatusDeleteFraud:
		d.seen.deleted.Add(1)
	case says(base, c):
		d.seen.told.Add(1)
	case c.released:
		d.seen.released.Add(1)
	case end.File == 0 || end.Fact == "":
		r.Fatalf("file %d says otherwise than correction %d of %s, %s %q: %+v", f.File, c.number, c.loan, c.field, c.value, base)
	case end.File == f.File && end.Named != fmt.Sprintf("BR9 %d ended: %s", c.number, end.Fact):
		r.Fatalf("file %d ends correction %d by %q, and its record says %q", f.File, c.number, end.Fact, end.Named)
	case d.facts(r, c.loan) == c.facts:
		r.Fatalf("file %d ends correction %d of %s by %q, and nothing has become known since", f.File, c.number, c.loan, end.Fact)
	default:
		d.seen.ended.Add(1)
	}
}

// says reports whether a record has the corrected value; of a payment history the months that were corrected.
func says(b metro2.Base, c *lock) bool {
	date := func(d metro2.Date) string {
		if d == 0 {
			return ""
		}
		return fmt.Sprintf("%04d-%02d-%02d", d.Year(), d.Month(), d.Day())
	}
	switch c.field {
	case "current_balance":
		return fmt.Sprint(b.CurrentBalance) == c.value
	case "amount_past_due":
		return fmt.Sprint(b.AmountPastDue) == c.value
	case "scheduled_payment":
		return fmt.Sprint(b.ScheduledPayment) == c.value
	case "special_comment":
		return b.SpecialComment == c.value
	case "account_status":
		return b.AccountStatus == c.value
	case "date_first_delinquency":
		return date(b.DateFirstDelinquency) == c.value
	case "date_last_payment":
		return date(b.DateLastPayment) == c.value
	}
	later := b.DateAccountInfo.Year()*12 + b.DateAccountInfo.Month() - 1 - c.on.MonthIndex() // months that came before them since
	return later >= 24 || strings.HasSuffix(b.PaymentHistory, c.value[:24-max(0, later)])
}
