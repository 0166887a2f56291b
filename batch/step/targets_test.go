package step_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/rules"
)

// targets are the loans of a book that an outsider writes to, each in one night of its life.
type targets struct {
	random *rand.Rand
	loans  []*target
	byID   map[string]*target
	posted int
}

type target struct {
	id, product, customer string
	balance               rules.Cents
	payment               string // the last one
	pending               string // a payment of all that is owed
	cycles                int
	news                  rules.Date // the last night that it had news for
	touched               rules.Date // the night in which it was written to
	what                  string     // was written
	paidOff               bool       // by that
}

// firstNight is the night after which outsiders come.
const firstNight = "2026-08-20"

// newTargets makes loans of several products and situations: some paid by now, some late, some about to be moved; of
// every fifth, which is not serviced, contacts are to be cancelled. Their due dates lie on all days of a month.
func newTargets(random *rand.Rand, n int) (*targets, extract) {
	b := &targets{random: random, byID: map[string]*target{}}
	e := book()
	e["programs"] = "program_id,identification_number,reporter_name,reporter_address,equifax_id,calendar\n" +
		"P1,LENDER01,EXAMPLE LENDING,1 MAIN ST SPRINGFIELD IL 62701,EQ00000001,daily\n"
	e["products"] = extractHeaders["products"] + "\n" +
		"PL,Personal loan,I,01,M,F,2,2,5,true,0\n" +
		"HL,Loan with a hold,I,01,M,F,1,2,0,true,2\n" +
		"OL,Loan that stays open,I,01,M,F,2,2,5,false,0\n"
	e["customers"] = "customer_id,surname,first_name,ssn,date_of_birth,address1,city,state,postal_code\n"
	e["loans"] = extractHeaders["loans"] + "\n"
	e["scheduled_items"] = extractHeaders["scheduled_items"] + "\n"
	for i := range n {
		b.add(e, i)
	}
	return b, e
}

func (b *targets) add(e extract, i int) {
	loan := &target{
		id: fmt.Sprintf("L%03d", i), customer: fmt.Sprintf("C%03d", i), balance: 1000_00,
		product: []string{"PL", "PL", "PL", "HL", "OL"}[b.random.IntN(5)],
	}
	b.loans, b.byID[loan.id] = append(b.loans, loan), loan
	serviced := "SERVICING,"
	if i%5 == 4 {
		serviced = "NOT_SERVICING,BANKRUPTCY"
	}
	opened := day("2026-05-01") - rules.Date(b.random.IntN(30))
	e.add("customers", "%s,ALDERBROOK,ROBIN,666%06d,1980-02-29,1 ELM ST,SPRINGFIELD,IL,62701", loan.customer, i+1)
	e.add("loans", "%s,%s,P1,ACCT%s,%s,1000.00,10,100.00,,,ACTIVE,%s,,%s,", loan.id, loan.product, loan.id, opened, opened, serviced)
	e.add("loan_customers", "%s,%s,1,1", loan.id, loan.customer)
	for loan.cycles < 5 {
		starts := opened + rules.Date(30*loan.cycles)
		loan.cycles++
		e.add("cycles", "%s,%d,%s,%s,%s,100.00", loan.id, loan.cycles, starts, starts+29, starts+49)
	}
	b.enter(e, loan, "ORIGINATION", 1000_00, opened, "SETTLED", "")
	for n := range b.random.IntN(4) {
		b.enter(e, loan, "PAYMENT", 100_00, opened+rules.Date(30*n+45), "SETTLED", "")
	}
	if b.random.IntN(4) == 0 {
		loan.pending = b.enter(e, loan, "PAYMENT", loan.balance, day(firstNight)-1, "PENDING", "")
	}
}

// enter adds an entry to an extract and returns its id.
func (b *targets) enter(e extract, loan *target, kind string, amount rules.Cents, on rules.Date, state, reverses string) string {
	id := b.post(loan, kind, amount, state)
	e.add("transactions", "%s,%s,%s,%s,%s,%sT12:00:00Z,%s,%s", id, loan.id, kind, amount, on, on, state, reverses)
	return id
}

// post notes an entry and returns its id.
func (b *targets) post(loan *target, kind string, amount rules.Cents, state string) string {
	id := fmt.Sprintf("E%05d", b.posted)
	b.posted++
	if state == "SETTLED" && kind != "ORIGINATION" {
		k, _ := rules.ParseKind(kind)
		loan.balance += rules.Entry{Kind: k, Amount: amount}.EffectOnBalance()
	}
	if kind == "PAYMENT" && state == "SETTLED" {
		loan.payment = id
	}
	return id
}

// morning is what is sent before a night: news of many loans, so that the night looks at them, and something to cancel.
func (b *targets) morning(night rules.Date) (sent extract, written write) {
	sent = extract{
		"transactions":    extractHeaders["transactions"] + "\n",
		"scheduled_items": extractHeaders["scheduled_items"] + "\n",
	}
	for i, loan := range b.loans {
		if i%5 == 4 {
			sent.add("scheduled_items", "I%s%s,%s,CALL,PENDING,2026-12-01T10:00:00Z", loan.id, night, loan.id)
		}
		if loan.touched != 0 || b.random.IntN(3) == 0 {
			continue
		}
		loan.news = night
		if b.random.IntN(2) == 0 {
			b.enter(sent, loan, "FEE", 1_00, night, "SETTLED", "")
			b.enter(sent, loan, "WAIVER", 1_00, night, "SETTLED", "")
			continue
		}
		written.add(loan, b.entry(loan, "FEE", 1_00, night, ""), b.entry(loan, "WAIVER", 1_00, night, ""))
	}
	return sent, written
}

// stir is what is written of many loans before the export reads them: it adds up to nothing, and has their facts made
// anew.
func (b *targets) stir(night rules.Date) (w write) {
	for i, loan := range b.loans {
		if loan.touched == 0 && i%4 == 0 {
			w.add(loan, b.entry(loan, "FEE", 2_00, night, ""), b.entry(loan, "WAIVER", 2_00, night, ""))
		}
	}
	return w
}

// news is an extract with new entries and a new billing cycle of every loan.
func (b *targets) news(night rules.Date) extract {
	e := extract{"transactions": extractHeaders["transactions"] + "\n", "cycles": extractHeaders["cycles"] + "\n"}
	for _, loan := range b.loans {
		b.enter(e, loan, "FEE", 1_00, night, "SETTLED", "")
		b.enter(e, loan, "WAIVER", 1_00, night, "SETTLED", "")
		loan.cycles++
		e.add("cycles", "%s,%d,%s,%s,%s,100.00", loan.id, loan.cycles, night, night+29, night+49)
	}
	return e
}

// untouched are one or two loans among those of a chunk that nobody wrote to yet, mostly such as the night looks at.
func (b *targets) untouched(db *sqlx.DB, t *testing.T, after, last int64) []*target {
	var ids []string
	if err := db.Select(&ids, `SELECT loan_id FROM loan_key WHERE loan > $1 AND loan <= $2 ORDER BY loan`, after, last); err != nil {
		t.Error(err)
	}
	var awake, asleep []*target
	for _, id := range ids {
		switch loan := b.byID[id]; {
		case loan.touched != 0:
		case loan.news != 0:
			awake = append(awake, loan)
		default:
			asleep = append(asleep, loan)
		}
	}
	from := awake
	if len(awake) == 0 || len(asleep) > 0 && b.random.IntN(5) == 0 {
		from = asleep
	}
	if len(from) == 0 {
		return nil
	}
	b.random.Shuffle(len(from), func(i, j int) { from[i], from[j] = from[j], from[i] })
	return from[:1+b.random.IntN(min(2, len(from)))]
}

const loanKey = "(SELECT loan FROM loan_key WHERE loan_id = $1)"

// entry is a posting that a system writes.
func (b *targets) entry(loan *target, kind string, amount rules.Cents, on rules.Date, reverses string) change {
	id := b.post(loan, kind, amount, "SETTLED")
	return change{`INSERT INTO loan_transaction (loan, transaction_id, type, amount_cents, effective_on, posted_at, state, reverses)
		VALUES (` + loanKey + `, $2, $3, $4, $5, $6, 'SETTLED', NULLIF($7, ''))`,
		[]any{loan.id, id, kind, int64(amount), on, clock(), reverses}}
}

func (w *write) add(loan *target, changes ...change) {
	w.loans = append(w.loans, loan.id)
	w.changes = append(w.changes, changes...)
}

// write is what a system writes of loans in one transaction.
func (b *targets) write(random *rand.Rand, loans []*target, night rules.Date) write {
	w := write{wakeFirst: random.IntN(2) == 0}
	for _, loan := range loans {
		loan.touched = night
		w.add(loan, b.changes(random, loan, night)...)
	}
	return w
}

func (b *targets) changes(random *rand.Rand, loan *target, night rules.Date) []change {
	switch n := random.IntN(16); {
	case n < 6 && loan.pending == "":
		return []change{b.payOff(loan, night, 0)}
	case n == 6 && loan.pending == "":
		return []change{b.address(loan), b.payOff(loan, night, 0)}
	case n < 9 && loan.pending != "":
		loan.what, loan.paidOff = "settled", loan.product == "PL"
		return []change{{`UPDATE loan_transaction SET state = 'SETTLED' WHERE loan = ` + loanKey + ` AND transaction_id = $2`, []any{loan.id, loan.pending}}}
	case n == 9:
		return []change{b.payOff(loan, night, 5_00)}
	case n == 10:
		loan.what = "fee"
		return []change{b.entry(loan, "FEE", 15_00, night, "")}
	case n == 11 && loan.payment != "":
		loan.what = "reversal"
		return []change{b.entry(loan, "REVERSAL", 100_00, night, loan.payment)}
	case n == 12:
		loan.what = "late cycle"
		return []change{{`INSERT INTO cycle (loan, cycle_no, starts_on, ends_on, due_on, minimum_due_cents) VALUES (` + loanKey + `, $2, $3, $4, $5, 10000)`,
			[]any{loan.id, loan.cycles + 1, night - 60, night - 31, night - 10}}}
	case n == 13:
		loan.what = "row"
		return []change{
			{`UPDATE loan SET hold_until = $2, scheduled_payment_cents = 12300 WHERE loan_id = $1`, []any{loan.id, night + 3}},
		}
	case n == 14:
		loan.what = "pause"
		return []change{{`INSERT INTO pause (loan, from_on, to_on, reason) VALUES (` + loanKey + `, $2, $3, 'HARDSHIP')`, []any{loan.id, night - 40, night + 20}}}
	default:
		loan.what = "address"
		return []change{b.address(loan)}
	}
}

func (b *targets) address(loan *target) change {
	loan.what = "address"
	return change{`UPDATE customer SET address1 = '2 OAK ST' WHERE customer_id = $1`, []any{loan.customer}}
}

// payOff pays all that is owed, or more.
func (b *targets) payOff(loan *target, night rules.Date, more rules.Cents) change {
	loan.what, loan.paidOff = "pay-off", more == 0 && loan.product == "PL"
	return b.entry(loan, "PAYMENT", loan.balance+more, night, "")
}

// lateExtract is a pay-off that an import brings while a night is at work.
func (b *targets) lateExtract(loan *target, night rules.Date) extract {
	e := extract{"transactions": extractHeaders["transactions"] + "\n"}
	loan.touched, loan.what, loan.paidOff = night, "imported pay-off", loan.product == "PL" && loan.pending == ""
	b.enter(e, loan, "PAYMENT", loan.balance, night, "SETTLED", "")
	return e
}

// writeTo writes the extract's files.
func (e extract) writeTo(t testing.TB, dir string) {
	t.Helper()
	for name, text := range e {
		if err := os.WriteFile(filepath.Join(dir, name+".csv"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
