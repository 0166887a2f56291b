package metro2

// Sources of rules. The guide itself is sold under a licence and is no source:
// what is known of it are the restatements of libraries, manuals and a regulator.
const (
	fromLayout   = "public descriptions of the record layout"
	fromField    = "definition of the field, as public manuals restate it"
	fromCodes    = "code table of the field, as public manuals and two open implementations agree on it"
	fromPractice = "practice of servicing systems, from their public manuals"
	fromAccuracy = "15 USC 1681s-2(a)(1), accuracy of what is furnished"
	fromDOFD     = "15 USC 1681c(c) and 1681s-2(a)(5); definition of field 25"
)

// ruleNotes explain each rule of the format once, for all its rows.
var ruleNotes = map[string]RuleNote{
	"F01": {"rdw", "A reader that trusts a wrong length takes the rest of the file for something else.", fromLayout},
	"F02": {"rdw header.activity_date header.date_created header.program_date header.program_rev_date header.reporter_phone header.reporter_name header.reporter_address", "A bureau takes a file without its header or trailer for a broken transmission, and dates everything by the header.", fromLayout},
	"F03": {"processing_ind header.record_id trailer.record_id", "By these constants a reader knows what a record is; another value there means that the record has slipped.", fromLayout},
	"F04": {"", "What is no number is read as zero or refuses the record: a balance or a date is lost.", fromLayout},
	"F05": {"", "A date that does not exist cannot be aged, and ageing decides how long an item is shown.", fromLayout},
	"F06": {"", "Bureaus match people by upper-case letters; any other byte breaks the match or the width of the record.", "text rules of the format, as public manuals restate them"},
	"F07": {"", "What stands behind a segment that a reader does not expect is not read at all.", fromLayout},
	"F08": {"", "Something in a reserved area is an old field, or a record that has slipped by some bytes.", fromLayout},

	"B01": {"identification_number", "Bureaus find the tradeline by this number and the account number; a filler makes a duplicate.", fromField},
	"B02": {"account_number ssn j1.ssn j2.ssn", "The account number finds the tradeline and is shown on reports: it must be there and must not tell a Social Security Number.", fromField},
	"B03": {"portfolio_type", "Which fields mean what depends on the portfolio type.", fromCodes},
	"B04": {"account_type portfolio_type", "Scores weigh an account by its type; a type of another portfolio counts the debt as something else.", fromCodes + "; the line-of-credit pairs are the examiner's published check"},
	"B05": {"date_opened date_account_info", "The age of an account counts in every score, and no account is told of before it was opened.", fromField},
	"B06": {"date_account_info timestamp header.date_created", "Everything in the record is as of this date, and nobody can report the future.", fromField},
	"B07": {"date_account_info account_status header.activity_date", "A record as of another month overwrites the newer state at the bureau with an old one.", fromField},
	"B08": {"account_status account_type", "The status is the statement; a bureau refuses a record whose status it does not know.", fromCodes},
	"B09": {"account_status payment_rating", "A paid or foreclosed account without its rating hides how late it was, and another one with a rating contradicts itself.", fromField},
	"B10": {"payment_history portfolio_type", "The profile replaces the 24 months that the bureau holds: a wrong character rewrites history.", fromField},
	"B11": {"account_status amount_past_due", "Current and past due cannot both be true, and either harms somebody.", fromField + "; " + fromAccuracy},
	"B12": {"account_status amount_past_due current_balance special_comment consumer_info", "A delinquency in which nothing is past due, or more than is owed, cannot be explained to the consumer.", fromField},
	"B13": {"account_status current_balance amount_past_due scheduled_payment date_closed", "A paid account that still owes keeps counting as debt.", fromField},
	"B14": {"account_status original_chargeoff", "The charged-off amount belongs to statuses 64 and 97 alone; elsewhere it makes a loss of an account that is none.", fromField},
	"B15": {"date_first_delinquency account_status payment_rating consumer_info j1.consumer_info j2.consumer_info", "This date starts the seven years after which the item must go: without it the item may stay for ever.", fromDOFD},
	"B16": {"date_first_delinquency date_account_info account_status date_opened account_type k2.indicator", "A first delinquency outside the life of the account shortens or lengthens the seven years.", fromDOFD},
	"B17": {"date_closed date_opened date_account_info account_status portfolio_type special_comment", "An account closed outside its life, or closed while it is owed, contradicts itself.", fromField},
	"B18": {"date_last_payment actual_payment date_opened date_account_info", "A payment that was not made in the period it is reported for hides that none was.", fromField},
	"B19": {"portfolio_type terms_duration terms_frequency", "Without the terms nobody can tell what was agreed, and the monthly obligation is guessed.", fromCodes},
	"B20": {"portfolio_type credit_limit", "How much of a limit is used weighs heavily in scores: a loan has none, a card without one looks fully used.", fromField},
	"B21": {"scheduled_payment special_comment current_balance portfolio_type account_status terms_frequency", "A scheduled payment that nobody has to make counts as an obligation of the consumer.", fromField},
	"B22": {"special_comment portfolio_type account_status account_type k2.indicator compliance_code", "The comment is shown to whoever reads the report: a wrong one says something untrue in words.", fromCodes},
	"B23": {"compliance_code date_closed", "Dispute and closing at the consumer's request are rights of the consumer, and must be shown.", "15 USC 1681s-2(a)(3) and (4); " + fromCodes},
	"B24": {"consumer_info", "A wrong indicator shows a bankruptcy that is none, or hides one.", fromCodes},
	"B25": {"surname phone first_name address1 city state postal_code country_code", "Without name and address the record joins the file of somebody else.", fromField},
	"B26": {"ecoa_code", "It says whether the consumer is liable for the debt.", "Regulation B, 12 CFR 1002.10; " + fromCodes},
	"B27": {"ssn date_of_birth ecoa_code date_opened", "With neither number nor birth date the bureau cannot tell two people of one name apart.", fromField},
	"B28": {"correction_ind", "The byte is reserved at most bureaus; a correction is an ordinary record with full values.", "open implementations, which disagree about the byte"},
	"B29": {"interest_type generation_code address_ind residence_code", "A generation code that does not exist mixes up parent and child; a bureau drops the others.", fromCodes},

	"J01": {"j1.surname j1.ssn j1.date_of_birth j1.ecoa_code j1.consumer_info j2.surname j2.ssn j2.date_of_birth j2.ecoa_code j2.consumer_info j2.address1 j2.city j2.state j2.postal_code", "What is wrong here stands in the file of a person who may not even be a borrower.", fromField},
	"J02": {"ecoa_code j1.ecoa_code j2.ecoa_code ssn j1.ssn j2.ssn address1 address2 city state postal_code j2.address1 j2.address2 j2.city j2.state j2.postal_code", "Who is liable alone has nobody liable beside them, and a guarantor stands behind a maker.", fromCodes},

	"K01": {"k1.creditor_name k1.creditor_class account_type", "A consumer does not know the collector, only the creditor behind the debt.", fromField},
	"K02": {"k2.indicator k2.name special_comment", "Without buyer or seller one debt is reported twice, or by nobody.", fromField},
	"K03": {"k3.agency_id k3.agency_account", "The agency finds the mortgage by its number at that agency.", fromField},
	"K04": {"k4.payment_ind k4.balloon_date k4.balloon_amount k4.deferred_start", "A balloon or a deferral without its date or amount says that something is owed, not when or what.", fromField},

	"L01": {"ssn l1.change_ind l1.new_account_number l1.new_identification_number account_number identification_number account_status", "A wrong change leaves two tradelines where there is one debt.", fromPractice},

	"T01": {"", "A bureau that counts otherwise than the trailer refuses the file.", fromLayout},

	"X01": {"identification_number account_number", "Of two records of one account the bureau keeps the one that it reads last, whichever that is.", "12 CFR 1022 appendix E, duplicates"},
	"X02": {"identification_number account_number account_status current_balance special_comment k2.indicator", "What was deleted comes back into the consumer's file, and what was paid is told as new, unless the later record is right and the final one was not.", "15 USC 1681i(a)(5)(B), reinsertion; " + fromPractice},
	"X03": {"date_opened portfolio_type original_chargeoff date_first_delinquency", "These never change in the life of an account; a moved first delinquency re-ages the debt.", fromDOFD + "; 12 CFR 1022 appendix E, re-aging"},
	"X04": {"payment_history account_status payment_rating current_balance date_account_info", "The profile replaces the bureau's months: one that is not the last one moved on rewrites history by accident.", fromField},

	"H01": {"portfolio_type account_status date_closed date_last_payment", "A loan is closed by its last payment; two dates leave open when it was paid.", fromExaminer},
	"H02": {"portfolio_type account_status terms_frequency date_opened actual_payment header.activity_date", "A borrower who is current has paid something, unless the loan is new or paid ahead: keep the explanation ready.", fromExaminer},
	"H03": {"portfolio_type account_type account_status scheduled_payment terms_frequency special_comment compliance_code", "Who still owes has something to pay each month; zero makes the debt look free.", fromExaminer},
	"H04": {"account_status account_type amount_past_due", "A car is taken back because something was past due.", fromExaminer},
	"H05": {"account_status portfolio_type current_balance special_comment compliance_code consumer_info", "A zero balance contradicts a status that says that something is owed.", fromExaminer},
	"H06": {"account_status date_closed", "A foreclosure or deed in lieu is complete on a date.", fromExaminer},
	"H07": {"account_status payment_rating amount_past_due", "Rating and past due amount of a foreclosure tell the same story or one of them is wrong.", fromExaminer},
	"H08": {"special_comment date_closed current_balance k2.indicator k2.name l1.change_ind", "A comment that says sold, moved or closed needs the segment or date that says where and when.", fromExaminer},
	"H09": {"special_comment account_status", "Comment and status are read side by side and must not contradict each other.", fromExaminer},
	"H10": {"special_comment current_balance amount_past_due", "Settled with something owed, or owing with nothing owed: either the comment or the amount is untrue.", fromExaminer},
	"H11": {"date_account_info date_first_delinquency", "After seven years the item may no longer be shown.", "15 USC 1681c(a); " + fromExaminer},
	"H12": {"k4.balloon_amount current_balance", "A balloon is a part of what is owed.", fromExaminer},
	"H13": {"consumer_info j1.ecoa_code j2.ecoa_code", "An authorized user owes nothing, and should not be on the account of a bankrupt.", fromExaminer},
	"H14": {"account_type terms_frequency credit_limit highest_credit", "Limit and original amount decide how much of a credit looks used.", fromExaminer},
	"H15": {"l1.change_ind l1.new_account_number l1.new_identification_number account_number identification_number", "A wrong or repeated change of number leaves two tradelines where there is one debt.", fromExaminer},
	"H16": {"account_status payment_rating payment_history date_first_delinquency original_chargeoff date_closed date_opened portfolio_type account_type consumer_info ecoa_code", "What two months in a row say of an account must be able to follow each other.", fromExaminer},
	"H17": {"special_comment portfolio_type account_status account_type scheduled_payment current_balance", "A prepaid lease has nothing left to pay.", fromExaminer},
}
