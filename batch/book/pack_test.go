package book

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/batch/seal"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/fixtures/whole"
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
		e.NoCycle = e.Kind == rules.Offset && rapid.Bool().Draw(t, "no cycle")
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
			due := rules.Due{No: no, DueOn: dates().Draw(t, "due"), MinimumDue: amounts().Draw(t, "minimum")}
			due.BilledOn = due.DueOn - rules.Date(rapid.SampledFrom([]int32{0, 20, 20, 20, 31, 90}).Draw(t, "lead"))
			l.Dues = append(l.Dues, due)
		}
		return l
	})
}

// ordered is a ledger of copies, as every ledger of the night is made.
func ordered(l rules.Ledger) rules.Ledger {
	return newLedger(slices.Clone(l.Entries), slices.Clone(l.Dues))
}

// pack packs a ledger alone.
func pack(l rules.Ledger) []byte {
	p := packer{}
	p.ledger(l)
	return p.packed
}

// unpack reads a ledger alone.
func unpack(packed []byte) (l rules.Ledger, err error) {
	r := unpacker{rest: string(packed)}
	r.ledger(&l)
	if r.damaged || r.rest != "" {
		return l, errPacked
	}
	return l, nil
}

// vault has the keys of the tests.
var vault = Vault{Keys: pgtest.Keys()}

func packedRowOf(t testing.TB, f *Facts) []byte {
	t.Helper()
	row, err := vault.pack(f)
	if err != nil {
		t.Fatal(err)
	}
	return row
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
		"no cycle":       entry(func(e *rules.Entry) { e.NoCycle = true }),
		"kind":           entry(func(e *rules.Entry) { e.Kind = rules.LateFee }),
		"amount":         entry(func(e *rules.Entry) { e.Amount++ }),
		"sign":           entry(func(e *rules.Entry) { e.Amount = -e.Amount }),
		"effective":      entry(func(e *rules.Entry) { e.Effective++ }),
		"undone":         entry(func(e *rules.Entry) { e.UndoneOn = date + 1 }),
		"undone at once": entry(func(e *rules.Entry) { e.UndoneOn = date }),
		"cycle":          cycle(func(*rules.Due) {}),
		"number":         cycle(func(c *rules.Due) { c.No++ }),
		"due":            cycle(func(c *rules.Due) { c.DueOn++ }),
		"billed":         cycle(func(c *rules.Due) { c.BilledOn++ }),
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
	huge := binary.AppendUvarint(nil, math.MaxUint64)
	for name, damaged := range map[string][]byte{
		"more entries":      with(0, whole[0]+1),
		"fewer entries":     with(0, whole[0]-1),
		"unknown kind":      with(1, byte(len(rules.Kinds())+1)),
		"no kind":           with(1, 0),
		"something behind":  append(slices.Clone(whole), 0),
		"huge count":        huge,
		"a date beyond all": append(binary.AppendVarint([]byte{1, 1, 2}, 1<<32), 0, 0),
		"a date before":     {0, 2, 2, 8, 0, 4, 7, 0},
		"undone before":     {1, 1, 2, 8, 3, 0},
		"endless number":    append([]byte{1, 1}, bytes.Repeat([]byte{0xff}, 20)...),
	} {
		if _, err := unpack(damaged); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// What the bytes claim to hold takes no memory before it is there.
func TestUnpackTakesNoMemory(t *testing.T) {
	const claimed = 1 << 22
	entries := binary.AppendUvarint(nil, claimed)
	cycles := binary.AppendUvarint([]byte{0}, claimed)
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

// everything is a loan that has something of everything.
func everything() *Facts {
	d := rules.NewDate(2026, 5, 1)
	return &Facts{
		Terms: Terms{
			Program: 2, Product: 3, AccountNumber: "A1", CycleID: "C1", OpenedOn: d, Furnish: true, OriginalAmount: 1000_00, CreditLimit: 1,
			HighestBalance: 2, TermsDuration: "012", ScheduledPayment: 3, HasSchedule: true, DeletionReportedOn: d, ChangedProgram: true,
			OlderHolder: true, DeletedHolder: true,
			Baseline: rules.Baseline{History: "000000000000000000000000", FirstDelinquencyOn: d, LastReportedOn: d},
			Further: Further{DeferredFrom: d, DeferredUntil: d + 1, Contract: rules.Contract{
				BalloonOn: d, BalloonAmount: 5, SpecialComment: "CO", OriginalCreditor: "O", CreditorClass: "02", PurchasedFrom: "P", SoldTo: "B",
				SoldOn: d + 2, AgencyID: "01", AgencyAccount: "G", MortgageID: "N", NewAccountNumber: "A2",
			}},
		},
		State: rules.State{
			Status: rules.ChargeOff, Since: d, ByHand: true, ClosedOn: d, Episode: 2, BoardedClosed: true, CountFrom: d, ReopenedOn: d,
			ChargedOffOn: d, ChargeOff: 4,
		},
		HoldUntil: d, PromoEndsOn: d, Pauses: []rules.Pause{{From: d, To: d + 1, Stay: true}},
		Termination: &rules.Termination{On: d, Reason: "ERRO", ReportAsDeleted: "DA", RescindedOn: d + 1},
		Cases: []rules.Case{{
			ID: "K1", Type: rules.CaseBankruptcy, Status: "open", Outcome: rules.OutcomeResolved, OpenedOn: d, ClosedOn: d + 1, DeletedOn: d + 2,
			AutoCreated: true, Acknowledged: true, Chapter: 7, FiledOn: d, Disposition: rules.Discharged, DispositionOn: d + 3,
			DebtNotListed: true, DisputeKind: rules.DisputeRESPA, DisputedAmount: 6, ReceivedOn: d + 4, AnswerOn: d + 30, Parties: []int{0, 1},
		}, {ID: "K2", Type: rules.CaseDisaster, OpenedOn: d}},
		Cancelled: []rules.CancelledPayment{{On: d, ToldOn: d + 1}},
		Consumers: []Consumer{{
			Customer: 7, Position: 1, ECOACode: "1", Surname: "S", FirstName: "F", MiddleName: "M", GenerationCode: "J", SSN: "666000001", DateOfBirth: d,
			Phone: "5550100000", Address1: "1 A", Address2: "2", City: "C", State: "NY", PostalCode: "10001", CountryCode: "US",
			AddressIndicator: "C", ResidenceCode: "O", IsBusiness: true,
			Employer: Employer{Name: "E", Address1: "1 B", Address2: "3", City: "D", State: "NJ", PostalCode: "07001", Occupation: "O"},
		}},
		Ledger: rules.NewLedger([]rules.Entry{{Kind: rules.Offset, Amount: 100_00, Effective: d, UndoneOn: d + 5, NoCycle: true}},
			[]rules.Due{{No: 1, BilledOn: d - 20, DueOn: d, MinimumDue: 100_00}}),
	}
}

// No fact is lost in packing: a loan that has everything has everything afterwards, also in memory used before.
func TestPackWhole(t *testing.T) {
	want := everything()
	if missing := whole.Missing(want); !slices.Equal(missing, []string{"Loan"}) { // the key is the row's
		t.Fatalf("the loan of the test lacks %v", missing)
	}
	got := &Facts{Pauses: make([]rules.Pause, 5), Consumers: make([]Consumer, 4), Ledger: rules.Ledger{Entries: make([]rules.Entry, 9), Dues: make([]rules.Due, 9)}}
	for range 2 {
		if err := vault.unpack(got, packedRowOf(t, want)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("unpacked (-want +got):\n%s", diff)
		}
	}
	empty := &Facts{State: rules.State{Status: rules.Active}}
	if err := vault.unpack(got, packedRowOf(t, empty)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(empty, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("an empty loan after a full one (-want +got):\n%s", diff)
	}
}

// A row of another version of the program, a row that was cut and one that something follows are not read.
func TestUnpackOtherRows(t *testing.T) {
	packed := packedRowOf(t, everything())
	damaged := slices.Clone(packed)
	damaged[packedHead+20] ^= 1
	for name, row := range map[string][]byte{
		"none": nil, "another version": append([]byte{packedVersion + 1}, packed[1:]...), "something behind": append(slices.Clone(packed), 0),
		"a seal that was broken": damaged, "more sealed than there is": append([]byte{packedVersion, 0xff, 0xff, 0xff, 0xff}, packed[packedHead:]...),
	} {
		if vault.unpack(new(Facts), row) == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for n := range packed {
		if vault.unpack(new(Facts), packed[:n]) == nil {
			t.Errorf("cut after %d of %d bytes: no error", n, len(packed))
		}
	}
}

// FuzzUnpack: no bytes make it panic or take memory without bound, and what is accepted are facts that can be packed and
// are the same afterwards.
func FuzzUnpack(f *testing.F) {
	packed, personal := everything().appendOpen(nil), everything().appendPersonal(nil)
	f.Add(packed)
	f.Add(packed[:len(packed)-1])
	f.Add((&Facts{State: rules.State{Status: rules.Active}}).appendOpen(nil))
	f.Add(personal)
	f.Add(personal[:len(personal)-1])
	f.Add([]byte{})
	f.Add(binary.AppendUvarint(nil, math.MaxUint64))
	f.Fuzz(func(t *testing.T, packed []byte) {
		var facts, again Facts
		facts.State.Status = rules.Active
		open, personal := facts.readOpen(packed) == nil, false
		if !open {
			facts = Facts{State: rules.State{Status: rules.Active}}
			personal = facts.readPersonal(packed) == nil
		}
		if !open && !personal {
			return
		}
		if n := len(facts.Ledger.Entries) + len(facts.Ledger.Dues) + len(facts.Consumers) + len(facts.Pauses) + len(facts.Cases) + len(facts.Cancelled); n > len(packed) {
			t.Errorf("%d parts of %d bytes", n, len(packed))
		}
		if err := errors.Join(again.readOpen(facts.appendOpen(nil)), again.readPersonal(facts.appendPersonal(nil))); err != nil {
			t.Fatalf("what was accepted and packed is refused: %v", err)
		}
		if diff := cmp.Diff(facts, again, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("accepted, packed, unpacked (-want +got):\n%s", diff)
		}
	})
}

// What is personal of a loan is not in its row, nor is the row another loan's.
func TestPackedRowIsSealed(t *testing.T) {
	f := everything()
	f.Loan = 7
	row := packedRowOf(t, f)
	c := &f.Consumers[0]
	for _, personal := range [][]byte{[]byte(c.SSN), []byte(c.Phone), []byte(c.PostalCode), binary.AppendVarint(nil, int64(c.DateOfBirth)), f.appendPersonal(nil)[2:10]} {
		if sealed, _, err := splitPacked(row); err != nil || bytes.Contains(sealed, personal) {
			t.Errorf("%x is in the sealed part of the row, %v", personal, err)
		}
	}
	if _, open, _ := splitPacked(row); !bytes.Equal(open, f.appendOpen(nil)) || bytes.Contains(open, []byte(c.SSN)) {
		t.Error("the open part is not what is open of the loan")
	}
	if err := vault.unpack(&Facts{Loan: 8}, row); !errors.Is(err, seal.ErrSealed) {
		t.Errorf("as the row of another loan: %v", err)
	}
	if err := (Vault{}).unpack(&Facts{Loan: 7}, row); !errors.Is(err, seal.ErrNoKeyset) {
		t.Errorf("without keys: %v", err)
	}
	f.Consumers = nil
	got := &Facts{Loan: 7, Consumers: make([]Consumer, 2)}
	if err := (Vault{}).unpack(got, packedRowOf(t, f)); err != nil || len(got.Consumers) != 0 {
		t.Errorf("without consumers: %d of them, %v", len(got.Consumers), err)
	}
}

func BenchmarkPacked(b *testing.B) {
	f := everything()
	for len(f.Ledger.Entries) < 24 {
		f.Ledger.Entries, f.Ledger.Dues = append(f.Ledger.Entries, f.Ledger.Entries[0]), append(f.Ledger.Dues, f.Ledger.Dues[0])
	}
	row := packedRowOf(b, f)
	b.Run("pack", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := vault.pack(f); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("unpack", func(b *testing.B) {
		b.ReportAllocs()
		got := &Facts{}
		for b.Loop() {
			if err := vault.unpack(got, row); err != nil {
				b.Fatal(err)
			}
		}
	})
}
