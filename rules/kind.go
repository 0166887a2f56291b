package rules

import "fmt"

// Kind is the type of a ledger entry (EXTRACT.md).
type Kind uint8

// Entry kinds. There is none for a reversal: it has the kind of the entry it undoes, with the amount negated. Packed ledgers
// hold the numbers, so a new kind goes last.
const (
	Origination Kind = iota + 1
	Interest
	Fee
	LateFee
	LateFeeInterest
	ReturnCheckFee
	ManualFee
	Refund
	Payment
	Offset
	Waiver
	PrepaymentDiscount
	Adjustment
	Escrow           // Q91: the part of a payment that is no debt of the loan
	PrincipalPayment // Q89: it satisfies nothing
	ReAge            // Q88: the amount is 0
)

// signs gives the sign with which the amount of each kind counts in each of Totals. It has 32 elements so that a mask of five
// bits indexes it without a bounds check: this is the innermost loop of every decision.
var signs = [32]struct{ balance, paid, charged, waived int8 }{
	Origination:        {1, 0, 0, 0},
	Interest:           {1, 0, 0, 0},
	Fee:                {1, 0, 1, 0},
	LateFee:            {1, 0, 1, 0},
	LateFeeInterest:    {1, 0, 1, 0},
	ReturnCheckFee:     {1, 0, 1, 0},
	ManualFee:          {1, 0, 1, 0},
	Refund:             {1, -1, 0, 0},
	Payment:            {-1, 1, 0, 0},
	Offset:             {-1, 1, 0, 0},
	Waiver:             {-1, 0, 0, 1},
	PrepaymentDiscount: {-1, 1, 0, 0},
	Adjustment:         {1, 0, 0, 0},
	Escrow:             {1, 0, 0, 0},
	PrincipalPayment:   {-1, 0, 0, 0},
	ReAge:              {},
}

// kindNames are the names of the extract, by number.
var kindNames = [...]string{
	Origination:        "ORIGINATION",
	Interest:           "INTEREST",
	Fee:                "FEE",
	LateFee:            "LATE_FEE",
	LateFeeInterest:    "LATE_FEE_INTEREST",
	ReturnCheckFee:     "RETURN_CHECK_FEE",
	ManualFee:          "MANUAL_FEE",
	Refund:             "REFUND",
	Payment:            "PAYMENT",
	Offset:             "OFFSET",
	Waiver:             "WAIVER",
	PrepaymentDiscount: "PREPAYMENT_DISCOUNT",
	Adjustment:         "ADJUSTMENT",
	Escrow:             "ESCROW",
	PrincipalPayment:   "PRINCIPAL_PAYMENT",
	ReAge:              "RE_AGE",
}

// Kinds returns every entry kind, by number.
func Kinds() []Kind {
	all := make([]Kind, 0, len(kindNames)-1)
	for k := 1; k < len(kindNames); k++ {
		all = append(all, Kind(k))
	}
	return all
}

// Valid reports whether k is one of the entry kinds.
func (k Kind) Valid() bool { return k > 0 && int(k) < len(kindNames) }

// ParseKind returns the kind with a name of the extract; false if there is none.
func ParseKind(name string) (Kind, bool) {
	for k := 1; k < len(kindNames); k++ {
		if kindNames[k] == name {
			return Kind(k), true
		}
	}
	return 0, false
}

// String returns the name of k in the extract; empty if k is not valid.
func (k Kind) String() string {
	if !k.Valid() {
		return ""
	}
	return kindNames[k]
}

// Charge reports whether k is a charge (Q7).
func (k Kind) Charge() bool { return signs[k&31].charged != 0 }

// Scan reads the name of a kind.
func (k *Kind) Scan(src any) error {
	var name string
	switch v := src.(type) {
	case string:
		name = v
	case []byte:
		name = string(v)
	default:
		return fmt.Errorf("scan %T into an entry kind", src)
	}
	kind, ok := ParseKind(name)
	if !ok {
		return fmt.Errorf("%q is not an entry kind", name)
	}
	*k = kind
	return nil
}
