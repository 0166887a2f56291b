package metro2

// Statuses of which the examiner expects a date of first delinquency to go away
// when the account becomes current.
const setCurable = "71 78 80 82 83 84 61 62 63 64 65 93 94 95 96 97"

// examinerHistory compares a record with the last one of the same account
// number, whatever its month: one that was left out is not noticed.
var examinerHistory = withHistoryPositions(asWarnings([]historyRule{
	{rule{id: "PHP-Status-1", field: "payment_history", sentence: "newest character of the payment history contradicts the delinquency last reported"}, func(was, now *past) bool {
		return !was.has(wasAnyInfo) && was.status.in(setDelinquent) && now.newest != was.historyChar()
	}},
	{rule{id: "PHP-Status-2", field: "payment_history", sentence: "newest character of the payment history is not 0, although the line, open or revolving account was last reported as current"}, func(was, now *past) bool {
		return !was.has(wasAnyInfo) && was.status.in("11") && was.has(wasBalance) && !now.isLoan() && now.portfolio != 0 && now.newest != '0'
	}},
	{rule{id: "PHP-Status-3", field: "payment_history", sentence: "newest character of the payment history contradicts the collection, foreclosure, surrender, repossession or charge-off last reported"}, func(was, now *past) bool {
		return !was.has(wasAnyInfo) && was.status.in("61 62 63 64 65 93 94 95 96 97") && now.newest != was.historyChar()
	}},
	{rule{id: "PROG-Status-1", field: "account_status", sentence: "delinquency jumps by more than a month"}, func(was, now *past) bool {
		return was.monthsLate() > 0 && now.monthsLate() > was.monthsLate()+1
	}},
	{rule{id: "PROG-Status-2", field: "account_status", sentence: "foreclosed, then charged off"}, foreclosedThenChargedOff},
	{rule{id: "PROG-Status-3", field: "account_status", sentence: "paid status changes"}, paidThenOtherwise},
	{rule{id: "PROG-Rating-1", field: "payment_rating", sentence: "payment rating changes while the status stands"}, func(was, now *past) bool {
		return ratedOtherwise(was, now, "05 13 62 65 88 89 94 95")
	}},
	{rule{id: "PROG-DOFD-1", field: "date_first_delinquency", sentence: "date of first delinquency changes during a delinquency"}, func(was, now *past) bool {
		return was.status.in(setWithDOFD) && now.status.in(setWithDOFD) && was.firstDelinquency != now.firstDelinquency
	}},
	{rule{id: "PROG-DOFD-2", field: "date_first_delinquency", sentence: "date of first delinquency changes on a paid account"}, func(was, now *past) bool {
		return was.status.in("13") && now.status.in("13") && was.rating != '0' && was.firstDelinquency != now.firstDelinquency
	}},
	{rule{id: "PROG-DOFD-3", field: "date_first_delinquency", sentence: "cured, old date of first delinquency kept"}, func(was, now *past) bool {
		return was.status.in(setCurable) && now.status.in("11") && was.firstDelinquency == now.firstDelinquency
	}},
	{rule{id: "PROG-ChargeOff-1", field: "original_chargeoff", sentence: "charge-off amount changes"}, func(was, now *past) bool {
		return was.status.in("64 97") && was.chargeoff != now.chargeoff
	}},
	{rule{id: "PROG-DateClosed-1", field: "date_closed", sentence: "date closed changes"}, closedOtherwise},
	{rule{id: "PROG-DateOpen-1", field: "date_opened", sentence: "date opened changes"}, openedOtherwise},
	{rule{id: "PROG-Portfolio-1", field: "portfolio_type", sentence: "portfolio type changes"}, otherPortfolio},
	{rule{id: "PROG-Type-1", field: "account_type", sentence: "account type changes"}, otherType},
	{rule{id: "PROG-Bankruptcy-1", field: "consumer_info", sentence: "order of reaffirmation reversed"}, reaffirmedBackwards},
	{rule{id: "PROG-ECOA-1", field: "ecoa_code", sentence: "deleted consumer comes back"}, consumerComesBack},
	{rule{id: "PROG-AccountChange-1", segment: "l1", field: "new_account_number", sentence: "change of account number sent again"}, func(was, now *past) bool {
		return changes(was, 1) && was.newAccount == now.newAccount
	}},
	{rule{id: "PROG-AccountChange-2", segment: "l1", field: "new_identification_number", sentence: "change of identification number sent again"}, func(was, now *past) bool {
		return changes(was, 2) && was.newIdentification == now.newIdentification
	}},
	{rule{id: "PROG-AccountChange-3", field: "account_number", sentence: "reports under the announced new number, which was in use already"}, func(was, now *past) bool {
		return changes(was, 1) && was.newAccount == now.account[0]
	}},
}))

func asWarnings(rules []historyRule) []historyRule {
	for i := range rules {
		rules[i].severity = Warning
	}
	return rules
}
