package rules

// Harm is what a violation does to the consumer whose account it is in.
type Harm string

// The harms. A file with an open grave finding is not released.
const (
	Grave   Harm = "GRAVE"   // it costs the consumer credit or a right now, or the law forbids the record as it stands
	Serious Harm = "SERIOUS" // a wrong value, or a duty that is running out
	Slight  Harm = "SLIGHT"  // it shows that the lender's furnishing is not in order
)

// Violation is a way in which furnished data were wrong by a public order, a supervisory report or the law, and that pre-flight looks
// for before a file is released.
type Violation struct {
	ID       string
	Harm     Harm
	Sentence string // what was wrong
	Source   string // the case and year, or the law
	Do       string // what to do about a finding
}

// Violations returns every rule of pre-flight, in the order of the ids.
func Violations() []Violation { return violations }

// ViolationByID returns a rule of pre-flight, nil if there is none of that id.
func ViolationByID(id string) *Violation {
	for i := range violations {
		if violations[i].ID == id {
			return &violations[i]
		}
	}
	return nil
}

// Where the rules come from.
const (
	from2025     = "order against an auto lender, January 2025"
	from2022     = "order against an auto lender, July 2022"
	from2020     = "order of 2020"
	from2015     = "order of 2015"
	highlights14 = "CFPB Supervisory Highlights 14"
	highlights20 = "CFPB Supervisory Highlights 20"
	highlights28 = "CFPB Supervisory Highlights 28"
	highlights32 = "CFPB Supervisory Highlights 32"
	highlights35 = "CFPB Supervisory Highlights 35"
	appendixE    = "12 CFR 1022, Appendix E"
	mortgageBook = "seen in the files of a mortgage book"
)

// makeAgain is what most findings ask for: the book is right, the file is not.
const makeAgain = "put the book right if it is not; then void the file and make it again (furnisher files void, furnisher files replace)"

var violations = []Violation{
	{"V1", Grave, "An account in an accommodation is reported later than it was on the day before it began.", from2025 + "; FCRA 623(a)(1)(F)", makeAgain},
	{"V2", Serious, "A delinquent, placed or charged-off status stands beside a balance of zero (examiner check Status-Balance-2).", from2025, makeAgain},
	{"V3", Serious, "The original charge-off amount is missing, or is not the balance that was charged off.", from2025, makeAgain},
	{"V4", Grave, "An account that was reported paid is reported unpaid again, and nothing was reversed or charged since.", from2025, makeAgain},
	{"V5", Serious, "A dispute is near the end of its 30 days, or past it (45 with new information), without an outcome.", from2025 + "; " + highlights28 + ", " + highlights32 + "; FCRA 611, 623(b)", "answer the dispute and give the case its outcome"},
	{"V6", Grave, "A field that a person corrected differs again without a newer fact.", from2022, makeAgain},
	{"V7", Serious, "The payment history is not what the ledger and the earlier files give.", from2022, makeAgain},
	{"V8", Serious, "The original amount, the credit limit or the payment rating is not that of the system of record.", from2022, makeAgain},
	{"V9", Grave, "The date of first delinquency is missing, is not what the ledger gives, or stands on a current account.", from2022 + "; " + highlights35 + "; " + from2020 + "; FCRA 623(a)(5)", makeAgain},
	{"V10", Grave, "An account, or a consumer of it, is furnished though an identity theft was reported.", from2022 + "; " + highlights32 + "; FCRA 605B, 623(a)(6)", makeAgain},
	{"V11", Grave, "The date of first delinquency is later than the filing of the bankruptcy, or is not what it gives.", highlights32, makeAgain},
	{"V12", Grave, "A dispute is open and the record bears no notation of it.", highlights32 + "; FCRA 623(a)(3)", makeAgain},
	{"V13", Grave, "What was confirmed as a fraud is still furnished, or a deletion has waited for more than 90 days.", highlights32, "settle what the deletion waits for (furnisher exclusions names it); then void the file and make it again"},
	{"V14", Serious, "The amount past due of a charge-off is not what the program's setting and the ledger give.", highlights35, makeAgain},
	{"V15", Serious, "The actual payment or the comment after a pay-off or a settlement is not what the ledger gives.", highlights35, makeAgain},
	{"V16", Serious, "The program has no address for notices of inaccuracy.", highlights35 + "; FCRA 623(a)(1)(C)", "give dispute_address in programs.csv (furnisher import DIR)"},
	{"V17", Serious, "A charged-off or placed account has no date of first delinquency 90 days later.", highlights20 + "; FCRA 623(a)(5)", "give first_delinquency_on in loans.csv (furnisher import DIR)"},
	{"V18", Serious, "The law that a dispute comes under is not given, or the notation is one of another law.", highlights20, "give the case its dispute_kind: FCRA, FCBA or RESPA"},
	{"V19", Serious, "A loan came from another servicer late or charged off without a date of first delinquency.", highlights14, "ask the former servicer for it, and give first_delinquency_on in loans.csv (furnisher import DIR)"},
	{"V20", Grave, "The same debt of a person is reported under two numbers or by two programs.", appendixE + " (g)", "end one of the two: sold_to and sold_on of what was sold, or a termination for what was a mistake; then make the file again"},
	{"V21", Grave, "The collateral came back and the status still says that the account runs.", from2015, makeAgain},
	{"V22", Grave, "An account of the last file is neither in this one nor final, deleted or excluded with a reason.", appendixE + "; bureau screening", makeAgain},
	{"V23", Serious, "Counts, amounts, status moves or filled fields swing beyond the limits of drift.", "bureau screening; " + highlights32, "find the cause (an import that is missing or came twice, a changed mapping); if the swing is right, accept the finding"},
	{"V24", Grave, "An account is reported that is too old to be reported.", "FCRA 605", makeAgain},
	{"V25", Serious, "A status is more than one step of lateness a month beyond the last one, and no reversal explains it.", mortgageBook, makeAgain},
	{"V26", Grave, "The date of first delinquency moved later though the account was late in both files.", mortgageBook + "; FCRA 623(a)(5)", makeAgain},
	{"V27", Serious, "A finding has been known for more than a month.", from2022 + "; " + from2025, "give it an owner, and resolve what it names"},
	{"V28", Serious, "A bureau refused or changed a record of an earlier file, and no file answers it.", "FCRA 623(a)(2); " + appendixE, "put right what was refused (furnisher answers --open) and make the file again, or close the answer with a reason (furnisher answers close)"},
}
