package metro2

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// testEnv is the October 2026 of all rule cases.
var testEnv = CheckEnv{Created: 20261102, Activity: 20261031, PeriodStart: 20261001, PeriodEnd: 20261031}

// cleanRecord returns a record without any finding: a current auto loan. The
// consumer has no Social Security Number, because those of invented people draw
// a warning of their own.
func cleanRecord() *Record {
	return &Record{Base: Base{
		IdentificationNumber: "TESTLENDER01", AccountNumber: "ACCT0000000001", PortfolioType: "I", AccountType: "00",
		DateOpened: 20250315, HighestCredit: 21500, TermsDuration: "060", TermsFrequency: "M",
		ScheduledPayment: 389, ActualPayment: 389, AccountStatus: "11", PaymentHistory: "0000000000000000000BBBBB",
		CurrentBalance: 15210, DateAccountInfo: 20261031, DateLastPayment: 20261015, InterestType: "F",
		Surname: "SAMPLEA", FirstName: "TERRY", DateOfBirth: 19810215, ECOACode: "1", CountryCode: "US",
		Address1: "100 TEST LANE", City: "SPRINGFIELD", State: "IL", PostalCode: "62701", AddressInd: "Y", ResidenceCode: "R",
	}}
}

// Records from which many cases start.

func paidRecord(r *Record) {
	b := &r.Base
	b.AccountStatus, b.PaymentRating = "13", "0"
	b.CurrentBalance, b.ScheduledPayment = 0, 0
	b.DateAccountInfo, b.DateClosed, b.DateLastPayment = 20261009, 20261009, 20261009
}

func lateRecord(r *Record) {
	b := &r.Base
	b.AccountStatus, b.AmountPastDue, b.ActualPayment = "71", 389, 0
	b.DateFirstDelinquency, b.DateLastPayment = 20261020, 20260815
}

func chargedOffRecord(r *Record) {
	lateRecord(r)
	b := &r.Base
	b.AccountStatus, b.OriginalChargeoff, b.ScheduledPayment = "97", 15210, 0
	b.AmountPastDue, b.DateFirstDelinquency = 15210, 20260214
}

func creditLine(r *Record) {
	b := &r.Base
	b.PortfolioType, b.AccountType, b.TermsDuration, b.CreditLimit = "C", "15", "LOC", 20000
}

func creditCard(r *Record) {
	b := &r.Base
	b.PortfolioType, b.AccountType, b.TermsDuration, b.CreditLimit = "R", "18", "REV", 20000
}

func collection(r *Record) {
	b := &r.Base
	lateRecord(r)
	b.AccountStatus, b.PortfolioType, b.AccountType, b.TermsDuration, b.ScheduledPayment = "93", "O", "48", "001", 0
	b.PaymentHistory = strings.Repeat("B", 24)
	b.DateOpened, b.DateFirstDelinquency = 20260601, 20260210
	r.K1 = &K1{CreditorName: "TEST STORE", CreditorClass: 1}
}

func joint(r *Record) {
	r.Base.ECOACode = "2"
	r.J1 = []J1{{Surname: "SAMPLEJOINT", FirstName: "ROBIN", DateOfBirth: 19850303, ECOACode: "2"}}
}

func jointElsewhere(r *Record) {
	r.Base.ECOACode = "2"
	r.J2 = []J2{{
		Surname: "SAMPLEJOINT", FirstName: "ROBIN", DateOfBirth: 19850303, ECOACode: "2",
		Address1: "9 OAK AVE", City: "PEORIA", State: "IL", PostalCode: "616021234",
	}}
}

// ruleCase trips one row of a rule table and, beside it, a record that is as
// close as can be and does not. says is a part of the row's sentence.
type ruleCase struct {
	id       string
	severity Severity
	says     string
	trip     func(*Record)
	miss     func(*Record)
}

func (c ruleCase) name() string { return fmt.Sprintf("%s %s %s", c.id, c.severity, c.says) }

func (c ruleCase) matches(rule string, severity Severity, sentence string) bool {
	return c.id == rule && c.severity == severity && strings.Contains(sentence, c.says)
}

// hits reports whether the findings hold one of the row.
func (c ruleCase) hits(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return c.matches(f.Rule, f.Severity, f.Message) })
}

func recordCases() []ruleCase {
	return slices.Concat(accountCases, consumerCases, segmentCases, valueCases, questionCases, furtherCases)
}

func TestCleanRecordsHaveNoFinding(t *testing.T) {
	for name, change := range map[string]func(*Record){
		"current": func(*Record) {}, "paid": paidRecord, "late": lateRecord, "charged off": chargedOffRecord,
		"credit line": creditLine, "card": creditCard, "collection": collection,
		"joint": joint, "joint elsewhere": jointElsewhere,
	} {
		rec := cleanRecord()
		change(rec)
		if findings := CheckRecord(rec, testEnv, nil); len(findings) > 0 {
			t.Errorf("%s: %v", name, findings)
		}
	}
}

func TestRuleCases(t *testing.T) {
	for _, c := range recordCases() {
		t.Run(c.name(), func(t *testing.T) {
			tripped := cleanRecord()
			c.trip(tripped)
			if findings := CheckRecord(tripped, testEnv, nil); !c.hits(findings) {
				t.Errorf("rule is silent about the case that must trip it; findings: %v", findings)
			}
			missed := cleanRecord()
			if c.miss != nil {
				c.miss(missed)
			}
			if findings := CheckRecord(missed, testEnv, nil); c.hits(findings) {
				t.Errorf("rule fires on the near miss: %v", findings)
			}
		})
	}
}

// TestEveryRuleHasACase holds each row of [Rules] to a case of its own.
func TestEveryRuleHasACase(t *testing.T) {
	cases := recordCases()
	for _, rule := range Rules() {
		inRecord := slices.ContainsFunc(cases, func(c ruleCase) bool { return c.matches(rule.ID, rule.Severity, rule.Sentence) })
		inFile := slices.ContainsFunc(fileCases, func(c fileCase) bool {
			return c.id == rule.ID && c.severity == rule.Severity && strings.Contains(rule.Sentence, c.says)
		})
		inHistory := slices.ContainsFunc(historyCases, func(c historyCase) bool {
			return c.id == rule.ID && c.severity == rule.Severity && strings.Contains(rule.Sentence, c.says)
		})
		if !inRecord && !inFile && !inHistory {
			t.Errorf("rule %s, %s, has no case: %s", rule.ID, rule.Severity, rule.Sentence)
		}
	}
}

// TestFindingsNameTheirPlace takes the positions from the transcription.
func TestFindingsNameTheirPlace(t *testing.T) {
	specs := readLayouts(t)
	for _, c := range recordCases() {
		rec := cleanRecord()
		c.trip(rec)
		for _, f := range CheckRecord(rec, testEnv, nil) {
			i := slices.IndexFunc(specs[f.Segment], func(s fieldSpec) bool { return s.key == f.Field })
			if i < 0 || specs[f.Segment][i].start != f.Position {
				t.Errorf("%s: finding points to %s.%s at %d, which is not there", c.name(), f.Segment, f.Field, f.Position)
			}
		}
	}
}

// TestFindingsHideValues puts a mark into every personal field and looks for it
// in what is said.
func TestFindingsHideValues(t *testing.T) {
	for _, c := range recordCases() {
		rec := cleanRecord()
		rec.Base.Surname, rec.Base.FirstName, rec.Base.Address1 = "QXQXQ1", "QXQXQ2", "QXQXQ3?"
		rec.Base.City, rec.Base.AccountNumber = "QXQXQ4!", "QXQXQ5666001001"
		rec.Base.SSN, rec.Base.Phone = 666001001, 2175550101
		c.trip(rec)
		for _, f := range CheckRecord(rec, testEnv, nil) {
			for _, secret := range []string{"QXQX", "666001001", "2175550101", "1981"} {
				if strings.Contains(f.String(), secret) {
					t.Errorf("finding holds a value: %s", f)
				}
			}
		}
	}
}

// fileCase trips a rule by the bytes of a file: the clean file is changed, read
// and validated.
type fileCase struct {
	id       string
	severity Severity
	says     string
	options  Options
	trip     func(file []byte) []byte
	miss     func(file []byte) []byte
}

func (c fileCase) matches(f Finding) bool {
	return f.Rule == c.id && f.Severity == c.severity && strings.Contains(f.Message, c.says)
}

// cleanFile is a file of three records: current, late and joint.
func cleanFile(t testing.TB, options Options) []byte {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out, testHeader(), options)
	for i, change := range []func(*Record){func(*Record) {}, lateRecord, joint} {
		rec := cleanRecord()
		change(rec)
		rec.Base.AccountNumber = fmt.Sprintf("ACCT000000000%d", i+1)
		if err := w.Write(rec); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func validateBytes(t testing.TB, file []byte) (Summary, []Finding) {
	t.Helper()
	var findings []Finding
	summary, err := Validate(bytes.NewReader(file), func(f Finding) error {
		findings = append(findings, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return summary, findings
}

func TestCleanFilesHaveNoFinding(t *testing.T) {
	for _, options := range []Options{{}, {LineEnd: "\n"}, {LineEnd: NoLineEnd}, {Form: Packed}, {BlockCount: NoBlockCount}} {
		summary, findings := validateBytes(t, cleanFile(t, options))
		if len(findings) > 0 || summary.Records != 5 || summary.Totals.TotalBase != 3 {
			t.Errorf("%+v: summary %+v, findings %v", options, summary, findings)
		}
	}
}

func TestFileCases(t *testing.T) {
	for _, c := range fileCases {
		t.Run(fmt.Sprintf("%s %s %s", c.id, c.severity, c.says), func(t *testing.T) {
			_, findings := validateBytes(t, c.trip(cleanFile(t, c.options)))
			if !slices.ContainsFunc(findings, c.matches) {
				t.Errorf("rule is silent about the case that must trip it; findings: %v", findings)
			}
			_, findings = validateBytes(t, c.miss(cleanFile(t, c.options)))
			if slices.ContainsFunc(findings, c.matches) {
				t.Errorf("rule fires on the near miss: %v", findings)
			}
		})
	}
}

// TestEveryCounterIsChecked puts one too many into each counter of the trailer.
func TestEveryCounterIsChecked(t *testing.T) {
	file := cleanFile(t, Options{})
	for _, f := range Layouts()[len(Layouts())-1].Fields {
		if f.Type != "number" {
			continue
		}
		_, findings := validateBytes(t, on(4, func(line []byte) []byte {
			line[f.Start+f.Width-2]++
			return line
		})(file))
		severity := Error
		if f.Key == "block_count" {
			severity = Warning
		}
		if len(findings) != 1 || findings[0].Rule != "T01" || findings[0].Field != f.Key || findings[0].Severity != severity {
			t.Errorf("%s: findings %v", f.Key, findings)
		}
	}
}

// TestPeriodOfTheHeader: without a period of its own a file is as of the month
// up to its most recent update.
func TestPeriodOfTheHeader(t *testing.T) {
	for end, want := range map[Date]Date{
		20261031: 20261001, 20261130: 20261101, 20260228: 20260201, 20280229: 20280201, 20280228: 20280129,
		20261115: 20261016, 20260115: 20251216, 20260101: 20251202, 20260330: 20260301, 20260331: 20260301,
	} {
		if got := periodUpTo(end); got != want {
			t.Errorf("period up to %s begins on %s, want %s", end, got, want)
		}
	}
	for info, want := range map[Date]bool{20260930: true, 20261001: false, 20261031: false, 20261101: true} {
		rec := cleanRecord()
		rec.Base.DateAccountInfo, rec.Base.ActualPayment = info, 0
		rec.Base.DateLastPayment = 20260915
		findings := validateFiles(t, NewValidator(CheckEnv{}), writeFile(t, 20261031, rec))
		if got := slices.ContainsFunc(findings, func(f Finding) bool { return f.Rule == "B07" }); got != want {
			t.Errorf("as of %s: findings %v", info, findings)
		}
	}
}

// TestRepeatOfAPaidAccount: it tells again what was true a period ago.
func TestRepeatOfAPaidAccount(t *testing.T) {
	paid := cleanRecord()
	paidRecord(paid)
	for _, f := range validateFiles(t, NewValidator(CheckEnv{}), writeFile(t, 20261130, paid)) {
		t.Error(f)
	}
}
