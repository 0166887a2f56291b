package step

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/rules"
)

// amounts are those of a ledger, and those at which an encoding breaks.
func amounts() *rapid.Generator[rules.Cents] {
	return rapid.OneOf(
		rapid.Map(rapid.Int64(), func(n int64) rules.Cents { return rules.Cents(n) }),
		rapid.SampledFrom([]rules.Cents{0, 1, -1, 63, 64, -64, -65, 100_00, math.MaxInt64, math.MinInt64}),
	)
}

// dates lie in the years that an extract may have (1900 to 2099) and around them, where grace days and a hand may lead.
func dates() *rapid.Generator[rules.Date] {
	return rapid.OneOf(
		rapid.Map(rapid.Int32Range(1, 3_000_000), func(n int32) rules.Date { return rules.Date(n) }),
		rapid.SampledFrom([]rules.Date{
			rules.NewDate(1, 1, 1), rules.NewDate(1900, 1, 1), rules.NewDate(1969, 12, 31), rules.NewDate(1970, 1, 1), rules.NewDate(2026, 11, 21),
			rules.NewDate(2099, 12, 31), rules.NewDate(2100, 1, 1), rules.NewDate(9999, 12, 31),
		}),
	)
}

// ledgers have an order of entries and cycles that is nobody's.
func ledgers() *rapid.Generator[rules.Ledger] {
	entry := rapid.Custom(func(t *rapid.T) rules.Entry {
		e := rules.Entry{Kind: rapid.SampledFrom(rules.Kinds()).Draw(t, "kind"), Amount: amounts().Draw(t, "amount"), Effective: dates().Draw(t, "effective")}
		if rapid.Bool().Draw(t, "undone") {
			e.UndoneOn = e.Effective + rules.Date(rapid.SampledFrom([]int32{0, 0, 1, 30, 100_000}).Draw(t, "after"))
		}
		return e
	})
	return rapid.Custom(func(t *rapid.T) rules.Ledger {
		l := rules.Ledger{Entries: rapid.SliceOfN(entry, 0, 20).Draw(t, "entries")}
		for range rapid.IntRange(0, 3).Draw(t, "twins") { // the same amount twice a day is nothing unusual
			if len(l.Entries) > 0 {
				l.Entries = append(l.Entries, rapid.SampledFrom(l.Entries).Draw(t, "twin"))
			}
		}
		numbers := rapid.SliceOfNDistinct(rapid.IntRange(0, 1_000_000), 0, 12, rapid.ID[int]).Draw(t, "cycle numbers")
		for _, no := range numbers {
			l.Dues = append(l.Dues, rules.Due{No: no, DueOn: dates().Draw(t, "due"), MinimumDue: amounts().Draw(t, "minimum")})
		}
		return l
	})
}

// ordered is a ledger of copies, as every ledger of the night is made.
func ordered(l rules.Ledger) rules.Ledger {
	return newLedger(slices.Clone(l.Entries), slices.Clone(l.Dues))
}

// What was packed is unpacked as it was, and two ledgers have the same bytes if and only if they hold the same.
func TestPack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := ledgers().Draw(t, "ledger")
		packed := pack(ordered(l))
		got, err := unpack(packed)
		if err != nil {
			t.Fatal(err)
		}
		sameEntries := cmpopts.SortSlices(func(a, b rules.Entry) int { return bytes.Compare(onlyEntry(a), onlyEntry(b)) })
		if diff := cmp.Diff(ordered(l), got, cmpopts.EquateEmpty(), sameEntries); diff != "" {
			t.Fatalf("unpacked (-want +got):\n%s", diff)
		}
		if !slices.IsSortedFunc(got.Entries, func(a, b rules.Entry) int { return int(a.Effective - b.Effective) }) {
			t.Fatal("the entries are not in the order of their dates, which the rules go by")
		}
		random := rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "order")))
		random.Shuffle(len(l.Entries), func(i, j int) { l.Entries[i], l.Entries[j] = l.Entries[j], l.Entries[i] })
		random.Shuffle(len(l.Dues), func(i, j int) { l.Dues[i], l.Dues[j] = l.Dues[j], l.Dues[i] })
		if again := pack(ordered(l)); !bytes.Equal(again, packed) {
			t.Fatalf("in another order:\n%x, want\n%x", again, packed)
		}
		if again := pack(got); !bytes.Equal(again, packed) {
			t.Fatalf("packed, unpacked and packed:\n%x, want\n%x", again, packed)
		}
	})
}

func onlyEntry(e rules.Entry) []byte { return pack(rules.Ledger{Entries: []rules.Entry{e}}) }

// Whatever differs between two ledgers shows in their bytes: by them the night finds a ledger that has drifted.
func TestPackTellsLedgersApart(t *testing.T) {
	date := rules.NewDate(2026, 5, 1)
	entry := func(change func(*rules.Entry)) rules.Ledger {
		e := rules.Entry{Kind: rules.Fee, Amount: 25_00, Effective: date}
		change(&e)
		return rules.Ledger{Entries: []rules.Entry{e}}
	}
	cycle := func(change func(*rules.Due)) rules.Ledger {
		c := rules.Due{No: 1, DueOn: date, MinimumDue: 100_00}
		change(&c)
		return rules.Ledger{Dues: []rules.Due{c}}
	}
	ledgers := map[string]rules.Ledger{
		"empty":          {},
		"entry":          entry(func(*rules.Entry) {}),
		"kind":           entry(func(e *rules.Entry) { e.Kind = rules.LateFee }),
		"amount":         entry(func(e *rules.Entry) { e.Amount++ }),
		"sign":           entry(func(e *rules.Entry) { e.Amount = -e.Amount }),
		"effective":      entry(func(e *rules.Entry) { e.Effective++ }),
		"undone":         entry(func(e *rules.Entry) { e.UndoneOn = date + 1 }),
		"undone at once": entry(func(e *rules.Entry) { e.UndoneOn = date }),
		"cycle":          cycle(func(*rules.Due) {}),
		"number":         cycle(func(c *rules.Due) { c.No++ }),
		"due":            cycle(func(c *rules.Due) { c.DueOn++ }),
		"minimum":        cycle(func(c *rules.Due) { c.MinimumDue++ }),
	}
	seen := map[string]string{}
	for name, l := range ledgers {
		packed := string(pack(l))
		if other := seen[packed]; other != "" {
			t.Errorf("%q and %q have the same bytes", name, other)
		}
		seen[packed] = name
	}
}

// Every kind that the database can hold has a number of its own, the same for good.
func TestPackedKinds(t *testing.T) {
	for n, name := range []string{
		"ORIGINATION", "INTEREST", "FEE", "LATE_FEE", "LATE_FEE_INTEREST", "RETURN_CHECK_FEE", "MANUAL_FEE", "REFUND", "PAYMENT", "OFFSET",
		"WAIVER", "PREPAYMENT_DISCOUNT", "ADJUSTMENT",
	} {
		kind, ok := rules.ParseKind(name)
		if !ok {
			t.Errorf("there is no kind %s", name)
			continue
		}
		packed := pack(rules.Ledger{Entries: []rules.Entry{{Kind: kind}}})
		if got := int(packed[2]); got != n {
			t.Errorf("kind %s has number %d, want %d", name, got, n)
		}
	}
}

// sample is a packed ledger with something of everything.
func sample() []byte {
	date := rules.NewDate(2026, 5, 1)
	return pack(rules.NewLedger([]rules.Entry{
		{Kind: rules.Origination, Amount: 1000_00, Effective: date},
		{Kind: rules.Payment, Amount: 100_00, Effective: date + 20, UndoneOn: date + 25},
		{Kind: rules.Payment, Amount: -100_00, Effective: date + 25, UndoneOn: date + 25},
	}, []rules.Due{{No: 1, DueOn: date + 20, MinimumDue: 100_00}, {No: 2, DueOn: date + 50, MinimumDue: 100_00}}))
}

// A packed ledger that was cut, that something was added to, or that another version wrote is an error: it is packed anew.
func TestUnpackDamaged(t *testing.T) {
	whole := sample()
	if _, err := unpack(whole); err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		if _, err := unpack(whole[:n]); err == nil {
			t.Errorf("cut after %d of %d bytes: no error", n, len(whole))
		}
	}
	with := func(place int, b byte) []byte {
		changed := slices.Clone(whole)
		changed[place] = b
		return changed
	}
	huge := binary.AppendUvarint([]byte{packedVersion}, math.MaxUint64)
	for name, damaged := range map[string][]byte{
		"version":           with(0, packedVersion+1),
		"more entries":      with(1, whole[1]+1),
		"fewer entries":     with(1, whole[1]-1),
		"unknown kind":      with(2, byte(len(rules.Kinds()))),
		"something behind":  append(slices.Clone(whole), 0),
		"huge count":        huge,
		"a date beyond all": append(binary.AppendVarint([]byte{packedVersion, 1, 0, 2}, 1<<32), 0, 0),
		"a date before":     {packedVersion, 0, 2, 2, 8, 0, 4, 7, 0},
		"undone before":     {packedVersion, 1, 0, 2, 8, 3, 0},
		"endless number":    append([]byte{packedVersion, 1, 0}, bytes.Repeat([]byte{0xff}, 20)...),
	} {
		if _, err := unpack(damaged); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// What the bytes claim to hold takes no memory before it is there.
func TestUnpackTakesNoMemory(t *testing.T) {
	const claimed = 1 << 22
	entries := binary.AppendUvarint([]byte{packedVersion}, claimed)
	cycles := binary.AppendUvarint([]byte{packedVersion, 0}, claimed)
	for _, packed := range [][]byte{entries, cycles} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := unpack(packed); err == nil {
			t.Error("no error")
		}
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > claimed {
			t.Errorf("%d bytes were taken for %d", taken, len(packed))
		}
	}
}

// FuzzUnpack: no bytes make it panic or take memory without bound, and what is accepted is a ledger that can be
// packed and is the same afterwards.
func FuzzUnpack(f *testing.F) {
	whole := sample()
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Add(pack(rules.Ledger{}))
	f.Add([]byte{})
	f.Add(binary.AppendUvarint([]byte{packedVersion}, math.MaxUint64))
	f.Add(append([]byte{packedVersion, 0}, binary.AppendUvarint(nil, 1<<40)...))
	f.Fuzz(func(t *testing.T, packed []byte) {
		l, err := unpack(packed)
		if err != nil {
			return
		}
		if n := cap(l.Entries) + cap(l.Dues); n > len(packed) {
			t.Errorf("%d entries and cycles of %d bytes", n, len(packed))
		}
		again, err := unpack(pack(l))
		if err != nil {
			t.Fatalf("what was accepted and packed is refused: %v", err)
		}
		if diff := cmp.Diff(l, again); diff != "" {
			t.Errorf("accepted, packed, unpacked (-want +got):\n%s", diff)
		}
	})
}
