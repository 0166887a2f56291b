package bureau

import (
	"strings"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// Consumers appends the customers of a loan as rules see them: without a personal value, but with who lives together.
func Consumers(dst []rules.Consumer, consumers []book.Consumer) []rules.Consumer {
	for i := range consumers {
		c := &consumers[i]
		household := i + 1
		for k := range i {
			if sameAddress(&consumers[k], c) {
				household = dst[len(dst)-i+k].Household
				break
			}
		}
		dst = append(dst, rules.Consumer{
			ID: c.Customer, Position: c.Position, ECOA: strings.ToUpper(c.ECOACode), Business: c.IsBusiness, Household: household,
		})
	}
	return dst
}

// address is where a customer lives, as a record shows it.
type address struct{ line1, line2, city, state, postalCode, country string }

func addressOf(c *book.Consumer) address {
	return address{
		metro2.FoldAddress(c.Address1), metro2.FoldAddress(c.Address2), metro2.CutCity(metro2.FoldAddress(c.City)),
		strings.ToUpper(c.State), digits(c.PostalCode), strings.ToUpper(c.CountryCode),
	}
}

// sameAddress is what decides between J1 and J2 (FORMAT.md 3.18).
func sameAddress(a, b *book.Consumer) bool { return addressOf(a) == addressOf(b) }

// setConsumer fills in what the base segment says of its consumer.
func setConsumer(b *metro2.Base, who *metro2.J2) {
	b.Surname, b.FirstName, b.MiddleName, b.GenerationCode = who.Surname, who.FirstName, who.MiddleName, who.GenerationCode
	b.SSN, b.DateOfBirth, b.Phone, b.ECOACode, b.ConsumerInfo = who.SSN, who.DateOfBirth, who.Phone, who.ECOACode, who.ConsumerInfo
	b.CountryCode, b.Address1, b.Address2, b.City = who.CountryCode, who.Address1, who.Address2, who.City
	b.State, b.PostalCode, b.AddressInd, b.ResidenceCode = who.State, who.PostalCode, who.AddressInd, who.ResidenceCode
}

// folded is a customer as a segment with an address shows it (FORMAT.md 1.5), without the codes that were decided.
func folded(c *book.Consumer) metro2.J2 {
	name := metro2.FoldName
	if isBusiness(c) { // a company's name may hold digits
		name = metro2.FoldText
	}
	at := addressOf(c)
	return metro2.J2{
		Surname: name(c.Surname), FirstName: name(c.FirstName), MiddleName: name(c.MiddleName),
		GenerationCode: strings.ToUpper(c.GenerationCode), SSN: number(c.SSN), DateOfBirth: date(c.DateOfBirth), Phone: number(c.Phone),
		CountryCode: at.country, Address1: at.line1, Address2: at.line2, City: at.city, State: at.state, PostalCode: at.postalCode,
		AddressInd: strings.ToUpper(c.AddressIndicator), ResidenceCode: strings.ToUpper(c.ResidenceCode),
	}
}

func isBusiness(c *book.Consumer) bool { return c.IsBusiness || c.ECOACode == "W" }

// withoutAddress is a consumer at the address of the base segment.
func withoutAddress(c *metro2.J2) metro2.J1 {
	return metro2.J1{
		Surname: c.Surname, FirstName: c.FirstName, MiddleName: c.MiddleName, GenerationCode: c.GenerationCode,
		SSN: c.SSN, DateOfBirth: c.DateOfBirth, Phone: c.Phone, ECOACode: c.ECOACode, ConsumerInfo: c.ConsumerInfo,
	}
}
