package bureau

// Mapping says where a field of a record comes from. A person reads it, for one record or for the whole format.
type Mapping struct {
	Segment, Field string   // as in metro2.Layouts
	Sources        []string // columns of the extract, "loans.csv opened_on"
	How            string   // what becomes of them
	Rules          []string // of the dictionary in package rules
	Facts          []string // keys of a tradeline's facts that the value goes by; one that ends in _ stands for all that begin so
}

// Mappings returns where every field comes from that the nights write, in the order of the record. What is blank or constant
// by the format says so.
func Mappings() []Mapping { return append(append([]Mapping{}, baseMappings...), segmentMappings...) }

// MappingOf returns where a field comes from, nil if it is not one of the format's.
func MappingOf(segment, field string) *Mapping {
	for _, list := range [][]Mapping{baseMappings, segmentMappings} {
		for i := range list {
			if list[i].Segment == segment && list[i].Field == field {
				return &list[i]
			}
		}
	}
	return nil
}

// Columns of the extract that many fields come from.
var (
	fromPayments = []string{"transactions.csv amount", "transactions.csv effective_on"}
	fromCycles   = []string{"cycles.csv due_on", "cycles.csv minimum_due", "transactions.csv amount", "transactions.csv effective_on"}
)

var baseMappings = []Mapping{
	{"base", "rdw", nil, "the length of the record", nil, nil},
	{"base", "processing_ind", nil, "always 1", nil, nil},
	{"base", "timestamp", nil, "the end of the calendar date that is reported", []string{"Q17"}, nil},
	{"base", "correction_ind", nil, "always 0", nil, nil},
	{"base", "identification_number", []string{"programs.csv identification_number"}, "as it is", []string{"BR1"}, nil},
	{"base", "cycle_id", []string{"loans.csv cycle_id"}, "only in a program that reports by cycle", []string{"BR1"}, nil},
	{"base", "account_number", []string{"loans.csv account_number"}, "in upper case", []string{"DC2"}, nil},
	{"base", "portfolio_type", []string{"products.csv portfolio_type"}, "as it is", nil, nil},
	{"base", "account_type", []string{"products.csv account_type"}, "as it is", nil, nil},
	{"base", "date_opened", []string{"loans.csv opened_on"}, "as it is", nil, nil},
	{"base", "credit_limit", []string{"loans.csv credit_limit"}, "of a card, line or charge card; else 0", []string{"BR5"}, nil},
	{"base", "highest_credit", []string{"loans.csv original_amount", "loans.csv highest_balance", "transactions.csv amount"}, "the original amount of an instalment loan or mortgage; else the highest balance", []string{"BR5"}, nil},
	{"base", "terms_duration", []string{"loans.csv terms_duration"}, "of an instalment loan or mortgage; else REV, LOC or 001", nil, nil},
	{"base", "terms_frequency", []string{"products.csv terms_frequency", "loans.csv deferred_until"}, "as it is; D while a deferral lasts", []string{"Q47"}, nil},
	{"base", "scheduled_payment", []string{"loans.csv scheduled_payment", "cycles.csv minimum_due"}, "the lender's amount, else what the latest cycle asks for, as a monthly amount; 0 once paid or charged off", []string{"Q6", "Q63", "Q75", "BR5"}, []string{"case_plan", "case_balance"}},
	{"base", "actual_payment", fromPayments, "settled payments since the last report, and earlier ones that it did not know", []string{"Q23", "Q40", "Q95", "BR5"}, []string{"received_before_last_report"}},
	{"base", "account_status", append([]string{"loans.csv status", "terminations.csv reason", "cases.csv outcome"}, fromCycles...), "by days late, closure, charge-off, termination or case", []string{"BR2", "DQ9", "CA4", "CA7", "DC1", "BR13"}, []string{"status", "oldest_unpaid_due_on", "paid_on", "charged_off_on", "reason", "terminated_on", "would_be", "repeats", "frozen_on", "case_status", "case_deletion"}},
	{"base", "payment_rating", fromCycles, "how late a paid account was on the day before", []string{"Q19", "Q14", "BR13"}, []string{"paid_on"}},
	{"base", "payment_history", append([]string{"loans.csv payment_history"}, fromCycles...), "the last tradeline's profile moved by a month, else what the lender reported or the ledger proves", []string{"BR4", "Q22", "Q43", "Q82"}, []string{"case_status"}},
	{"base", "special_comment", []string{"loans.csv special_comment", "cases.csv type", "loans.csv status"}, "the first by precedence, if it fits the portfolio", []string{"CA6", "Q27"}, []string{"case_comment", "comment"}},
	{"base", "compliance_code", []string{"cases.csv type", "cases.csv outcome", "cases.csv dispute_kind", "loans.csv status"}, "of a dispute or a closure at the customer's request", []string{"CA5", "Q61", "Q62", "Q74"}, []string{"case_compliance", "case_answer_by"}},
	{"base", "current_balance", fromPayments, "the sum of the ledger up to the date; not below 0", []string{"BR5", "Q30", "Q75"}, []string{"balance", "frozen_on", "case_balance"}},
	{"base", "amount_past_due", fromCycles, "what is 30 or more days late, fees included; of a charge-off what the program says", []string{"BR2", "Q18", "Q33", "Q42", "BR5"}, []string{"past_due", "oldest_unpaid_due_on", "frozen_on", "case_status", "case_plan", "case_balance"}},
	{"base", "original_chargeoff", append([]string{"loans.csv original_charge_off_amount"}, fromPayments...), "the balance on the day of the charge-off, never changed", []string{"DQ5", "Q42", "BR5"}, []string{"charged_off_on"}},
	{"base", "date_account_info", nil, "the calendar date; of a paid account the date paid", []string{"Q17", "Q41"}, []string{"paid_on", "repeats"}},
	{"base", "date_first_delinquency", append([]string{"loans.csv first_delinquency_on", "cases.csv filed_on"}, fromCycles...), "the due date of the first missed payment plus 30 days, or as last reported", []string{"BR3", "Q20", "Q21", "Q25", "Q32", "Q36"}, []string{"oldest_unpaid_due_on", "charged_off_on", "frozen_on", "case_delinquency", "case_status"}},
	{"base", "date_closed", []string{"loans.csv closed_on", "terminations.csv terminated_on", "transactions.csv effective_on"}, "the date paid or closed; of a deletion the termination's", []string{"Q8", "Q14", "Q24", "Q28", "Q57", "BR13"}, []string{"paid_on", "terminated_on", "left_on", "case_deletion"}},
	{"base", "date_last_payment", []string{"transactions.csv effective_on"}, "of the latest payment that was not reversed", []string{"Q23", "Q40"}, nil},
	{"base", "interest_type", []string{"products.csv interest_type"}, "as it is", nil, nil},
	{"base", "reserved", nil, "blank", nil, nil},
	{"base", "surname", []string{"customers.csv surname"}, "of the consumer in the base segment, without punctuation", []string{"Q58"}, nil},
	{"base", "first_name", []string{"customers.csv first_name"}, "without punctuation", []string{"Q58"}, nil},
	{"base", "middle_name", []string{"customers.csv middle_name"}, "without punctuation", []string{"Q58"}, nil},
	{"base", "generation_code", []string{"customers.csv generation_code"}, "as it is", []string{"Q58"}, nil},
	{"base", "ssn", []string{"customers.csv ssn"}, "the digits", []string{"Q58"}, nil},
	{"base", "date_of_birth", []string{"customers.csv date_of_birth"}, "as it is", []string{"Q58"}, nil},
	{"base", "phone", []string{"customers.csv phone"}, "the digits", []string{"Q58"}, nil},
	{"base", "ecoa_code", []string{"loan_customers.csv ecoa_code", "cases.csv type"}, "the lender's, unless a case says otherwise", []string{"Q58", "CA5", "CA4", "Q77"}, []string{"case_consumer_"}},
	{"base", "consumer_info", []string{"cases.csv chapter", "cases.csv disposition"}, "of the consumer's bankruptcy", []string{"CA3", "CA4", "Q60", "Q75"}, []string{"case_consumer_"}},
	{"base", "country_code", []string{"customers.csv country_code"}, "as it is", nil, nil},
	{"base", "address1", []string{"customers.csv address1"}, "without punctuation", nil, nil},
	{"base", "address2", []string{"customers.csv address2"}, "without punctuation", nil, nil},
	{"base", "city", []string{"customers.csv city"}, "cut to its field", nil, nil},
	{"base", "state", []string{"customers.csv state"}, "as it is", nil, nil},
	{"base", "postal_code", []string{"customers.csv postal_code"}, "the digits", nil, nil},
	{"base", "address_ind", []string{"customers.csv address_indicator"}, "as it is", nil, nil},
	{"base", "residence_code", []string{"customers.csv residence_code"}, "as it is", nil, nil},
}
