package metro2

import (
	"slices"
	"testing"
)

// A validator that holds account order remembers the last account only, and finds what the other one finds.
func TestValidatorAccountOrder(t *testing.T) {
	for _, c := range []struct {
		name     string
		accounts []string
		want     []string // messages of X01
	}{
		{"in order", []string{"A1", "A2", "B"}, nil},
		{"duplicate", []string{"A1", "A2", "A2", "A2"}, []string{saysDuplicate + ": record 2", saysDuplicate + ": record 2"}},
		{"out of order", []string{"A2", "A1", "A3"}, []string{saysOutOfOrder}},
		{"byte order", []string{"A-1", "A1", "AA"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := NewValidator(CheckEnv{})
			v.AccountOrder = true
			var got []string
			for i, account := range c.accounts {
				record := Record{Base: Base{AccountNumber: account}}
				for _, f := range v.Check(&Item{Kind: KindData, RecordNo: i + 1, Record: &record}, nil) {
					if f.Rule == "X01" {
						got = append(got, f.Message)
					}
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if n := v.accounts.seen.count; n != 0 {
				t.Errorf("%d accounts remembered", n)
			}
		})
	}
}
