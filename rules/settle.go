package rules

// Settling is how a person settles what of a terminated loan is open, so that its deletion need not wait any longer (DC3).
type Settling string

// The ways to settle.
const (
	Pay     Settling = "PAY"     // a PAYMENT
	Waive   Settling = "WAIVE"   // a WAIVER
	Reverse Settling = "REVERSE" // a REVERSAL of an entry that the loan owes by
)

// Settlement is an entry by which something open is to be settled.
type Settlement struct {
	How    Settling
	Amount Cents // to be paid or waived
	On     Date  // its effective date
}

// Standing is an entry of a ledger that is to be reversed.
type Standing struct {
	Kind     Kind
	Reversal bool // it is a reversal itself
	Amount   Cents
	On       Date
	Settled  bool // neither pending nor failed
	Reversed bool
}

// CheckSettlement returns a *Refusal for a settlement that is wrong whatever the loan owes.
func CheckSettlement(s Settlement) error {
	if s.How != Reverse && s.Amount <= 0 {
		return refuse("DC3", "an amount to be paid or waived is above zero")
	}
	return nil
}

// Settle returns a *Refusal if a settlement cannot be posted on business date on: the loan is not terminated, so that its ledger is the
// extract's; the entry is of a date that has not come, or before the loan was opened; or more is paid or waived than is open (Q13).
func Settle(loan Terminable, open Receivables, s Settlement, on Date) error {
	if err := CheckSettlement(s); err != nil {
		return err
	}
	if t := loan.Termination; t == nil || t.RescindedOn != 0 && t.RescindedOn <= on {
		return refuse("DC3", "the loan is not terminated: its transactions come with the extract")
	}
	switch {
	case s.On > on:
		return refuse("DC3", "it would be effective on %s, after the business date %s", s.On, on)
	case s.On < loan.OpenedOn:
		return refuse("DC3", "it would be effective on %s, before the loan was opened on %s", s.On, loan.OpenedOn)
	case s.How == Reverse:
		return nil
	case max(open.Balance, open.Charges) <= 0:
		return refuse("DC3", "nothing of the loan is owed")
	case s.Amount > max(open.Balance, open.Charges):
		return refuse("DC3", "%s is more than is open: %s", s.Amount, max(open.Balance, open.Charges))
	}
	return nil
}

// CheckReversal returns a *Refusal for an entry that cannot be reversed on a date: only what the loan owes by is, once.
func CheckReversal(e Standing, s Settlement) error {
	switch {
	case e.Reversal || !e.Settled || signs[e.Kind&31].balance <= 0 || e.Amount <= 0:
		return refuse("DC3", "the transaction is none by which the loan owes something")
	case e.Reversed:
		return refuse("DC3", "the transaction is reversed already")
	case s.On < e.On:
		return refuse("DC3", "it would be reversed on %s, before its own date %s", s.On, e.On)
	}
	return nil
}
