package metro2

import (
	"fmt"
	"testing"
	"unsafe"
)

// TestAccountSet fills the set beyond its first index, finds every account again,
// and none once a file is over.
func TestAccountSet(t *testing.T) {
	s := newAccountSet()
	accounts := 3 * len(s.seen.slots)
	for round, want := range []func(record int) int{
		func(int) int { return 0 },
		func(record int) int { return record },
		func(int) int { return 0 },
	} {
		if round == 2 {
			s.seen.clear()
		}
		for i := 1; i <= accounts; i++ {
			if got := s.add("LENDER", fmt.Sprint("A", i), i); got != want(i) {
				t.Fatalf("round %d, account %d: first seen in record %d, want %d", round, i, got, want(i))
			}
		}
	}
	if s.add("LENDERA", "1", 1) != 0 {
		t.Error("identification LENDERA with account 1 is taken for LENDER with A1")
	}
	if int(s.seen.count) != accounts+1 {
		t.Errorf("%d accounts, want %d", s.seen.count, accounts+1)
	}
}

// TestAccountSetIsSmall: a file of a million records is checked in 100 MiB with
// the room that the collector takes. An index that has just grown is 3/8 full.
func TestAccountSetIsSmall(t *testing.T) {
	const slotBytes, most = 4 * 8 / 3, 32
	if got := int(unsafe.Sizeof(seenAccount{})) + slotBytes; got > most {
		t.Errorf("%d bytes for each account, want at most %d", got, most)
	}
}
