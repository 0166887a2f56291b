package rules

// Which payments and offsets a file knew is kept in one number, the sum of their marks: what became known later is what the
// ledger has to be without to give that number. It tells apart what sums of money cannot: a payment that came late from one
// that bounced since.

// noReceipts is the sum of no marks. A sum of 0 is of a tradeline from before there were any.
const noReceipts int64 = 0x517cc1b727220a95

// mark returns a number that receipts of one day, kind and amount share, and others do not. Such receipts are one money: one
// that is undone and posted again the same way is not received twice.
func (e *Entry) mark() int64 {
	const odd = 0x9e3779b97f4a7c15
	h := uint64(e.Amount)*odd ^ uint64(e.Effective)<<8 ^ uint64(e.Kind)
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return int64(h ^ h>>31)
}

// receiptsKnown returns the sum of the marks of all payments and offsets that stand as of d.
func (l Ledger) receiptsKnown(d Date) int64 {
	sum := noReceipts
	for k := range l.Entries {
		if e := &l.Entries[k]; e.Effective <= d && e.receipt() && !e.undoneBy(d) {
			sum += e.mark()
		}
	}
	return sum
}

// receipt reports whether e is a payment or an offset, standing or undone.
func (e *Entry) receipt() bool { return (e.Kind == Payment || e.Kind == Offset) && e.Amount > 0 }

func (e *Entry) undoneBy(d Date) bool { return e.UndoneOn != 0 && e.UndoneOn <= d }

// readUnknown finds the payments and offsets effective by the last report that its file did not know and that stand (Q95).
// What is as old as the lender's own reports belongs to those.
func (a *decision) readUnknown(t *Tradeline) {
	if len(a.Tradelines) == 0 || a.Tradelines[0].ReceiptsKnown == 0 {
		return
	}
	last := &a.Tradelines[0]
	owed := last.ReceiptsKnown - a.Ledger.receiptsKnown(last.AsOf)
	if owed == 0 {
		return
	}
	var all []difference
	for k := len(a.Ledger.Entries) - 1; k >= 0; k-- { // newest first
		switch e := &a.Ledger.Entries[k]; {
		case e.Effective > last.AsOf || !e.receipt():
		case e.undoneBy(last.AsOf):
			all = append(all, difference{e, e.mark()})
		default: // it stood then, as the ledger reads now
			all = append(all, difference{e, -e.mark()})
		}
	}
	chosen, found := choose(all, owed)
	if !found {
		t.list(CodeReceipts, "payments of before the last report became known since, but not which: the actual payment is without them")
		return
	}
	for place := range all {
		e := all[place].entry
		if chosen[place] && e.UndoneOn == 0 && e.Effective > a.Baseline.LastReportedOn && !undoneTwin(all, chosen, place) {
			a.unknown = append(a.unknown, *e)
		}
	}
}

// difference is what the sum of a file differs by if it did not know a receipt that stands, or did not know that one was
// undone.
type difference struct {
	entry *Entry
	mark  int64
}

// chosenOf is how many of the newest receipts are tried in every combination: those of more than two years for who pays
// monthly.
const chosenOf = 32

// choose returns the places of differences whose marks sum up to owed: one, all that stood since a day, or any of the newest.
func choose(all []difference, owed int64) (chosen map[int]bool, found bool) {
	var since int64
	run := map[int]bool{}
	for place := range all {
		if all[place].mark == owed {
			return map[int]bool{place: true}, true
		}
		if all[place].mark == -all[place].entry.mark() && since != owed {
			run[place] = true
			since += all[place].mark
		}
	}
	if since == owed {
		return run, true
	}
	for _, n := range [...]int{8, 16, chosenOf} { // nearly always it is a few of the newest, and few cost next to nothing
		if chosen, found = chooseAny(all[:min(len(all), n)], owed); found || len(all) <= n {
			return chosen, found
		}
	}
	return nil, false
}

// chooseAny tries the differences in every combination: the sums of each half are looked for in the other.
func chooseAny(of []difference, owed int64) (chosen map[int]bool, found bool) {
	half := len(of) / 2
	sums := make(map[int64]uint32, 1<<half)
	for set := range uint32(1) << half {
		sums[sumOf(of[:half], set)] = set
	}
	for set := range uint32(1) << (len(of) - half) {
		if other, ok := sums[owed-sumOf(of[half:], set)]; ok {
			return placesOf(uint64(set)<<half | uint64(other)), true
		}
	}
	return nil, false
}

func sumOf(of []difference, set uint32) (sum int64) {
	for place := range of {
		if set>>place&1 != 0 {
			sum += of[place].mark
		}
	}
	return sum
}

func placesOf(set uint64) map[int]bool {
	places := map[int]bool{}
	for place := range chosenOf {
		if set>>place&1 != 0 {
			places[place] = true
		}
	}
	return places
}

// undoneTwin takes the place of a receipt out of the chosen if a receipt like it stood then and was undone since: that one
// takes its place, and no money came twice.
func undoneTwin(all []difference, chosen map[int]bool, place int) bool {
	for k := range all {
		if !chosen[k] && all[k].mark == all[place].mark && all[k].entry.UndoneOn != 0 {
			chosen[k] = true
			return true
		}
	}
	return false
}

// receivedUntil fills in the payments up to a day, which is the date paid of an account that was paid (Q40): those since the
// last report (Q23), and those that it did not know (Q95).
func (a *decision) receivedUntil(t *Tradeline, d Date) {
	last, received := a.Ledger.received(a.paymentsAfter(), d)
	a.unknownSum = 0
	for k := range a.unknown {
		if a.unknown[k].Effective <= d {
			a.unknownSum += a.unknown[k].Amount
		}
	}
	t.DateLastPayment, t.ActualPayment = last, (received + a.unknownSum).Dollars()
}

// explainUnknown says how much of the actual payment the last report did not know.
func (a *decision) explainUnknown(t *Tradeline) {
	if a.unknownSum != 0 {
		t.Facts.add(centsFact("received_before_last_report", a.unknownSum))
	}
}
