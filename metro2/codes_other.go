package metro2

// AddressIndicators are the values of base field 45 and J2 field 18.
var AddressIndicators = newCodeTable("address indicator", []Code{
	{Value: "C", Meaning: "confirmed after a discrepancy notice"},
	{Value: "Y", Meaning: "known to be the consumer's"},
	{Value: "N", Meaning: "not confirmed"},
	{Value: "M", Meaning: "military"},
	{Value: "S", Meaning: "secondary"},
	{Value: "B", Meaning: "business"},
	{Value: "U", Meaning: "undeliverable, returned mail"},
	{Value: "D", Meaning: "default address of the reporter"},
	{Value: "P", Meaning: "bill payer service"},
})

// ResidenceCodes are the values of base field 46 and J2 field 19.
var ResidenceCodes = newCodeTable("residence code", []Code{
	{Value: "O", Meaning: "owns"},
	{Value: "R", Meaning: "rents"},
})

// InterestTypes are the values of base field 28.
var InterestTypes = newCodeTable("interest type", []Code{
	{Value: "F", Meaning: "fixed"},
	{Value: "V", Meaning: "variable"},
})

// GenerationCodes are the values of base field 33 and of its like in J1 and J2.
var GenerationCodes = newCodeTable("generation code", []Code{
	{Value: "J", Meaning: "junior"},
	{Value: "S", Meaning: "senior"},
	{Value: "2", Meaning: "II"},
	{Value: "3", Meaning: "III"},
	{Value: "4", Meaning: "IV"},
	{Value: "5", Meaning: "V"},
	{Value: "6", Meaning: "VI"},
	{Value: "7", Meaning: "VII"},
	{Value: "8", Meaning: "VIII"},
	{Value: "9", Meaning: "IX"},
})

// CreditorClasses are the values of K1 field 3.
var CreditorClasses = newCodeTable("creditor classification", []Code{
	{Value: "01", Meaning: "retail"},
	{Value: "02", Meaning: "medical or health care"},
	{Value: "03", Meaning: "oil"},
	{Value: "04", Meaning: "government"},
	{Value: "05", Meaning: "personal services"},
	{Value: "06", Meaning: "insurance"},
	{Value: "07", Meaning: "educational"},
	{Value: "08", Meaning: "banking"},
	{Value: "09", Meaning: "rental or leasing"},
	{Value: "10", Meaning: "utilities"},
	{Value: "11", Meaning: "cable or cellular"},
	{Value: "12", Meaning: "other financial"},
	{Value: "13", Meaning: "credit union"},
	{Value: "14", Meaning: "automotive"},
	{Value: "15", Meaning: "check guarantee"},
})

// SaleIndicators are the values of K2 field 2.
var SaleIndicators = newCodeTable("purchased from / sold to indicator", []Code{
	{Value: "1", Meaning: "purchased from"},
	{Value: "2", Meaning: "sold to"},
	{Value: "9", Meaning: "remove earlier K2 data"},
})

// Agencies are the values of K3 field 2.
var Agencies = newCodeTable("agency identifier", []Code{
	{Value: "00", Meaning: "none, MIN only"},
	{Value: "01", Meaning: "Fannie Mae"},
	{Value: "02", Meaning: "Freddie Mac"},
})

// PaymentIndicators are the values of K4 field 2.
var PaymentIndicators = newCodeTable("specialized payment indicator", []Code{
	{Value: "01", Meaning: "balloon"},
	{Value: "02", Meaning: "deferred"},
})

// ChangeIndicators are the values of L1 field 2.
var ChangeIndicators = newCodeTable("change indicator", []Code{
	{Value: "1", Meaning: "account number"},
	{Value: "2", Meaning: "identification number"},
	{Value: "3", Meaning: "both"},
})

// States are the two-letter abbreviations of the postal service: states,
// district, territories, associated states and military mail.
var States = newCodeTable("state", stateCodes(""+
	"AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY "+
	"DC PR VI GU AS MP FM MH PW AA AE AP"))

func stateCodes(list string) []Code {
	var out []Code
	for i := 0; i+2 <= len(list); i += 3 {
		out = append(out, Code{Value: list[i : i+2]})
	}
	return out
}
