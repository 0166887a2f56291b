package metro2

import "strings"

// Special comment against the rest; asked only where there is one.
var examinerComments = []rule{
	{id: "SCC-AccountChange-1", field: "special_comment", sentence: "moved to another servicer, no change of number announced", hit: func(f facts) bool {
		return f.commentIn("O") && (f.rec.L1 == nil || f.rec.L1.ChangeInd < 1 || f.rec.L1.ChangeInd > 3)
	}},
	{id: "SCC-APD-1", field: "amount_past_due", sentence: "comment says settled or transferred, past due", hit: func(f facts) bool { return f.commentIn(setSettled) && f.base.AmountPastDue > 0 }},
	{id: "SCC-APD-2", field: "amount_past_due", sentence: "comment says owing, nothing past due", hit: func(f facts) bool { return f.commentIn(setOwing) && f.base.AmountPastDue <= 0 }},
	{id: "SCC-Balance-1", field: "current_balance", sentence: "comment says settled or transferred, balance left", hit: func(f facts) bool { return f.commentIn(setSettled) && f.base.CurrentBalance > 0 }},
	{id: "SCC-Balance-2", field: "current_balance", sentence: "comment says owing or forbearance, no balance", hit: func(f facts) bool {
		return (f.commentIn(setOwing) || f.commentIn("CP")) && f.base.CurrentBalance <= 0
	}},
	{id: "SCC-DateClosed-1", field: "date_closed", sentence: "foreclosure started or forbearance, yet closed", hit: func(f facts) bool { return f.commentIn("BO CP") && f.base.DateClosed != 0 }},
	{id: "SCC-DateClosed-2", field: "date_closed", sentence: "closed by grantor, no date closed", hit: func(f facts) bool { return f.commentIn("M") && f.base.DateClosed == 0 }},
	{id: "SCC-DateClosed-3", field: "date_closed", sentence: "transferred at zero balance, no date closed", hit: func(f facts) bool { return f.movedAtZero() && f.base.DateClosed == 0 }},
	{id: "SCC-PurchasedSold-1", field: "special_comment", sentence: "sold, no sold-to segment", hit: func(f facts) bool {
		return f.commentIn("AH") && (f.rec.K2 == nil || f.rec.K2.Indicator != 2)
	}},
	{id: "SCC-PurchasedSold-2", segment: "k2", field: "name", sentence: "sold, buyer unnamed", hit: func(f facts) bool {
		return f.commentIn("AH") && f.rec.K2.Name == ""
	}},
	{id: "SCC-Status-1", field: "account_status", sentence: "comment says settled, status is not paid", hit: func(f facts) bool {
		return f.commentIn("BC BF") && !f.statusIn("13") || f.commentIn("AU AX BP C") && !f.statusIn(setPaid)
	}},
	{id: "SCC-Status-2", field: "account_status", sentence: "suspended, owing or forbearance on a paid account", hit: func(f facts) bool { return f.commentIn("AP BD CP") && f.statusIn(setPaid) }},
	{id: "SCC-Status-3", field: "account_status", sentence: "in recovery, status is not delinquent", hit: func(f facts) bool {
		return f.commentIn("BA") && !f.statusIn(setDelinquent) && !f.statusIn("88 89 93 94 95 96 97")
	}},
	{id: "SCC-Status-4", field: "account_status", sentence: "foreclosure started, but paid or finished", hit: func(f facts) bool {
		return f.commentIn("BO") && (f.statusIn(setPaid) || f.statusIn("88 89 94"))
	}},
	{id: "SCC-Status-5", field: "account_status", sentence: "transferred at zero balance with an odd status", hit: func(f facts) bool {
		return f.movedAtZero() && !f.statusIn("11 93 97 DA DF") && !f.statusIn(setDelinquent) &&
			!(f.portfolioIn("I") && f.statusIn("96")) && !(f.portfolioIn("C M") && f.statusIn("89 94"))
	}},
}

const setPrepaidTypes = "00 01 02 03 04 05 06 10 11 13 17 20 29 65 66 67 68 69 70 71 72 73 74 75 91 95 0A 0F 3A 6A 6D 7B 9A"

func (f facts) prepaidLease() bool {
	return f.portfolioIn("I") && f.statusIn("11") && f.commentIn("BS")
}

// Account type and terms.
var examinerTerms = []rule{
	{id: "Type-Balance-1", field: "current_balance", sentence: "prepaid lease with a balance", hit: func(f facts) bool {
		return f.prepaidLease() && f.base.CurrentBalance > 0 && f.typeIn(setPrepaidTypes)
	}},
	{id: "Type-SMPA-1", field: "scheduled_payment", sentence: "prepaid lease with a scheduled payment", hit: func(f facts) bool { return f.prepaidLease() && f.base.ScheduledPayment > 0 }},
	{id: "Type-CreditLimit-1", field: "credit_limit", sentence: "credit limit on a closed-end loan", hit: func(f facts) bool {
		return f.typeIn(setClosedEnd) && !f.deferred() && f.base.CreditLimit > 0
	}},
	{id: "Type-CreditLimit-2", field: "credit_limit", sentence: "no credit limit on a line", hit: func(f facts) bool {
		return f.typeIn(setRevolving) && !f.deferred() && f.base.CreditLimit == 0
	}},
	{id: "Type-HCOLA-1", field: "highest_credit", sentence: "no original amount on a loan", hit: func(f facts) bool {
		return (f.typeIn(setClosedEnd) || f.typeIn("00 3A")) && !f.deferred() && f.base.HighestCredit <= 0
	}},
	{id: "Type-HCOLA-2", field: "highest_credit", sentence: "no high credit on a line", hit: func(f facts) bool {
		return f.typeIn(setRevolving) && !f.deferred() && f.base.HighestCredit == 0
	}},
	{id: "Type-TermsDuration-1", field: "terms_duration", sentence: "terms duration does not fit the portfolio type", hit: func(f facts) bool {
		return !f.deferred() && examinerDuration(f.base.PortfolioType, f.base.TermsDuration)
	}},
}

// examinerDuration is laxer than rule B19: any positive number will do for an
// installment account, and a mortgage is not looked at.
func examinerDuration(portfolio, terms string) (odd bool) {
	switch portfolio {
	case "C":
		return terms != "LOC"
	case "O":
		return terms != "001"
	case "R":
		return terms != "REV"
	case "I":
		return !isDigits(terms) || strings.Trim(terms, "0") == ""
	}
	return false
}

// Consumers: bankruptcy and ECOA.
var examinerConsumers = []rule{
	{id: "Bankruptcy-APD-1", field: "amount_past_due", sentence: "discharged with an unpaid status, nothing past due; zero is what a discharge is understood to ask for", hit: func(f facts) bool { return f.dischargedUnpaid() && f.base.AmountPastDue <= 0 }},
	{id: "Bankruptcy-Balance-1", field: "current_balance", sentence: "discharged with an unpaid status, no balance; zero is what a discharge is understood to ask for", hit: func(f facts) bool { return f.dischargedUnpaid() && f.base.CurrentBalance <= 0 }},
	{id: "Bankruptcy-SMPA-1", field: "scheduled_payment", sentence: "discharged with an unpaid status, no scheduled payment; zero is what a discharge is understood to ask for", hit: func(f facts) bool { return f.dischargedUnpaid() && f.base.ScheduledPayment <= 0 }},
	{id: "Bankruptcy-DOFD-1", field: "date_first_delinquency", sentence: "bankruptcy without a date of first delinquency", hit: func(f facts) bool {
		return f.base.DateFirstDelinquency == 0 && (f.consumerInfoIn(setBankrupt) || f.consumerInfoIn("R"))
	}},
	{id: "Bankruptcy-ECOA-1", field: "consumer_info", sentence: "bankrupt account with an authorized user", hit: func(f facts) bool {
		return oneOf(f.base.ConsumerInfo, setBankrupt) && f.anyAssociated(func(ecoa string) bool { return ecoa == "3" })
	}},
	{id: "ECOA-J1J2-1", field: "ecoa_code", sentence: "borrower deceased, no associated consumer so marked; the field definitions mark only who died", hit: func(f facts) bool {
		return f.base.ECOACode == "X" && !f.anyAssociated(func(ecoa string) bool { return ecoa == "X" })
	}},
}

// changeIn asks for the change indicator of the L1 segment.
func (f facts) changeIn(first, second Number) bool {
	return f.rec.L1.ChangeInd == first || f.rec.L1.ChangeInd == second
}

// Changes of number, letter case ignored; asked only where there is an L1 segment.
var examinerChanges = []rule{
	{id: "AccountChange-ID-1", segment: "l1", field: "new_identification_number", sentence: "identification number changes without the new one", hit: func(f facts) bool {
		return f.changeIn(2, 3) && f.rec.L1.NewIdentificationNumber == ""
	}},
	{id: "AccountChange-ID-2", segment: "l1", field: "new_identification_number", sentence: "only the account number changes, new identification number given", hit: func(f facts) bool {
		return f.changeIn(1, 1) && f.rec.L1.NewIdentificationNumber != ""
	}},
	{id: "AccountChange-ID-3", segment: "l1", field: "new_identification_number", sentence: "identification number changes to the same one", hit: func(f facts) bool {
		return f.changeIn(2, 3) && strings.EqualFold(f.rec.L1.NewIdentificationNumber, f.base.IdentificationNumber)
	}},
	{id: "AccountChange-ID-4", segment: "l1", field: "new_identification_number", sentence: "only the account number changes, identification number differs; hits the blank that the field definitions ask for", hit: func(f facts) bool {
		return f.changeIn(1, 1) && !strings.EqualFold(f.rec.L1.NewIdentificationNumber, f.base.IdentificationNumber)
	}},
	{id: "AccountChange-Number-1", segment: "l1", field: "new_account_number", sentence: "account number changes without the new one", hit: func(f facts) bool {
		return f.changeIn(1, 3) && f.rec.L1.NewAccountNumber == ""
	}},
	{id: "AccountChange-Number-2", segment: "l1", field: "new_account_number", sentence: "only the identification number changes, new account number given", hit: func(f facts) bool {
		return f.changeIn(2, 2) && f.rec.L1.NewAccountNumber != ""
	}},
	{id: "AccountChange-Number-3", segment: "l1", field: "new_account_number", sentence: "account number changes to the same one", hit: func(f facts) bool {
		return f.changeIn(1, 3) && strings.EqualFold(f.rec.L1.NewAccountNumber, f.base.AccountNumber)
	}},
	{id: "AccountChange-Number-4", segment: "l1", field: "new_account_number", sentence: "only the identification number changes, account number differs; hits the blank that the field definitions ask for", hit: func(f facts) bool {
		return f.changeIn(2, 2) && !strings.EqualFold(f.rec.L1.NewAccountNumber, f.base.AccountNumber)
	}},
}
