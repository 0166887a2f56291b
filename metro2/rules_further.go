package metro2

import (
	"fmt"
	"strings"
)

// furtherRules are rows about the account that few records come near: most are asked only of a record that has a comment, is
// delinquent, or holds an amount of nines.
func furtherRules() []rule {
	rules := []rule{
		{id: "B06", severity: Warning, segment: "base", field: "timestamp", sentence: "time stamp is after the day the file was made", hit: func(f facts) bool {
			return f.env.Created != 0 && Date(f.base.Timestamp/1_000_000) > f.env.Created
		}},
		{id: "B08", severity: Warning, segment: "base", field: "account_status", part: "collection", sentence: "account type 48 (collection) with a status other than 93, 62 or a deletion", needs: isInheritor, hit: func(f facts) bool {
			return f.typeIn("48") && f.knownStatus() && !f.statusIn("93 62 DA DF")
		}},
		{id: "B19", severity: Warning, segment: "base", field: "terms_duration", part: "deferred", sentence: "terms duration given on a deferred account", hit: func(f facts) bool {
			return f.base.TermsFrequency == "D" && f.base.TermsDuration != ""
		}},
		{id: "B21", severity: Warning, segment: "base", field: "scheduled_payment", part: "sold", sentence: "scheduled payment on an account that was sold or transferred", needs: hasComment, hit: func(f facts) bool {
			return f.soldAtZero() && f.base.ScheduledPayment > 0
		}},
		{id: "B22", severity: Warning, segment: "base", field: "special_comment", part: "deleted", sentence: "special comment on an account that is being deleted", needs: hasComment | isDeletion, hit: always},
		{id: "B22", severity: Warning, segment: "base", field: "special_comment", part: "child-support", sentence: "comment CS (child support) on an account of another type than 93 or 50", needs: hasComment, hit: func(f facts) bool {
			return f.base.SpecialComment == "CS" && !f.typeIn("93 50")
		}},
	}
	for _, c := range []struct{ comment, statuses string }{{"BI", "96 63"}, {"BJ", "63"}, {"BK", "96"}} {
		rules = append(rules, rule{
			id: "B22", severity: Warning, segment: "base", field: "special_comment", part: "status-" + c.comment, needs: hasComment,
			sentence: fmt.Sprintf("comment %s (%s) with another status than %s", c.comment, SpecialComments.Find(c.comment).Meaning, strings.ReplaceAll(c.statuses, " ", " or ")),
			hit: func(f facts) bool {
				return f.base.SpecialComment == c.comment && f.knownStatus() && !f.statusIn(c.statuses) && !f.is(isDeletion)
			},
		})
	}
	for i := range SpecialComments.Codes {
		if c := &SpecialComments.Codes[i]; c.Portfolios != "" {
			rules = append(rules, commentRule(c))
		}
	}
	return append(append(rules, youngRules()...), nineRules()...)
}

// commentRule is the row about a comment that not every portfolio type can bear.
func commentRule(c *Code) rule {
	return rule{
		id: "B22", severity: Warning, segment: "base", field: "special_comment", part: "portfolio-" + c.Value, needs: hasComment,
		sentence: fmt.Sprintf("comment %s (%s) on another portfolio type than %s", c.Value, c.Meaning, strings.Join(strings.Split(c.Portfolios, ""), " or ")),
		hit: func(f facts) bool {
			return f.base.SpecialComment == c.Value && knownPortfolio(f) && !strings.Contains(c.Portfolios, f.base.PortfolioType)
		},
	}
}

// youngRules are about a delinquency that is older than its date of first delinquency: that date is 30 days after the due
// date, so an account that is 60 days late has had it for 30 days. Of who counts by months it is up to three days less.
func youngRules() []rule {
	var rules []rule
	for steps, status := range []string{"78", "80", "82", "83", "84"} {
		least := 30*(steps+1) - 3
		rules = append(rules, rule{
			id: "B16", severity: Warning, segment: "base", field: "date_first_delinquency", part: "younger-than-" + status, needs: isDelinquent,
			sentence: fmt.Sprintf("status %s less than %d days after the date of first delinquency", status, least),
			hit: func(f facts) bool {
				first, now := f.base.DateFirstDelinquency, f.base.DateAccountInfo
				return f.base.AccountStatus == status && first.Valid() && now.Valid() && first <= now && int(now.dayNumber()-first.dayNumber()) < least
			},
		})
	}
	return rules
}

// nineRules are about amounts of nothing but nines, which stand for a billion and more.
func nineRules() []rule {
	var rules []rule
	for _, a := range nineAmounts {
		rules = append(rules, rule{
			id: "F04", severity: Warning, segment: a.segment, field: a.field, part: "nines-" + a.field, needs: holdsNines,
			sentence: "amount is filled with nines, as only an amount of a billion or more is",
			hit:      func(f facts) bool { return *a.of(f.rec) == MaxDollars },
		})
	}
	return rules
}

var nineAmounts = []struct {
	segment, field string
	of             func(*Record) *Dollars
}{
	{"base", "credit_limit", func(r *Record) *Dollars { return &r.Base.CreditLimit }},
	{"base", "highest_credit", func(r *Record) *Dollars { return &r.Base.HighestCredit }},
	{"base", "scheduled_payment", func(r *Record) *Dollars { return &r.Base.ScheduledPayment }},
	{"base", "actual_payment", func(r *Record) *Dollars { return &r.Base.ActualPayment }},
	{"base", "current_balance", func(r *Record) *Dollars { return &r.Base.CurrentBalance }},
	{"base", "amount_past_due", func(r *Record) *Dollars { return &r.Base.AmountPastDue }},
	{"base", "original_chargeoff", func(r *Record) *Dollars { return &r.Base.OriginalChargeoff }},
	{"k4", "balloon_amount", func(r *Record) *Dollars { return &r.K4.BalloonAmount }},
}

// hasNines says whether an amount of a record is filled with nines.
func hasNines(r *Record) bool {
	b := &r.Base
	return max(b.CreditLimit, b.HighestCredit, b.ScheduledPayment, b.ActualPayment, b.CurrentBalance, b.AmountPastDue, b.OriginalChargeoff) >= MaxDollars ||
		r.K4 != nil && r.K4.BalloonAmount >= MaxDollars
}

// furtherSegmentRules are rows about segments, and about the consumers of a record beside each other.
func furtherSegmentRules() []rule {
	return []rule{
		{id: "J02", severity: Warning, segment: "base", field: "ssn", part: "same-person", sentence: "two consumers of the record have the same Social Security Number", needs: hasAssociated, hit: samePerson},
		{id: "J02", severity: Warning, segment: "j2", field: "address1", part: "same-address", sentence: "consumer with an address of their own (J2) has that of the base segment", needs: hasAssociated, hit: sameAddress},
		{id: "J02", severity: Warning, segment: "base", field: "ecoa_code", part: "associated-maker", sentence: "maker (ECOA 7) beside the base consumer", needs: hasAssociated, hit: func(f facts) bool {
			return f.anyAssociated(func(ecoa string) bool { return ecoa == "7" })
		}},
		{id: "J02", severity: Warning, segment: "j1", field: "ecoa_code", part: "business", sentence: "business (ECOA W) in a J1 segment, which has no address", needs: hasAssociated, hit: func(f facts) bool {
			for i := range f.rec.J1 {
				if f.rec.J1[i].ECOACode == "W" {
					return true
				}
			}
			return false
		}},
		{id: "K01", severity: Warning, segment: "k1", field: "creditor_class", part: "medical", sentence: "medical debt (account type 90) of a creditor of another class than 02", hit: func(f facts) bool {
			return f.typeIn("90") && f.rec.K1.CreditorClass != 2
		}},
		{id: "K02", severity: Warning, segment: "k2", field: "indicator", part: "not-sold", sentence: "sold-to segment without comment AH (sold)", hit: func(f facts) bool {
			return f.rec.K2.Indicator == 2 && f.base.SpecialComment != "AH" && !f.is(isDeletion)
		}},
		{id: "K04", severity: Warning, segment: "k4", field: "deferred_start", part: "start-unasked", sentence: "balloon with the date of a first deferred payment", hit: func(f facts) bool {
			return f.rec.K4.PaymentInd == 1 && f.rec.K4.DeferredStart != 0
		}},
		{id: "K04", severity: Warning, segment: "k4", field: "balloon_amount", part: "balloon-unasked", sentence: "deferral with the date or amount of a balloon", hit: func(f facts) bool {
			return f.rec.K4.PaymentInd == 2 && (f.rec.K4.BalloonDate != 0 || f.rec.K4.BalloonAmount != 0)
		}},
		{id: "L01", severity: Error, segment: "l1", field: "new_account_number", part: "account-blank", sentence: "new account number has an inner blank", hit: func(f facts) bool {
			return strings.Contains(f.rec.L1.NewAccountNumber, " ")
		}},
		{id: "L01", severity: Warning, segment: "l1", field: "new_account_number", part: "account-holds-ssn", sentence: "new account number contains the Social Security Number of the base consumer", hit: func(f facts) bool {
			return holdsSSN(f.rec.L1.NewAccountNumber, f.base.SSN)
		}},
		{id: "L01", severity: Error, segment: "l1", field: "new_identification_number", part: "identification-filler", sentence: "new identification number has fewer than 5 characters, an inner blank, or is filled with zeros or nines", hit: func(f facts) bool {
			return f.rec.L1.NewIdentificationNumber != "" && badNumber(f.rec.L1.NewIdentificationNumber)
		}},
	}
}

// samePerson compares the numbers of all consumers with each other.
func samePerson(f facts) bool {
	seen := make([]Number, 0, 8)
	again := func(ssn Number) bool {
		if ssn <= 0 || ssn >= nineFilled {
			return false
		}
		for _, other := range seen {
			if other == ssn {
				return true
			}
		}
		seen = append(seen, ssn)
		return false
	}
	again(f.base.SSN)
	for i := range f.rec.J1 {
		if again(f.rec.J1[i].SSN) {
			return true
		}
	}
	for i := range f.rec.J2 {
		if again(f.rec.J2[i].SSN) {
			return true
		}
	}
	return false
}

// sameAddress leaves businesses out: a J1 segment has no place for them.
func sameAddress(f facts) bool {
	b := f.base
	for i := range f.rec.J2 {
		j := &f.rec.J2[i]
		if j.Address1 != "" && j.Address1 == b.Address1 && j.Address2 == b.Address2 && j.City == b.City && j.State == b.State &&
			j.PostalCode == b.PostalCode && j.ECOACode != "W" {
			return true
		}
	}
	return false
}

// isSuffixed says that a surname ends with what belongs into the generation code (FORMAT.md 1.5).
func isSuffixed(surname string) bool {
	i := strings.LastIndexByte(surname, ' ')
	return i >= 0 && oneOf(surname[i+1:], "JR SR II III IV")
}
