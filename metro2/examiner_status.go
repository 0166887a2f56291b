package metro2

// Account status against amounts.
var examinerStatusAmounts = []rule{
	{id: "Portfolio-Type-1", field: "account_type", sentence: "account type does not fit a line of credit", hit: func(f facts) bool {
		return f.portfolioIn("C") && !f.typeIn(setLineTypes)
	}},
	{id: "Status-APD-1", field: "amount_past_due", sentence: "current or paid, yet past due", hit: func(f facts) bool {
		return (f.statusIn("05 11") || f.statusIn(setPaid)) && f.base.AmountPastDue > 0
	}},
	{id: "Status-APD-2", field: "amount_past_due", sentence: "delinquent, in collection or charged off, nothing past due", hit: func(f facts) bool {
		return (f.statusIn(setDelinquent) || f.statusIn("93 97")) && f.base.AmountPastDue == 0
	}},
	{id: "Status-APD-3", field: "amount_past_due", sentence: "repossessed or surrendered auto or lease, nothing past due", hit: func(f facts) bool {
		return f.statusIn("95 96") && f.typeIn("00 13 3A") && f.portfolioIn("I") && f.base.AmountPastDue == 0
	}},
	{id: "Status-Balance-1", field: "current_balance", sentence: "transferred or paid, balance left", hit: func(f facts) bool {
		return (f.statusIn("05") || f.statusIn(setPaid)) && f.base.CurrentBalance > 0
	}},
	{id: "Status-Balance-2", field: "current_balance", sentence: "delinquent, in collection or charged off, zero balance", hit: func(f facts) bool {
		return (f.statusIn(setDelinquent) || f.statusIn("93 97")) && f.base.CurrentBalance == 0
	}},
	{id: "Status-Balance-3", field: "current_balance", sentence: "surrendered or repossessed, zero balance", hit: func(f facts) bool {
		return f.statusIn("95 96") && f.base.CurrentBalance == 0
	}},
	{id: "Status-Balance-4", field: "current_balance", sentence: "current loan, zero balance", hit: func(f facts) bool {
		return f.isLoan() && f.statusIn("11") && f.base.CurrentBalance == 0 && !f.commentIn("BS") && f.base.ComplianceCode != "XA"
	}},
	{id: "Status-Balance-5", field: "current_balance", sentence: "current line, open or revolving account, zero balance; the field definitions allow it for cards", hit: func(f facts) bool {
		return f.statusIn("11") && f.base.CurrentBalance == 0 && f.lineOrCard()
	}},
	{id: "Status-Balance-6", field: "current_balance", sentence: "government claim or deed in lieu, zero balance", hit: func(f facts) bool {
		return f.statusIn("88 89") && f.base.CurrentBalance == 0
	}},
	{id: "Status-Balance-7", field: "current_balance", sentence: "foreclosed with a delinquent rating, zero balance", hit: func(f facts) bool {
		return f.statusIn("94") && oneOf(f.base.PaymentRating, setLate) && f.base.CurrentBalance == 0 && f.base.ComplianceCode != "XA"
	}},
	{id: "Status-Balance-8", field: "current_balance", sentence: "loan at zero balance with a status that should carry one", hit: zeroBalanceLoan},
	{id: "Status-Balance-9", field: "current_balance", sentence: "line, open or revolving account at zero balance with a status that should carry one", hit: zeroBalanceLine},
	{id: "Status-Balance-10", field: "current_balance", sentence: "balance on a status that should have none", hit: func(f facts) bool {
		return f.base.CurrentBalance > 0 && f.rec.L1 == nil && !f.commentIn(setMoved) &&
			!f.statusIn("11 93 97 DA DF") && !f.statusIn(setDelinquent) &&
			!(f.portfolioIn("I") && f.statusIn("95 96")) && !(f.portfolioIn("O") && f.statusIn("88")) &&
			!(f.portfolioIn("C M") && f.statusIn("88 89 94"))
	}},
	{id: "Status-ChargeOff-1", field: "original_chargeoff", sentence: "charge-off amount on a status that is not charged off", hit: func(f facts) bool {
		return (f.statusIn("05 11 13 62 65 89 93") || f.statusIn(setDelinquent)) && f.base.OriginalChargeoff > 0
	}},
	{id: "Status-ChargeOff-2", field: "original_chargeoff", sentence: "charge-off without its amount", hit: func(f facts) bool {
		return f.statusIn("64 97") && f.base.OriginalChargeoff == 0
	}},
	{id: "Status-PaymentAmount-1", field: "actual_payment", sentence: "current loan older than 60 days, no payment received", hit: func(f facts) bool {
		opened, activity := f.base.DateOpened, f.env.Activity
		return f.isLoan() && f.statusIn("11") && !f.deferred() && f.base.ActualPayment == 0 &&
			opened.Valid() && activity.Valid() && activity.dayNumber()-opened.dayNumber() > 60
	}},
	{id: "Status-SMPA-1", field: "scheduled_payment", sentence: "paid, transferred or charged off, still a scheduled payment", hit: func(f facts) bool {
		return f.statusIn("05 13 62 64 65 97") && f.base.ScheduledPayment > 0
	}},
	{id: "Status-SMPA-2", field: "scheduled_payment", sentence: "delinquent line or revolving account, no scheduled payment", hit: func(f facts) bool {
		return (f.statusIn(setDelinquent) || f.statusIn("93")) && f.unscheduledLine()
	}},
	{id: "Status-SMPA-3", field: "scheduled_payment", sentence: "installment account, no scheduled payment", hit: func(f facts) bool {
		return f.portfolioIn("I") && (f.statusIn("11 93") || f.statusIn(setDelinquent)) && f.base.ScheduledPayment == 0 &&
			f.base.ComplianceCode != "XA" && !f.commentIn("BS") && !f.deferred()
	}},
	{id: "Status-SMPA-4", field: "scheduled_payment", sentence: "current line or revolving account, no scheduled payment; the field definitions allow it for cards", hit: func(f facts) bool {
		return f.statusIn("11") && f.unscheduledLine()
	}},
}

func (f facts) unscheduledLine() bool {
	return f.base.ScheduledPayment == 0 && f.base.ComplianceCode != "XA" && !f.deferred() && f.lineOrCard()
}

func zeroBalanceLoan(f facts) bool {
	return f.isLoan() && f.base.CurrentBalance == 0 && f.rec.L1 == nil &&
		!f.commentIn(setMoved) && !f.commentIn(setLeaseOpen) && !f.statusIn("13 62 64 DA DF") &&
		!(f.portfolioIn("I") && f.statusIn("61 63 88 95 96")) && !(f.portfolioIn("M") && f.statusIn("65 94"))
}

func zeroBalanceLine(f facts) bool {
	return f.portfolioIn("C O R") && f.base.CurrentBalance == 0 && f.rec.L1 == nil &&
		!f.commentIn(setMoved) && !f.statusIn("11 13 62 64 DA DF") &&
		!(f.portfolioIn("C") && f.statusIn("65 88 89 94")) && !(f.portfolioIn("O") && f.statusIn("88"))
}

// Account status against dates.
var examinerStatusDates = []rule{
	{id: "Status-DateClosed-1", field: "date_closed", sentence: "closed status, no date closed", hit: func(f facts) bool {
		return f.statusIn("05 13 62 64 65") && f.base.DateClosed == 0
	}},
	{id: "Status-DateClosed-2", field: "date_closed", sentence: "open status, date closed given; the field definitions ask for it on lines closed by the lender and on accounts sold", hit: func(f facts) bool {
		return (f.statusIn("11 93 97") || f.statusIn(setDelinquent)) && f.base.ComplianceCode != "XA" && f.base.DateClosed != 0
	}},
	{id: "Status-DateClosed-3", field: "date_closed", sentence: "foreclosed or deed in lieu, no date closed", hit: func(f facts) bool {
		return f.statusIn("89 94") && f.base.DateClosed == 0
	}},
	{id: "Status-DOFD-1", field: "date_first_delinquency", sentence: "delinquency without its date", hit: func(f facts) bool {
		return f.base.DateFirstDelinquency == 0 && (f.statusIn(setWithDOFD) || f.statusIn("05 13") && oneOf(f.base.PaymentRating, setLate))
	}},
	{id: "Status-DOFD-2", field: "date_first_delinquency", sentence: "date of first delinquency on a current account; the field definitions ask for it in a bankruptcy", hit: func(f facts) bool {
		return f.base.DateFirstDelinquency != 0 && (f.statusIn("11") || f.statusIn("05 13") && f.base.PaymentRating == "0")
	}},
	{id: "DOAI-DOFD-1", field: "date_account_info", sentence: "reported more than seven years after the first delinquency", hit: func(f facts) bool {
		return f.base.DateFirstDelinquency.Valid() && f.base.DateAccountInfo > f.base.DateFirstDelinquency.addYears(7)
	}},
	{id: "DOAI-PaymentAmount-1", field: "date_account_info", sentence: "payment without a date of account information", hit: func(f facts) bool {
		return f.base.DateAccountInfo == 0 && f.base.ActualPayment > 0
	}},
	{id: "DTCL-DOLP-1", field: "date_closed", sentence: "paid loan closed on another day than the last payment", hit: func(f facts) bool {
		return f.isLoan() && f.statusIn(setPaid) && f.base.DateClosed != f.base.DateLastPayment
	}},
	{id: "CCC-DateClosed-1", field: "date_closed", sentence: "closed at consumer's request, no date closed", hit: func(f facts) bool {
		return f.base.ComplianceCode == "XA" && f.base.DateClosed == 0
	}},
}

// Balances against each other.
var examinerBalances = []rule{
	{id: "Balance-APD-1", field: "amount_past_due", sentence: "zero balance, still past due", hit: func(f facts) bool {
		return f.base.CurrentBalance == 0 && f.base.AmountPastDue > 0 && f.rec.L1 == nil
	}},
	{id: "Balance-APD-2", field: "amount_past_due", sentence: "more past due than owed", hit: func(f facts) bool {
		return f.base.CurrentBalance < f.base.AmountPastDue
	}},
	{id: "Balance-DateClosed-1", field: "date_closed", sentence: "closed with a balance; the field definitions allow it on a line of credit closed to use", hit: func(f facts) bool {
		return f.portfolioIn("C M I") && f.base.CurrentBalance > 0 && f.base.DateClosed != 0 && f.staysHere()
	}},
	{id: "Balance-DateClosed-2", field: "date_closed", sentence: "zero balance, not closed", hit: func(f facts) bool {
		return f.isLoan() && f.base.CurrentBalance == 0 && f.base.DateClosed == 0 && f.staysHere()
	}},
	{id: "Balloon-Balance-1", segment: "k4", field: "balloon_amount", sentence: "balloon larger than the balance", hit: func(f facts) bool {
		return f.base.CurrentBalance < f.rec.K4.BalloonAmount
	}},
	{id: "Deferred-SMPA-1", field: "scheduled_payment", sentence: "deferred account with a scheduled payment", hit: func(f facts) bool {
		return (f.statusIn("11 93") || f.statusIn(setDelinquent)) && f.deferred() && f.base.ScheduledPayment > 0
	}},
	{id: "Rating-APD-1", field: "amount_past_due", sentence: "deed in lieu rated current, past due", hit: func(f facts) bool {
		return f.statusIn("89") && f.base.PaymentRating == "0" && f.base.AmountPastDue > 0
	}},
	{id: "Rating-APD-2", field: "amount_past_due", sentence: "foreclosure or deed in lieu rated delinquent, nothing past due", hit: func(f facts) bool {
		return f.statusIn("89 94") && oneOf(f.base.PaymentRating, setLate) && f.base.AmountPastDue == 0
	}},
}

// staysHere says that no transfer, no open lease end and no change of number
// explains the record.
func (f facts) staysHere() bool {
	return !f.commentIn(setMoved) && !f.commentIn(setLeaseOpen) && f.rec.L1 == nil
}
