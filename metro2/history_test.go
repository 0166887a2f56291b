package metro2

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// Months of the history cases: cleanRecord is October, the record after it is
// of November.

func inNovember(r *Record) {
	b := &r.Base
	b.DateAccountInfo, b.DateLastPayment = 20261130, 20261115
}

// historyCase is a pair of records of one account: the row of the id must hit the
// later one of the first pair and not that of the second.
type historyCase struct {
	id       string
	severity Severity
	says     string
	trip     pair
	miss     pair
	before   int // how often October is reported before, for the pair that trips
}

// pair is the record of October and that of November, each made from a clean
// record; nil leaves it clean. The profile of November is the shifted one
// unless the pair sets it.
type pair struct{ was, now func(*Record) }

func (p pair) records() (was, now *Record) {
	was, now = cleanRecord(), cleanRecord()
	if p.was != nil {
		p.was(was)
	}
	profile := now.Base.PaymentHistory
	inNovember(now)
	if p.now != nil {
		p.now(now)
	}
	if now.Base.PaymentHistory == profile {
		now.Base.PaymentHistory = shifted(was)
	}
	return was, now
}

// shifted is the profile after a record, by the rule of the guide.
func shifted(was *Record) string {
	chars := map[string]string{
		"11": "0", "71": "1", "78": "2", "80": "3", "82": "4", "83": "5", "84": "6", "62": "G", "93": "G", "65": "H",
		"94": "H", "61": "J", "95": "J", "63": "K", "96": "K", "64": "L", "97": "L",
	}
	b := &was.Base
	c, ok := chars[b.AccountStatus]
	if !ok {
		c = b.PaymentRating
	}
	return (c + b.PaymentHistory)[:24]
}

// writeFile writes records as the file of a month.
func writeFile(t testing.TB, month Date, records ...*Record) []byte {
	t.Helper()
	header := testHeader()
	header.ActivityDate, header.DateCreated = month, month
	var out bytes.Buffer
	w := NewWriter(&out, header, Options{})
	for _, r := range records {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// validateFiles checks files in the order given and returns the findings of the
// last one.
func validateFiles(t testing.TB, v *Validator, files ...[]byte) (findings []Finding) {
	t.Helper()
	for i, file := range files {
		if i > 0 {
			v.NextFile()
		}
		findings = findings[:0]
		r := NewReader(bytes.NewReader(file))
		for {
			item, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			findings = v.Check(item, findings)
		}
		findings = v.Finish(findings)
	}
	return findings
}

func historyValidator() *Validator {
	v := NewValidator(CheckEnv{})
	v.Examiner, v.History = true, true
	return v
}

func (p pair) findings(t *testing.T) []Finding {
	t.Helper()
	return p.findingsAfter(t, 0)
}

// findingsAfter reports October so many times more.
func (p pair) findingsAfter(t *testing.T, before int) []Finding {
	t.Helper()
	was, now := p.records()
	var files [][]byte
	for ; before >= 0; before-- {
		files = append(files, writeFile(t, 20261031-Date(before), was)) // a day each, to be short
	}
	return validateFiles(t, historyValidator(), append(files, writeFile(t, 20261130, now))...)
}

func (c historyCase) hits(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool {
		return f.Rule == c.id && f.Severity == c.severity && strings.Contains(f.Message, c.says)
	})
}

func TestHistoryCases(t *testing.T) {
	for _, c := range slices.Concat(historyCases, examinerPairs) {
		t.Run(fmt.Sprintf("%s %s", c.id, c.says), func(t *testing.T) {
			if findings := c.trip.findingsAfter(t, c.before); !c.hits(findings) {
				t.Errorf("silent about the pair that must trip it; findings: %v", findings)
			}
			if findings := c.miss.findings(t); c.hits(findings) {
				t.Errorf("hits the near miss: %v", findings)
			}
		})
	}
}

// TestEveryHistoryRuleHasACase: a row without a case is one that nobody has
// seen fire.
func TestEveryHistoryRuleHasACase(t *testing.T) {
	if len(examinerHistory) != 20 {
		t.Errorf("%d checks with a prior record, want 20", len(examinerHistory))
	}
	for rules, cases := range map[*[]historyRule][]historyCase{&historyRules: historyCases, &examinerHistory: examinerPairs} {
		for _, r := range *rules {
			if !slices.ContainsFunc(cases, func(c historyCase) bool {
				return c.id == r.id && c.severity == r.severity && strings.Contains(r.sentence, c.says)
			}) {
				t.Errorf("%s %s has no case: %s", r.id, r.severity, r.sentence)
			}
		}
	}
}

// comparing reports whether a rule compares records.
func comparing(id string) bool {
	return slices.ContainsFunc(slices.Concat(historyRules, examinerHistory), func(r historyRule) bool { return r.id == id })
}

// TestCleanLivesHaveNoFinding: what loans, cards and collections go through.
func TestCleanLivesHaveNoFinding(t *testing.T) {
	for name, p := range map[string]pair{
		"current": {}, "late": {nil, lateRecord}, "cured": {lateRecord, nil},
		"later":           {lateRecord, with(lateRecord, func(b *Base) { b.AccountStatus, b.DateAccountInfo = "78", 20261130 })},
		"card":            {creditCard, creditCard},
		"charged off":     {chargedOffRecord, with(chargedOffRecord, func(b *Base) { b.DateAccountInfo = 20261130 })},
		"paid":            {nil, paidInNovember},
		"charge-off paid": {chargedOffRecord, with(chargedOffRecord, func(b *Base) { b.AccountStatus, b.CurrentBalance = "64", 0 })},
		"unused card": {with(creditCard, func(b *Base) { b.CurrentBalance = 0 }), with(creditCard, func(b *Base) {
			b.PaymentHistory = "E" + b.PaymentHistory[:23]
		})},
		"month left out": {nil, base(func(b *Base) { b.DateAccountInfo, b.PaymentHistory = 20261231, "D0"+b.PaymentHistory[:22] })},
		"disputed":       {base(func(b *Base) { b.ComplianceCode = "XC" }), base(func(b *Base) { b.PaymentHistory = "D" + b.PaymentHistory[:23] })},
		"same month":     {nil, base(func(b *Base) { b.DateAccountInfo, b.PaymentHistory = 20261031, "00000000000000000000BBBB" })},
		"deleted":        {nil, deleted},
	} {
		for _, f := range p.findings(t) {
			if comparing(f.Rule) {
				t.Errorf("%s: %v", name, f)
			}
		}
	}
}

// TestHistoryIsOfTheAccount: the rules go by both numbers, the examiner by one.
func TestHistoryIsOfTheAccount(t *testing.T) {
	other := pair{base(func(b *Base) { b.IdentificationNumber = "OTHERLENDER" }), base(func(b *Base) { b.DateOpened = 20250316 })}
	rules := map[string]bool{}
	for _, f := range other.findings(t) {
		rules[f.Rule] = true
	}
	if rules["X03"] || !rules["PROG-DateOpen-1"] {
		t.Errorf("another identification number: %v", rules)
	}
	if findings := (pair{base(func(b *Base) { b.AccountNumber = "ACCT0000000009" }), base(func(b *Base) { b.DateOpened = 20250316 })}).findings(t); len(findings) > 0 {
		t.Errorf("another account number: %v", findings)
	}
}

// TestHistoryWithinAFile: a second record in one file is a duplicate, not a
// successor; only the examiner compares it.
func TestHistoryWithinAFile(t *testing.T) {
	first, second := cleanRecord(), cleanRecord()
	second.Base.DateOpened = 20250316
	var got []string
	for _, f := range validateFiles(t, historyValidator(), writeFile(t, 20261031, first, second, second)) {
		got = append(got, fmt.Sprintf("%d %s %s", f.Record, f.Rule, f.Message[len(f.Message)-1:]))
	}
	if want := []string{"3 X01 2", "3 PROG-DateOpen-1 s", "4 X01 2"}; !slices.Equal(got, want) {
		t.Errorf("findings %v, want %v", got, want)
	}
}

// TestOneMonthToldTwice: a file and its copy are not two months.
func TestOneMonthToldTwice(t *testing.T) {
	gone, late := cleanRecord(), cleanRecord()
	deleted(gone)
	lateRecord(late)
	late.Base.AccountNumber = "ACCT0000000002"
	file := writeFile(t, 20261031, gone, late)
	if findings := validateFiles(t, historyValidator(), file, file); len(findings) > 0 {
		t.Error(findings)
	}
}

// TestDeletionIsNotForgotten: not by a month without a report, and not by a
// record that came after it.
func TestDeletionIsNotForgotten(t *testing.T) {
	gone, back := cleanRecord(), cleanRecord()
	deleted(gone)
	none := writeFile(t, 20261130)
	findings := validateFiles(t, historyValidator(), writeFile(t, 20261031, gone), none, writeFile(t, 20261231, back), writeFile(t, 20270131, back))
	if !slices.ContainsFunc(findings, func(f Finding) bool { return f.Rule == "X02" && f.Severity == Error }) {
		t.Errorf("a deleted account is reported twice: %v", findings)
	}
}

// TestFinalReportsAreCounted: a paid account may be reported in three months.
func TestFinalReportsAreCounted(t *testing.T) {
	paid := cleanRecord()
	paidRecord(paid)
	for n, want := range map[int]Severity{1: 0, 2: Warning, 3: Warning, 4: Error, 300: Error} {
		var got Severity
		var files [][]byte
		for i := range n {
			files = append(files, writeFile(t, Date(20261101+i/12*10000+i%12), paid)) // a day each, to be short
		}
		for _, f := range validateFiles(t, historyValidator(), files...) {
			if f.Rule == "X02" {
				got = f.Severity
			}
		}
		if got != want {
			t.Errorf("report %d: severity %d, want %d", n, got, want)
		}
	}
}

// TestHistoryTable fills the table beyond its first index and finds every
// account again, those that share an account number included.
func TestHistoryTable(t *testing.T) {
	h, accounts := newHistory(), 3*len(newHistory().slots)
	record := func(i int) facts {
		rec := cleanRecord()
		rec.Base.AccountNumber = fmt.Sprint("A", i/2)
		rec.Base.IdentificationNumber = fmt.Sprint("LENDER", i%2)
		rec.Base.OriginalChargeoff = Dollars(i)
		return newFacts(rec, CheckEnv{})
	}
	for round := range 2 {
		for i := range accounts {
			h.fill(&h.now, record(i))
			same, _ := h.find(&h.now)
			if known := same != nil; known != (round == 1) || known && same.chargeoff != int32(i) {
				t.Fatalf("round %d, account %d: found %+v", round, i, same)
			}
			h.keep(&h.now, same)
		}
	}
	if int(h.count) != accounts || int(h.heads) != accounts/2 {
		t.Errorf("%d accounts under %d numbers, want %d under %d", h.count, h.heads, accounts, accounts/2)
	}
}

// TestHistoryIsSmall: at 200 bytes each, ten million accounts fit into 4 GiB with
// the room that the collector takes. An index that has just grown is 3/8 full.
func TestHistoryIsSmall(t *testing.T) {
	const slotBytes, most = 4 * 8 / 3, 200
	if got := int(unsafe.Sizeof(past{})) + slotBytes; got > most {
		t.Errorf("%d bytes for each account, want at most %d", got, most)
	} else {
		t.Logf("%d bytes for each account", got)
	}
}
