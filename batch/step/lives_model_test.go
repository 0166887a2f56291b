package step_test

import (
	"fmt"
	"slices"

	"github.com/furnisher/furnisher/rules"
)

// life is a loan of the model: 1,000.00 in ten cycles of 100.00, with what its lender has said of it so far.
type life struct {
	id         string
	chargeable bool // its product has a charge-off
	opened     rules.Date
	payments   []payment
	ended      *ending
}

// payment is a settled payment in whole hundreds.
type payment struct {
	id      string
	amount  rules.Cents
	on      rules.Date
	undone  rules.Date // its reversal's effective date, 0: none
	undoing string
}

// ending is a termination.
type ending struct {
	on, rescinded rules.Date
	reason        string
}

// The terms of a life.
const (
	lifeAmount      rules.Cents = 1000_00
	lifeInstalment  rules.Cents = 100_00
	lifeInstalments             = 10
)

// due is the due date of a cycle, from 0.
func (l *life) due(cycle int) rules.Date { return l.opened + rules.Date(30*cycle+49) }

// paid sums what was paid by a date and not reversed by it.
func (l *life) paid(d rules.Date) (sum rules.Cents) {
	for _, p := range l.payments {
		if p.on <= d && (p.undone == 0 || p.undone > d) {
			sum += p.amount
		}
	}
	return sum
}

// owes is the balance.
func (l *life) owes(d rules.Date) rules.Cents { return lifeAmount - l.paid(d) }

// free is what can be paid without an overpayment on any date.
func (l *life) free() rules.Cents {
	sum := lifeAmount
	for _, p := range l.payments {
		sum -= p.amount
	}
	return sum
}

// byDays is the account status of days past due (BR2).
func (l *life) byDays(d rules.Date) string {
	first := int(l.paid(d) / lifeInstalment) // the oldest cycle that is not satisfied
	if first == lifeInstalments {
		return rules.StatusCurrent
	}
	late := int(d - l.due(first))
	return []string{"11", "71", "78", "80", "82", "83", "84"}[max(0, min(6, late/30))]
}

// couldBeChargedOff: N1 + N2 = 4 cycles were evaluated (DQ1, DQ5).
func (l *life) couldBeChargedOff(d rules.Date) bool { return l.chargeable && l.due(3)+5 <= d }

// deletion is the deletion code that is due and furnishable as of a date (DC1, DC3, Q72), and whether one waits.
func (l *life) deletion(d rules.Date) (code string, waits bool) {
	e := l.ended
	switch {
	case e == nil || e.on > d || e.rescinded != 0 && e.rescinded <= d: // Q94
		return "", false
	case e.reason == rules.ReasonFraud:
		return rules.StatusDeleteFraud, false
	}
	return rules.StatusDelete, l.owes(d) != 0
}

// absent is the status of a loan that a file leaves out.
const absent = "absent"

// lived is a file of the model.
type lived struct {
	File     int64             `db:"file"`
	Run      int64             `db:"run"`
	AsOf     rules.Date        `db:"as_of"`
	Created  rules.Date        `db:"created_on"`
	State    string            `db:"state"`
	Path     string            `db:"path"`
	SHA256   string            `db:"sha256"`
	Sending  bool              `db:"sending"`
	To       string            `db:"destination"`
	replaced bool              // it was made by a replacement: the book is of an earlier night than what is known
	says     map[string]string // account status by loan
}

// counts reports whether a file says what it says (DC6).
func (f *lived) counts() bool { return f.State != "VOIDED" && f.State != "REJECTED" }

// expect says what a file may say of a loan by what is known now, after the files before it that count. Deletions are exact; of
// others a file of a date before its night, and one that was made again beside its night, know the closing of another day.
func (l *life) expect(f *lived, chain []*lived) []string {
	last := ""
	for _, before := range chain {
		if says := before.says[l.id]; says != "" {
			last = says
		}
	}
	code, waits := l.deletion(f.AsOf)
	switch {
	case last == rules.StatusDelete || last == rules.StatusDeleteFraud: // DC2
		return []string{absent}
	case code != "" && (last == "" || waits): // DC7, Q72
		return []string{absent}
	case code != "":
		return []string{code}
	}
	var may []string
	owes := l.owes(f.AsOf) > 0
	final := last == rules.StatusPaid || last == rules.StatusPaidChargeOff
	exact := !f.replaced && (f.AsOf == f.Created || owes == (l.owes(f.Created) > 0))
	if owes || !exact {
		may = append(may, l.byDays(f.AsOf))
		if l.couldBeChargedOff(f.Created) {
			may = append(may, rules.StatusChargeOff)
		}
	}
	if !owes || !exact {
		may = append(may, rules.StatusPaid)
		if l.couldBeChargedOff(f.Created) {
			may = append(may, rules.StatusPaidChargeOff)
		}
		if final || !exact {
			may = append(may, absent) // DC10
		}
	}
	return may
}

// chainOf are the files that count before one, in their order.
func chainOf(files []*lived, before func(*lived) bool) (chain []*lived) {
	for _, f := range files {
		if f.counts() && before(f) {
			chain = append(chain, f)
		}
	}
	slices.SortFunc(chain, func(a, b *lived) int { return int(a.File - b.File) })
	return chain
}

// judge holds a file against the model.
func judge(lives []*life, f *lived, chain []*lived) error {
	for _, l := range lives {
		says := f.says[l.id]
		if says == "" {
			says = absent
		}
		if may := l.expect(f, chain); !slices.Contains(may, says) {
			return fmt.Errorf("file %d as of %s, made %s, says %s of %s, want one of %v", f.File, f.AsOf, f.Created, says, l.id, may)
		}
	}
	return nil
}

// deletedOnce returns an error if a file that counts says anything of a loan after one of the same destination that deleted it (DC2,
// DC6).
func deletedOnce(files []*lived) error {
	type at struct{ to, loan string }
	gone := map[at]int64{}
	for _, f := range chainOf(files, func(*lived) bool { return true }) {
		for id, says := range f.says {
			if by := gone[at{f.To, id}]; by != 0 {
				return fmt.Errorf("file %d says %s of %s, which file %d deleted at %s", f.File, says, id, by, f.To)
			}
		}
		for id, says := range f.says {
			if says == rules.StatusDelete || says == rules.StatusDeleteFraud {
				gone[at{f.To, id}] = f.File
			}
		}
	}
	return nil
}
