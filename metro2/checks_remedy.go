package metro2

import "strings"

// remedyOf returns what to do about a finding of a rule or check.
func remedyOf(id string) string {
	if says, known := remedies[id]; known {
		return says
	}
	for group := id; ; {
		end := strings.LastIndexByte(group, '-')
		if end < 0 {
			return ""
		}
		if group = group[:end]; remedies[group] != "" {
			return remedies[group]
		}
	}
}

// remedies say what to do, for a rule of the format or for a group of the
// examiner's checks, whose ids begin alike.
var remedies = map[string]string{
	"F01": "Write the record again from its values; do not edit lines by hand, and send the file in binary mode.",
	"F02": "Let one program write header, records and trailer in one go; join files only before they are written.",
	"F03": "Find where the record slipped: count the bytes from its descriptor word on.",
	"F04": "Fill an unknown number or date with zeros, and right-justify what is known.",
	"F05": "Take the date from the system of record; a day that is not known is the first of its month.",
	"F06": "Fold the text to upper-case letters without accents or marks before it is written.",
	"F07": "Write the segments that the record needs, once each, in the order J1 J2 K1 K2 K3 K4 L1 N1.",
	"F08": "Blank the area, and check that the fields before it have their widths.",

	"B01": "Use the number that was agreed with the bureau, the same every month.",
	"B02": "Give the account a number of its own without blanks, and announce the change by an L1 segment if the old one was furnished.",
	"B03": "Set the portfolio type by what was agreed: a plan, a line, a card, a mortgage, or payment when billed.",
	"B04": "Choose the account type that fits product and portfolio.",
	"B05": "Take the original opening date from the contract.",
	"B06": "Date the record by the day of its data, not later than the day on which the file was made.",
	"B07": "Report the state of this period; leave out accounts that have nothing to report in it.",
	"B08": "Derive the status again from the days past due or from how the account ended.",
	"B09": "Give the rating that the account had just before the status, or blank it.",
	"B10": "Build the profile again from the ledger and the files sent, newest month first, B only behind the last known month.",
	"B11": "Decide which is true by the ledger: the days past due or the amount.",
	"B12": "Compare the unpaid instalments with the balance in the ledger.",
	"B13": "Set the amounts of a paid account to zero and date its closing; if something is owed, it is not paid.",
	"B14": "Take the amount from the charge-off entry of the ledger, or blank it if there was no charge-off.",
	"B15": "Derive the date from the ledger: the due date of the first missed payment since the account was last current, and 30 days; for a bankruptcy the day of the petition.",
	"B16": "Derive the date again from the ledger, and compare it with the files sent.",
	"B17": "Date the closing by the ledger; a loan that is owed is not closed.",
	"B18": "Take date and amount from the same payments of the ledger.",
	"B19": "Set terms and frequency by the contract.",
	"B20": "Report the limit of lines and cards, and none of loans.",
	"B21": "Report no scheduled payment where none is asked for.",
	"B22": "Choose the comment that fits status, type and segments, or leave it blank.",
	"B23": "Take the code from the case of the dispute or closing; give the date closed with XA.",
	"B24": "Take the indicator from the court's papers, or leave it blank to keep the last one.",
	"B25": "Complete name and address from the application or the last returned mail.",
	"B26": "Set the code by who signed the contract.",
	"B27": "Ask the consumer, or take number and birth date from the application; never fill them in.",
	"B28": "Write 0; a correction is a full record in the next file.",
	"B29": "Choose a code of the table, or leave the field blank.",
	"J01": "Complete the segment from the application of that person.",
	"J02": "Set the ECOA codes of all consumers together, by who signed the contract.",
	"K01": "Name the creditor that opened the account, and its class.",
	"K02": "Name buyer or seller; with indicator 9 leave the name blank.",
	"K03": "Give agency and its number, or neither.",
	"K04": "Give the date and amount that the indicator needs.",
	"L01": "Give only what changes, once, and report under the new numbers from the next file on.",
	"T01": "Count again while writing; a file that was cut or joined has the trailer of another one.",
	"X01": "Send one record for each account: find which of the two is true before the file goes.",
	"X02": "Check why the account is in this file; a payment that was reversed is the only good reason.",
	"X03": "Compare with the contract and the files sent; correct whichever is wrong, and write down why.",
	"X04": "Move the last profile on by one month; change older months only by a documented correction.",

	"H01": "Compare both dates with the payment that closed the loan.",
	"H02": "Keep the explanation ready: paid ahead, or no payment due.",
	"H03": "Report the contract's monthly payment, or the reason why none is due.",
	"H04": "Report what was past due when the car was taken back.",
	"H05": "Find which is true, status or balance; a loan at zero is paid.",
	"H06": "Date the completion of the foreclosure or deed.",
	"H07": "Bring rating and amount together by the ledger.",
	"H08": "Add the segment or date that the comment promises.",
	"H09": "Find which is true, comment or status.",
	"H10": "Find which is true, comment or amount.",
	"H11": "Take the item out of the file if the seven years have passed.",
	"H12": "Compare the contract's balloon with the balance.",
	"H13": "Take the authorized user off the account (ECOA T or Z).",
	"H14": "Report limit and highest credit by the type of the account.",
	"H15": "Announce a change of numbers once, and only what changes.",
	"H16": "Compare both months with the ledger, and correct the one that is wrong.",
	"H17": "Report no amounts of a prepaid lease.",

	"Portfolio-Type":       "Choose the account type that fits product and portfolio.",
	"Status-APD":           "Decide which is true by the ledger: the status or the amount past due.",
	"Status-Balance":       "Decide which is true by the ledger: the status or the balance.",
	"Status-ChargeOff":     "Take the amount from the charge-off entry of the ledger, or blank it if there was no charge-off.",
	"Status-PaymentAmount": "Keep the explanation ready: paid ahead, or no payment due.",
	"Status-SMPA":          "Report the payment that the contract asks for in this state.",
	"Status-DateClosed":    "Date the closing by the ledger, or blank it.",
	"Status-DOFD":          "Derive the date of first delinquency again from the ledger.",
	"DOAI-DOFD":            "Take the item out of the file if the seven years have passed.",
	"DOAI-PaymentAmount":   "Date the record.",
	"DTCL-DOLP":            "Compare both dates with the payment that closed the loan.",
	"CCC-DateClosed":       "Date the closing that the consumer asked for.",
	"Balance-APD":          "Compare the unpaid instalments with the balance in the ledger.",
	"Balance-DateClosed":   "Find which is true: a balance, or a closed account.",
	"Balloon-Balance":      "Compare the contract's balloon with the balance.",
	"Deferred-SMPA":        "Report no scheduled payment while payments are deferred.",
	"Rating-APD":           "Bring rating and amount together by the ledger.",
	"SCC-AccountChange":    "Announce the new number by an L1 segment.",
	"SCC-APD":              "Find which is true, comment or amount past due.",
	"SCC-Balance":          "Find which is true, comment or balance.",
	"SCC-DateClosed":       "Give or blank the date closed, as the comment says.",
	"SCC-PurchasedSold":    "Add the K2 segment with the buyer's name.",
	"SCC-Status":           "Find which is true, comment or status.",
	"Type-Balance":         "Report no balance of a prepaid lease.",
	"Type-SMPA":            "Report no scheduled payment of a prepaid lease.",
	"Type-CreditLimit":     "Report the limit of lines and cards, and none of loans.",
	"Type-HCOLA":           "Report the original amount, or the highest balance used.",
	"Type-TermsDuration":   "Set the terms by the contract.",
	"Bankruptcy":           "Compare with the court's papers, and keep the explanation ready.",
	"ECOA-J1J2":            "Mark the consumer who died, and nobody else.",
	"AccountChange":        "Announce only what changes, with the new value.",
	"PHP-Status":           "Build the newest month of the profile from what was last reported.",
	"PROG":                 "Compare both months with the ledger, and correct the one that is wrong.",
}
