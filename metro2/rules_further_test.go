package metro2

import "strings"

// furtherCases trip the rows of furtherRules and furtherSegmentRules.
var furtherCases = func() []ruleCase {
	out := []ruleCase{
		{"B06", Warning, "time stamp", base(func(b *Base) { b.Timestamp = 20261103000000 }), base(func(b *Base) { b.Timestamp = 20261102235959 })},
		{"B08", Warning, "account type 48", with(collection, func(b *Base) { b.AccountStatus = "71" }), collection},
		{"B19", Warning, "deferred", base(func(b *Base) { b.TermsFrequency = "D" }), base(func(b *Base) { b.TermsFrequency, b.TermsDuration = "D", "" })},
		{"B21", Warning, "sold or transferred", with(soldRecord, func(b *Base) { b.ScheduledPayment = 1 }), soldRecord},
		{"B22", Warning, "being deleted", with(deleted, comment("B")), base(comment("B"))},
		{"B22", Warning, "CS (child support)", base(comment("CS")), base(func(b *Base) { b.SpecialComment, b.AccountType = "CS", "93" })},
		{"B22", Warning, "comment BI", base(comment("BI")), with(withStatus("96"), comment("BI"))},
		{"B22", Warning, "comment BJ", with(withStatus("96"), comment("BJ")), with(withStatus("63"), comment("BJ"))},
		{"B22", Warning, "comment BK", with(withStatus("63"), comment("BK")), with(withStatus("96"), comment("BK"))},

		{"J02", Warning, "same Social Security", func(r *Record) { joint(r); r.Base.SSN, r.J1[0].SSN = 123456789, 123456789 }, func(r *Record) { joint(r); r.Base.SSN, r.J1[0].SSN = 123456789, 123456788 }},
		{"J02", Warning, "same Social Security", func(r *Record) {
			jointElsewhere(r)
			r.J2 = append(r.J2, r.J2[0])
			r.J2[0].SSN, r.J2[1].SSN = 123456789, 123456789
		}, func(r *Record) { joint(r); r.Base.SSN, r.J1[0].SSN = 999999999, 999999999 }},
		{"J02", Warning, "address of their own", func(r *Record) { jointElsewhere(r); atBase(r) }, func(r *Record) { jointElsewhere(r); atBase(r); r.J2[0].Address2 = "UNIT 2" }},
		{"J02", Warning, "address of their own", func(r *Record) { jointElsewhere(r); atBase(r) }, func(r *Record) { jointElsewhere(r); atBase(r); r.J2[0].ECOACode = "W" }},
		{"J02", Warning, "maker (ECOA 7) beside", associated("7", asIs), func(r *Record) { associated("5", asIs)(r); r.Base.ECOACode = "7" }},
		{"J02", Warning, "business (ECOA W)", associated("W", asIs), func(r *Record) { jointElsewhere(r); r.J2[0].ECOACode = "W" }},

		{"K01", Warning, "medical debt", func(r *Record) { k1(func(k *K1) { k.CreditorClass = 1 })(r); r.Base.AccountType = "90" }, func(r *Record) { k1(func(k *K1) { k.CreditorClass = 2 })(r); r.Base.AccountType = "90" }},
		{"K02", Warning, "without comment AH", k2(func(k *K2) { k.Indicator, k.Name = 2, "TEST BUYER" }), soldRecord},
		{"K04", Warning, "first deferred payment", k4(func(k *K4) { k.DeferredStart = 20270101 }), k4(func(k *K4) { k.DeferredStart = 0 })},
		{"K04", Warning, "amount of a balloon", k4(func(k *K4) { k.PaymentInd, k.DeferredStart = 2, 20270101 }), k4(func(k *K4) { *k = K4{PaymentInd: 2, DeferredStart: 20270101} })},
		{"L01", Error, "new account number has an inner", l1(func(l *L1) { l.NewAccountNumber = "NEW 1" }), l1(func(*L1) {})},
		{"L01", Warning, "new account number contains", func(r *Record) { l1(func(l *L1) { l.NewAccountNumber = "N123456789" })(r); r.Base.SSN = 123456789 }, func(r *Record) { l1(func(l *L1) { l.NewAccountNumber = "N123456788" })(r); r.Base.SSN = 123456789 }},
		{"L01", Error, "new identification number has", l1(func(l *L1) { l.NewIdentificationNumber = "00000" }), l1(func(*L1) {})},
	}
	for i := range SpecialComments.Codes {
		c := &SpecialComments.Codes[i]
		if c.Portfolios == "" {
			continue
		}
		other := "R"
		if strings.Contains(c.Portfolios, other) {
			other = "M"
		}
		out = append(out, ruleCase{"B22", Warning, "comment " + c.Value + " (" + c.Meaning + ") on another portfolio",
			base(func(b *Base) { b.SpecialComment, b.PortfolioType = c.Value, other }), base(func(b *Base) { b.SpecialComment, b.PortfolioType = c.Value, c.Portfolios[:1] })})
	}
	for days, status := range map[Date]string{20261005: "78", 20260905: "80", 20260806: "82", 20260707: "83", 20260607: "84"} {
		young := func(first Date) func(*Record) {
			return with(lateRecord, func(b *Base) { b.AccountStatus, b.DateFirstDelinquency = status, first })
		}
		out = append(out, ruleCase{"B16", Warning, "status " + status + " less than", young(days), young(days - 1)})
	}
	for _, a := range nineAmounts {
		amount := func(value Dollars) func(*Record) {
			return func(r *Record) { k4(func(*K4) {})(r); *a.of(r) = value }
		}
		out = append(out, ruleCase{"F04", Warning, "filled with nines", amount(MaxDollars), amount(MaxDollars - 1)})
	}
	return out
}()

// atBase gives the first J2 consumer the address of the base segment.
func atBase(r *Record) {
	b, j := &r.Base, &r.J2[0]
	j.Address1, j.Address2, j.City, j.State, j.PostalCode = b.Address1, b.Address2, b.City, b.State, b.PostalCode
}
