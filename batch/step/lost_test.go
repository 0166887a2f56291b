package step_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	facts "github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

const (
	interleavings = 200 // times that an outsider comes between the statements of a chunk
	outsiderSeed  = 20261121
)

// No interleaving of a writer with a night loses what it wrote. An outsider writes to loans of a chunk at every moment
// of it, and commits at once, some moments later, when the night waits for it, or after the night. Afterwards the
// packed facts of each loan are those of the book, or it is marked to be looked at; and after the next night each loan
// is as in one of two undisturbed twins, to which the same was written before the night, or after it.
func TestNoPostingIsLost(t *testing.T) {
	t.Parallel()
	d := newDisturbed(t)
	d.night(t, true)
	for o := d.outsider; o.count < interleavings || o.count < 2*interleavings && len(o.missed()) > 0; {
		before := o.count
		if d.night(t, false); o.count == before {
			t.Fatalf("the outsider finds nothing to write to after %d times", o.count)
		}
	}
	d.night(t, true)
	d.night(t, true)
	d.everyMoment(t)

	told := make([][]snapshot, 2)
	t.Run("twins", func(t *testing.T) {
		for i, name := range []string{"early", "later"} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				told[i] = d.relive(t, newTwin(t), name == "early")
			})
		}
	})
	d.compare(t, told[0], told[1])
}

// No interleaving of a writer with an import loses what it wrote: an outsider pays a loan off at every moment of an import
// that has news of all loans, for each moment another one. Not at those of the lock: the last of them may come after the
// import has returned.
func TestNoPostingIsLostBesideAnImport(t *testing.T) {
	t.Parallel()
	d := newDisturbed(t)
	d.night(t, true)
	o := d.outsider
	for n := range 3 {
		o.night = day(firstNight) + 1 + rules.Date(n)
		news := d.book.news(o.night)
		before := o.count
		news.loadThrough(t, openWatched(t, d.url, o.watchImport), o.db)
		o.leave()
		if o.count-before < 40 {
			t.Errorf("an import had %d moments: too few", o.count-before)
		}
		d.check(t, o.night)
		o.idle = true
		run(t, d.db, o.db, d.dir, o.night)
		o.idle = false
	}
	s := look(t, d.twin, o.night)
	t.Logf("the outsider came %d times, %d pay-offs", o.count, d.paidOff(t, s))
}

// disturbed is a book whose nights an outsider disturbs, and all that was written to it.
type disturbed struct {
	twin
	url      string
	outsider *outsider
	book     *targets
	extract  extract
	nights   []pastNight
}

// pastNight is what was written around and in a night, and what the book was afterwards.
type pastNight struct {
	date   rules.Date
	sent   extract // before it
	posted write   // before it
	in     []write
	late   extract // an import that came while the night was at work
	snapshot
}

// snapshot is what a book says of each loan, by aspect and loan.
type snapshot map[string]map[string]string

func newDisturbed(t *testing.T) *disturbed {
	t.Helper()
	url := pgtest.NewURL(t)
	random := rand.New(rand.NewPCG(outsiderSeed, outsiderSeed))
	o := &outsider{t: t, random: random, db: openWatched(t, url, func(*session, moment) {}), points: map[string]int{}, met: map[string]int{}, hits: map[string]map[int]int{}}
	if _, err := o.db.Exec(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''10ms''', current_database()); END $$`); err != nil {
		t.Fatal(err)
	}
	d := &disturbed{outsider: o, url: url, twin: twin{db: openWatched(t, url, o.watch), dir: t.TempDir()}}
	d.book, d.extract = newTargets(random, 400)
	o.book = d.book
	d.extract.load(t, o.db)
	return d
}

// night runs the next night; idle: with nobody beside it.
func (d *disturbed) night(t *testing.T, idle bool) {
	t.Helper()
	n := pastNight{date: day(firstNight) + rules.Date(len(d.nights))}
	n.sent, n.posted = d.book.morning(n.date)
	n.sent.load(t, d.outsider.db)
	writeAll(t, d.outsider.db, n.posted)

	o := d.outsider
	o.idle, o.night, o.written, o.late = idle, n.date, nil, nil
	run(t, d.db, o.db, d.dir, n.date)
	o.leave()
	n.in = o.written
	if o.late != nil {
		<-o.late.done
		if errors.Is(o.late.err, batch.ErrLocked) { // it waited as long as one may
			o.late.extract.load(t, o.db)
		} else if o.late.err != nil {
			t.Fatal(o.late.err)
		}
		n.late = o.late.extract
	}
	d.check(t, n.date)
	n.snapshot = look(t, d.twin, n.date)
	d.nights = append(d.nights, n)
}

// run runs a night. What asks for the lock of the book goes by direct, where nobody comes in between: an answer that waits
// for an outsider is a silence.
func run(t *testing.T, db, direct *sqlx.DB, dir string, date rules.Date) {
	t.Helper()
	r := runner(db, dir)
	r.Direct, r.ChunkSize, r.Workers = direct, 20, 1
	report, err := through(r, date)
	if err != nil {
		t.Fatalf("night %s: %v", date, err)
	}
	for _, e := range report.Exceptions {
		if e.Code != rules.CodeAfterClosing { // fees of loans that the outsider paid off are listed (Q34)
			t.Errorf("night %s: exception %+v", date, e)
		}
	}
}

func writeAll(t *testing.T, db *sqlx.DB, writes ...write) {
	t.Helper()
	for _, w := range writes {
		tx, err := db.Beginx()
		if err == nil {
			err = w.apply(context.Background(), tx)
		}
		if err == nil {
			err = tx.Commit()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// check holds that the packed facts of every loan are those of the book, or that it is marked.
func (d *disturbed) check(t *testing.T, night rules.Date) {
	t.Helper()
	tx, err := d.outsider.db.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	packed := factsOf(t, tx)
	var keys []int64
	err = tx.Select(&keys, `SELECT loan FROM loan_wake ORDER BY loan`)
	if err == nil {
		_, err = tx.Exec(`SELECT wake($1, 'check')`, pq.Array(keys))
	}
	var settings *facts.Settings
	if err == nil {
		settings, err = facts.ReadSettings(t.Context(), tx)
	}
	var loans []*facts.Loan
	if err == nil {
		loans, err = vault.Lock(t.Context(), tx, settings, keys, night)
	}
	if err == nil {
		err = vault.Save(t.Context(), tx, batch.Chunk{Date: night}, loans, func(*facts.Loan) rules.Date { return rules.Never })
	}
	if err != nil {
		t.Fatal(err)
	}
	made := factsOf(t, tx)
	for _, loan := range slices.Sorted(maps.Keys(packed)) {
		if packed[loan] != made[loan] {
			t.Errorf("night %s: the packed facts of loan L%03d are not those of the book:\n%s\n%s", night, loan-1, packed[loan], made[loan])
		}
	}
	if len(made) != len(d.book.loans) || len(packed) < len(made)/2 {
		t.Errorf("night %s: %d of %d loans were compared", night, len(packed), len(made))
	}
}

// everyMoment holds that the outsider came at every moment that a chunk has.
func (d *disturbed) everyMoment(t *testing.T) {
	t.Helper()
	o := d.outsider
	for _, moment := range o.missed() {
		t.Errorf("the outsider never came at %s", moment)
	}
	t.Logf("seed %d: the outsider came %d times, in %d nights, at moments %v", outsiderSeed, o.count, len(d.nights), o.points)
}

// missed are the moments at which the outsider never came.
func (o *outsider) missed() (moments []string) {
	for step, points := range o.met {
		for point := range points {
			if o.hits[step][point] == 0 {
				moments = append(moments, fmt.Sprintf("moment %d of %d of step %s", point, points, step))
			}
		}
	}
	return moments
}

// relive tells a twin the same, with nobody beside its nights.
func (d *disturbed) relive(t *testing.T, w twin, early bool) (snapshots []snapshot) {
	t.Helper()
	d.extract.load(t, w.db)
	for _, n := range d.nights {
		n.sent.load(t, w.db)
		writeAll(t, w.db, n.posted)
		if early {
			writeAll(t, w.db, n.in...)
		}
		run(t, w.db, w.db, w.dir, n.date)
		if !early {
			writeAll(t, w.db, n.in...)
		}
		if n.late != nil {
			n.late.load(t, w.db)
		}
		snapshots = append(snapshots, look(t, w, n.date))
	}
	return snapshots
}

func look(t *testing.T, w twin, night rules.Date) snapshot {
	t.Helper()
	s := snapshot{}
	for aspect, query := range map[string]string{
		"state": `SELECT k.loan_id, concat_ws(' ', s.status, s.closed_on, s.episode, s.count_from, s.reopened_on, s.charged_off_on, s.charge_off_cents) AS said
			FROM loan_state s JOIN loan_key k USING (loan)`,
		"history": `SELECT k.loan_id, string_agg(concat_ws(' ', h.rule, h.to_status, h.business_date, h.effective_on, h.closed_on), '; ' ORDER BY h.seq) AS said
			FROM status_history h JOIN loan_key k USING (loan) GROUP BY 1`,
		"statements": `SELECT k.loan_id, string_agg(concat_ws(' ', s.episode, s.business_date, s.document), '; ' ORDER BY s.episode) AS said
			FROM statement s JOIN loan_key k USING (loan) GROUP BY 1`,
		// A payment that came while the night made its file is told by that file or by the next one, never by both (Q95).
		"received": `SELECT k.loan_id, sum(t.actual_payment) AS said
			FROM tradeline t JOIN bureau_file f USING (file) JOIN loan_key k USING (loan)
			WHERE f.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED') GROUP BY 1`,
	} {
		var rows []struct {
			Loan string `db:"loan_id"`
			Said string `db:"said"`
		}
		if err := w.db.Select(&rows, query); err != nil {
			t.Fatal(err)
		}
		s[aspect] = map[string]string{}
		for _, r := range rows {
			s[aspect][r.Loan] = r.Said
		}
	}
	s["tradeline"] = map[string]string{}
	var path string
	if err := w.db.Get(&path, `SELECT path FROM bureau_file WHERE created_on = $1`, night); err != nil {
		t.Fatal(err)
	}
	for account, b := range records(t, path) {
		b.ActualPayment = 0 // received holds it
		s["tradeline"][strings.TrimPrefix(account, "ACCT")] = fmt.Sprintf("%+v", b)
	}
	return s
}

// compare compares each night that came after the one in which a loan was written to.
func (d *disturbed) compare(t *testing.T, early, later []snapshot) {
	t.Helper()
	neither := map[string]int{}
	for i, n := range d.nights {
		for aspect, loans := range n.snapshot {
			for _, id := range slices.Sorted(maps.Keys(loans)) {
				loan := d.book.byID[id]
				if loan.touched == n.date {
					continue
				}
				got, a, b := loans[id], early[i][aspect][id], later[i][aspect][id]
				if got == a || got == b {
					continue
				}
				neither[aspect]++
				if neither[aspect] <= 5 {
					t.Errorf("night %s: %s of loan %s, %s in the night of %s:\n got %s\n early %s\n later %s", n.date, aspect, id, loan.what, loan.touched, got, a, b)
				}
			}
		}
	}
	t.Logf("%d pay-offs; %v as in neither twin", d.paidOff(t, d.nights[len(d.nights)-1].snapshot), neither)
}

// paidOff holds that no loan is open that was paid off, and counts those. Where a charge came after the closing, the pay-off
// was more than was owed (Q34).
func (d *disturbed) paidOff(t *testing.T, s snapshot) (n int) {
	t.Helper()
	for _, loan := range d.book.loans {
		if !loan.paidOff {
			continue
		}
		n++
		if got := s["state"][loan.id]; !strings.HasPrefix(got, "CLOSED::") {
			t.Errorf("loan %s stayed open (%s in the night of %s): %s", loan.id, loan.what, loan.touched, got)
		}
	}
	return n
}
