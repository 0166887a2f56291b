package step_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

var lives = flag.Int("lives", 8, "how many random lives of a book TestLives leads")

// TestLives leads books of one to three destinations through random sequences of nights, nights that are cut off, attempts again, late
// postings, reversals, terminations, destinations that are added and what people and deliveries do to files. After each the files that count must say what a small model says.
func TestLives(t *testing.T) {
	t.Parallel()
	const atOnce = 4
	each := fmt.Sprint((*lives + atOnce - 1) / atOnce)
	if err := flag.Set("rapid.checks", each); err != nil {
		t.Fatal(err)
	}
	for n := range atOnce {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			rapid.Check(t, func(r *rapid.T) {
				w := begin(t, r, db)
				r.Repeat(map[string]func(*rapid.T){
					"":          w.check,
					"night":     w.night,
					"cut night": w.cutNight,
					"again":     w.again,
					"cut again": w.cutAgain,
					"pay":       w.pay,
					"reverse":   w.reverse,
					"terminate": w.terminate,
					"rescind":   w.rescind,
					"address":   w.address,
					"void":      func(r *rapid.T) { w.move(r, bureau.Voided, bureau.Generated, bureau.Released) },
					"release":   func(r *rapid.T) { w.move(r, bureau.Released, bureau.Generated) },
					"transmit":  func(r *rapid.T) { w.move(r, bureau.Transmitted, bureau.Released) },
					"accept":    func(r *rapid.T) { w.move(r, bureau.Accepted, bureau.Transmitted) },
					"reject":    func(r *rapid.T) { w.move(r, bureau.Rejected, bureau.Transmitted) },
					"replace":   w.replace,
					"deliver":   w.deliver,
				})
			})
		})
	}
}

// world is a book with its model.
type world struct {
	t     *testing.T
	db    *sqlx.DB
	dir   string
	daily bool

	lives      []*life
	sent       extract // all that the lender has sent
	number     int     // of the last posting
	last       rules.Date
	unfinished rules.Date // a date whose night was cut off, 0: none
	files      []*lived
	addresses  int  // destinations of the program
	corrected  bool // people correct fields: the model does not say how an account is reported
}

// begin makes a new book of a few loans, some of them late by now, in an emptied database. None is opened on the day of the first
// night, which leaves a status of its own day alone (DQ5).
func begin(t *testing.T, r *rapid.T, db *sqlx.DB) *world {
	dir, err := os.MkdirTemp(t.TempDir(), "life")
	r.Cleanup(func() { os.RemoveAll(dir) })
	w := &world{t: t, db: db, dir: filepath.Join(dir, "files"), daily: rapid.Bool().Draw(r, "daily"), last: day("2026-07-15")}
	if err = errors.Join(err, w.empty()); err != nil {
		r.Fatal(err)
	}
	e := book()
	calendar := "monthly:last"
	if w.daily {
		calendar = "daily"
	}
	e["programs"] = strings.Replace(e["programs"], "monthly:last", calendar, 1)
	e["products"] = "product_id,name,portfolio_type,account_type,terms_frequency,interest_type,delinquent_after,charge_off_after,grace_days,closes_on_payoff\n" +
		"PL,Personal loan,I,01,M,F,2,,5,true\nPC,Loan with a charge-off,I,01,M,F,2,2,5,true\n"
	e["terminations"] = "loan_id,terminated_on,source,reason,rescinded_on\n"
	w.sent = e
	w.addresses = 1
	for range rapid.IntRange(0, 1).Draw(r, "more destinations") {
		w.list()
	}
	for n := range rapid.IntRange(3, 6).Draw(r, "loans") {
		l := &life{id: fmt.Sprintf("L%d", n), chargeable: n%2 == 1, opened: w.last - rapid.SampledFrom([]rules.Date{1, 35, 85, 110, 170, 250}).Draw(r, "age")}
		w.lives = append(w.lives, l)
		product := "PL"
		if l.chargeable {
			product = "PC"
		}
		e.add("loans", "%s,%s,P1,ACCT%s,%s,1000.00,10,100.00,ACTIVE,%s,,SERVICING,,,", l.id, product, l.id, l.opened, l.opened)
		e.add("loan_customers", "%s,C1,1,1", l.id)
		for c := range lifeInstalments {
			starts := l.opened + rules.Date(30*c)
			e.add("cycles", "%s,%d,%s,%s,%s,100.00", l.id, c+1, starts, starts+29, l.due(c))
		}
		w.post(l, "ORIGINATION", lifeAmount, l.opened, "")
		for n := range rapid.IntRange(0, 4).Draw(r, "instalments") {
			if on := l.due(n); on < w.last {
				l.payments = append(l.payments, payment{id: w.post(l, "PAYMENT", lifeInstalment, on, ""), amount: lifeInstalment, on: on})
			}
		}
	}
	w.load(r)
	w.run(r, runner(w.db, w.dir), w.last)
	return w
}

// empty removes all rows but those that the schema begins with.
func (w *world) empty() error {
	var tables string
	err := w.db.Get(&tables, `SELECT string_agg(quote_ident(table_name), ', ') FROM information_schema.tables
		WHERE table_schema = 'furnisher' AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'goose%' AND table_name NOT LIKE 'river%'
		  AND table_name <> 'business_calendar'`)
	if err == nil {
		_, err = w.db.Exec("TRUNCATE " + tables + " RESTART IDENTITY CASCADE")
	}
	return err
}

// post adds an entry to what the lender has sent, and returns its id.
func (w *world) post(l *life, kind string, amount rules.Cents, on rules.Date, reverses string) string {
	w.number++
	id := fmt.Sprintf("T%d", w.number)
	w.sent.add("transactions", "%s,%s,%s,%s,%s,%sT12:00:00Z,SETTLED,%s", id, l.id, kind, amount, on, on, reverses)
	return id
}

// load imports what the lender has sent.
func (w *world) load(r *rapid.T) {
	var ended strings.Builder
	ended.WriteString("loan_id,terminated_on,source,reason,rescinded_on\n")
	for _, l := range w.lives {
		if e := l.ended; e != nil {
			rescinded := ""
			if e.rescinded != 0 {
				rescinded = e.rescinded.String()
			}
			fmt.Fprintf(&ended, "%s,%s,,%s,%s\n", l.id, e.on, e.reason, rescinded)
		}
	}
	w.sent["terminations"] = ended.String()
	dir := filepath.Join(w.dir, "../extract")
	err := os.MkdirAll(dir, 0o700)
	for name, text := range w.sent {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name+".csv"), []byte(text), 0o600))
	}
	if err == nil {
		_, err = intake.Import(w.t.Context(), w.db, intake.Options{Dir: dir, MaxBadPercent: 0, Now: clock, Vault: vault})
	}
	if err != nil {
		r.Fatalf("import: %v", err)
	}
}

// idle skips an action that needs that no night is unfinished.
func (w *world) idle(r *rapid.T) {
	if w.unfinished != 0 {
		r.Skip("a night is unfinished")
	}
}

// run takes the book through a night that nothing disturbs.
func (w *world) run(r *rapid.T, nightly *batch.Runner, d rules.Date) {
	if _, err := through(nightly, d); err != nil {
		r.Fatalf("night %s: %v", d, err)
	}
	w.last, w.unfinished = d, 0
}

// next is the date of the next night: the one that was cut off, else one soon, so that several files are made up for at times.
func (w *world) next(r *rapid.T) rules.Date {
	switch {
	case w.unfinished != 0:
		return w.unfinished
	case w.daily:
		return w.last + rules.Date(rapid.SampledFrom([]int{1, 1, 1, 2, 3, 30}).Draw(r, "days"))
	}
	end := w.last.MonthEnd()
	if end == w.last {
		end = (w.last + 1).MonthEnd()
	}
	return rapid.SampledFrom([]rules.Date{end, end, end, (w.last + 1), (end + 1).MonthEnd()}).Draw(r, "date")
}

func (w *world) night(r *rapid.T) { w.run(r, runner(w.db, w.dir), w.next(r)) }

// cut makes a runner whose work is cut off somewhere: its context ends, or a session of its own does.
func (w *world) cut(r *rapid.T) (context.Context, *batch.Runner) {
	ctx, stop := context.WithCancel(w.t.Context())
	w.t.Cleanup(stop)
	end := func(session string) func() {
		return func() {
			w.db.MustExec("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid IN " + session)
		}
	}
	f := map[string]func(){
		"interrupt": stop,
		"book":      end("(SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock')"),
		"work":      end("(SELECT pid FROM pg_stat_activity WHERE state = 'idle in transaction')"),
	}[rapid.SampledFrom([]string{"interrupt", "book", "work"}).Draw(r, "what ends")]
	nightly := runner(w.db, w.dir)
	if at := rapid.IntRange(0, 5).Draw(r, "where"); at < 3 {
		during(w.t, nightly, nightly.Plan.Names()[[]int{0, len(nightly.Plan.Names()) - 2, len(nightly.Plan.Names()) - 1}[at]], f)
	} else {
		chunks := 0
		nightly.Workers = 1
		nightly.Plan[2] = &beside{Export: nightly.Plan[2].(step.Export), f: func() {
			if chunks++; chunks == at-2 {
				f()
			}
		}}
	}
	return ctx, nightly
}

func (w *world) cutNight(r *rapid.T) {
	d := w.next(r)
	ctx, nightly := w.cut(r)
	if _, err := nightly.Run(ctx, d); err != nil {
		w.unfinished = d
		return
	}
	w.last, w.unfinished = d, 0 // nothing was left to cut off
}

// again runs the last date once more. The files of it that were not sent say then what is known now.
func (w *world) again(r *rapid.T) {
	w.idle(r)
	if _, err := runner(w.db, w.dir).Again(w.t.Context(), w.last); err != nil {
		r.Fatalf("night %s again: %v", w.last, err)
	}
	w.check(r)
	for _, f := range w.files {
		stays := slices.ContainsFunc(w.files, func(o *lived) bool {
			return o.To == f.To && o.Created == f.Created && !o.replaced && o.AsOf >= f.AsOf && o.counts() && (o.Sending || o.State == "TRANSMITTED" || o.State == "ACCEPTED")
		})
		if f.Created != w.last || f.replaced || !f.counts() || stays || w.corrected {
			continue
		}
		if err := judge(w.lives, f, chainOf(w.files, func(o *lived) bool { return o.To == f.To && o.AsOf < f.AsOf })); err != nil {
			r.Fatalf("after %s again: %v", w.last, err)
		}
	}
}

func (w *world) cutAgain(r *rapid.T) {
	w.idle(r)
	ctx, nightly := w.cut(r)
	_, _ = nightly.Again(ctx, w.last) // all of it or nothing: check sees which
}

// one draws a loan.
func (w *world) one(r *rapid.T) *life { return rapid.SampledFrom(w.lives).Draw(r, "loan") }

// when draws an effective date: mostly one that the last night has passed by.
func (w *world) when(r *rapid.T, earliest rules.Date) rules.Date {
	return max(earliest, w.last+rapid.SampledFrom([]rules.Date{-60, -31, -10, -1, 0, 1, 2}).Draw(r, "when"))
}

func (w *world) pay(r *rapid.T) {
	w.idle(r)
	l := w.one(r)
	free := l.free()
	if free == 0 {
		r.Skip("paid")
	}
	amount := rapid.SampledFrom([]rules.Cents{free, free, lifeInstalment, min(2*lifeInstalment, free)}).Draw(r, "amount")
	on := w.when(r, l.opened)
	l.payments = append(l.payments, payment{id: w.post(l, "PAYMENT", amount, on, ""), amount: amount, on: on})
	w.load(r)
}

func (w *world) reverse(r *rapid.T) {
	w.idle(r)
	l := w.one(r)
	var known []*payment
	for i := range l.payments {
		if l.payments[i].undone == 0 {
			known = append(known, &l.payments[i])
		}
	}
	if len(known) == 0 {
		r.Skip("nothing to reverse")
	}
	p := rapid.SampledFrom(known).Draw(r, "payment")
	p.undone = w.when(r, p.on)
	w.post(l, "REVERSAL", p.amount, p.undone, p.id)
	w.load(r)
}

func (w *world) terminate(r *rapid.T) {
	w.idle(r)
	l := w.one(r)
	if l.ended != nil {
		r.Skip("terminated")
	}
	l.ended = &ending{on: w.when(r, l.opened), reason: rapid.SampledFrom([]string{rules.ReasonError, rules.ReasonFraud}).Draw(r, "reason")}
	w.load(r)
}

func (w *world) rescind(r *rapid.T) {
	w.idle(r)
	l := w.one(r)
	if l.ended == nil || l.ended.rescinded != 0 {
		r.Skip("nothing to rescind")
	}
	l.ended.rescinded = w.when(r, l.ended.on)
	w.load(r)
}

// address adds a destination, which has no past.
func (w *world) address(r *rapid.T) {
	w.idle(r)
	if w.addresses == 3 {
		r.Skip("enough destinations")
	}
	w.list()
	w.load(r)
}

// list adds a destination to what the lender has sent.
func (w *world) list() {
	if w.addresses == 1 {
		w.sent["destinations"] = destinationHeader + "P1,bureaus,,EQ00000001,,,\n"
	}
	w.addresses++
	w.sent.add("destinations", "P1,more-%d,%s", w.addresses, []string{2: "IN00000002,,,,", 3: ",,EX003,,"}[w.addresses])
}

// among draws a file in one of some states.
func (w *world) among(r *rapid.T, states ...bureau.State) *lived {
	var files []*lived
	for _, f := range w.files {
		if slices.Contains(states, bureau.State(f.State)) {
			files = append(files, f)
		}
	}
	if len(files) == 0 {
		r.Skip("no such file")
	}
	return rapid.SampledFrom(files).Draw(r, "file")
}

// move takes a file to a state, or is refused as the model says.
func (w *world) move(r *rapid.T, to bureau.State, from ...bureau.State) {
	f := w.among(r, from...)
	var want error
	for _, o := range w.files {
		if to == bureau.Transmitted && o.To == f.To && o.AsOf < f.AsOf && o.State == string(bureau.Released) {
			want = bureau.ErrOrder
		}
	}
	if to == bureau.Voided && f.Sending {
		want = bureau.ErrSent
	}
	if w.unfinished != 0 && (to == bureau.Voided || to == bureau.Rejected) && w.building(r) {
		want = bureau.ErrInWork
	}
	if to == bureau.Released { // nobody ever vanishes (BR8); but who was told of as final or deleted may not have been
		b, err := bureau.BalanceOf(w.t.Context(), w.db, f.File, true)
		switch {
		case err != nil:
			r.Fatal(err)
		case b.Outdated() > 0:
			want = bureau.ErrUnbalanced
		case !b.Holds():
			r.Fatalf("the balance of file %d does not hold: %+v", f.File, b)
		}
	}
	_, err := bureau.Change(w.t.Context(), w.db, bureau.Move{File: f.File, To: to, Who: "test", Why: "test", Acknowledged: []string{bureau.AllWarnings}}, clock())
	if !errors.Is(err, want) {
		r.Fatalf("file %d to %s: got %v, want %v", f.File, to, err, want)
	}
}

// building reports whether the unfinished night has begun its files.
func (w *world) building(r *rapid.T) (is bool) {
	if err := w.db.Get(&is, "SELECT EXISTS (SELECT FROM bureau_file WHERE state = 'BUILDING')"); err != nil {
		r.Fatal(err)
	}
	return is
}

func (w *world) replace(r *rapid.T) {
	w.idle(r)
	f := w.among(r, bureau.Voided, bureau.Rejected)
	var want error
	if slices.ContainsFunc(w.files, func(o *lived) bool { return o.To == f.To && o.counts() && o.AsOf >= f.AsOf }) {
		want = bureau.ErrCounted
	}
	done, err := bureau.Files{Dir: w.dir, VendorVersion: "1.0", Vault: vault}.Replace(w.t.Context(), w.db, w.db, f.File, "test", "test", clock())
	if !errors.Is(err, want) {
		r.Fatalf("replace file %d: got %v, want %v", f.File, err, want)
	}
	if err == nil {
		w.read(r, done.New.File)
	}
}

// deliver is a delivery that ends half-way: the file may be at the bureau, and its state is not changed.
func (w *world) deliver(r *rapid.T) {
	f := w.among(r, bureau.Released)
	w.db.MustExec(`INSERT INTO delivery (file, receiver, state, by_hand, name, attempts, next_at) VALUES ($1, 'bureau', 'SENDING', FALSE, 'x', 1, $2)
		ON CONFLICT DO NOTHING`, f.File, clock())
	ctx, stop := context.WithCancel(w.t.Context())
	stop()
	if _, err := bureau.Change(ctx, w.db, bureau.Move{File: f.File, To: bureau.Transmitted, Who: "test", Why: "test"}, clock()); err == nil {
		r.Fatal("the move was not cut off")
	}
}
