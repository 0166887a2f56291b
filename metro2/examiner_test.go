package metro2

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
)

// examinerEnv is the October 2026 of the examiner's cases.
var examinerEnv = CheckEnv{Activity: 20261031, Doubtful: true}

// Records from which the cases start, beside those of the rules.

func withStatus(code string) func(*Record) {
	return func(r *Record) { lateRecord(r); r.Base.AccountStatus = code }
}

func mortgage(r *Record) {
	r.Base.PortfolioType, r.Base.AccountType, r.Base.TermsDuration = "M", "26", "030"
}

func foreclosed(r *Record) {
	lateRecord(r)
	mortgage(r)
	r.Base.AccountStatus, r.Base.PaymentRating, r.Base.DateClosed = "94", "6", 20261010
}

func soldRecord(r *Record) {
	lateRecord(r)
	b := &r.Base
	b.SpecialComment, b.CurrentBalance, b.AmountPastDue, b.ScheduledPayment, b.DateClosed = "AH", 0, 0, 0, 20261015
	r.K2 = &K2{2, "TEST BUYER"}
}

func prepaid(r *Record) {
	b := &r.Base
	b.AccountType, b.SpecialComment, b.CurrentBalance, b.ScheduledPayment = "3A", "BS", 0, 0
}

func discharged(r *Record) {
	lateRecord(r)
	r.Base.ConsumerInfo = "E"
}

func comment(code string) func(*Base) { return func(b *Base) { b.SpecialComment = code } }

// examinerCases: the row of the id must hit the first record and not the second.
var examinerCases = []struct {
	id         string
	trip, miss func(*Record)
}{
	{"Portfolio-Type-1", with(creditLine, func(b *Base) { b.AccountType = "18" }), creditLine},
	{"Status-APD-1", with(paidRecord, func(b *Base) { b.AmountPastDue = 1 }), lateRecord},
	{"Status-APD-2", with(withStatus("93"), func(b *Base) { b.AmountPastDue = 0 }), withStatus("93")},
	{"Status-APD-3", with(withStatus("96"), func(b *Base) { b.AmountPastDue = 0 }), with(withStatus("96"), func(b *Base) { b.AmountPastDue, b.AccountType = 0, "01" })},
	{"Status-Balance-1", with(paidRecord, func(b *Base) { b.CurrentBalance = 1 }), paidRecord},
	{"Status-Balance-2", with(lateRecord, func(b *Base) { b.CurrentBalance = 0 }), lateRecord},
	{"Status-Balance-3", with(withStatus("95"), func(b *Base) { b.CurrentBalance = 0 }), withStatus("95")},
	{"Status-Balance-4", base(func(b *Base) { b.CurrentBalance = 0 }), base(func(b *Base) { b.CurrentBalance, b.ComplianceCode = 0, "XA" })},
	{"Status-Balance-5", with(creditCard, func(b *Base) { b.CurrentBalance = 0 }), with(creditCard, func(b *Base) { b.CurrentBalance, b.AccountType = 0, "07" })},
	{"Status-Balance-6", with(withStatus("88"), func(b *Base) { b.CurrentBalance = 0 }), withStatus("88")},
	{"Status-Balance-7", with(foreclosed, func(b *Base) { b.CurrentBalance = 0 }), with(foreclosed, func(b *Base) { b.CurrentBalance, b.PaymentRating = 0, "0" })},
	{"Status-Balance-8", base(func(b *Base) { b.CurrentBalance = 0 }), with(withStatus("96"), func(b *Base) { b.CurrentBalance = 0 })},
	{"Status-Balance-9", with(creditLine, func(b *Base) { b.CurrentBalance, b.AccountStatus = 0, "93" }), with(creditLine, func(b *Base) { b.CurrentBalance, b.AccountStatus = 0, "88" })},
	{"Status-Balance-10", with(paidRecord, func(b *Base) { b.CurrentBalance = 1 }), foreclosed},
	{"Status-ChargeOff-1", with(lateRecord, func(b *Base) { b.OriginalChargeoff = 1 }), chargedOffRecord},
	{"Status-ChargeOff-2", with(chargedOffRecord, func(b *Base) { b.OriginalChargeoff = 0 }), chargedOffRecord},
	{"Status-PaymentAmount-1", base(func(b *Base) { b.ActualPayment, b.DateOpened = 0, 20260831 }), base(func(b *Base) { b.ActualPayment, b.DateOpened = 0, 20260901 })},
	{"Status-SMPA-1", with(paidRecord, func(b *Base) { b.ScheduledPayment = 1 }), paidRecord},
	{"Status-SMPA-2", func(r *Record) { creditLine(r); lateRecord(r); r.Base.ScheduledPayment = 0 }, func(r *Record) { creditLine(r); r.Base.ScheduledPayment = 0 }},
	{"Status-SMPA-3", base(func(b *Base) { b.ScheduledPayment = 0 }), base(func(b *Base) { b.ScheduledPayment, b.TermsFrequency = 0, "D" })},
	{"Status-SMPA-4", with(creditLine, func(b *Base) { b.ScheduledPayment = 0 }), with(creditLine, func(b *Base) { b.ScheduledPayment, b.ComplianceCode = 0, "XA" })},
	{"Status-DateClosed-1", with(paidRecord, func(b *Base) { b.DateClosed = 0 }), paidRecord},
	{"Status-DateClosed-2", with(creditLine, func(b *Base) { b.DateClosed = 20260812 }), with(creditLine, func(b *Base) { b.DateClosed, b.ComplianceCode = 20260812, "XA" })},
	{"Status-DateClosed-3", with(foreclosed, func(b *Base) { b.DateClosed = 0 }), foreclosed},
	{"Status-DOFD-1", with(paidRecord, func(b *Base) { b.PaymentRating = "G" }), paidRecord},
	{"Status-DOFD-2", base(func(b *Base) { b.DateFirstDelinquency, b.ConsumerInfo = 20261006, "D" }), lateRecord},
	{"DOAI-DOFD-1", with(chargedOffRecord, func(b *Base) { b.DateFirstDelinquency = 20191030 }), with(chargedOffRecord, func(b *Base) { b.DateFirstDelinquency = 20191031 })},
	{"DOAI-PaymentAmount-1", base(func(b *Base) { b.DateAccountInfo = 0 }), base(func(b *Base) { b.DateAccountInfo, b.ActualPayment = 0, 0 })},
	{"DTCL-DOLP-1", with(paidRecord, func(b *Base) { b.DateLastPayment = 20261008 }), paidRecord},
	{"CCC-DateClosed-1", base(func(b *Base) { b.ComplianceCode = "XA" }), base(func(b *Base) { b.ComplianceCode = "XB" })},
	{"Balance-APD-1", base(func(b *Base) { b.CurrentBalance, b.AmountPastDue = 0, 1 }), func(r *Record) { l1(func(*L1) {})(r); r.Base.CurrentBalance, r.Base.AmountPastDue = 0, 1 }},
	{"Balance-APD-2", with(lateRecord, func(b *Base) { b.CurrentBalance = 388 }), with(lateRecord, func(b *Base) { b.CurrentBalance = 389 })},
	{"Balance-DateClosed-1", base(func(b *Base) { b.DateClosed = 20261010 }), base(func(b *Base) { b.DateClosed, b.SpecialComment = 20261010, "AT" })},
	{"Balance-DateClosed-2", base(func(b *Base) { b.CurrentBalance = 0 }), base(func(b *Base) { b.CurrentBalance, b.SpecialComment = 0, "BB" })},
	{"Balloon-Balance-1", k4(func(k *K4) { k.BalloonAmount = 15211 }), k4(func(k *K4) { k.BalloonAmount = 15210 })},
	{"Deferred-SMPA-1", base(func(b *Base) { b.TermsFrequency = "D" }), nil},
	{"Rating-APD-1", with(foreclosed, func(b *Base) { b.AccountStatus, b.PaymentRating = "89", "0" }), with(foreclosed, func(b *Base) { b.AccountStatus = "89" })},
	{"Rating-APD-2", with(foreclosed, func(b *Base) { b.AmountPastDue = 0 }), with(foreclosed, func(b *Base) { b.AmountPastDue, b.PaymentRating = 0, "0" })},
	{"SCC-AccountChange-1", base(comment("O")), func(r *Record) { l1(func(*L1) {})(r); r.Base.SpecialComment = "O" }},
	{"SCC-APD-1", with(soldRecord, func(b *Base) { b.AmountPastDue = 1 }), soldRecord},
	{"SCC-APD-2", base(comment("BK")), with(lateRecord, comment("BK"))},
	{"SCC-Balance-1", with(soldRecord, func(b *Base) { b.CurrentBalance = 1 }), soldRecord},
	{"SCC-Balance-2", with(paidRecord, comment("CP")), base(comment("CP"))},
	{"SCC-DateClosed-1", with(paidRecord, comment("BO")), base(comment("BO"))},
	{"SCC-DateClosed-2", with(creditLine, comment("M")), with(creditLine, func(b *Base) { b.SpecialComment, b.DateClosed = "M", 20260812 })},
	{"SCC-DateClosed-3", with(soldRecord, func(b *Base) { b.DateClosed = 0 }), soldRecord},
	{"SCC-PurchasedSold-1", func(r *Record) { soldRecord(r); r.K2 = nil }, soldRecord},
	{"SCC-PurchasedSold-2", func(r *Record) { soldRecord(r); r.K2.Name = "" }, soldRecord},
	{"SCC-Status-1", base(comment("BF")), with(paidRecord, comment("BF"))},
	{"SCC-Status-1", base(comment("AU")), with(chargedOffRecord, func(b *Base) { b.SpecialComment, b.AccountStatus = "AU", "64" })},
	{"SCC-Status-2", with(paidRecord, comment("AP")), base(comment("AP"))},
	{"SCC-Status-3", base(comment("BA")), with(withStatus("93"), comment("BA"))},
	{"SCC-Status-4", with(foreclosed, comment("BO")), with(lateRecord, comment("BO"))},
	{"SCC-Status-5", with(soldRecord, func(b *Base) { b.AccountStatus = "88" }), with(soldRecord, func(b *Base) { b.AccountStatus = "96" })},
	{"Type-Balance-1", with(prepaid, func(b *Base) { b.CurrentBalance = 1 }), prepaid},
	{"Type-SMPA-1", with(prepaid, func(b *Base) { b.ScheduledPayment = 1 }), prepaid},
	{"Type-CreditLimit-1", base(func(b *Base) { b.AccountType, b.CreditLimit = "01", 1 }), base(func(b *Base) { b.AccountType, b.CreditLimit = "00", 1 })},
	{"Type-CreditLimit-2", with(creditCard, func(b *Base) { b.CreditLimit = 0 }), creditCard},
	{"Type-HCOLA-1", base(func(b *Base) { b.HighestCredit = 0 }), base(func(b *Base) { b.HighestCredit, b.TermsFrequency = 0, "D" })},
	{"Type-HCOLA-2", with(creditCard, func(b *Base) { b.HighestCredit = 0 }), creditCard},
	{"Type-TermsDuration-1", base(func(b *Base) { b.TermsDuration = "REV" }), base(func(b *Base) { b.TermsDuration = "60" })},
	{"Type-TermsDuration-1", with(creditLine, func(b *Base) { b.TermsDuration = "060" }), creditLine},
	{"Type-TermsDuration-1", with(creditCard, func(b *Base) { b.TermsDuration = "LOC" }), creditCard},
	{"Type-TermsDuration-1", with(collection, func(b *Base) { b.TermsDuration = "002" }), with(mortgage, func(b *Base) { b.TermsDuration = "LOC" })},
	{"Bankruptcy-APD-1", with(discharged, func(b *Base) { b.AmountPastDue = 0 }), discharged},
	{"Bankruptcy-Balance-1", with(discharged, func(b *Base) { b.CurrentBalance = 0 }), with(paidRecord, func(b *Base) { b.ConsumerInfo = "E" })},
	{"Bankruptcy-SMPA-1", with(discharged, func(b *Base) { b.ScheduledPayment = 0 }), discharged},
	{"Bankruptcy-SMPA-1", func(r *Record) {
		lateRecord(r)
		jointElsewhere(r)
		r.J2[0].ConsumerInfo = "H"
		r.Base.ScheduledPayment = 0
	}, nil},
	{"Bankruptcy-DOFD-1", associated("2", func(r *Record) { r.J1[0].ConsumerInfo = "R" }), associated("2", func(r *Record) { r.J1[0].ConsumerInfo = "2A" })},
	{"Bankruptcy-ECOA-1", associated("3", func(r *Record) { r.Base.ConsumerInfo = "1A" }), associated("3", func(r *Record) { r.J1[0].ConsumerInfo = "1A" })},
	{"ECOA-J1J2-1", base(func(b *Base) { b.ECOACode = "X" }), associated("X", func(r *Record) { r.Base.ECOACode = "X" })},
	{"AccountChange-ID-1", l1(func(l *L1) { l.NewIdentificationNumber = "" }), l1(func(*L1) {})},
	{"AccountChange-ID-2", l1(func(l *L1) { l.ChangeInd = 1 }), l1(func(l *L1) { l.ChangeInd, l.NewIdentificationNumber = 1, "" })},
	{"AccountChange-ID-3", l1(func(l *L1) { l.NewIdentificationNumber = "testlender01" }), l1(func(*L1) {})},
	{"AccountChange-ID-4", l1(func(l *L1) { l.ChangeInd, l.NewIdentificationNumber = 1, "" }), l1(func(l *L1) { l.ChangeInd, l.NewIdentificationNumber = 1, "TestLender01" })},
	{"AccountChange-Number-1", l1(func(l *L1) { l.NewAccountNumber = "" }), l1(func(*L1) {})},
	{"AccountChange-Number-2", l1(func(l *L1) { l.ChangeInd = 2 }), l1(func(l *L1) { l.ChangeInd, l.NewAccountNumber = 2, "" })},
	{"AccountChange-Number-3", l1(func(l *L1) { l.NewAccountNumber = "acct0000000001" }), l1(func(*L1) {})},
	{"AccountChange-Number-4", l1(func(l *L1) { l.ChangeInd, l.NewAccountNumber = 2, "" }), l1(func(l *L1) { l.ChangeInd, l.NewAccountNumber = 2, "Acct0000000001" })},
}

func examinerHits(change func(*Record)) []string {
	rec := cleanRecord()
	if change != nil {
		change(rec)
	}
	var out []string
	for _, f := range CheckExaminer(rec, examinerEnv, nil) {
		out = append(out, f.Rule)
	}
	return out
}

func TestExaminerCases(t *testing.T) {
	for _, c := range examinerCases {
		if got := examinerHits(c.trip); !slices.Contains(got, c.id) {
			t.Errorf("%s is silent about the record that must trip it; hits: %v", c.id, got)
		}
		if got := examinerHits(c.miss); slices.Contains(got, c.id) {
			t.Errorf("%s hits the near miss", c.id)
		}
	}
}

// TestEveryExaminerCheckHasACase: all 94, of which 20 compare records.
func TestEveryExaminerCheckHasACase(t *testing.T) {
	rules := ExaminerRules()
	if len(rules) != 94 {
		t.Errorf("%d checks, want 94", len(rules))
	}
	seen := map[string]bool{}
	for _, c := range examinerCases {
		seen[c.id] = true
	}
	for _, c := range examinerPairs {
		seen[c.id] = true
	}
	for _, r := range rules {
		if r.Severity != Warning {
			t.Errorf("%s is graded %s; a hit is a question, never an error", r.ID, r.Severity)
		}
		if !seen[r.ID] {
			t.Errorf("%s has no case", r.ID)
		}
		delete(seen, r.ID)
	}
	for id := range seen {
		t.Errorf("case %s has no check", id)
	}
}

// TestCleanRecordsPassTheExaminer: the usual life of a loan is without hits.
func TestCleanRecordsPassTheExaminer(t *testing.T) {
	for name, change := range map[string]func(*Record){
		"current": nil, "late": lateRecord, "charged off": chargedOffRecord, "paid": paidRecord,
		"credit line": creditLine, "card": creditCard, "joint": joint,
	} {
		if got := examinerHits(change); len(got) > 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestValidatorAppliesTheExaminerWhenAsked(t *testing.T) {
	rec := cleanRecord()
	rec.Base.ActualPayment = 0
	var file bytes.Buffer
	w := NewWriter(&file, testHeader(), Options{})
	if err := errors.Join(w.Write(rec), w.Close()); err != nil {
		t.Fatal(err)
	}
	for asked, want := range map[bool][]string{false: {"H02"}, true: {"H02", "Status-PaymentAmount-1"}} {
		v, r := NewValidator(CheckEnv{}), NewReader(bytes.NewReader(file.Bytes()))
		v.Examiner = asked
		var got []string
		for {
			item, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range v.Check(item, nil) {
				got = append(got, f.Rule)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("examiner asked for: %v; findings %v, want %v", asked, got, want)
		}
	}
}
