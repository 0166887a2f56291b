package metro2

import "strings"

// tenDigits is the first number of ten digits.
const tenDigits = 1_000_000_000

// consumer is what the rules about people see of a base, J1 or J2 segment.
type consumer struct {
	opened                                              Date
	ssn, phone                                          Number
	born                                                Date
	hasAddress                                          bool
	surname, firstName, generation, ecoa, info          string
	address1, city, state, zip, country, addrInd, owner string
}

// gone says that the segment only reports the end of the association.
func (c consumer) gone() bool { return c.ecoa == "X" || c.ecoa == "Z" || c.ecoa == "T" }

func (c consumer) anonymous() bool {
	return (c.ssn == 0 || c.ssn == nineFilled) && c.born == 0 && c.ecoa != "W"
}

// odd says that a rare row may hit: a name of several words, a short telephone number, a country that is no pair of letters.
func (c *consumer) odd() bool {
	return strings.IndexByte(c.surname, ' ') >= 0 || c.phone > 0 && c.phone < tenDigits || c.country != "" && oddCountry(c.country)
}

func oddCountry(code string) bool { return len(code) != 2 || code[0] < 'A' || code[1] < 'A' }

func (c consumer) american() bool { return c.country == "" || c.country == "US" }

// consumerRule is one row of the table about people. In a J segment the same
// rows are reported as rule J01.
type consumerRule struct {
	id       string
	severity Severity
	field    string
	part     string // see [RuleInfo]
	sentence string
	address  bool // only for segments that hold an address
	baseOnly bool
	rare     bool // only for consumers who are odd
	hit      func(c consumer) bool

	positions [3]int // in base, J1, J2; 0 where the field does not exist
}

var consumerRules = func() []consumerRule {
	rules := []consumerRule{
		{id: "B24", severity: Error, field: "consumer_info", sentence: "consumer information indicator is not in the table", hit: func(c consumer) bool { return unknownCode(&ConsumerInfoCodes, c.info) }},
		{id: "B24", severity: Warning, field: "consumer_info", part: "consumer_info-obsolete", sentence: "consumer information indicator is obsolete", hit: func(c consumer) bool { return legacyCode(&ConsumerInfoCodes, c.info) }},
		{id: "B25", severity: Error, field: "surname", sentence: "surname is missing", hit: func(c consumer) bool { return c.surname == "" }},
		{id: "B25", severity: Warning, field: "surname", rare: true, part: "surname-suffix", sentence: "surname ends with JR, SR or a numeral, which is the generation code", hit: func(c consumer) bool { return isSuffixed(c.surname) && c.ecoa != "W" }},
		{id: "B25", severity: Warning, field: "surname", rare: true, part: "surname-estate", sentence: "surname begins with ESTATE OF, which is no name", hit: func(c consumer) bool { return strings.HasPrefix(c.surname, "ESTATE OF") && c.ecoa != "W" }},
		{id: "B25", severity: Error, field: "first_name", sentence: "first name of a person is missing", hit: func(c consumer) bool { return c.firstName == "" && c.ecoa != "W" }},
		{id: "B25", severity: Error, field: "address1", address: true, sentence: "first line of the address is missing", hit: func(c consumer) bool { return c.address1 == "" }},
		{id: "B25", severity: Error, field: "city", address: true, sentence: "city is missing", hit: func(c consumer) bool { return c.city == "" }},
		{id: "B25", severity: Error, field: "state", address: true, sentence: "state is missing", hit: func(c consumer) bool { return c.state == "" }},
		{id: "B25", severity: Warning, field: "state", address: true, part: "state-unknown", sentence: "state is not a postal abbreviation", hit: func(c consumer) bool { return c.american() && unknownCode(&States, c.state) }},
		{id: "B25", severity: Error, field: "postal_code", address: true, sentence: "postal code is missing", hit: func(c consumer) bool { return c.zip == "" }},
		{id: "B25", severity: Warning, field: "postal_code", address: true, part: "postal_code-digits", sentence: "postal code has neither 5 nor 9 digits", hit: func(c consumer) bool {
			return c.american() && c.zip != "" && (len(c.zip) != 5 && len(c.zip) != 9 || !isDigits(c.zip))
		}},
		{id: "B25", severity: Warning, field: "country_code", rare: true, address: true, sentence: "country code has not two letters", hit: func(c consumer) bool { return c.country != "" && oddCountry(c.country) }},
		{id: "B25", severity: Warning, field: "phone", rare: true, sentence: "telephone number has fewer than ten digits", hit: func(c consumer) bool { return c.phone > 0 && c.phone < tenDigits }},
		{id: "B26", severity: Error, field: "ecoa_code", sentence: "ECOA code is missing or not in the table", hit: func(c consumer) bool { return ECOACodes.Find(c.ecoa) == nil }},
		{id: "B26", severity: Warning, field: "ecoa_code", part: "ecoa_code-obsolete", sentence: "ECOA code is obsolete", hit: func(c consumer) bool { return legacyCode(&ECOACodes, c.ecoa) }},
		{id: "B26", severity: Error, field: "ecoa_code", baseOnly: true, part: "ecoa_code-authorized", sentence: "authorized user (ECOA 3) in the base segment", hit: func(c consumer) bool { return c.ecoa == "3" }},
		{id: "B27", severity: Error, field: "ssn", sentence: "neither Social Security Number nor date of birth", hit: func(c consumer) bool { return c.anonymous() && !c.gone() }},
		{id: "B27", severity: Warning, field: "ssn", part: "ssn-leaving", sentence: "neither Social Security Number nor date of birth of a consumer who leaves the account", hit: func(c consumer) bool { return c.anonymous() && c.gone() }},
		{id: "B27", severity: Warning, field: "ssn", part: "ssn-never-issued", sentence: "Social Security Number begins with 000, 666 or 9, which are never issued", hit: neverIssued},
		{id: "B27", severity: Warning, field: "date_of_birth", sentence: "consumer was younger than 18 when the account was opened", hit: func(c consumer) bool {
			return c.born.Valid() && c.opened.Valid() && c.born.addYears(18) > c.opened
		}},
		{id: "B29", severity: Error, field: "generation_code", sentence: "generation code is not in the table", hit: func(c consumer) bool { return unknownCode(&GenerationCodes, c.generation) }},
		{id: "B29", severity: Error, field: "address_ind", address: true, sentence: "address indicator is not in the table", hit: func(c consumer) bool { return unknownCode(&AddressIndicators, c.addrInd) }},
		{id: "B29", severity: Error, field: "residence_code", address: true, sentence: "residence code is not in the table", hit: func(c consumer) bool { return unknownCode(&ResidenceCodes, c.owner) }},
	}
	for i := range rules {
		r := &rules[i]
		r.positions = [3]int{baseLayout.position(r.field), j1Layout.position(r.field), j2Layout.position(r.field)}
		if r.positions[0] == 0 {
			panic("metro2: rule " + r.id + " names no field: " + r.field)
		}
	}
	return rules
}()

func neverIssued(c consumer) bool {
	if c.ssn <= 0 || c.ssn >= nineFilled {
		return false
	}
	area := c.ssn / 1_000_000
	return area == 0 || area == 666 || area >= 900
}

// checkConsumers applies the table to each consumer of the record.
func checkConsumers(f facts, findings []Finding) []Finding {
	b := f.base
	findings = checkConsumer(consumer{
		opened: b.DateOpened, ssn: b.SSN, phone: b.Phone, born: b.DateOfBirth, hasAddress: true,
		surname: b.Surname, firstName: b.FirstName, generation: b.GenerationCode, ecoa: b.ECOACode, info: b.ConsumerInfo,
		address1: b.Address1, city: b.City, state: b.State, zip: b.PostalCode, country: b.CountryCode,
		addrInd: b.AddressInd, owner: b.ResidenceCode,
	}, 0, 0, findings)
	for i := range f.rec.J1 {
		j := &f.rec.J1[i]
		findings = checkConsumer(consumer{
			opened: b.DateOpened, ssn: j.SSN, phone: j.Phone, born: j.DateOfBirth,
			surname: j.Surname, firstName: j.FirstName, generation: j.GenerationCode, ecoa: j.ECOACode, info: j.ConsumerInfo,
		}, 1, i+1, findings)
	}
	for i := range f.rec.J2 {
		j := &f.rec.J2[i]
		findings = checkConsumer(consumer{
			opened: b.DateOpened, ssn: j.SSN, phone: j.Phone, born: j.DateOfBirth, hasAddress: true,
			surname: j.Surname, firstName: j.FirstName, generation: j.GenerationCode, ecoa: j.ECOACode, info: j.ConsumerInfo,
			address1: j.Address1, city: j.City, state: j.State, zip: j.PostalCode, country: j.CountryCode,
			addrInd: j.AddressInd, owner: j.ResidenceCode,
		}, 2, i+1, findings)
	}
	return findings
}

// checkConsumer applies the table to one consumer; place is 0 for the base
// segment, 1 for J1, 2 for J2.
func checkConsumer(c consumer, place, index int, findings []Finding) []Finding {
	odd := c.odd()
	for i := range consumerRules {
		r := &consumerRules[i]
		if r.address && !c.hasAddress || r.baseOnly && place > 0 || r.rare && !odd || !r.hit(c) {
			continue
		}
		id := r.id
		if place > 0 {
			id = "J01"
		}
		findings = append(findings, Finding{
			Segment: [...]string{"base", "j1", "j2"}[place], Index: index, Field: r.field, Position: r.positions[place],
			Rule: id, Severity: r.severity, Message: r.sentence,
		})
	}
	return findings
}
