package bureau

// Mapping says where a field of a record comes from. A person reads it, for one record or for the whole format.
type Mapping struct {
	Segment, Field string   // as in metro2.Layouts
	Sources        []string // columns of the extract, "loans.csv opened_on"
	How            string   // what becomes of them
	Rules          []Ruled  // that may decide, in the order of their precedence
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
	{"base", "timestamp", nil, "the end of the calendar date that is reported", always("Q17"), nil},
	{"base", "correction_ind", nil, "always 0", nil, nil},
	{"base", "identification_number", []string{"programs.csv identification_number"}, "as it is", always("BR1"), nil},
	{"base", "cycle_id", []string{"loans.csv cycle_id"}, "only in a program that reports by cycle", always("BR1"), nil},
	{"base", "account_number", []string{"loans.csv account_number"}, "in upper case", always("DC2"), nil},
	{"base", "portfolio_type", []string{"products.csv portfolio_type"}, "as it is", nil, nil},
	{"base", "account_type", []string{"products.csv account_type"}, "as it is", nil, nil},
	{"base", "date_opened", []string{"loans.csv opened_on"}, "as it is", nil, nil},
	{"base", "credit_limit", []string{"loans.csv credit_limit"}, "of a card, line or charge card; else 0", always("BR5"), nil},
	{"base", "highest_credit", []string{"loans.csv original_amount", "loans.csv highest_balance", "transactions.csv amount"}, "the original amount of an instalment loan or mortgage; else the highest balance", always("BR5"), nil},
	{"base", "terms_duration", []string{"loans.csv terms_duration"}, "of an instalment loan or mortgage; else REV, LOC or 001", nil, nil},
	{"base", "terms_frequency", []string{"products.csv terms_frequency", "loans.csv deferred_until"}, "as it is; D while a deferral lasts", frequencyRules, nil},
	{"base", "scheduled_payment", []string{"loans.csv scheduled_payment", "cycles.csv minimum_due"}, "the lender's amount, else what the latest cycle asks for, as a monthly amount; 0 once paid or charged off", scheduledRules, []string{"case_plan", "case_balance", "repeats"}},
	{"base", "actual_payment", fromPayments, "settled payments since the last report, and earlier ones that it did not know", receivedRules, []string{"received_before_last_report"}},
	{"base", "account_status", append([]string{"loans.csv status", "terminations.csv reason", "cases.csv outcome"}, fromCycles...), "by days late, closure, charge-off, termination or case", statusRules, []string{"status", "oldest_unpaid_due_on", "paid_on", "charged_off_on", "reason", "terminated_on", "would_be", "repeats", "frozen_on", "case_status", "case_plan", "case_balance", "case_deletion", "late_by", "accommodated_from", "status_without_accommodation"}},
	{"base", "payment_rating", fromCycles, "how late a paid account was on the day before", ratingRules, []string{"paid_on", "frozen_on", "terminated_on"}},
	{"base", "payment_history", append([]string{"loans.csv payment_history"}, fromCycles...), "the last tradeline's profile moved by a month, else what the lender reported or the ledger proves", historyRules, []string{"case_status", "history", "repeats"}},
	{"base", "special_comment", []string{"loans.csv special_comment", "cases.csv type", "loans.csv status"}, "the first by precedence, if it fits the portfolio", commentRules, []string{"case_comment", "comment"}},
	{"base", "compliance_code", []string{"cases.csv type", "cases.csv outcome", "cases.csv dispute_kind", "loans.csv status"}, "of a dispute or a closure at the customer's request", complianceRules, []string{"case_compliance", "case_answer_by"}},
	{"base", "current_balance", fromPayments, "the sum of the ledger up to the date; not below 0", balanceRules, []string{"balance", "frozen_on", "case_balance", "left_on", "repeats"}},
	{"base", "amount_past_due", fromCycles, "what is 30 or more days late, fees included; of a charge-off what the program says", pastDueRules, []string{"past_due", "oldest_unpaid_due_on", "frozen_on", "case_status", "case_plan", "case_balance", "accommodated_from", "charged_off_on", "left_on", "repeats"}},
	{"base", "original_chargeoff", append([]string{"loans.csv original_charge_off_amount"}, fromPayments...), "the balance on the day of the charge-off, never changed", chargeOffRules, []string{"charged_off_on"}},
	{"base", "date_account_info", nil, "the calendar date; of a paid account the date paid", informationRules, []string{"paid_on", "repeats", "account_info"}},
	{"base", "date_first_delinquency", append([]string{"loans.csv first_delinquency_on", "cases.csv filed_on"}, fromCycles...), "the due date of the first missed payment plus 30 days, or as last reported", delinquencyRules, []string{"oldest_unpaid_due_on", "charged_off_on", "frozen_on", "case_delinquency", "case_status", "delinquency", "delinquency_kept_from", "late_by", "accommodated_from", "terminated_on", "repeats"}},
	{"base", "date_closed", []string{"loans.csv closed_on", "terminations.csv terminated_on", "transactions.csv effective_on"}, "the date paid or closed; of a deletion the termination's", closedRules, []string{"paid_on", "terminated_on", "left_on", "case_deletion", "closed", "repeats"}},
	{"base", "date_last_payment", []string{"transactions.csv effective_on"}, "of the latest payment that was not reversed", lastPaymentRules, nil},
	{"base", "interest_type", []string{"products.csv interest_type"}, "as it is", nil, nil},
	{"base", "reserved", nil, "blank", nil, nil},
	{"base", "surname", []string{"customers.csv surname"}, "of the consumer in the base segment, without punctuation", always("Q58"), nil},
	{"base", "first_name", []string{"customers.csv first_name"}, "without punctuation", always("Q58"), nil},
	{"base", "middle_name", []string{"customers.csv middle_name"}, "without punctuation", always("Q58"), nil},
	{"base", "generation_code", []string{"customers.csv generation_code"}, "as it is", always("Q58"), nil},
	{"base", "ssn", []string{"customers.csv ssn"}, "the digits", always("Q58"), nil},
	{"base", "date_of_birth", []string{"customers.csv date_of_birth"}, "as it is", always("Q58"), nil},
	{"base", "phone", []string{"customers.csv phone"}, "the digits", always("Q58"), nil},
	{"base", "ecoa_code", []string{"loan_customers.csv ecoa_code", "cases.csv type"}, "the lender's, unless a case says otherwise", consumerRules, []string{"case_consumer_"}},
	{"base", "consumer_info", []string{"cases.csv chapter", "cases.csv disposition"}, "of the consumer's bankruptcy", indicatorRules, []string{"case_consumer_"}},
	{"base", "country_code", []string{"customers.csv country_code"}, "as it is", nil, nil},
	{"base", "address1", []string{"customers.csv address1"}, "without punctuation", nil, nil},
	{"base", "address2", []string{"customers.csv address2"}, "without punctuation", nil, nil},
	{"base", "city", []string{"customers.csv city"}, "cut to its field", nil, nil},
	{"base", "state", []string{"customers.csv state"}, "as it is", nil, nil},
	{"base", "postal_code", []string{"customers.csv postal_code"}, "the digits", nil, nil},
	{"base", "address_ind", []string{"customers.csv address_indicator"}, "as it is", nil, nil},
	{"base", "residence_code", []string{"customers.csv residence_code"}, "as it is", nil, nil},
}
