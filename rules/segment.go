package rules

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Segments are what a record says of an account in its segments K1 to L1. A segment whose first field is empty is not in it.
type Segments struct {
	CreditorName     string // K1
	CreditorClass    string
	SaleIndicator    string // K2: 1 purchased from, 2 sold to, 9 neither any more
	SaleName         string
	AgencyID         string // K3: 00 if there is only a mortgage id
	AgencyAccount    string
	MortgageID       string
	PaymentIndicator string // K4: 01 balloon, 02 deferred
	DeferredStart    Date
	BalloonOn        Date
	BalloonAmount    int64
	NewAccountNumber string // L1
	FormerNumber     string // in no segment: the number before the last L1, as long as the lender still says it
}

// Codes of the segments (FORMAT.md 2.13).
const (
	purchasedFrom = "1"
	soldTo        = "2"
	noLongerSold  = "9"
	noAgency      = "00"
	payBalloon    = "01"
	payDeferred   = "02"
)

// segment decides which of the segments K1 to L1 the record has, and under which account number it goes out.
func (a *decision) segment(t *Tradeline) {
	var last *Segments
	known := ""
	if len(a.Tradelines) > 0 {
		last, known = a.Tradelines[0].Segments, a.Tradelines[0].AccountNumber
	}
	t.AccountNumber, t.Segments = a.AccountNumber, nil
	if a.Contract == (Contract{}) && last == nil && a.DeferredUntil == 0 && (known == "" || known == a.AccountNumber) {
		return
	}
	s := Segments{CreditorName: a.OriginalCreditor, AgencyAccount: a.AgencyAccount, MortgageID: a.MortgageID}
	if s.CreditorName != "" {
		s.CreditorClass = a.CreditorClass
	}
	if s.AgencyID = a.AgencyID; s.AgencyID == "" && s.MortgageID != "" {
		s.AgencyID = noAgency
	}
	a.sale(&s, last)
	if t.Deletion() == "" {
		a.payment(t, &s)
	}
	a.number(t, &s, last, known)
	if s != (Segments{}) {
		t.Segments = &s
	}
}

// sale fills in K2: the buyer once the account is sold (Q57), else the seller; 9 once if the last record named one and there
// is none any more (FORMAT.md 3.9). An account that was paid before its sale stayed.
func (a *decision) sale(s, last *Segments) {
	switch {
	case a.left != 0 && a.sold():
		s.SaleIndicator, s.SaleName = soldTo, a.SoldTo
	case a.PurchasedFrom != "":
		s.SaleIndicator, s.SaleName = purchasedFrom, a.PurchasedFrom
	case last != nil && (last.SaleIndicator == soldTo || last.SaleIndicator == purchasedFrom):
		s.SaleIndicator = noLongerSold
	}
}

// payment fills in K4: a deferral while it lasts, else a balloon. A final record, a charge-off and a sold account have none
// (Q63).
func (a *decision) payment(t *Tradeline, s *Segments) {
	switch {
	case t.Final || t.AccountStatus == StatusChargeOff:
	case a.deferred():
		s.PaymentIndicator, s.DeferredStart = payDeferred, a.deferralEnds()
	case a.BalloonOn != 0 && a.BalloonAmount > 0:
		s.PaymentIndicator, s.BalloonOn, s.BalloonAmount = payBalloon, a.BalloonOn, a.BalloonAmount.Dollars()
	}
}

// deferred reports whether no payment is asked for on the date of the file (Q47).
func (a *decision) deferred() bool {
	return a.DeferredUntil != 0 && max(a.DeferredFrom, a.OpenedOn) <= a.AsOf && a.AsOf <= a.DeferredUntil
}

// deferralEnds returns the due date of the first cycle after a deferral, the day after it if no cycle is known (Q47).
func (a *decision) deferralEnds() Date {
	if a.DeferredDueOn > a.DeferredUntil {
		return a.DeferredDueOn
	}
	return a.DeferredUntil + 1
}

// number decides the account number of the record and L1. An account keeps the number that bureaus know until an L1 has told
// them the new one, once (Q54); one that was never reported takes the new one at once (Q64). The lender may go on with the
// old number as long as it likes. A deletion goes out under the number that is known (FORMAT.md 3.15).
func (a *decision) number(t *Tradeline, s, last *Segments, known string) {
	wanted := a.AccountNumber
	if a.NewAccountNumber != "" {
		wanted = a.NewAccountNumber
	}
	switch {
	case len(a.Tradelines) == 0 && a.Baseline.LastReportedOn != 0:
		known = a.AccountNumber
	case last != nil && last.NewAccountNumber != "":
		s.FormerNumber, known = known, last.NewAccountNumber
	case last != nil:
		s.FormerNumber = last.FormerNumber
	}
	if s.FormerNumber == a.AccountNumber && a.NewAccountNumber == "" {
		wanted = known
	}
	if s.FormerNumber != a.AccountNumber {
		s.FormerNumber = ""
	}
	if known == "" {
		known = wanted
	}
	t.AccountNumber = known
	if wanted != known && t.Deletion() == "" {
		s.NewAccountNumber = wanted
	}
}

// sold reports whether the account is sold by the date of the file. A buyer without a date is none yet (Q57).
func (a *decision) sold() bool { return a.SoldTo != "" && a.SoldOn != 0 && a.SoldOn <= a.AsOf }

// segmentFields is the one table of what is kept of segments: the key is that of the record format's field.
var segmentFields = [...]struct {
	key    string
	text   func(*Segments) *string
	day    func(*Segments) *Date
	amount func(*Segments) *int64
}{
	{key: "k1.creditor_name", text: func(s *Segments) *string { return &s.CreditorName }},
	{key: "k1.creditor_class", text: func(s *Segments) *string { return &s.CreditorClass }},
	{key: "k2.indicator", text: func(s *Segments) *string { return &s.SaleIndicator }},
	{key: "k2.name", text: func(s *Segments) *string { return &s.SaleName }},
	{key: "k3.agency_id", text: func(s *Segments) *string { return &s.AgencyID }},
	{key: "k3.agency_account", text: func(s *Segments) *string { return &s.AgencyAccount }},
	{key: "k3.min", text: func(s *Segments) *string { return &s.MortgageID }},
	{key: "k4.payment_ind", text: func(s *Segments) *string { return &s.PaymentIndicator }},
	{key: "k4.deferred_start", day: func(s *Segments) *Date { return &s.DeferredStart }},
	{key: "k4.balloon_date", day: func(s *Segments) *Date { return &s.BalloonOn }},
	{key: "k4.balloon_amount", amount: func(s *Segments) *int64 { return &s.BalloonAmount }},
	{key: "l1.new_account_number", text: func(s *Segments) *string { return &s.NewAccountNumber }},
	{key: "former_account_number", text: func(s *Segments) *string { return &s.FormerNumber }},
}

// Fields calls f with the key and the value of each field of the segments that is not empty, in the order of the record.
func (s *Segments) Fields(f func(key, value string)) {
	if s == nil {
		return
	}
	for i := range segmentFields {
		switch field := &segmentFields[i]; {
		case field.text != nil && *field.text(s) != "":
			f(field.key, *field.text(s))
		case field.day != nil && *field.day(s) != 0:
			f(field.key, field.day(s).String())
		case field.amount != nil && *field.amount(s) != 0:
			f(field.key, strconv.FormatInt(*field.amount(s), 10))
		}
	}
}

// String returns the segments in the form in which they are kept: a line "key=value" for each field, empty for nil.
func (s *Segments) String() string {
	var lines []string
	s.Fields(func(key, value string) { lines = append(lines, key+"="+value) })
	return strings.Join(lines, "\n")
}

// ParseSegments reads what String returns.
func ParseSegments(text string) (*Segments, error) {
	if text == "" {
		return nil, nil
	}
	s := &Segments{}
	for _, line := range strings.Split(text, "\n") {
		key, value, _ := strings.Cut(line, "=")
		if err := s.set(key, value); err != nil {
			return nil, fmt.Errorf("segment field %q: %w", key, err)
		}
	}
	return s, nil
}

func (s *Segments) set(key, value string) (err error) {
	for i := range segmentFields {
		field := &segmentFields[i]
		switch {
		case field.key != key:
			continue
		case field.text != nil:
			*field.text(s) = value
		case field.day != nil:
			*field.day(s), err = ParseDate(value)
		default:
			*field.amount(s), err = strconv.ParseInt(value, 10, 64)
		}
		return err
	}
	return errors.New("it is not kept")
}
