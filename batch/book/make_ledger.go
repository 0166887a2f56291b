package book

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/furnisher/furnisher/rules"
)

// ledgerRow is a row of LedgerRead: arrays in their text form.
type ledgerRow struct {
	loan                                                       int64
	kinds, amounts, effective, names                           []byte
	pairKinds, pairAmounts, pairEffective, pairNames, reversed []byte
	numbers, starts, ends, due, minimum                        []byte
}

func (r *ledgerRow) columns() []any {
	return []any{
		&r.loan, &r.kinds, &r.amounts, &r.effective, &r.names, &r.pairKinds, &r.pairAmounts, &r.pairEffective, &r.pairNames,
		&r.reversed, &r.numbers, &r.starts, &r.ends, &r.due, &r.minimum,
	}
}

func (r *ledgerRow) ledger() (rules.Ledger, error) {
	entries, err := parseEntries(r.kinds, r.amounts, r.effective, r.names)
	if err != nil {
		return rules.Ledger{}, err
	}
	undone, err := parseEntries(r.pairKinds, r.pairAmounts, r.pairEffective, r.pairNames)
	if err != nil {
		return rules.Ledger{}, err
	}
	err = eachInteger(len(undone), [][]byte{r.reversed}, func(row, _ int, n int64) {
		original, reversal := undone[row].Reversed(rules.Date(n))
		entries = append(entries, original, reversal)
	})
	if err != nil {
		return rules.Ledger{}, err
	}
	dues, err := r.dues()
	return newLedger(entries, dues), err
}

func (r *ledgerRow) dues() ([]rules.Due, error) {
	cycles := make([]rules.Cycle, len(elements(r.numbers)))
	err := eachInteger(len(cycles), [][]byte{r.numbers, r.starts, r.ends, r.due, r.minimum}, func(row, column int, n int64) {
		switch c := &cycles[row]; column {
		case 0:
			c.No = int(n)
		case 1:
			c.StartsOn = rules.Date(n)
		case 2:
			c.EndsOn = rules.Date(n)
		case 3:
			c.DueOn = rules.Date(n)
		default:
			c.MinimumDue = rules.Cents(n)
		}
	})
	dues := make([]rules.Due, len(cycles))
	for k := range cycles {
		dues[k] = cycles[k].Due()
	}
	return dues, err
}

func parseEntries(kinds, amounts, effective, named []byte) ([]rules.Entry, error) {
	names := elements(kinds)
	entries := make([]rules.Entry, len(names))
	for i, name := range names {
		kind, ok := rules.ParseKind(string(name))
		if !ok {
			return nil, fmt.Errorf("%q is not an entry kind", name)
		}
		entries[i].Kind = kind
	}
	err := eachInteger(len(entries), [][]byte{amounts, effective, named}, func(row, column int, n int64) {
		switch e := &entries[row]; column {
		case 0:
			e.Amount = rules.Cents(n)
		case 1:
			e.Effective = rules.Date(n)
		default:
			e.NoCycle = e.Kind == rules.Offset && n == 0
		}
	})
	return entries, err
}

// elements splits the text form of a one-dimensional array without quotes or nulls.
func elements(array []byte) [][]byte {
	if len(array) <= 2 {
		return nil
	}
	return bytes.Split(array[1:len(array)-1], []byte{','})
}

// eachInteger calls f with every element of the integer arrays, which must all have the same length.
func eachInteger(length int, arrays [][]byte, f func(row, column int, n int64)) error {
	for column, array := range arrays {
		parts := elements(array)
		if len(parts) != length {
			return fmt.Errorf("array %d has %d elements, want %d", column, len(parts), length)
		}
		for row, part := range parts {
			n, err := strconv.ParseInt(string(part), 10, 64)
			if err != nil {
				return fmt.Errorf("array %d: %w", column, err)
			}
			f(row, column, n)
		}
	}
	return nil
}
