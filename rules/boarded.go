package rules

// Reasons why a record of the former servicer does not fit the book, or waits though it fits.
const (
	BoardNoLoan      = "NO_LOAN"      // no loan of the program has its account number
	BoardOtherOpened = "OTHER_OPENED" // the loan was opened on another day
	BoardOtherPerson = "OTHER_PERSON" // none of its consumers is one of the loan's
	BoardTwice       = "TWICE"        // another record of the file told of the loan
	BoardUnreadable  = "UNREADABLE"   // a field cannot be read
	BoardNoDOFD      = "NO_DOFD"      // late or charged off without a date of first delinquency: boarded, and held (BR12)
)

// BoardedAccount is by what a record of the former servicer and a loan are the same account.
type BoardedAccount struct {
	RecordOpenedOn, LoanOpenedOn Date
	RecordPersons, LoanPersons   []string // hashes of the social security numbers that are known, else folded surnames
}

// Misfit returns why the record does not tell of the loan, empty if it does. Persons are compared only where both sides know some: the
// sameness of one is enough, for others come and go.
func (b *BoardedAccount) Misfit() (reason, detail string) {
	if b.RecordOpenedOn != b.LoanOpenedOn {
		return BoardOtherOpened, "opened " + b.RecordOpenedOn.String() + " by the record, " + b.LoanOpenedOn.String() + " by the book"
	}
	if len(b.RecordPersons) == 0 || len(b.LoanPersons) == 0 {
		return "", ""
	}
	for _, person := range b.RecordPersons {
		for _, other := range b.LoanPersons {
			if person == other {
				return "", ""
			}
		}
	}
	return BoardOtherPerson, "no consumer of the record is one of the loan"
}

// Board completes what a record of the former servicer said, so that the next file goes by it as by one of ours (Q21). before is what the
// file boarded before it said of the account, nil if there is none; portfolio is that of the record; said is what the record says of each
// consumer of the loan, those that it does not name with no segment.
//
// The record of a paid account is as of the day of its payment: the profile as of the file goes on from the one before.
func Board(t *Furnished, before *Furnished, portfolio string, consumers []Consumer, said []FurnishedConsumer) {
	t.Boarded = true
	t.HistoryCharacter = historyCharacter(&Tradeline{Furnished: *t}, portfolio)
	months := t.AsOf.MonthIndex() - t.DateAccountInfo.MonthIndex()
	switch {
	case months <= 0:
		t.HistoryChain = t.PaymentHistory
	case before != nil:
		t.HistoryChain = shift(before.HistoryChain, before.HistoryCharacter, t.AsOf.MonthIndex()-before.AsOf.MonthIndex())[:historyMonths]
	default:
		t.HistoryChain = shift(t.PaymentHistory, t.HistoryCharacter, months)[:historyMonths]
	}
	if t.DateFirstDelinquency != 0 {
		t.FirstMissedDueOn = t.DateFirstDelinquency - 30
	}
	t.boardNumber(before)
	t.boardConsumers(before, consumers, said)
	t.Final = t.Final || t.boardedEnd()
	if !t.Final && frozenBySaid(consumers, said) { // CA4
		t.HistoryCharacter = "D"
	}
}

// frozenBySaid reports whether the indicators of a record say that a bankruptcy has frozen the account (CA4): chapter 12 or 13 of anybody,
// chapter 7 or 11 of everybody who is liable.
func frozenBySaid(consumers []Consumer, said []FurnishedConsumer) bool {
	all, some := true, false
	for i := range said {
		if consumers[i].ECOA == ecoaAuthorizedUser || said[i].Segment == LeftOut {
			continue
		}
		switch said[i].CII {
		case indicators[12][0], indicators[13][0]:
			return true
		case indicators[7][0], indicators[11][0]:
			some = true
		default:
			all = false
		}
	}
	return all && some
}

// boardNumber keeps the number that the account had before the last L1.
func (t *Furnished) boardNumber(before *Furnished) {
	if before == nil || before.Segments == nil {
		return
	}
	former := before.Segments.FormerNumber
	if now := before.Segments.NewAccountNumber; now != "" && now == t.AccountNumber {
		former = before.AccountNumber
	}
	switch {
	case former == "":
	case t.Segments == nil:
		t.Segments = &Segments{FormerNumber: former}
	default:
		t.Segments.FormerNumber = former
	}
}

// boardConsumers keeps what was said of consumers beside what the loan says, and sees whether nobody who is liable is left (Q54).
func (t *Furnished) boardConsumers(before *Furnished, consumers []Consumer, said []FurnishedConsumer) {
	ordinary, over := true, true
	for i := range said {
		if before != nil && said[i].Segment == LeftOut {
			for _, last := range before.Consumers {
				if last.ID == said[i].ID { // the last that was said
					said[i].ECOA, said[i].CII = last.ECOA, last.CII
				}
			}
		}
		ordinary = ordinary && said[i].ordinary(&consumers[i])
		if consumers[i].ECOA != ecoaAuthorizedUser && said[i].Segment != LeftOut && !leaves(said[i].ECOA) && !dischargeIndicator(said[i].CII) {
			over = false
		}
	}
	if !ordinary {
		t.Consumers = said
	}
	t.Final = over && len(said) > 0 && t.Deletion() == ""
}

// boardedEnd reports whether a record told of the end of the account: paid, deleted, given up for a claim or deed, sold or transferred.
func (t *Furnished) boardedEnd() bool {
	switch t.AccountStatus {
	case StatusPaid, StatusDelete, StatusDeleteFraud:
		return true
	case StatusClaim, StatusDeed, StatusForeclosed:
		return t.CurrentBalance == 0
	}
	gone := t.SpecialComment == commentTransferred || t.SpecialComment == commentSold || t.Segments != nil && t.Segments.SaleIndicator == soldTo
	return paidStatus(t.AccountStatus) || gone && t.CurrentBalance == 0 && t.DateClosed != 0
}

// Undated reports whether a record says that the account is late, charged off, or without its collateral, and bears no date of first
// delinquency (BR12).
func (t *Furnished) Undated() bool {
	late := false
	for _, status := range lateStatus[1:] {
		late = late || t.AccountStatus == status
	}
	return t.DateFirstDelinquency == 0 && (late || freezing[t.AccountStatus])
}

// errBoardedUndated holds an account that came late from the former servicer's files without a date of first delinquency (BR12).
var errBoardedUndated = &Undecidable{
	CodeNoDOFD, "the former servicer reported it late, charged off or without its collateral, and without a date of first delinquency: give first_delinquency_on",
}

// boardedUndated reports whether the last record is such a one, and nobody has given the date since.
func (a *decision) boardedUndated() bool {
	return len(a.Tradelines) > 0 && a.Tradelines[0].Boarded && a.Tradelines[0].Undated() && a.Baseline.FirstDelinquencyOn == 0 && a.correction(fieldFirstDelinquency) == nil
}
