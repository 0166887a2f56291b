package sample

import (
	"errors"
	"strconv"
	"strings"

	"github.com/furnisher/furnisher/batch/seal"
	"github.com/furnisher/furnisher/metro2"
)

// people fills in the consumers: the first liable person in the base segment, the others beside, at the same address or at
// another one (Q58, FORMAT.md 3.18).
func (d *derivation) people(keys *seal.Keyset) error {
	base := -1
	for i := range d.consumers {
		c := &d.consumers[i]
		if c.Removed {
			d.hand["consumers"] = "a customer who was removed"
			return nil
		}
		if base < 0 && strings.Contains("1257", strings.ToUpper(c.ECOA)) && !business(c) {
			base = i
		}
	}
	if base < 0 {
		d.hand["consumers"] = "no liable person"
		return nil
	}
	for i := range d.consumers {
		c := &d.consumers[i]
		who, err := d.person(c, keys)
		if err != nil {
			return err
		}
		switch {
		case i == base:
			b := &d.record.Base
			b.Surname, b.FirstName, b.MiddleName, b.GenerationCode = who.Surname, who.FirstName, who.MiddleName, who.GenerationCode
			b.SSN, b.DateOfBirth, b.Phone, b.ECOACode = who.SSN, who.DateOfBirth, who.Phone, who.ECOACode
			b.CountryCode, b.Address1, b.Address2, b.City = who.CountryCode, who.Address1, who.Address2, who.City
			b.State, b.PostalCode, b.AddressInd, b.ResidenceCode = who.State, who.PostalCode, who.AddressInd, who.ResidenceCode
		case !business(c) && address(c) == address(&d.consumers[base]):
			d.record.J1 = append(d.record.J1, metro2.J1{
				Surname: who.Surname, FirstName: who.FirstName, MiddleName: who.MiddleName, GenerationCode: who.GenerationCode,
				SSN: who.SSN, DateOfBirth: who.DateOfBirth, Phone: who.Phone, ECOACode: who.ECOACode,
			})
		default:
			d.record.J2 = append(d.record.J2, *who)
		}
	}
	return nil
}

func business(c *customer) bool { return c.Business || c.ECOA == "W" }

// address is where a customer lives, as records show it: text of upper-case letters, and the digits of the postal code.
func address(c *customer) [6]string {
	return [6]string{
		metro2.FoldAddress(c.Address1), metro2.FoldAddress(c.Address2), metro2.CutCity(metro2.FoldAddress(c.City)),
		strings.ToUpper(c.State), digitsOf(c.PostalCode), strings.ToUpper(c.CountryCode),
	}
}

func digitsOf(text string) string {
	var out strings.Builder
	for _, c := range text {
		if c >= '0' && c <= '9' {
			out.WriteRune(c)
		}
	}
	return out.String()
}

// errNoValue is what a sealed value that is neither number nor date is told as; it is not shown.
var errNoValue = errors.New("a sealed value is no number or date")

func (d *derivation) person(c *customer, keys *seal.Keyset) (*metro2.J2, error) {
	fold := metro2.FoldName
	if business(c) {
		fold = metro2.FoldText
	}
	at := address(c)
	who := &metro2.J2{
		Surname: fold(c.Surname), FirstName: fold(c.FirstName), MiddleName: fold(c.MiddleName), GenerationCode: strings.ToUpper(c.GenerationCode),
		ECOACode: strings.ToUpper(c.ECOA), Address1: at[0], Address2: at[1], City: at[2], State: at[3], PostalCode: at[4], CountryCode: at[5],
		AddressInd: strings.ToUpper(c.AddressInd), ResidenceCode: strings.ToUpper(c.Residence),
	}
	phone, _ := strconv.ParseInt("0"+digitsOf(c.Phone), 10, 64)
	who.Phone = metro2.Number(phone)
	ssn, err := c.open(keys, "customer.ssn", c.SSN)
	if err != nil {
		return nil, err
	}
	born, err := c.open(keys, "customer.date_of_birth", c.DateOfBirth)
	if err != nil {
		return nil, err
	}
	number, errSSN := strconv.ParseInt("0"+ssn, 10, 64)
	birth, errBorn := strconv.ParseInt("0"+strings.ReplaceAll(born, "-", ""), 10, 64)
	if errSSN != nil || errBorn != nil {
		return nil, errNoValue
	}
	who.SSN, who.DateOfBirth = metro2.Number(number), metro2.Date(birth)
	return who, nil
}
