package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Correction is a value that a person gave a field of a loan's records, with reason and evidence; while it lasts it locks the
// field (BR9). When the record is decided:
//
//	the decided value                                       what goes out
//	is the corrected one                                    the decided value
//	is what it was when the correction was made             the corrected value
//	is another one because of a fact that became known      the decided value; the lock ends, and the record
//	  after the correction                                  names the fact
//	is another one, though no fact that became known since  nothing: the account is left out and listed
//	  makes it so (a setting, a rule, or time did)          until the facts are put right or the lock is released
//
// Whether newer facts make the difference is found by deciding the record again by the facts of then.
type Correction struct {
	ID      int64
	Field   string // key of the record format
	Value   string // as Correctable writes values
	Decided string // what was decided of the field when the correction was made, as of On
	On      Date   // the calendar date for which it was made: a payment history holds the months before it

	then *Account // the account by the facts that were known when the correction was made
}

// By returns the correction with the account as it is decided by the facts that were known when it was made.
func (c Correction) By(then *Account) Correction {
	c.then = then
	return c
}

// EndedCorrection is a lock that ends with a record: a newer fact changed the field.
type EndedCorrection struct {
	ID   int64
	Fact string // the fact, without an amount
}

// FactCorrection begins the keys of facts that say what a correction did to a field of the record, which ends the key.
const FactCorrection = "correction_"

// fieldFirstDelinquency is the key of field 25.
const (
	fieldFirstDelinquency = "date_first_delinquency"
	fieldHistory          = "payment_history"
)

// lockable is a field that a correction can lock: one that nights decide and the next file goes by. What the lender's extract
// gives as it is, is corrected there.
type lockable struct {
	field  string
	text   func(*Tradeline) *string
	date   func(*Tradeline) *Date
	amount func(*Tradeline) *int64
}

// lockables are in the order of the record.
var lockables = []lockable{
	{field: "scheduled_payment", amount: func(t *Tradeline) *int64 { return &t.ScheduledPayment }},
	{field: "account_status", text: func(t *Tradeline) *string { return &t.AccountStatus }},
	{field: "payment_rating", text: func(t *Tradeline) *string { return &t.PaymentRating }},
	{field: fieldHistory, text: func(t *Tradeline) *string { return &t.PaymentHistory }},
	{field: "special_comment", text: func(t *Tradeline) *string { return &t.SpecialComment }},
	{field: "current_balance", amount: func(t *Tradeline) *int64 { return &t.CurrentBalance }},
	{field: "amount_past_due", amount: func(t *Tradeline) *int64 { return &t.AmountPastDue }},
	{field: "original_chargeoff", amount: func(t *Tradeline) *int64 { return &t.OriginalChargeOff }},
	{field: fieldFirstDelinquency, date: func(t *Tradeline) *Date { return &t.DateFirstDelinquency }},
	{field: "date_closed", date: func(t *Tradeline) *Date { return &t.DateClosed }},
	{field: "date_last_payment", date: func(t *Tradeline) *Date { return &t.DateLastPayment }},
}

// Correctable returns the keys of the fields that a correction can lock, in the order of the record.
func Correctable() []string {
	keys := make([]string, len(lockables))
	for i := range lockables {
		keys[i] = lockables[i].field
	}
	return keys
}

// FieldText returns the value of a correctable field: a date as YYYY-MM-DD, an amount as whole dollars, empty for none.
func FieldText(t *Tradeline, field string) string {
	if l := lockableOf(field); l != nil {
		return l.get(t)
	}
	return ""
}

func lockableOf(field string) *lockable {
	for i := range lockables {
		if lockables[i].field == field {
			return &lockables[i]
		}
	}
	return nil
}

func (l *lockable) get(t *Tradeline) string {
	switch {
	case l.text != nil:
		return *l.text(t)
	case l.date != nil:
		return l.date(t).String()
	}
	return strconv.FormatInt(*l.amount(t), 10)
}

// set writes what get reads; a text that is none is a value of none.
func (l *lockable) set(t *Tradeline, value string) {
	switch {
	case l.text != nil:
		*l.text(t) = value
	case l.date != nil:
		*l.date(t), _ = ParseDate(value)
	default:
		*l.amount(t), _ = strconv.ParseInt(value, 10, 64)
	}
}

// correction returns the correction that locks a field, nil for none.
func (a *Account) correction(field string) *Correction {
	for i := range a.Corrections {
		if a.Corrections[i].Field == field {
			return &a.Corrections[i]
		}
	}
	return nil
}

// correct applies the corrections of an account to its tradeline (BR9). A deletion goes out as it is. The *Undecidable says that
// a field differs from a correction without a newer fact: the account is held.
func (a *decision) correct(t *Tradeline) (*Exclusion, error) {
	if t.Deletion() != "" {
		return nil, nil
	}
	changed := false
	for i := range lockables {
		c := a.correction(lockables[i].field)
		if c == nil {
			continue
		}
		set, err := a.apply(c, &lockables[i], t)
		if err != nil {
			return nil, err
		}
		changed = changed || set
	}
	if changed && (a.frozen.on == 0 || t.Final) {
		t.HistoryCharacter = historyCharacter(t, a.Product.PortfolioType)
	}
	if a.correction(fieldFirstDelinquency) != nil {
		return a.obsolete(t), nil
	}
	return nil, nil
}

// apply applies one correction, and reports whether the corrected value replaced the decided one.
func (a *decision) apply(c *Correction, l *lockable, t *Tradeline) (set bool, err error) {
	decided := l.get(t)
	value, before := c.at(l, t)
	name := "BR9 " + strconv.FormatInt(c.ID, 10)
	switch {
	case decided == value:
		if !t.Facts.Has(FactCorrection + l.field) {
			t.Facts.add(textFact(FactCorrection+l.field, name+" decided so too"))
		}
		return false, nil
	case decided == before:
		a.corrected = a.corrected || a.notYetSaid(l, value)
		l.set(t, value)
		t.Facts.add(textFact(FactCorrection+l.field, name+" in place of "+shownValue(decided)))
		a.settle(l, t)
		return true, nil
	}
	fact := c.newerFact(a, l, decided)
	if fact == "" {
		why := "no fact that became known since makes the difference"
		if c.then == nil {
			why = "what was known then was kept by another version of the program, which this one cannot read"
		}
		return false, &Undecidable{CodeCorrectionHeld, fmt.Sprintf("correction %d gives %s the value %s; %s is decided now, %s was decided then, and %s",
			c.ID, l.field, shownValue(value), shownValue(decided), shownValue(before), why)}
	}
	t.Facts.add(textFact(FactCorrection+l.field, name+" ended: "+fact))
	t.Ended = append(t.Ended, EndedCorrection{c.ID, fact})
	return false, nil
}

func shownValue(v string) string {
	if v == "" {
		return "blank"
	}
	return v
}

// at returns the corrected value for a record, and the one that was decided when the correction was made.
func (c *Correction) at(l *lockable, t *Tradeline) (value, before string) {
	if l.field == fieldHistory {
		decided := l.get(t)
		return c.months(decided, c.Value, t.DateAccountInfo), c.months(decided, c.Decided, t.DateAccountInfo)
	}
	return c.Value, c.Decided
}

// correctsEnd reports whether the last record of an account that has ended lacks a correction, so that it goes out once more. An
// end that was furnished before boarding is as it is decided.
func (a *decision) correctsEnd(t *Tradeline) bool {
	if len(a.Tradelines) > 0 {
		t = &Tradeline{Furnished: a.Tradelines[0]}
	}
	for i := range a.Corrections {
		c := &a.Corrections[i]
		l := lockableOf(c.Field)
		if value, before := c.at(l, t); l.get(t) == before && value != before {
			return true
		}
	}
	return false
}

// toldAgain is the last record of an account that has ended, to be corrected.
func (a *decision) toldAgain(t *Tradeline) *Tradeline {
	if len(a.Tradelines) > 0 {
		t, a.repeats = a.trailing(), true
	}
	t.Rule = "BR9"
	return t
}

// correctedEnd returns a final tradeline as corrections will make it, as far as that tells one end from another: earlier records
// told of the corrected one (DC10).
func (a *decision) correctedEnd(t *Tradeline) *Tradeline {
	if len(a.Corrections) == 0 {
		return t
	}
	end := *t
	for _, field := range []string{"account_status", "date_closed"} {
		l := lockableOf(field)
		if c := a.correction(field); c != nil && l.get(t) == c.Decided {
			l.set(&end, c.Value)
		}
	}
	return &end
}

// notYetSaid reports whether the last tradeline had another value (Q80).
func (a *decision) notYetSaid(l *lockable, value string) bool {
	return len(a.Tradelines) == 0 || l.get(&Tradeline{Furnished: a.Tradelines[0]}) != value
}

// settle fills in what goes with a corrected field.
func (a *decision) settle(l *lockable, t *Tradeline) {
	switch l.field {
	case fieldFirstDelinquency: // the statute counts from the day 30 days before (Q51)
		t.FirstMissedDueOn = 0
		if t.DateFirstDelinquency != 0 {
			t.FirstMissedDueOn = t.DateFirstDelinquency - 30
		}
	case fieldHistory:
		later := min(historyMonths, max(0, a.AsOf.MonthIndex()-t.DateAccountInfo.MonthIndex()))
		t.HistoryChain = t.HistoryChain[:later] + t.PaymentHistory[:historyMonths-later]
	}
}

// months moves a payment history that was given for one calendar date to that of a record: its months stay what they are, and
// the newer ones are as decided. After two years none of its months is told any more. What is no history stays.
func (c *Correction) months(decided, history string, accountInfo Date) string {
	later := min(historyMonths, accountInfo.MonthIndex()-c.On.MonthIndex())
	if later <= 0 || len(history) != historyMonths || len(decided) != historyMonths {
		return history
	}
	return decided[:later] + history[:historyMonths-later]
}

// newerFact names the facts that became known after a correction and that make its field another one, empty for none: without
// them the field would be decided otherwise.
func (c *Correction) newerFact(a *decision, l *lockable, decided string) string {
	if c.then == nil {
		return ""
	}
	without := ""
	then := decide(c.then)
	then.again = a.repeats
	if t, excluded, err := then.furnish(); err == nil && excluded == nil {
		if excluded, err = then.place(t); excluded == nil && err == nil && then.say(t) == nil {
			without = l.get(t)
		}
	}
	if without == decided {
		return ""
	}
	return strings.Join(newerFacts(c.then, a.Account), ", ")
}

// newerFacts names what an account has that it did not have before, without amounts and persons.
func newerFacts(then, now *Account) (names []string) {
	if e := newest(then.Ledger.Entries, now.Ledger.Entries); e != nil {
		name := e.Kind.String() + " of " + e.Effective.String()
		if e.UndoneOn != 0 {
			name += ", reversed on " + e.UndoneOn.String()
		}
		names = append(names, name)
	}
	if d := newest(then.Ledger.Dues, now.Ledger.Dues); d != nil {
		names = append(names, "billing cycle due on "+d.DueOn.String())
	}
	if then.State != now.State {
		names = append(names, "status "+string(now.Status)+" since "+now.Since.String())
	}
	for i := range now.Cases {
		c := &now.Cases[i]
		same := func(o Case) bool { return fmt.Sprint(o) == fmt.Sprint(*c) }
		if !slices.ContainsFunc(then.Cases, same) {
			names = append(names, "case "+c.ID)
		}
	}
	if t := now.Termination; t != nil && (then.Termination == nil || *t != *then.Termination) {
		names = append(names, "termination of "+t.On.String())
	}
	if !slices.Equal(then.Pauses, now.Pauses) {
		names = append(names, "a pause")
	}
	if !slices.Equal(then.Excused, now.Excused) {
		names = append(names, "a cancelled payment")
	}
	if len(names) == 0 {
		names = append(names, "the lender's description of the loan")
	}
	return names
}

// newest returns the last of some facts that was not there before, as often as it is there now; nil for none.
func newest[T comparable](then, now []T) (last *T) {
	known := make(map[T]int, len(then))
	for i := range then {
		known[then[i]]++
	}
	for i := range now {
		if known[now[i]]--; known[now[i]] < 0 {
			last = &now[i]
		}
	}
	return last
}

// givenDelinquency fills in a date of first delinquency that only a correction gives (BR12).
func (a *decision) givenDelinquency(t *Tradeline) {
	if t.DateFirstDelinquency != 0 {
		return
	}
	if c := a.correction(fieldFirstDelinquency); c != nil {
		l := lockableOf(fieldFirstDelinquency)
		l.set(t, c.Value)
		a.settle(l, t)
		t.Facts.add(textFact(FactCorrection+l.field, "BR9 "+strconv.FormatInt(c.ID, 10)+" in place of "+shownValue("")))
		a.corrected = a.corrected || a.notYetSaid(l, c.Value)
	}
}
