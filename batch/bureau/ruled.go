package bureau

import (
	"slices"
	"strings"
)

// Ruled is a rule that a field goes by.
type Ruled struct {
	ID   string   // in the dictionary of package rules
	When string   // the condition under which it applies; empty: always
	Says string   // the condition in words
	From []string // where the value comes from then, as in Mapping.Sources; fromBefore is the earlier tradeline; nil: as the mapping says
}

// always are rules that apply to every record.
func always(ids ...string) []Ruled {
	list := make([]Ruled, len(ids))
	for i, id := range ids {
		list[i].ID = id
	}
	return list
}

// fromBefore as a source is the tradeline before this one.
const fromBefore = "tradeline"

// told are the values that conditions ask for: the facts of a tradeline, its fields, "rule" for the rule that decided its status,
// and "value" for the field itself. Fields of other segments than the base are named as k4.payment_ind is.
type told map[string]string

// meets reports whether all terms of a condition hold. A term is a key that has a value, or "key=a|b" for a value whose first word is one of these; a word that ends
// in * stands for all that begin so. A ! before a term turns it round.
func (t told) meets(condition string) bool {
	for _, term := range strings.Fields(condition) {
		term, not := strings.CutPrefix(term, "!")
		key, wanted, compares := strings.Cut(term, "=")
		value, _, _ := strings.Cut(t[key], " ")
		met := value != ""
		if compares {
			met = slices.ContainsFunc(strings.Split(wanted, "|"), func(word string) bool {
				begin, open := strings.CutSuffix(word, "*")
				return value == word || open && strings.HasPrefix(value, begin)
			})
		}
		if met == not {
			return false
		}
	}
	return true
}

// applied returns the rules of a list whose conditions hold, each once, in the order of the list.
func (t told) applied(list []Ruled) (applied []Ruled) {
	for _, r := range list {
		if t.meets(r.When) && !slices.ContainsFunc(applied, func(e Ruled) bool { return e.ID == r.ID }) {
			applied = append(applied, r)
		}
	}
	return applied
}

// Where the values of a tradeline come from, by the rule that gave them.
var (
	fromCase        = []string{"cases.csv type", "cases.csv status", "cases.csv outcome"}
	fromPetition    = []string{"cases.csv filed_on", "cases.csv chapter", "cases.csv disposition"}
	fromTermination = []string{"terminations.csv reason", "terminations.csv terminated_on"}
	fromSale        = []string{"loans.csv sold_to", "loans.csv sold_on"}
	asBefore        = []string{fromBefore}
)

// The rules of the fields that several rules may decide: first those that decide by themselves, then those that always apply.
var (
	statusRules = []Ruled{
		{"Q26", "rule=Q26", "a trailing report", asBefore},
		{"DC1", "rule=DC1", "deleted by its termination", fromTermination},
		{"DC5", "rule=DC5", "the lender reports it as deleted", []string{"terminations.csv report_as_deleted"}},
		{"Q56", "rule=Q56", "a case confirmed a fraud", fromCase},
		{"Q57", "rule=Q57", "sold", append(fromSale[:2:2], fromCycles...)},
		{"Q76", "rule=Q76", "moved to another servicer", append(fromTermination[:2:2], fromCycles...)},
		{"BR13", "rule=BR13", "by what became of the collateral", fromTermination},
		{"Q65", "rule=Q65", "a collection", fromPayments},
		{"Q75", "rule=Q75", "every liable consumer is discharged", fromPetition},
		{"CA4", "rule=CA4", "frozen by a bankruptcy", fromPetition},
		{"BR2", "rule=BR2", "by days late, payment or charge-off", fromCycles},
		{"DC2", "account_status=DA|DF", "a deletion comes before every other status", nil},
		{"Q39", "account_status=64", "a charge-off that owes less than a dollar", nil},
		{"Q93", "charged_off_on status !status=CLOSED::CHARGE_OFF", "charged off, whatever people set later", nil},
		{"Q28", "status=CLOSED::* !status=CLOSED::PAID_OFF|CLOSED::SURPLUS_BALANCE|CLOSED::CHARGE_OFF !charged_off_on !terminated_on", "closed by hand", nil},
		{"CA7", "accommodated_from", "in or after an accommodation", nil},
		{"Q74", "case_status=Q74", "an amount in dispute makes nothing late", nil},
		{"Q31", "late_by=Q31", "late by whole months", nil},
		{"DQ9", "account_status=71|78|80|82|83|84", "late by due dates, not by the count", nil},
	}
	ratingRules = []Ruled{
		{"Q26", "repeats", "a trailing report", asBefore},
		{"Q14", "account_status=DA|DF", "blank in a deletion", nil},
		{"CA4", "account_status=13 frozen_on", "as of the bankruptcy that froze the account", fromPetition},
		{"Q19", "account_status=13", "paid", nil},
		{"BR13", "value terminated_on", "as of the day before the collateral was taken", nil},
	}
	historyRules = []Ruled{
		{"Q82", "repeats", "a trailing report repeats it", asBefore},
		{"Q21", "history=Q21", "continues the lender's profile", []string{"loans.csv payment_history", "loans.csv last_reported_on"}},
		{"Q22", "history=Q22", "a first tradeline, or none or several months since the last", append(fromCycles[:4:4], fromBefore)},
		{"Q43", "history=Q43", "paid in an earlier month than that of the file", asBefore},
		{"CA4", "history=CA4", "the last month was frozen by a bankruptcy: D", asBefore},
		{"BR4", "", "", asBefore},
	}
	commentRules = []Ruled{
		{"Q26", "repeats value", "a trailing report", asBefore},
		{"Q57", "comment=Q57", "sold", fromSale},
		{"Q85", "comment=Q85", "settled for less than what was owed", append(fromPayments[:2:2], "terminations.csv reason")},
		{"Q93", "comment=Q93", "a charge-off that was settled", []string{"loans.csv status"}},
		{"Q62", "comment=Q62", "closed by hand", []string{"loans.csv status"}},
		{"Q27", "comment=Q27", "the lender's own", []string{"loans.csv special_comment"}},
		{"CA5", "case_comment=CA5", "military duty or disaster", fromCase},
		{"Q69", "case_comment=Q69", "forbearance", fromCase},
		{"Q76", "comment=Q76", "moved to another servicer", fromTermination},
		{"Q94", "comment=Q94", "reinstated", []string{"terminations.csv rescinded_on"}},
		{"CA6", "value !repeats", "one comment fits", nil},
	}
	complianceRules = []Ruled{
		{"BR10", "case_compliance=BR10", "a dispute runs", fromCase},
		{"DC9", "case_compliance=DC9", "a fraud claim runs", fromCase},
		{"Q86", "case_compliance=Q86", "a dispute was closed without an outcome", fromCase},
		{"Q74", "case_compliance=Q74", "a dispute has ended", fromCase},
		{"Q61", "case_compliance=Q61", "a fraud claim has ended, or a dispute was deleted", fromCase},
		{"Q62", "case_compliance=Q62", "closed at the customer's request", []string{"loans.csv status"}},
		{"Q96", "case_compliance=Q96", "the last code is taken back", asBefore},
		{"CA5", "case_compliance=BR10|Q74|Q86", "a dispute", nil},
	}
	balanceRules = []Ruled{
		{"Q26", "repeats", "a trailing report", asBefore},
		{"Q75", "case_balance", "every liable consumer is discharged: 0", fromPetition},
		{"Q57", "rule=Q57", "sold: 0", fromSale},
		{"Q76", "rule=Q76", "moved to another servicer: 0", fromTermination},
		{"Q39", "account_status=64 !repeats", "a charge-off that owes less than a dollar: 0", nil},
		{"BR2", "account_status=13 !repeats", "paid: 0", nil},
		{"Q30", "portfolio_type=I|M current_balance=$0 balance !balance=0.00|-* account_status=11|71|78|80|82|83|84 !left_on !case_balance", "less than a dollar is owed", nil},
		{"BR5", "", "", nil},
	}
	pastDueRules = []Ruled{
		{"Q26", "repeats", "a trailing report", asBefore},
		{"Q75", "case_balance", "every liable consumer is discharged: 0", fromPetition},
		{"Q57", "rule=Q57", "sold: 0", fromSale},
		{"Q76", "rule=Q76", "moved to another servicer: 0", fromTermination},
		{"Q75", "case_plan", "a plan is confirmed: 0", fromPetition},
		{"CA4", "case_status=CA4 !left_on !case_balance !case_plan", "as of the bankruptcy that froze the account", append(fromPetition[:3:3], fromCycles...)},
		{"Q33", "account_status=97 !left_on !case_balance !case_plan", "a charge-off, as the program says", append([]string{"programs.csv charge_off_past_due"}, fromPayments...)},
		{"BR13", "account_status=88|89|94|95|96 !left_on !case_balance !case_plan", "by what became of the collateral", nil},
		{"Q65", "account_status=93 !left_on !case_balance !case_plan", "a collection: the balance", fromPayments},
		{"Q42", "account_status=DA|DF", "a deletion, at most the balance", nil},
		{"CA7", "accommodated_from", "in or after an accommodation", nil},
		{"Q74", "case_status=Q74", "an amount in dispute makes nothing late", nil},
		{"BR2", "account_status=11|13|61|62|63|64|71|78|80|82|83|84 !left_on !case_balance !case_plan !repeats", "by days late", nil},
		{"Q18", "past_due !left_on !case_balance !case_plan", "fees of 30 days and more included", nil},
		{"BR5", "", "", nil},
	}
	delinquencyRules = []Ruled{
		{"Q26", "repeats", "a trailing report", asBefore},
		{"Q36", "delinquency=Q36", "frozen by an earlier tradeline", asBefore},
		{"Q32", "delinquency=Q32", "kept from the last tradeline: the run goes on", asBefore},
		{"Q49", "delinquency=Q49", "kept from the last tradeline: the charge-off continues its run", asBefore},
		{"Q21", "delinquency=Q21", "as the lender last reported it", []string{"loans.csv first_delinquency_on", "loans.csv last_reported_on"}},
		{"Q83", "delinquency=Q83", "the run of the last tradeline ended by a full cure or a gap; a new one began", fromCycles},
		{"Q20", "delinquency=Q20", "found in the ledger; the program ends a run by days", fromCycles},
		{"Q25", "delinquency=Q25", "charged off less than 30 days late", fromCycles},
		{"Q38", "delinquency=Q38", "charged off with only fees unpaid", fromCycles},
		{"BR13", "delinquency=BR13", "the collateral of a current account was taken", fromTermination},
		{"Q65", "delinquency=Q65", "a collection, as boarded", []string{"loans.csv first_delinquency_on"}},
		{"BR3", "delinquency=BR3", "found in the ledger", fromCycles},
		{"BR3", "case_delinquency=BR3", "the petition of a bankrupt consumer whose account is current", []string{"cases.csv filed_on"}},
		{"BR3", "value !delinquency !repeats", "of a tradeline that did not yet store its rule", nil},
		{"BR3", "!value", "blank while no delinquency runs", nil},
		{"CA4", "case_status=CA4 delinquency value", "as of the bankruptcy that froze the account", nil},
		{"CA7", "accommodated_from value", "days in an accommodation do not count", nil},
		{"Q31", "late_by=Q31", "late by whole months", nil},
	}
	closedRules = []Ruled{
		{"Q26", "repeats value", "a trailing report", asBefore},
		{"Q8", "closed=Q8", "the date paid", []string{"transactions.csv effective_on"}},
		{"Q24", "closed=Q24", "the date paid of a charge-off", []string{"transactions.csv effective_on"}},
		{"Q28", "closed=Q28", "closed by hand", []string{"loans.csv closed_on"}},
		{"PO5", "closed=PO5", "the charge-off of a card, line or charge card", []string{"loans.csv closed_on"}},
		{"Q14", "closed=Q14", "a deletion: when it was closed, else terminated", []string{"loans.csv closed_on", "terminations.csv terminated_on"}},
		{"DC5", "closed=DC5", "reported as deleted: the date of the file", []string{"terminations.csv report_as_deleted"}},
		{"Q56", "closed=Q56", "a confirmed fraud: when it was closed, else the case", []string{"loans.csv closed_on", "cases.csv closed_on"}},
		{"BR13", "closed=BR13", "the collateral was taken, or paid after it", append(fromTermination[1:2:2], "transactions.csv effective_on")},
		{"Q65", "closed=Q65", "a collection was paid", []string{"transactions.csv effective_on"}},
		{"Q57", "closed=Q57", "sold", fromSale[1:]},
		{"Q76", "closed=Q76", "moved to another servicer", fromTermination[1:]},
		{"PO5", "value !closed !repeats", "of a tradeline that did not yet store its rule", nil},
	}
	scheduledRules = []Ruled{
		{"Q26", "repeats", "a trailing report", asBefore},
		{"Q75", "case_balance", "every liable consumer is discharged: 0", fromPetition},
		{"Q75", "case_plan", "as the cycles ask, after a plan", nil},
		{"Q57", "rule=Q57", "sold: 0", fromSale},
		{"Q76", "rule=Q76", "moved to another servicer: 0", fromTermination},
		{"Q47", "terms_frequency=D", "while a deferral lasts: 0", []string{"loans.csv deferred_until"}},
		{"Q63", "k4.payment_ind=01", "the month of a balloon adds its amount", nil},
		{"Q6", "account_status=11|71|78|80|82|83|84 !left_on !case_balance terms_frequency !terms_frequency=D", "what a cycle asks for, if the lender sends no amount", nil},
		{"BR5", "", "", nil},
	}
	consumerRules = []Ruled{
		{"Q77", "case_consumer=Q77", "a confirmed fraud or theft of one of several", fromCase},
		{"CA5", "case_consumer=CA5", "deceased", fromCase},
		{"CA4", "case_consumer=CA4 value=T", "protected by another consumer's chapter 12 or 13", fromPetition},
		{"Q58", "", "", nil},
	}
	indicatorRules = []Ruled{
		{"CA3", "case_consumer=CA3", "a petition", fromPetition},
		{"CA4", "case_consumer=CA4", "discharged, or protected by another consumer's chapter 12 or 13", fromPetition},
		{"Q75", "case_consumer=Q75", "reaffirmed", fromPetition},
		{"Q60", "case_consumer=Q60", "a petition ended: Q once", fromPetition},
		{"CA1", "case_consumer=CA1", "a case was deleted: its indicator is taken back", asBefore},
		{"CA3", "case_consumer=CA5 value", "a deceased consumer's petition", fromPetition},
	}
	frequencyRules = []Ruled{
		{"Q47", "value=D", "while a deferral lasts", []string{"loans.csv deferred_until"}},
	}
	receivedRules = []Ruled{
		{"Q26", "repeats", "a trailing report", asBefore},
		{"Q40", "account_status=13|64", "not beyond the date paid", nil},
		{"Q95", "received_before_last_report", "payments that the last tradeline did not know", nil},
		{"Q23", "", "", nil},
		{"BR5", "", "", nil},
	}
	chargeOffRules = []Ruled{
		{"Q42", "account_status=DA|DF", "0 in a deletion", nil},
		{"DQ5", "account_status=97|64", "charged off", nil},
		{"BR5", "", "", nil},
	}
	informationRules = []Ruled{
		{"Q26", "repeats", "a trailing report", asBefore},
		{"Q41", "account_info=Q41", "paid before the last tradeline: the calendar date", nil},
		{"Q17", "", "", nil},
	}
	lastPaymentRules = []Ruled{
		{"Q26", "repeats", "a trailing report", asBefore},
		{"Q40", "account_status=13|64", "not beyond the date paid", nil},
		{"Q23", "", "", nil},
	}
)
