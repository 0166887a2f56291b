package metro2

import (
	"slices"
	"strings"
)

// baseConsumerCases are about the consumer of the base segment; consumerCases
// adds the same for a J2 segment, where they are rule J01.
var baseConsumerCases = []struct {
	id         string
	severity   Severity
	says       string
	trip, miss func(*J2)
}{
	{"B24", Error, "not in the table", func(c *J2) { c.ConsumerInfo = "QQ" }, func(c *J2) { c.ConsumerInfo = "U" }},
	{"B24", Warning, "obsolete", func(c *J2) { c.ConsumerInfo = "I" }, func(c *J2) { c.ConsumerInfo = "Q" }},
	{"B25", Error, "surname is missing", func(c *J2) { c.Surname = "" }, nil},
	{"B25", Error, "first name of a person", func(c *J2) { c.FirstName = "" }, func(c *J2) { c.FirstName, c.ECOACode = "", "W" }},
	{"B25", Error, "first line of the address", func(c *J2) { c.Address1 = "" }, func(c *J2) { c.Address2 = "" }},
	{"B25", Error, "city is missing", func(c *J2) { c.City = "" }, nil},
	{"B25", Error, "state is missing", func(c *J2) { c.State = "" }, nil},
	{"B25", Warning, "postal abbreviation", func(c *J2) { c.State = "ZZ" }, func(c *J2) { c.State, c.CountryCode = "ZZ", "CA" }},
	{"B25", Error, "postal code is missing", func(c *J2) { c.PostalCode = "" }, nil},
	{"B25", Warning, "neither 5 nor 9", func(c *J2) { c.PostalCode = "627011" }, func(c *J2) { c.PostalCode = "627011234" }},
	{"B25", Warning, "neither 5 nor 9", func(c *J2) { c.PostalCode = "6270A" }, func(c *J2) { c.PostalCode, c.CountryCode = "K1A0B1", "CA" }},
	{"B25", Warning, "ends with JR", func(c *J2) { c.Surname = "SAMPLE JR" }, func(c *J2) { c.Surname = "JR SAMPLE" }},
	{"B25", Warning, "ends with JR", func(c *J2) { c.Surname = "SAMPLE III" }, func(c *J2) { c.Surname, c.ECOACode = "SAMPLE III", "W" }},
	{"B25", Warning, "ESTATE OF", func(c *J2) { c.Surname = "ESTATE OF SAMPLE" }, func(c *J2) { c.Surname = "ESTATE" }},
	{"B25", Warning, "country code", func(c *J2) { c.CountryCode = "U" }, func(c *J2) { c.CountryCode = "CA" }},
	{"B25", Warning, "country code", func(c *J2) { c.CountryCode = "U1" }, func(c *J2) { c.CountryCode = "" }},
	{"B25", Warning, "fewer than ten", func(c *J2) { c.Phone = 555010 }, func(c *J2) { c.Phone = 1000000000 }},
	{"B26", Error, "missing or not", func(c *J2) { c.ECOACode = "" }, nil},
	{"B26", Error, "missing or not", func(c *J2) { c.ECOACode = "9" }, func(c *J2) { c.ECOACode = "7" }},
	{"B26", Warning, "obsolete", func(c *J2) { c.ECOACode = "4" }, func(c *J2) { c.ECOACode = "5" }},
	{"B27", Error, "neither Social Security Number nor date of birth", func(c *J2) { c.DateOfBirth = 0 }, func(c *J2) { c.DateOfBirth, c.SSN = 0, 666001001 }},
	{"B27", Error, "neither Social Security Number nor date of birth", func(c *J2) { c.DateOfBirth, c.SSN = 0, 999999999 }, func(c *J2) { c.DateOfBirth, c.ECOACode = 0, "W" }},
	{"B27", Warning, "who leaves the account", func(c *J2) { c.DateOfBirth, c.ECOACode = 0, "Z" }, func(c *J2) { c.ECOACode = "Z" }},
	{"B27", Warning, "never issued", func(c *J2) { c.SSN = 666001001 }, func(c *J2) { c.SSN = 0 }},
	{"B27", Warning, "never issued", func(c *J2) { c.SSN = 900123456 }, func(c *J2) { c.SSN = 999999999 }},
	{"B27", Warning, "never issued", func(c *J2) { c.SSN = 123456 }, nil},
	{"B27", Warning, "younger than 18", func(c *J2) { c.DateOfBirth = 20070316 }, func(c *J2) { c.DateOfBirth = 20070315 }},
	{"B29", Error, "generation code", func(c *J2) { c.GenerationCode = "1" }, func(c *J2) { c.GenerationCode = "J" }},
	{"B29", Error, "address indicator", func(c *J2) { c.AddressInd = "X" }, func(c *J2) { c.AddressInd = "U" }},
	{"B29", Error, "residence code", func(c *J2) { c.ResidenceCode = "X" }, func(c *J2) { c.ResidenceCode = "O" }},
}

var consumerCases = func() []ruleCase {
	out := []ruleCase{
		{"B26", Error, "authorized user", base(func(b *Base) { b.ECOACode = "3" }), func(r *Record) { joint(r); r.J1[0].ECOACode = "3" }},
		{"B27", Warning, "younger than 18", base(func(b *Base) { b.DateOpened, b.DateOfBirth = 20260228, 20080229 }), base(func(b *Base) { b.DateOpened, b.DateOfBirth = 20260301, 20080229 })},
		{"J01", Error, "surname is missing", func(r *Record) { joint(r); r.J1[0].Surname = "" }, joint},
		{"J01", Error, "neither Social Security Number", func(r *Record) { joint(r); r.J1[0].DateOfBirth = 0 }, joint},
	}
	for _, c := range baseConsumerCases {
		out = append(out, ruleCase{c.id, c.severity, c.says, onBase(c.trip), onBase(c.miss)},
			ruleCase{"J01", c.severity, c.says, onJ2(c.trip), onJ2(c.miss)})
	}
	return out
}()

func onJ2(change func(*J2)) func(*Record) {
	return func(r *Record) {
		jointElsewhere(r)
		if change != nil {
			change(&r.J2[0])
		}
	}
}

// onBase applies a change of a J2 segment to the same fields of the base.
func onBase(change func(*J2)) func(*Record) {
	return func(r *Record) {
		b := &r.Base
		c := J2{
			b.Surname, b.FirstName, b.MiddleName, b.GenerationCode, b.SSN, b.DateOfBirth, b.Phone, b.ECOACode, b.ConsumerInfo,
			b.CountryCode, b.Address1, b.Address2, b.City, b.State, b.PostalCode, b.AddressInd, b.ResidenceCode,
		}
		if change != nil {
			change(&c)
		}
		b.Surname, b.FirstName, b.MiddleName, b.GenerationCode = c.Surname, c.FirstName, c.MiddleName, c.GenerationCode
		b.SSN, b.DateOfBirth, b.Phone, b.ECOACode, b.ConsumerInfo = c.SSN, c.DateOfBirth, c.Phone, c.ECOACode, c.ConsumerInfo
		b.CountryCode, b.Address1, b.Address2, b.City = c.CountryCode, c.Address1, c.Address2, c.City
		b.State, b.PostalCode, b.AddressInd, b.ResidenceCode = c.State, c.PostalCode, c.AddressInd, c.ResidenceCode
	}
}

func k1(change func(*K1)) func(*Record) {
	return func(r *Record) { r.K1 = &K1{"TEST STORE", 1}; change(r.K1) }
}

func k2(change func(*K2)) func(*Record) {
	return func(r *Record) { r.K2 = &K2{2, "TEST BUYER"}; change(r.K2) }
}

func k3(change func(*K3)) func(*Record) {
	return func(r *Record) { r.K3 = &K3{1, "1234567890", "100012345678901234"}; change(r.K3) }
}

func k4(change func(*K4)) func(*Record) {
	return func(r *Record) { r.K4 = &K4{1, 20270101, 20300101, 5000}; change(r.K4) }
}

func l1(change func(*L1)) func(*Record) {
	return func(r *Record) { r.L1 = &L1{3, "NEW0000000001", "TESTLENDER02"}; change(r.L1) }
}

func associated(ecoa string, more func(*Record)) func(*Record) {
	return func(r *Record) {
		joint(r)
		r.J1[0].ECOACode = ecoa
		more(r)
	}
}

func asIs(*Record) {}

var segmentCases = []ruleCase{
	{"J02", Warning, "solely liable", associated("2", base(func(b *Base) { b.ECOACode = "1" })), associated("2", asIs)},
	{"J02", Warning, "solely liable", associated("2", base(func(b *Base) { b.ECOACode = "1" })), associated("3", base(func(b *Base) { b.ECOACode = "1" }))},
	{"J02", Warning, "without a maker", associated("5", asIs), associated("5", base(func(b *Base) { b.ECOACode = "7" }))},
	{"J02", Warning, "without a maker", base(func(b *Base) { b.ECOACode = "5" }), associated("7", base(func(b *Base) { b.ECOACode = "5" }))},
	{"J02", Warning, "without a maker", onJ2(func(j *J2) { j.ECOACode = "5" }), onJ2(nil)},
	{"K01", Error, "no name", k1(func(k *K1) { k.CreditorName = "" }), k1(func(*K1) {})},
	{"K01", Error, "classification", k1(func(k *K1) { k.CreditorClass = 0 }), k1(func(k *K1) { k.CreditorClass = 15 })},
	{"K01", Error, "classification", k1(func(k *K1) { k.CreditorClass = 16 }), nil},
	{"K01", Warning, "without an original creditor", func(r *Record) { collection(r); r.K1 = nil }, collection},
	{"K02", Error, "not in the table", k2(func(k *K2) { k.Indicator = 3 }), k2(func(k *K2) { k.Indicator = 1 })},
	{"K02", Error, "not in the table", k2(func(k *K2) { k.Indicator = 12 }), nil},
	{"K02", Error, "name is missing", k2(func(k *K2) { k.Name = "" }), k2(func(k *K2) { k.Indicator, k.Name = 9, "" })},
	{"K02", Warning, "with a name", k2(func(k *K2) { k.Indicator = 9 }), k2(func(*K2) {})},
	{"K03", Error, "not in the table", k3(func(k *K3) { k.AgencyID = 3 }), k3(func(k *K3) { k.AgencyID = 2 })},
	{"K03", Error, "without an agency", k3(func(k *K3) { k.AgencyID = 0 }), k3(func(k *K3) { k.AgencyID, k.AgencyAccount = 0, "" })},
	{"K03", Error, "agency without", k3(func(k *K3) { k.AgencyAccount = "" }), k3(func(k *K3) { k.MIN = "" })},
	{"K04", Error, "not in the table", k4(func(k *K4) { k.PaymentInd = 0 }), k4(func(k *K4) { k.PaymentInd = 2 })},
	{"K04", Error, "its due date", k4(func(k *K4) { k.BalloonDate = 0 }), k4(func(k *K4) { k.BalloonDate, k.PaymentInd = 0, 2 })},
	{"K04", Error, "its amount", k4(func(k *K4) { k.BalloonAmount = 0 }), k4(func(k *K4) { k.BalloonAmount = 1 })},
	{"K04", Error, "first payment", k4(func(k *K4) { k.PaymentInd, k.DeferredStart = 2, 0 }), k4(func(k *K4) { k.DeferredStart = 0 })},
	{"L01", Error, "not in the table", l1(func(l *L1) { l.ChangeInd = 4 }), l1(func(*L1) {})},
	{"L01", Error, "account number changes, but", l1(func(l *L1) { l.NewAccountNumber = "" }), l1(func(l *L1) { l.ChangeInd, l.NewAccountNumber = 2, "" })},
	{"L01", Error, "a new account number is given", l1(func(l *L1) { l.ChangeInd = 2 }), l1(func(*L1) {})},
	{"L01", Warning, "new account number is the old one", l1(func(l *L1) { l.NewAccountNumber = "ACCT0000000001" }), l1(func(*L1) {})},
	{"L01", Error, "identification number changes, but", l1(func(l *L1) { l.NewIdentificationNumber = "" }), l1(func(l *L1) { l.ChangeInd, l.NewIdentificationNumber = 1, "" })},
	{"L01", Error, "a new identification number is given", l1(func(l *L1) { l.ChangeInd = 1 }), l1(func(*L1) {})},
	{"L01", Warning, "new identification number is the old one", l1(func(l *L1) { l.NewIdentificationNumber = "TESTLENDER01" }), l1(func(*L1) {})},
	{"L01", Warning, "being deleted", func(r *Record) { deleted(r); l1(func(*L1) {})(r) }, l1(func(*L1) {})},
}

// valueCases are about single fields of a record that was never encoded.
var valueCases = slices.Concat([]ruleCase{
	{"F01", Error, "longer than the field", base(func(b *Base) { b.City = strings.Repeat("X", 21) }), base(func(b *Base) { b.City = strings.Repeat("X", 20) })},
	{"F01", Error, "longer than the field", k2(func(k *K2) { k.Name = strings.Repeat("X", 31) }), k2(func(k *K2) { k.Name = strings.Repeat("X", 30) })},
	{"F04", Error, "negative", base(func(b *Base) { b.CurrentBalance = -1 }), base(func(b *Base) { b.CurrentBalance = 0 })},
	{"F04", Error, "more digits", base(func(b *Base) { b.HighestCredit = MaxDollars + 1 }), base(func(b *Base) { b.HighestCredit = MaxDollars })},
	{"F04", Error, "more digits", base(func(b *Base) { b.Phone = 10000000000 }), base(func(b *Base) { b.Phone = 9999999999 })},
	{"F05", Error, "calendar date of", base(func(b *Base) { b.DateLastPayment = 20260229 }), base(func(b *Base) { b.DateLastPayment = 20261001 })},
	{"F05", Error, "time of day", base(func(b *Base) { b.Timestamp = 20261031240000 }), base(func(b *Base) { b.Timestamp = 20261031235959 })},
	{"F06", Error, "not printable ASCII", base(func(b *Base) { b.Surname = "PEÑA" }), base(func(b *Base) { b.Surname = "PENA" })},
	{"F06", Error, "not printable ASCII", base(func(b *Base) { b.Address1 = "1 MAIN\nST" }), nil},
	{"F06", Warning, "does not belong", base(func(b *Base) { b.Surname = "O'NEIL" }), base(func(b *Base) { b.Surname = "DE LA CRUZ-NEIL" })},
	{"F06", Warning, "does not belong", base(func(b *Base) { b.Surname = "2ND STREET LLC" }), base(func(b *Base) { b.Surname, b.ECOACode = "2ND STREET LLC", "W" })},
	{"F06", Warning, "does not belong", base(func(b *Base) { b.Address1 = "1 MAIN ST #4" }), base(func(b *Base) { b.Address1 = `1-2 N. MAIN ST 1/2 \4` })},
	{"F06", Warning, "does not belong", base(func(b *Base) { b.AccountNumber = "A-1" }), nil},
})
