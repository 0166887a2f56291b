package metro2

// maxFinalReports is how often a paid account may be reported: once is usual,
// and some report it in three months.
const maxFinalReports = 3

// historyRules compare a record with the last one of the same identification
// and account number in an earlier file.
var historyRules = withHistoryPositions([]historyRule{
	{rule{id: "X02", severity: Error, field: "account_number", part: "deleted", sentence: "account was deleted (DA, DF) by an earlier file, and is reported again"}, func(was, _ *past) bool {
		return was.has(wasDeleted)
	}},
	{rule{id: "X02", severity: Error, field: "account_status", part: "status", sentence: "account was finally reported (paid, sold or transferred) by an earlier file, and its status is now another one"}, func(was, now *past) bool {
		return changesFinal(was, now) && !owesAgain(was, now) && !now.has(wasDelete)
	}},
	{rule{id: "X02", severity: Warning, field: "account_status", part: "owed-again", sentence: "account was finally reported as paid by an earlier file, and is open and owed again: right only if the payment was reversed"}, func(was, now *past) bool {
		return changesFinal(was, now) && owesAgain(was, now)
	}},
	{rule{id: "X02", severity: Error, field: "account_number", part: "three-times", sentence: "account was finally reported (paid, sold or transferred) three times before, and is reported again"}, func(was, now *past) bool {
		return repeats(was, now) && now.finals > maxFinalReports
	}},
	{rule{id: "X02", severity: Warning, field: "account_number", part: "again", sentence: "account was finally reported (paid, sold or transferred) by an earlier file, and is so reported again: once is enough"}, func(was, now *past) bool {
		return repeats(was, now) && now.finals <= maxFinalReports
	}},
	{rule{id: "X03", severity: Warning, field: "date_opened", sentence: "date opened is not the one last reported"}, openedOtherwise},
	{rule{id: "X03", severity: Warning, field: "portfolio_type", sentence: "portfolio type is not the one last reported"}, otherPortfolio},
	{rule{id: "X03", severity: Warning, field: "original_chargeoff", sentence: "original charge-off amount is not the one last reported"}, chargedOffOtherwise},
	{rule{id: "X03", severity: Warning, field: "date_first_delinquency", sentence: "date of first delinquency is not the one last reported, and no record shows that the account became current in between"}, delinquentOtherwise},
	{rule{id: "X04", severity: Warning, field: "payment_history", part: "begin", sentence: "payment history does not begin with the state last reported, D before it for each month without a report"}, beginsOtherwise},
	{rule{id: "X04", severity: Warning, field: "payment_history", part: "go-on", sentence: "payment history does not go on with the one last reported"}, func(was, now *past) bool {
		months, known := profileMonths(was, now)
		return known && string(now.profile[months:]) != string(was.profile[:len(was.profile)-months])
	}},
	{rule{id: "H15", severity: Warning, segment: "l1", field: "new_account_number", also: "PROG-AccountChange-1", part: "PROG-AccountChange-1", sentence: "the same new account number was announced before"}, func(was, now *past) bool {
		return changes(was, 1) && was.newAccount == now.newAccount
	}},
	{rule{id: "H15", severity: Warning, segment: "l1", field: "new_identification_number", also: "PROG-AccountChange-2", part: "PROG-AccountChange-2", sentence: "the same new identification number was announced before"}, func(was, now *past) bool {
		return changes(was, 2) && was.newIdentification == now.newIdentification
	}},
	{rule{id: "H16", severity: Warning, field: "account_status", also: "PROG-Status-1", part: "PROG-Status-1", sentence: "delinquency grew by more than a month for each month since the last report"}, func(was, now *past) bool {
		before, after := was.monthsLate(), now.monthsLate()
		return before > 0 && after > before+max(1, monthsBetween(was.activity, now.activity))
	}},
	{rule{id: "H16", severity: Warning, field: "account_status", also: "PROG-Status-2", part: "PROG-Status-2", sentence: "foreclosure or deed in lieu was reported, and the account is now charged off"}, foreclosedThenChargedOff},
	{rule{id: "H16", severity: Warning, field: "account_status", also: "X02 PROG-Status-3", part: "PROG-Status-3", sentence: "account was reported as paid, and its status is now another one"}, paidThenOtherwise},
	{rule{id: "H16", severity: Warning, field: "date_first_delinquency", also: "X03 PROG-DOFD-1", part: "PROG-DOFD-1", sentence: "date of first delinquency changed while status and rating require one"}, delinquentOtherwise},
	{rule{id: "H16", severity: Warning, field: "date_first_delinquency", also: "PROG-DOFD-3", part: "PROG-DOFD-3", sentence: "account became current, and the date of first delinquency is still there"}, func(was, now *past) bool {
		return was.has(wasDated) && now.status.in("11") && !now.has(wasAnyInfo) &&
			was.firstDelinquency != 0 && was.firstDelinquency == now.firstDelinquency
	}},
	{rule{id: "H16", severity: Warning, field: "original_chargeoff", also: "X03 PROG-ChargeOff-1", part: "PROG-ChargeOff-1", sentence: "original charge-off amount changed after the charge-off"}, chargedOffOtherwise},
	{rule{id: "H16", severity: Warning, field: "date_closed", also: "PROG-DateClosed-1", part: "PROG-DateClosed-1", sentence: "date closed of a loan is not the one last reported"}, func(was, now *past) bool {
		return closedOtherwise(was, now) && !now.has(wasBought)
	}},
	{rule{id: "H16", severity: Warning, field: "date_opened", also: "X03 PROG-DateOpen-1", part: "PROG-DateOpen-1", sentence: "date opened changed"}, openedOtherwise},
	{rule{id: "H16", severity: Warning, field: "portfolio_type", also: "X03 PROG-Portfolio-1", part: "PROG-Portfolio-1", sentence: "portfolio type changed"}, otherPortfolio},
	{rule{id: "H16", severity: Warning, field: "account_type", also: "PROG-Type-1", part: "PROG-Type-1", sentence: "account type is not the one last reported"}, otherType},
	{rule{id: "H16", severity: Warning, field: "consumer_info", also: "PROG-Bankruptcy-1", part: "PROG-Bankruptcy-1", sentence: "a rescinded reaffirmation (V) is followed by a reaffirmation (R)"}, reaffirmedBackwards},
	{rule{id: "H16", severity: Warning, field: "ecoa_code", also: "PROG-ECOA-1", part: "PROG-ECOA-1", sentence: "the consumer was taken off the account (ECOA Z), and is back"}, consumerComesBack},
	{rule{id: "H16", severity: Warning, field: "payment_rating", also: "PROG-Rating-1", part: "PROG-Rating-1", sentence: "payment rating of a loan is another one, and its status the same"}, func(was, now *past) bool {
		return ratedOtherwise(was, now, "05 13 65 88 89 94 95")
	}},
	{rule{id: "H16", severity: Warning, field: "payment_history", also: "X04 PHP-Status-1 PHP-Status-2 PHP-Status-3", part: "PHP-Status-1", sentence: "newest months of the payment history are not what the last report leaves there"}, beginsOtherwise},
})

// changesFinal says that a final report is followed by a record that says
// something else. A sold account may be bought back.
func changesFinal(was, now *past) bool {
	return was.has(wasFinal) && !was.has(wasDeleted) && !now.has(wasBought) && (!now.has(wasFinal) || was.status != now.status)
}

// owesAgain says that a paid account takes its closing back as a whole: the
// status of an open account, a balance or the zero of a discharge, no date closed. A servicer has to report
// a loan again whose payment came back (rule DC10), so this alone is no error.
func owesAgain(was, now *past) bool {
	return was.status.in(setPaid) && now.status.in(setOpen) && now.has(wasBalance|wasDischarged) && now.closed == 0
}

func repeats(was, now *past) bool {
	return was.has(wasFinal) && !was.has(wasDeleted) && now.has(wasFinal) && was.status == now.status
}

// changes says that an L1 segment announces a new account number (1) or a new
// identification number (2).
func changes(p *past, which uint8) bool { return p.changeInd == which || p.changeInd == 3 }

func openedOtherwise(was, now *past) bool { return was.opened != now.opened }

func otherPortfolio(was, now *past) bool { return was.portfolio != now.portfolio }

func otherType(was, now *past) bool { return was.accountType != now.accountType }

// chargedOffOtherwise leaves out deletions, whose amounts are not defined.
func chargedOffOtherwise(was, now *past) bool {
	return was.status.in("64 97") && was.chargeoff != now.chargeoff && !now.has(wasDelete)
}

func delinquentOtherwise(was, now *past) bool {
	return was.has(wasDated) && now.has(wasDated) && was.firstDelinquency != now.firstDelinquency
}

func paidThenOtherwise(was, now *past) bool {
	return was.status.in(setPaid) && was.status != now.status
}

func foreclosedThenChargedOff(was, now *past) bool {
	return was.status.in("89 94") && now.status.in("97")
}

func closedOtherwise(was, now *past) bool {
	return now.isLoan() && was.closed != 0 && was.closed != now.closed
}

func reaffirmedBackwards(was, now *past) bool {
	return was.info == code2{'V'} && now.info == code2{'R'}
}

func consumerComesBack(was, now *past) bool {
	return was.ecoa == 'Z' && now.ecoa != 'Z' && was.names == now.names
}

func ratedOtherwise(was, now *past, statuses string) bool {
	return now.isLoan() && was.status == now.status && was.status.in(statuses) && was.rating != now.rating
}

// monthsLate is 1 for 30-59 days past due up to 6 for 180 and more, 0 for any
// other status.
func (p *past) monthsLate() int {
	if c := p.historyChar(); p.status.in(setDelinquent) {
		return int(c - '0')
	}
	return 0
}

// historyChar is how the record's month stands in the profiles after it, 0 when
// the status does not say.
func (p *past) historyChar() byte {
	switch string(p.status[:]) {
	case "11":
		if !p.has(wasBalance) && (p.portfolio == 'C' || p.portfolio == 'R') {
			return 'E'
		}
		return '0'
	case "71":
		return '1'
	case "78":
		return '2'
	case "80":
		return '3'
	case "82":
		return '4'
	case "83":
		return '5'
	case "84":
		return '6'
	case "93", "62":
		return 'G'
	case "94", "65":
		return 'H'
	case "95", "61":
		return 'J'
	case "96", "63":
		return 'K'
	case "97", "64":
		return 'L'
	case "05", "13", "88", "89":
		return p.rating
	}
	return 0
}

func monthsBetween(from, to Date) int {
	if !from.Valid() || !to.Valid() {
		return 0
	}
	return 12*(to.Year()-from.Year()) + to.Month() - from.Month()
}

// profileMonths returns how many months a profile has moved. It is not known
// when the records are of one month or out of order, when either has no whole
// profile, for a deletion, which may repeat the last one, and for a furnisher
// without any history, who always sends 24 B.
func profileMonths(was, now *past) (months int, known bool) {
	months = monthsBetween(was.activity, now.activity)
	switch {
	case months < 1 || months > len(now.profile), !was.has(wasProfiled), !now.has(wasProfiled), now.has(wasDelete):
		return 0, false
	case was.profile == now.profile && string(now.profile[:]) == noHistory:
		return 0, false
	}
	return months, true
}

const noHistory = "BBBBBBBBBBBBBBBBBBBBBBBB"

func beginsOtherwise(was, now *past) bool {
	months, known := profileMonths(was, now)
	return known && !beginsWith(was, now, months)
}

// beginsWith compares the months since the last report: that one's state, and D
// for the months without any. A month of a stay, dispute or deferral may be D.
func beginsWith(was, now *past, months int) bool {
	for _, c := range now.profile[:months-1] {
		if c != 'D' {
			return false
		}
	}
	got, want := now.profile[months-1], was.historyChar()
	return want == 0 || got == want || got == 'D' && was.has(wasFrozen)
}
