package metro2

// questionCases trip the rows of family H by the cases of the examiner's checks
// that they restate, and add what family H excepts.
var questionCases = func() []ruleCase {
	var out []ruleCase
	for i := range questionRules {
		r := &questionRules[i]
		for _, c := range examinerCases {
			if withAlso(sentenceOf(c.id), r.also) == r.sentence {
				out = append(out, ruleCase{r.id, Warning, r.sentence, c.trip, asIsWithout(c.miss)})
			}
		}
	}
	return append(out, []ruleCase{
		{"H03", Warning, "Status-SMPA-3", with(lateRecord, func(b *Base) { b.ScheduledPayment = 0 }), soldRecord},
		{"H04", Warning, "Status-APD-3", with(withStatus("95"), func(b *Base) { b.AmountPastDue = 0 }), with(soldRecord, func(b *Base) { b.AccountStatus = "95" })},
		{"H05", Warning, "Status-Balance-2", with(withStatus("97"), func(b *Base) { b.CurrentBalance = 0 }), with(soldRecord, func(b *Base) { b.AccountStatus = "97" })},
		{"H05", Warning, "Status-Balance-2", with(withStatus("84"), func(b *Base) { b.CurrentBalance = 0 }), with(discharged, func(b *Base) { b.CurrentBalance = 0 })},
		{"H05", Warning, "Status-Balance-4", with(mortgage, func(b *Base) { b.CurrentBalance = 0 }), with(soldRecord, func(b *Base) { b.AccountStatus = "11" })},
		{"H07", Warning, "Rating-APD-2", with(foreclosed, func(b *Base) { b.AmountPastDue = 0 }), with(foreclosed, func(b *Base) { b.AmountPastDue, b.ConsumerInfo = 0, "E" })},
		{"H08", Warning, "SCC-AccountChange-1", base(comment("O")), base(comment("AT"))},
		{"H08", Warning, "SCC-DateClosed-3", func(r *Record) { soldRecord(r); l1(func(*L1) {})(r); r.Base.DateClosed = 0 }, soldRecord},
		{"H17", Warning, "Type-Balance-1", with(lateRecord, func(b *Base) { b.AccountType, b.SpecialComment = "13", "BS" }), with(lateRecord, func(b *Base) { b.AccountType, b.SpecialComment = "13", "BB" })},
		{"H14", Warning, "Type-CreditLimit-1", base(func(b *Base) { b.AccountType, b.CreditLimit = "20", 1 }), with(creditLine, func(b *Base) { b.AccountType = "47" })},
		{"H14", Warning, "Type-HCOLA-2", with(creditCard, func(b *Base) { b.HighestCredit = 0 }), with(creditCard, func(b *Base) { b.HighestCredit, b.AccountStatus = 0, "DF" })},
	}...)
}()

func sentenceOf(check string) string {
	for i := range examinerRules {
		if examinerRules[i].id == check {
			return examinerRules[i].sentence
		}
	}
	return ""
}

func asIsWithout(change func(*Record)) func(*Record) {
	if change == nil {
		return asIs
	}
	return change
}
