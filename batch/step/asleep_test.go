package step_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// lookedAt are the steps that look only at loans that are awake.
var lookedAt = []string{"delinquency", "closure", "statement"}

// sleepers is how many random lives of a book TestSleepChangesNothing leads. Already in the first every rule of steps 1 to 3 moves a loan.
var sleepers = flag.Int("sleepers", 1, "how many random lives of a book TestSleepChangesNothing leads")

// A night that looks only at loans that are awake leaves the same book and the same packed rows as one before which every
// loan is woken to have its row made anew, whatever a lender sends
// between the nights and the steps of one, and however many nights are missed.
func TestSleepChangesNothing(t *testing.T) {
	t.Parallel()
	moved := map[string]int{}
	read, all, added, stops := 0, 0, 0, 0
	for n := range *sleepers {
		seed := uint64(n + 1)
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			sleepy, woken := newTwin(t), newTwin(t)
			l := newLender(seed)
			woken.alwaysStale = true
			for l.night() {
				sleepy.load(t, l.deltas)
				woken.load(t, l.deltas)
				added += count(t, sleepy.db, `SELECT count(*) FROM loan_wake JOIN account USING (loan) WHERE state <> 'ASLEEP'`)
				if l.stopBefore != "" {
					sleepy.stop(t, l)
					woken.stop(t, l)
					stops++
				}
				read += sleepy.night(t, l)
				all += woken.night(t, l)
				samePacked(t, woken, sleepy)
			}
			same(t, woken, sleepy)
			for _, rule := range history(t, sleepy.db) {
				moved[rule]++
			}
		})
	}
	for _, rule := range []string{
		"DQ4 SUSPENDED::DELINQUENT", "DQ5 CLOSED::CHARGE_OFF", "DQ6 ACTIVE", "PO2 CLOSED::PAID_OFF", "PO2 CLOSED::SURPLUS_BALANCE", "PO4 ACTIVE",
		"PO4 SUSPENDED::DELINQUENT", "PO4 CLOSED::PAID_OFF", "PO4 CLOSED::SURPLUS_BALANCE", "statement",
	} {
		if moved[rule] == 0 {
			t.Errorf("no loan was moved by %s: %v", rule, moved)
		}
	}
	if read*3 > all*2 {
		t.Errorf("loans that sleep were looked at: %d of %d", read, all)
	}
	if added < 30**sleepers || stops < 3**sleepers {
		t.Errorf("%d loans were woken, %d nights stopped: too few to tell", added, stops)
	}
}

// twin is one of two databases that are told the same.
type twin struct {
	db          *sqlx.DB
	dir         string
	alwaysStale bool // whatever is imported, every row is made anew
}

func newTwin(t *testing.T) twin { return twin{db: pgtest.New(t), dir: t.TempDir()} }

func (w twin) load(t *testing.T, deltas []extract) {
	t.Helper()
	for _, delta := range deltas {
		if len(delta) > 0 {
			delta.load(t, w.db)
		}
	}
	if w.alwaysStale {
		if _, err := w.db.Exec(`SELECT wake(array_agg(loan), 'loan') FROM loan_wake`); err != nil {
			t.Fatal(err)
		}
	}
}

// stop begins the night, which stops before a step, and loads what is sent then.
func (w twin) stop(t *testing.T, l *lender) {
	t.Helper()
	goOn := stopWhen(t, w.db, "run_step", fmt.Sprintf("NEW.step = '%s'", l.stopBefore))
	stopped(t, w.db, w.dir, l.today.String())
	goOn()
	w.load(t, l.late)
}

// night returns how many loans steps 1 to 3 looked at.
func (w twin) night(t *testing.T, l *lender) int {
	t.Helper()
	r := runner(w.db, w.dir)
	r.ChunkSize = 25
	report, err := through(r, l.today)
	if err != nil {
		t.Fatalf("night %s: %v", l.today, err)
	}
	read := 0
	for _, n := range reads(report) {
		read += n
	}
	return read
}

// reads is how many loans each of steps 1 to 3 looked at.
func reads(report *batch.Summary) []int {
	var n []int
	for _, s := range report.Steps {
		if slices.Contains(lookedAt, s.Step) {
			n = append(n, int(s.Read))
		}
	}
	return n
}

// same compares two books and their files, but for what says when a loan is looked at.
func same(t *testing.T, want, got twin) {
	t.Helper()
	wantPrints, gotPrints := fingerprint(t, want.db), fingerprint(t, got.db)
	for _, table := range []string{"account", "loan_wake", "run_chunk"} {
		delete(wantPrints, table)
		delete(gotPrints, table)
	}
	if len(wantPrints) < 20 {
		t.Fatalf("%d tables compared", len(wantPrints))
	}
	for table, print := range wantPrints {
		if print != gotPrints[table] {
			t.Errorf("%s (-awake +asleep):\n%s", table, cmp.Diff(tableRows(t, want.db, table), tableRows(t, got.db, table)))
		}
	}
	if diff := cmp.Diff(fileHashes(t, want.dir), fileHashes(t, got.dir)); diff != "" {
		t.Errorf("files (-awake +asleep):\n%s", diff)
	}
}

// samePacked compares the packed rows, but for those of loans that an import touched since step 1.
func samePacked(t *testing.T, want, got twin) {
	t.Helper()
	behind := packedOf(t, got, `state = 'STALE'`)
	wantPacked, gotPacked := packedOf(t, want, `TRUE`), packedOf(t, got, `state <> 'STALE'`)
	maps.DeleteFunc(wantPacked, func(loan int64, _ string) bool { _, ok := behind[loan]; return ok })
	if diff := cmp.Diff(wantPacked, gotPacked); diff != "" {
		t.Errorf("packed rows (-made anew +kept):\n%s", diff)
	}
}

func packedOf(t *testing.T, w twin, which string) map[int64]string {
	t.Helper()
	var rows []struct {
		Loan  int64
		Facts string
	}
	if err := w.db.Select(&rows, `SELECT loan, encode(coalesce(`+openFacts+`, ''), 'hex') AS facts FROM loan_wake LEFT JOIN account USING (loan) WHERE `+which); err != nil {
		t.Fatal(err)
	}
	packed := map[int64]string{}
	for _, r := range rows {
		packed[r.Loan] = r.Facts
	}
	return packed
}

func tableRows(t *testing.T, db *sqlx.DB, table string) []string {
	t.Helper()
	var rows []string
	if err := db.Select(&rows, "SELECT CAST(row_to_json(r) AS text) FROM "+table+" r ORDER BY 1"); err != nil {
		t.Fatal(err)
	}
	return rows
}

// history is the rule and status of each move of a night, and a word for each statement.
func history(t *testing.T, db *sqlx.DB) []string {
	t.Helper()
	var moves []string
	err := db.Select(&moves, `SELECT rule || ' ' || to_status FROM status_history WHERE cause = 'NIGHT' UNION ALL SELECT 'statement' FROM statement`)
	if err != nil {
		t.Fatal(err)
	}
	return moves
}

// lender is a servicing system that sends at random what one may send.
type lender struct {
	random  *rand.Rand
	today   rules.Date
	last    rules.Date
	delta   extract // what is being sent
	loans   []*servicedLoan
	entries int
	begun   bool

	deltas     []extract // what is sent before the night of today, in one import or several
	stopBefore string    // the step before which that night stops, if it does
	late       []extract // what is sent then
}

type servicedLoan struct {
	id, product, status, servicing              string
	opened, since, closed, holdUntil, promoEnds rules.Date
	cycles                                      []rules.Cycle
	pauses                                      []rules.Pause
	entries                                     []*posted
}

type posted struct {
	id, kind, state, reverses string
	amount                    rules.Cents
	on                        rules.Date
	reversed                  bool
}

var extractHeaders = map[string]string{
	"loans": "loan_id,product_id,program_id,account_number,opened_on,original_amount,terms_duration,scheduled_payment,promo_ends_on," +
		"hold_until,status,status_since,closed_on,servicing_status,stop_reason,original_charge_off_amount",
	"loan_customers": "loan_id,customer_id,ecoa_code,position",
	"cycles":         "loan_id,cycle_no,starts_on,ends_on,due_on,minimum_due",
	"transactions":   "transaction_id,loan_id,type,amount,effective_on,posted_at,state,reverses",
	"pauses":         "loan_id,from_on,to_on,reason",
	"products": "product_id,name,portfolio_type,account_type,terms_frequency,interest_type,delinquent_after,charge_off_after,grace_days," +
		"closes_on_payoff,payoff_hold_days",
	"scheduled_items": "item_id,loan_id,kind,state,due_at",
}

func newLender(seed uint64) *lender {
	l := &lender{random: rand.New(rand.NewPCG(seed, 20261121)), today: day("2026-05-01"), delta: extract{}}
	l.today += rules.Date(l.random.IntN(20))
	l.last = l.today + 50
	b := book()
	l.delta["programs"], l.delta["customers"] = b["programs"], b["customers"]
	for n := range 3 {
		l.sendProduct(n)
	}
	for range 40 {
		l.open()
	}
	return l
}

// send adds a row to a file of the next extract.
func (l *lender) send(file, format string, args ...any) {
	if l.delta[file] == "" {
		l.delta.add(file, "%s", extractHeaders[file])
	}
	l.delta.add(file, format, args...)
}

// chance is true once in n times.
func (l *lender) chance(n int) bool { return l.random.IntN(n) == 0 }

// between is a number of days from a to b.
func (l *lender) between(a, b int) rules.Date { return rules.Date(a + l.random.IntN(b-a+1)) }

func choose[T any](l *lender, of ...T) T { return of[l.random.IntN(len(of))] }

// night goes on to the next business date that is run, and makes what is sent before it; false: that was the last.
func (l *lender) night() bool {
	if l.today += choose[rules.Date](l, 1, 1, 1, 1, 1, 2, 3, 9); l.today > l.last {
		return false
	}
	if !l.begun {
		l.begun = true
		l.deltas = []extract{l.delta}
		return true
	}
	l.deltas = l.days()
	l.stopBefore, l.late = "", nil
	if l.chance(4) {
		l.stopBefore = choose(l, "delinquency", "closure", "statement", "purge", "export")
		l.late = l.days()
	}
	return true
}

// days makes what is sent in one import or several.
func (l *lender) days() (deltas []extract) {
	for range choose(l, 1, 1, 1, 2, 3) {
		l.delta = extract{}
		if !l.chance(4) {
			l.happen()
		}
		deltas = append(deltas, l.delta)
	}
	return deltas
}

// happen makes a day or more of what a lender sends.
func (l *lender) happen() {
	if l.chance(5) {
		l.open()
	}
	touched := map[string]bool{}
	for _, s := range l.loans {
		if next := s.cycles; len(next) > 0 && next[len(next)-1].DueOn < l.today+7 && !l.chance(4) {
			l.nextCycle(s)
		}
	}
	for range l.random.IntN(16) {
		if s := choose(l, l.loans...); !touched[s.id] {
			touched[s.id] = true
			for range 1 + l.random.IntN(2) {
				l.post(s)
			}
			if l.chance(2) {
				l.change(s)
			}
		}
	}
	if l.chance(12) {
		l.sendProduct(l.random.IntN(3))
	}
}

// sendProduct sends a product with other settings: PL0 and PL1 close on payoff mostly, PL2 seldom.
func (l *lender) sendProduct(n int) {
	closes := !l.chance(6)
	if n == 2 {
		closes = l.chance(3)
	}
	l.send("products", "PL%d,Loan,I,01,M,F,%s,%s,%d,%t,%d", n, choose(l, "1", "2", "2", "3", ""), choose(l, "1", "2", "2", "3", ""),
		choose(l, 0, 0, 2, 5, 12), closes, choose(l, 0, 0, 0, 2, 6))
}

// open takes in a loan: a new one, one of a while ago, or one that the lender closed or moved already.
func (l *lender) open() {
	s := &servicedLoan{
		id: fmt.Sprintf("L%d", len(l.loans)), product: fmt.Sprintf("PL%d", l.random.IntN(3)), status: "ACTIVE", servicing: "SERVICING",
		opened: l.today - l.between(-3, 30),
	}
	s.since = s.opened
	if l.chance(4) {
		l.setStatus(s)
	}
	if l.chance(6) {
		s.promoEnds = l.today + l.between(-3, 20)
	}
	l.loans = append(l.loans, s)
	l.sendLoan(s)
	l.send("loan_customers", "%s,C1,1,1", s.id)
	l.entry(s, "ORIGINATION", 300_00, s.opened, "SETTLED", "")
	if !l.chance(8) {
		for range 1 + l.random.IntN(5) {
			l.nextCycle(s)
		}
	}
}

func (l *lender) sendLoan(s *servicedLoan) {
	stop := ""
	if s.servicing != "SERVICING" {
		stop = "BANKRUPTCY"
	}
	row := fmt.Sprintf("%s,%s,P1,ACCT%s,%s,300.00,10,50.00,%s,%s,%s,%s,%s,%s,%s,300.00", s.id, s.product, s.id, s.opened, s.promoEnds,
		s.holdUntil, s.status, s.since, s.closed, s.servicing, stop)
	l.delta["loans"] = dropLines(l.delta["loans"], s.id+",")
	l.send("loans", "%s", row)
}

// nextCycle bills the loan once more.
func (l *lender) nextCycle(s *servicedLoan) {
	starts := s.opened
	if n := len(s.cycles); n > 0 {
		starts = s.cycles[n-1].EndsOn + 1
	}
	ends := starts + l.between(5, 8)
	l.sendCycle(s, rules.Cycle{
		No: len(s.cycles) + 1, StartsOn: starts, EndsOn: ends, DueOn: ends + l.between(0, 4), MinimumDue: choose[rules.Cents](l, 50_00, 50_00, 10_00),
	})
}

func (l *lender) sendCycle(s *servicedLoan, c rules.Cycle) {
	if c.No > len(s.cycles) {
		s.cycles = append(s.cycles, c)
	}
	s.cycles[c.No-1] = c
	l.delta["cycles"] = dropLines(l.delta["cycles"], fmt.Sprintf("%s,%d,", s.id, c.No))
	l.send("cycles", "%s,%d,%s,%s,%s,%s", s.id, c.No, c.StartsOn, c.EndsOn, c.DueOn, c.MinimumDue)
}

// entry posts one transaction.
func (l *lender) entry(s *servicedLoan, kind string, amount rules.Cents, on rules.Date, state, reverses string) {
	e := &posted{id: fmt.Sprintf("T%d", l.entries), kind: kind, amount: amount, on: on, state: state, reverses: reverses}
	l.entries++
	s.entries = append(s.entries, e)
	l.sendEntry(s, e)
}

func (l *lender) sendEntry(s *servicedLoan, e *posted) {
	l.delta["transactions"] = dropLines(l.delta["transactions"], e.id+",")
	l.send("transactions", "%s,%s,%s,%s,%s,%sT12:00:00Z,%s,%s", e.id, s.id, e.kind, e.amount, e.on, l.today, e.state, e.reverses)
}

// balance is what is owed once everything that was sent has taken effect.
func (s *servicedLoan) balance() rules.Cents {
	var sum rules.Cents
	for _, e := range s.entries {
		if e.state == "SETTLED" && e.kind != "REVERSAL" && !e.reversed {
			kind, _ := rules.ParseKind(e.kind)
			sum += rules.Entry{Kind: kind, Amount: e.amount}.EffectOnBalance()
		}
	}
	return sum
}

// post sends money that moves, on its day, late, or ahead of it; a reversal; or what became of a pending entry.
func (l *lender) post(s *servicedLoan) {
	on := l.today + choose(l, 0, 0, 0, -1, l.between(-25, 0), l.between(0, 10))
	state := choose(l, "SETTLED", "SETTLED", "SETTLED", "SETTLED", "SETTLED", "SETTLED", "PENDING", "PENDING", "FAILED")
	balance := s.balance()
	if balance < 0 && l.chance(3) {
		l.entry(s, "REFUND", -balance, on, state, "")
		return
	}
	switch l.random.IntN(14) {
	case 0, 1:
		l.entry(s, "PAYMENT", choose[rules.Cents](l, 50_00, 50_00, 25_00, 100_00, 150_00), on, state, "")
	case 2, 3, 4, 12, 13:
		l.entry(s, choose(l, "PAYMENT", "PAYMENT", "OFFSET"), max(1, balance+choose[rules.Cents](l, 0, 0, 0, 5_00)), on, state, "")
	case 5:
		l.entry(s, choose(l, "FEE", "LATE_FEE", "LATE_FEE_INTEREST", "MANUAL_FEE", "RETURN_CHECK_FEE", "INTEREST"), 15_00, on, state, "")
	case 6:
		l.entry(s, "REFUND", max(1, choose[rules.Cents](l, -balance, 20_00)), on, state, "")
	case 7:
		l.entry(s, choose(l, "WAIVER", "PREPAYMENT_DISCOUNT", "ORIGINATION"), 15_00, on, state, "")
	case 8:
		l.entry(s, "ADJUSTMENT", choose(l, 10_00, -10_00, -balance), on, state, "")
	case 9, 10:
		for _, e := range s.entries {
			if e.kind != "REVERSAL" && e.kind != "ORIGINATION" && !e.reversed && l.chance(2) {
				e.reversed = state != "FAILED"
				l.entry(s, "REVERSAL", max(e.amount, -e.amount), choose(l, on, e.on-2, e.on, e.on+l.between(0, 20)), state, e.id)
				return
			}
		}
	default:
		for _, e := range s.entries {
			if e.state == "PENDING" {
				e.state = choose(l, "SETTLED", "SETTLED", "FAILED")
				l.sendEntry(s, e)
				return
			}
		}
	}
}

// change sends something else that steps 1 to 4 go by.
func (l *lender) change(s *servicedLoan) {
	switch l.random.IntN(12) {
	case 0, 1:
		l.pause(s)
	case 2, 10:
		s.holdUntil = choose(l, 0, l.today+l.between(-2, 12))
		l.payOff(s)
	case 3, 4:
		l.setStatus(s)
	case 5:
		s.product = fmt.Sprintf("PL%d", l.random.IntN(3))
	case 6:
		s.promoEnds = choose(l, 0, l.today+l.between(-5, 15))
		l.payOff(s)
	case 7:
		s.opened += l.between(-2, 2)
	case 8:
		s.servicing = choose(l, "SERVICING", "NOT_SERVICING")
		l.send("scheduled_items", "I%s%s,%s,CALL,PENDING,2026-09-01T10:00:00Z", s.id, l.today, s.id)
	case 9:
		l.nextCycle(s)
		return
	default:
		if len(s.cycles) > 0 {
			c := choose(l, s.cycles...)
			c.EndsOn = max(c.StartsOn, c.EndsOn+l.between(-1, 1))
			c.DueOn += l.between(-3, 5)
			c.MinimumDue = choose[rules.Cents](l, 50_00, 10_00, 0)
			l.sendCycle(s, c)
		}
		return
	}
	l.sendLoan(s)
}

// payOff pays what is owed, sometimes.
func (l *lender) payOff(s *servicedLoan) {
	if balance := s.balance(); balance > 0 && l.chance(2) {
		l.entry(s, "PAYMENT", balance, l.today, "SETTLED", "")
	}
}

func (l *lender) pause(s *servicedLoan) {
	if n := len(s.pauses); n == 0 || l.chance(2) {
		from := l.today + l.between(-20, 10)
		for _, p := range s.pauses {
			if p.From == from {
				return
			}
		}
		s.pauses = append(s.pauses, rules.Pause{From: from})
	}
	p := &s.pauses[len(s.pauses)-1]
	p.To = choose(l, 0, p.From+l.between(0, 25))
	l.send("pauses", "%s,%s,%s,HARDSHIP", s.id, p.From, p.To)
}

// setStatus is a status set by hand, now, a while ago or ahead (ST5).
func (l *lender) setStatus(s *servicedLoan) {
	s.status = string(choose(l, append(rules.Statuses(), rules.Active, rules.Active, rules.Delinquent, rules.PaidOff, rules.SurplusBalance)...))
	s.since, s.closed = l.today+l.between(-6, 4), 0
	if strings.HasPrefix(s.status, "CLOSED::") && l.chance(2) {
		s.closed = s.since + l.between(-4, 4)
	}
}

// looks is how many loans each of steps 1 to 3 of a night looked at, and in how many chunks.
func looks(report *batch.Summary) string {
	var text []string
	for _, s := range report.Steps {
		if slices.Contains(lookedAt, s.Step) {
			text = append(text, fmt.Sprintf("%d in %d", s.Read, s.Chunks))
		}
	}
	return strings.Join(text, ", ")
}

// sampledOn is the first business date from d on whose night checks the loan key.
func sampledOn(key int, d rules.Date) rules.Date {
	for (int(d)-1)%1009 != key%1009 {
		d++
	}
	return d
}

// startKeysAt makes the next loan that comes in have the key.
func startKeysAt(t *testing.T, db *sqlx.DB, key int) {
	t.Helper()
	if _, err := db.Exec(fmt.Sprintf(`ALTER TABLE loan_key ALTER COLUMN loan RESTART WITH %d`, key)); err != nil {
		t.Fatal(err)
	}
}

// A loan that nothing happened to is not looked at, and a quiet night has no chunks, until its count could reach N1.
func TestQuietNightLooksAtNobody(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	startKeysAt(t, db, int(day("2026-09-01"))%1009) // checked in September
	e := book()
	for n := range 30 {
		e.loan(fmt.Sprintf("L%d", n))
	}
	e.load(t, db)
	dir := t.TempDir()
	for _, c := range []struct{ date, sent, want string }{
		{"2026-05-10", "", "30 in 15, 30 in 15, 30 in 15"},
		{"2026-05-11", "", "0 in 0, 0 in 0, 0 in 0"},
		{"2026-05-12", "L7", "1 in 1, 1 in 1, 1 in 1"},
		{"2026-05-31", "", "0 in 0, 0 in 0, 0 in 0"}, // also a night that exports
		{"2026-07-24", "L8 L20 L21", "3 in 2, 3 in 2, 3 in 2"},
		{"2026-07-25", "", "30 in 15, 30 in 15, 30 in 15"}, // the second underpaid cycle is evaluated
		{"2026-07-26", "", "30 in 15, 30 in 15, 30 in 15"}, // the day after each moved
		{"2026-07-27", "", "0 in 0, 0 in 0, 0 in 0"},
	} {
		for _, id := range strings.Fields(c.sent) {
			e.entry(id, "INTEREST", "1.00", "2026-05-10", "")
		}
		e.load(t, db) // the whole extract comes every day
		if got := looks(night(t, db, dir, c.date)); got != c.want {
			t.Errorf("night %s looked at %s, want %s", c.date, got, c.want)
		}
	}
	if got := count(t, db, `SELECT count(*) FROM loan_state WHERE status = 'SUSPENDED::DELINQUENT'`); got != 30 {
		t.Errorf("%d loans are delinquent, want 30", got)
	}
}

// In 1,009 nights in a row each loan that sleeps is picked once to be checked, however the book is cut into chunks.
func TestEachSleeperIsCheckedOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	_, err := db.Exec(`INSERT INTO loan_wake (loan, state, wake_on) SELECT n, 'ASLEEP', 'infinity' FROM generate_series(1, 3100) n WHERE n % 7 <> 3`)
	if err != nil {
		t.Fatal(err)
	}
	for _, chunk := range [][2]int{{0, 3100}, {0, 1}, {1, 2}, {500, 1200}, {1008, 1010}, {1009, 2018}, {2000, 3100}, {3099, 5000}} {
		got := count(t, db, `
			SELECT count(*) FROM loan_wake w
			LEFT JOIN (
				SELECT picked.loan, count(*) AS n FROM generate_series(0, 1008) d
				CROSS JOIN LATERAL (
					WITH night AS (SELECT DATE '2026-05-01' + d AS business_date, CAST($1 AS bigint) AS after_loan, CAST($2 AS bigint) AS last_loan)
					`+step.Servicing{}.Parts()[0].Picks+`) picked
				GROUP BY picked.loan) x ON x.loan = w.loan
			WHERE coalesce(x.n, 0) <> CASE WHEN w.loan > $1 AND w.loan <= $2 THEN 1 ELSE 0 END`, chunk[0], chunk[1])
		if got != 0 {
			t.Errorf("chunk %v: %d loans are not checked once", chunk, got)
		}
	}
}

// A book that was changed by a hand that did not say so is found out by the check: that night the loan is listed and
// decided by what its book says now, and the night after the exception is resolved.
func TestDriftIsFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, paidOn, change, want string
	}{
		{"an entry more", "", `INSERT INTO loan_transaction (loan, transaction_id, type, amount_cents, effective_on, posted_at, state)
			VALUES ($1, 'X', 'PAYMENT', 100000, '2026-06-05', '2026-06-05T12:00:00Z', 'SETTLED')`, "CLOSED::PAID_OFF"},
		{"an entry less", "2026-06-01", `DELETE FROM loan_transaction WHERE loan = $1 AND type = 'PAYMENT'`, "ACTIVE"},
		{"an entry of another amount", "2026-06-01", `UPDATE loan_transaction SET amount_cents = 100001 WHERE loan = $1 AND type = 'PAYMENT'`, "CLOSED::SURPLUS_BALANCE"},
		{"an entry that failed", "2026-06-01", `UPDATE loan_transaction SET state = 'FAILED' WHERE loan = $1 AND type = 'PAYMENT'`, "ACTIVE"},
		{"a cycle's due date", "", `UPDATE cycle SET due_on = due_on - 45 WHERE loan = $1`, "SUSPENDED::DELINQUENT"},
		{"nothing to decide", "", `UPDATE cycle SET minimum_due_cents = minimum_due_cents + 1 WHERE loan = $1`, "ACTIVE"},
		{"a packed row that somebody changed", "", `UPDATE account SET facts = set_byte(facts, p, get_byte(facts, p) # 1)
			FROM (SELECT loan AS l, 16 + (get_byte(facts, 3) << 8) + get_byte(facts, 4) AS p FROM account) open WHERE l = loan AND loan = $1`, "ACTIVE"},
		{"what the lender says of it", "", `UPDATE loan SET scheduled_payment_cents = 1 WHERE loan = $1`, "ACTIVE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			found := day("2026-06-13")
			key := 5*1009 + int(found-1)%1009
			startKeysAt(t, db, key-1)
			e := book()
			e.loan("A")
			e.loan("B") // has the key
			if c.paidOn != "" {
				e.entry("B", "PAYMENT", "1000.00", c.paidOn, "")
			}
			e.load(t, db)
			dir := t.TempDir()
			night(t, db, dir, "2026-06-10")
			night(t, db, dir, "2026-06-11")
			before := status(t, db, "B")
			if _, err := db.Exec(c.change, key); err != nil {
				t.Fatal(err)
			}
			if report := night(t, db, dir, (found - 1).String()); len(report.Exceptions) != 0 || status(t, db, "B") != before {
				t.Errorf("the night before: %s, %+v", status(t, db, "B"), report.Exceptions)
			}
			report := night(t, db, dir, found.String())
			if len(report.Exceptions) != 1 || report.Exceptions[0].LoanID != "B" || report.Exceptions[0].Code != step.CodeDrift || report.Steps[0].Counts["drifted"] != 1 {
				t.Errorf("the night that checks it: %+v, %v", report.Exceptions, report.Steps[0].Counts)
			}
			if got := status(t, db, "B"); got != c.want {
				t.Errorf("the night that checks it: %s, want %s", got, c.want)
			}
			after := night(t, db, dir, (found + 1).String())
			if n := count(t, db, `SELECT count(*) FROM run_exception WHERE resolved_run = $1`, after.Run); n != 1 || len(after.Exceptions) != 0 {
				t.Errorf("the night after: %d resolved, %+v", n, after.Exceptions)
			}
			if report := night(t, db, dir, sampledOn(key, found+1).String()); len(report.Exceptions) != 0 {
				t.Errorf("checked again: %+v", report.Exceptions)
			}
		})
	}
}

// stopAt makes a night fail when the chunk of a step is done, until the function that it returns is called.
func stopAt(t *testing.T, db *sqlx.DB, step string, seq int) (goOn func()) {
	t.Helper()
	return stopWhen(t, db, "run_chunk", fmt.Sprintf("NEW.step = '%s' AND NEW.seq = %d", step, seq))
}

// stopWhen makes a night fail when it changes a row of a table, until the function that it returns is called.
func stopWhen(t *testing.T, db *sqlx.DB, table, row string) (goOn func()) {
	t.Helper()
	do := func(text string) {
		t.Helper()
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	do(fmt.Sprintf(`
		CREATE FUNCTION stop_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'stopped by the test'; END $$;
		CREATE TRIGGER stop_here BEFORE UPDATE ON %s FOR EACH ROW WHEN (%s) EXECUTE FUNCTION stop_here()`, table, row))
	return func() { do(fmt.Sprintf(`DROP TRIGGER stop_here ON %s; DROP FUNCTION stop_here()`, table)) }
}

// stopped runs a night that stops.
func stopped(t *testing.T, db *sqlx.DB, dir, date string) {
	t.Helper()
	r := runner(db, dir)
	r.Workers = 1
	report, err := r.Run(context.Background(), day(date))
	if err == nil || report == nil || report.State != "STOPPED" {
		t.Fatalf("the night did not stop: %v", err)
	}
}

// What is imported while a night stands still, wherever it stopped, is looked at by the next night at the latest.
func TestImportIntoStoppedNight(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"delinquency", "closure", "statement", "purge", "export"} {
		for seq := 1; seq <= 2; seq++ {
			t.Run(fmt.Sprintf("%s chunk %d", name, seq), func(t *testing.T) {
				t.Parallel()
				db := pgtest.New(t)
				e := book()
				e["scheduled_items"] = extractHeaders["scheduled_items"] + "\n"
				for _, id := range []string{"A", "B", "C", "D"} {
					e.loan(id)
					e.add("scheduled_items", "I%s,%s,CALL,PENDING,2026-09-01T10:00:00Z", id, id)
				}
				e["loans"] = strings.ReplaceAll(e["loans"], "SERVICING,,,\n", "NOT_SERVICING,BANKRUPTCY,,\n")
				e.load(t, db)
				dir := t.TempDir()
				goOn := stopAt(t, db, name, seq)
				stopped(t, db, dir, "2026-06-30")
				e.entry("A", "PAYMENT", "1000.00", "2026-06-10", "")
				e.entry("D", "PAYMENT", "1001.00", "2026-06-10", "")
				e["pauses"] = extractHeaders["pauses"] + "\nB,2026-06-01,,HARDSHIP\n"
				e.loan("NEW")
				e.entry("NEW", "PAYMENT", "1000.00", "2026-06-11", "")
				e.load(t, db)
				goOn()
				night(t, db, dir, "2026-06-30")
				night(t, db, dir, "2026-07-01")
				for loan, want := range map[string]string{"A": "CLOSED::PAID_OFF", "D": "CLOSED::SURPLUS_BALANCE", "NEW": "CLOSED::PAID_OFF"} {
					if got := status(t, db, loan); got != want {
						t.Errorf("loan %s after the next night: %s, want %s", loan, got, want)
					}
				}
				night(t, db, dir, "2026-07-25")
				for loan, want := range map[string]string{"B": "ACTIVE", "C": "SUSPENDED::DELINQUENT"} {
					if got := status(t, db, loan); got != want {
						t.Errorf("loan %s after its second cycle: %s, want %s", loan, got, want)
					}
				}
				if n := count(t, db, `SELECT count(*) FROM statement`); n != 3 {
					t.Errorf("%d statements, want 3", n)
				}
			})
		}
	}
}

// A night that stopped before it purged goes on when an import has left it nothing to purge.
func TestImportLeavesNothingToPurge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, old, now string }{
		{"serviced again", "loans", "NOT_SERVICING,BANKRUPTCY,,\n", "SERVICING,,,\n"},
		{"sent meanwhile", "scheduled_items", "PENDING", "SENT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			e := book()
			e.loan("A")
			e["loans"] = strings.ReplaceAll(e["loans"], "SERVICING,,,\n", "NOT_SERVICING,BANKRUPTCY,,\n")
			e["scheduled_items"] = extractHeaders["scheduled_items"] + "\nI,A,CALL,PENDING,2026-09-01T10:00:00Z\n"
			e.load(t, db)
			dir := t.TempDir()
			goOn := stopAt(t, db, "purge", 1)
			stopped(t, db, dir, "2026-06-15")
			e[c.file] = strings.ReplaceAll(e[c.file], c.old, c.now)
			e.load(t, db)
			goOn()
			night(t, db, dir, "2026-06-15")
			if n := count(t, db, `SELECT count(*) FROM scheduled_item WHERE cancelled_run IS NOT NULL`); n != 0 {
				t.Errorf("%d items were cancelled, want 0", n)
			}
		})
	}
}

// A loan that came in by another door than the import, without a packed row, is decided by the next night.
func TestLoanByAnotherDoor(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	e.loan("A")
	e.load(t, db)
	dir := t.TempDir()
	night(t, db, dir, "2026-06-10")
	_, err := db.Exec(`
		INSERT INTO loan_key (loan_id) VALUES ('X');
		INSERT INTO loan (loan, loan_id, product, program, account_number, opened_on)
			SELECT k.loan, 'X', l.product, l.program, 'ACCTX', l.opened_on FROM loan l, loan_key k WHERE l.loan_id = 'A' AND k.loan_id = 'X';
		INSERT INTO loan_state (loan, status, status_since, status_cause, count_from, servicing_status, imported_status, imported_status_since)
			SELECT loan, 'ACTIVE', '2026-05-01', 'TAKEOVER', '2026-05-01', 'SERVICING', 'ACTIVE', '2026-05-01' FROM loan WHERE loan_id = 'X';
		INSERT INTO status_history (loan, seq, state, to_status, business_date, effective_on, cause, rule)
			SELECT loan, 1, 'ACCOUNT', 'ACTIVE', '2026-05-01', '2026-05-01', 'TAKEOVER', 'Q4' FROM loan WHERE loan_id = 'X';
		INSERT INTO cycle SELECT x.loan, cycle_no, starts_on, ends_on, due_on, minimum_due_cents
			FROM cycle c JOIN loan a ON a.loan = c.loan AND a.loan_id = 'A', loan x WHERE x.loan_id = 'X';
		INSERT INTO loan_transaction SELECT x.loan, 'X' || transaction_id, type, amount_cents, effective_on, posted_at, t.state
			FROM loan_transaction t JOIN loan a ON a.loan = t.loan AND a.loan_id = 'A', loan x WHERE x.loan_id = 'X'`)
	if err != nil {
		t.Fatal(err)
	}
	if got := looks(night(t, db, dir, "2026-06-11")); got != "1 in 1, 1 in 1, 1 in 1" {
		t.Errorf("the next night looked at %s, want the loan", got)
	}
	night(t, db, dir, "2026-07-25")
	if got := status(t, db, "X"); got != "SUSPENDED::DELINQUENT" {
		t.Errorf("after two underpaid cycles: %s", got)
	}
}
