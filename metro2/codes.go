package metro2

// Code is one value of a closed set.
type Code struct {
	Value   string
	Meaning string
	// Legacy codes are accepted on reading with a warning and never written.
	Legacy bool
	// Portfolios lists the portfolio types that an account type goes with, and those that a special comment does; none of a
	// comment that goes with all.
	Portfolios string

	traits trait
}

// trait is a property of a code that rules ask for. The meaning of a bit is the
// same for all tables, so that a record's traits can be combined.
type trait uint32

const (
	isCurrent    trait = 1 << iota // status 11
	isDelinquent                   // status 71 78 80 82 83 84
	isPaid                         // status 13 61-65
	isDeletion                     // status DA DF
	isOpen                         // status 11 71-84 93 97: a loan in it is not closed
	hasRating                      // status that carries a payment rating
	hasDOFD                        // status that always carries a first delinquency
	hasRatedDOFD                   // status whose rating decides about it
	hasChargeoff                   // status 64 97
	isLate                         // rating 1-6 G L
	isTransfer                     // comment AH O AT: sold or moved away
	isLeaseOnly                    // comment BB-BH, BS
	isBankruptcy                   // consumer indicator A-H
	isPetition                     // consumer indicator that sets a first delinquency
	isReaffirmed                   // consumer indicator R
	isInheritor                    // account type 48 0C 77: opened after the delinquency
	isLease                        // account type 13 3A

	// Of the record itself, what it holds, and of the caller.
	hasComment
	hasK1
	hasK2
	hasK3
	hasK4
	hasL1
	hasAssociated // J1 or J2
	badHistory    // payment history that is too short or holds what is in no table
	goneOnBehind  // payment history that goes on behind a B
	oddHistory    // payment history that holds Z or blanks
	holdsNines    // an amount that is filled with nines
	asksDoubtful  // see [CheckEnv.Doubtful]
)

func (t trait) has(any trait) bool { return t&any != 0 }

// CodeTable is a closed set of values of one field.
type CodeTable struct {
	Name  string
	Codes []Code

	// places holds, by placeOfShort, 1 and the place in Codes: rules look codes up
	// some twenty times for a record.
	places *[len(shortTexts)]uint8
}

func newCodeTable(name string, codes []Code) CodeTable {
	t := CodeTable{Name: name, Codes: codes, places: new([len(shortTexts)]uint8)}
	for i, c := range codes {
		place, ok := placeOfCode(c.Value)
		if !ok || i >= 255 {
			panic("metro2: code table " + name + " has no place for code " + c.Value)
		}
		t.places[place] = uint8(i + 1)
	}
	return t
}

func placeOfCode(value string) (place uint16, ok bool) {
	second := byte(' ')
	switch len(value) {
	case 1:
	case 2:
		second = value[1]
	default:
		return 0, false
	}
	place, odd := placeOfShort(value[0], second)
	return place, odd == 0
}

// Find returns the entry of a value, or nil when the table does not hold it.
func (t *CodeTable) Find(value string) *Code {
	if t.places == nil { // a table of the caller's own
		for i := range t.Codes {
			if t.Codes[i].Value == value {
				return &t.Codes[i]
			}
		}
		return nil
	}
	place, ok := placeOfCode(value)
	if !ok || t.places[place] == 0 {
		return nil
	}
	if c := &t.Codes[t.places[place]-1]; c.Value == value {
		return c
	}
	return nil
}

// traitsOf returns the traits of a value, none when it is unknown.
func (t *CodeTable) traitsOf(value string) trait {
	if value == "" {
		return 0
	}
	if c := t.Find(value); c != nil {
		return c.traits
	}
	return 0
}

// findNumber looks a numeric code up without building its text.
func (t *CodeTable) findNumber(n Number, width int) *Code {
	if n < 0 || n > 99 || width == 1 && n > 9 {
		return nil
	}
	text := [2]byte{'0' + byte(n/10), '0' + byte(n%10)}
	return t.Find(string(text[2-width:]))
}

// PortfolioTypes are the values of base field 8.
var PortfolioTypes = newCodeTable("portfolio type", []Code{
	{Value: "C", Meaning: "line of credit"},
	{Value: "I", Meaning: "installment"},
	{Value: "M", Meaning: "mortgage"},
	{Value: "O", Meaning: "open account"},
	{Value: "R", Meaning: "revolving"},
})

// AccountStatuses are the values of base field 17A.
var AccountStatuses = newCodeTable("account status", []Code{
	{Value: "05", Meaning: "account transferred (retired)", Legacy: true, traits: hasRating | hasRatedDOFD},
	{Value: "11", Meaning: "current, 0-29 days past due", traits: isCurrent | isOpen},
	{Value: "13", Meaning: "paid or closed, zero balance", traits: isPaid | hasRating | hasRatedDOFD},
	{Value: "61", Meaning: "paid in full, had been a voluntary surrender", traits: isPaid | hasDOFD},
	{Value: "62", Meaning: "paid in full, had been in collection", traits: isPaid | hasDOFD},
	{Value: "63", Meaning: "paid in full, had been repossessed", traits: isPaid | hasDOFD},
	{Value: "64", Meaning: "paid in full, had been charged off", traits: isPaid | hasDOFD | hasChargeoff},
	{Value: "65", Meaning: "paid in full, foreclosure had been started", traits: isPaid | hasDOFD | hasRating},
	{Value: "71", Meaning: "30-59 days past due", traits: isDelinquent | isOpen | hasDOFD},
	{Value: "78", Meaning: "60-89 days past due", traits: isDelinquent | isOpen | hasDOFD},
	{Value: "80", Meaning: "90-119 days past due", traits: isDelinquent | isOpen | hasDOFD},
	{Value: "82", Meaning: "120-149 days past due", traits: isDelinquent | isOpen | hasDOFD},
	{Value: "83", Meaning: "150-179 days past due", traits: isDelinquent | isOpen | hasDOFD},
	{Value: "84", Meaning: "180 or more days past due", traits: isDelinquent | isOpen | hasDOFD},
	{Value: "88", Meaning: "claim filed with government for the insured part of a defaulted loan", traits: hasDOFD | hasRating},
	{Value: "89", Meaning: "deed in lieu of foreclosure received", traits: hasDOFD | hasRating},
	{Value: "93", Meaning: "assigned to internal or external collections", traits: isOpen | hasDOFD},
	{Value: "94", Meaning: "foreclosure completed", traits: hasDOFD | hasRating},
	{Value: "95", Meaning: "voluntary surrender", traits: hasDOFD | hasRating},
	{Value: "96", Meaning: "merchandise repossessed", traits: hasDOFD},
	{Value: "97", Meaning: "unpaid balance reported as a loss (charge-off)", traits: isOpen | hasDOFD | hasChargeoff},
	{Value: "DA", Meaning: "delete the whole account, not fraud", traits: isDeletion},
	{Value: "DF", Meaning: "delete the whole account, fraud confirmed", traits: isDeletion},
})

// PaymentRatings are the values of base field 17B.
var PaymentRatings = newCodeTable("payment rating", []Code{
	{Value: "0", Meaning: "0-29 days past due"},
	{Value: "1", Meaning: "30-59 days past due", traits: isLate},
	{Value: "2", Meaning: "60-89 days past due", traits: isLate},
	{Value: "3", Meaning: "90-119 days past due", traits: isLate},
	{Value: "4", Meaning: "120-149 days past due", traits: isLate},
	{Value: "5", Meaning: "150-179 days past due", traits: isLate},
	{Value: "6", Meaning: "180 or more days past due", traits: isLate},
	{Value: "G", Meaning: "collection", traits: isLate},
	{Value: "L", Meaning: "charge-off", traits: isLate},
})

// HistoryCodes are the characters of base field 18, one per month.
var HistoryCodes = newCodeTable("payment history profile", []Code{
	{Value: "0", Meaning: "current, 0-29 days past due"},
	{Value: "1", Meaning: "30-59 days past due"},
	{Value: "2", Meaning: "60-89 days past due"},
	{Value: "3", Meaning: "90-119 days past due"},
	{Value: "4", Meaning: "120-149 days past due"},
	{Value: "5", Meaning: "150-179 days past due"},
	{Value: "6", Meaning: "180 or more days past due"},
	{Value: "B", Meaning: "no history before this point"},
	{Value: "D", Meaning: "no history for this month"},
	{Value: "E", Meaning: "zero balance and current"},
	{Value: "G", Meaning: "collection"},
	{Value: "H", Meaning: "foreclosure completed"},
	{Value: "J", Meaning: "voluntary surrender"},
	{Value: "K", Meaning: "repossession"},
	{Value: "L", Meaning: "charge-off"},
	{Value: "Z", Meaning: "too new to rate (not standard)", Legacy: true},
})

// TermsFrequencies are the values of base field 14.
var TermsFrequencies = newCodeTable("terms frequency", []Code{
	{Value: "D", Meaning: "deferred"},
	{Value: "P", Meaning: "single payment"},
	{Value: "W", Meaning: "weekly"},
	{Value: "B", Meaning: "every two weeks"},
	{Value: "E", Meaning: "twice a month"},
	{Value: "M", Meaning: "monthly"},
	{Value: "L", Meaning: "every two months"},
	{Value: "Q", Meaning: "quarterly"},
	{Value: "T", Meaning: "three times a year"},
	{Value: "S", Meaning: "twice a year"},
	{Value: "Y", Meaning: "annually"},
})

// ComplianceCodes are the values of base field 20.
var ComplianceCodes = newCodeTable("compliance condition code", []Code{
	{Value: "XA", Meaning: "closed at consumer's request"},
	{Value: "XB", Meaning: "FCRA dispute, furnisher investigating"},
	{Value: "XC", Meaning: "FCRA investigation finished, consumer disagrees"},
	{Value: "XD", Meaning: "closed at consumer's request, and FCRA dispute under investigation"},
	{Value: "XE", Meaning: "closed at consumer's request, FCRA investigation finished, consumer disagrees"},
	{Value: "XF", Meaning: "billing error dispute, furnisher investigating"},
	{Value: "XG", Meaning: "billing error investigation finished, consumer disagrees"},
	{Value: "XH", Meaning: "formerly in dispute, now resolved"},
	{Value: "XJ", Meaning: "closed at consumer's request, and billing error dispute under investigation"},
	{Value: "XR", Meaning: "remove the code on file"},
})

// ECOACodes are the values of base field 37 and of its like in J1 and J2.
var ECOACodes = newCodeTable("ECOA code", []Code{
	{Value: "1", Meaning: "individual, sole liability"},
	{Value: "2", Meaning: "joint, contractually liable"},
	{Value: "3", Meaning: "authorized user, not liable"},
	{Value: "5", Meaning: "co-maker or guarantor"},
	{Value: "7", Meaning: "maker, with a guarantor behind"},
	{Value: "T", Meaning: "terminated: no longer associated"},
	{Value: "W", Meaning: "business, contractually liable"},
	{Value: "X", Meaning: "deceased"},
	{Value: "Z", Meaning: "delete this consumer from the account"},
	{Value: "0", Meaning: "undesignated (obsolete)", Legacy: true},
	{Value: "4", Meaning: "joint (obsolete)", Legacy: true},
	{Value: "6", Meaning: "on behalf of (obsolete)", Legacy: true},
})

// ConsumerInfoCodes are the values of base field 38 and of its like in J1 and J2.
var ConsumerInfoCodes = newCodeTable("consumer information indicator", []Code{
	{Value: "A", Meaning: "petition filed, chapter 7", traits: isBankruptcy | isPetition},
	{Value: "B", Meaning: "petition filed, chapter 11", traits: isBankruptcy | isPetition},
	{Value: "C", Meaning: "petition filed, chapter 12", traits: isBankruptcy | isPetition},
	{Value: "D", Meaning: "petition filed, chapter 13", traits: isBankruptcy | isPetition},
	{Value: "E", Meaning: "discharged, chapter 7", traits: isBankruptcy | isPetition},
	{Value: "F", Meaning: "discharged, chapter 11", traits: isBankruptcy | isPetition},
	{Value: "G", Meaning: "discharged, chapter 12", traits: isBankruptcy | isPetition},
	{Value: "H", Meaning: "discharged or plan completed, chapter 13", traits: isBankruptcy | isPetition},
	{Value: "I", Meaning: "dismissed, chapter 7 (obsolete)", Legacy: true},
	{Value: "J", Meaning: "dismissed, chapter 11 (obsolete)", Legacy: true},
	{Value: "K", Meaning: "dismissed, chapter 12 (obsolete)", Legacy: true},
	{Value: "L", Meaning: "dismissed, chapter 13 (obsolete)", Legacy: true},
	{Value: "M", Meaning: "withdrawn, chapter 7 (obsolete)", Legacy: true},
	{Value: "N", Meaning: "withdrawn, chapter 11 (obsolete)", Legacy: true},
	{Value: "O", Meaning: "withdrawn, chapter 12 (obsolete)", Legacy: true},
	{Value: "P", Meaning: "withdrawn, chapter 13 (obsolete)", Legacy: true},
	{Value: "Q", Meaning: "removes a bankruptcy; case closed, dismissed or withdrawn"},
	{Value: "R", Meaning: "chapter 7 debt reaffirmed", traits: isReaffirmed},
	{Value: "S", Meaning: "removes R, V or 2A"},
	{Value: "T", Meaning: "creditor cannot locate consumer"},
	{Value: "U", Meaning: "consumer now located: removes T"},
	{Value: "V", Meaning: "chapter 7 reaffirmation rescinded", traits: isPetition},
	{Value: "W", Meaning: "chapter 11 reaffirmation rescinded (obsolete)", Legacy: true, traits: isPetition},
	{Value: "X", Meaning: "chapter 12 reaffirmation rescinded (obsolete)", Legacy: true, traits: isPetition},
	{Value: "Y", Meaning: "chapter 13 reaffirmation rescinded (obsolete)", Legacy: true, traits: isPetition},
	{Value: "Z", Meaning: "bankruptcy, chapter unknown (obsolete)", Legacy: true, traits: isPetition},
	{Value: "1A", Meaning: "personal receivership", traits: isPetition},
	{Value: "2A", Meaning: "lease assumption"},
})
