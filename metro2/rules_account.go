package metro2

import "strings"

// accountRules are the rules about the account in the base segment, in the
// order of the guide's fields. A rule with an error and a warning is two rows.
var accountRules = withPositions(append([]rule{
	{id: "B01", severity: Error, segment: "base", field: "identification_number", sentence: "identification number has fewer than 5 characters, an inner blank, or is filled with zeros or nines", hit: badIdentification},
	{id: "B02", severity: Error, segment: "base", field: "account_number", sentence: "account number is missing or has an inner blank", hit: func(f facts) bool {
		return f.base.AccountNumber == "" || strings.Contains(f.base.AccountNumber, " ")
	}},
	{id: "B02", severity: Warning, segment: "base", field: "account_number", part: "holds-ssn", sentence: "account number contains a Social Security Number of the record", hit: accountHoldsSSN},
	{id: "B03", severity: Error, segment: "base", field: "portfolio_type", sentence: "portfolio type is not one of C I M O R", hit: func(f facts) bool { return !knownPortfolio(f) }},
	{id: "B04", severity: Error, segment: "base", field: "account_type", sentence: "account type is not in the table", hit: func(f facts) bool {
		return AccountTypes.Find(f.base.AccountType) == nil
	}},
	{id: "B04", severity: Error, segment: "base", field: "account_type", part: "line-of-credit", sentence: "account type is not one of the six of a line of credit", hit: func(f facts) bool {
		return f.base.PortfolioType == "C" && AccountTypes.Find(f.base.AccountType) != nil && !typeFits(f)
	}},
	{id: "B04", severity: Warning, segment: "base", field: "account_type", part: "unusual", sentence: "account type is obsolete, or unusual for the portfolio type", hit: func(f facts) bool {
		return f.base.PortfolioType != "C" && knownPortfolio(f) && AccountTypes.Find(f.base.AccountType) != nil && !typeFits(f)
	}},
	{id: "B05", severity: Error, segment: "base", field: "date_opened", sentence: "date opened is missing or after the date of account information", hit: func(f facts) bool {
		return f.base.DateOpened == 0 || after(f.base.DateOpened, f.base.DateAccountInfo)
	}},
	{id: "B06", severity: Error, segment: "base", field: "date_account_info", sentence: "date of account information is missing or after the day the file was made", hit: func(f facts) bool {
		return f.base.DateAccountInfo == 0 || after(f.base.DateAccountInfo, f.env.Created)
	}},
	{id: "B07", severity: Warning, segment: "base", field: "date_account_info", sentence: "date of account information lies outside the reporting period of an account that was not paid", hit: func(f facts) bool {
		return f.base.DateAccountInfo != 0 && f.outsidePeriod(f.base.DateAccountInfo) && !f.is(isPaid)
	}},
	{id: "B08", severity: Error, segment: "base", field: "account_status", sentence: "account status is not in the table", hit: func(f facts) bool { return !f.knownStatus() }},
	{id: "B08", severity: Warning, segment: "base", field: "account_status", part: "retired", sentence: "account status 05 is retired", hit: func(f facts) bool { return f.base.AccountStatus == "05" }},
	{id: "B09", severity: Error, segment: "base", field: "payment_rating", part: "rating-missing", sentence: "payment rating is missing or not in the table, with a status that requires one", needs: hasRating, hit: func(f facts) bool {
		return PaymentRatings.Find(f.base.PaymentRating) == nil
	}},
	{id: "B09", severity: Error, segment: "base", field: "payment_rating", part: "rating-unasked", sentence: "payment rating given with a status that has none", hit: func(f facts) bool {
		return f.knownStatus() && !f.is(hasRating) && f.base.PaymentRating != ""
	}},
	{id: "B10", severity: Error, segment: "base", field: "payment_history", sentence: "payment history has not 24 characters, or one that is not in the table", needs: badHistory, hit: always},
	{id: "B10", severity: Error, segment: "base", field: "payment_history", part: "behind-b", sentence: "payment history goes on behind a B", needs: goneOnBehind, hit: always},
	{id: "B10", severity: Warning, segment: "base", field: "payment_history", part: "z-or-blank", sentence: "payment history holds Z or blanks", needs: oddHistory, hit: always},
	{id: "B10", severity: Warning, segment: "base", field: "payment_history", part: "e-on-loan", sentence: "payment history holds E although the account is neither revolving nor a line of credit", hit: func(f facts) bool {
		return f.base.PortfolioType != "C" && f.base.PortfolioType != "R" && strings.Contains(f.base.PaymentHistory, "E")
	}},
	{id: "B11", severity: Error, segment: "base", field: "amount_past_due", sentence: "status 11 (current) with an amount past due", needs: isCurrent, hit: func(f facts) bool {
		return f.base.AmountPastDue > 0
	}},
	{id: "B12", severity: Error, segment: "base", field: "amount_past_due", part: "nothing-past-due", sentence: "delinquent status with nothing past due, neither sold or transferred nor in bankruptcy", needs: isDelinquent, hit: func(f facts) bool {
		return f.base.AmountPastDue == 0 && !f.soldAtZero() && !f.is(isBankruptcy)
	}},
	{id: "B12", severity: Warning, segment: "base", field: "amount_past_due", part: "above-balance", sentence: "amount past due exceeds the balance", hit: func(f facts) bool {
		return f.base.AmountPastDue > f.base.CurrentBalance && !f.is(isDeletion)
	}},
	{id: "B13", severity: Error, segment: "base", field: "current_balance", sentence: "paid status with a balance", needs: isPaid, hit: func(f facts) bool { return f.base.CurrentBalance != 0 }},
	{id: "B13", severity: Error, segment: "base", field: "amount_past_due", sentence: "paid status with an amount past due", needs: isPaid, hit: func(f facts) bool { return f.base.AmountPastDue != 0 }},
	{id: "B13", severity: Error, segment: "base", field: "scheduled_payment", sentence: "paid status with a scheduled payment", needs: isPaid, hit: func(f facts) bool { return f.base.ScheduledPayment != 0 }},
	{id: "B13", severity: Error, segment: "base", field: "date_closed", sentence: "paid status without a date closed", needs: isPaid, hit: func(f facts) bool { return f.base.DateClosed == 0 }},
	{id: "B14", severity: Error, segment: "base", field: "original_chargeoff", part: "missing", sentence: "charged-off status (64, 97) without an original charge-off amount", needs: hasChargeoff, hit: func(f facts) bool {
		return f.base.OriginalChargeoff == 0
	}},
	{id: "B14", severity: Error, segment: "base", field: "original_chargeoff", part: "unasked", sentence: "original charge-off amount with a status that is neither 64 nor 97 nor a deletion", hit: func(f facts) bool {
		return f.knownStatus() && !f.is(hasChargeoff|isDeletion) && f.base.OriginalChargeoff != 0
	}},
	{id: "B15", severity: Error, segment: "base", field: "date_first_delinquency", part: "missing", sentence: "date of first delinquency is missing: status, rating or bankruptcy requires it", hit: func(f facts) bool {
		return f.base.DateFirstDelinquency == 0 && f.requiresDOFD()
	}},
	{id: "B15", severity: Warning, segment: "base", field: "date_first_delinquency", part: "reaffirmed", sentence: "date of first delinquency is missing on a reaffirmed debt", needs: isReaffirmed, hit: func(f facts) bool {
		return f.base.DateFirstDelinquency == 0 && f.atPar() && !f.requiresDOFD()
	}},
	{id: "B15", severity: Warning, segment: "base", field: "date_first_delinquency", part: "unasked", sentence: "date of first delinquency given without a reason", hit: func(f facts) bool {
		return f.base.DateFirstDelinquency != 0 && f.atPar() && !f.is(isPetition|isReaffirmed)
	}},
	{id: "B16", severity: Error, segment: "base", field: "date_first_delinquency", part: "after-information", sentence: "date of first delinquency is after the date of account information", hit: func(f facts) bool {
		return after(f.base.DateFirstDelinquency, f.base.DateAccountInfo)
	}},
	{id: "B16", severity: Error, segment: "base", field: "date_first_delinquency", part: "before-opened", sentence: "date of first delinquency is before the date opened, and the account was not taken over", hit: func(f facts) bool {
		return after(f.base.DateOpened, f.base.DateFirstDelinquency) && !f.takenOver()
	}},
	{id: "B16", severity: Warning, segment: "base", field: "date_first_delinquency", part: "at-once", sentence: "date of first delinquency is less than 30 days after the date opened", hit: delinquentAtOnce},
	{id: "B17", severity: Error, segment: "base", field: "date_closed", part: "outside-life", sentence: "date closed is before the date opened or after the date of account information", hit: func(f facts) bool {
		return after(f.base.DateOpened, f.base.DateClosed) || after(f.base.DateClosed, f.base.DateAccountInfo)
	}},
	{id: "B17", severity: Warning, segment: "base", field: "date_closed", part: "still-owed", sentence: "date closed on a loan that is still owed, neither sold, transferred nor refinanced", needs: isOpen, hit: func(f facts) bool {
		return f.base.DateClosed != 0 && f.isLoan() && !f.is(isTransfer) && f.base.SpecialComment != "AS"
	}},
	{id: "B18", severity: Warning, segment: "base", field: "date_last_payment", part: "outside-life", sentence: "date of last payment is before the date opened or after the date of account information", hit: func(f facts) bool {
		return after(f.base.DateOpened, f.base.DateLastPayment) || after(f.base.DateLastPayment, f.base.DateAccountInfo)
	}},
	{id: "B18", severity: Warning, segment: "base", field: "date_last_payment", part: "outside-period", sentence: "payment received in this period, but the date of last payment lies outside it", hit: func(f facts) bool {
		return f.base.ActualPayment > 0 && (f.base.DateLastPayment == 0 || f.outsidePeriod(f.base.DateLastPayment)) && !f.isRepeat()
	}},
	{id: "B19", severity: Error, segment: "base", field: "terms_duration", sentence: "terms duration does not fit the portfolio type", hit: func(f facts) bool { return knownPortfolio(f) && !durationFits(f) }},
	{id: "B19", severity: Error, segment: "base", field: "terms_frequency", sentence: "terms frequency is not in the table, or missing on another account than an open one", hit: func(f facts) bool {
		if f.base.TermsFrequency == "" {
			return f.base.PortfolioType != "O"
		}
		return TermsFrequencies.Find(f.base.TermsFrequency) == nil
	}},
	{id: "B20", severity: Warning, segment: "base", field: "credit_limit", part: "on-loan", sentence: "credit limit on a loan", hit: func(f facts) bool { return f.isLoan() && f.base.CreditLimit > 0 }},
	{id: "B20", severity: Warning, segment: "base", field: "credit_limit", part: "missing", sentence: "no credit limit on a line of credit or revolving account", hit: func(f facts) bool {
		return (f.base.PortfolioType == "C" || f.base.PortfolioType == "R") && f.base.CreditLimit == 0
	}},
	{id: "B21", severity: Warning, segment: "base", field: "scheduled_payment", sentence: "scheduled payment on an open, charged-off or deferred account", hit: func(f facts) bool {
		return f.base.ScheduledPayment > 0 && (f.base.PortfolioType == "O" || f.base.AccountStatus == "97" || f.base.TermsFrequency == "D")
	}},
	{id: "B22", severity: Error, segment: "base", field: "special_comment", sentence: "special comment is not in the table", needs: hasComment, hit: func(f facts) bool { return unknownCode(&SpecialComments, f.base.SpecialComment) }},
	{id: "B22", severity: Warning, segment: "base", field: "special_comment", part: "obsolete", sentence: "special comment is obsolete", needs: hasComment, hit: func(f facts) bool { return legacyCode(&SpecialComments, f.base.SpecialComment) }},
	{id: "B22", severity: Warning, segment: "base", field: "special_comment", part: "settled", sentence: "comment AU (settled for less) without a paid status", needs: hasComment, hit: func(f facts) bool {
		return f.base.SpecialComment == "AU" && !f.is(isPaid)
	}},
	{id: "B22", severity: Warning, segment: "base", field: "special_comment", part: "lease", sentence: "lease comment on an account that is no lease", needs: hasComment, hit: func(f facts) bool { return f.is(isLeaseOnly) && !f.is(isLease) }},
	{id: "B22", severity: Warning, segment: "base", field: "special_comment", part: "sold", sentence: "comment AH (sold) without a sold-to segment", needs: hasComment, hit: func(f facts) bool {
		return f.base.SpecialComment == "AH" && (f.rec.K2 == nil || f.rec.K2.Indicator != 2)
	}},
	{id: "B22", severity: Warning, segment: "base", field: "special_comment", part: "closed-by-both", sentence: "comment M (closed by grantor) together with a code that says closed by the consumer", needs: hasComment, hit: func(f facts) bool {
		return f.base.SpecialComment == "M" && closedByConsumer(f.base.ComplianceCode)
	}},
	{id: "B23", severity: Error, segment: "base", field: "compliance_code", sentence: "compliance condition code is not in the table", hit: func(f facts) bool { return unknownCode(&ComplianceCodes, f.base.ComplianceCode) }},
	{id: "B23", severity: Warning, segment: "base", field: "compliance_code", part: "closed-undated", sentence: "code XA (closed at consumer's request) without a date closed", hit: func(f facts) bool {
		return f.base.ComplianceCode == "XA" && f.base.DateClosed == 0
	}},
	{id: "B28", severity: Warning, segment: "base", field: "correction_ind", sentence: "correction indicator 1 is no longer in use", hit: func(f facts) bool { return f.base.CorrectionInd != 0 }},
	{id: "B29", severity: Error, segment: "base", field: "interest_type", sentence: "interest type is not in the table", hit: func(f facts) bool { return unknownCode(&InterestTypes, f.base.InterestType) }},
}, furtherRules()...))
