package rules

import "fmt"

// Kind is the type of a ledger entry (EXTRACT.md).
type Kind uint8

// Entry kinds. A reversal is not among them: it is the Kind that it undoes with the amount negated. The numbers are kept
// in packed ledgers: a new kind comes last.
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
)

// kinds says of each kind its name in the extract, and with which sign its amount counts in each of Totals.
var kinds = [...]struct {
	name                           string
	balance, paid, charged, waived Cents
}{
	Origination:        {"ORIGINATION", 1, 0, 0, 0},
	Interest:           {"INTEREST", 1, 0, 0, 0},
	Fee:                {"FEE", 1, 0, 1, 0},
	LateFee:            {"LATE_FEE", 1, 0, 1, 0},
	LateFeeInterest:    {"LATE_FEE_INTEREST", 1, 0, 1, 0},
	ReturnCheckFee:     {"RETURN_CHECK_FEE", 1, 0, 1, 0},
	ManualFee:          {"MANUAL_FEE", 1, 0, 1, 0},
	Refund:             {"REFUND", 1, -1, 0, 0},
	Payment:            {"PAYMENT", -1, 1, 0, 0},
	Offset:             {"OFFSET", -1, 1, 0, 0},
	Waiver:             {"WAIVER", -1, 0, 0, 1},
	PrepaymentDiscount: {"PREPAYMENT_DISCOUNT", -1, 1, 0, 0},
	Adjustment:         {"ADJUSTMENT", 1, 0, 0, 0},
}

// Kinds returns every entry kind, by number.
func Kinds() []Kind {
	all := make([]Kind, 0, len(kinds)-1)
	for k := 1; k < len(kinds); k++ {
		all = append(all, Kind(k))
	}
	return all
}

// Valid reports whether k is one of the entry kinds.
func (k Kind) Valid() bool { return k > 0 && int(k) < len(kinds) }

// ParseKind returns the kind with a name of the extract; false if there is none.
func ParseKind(name string) (Kind, bool) {
	for k := 1; k < len(kinds); k++ {
		if kinds[k].name == name {
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
	return kinds[k].name
}

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
