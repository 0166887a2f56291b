package metro2

// segmentRules are the rules about the other segments and about the consumers
// together. A rule about a segment is asked only where there is one.
var segmentRules = withPositions(append([]rule{
	{id: "J02", severity: Warning, segment: "base", field: "ecoa_code", part: "solely-liable", sentence: "more than one liable consumer, but the base consumer is reported as solely liable", needs: hasAssociated, hit: func(f facts) bool {
		return f.base.ECOACode == "1" && f.anyAssociated(isLiable)
	}},
	{id: "J02", severity: Warning, segment: "base", field: "ecoa_code", part: "no-maker", sentence: "co-maker or guarantor (ECOA 5) without a maker (ECOA 7)", hit: func(f facts) bool {
		isGuarantor := func(ecoa string) bool { return ecoa == "5" }
		isMaker := func(ecoa string) bool { return ecoa == "7" }
		return (isGuarantor(f.base.ECOACode) || f.anyAssociated(isGuarantor)) && !isMaker(f.base.ECOACode) && !f.anyAssociated(isMaker)
	}},
	{id: "K01", severity: Error, segment: "k1", field: "creditor_name", sentence: "original creditor has no name", hit: func(f facts) bool { return f.rec.K1.CreditorName == "" }},
	{id: "K01", severity: Error, segment: "k1", field: "creditor_class", sentence: "creditor classification is not in the table", hit: func(f facts) bool {
		return CreditorClasses.findNumber(f.rec.K1.CreditorClass, 2) == nil
	}},
	{id: "K01", severity: Warning, segment: "base", field: "account_type", part: "missing", sentence: "account type 48, 0C or 77 without an original creditor segment", needs: isInheritor, hit: func(f facts) bool { return f.rec.K1 == nil }},
	{id: "K02", severity: Error, segment: "k2", field: "indicator", sentence: "purchased from / sold to indicator is not in the table", hit: func(f facts) bool {
		return SaleIndicators.findNumber(f.rec.K2.Indicator, 1) == nil
	}},
	{id: "K02", severity: Error, segment: "k2", field: "name", sentence: "purchased from or sold to nobody: name is missing", hit: func(f facts) bool {
		return f.rec.K2.Indicator != 9 && f.rec.K2.Name == ""
	}},
	{id: "K02", severity: Warning, segment: "k2", field: "name", part: "removed-name", sentence: "indicator 9 (remove) with a name", hit: func(f facts) bool {
		return f.rec.K2.Indicator == 9 && f.rec.K2.Name != ""
	}},
	{id: "K03", severity: Error, segment: "k3", field: "agency_id", sentence: "agency identifier is not in the table", hit: func(f facts) bool {
		return Agencies.findNumber(f.rec.K3.AgencyID, 2) == nil
	}},
	{id: "K03", severity: Error, segment: "k3", field: "agency_account", part: "no-agency", sentence: "agency account number without an agency", hit: func(f facts) bool {
		return f.rec.K3.AgencyID == 0 && f.rec.K3.AgencyAccount != ""
	}},
	{id: "K03", severity: Error, segment: "k3", field: "agency_account", sentence: "agency without an agency account number", hit: func(f facts) bool {
		return f.rec.K3.AgencyID != 0 && f.rec.K3.AgencyAccount == ""
	}},
	{id: "K04", severity: Error, segment: "k4", field: "payment_ind", sentence: "specialized payment indicator is not in the table", hit: func(f facts) bool {
		return PaymentIndicators.findNumber(f.rec.K4.PaymentInd, 2) == nil
	}},
	{id: "K04", severity: Error, segment: "k4", field: "balloon_date", sentence: "balloon without its due date", hit: func(f facts) bool {
		return f.rec.K4.PaymentInd == 1 && f.rec.K4.BalloonDate == 0
	}},
	{id: "K04", severity: Error, segment: "k4", field: "balloon_amount", sentence: "balloon without its amount", hit: func(f facts) bool {
		return f.rec.K4.PaymentInd == 1 && f.rec.K4.BalloonAmount == 0
	}},
	{id: "K04", severity: Error, segment: "k4", field: "deferred_start", sentence: "deferral without the date of the first payment", hit: func(f facts) bool {
		return f.rec.K4.PaymentInd == 2 && f.rec.K4.DeferredStart == 0
	}},
	{id: "L01", severity: Error, segment: "l1", field: "change_ind", sentence: "change indicator is not in the table", hit: func(f facts) bool {
		return ChangeIndicators.findNumber(f.rec.L1.ChangeInd, 1) == nil
	}},
	{id: "L01", severity: Error, segment: "l1", field: "new_account_number", sentence: "account number changes, but the new one is missing", hit: func(f facts) bool {
		return changesAccount(f.rec.L1) && f.rec.L1.NewAccountNumber == ""
	}},
	{id: "L01", severity: Error, segment: "l1", field: "new_account_number", part: "account-unasked", sentence: "only the identification number changes, but a new account number is given", hit: func(f facts) bool {
		return f.rec.L1.ChangeInd == 2 && f.rec.L1.NewAccountNumber != ""
	}},
	{id: "L01", severity: Warning, segment: "l1", field: "new_account_number", part: "account-same", sentence: "new account number is the old one", hit: func(f facts) bool {
		return changesAccount(f.rec.L1) && f.rec.L1.NewAccountNumber != "" && f.rec.L1.NewAccountNumber == f.base.AccountNumber
	}},
	{id: "L01", severity: Error, segment: "l1", field: "new_identification_number", sentence: "identification number changes, but the new one is missing", hit: func(f facts) bool {
		return changesIdentification(f.rec.L1) && f.rec.L1.NewIdentificationNumber == ""
	}},
	{id: "L01", severity: Error, segment: "l1", field: "new_identification_number", part: "identification-unasked", sentence: "only the account number changes, but a new identification number is given", hit: func(f facts) bool {
		return f.rec.L1.ChangeInd == 1 && f.rec.L1.NewIdentificationNumber != ""
	}},
	{id: "L01", severity: Warning, segment: "l1", field: "new_identification_number", part: "identification-same", sentence: "new identification number is the old one", hit: func(f facts) bool {
		return changesIdentification(f.rec.L1) && f.rec.L1.NewIdentificationNumber != "" && f.rec.L1.NewIdentificationNumber == f.base.IdentificationNumber
	}},
	{id: "L01", severity: Warning, segment: "l1", field: "change_ind", part: "deleted", sentence: "number change on an account that is being deleted", needs: isDeletion, hit: always},
}, furtherSegmentRules()...))

func changesAccount(l *L1) bool { return l.ChangeInd == 1 || l.ChangeInd == 3 }

func changesIdentification(l *L1) bool { return l.ChangeInd == 2 || l.ChangeInd == 3 }

// isLiable leaves out authorized users, businesses and those who have gone.
func isLiable(ecoa string) bool {
	switch ecoa {
	case "1", "2", "4", "5", "7":
		return true
	}
	return false
}

// anyAssociated asks about the ECOA code of each J1 and J2.
func (f facts) anyAssociated(is func(ecoa string) bool) bool {
	for i := range f.rec.J1 {
		if is(f.rec.J1[i].ECOACode) {
			return true
		}
	}
	for i := range f.rec.J2 {
		if is(f.rec.J2[i].ECOACode) {
			return true
		}
	}
	return false
}
