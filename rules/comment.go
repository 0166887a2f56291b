package rules

import "strings"

// Special comments that rules choose by themselves (FORMAT.md 2.8).
const (
	commentSold           = "AH"
	commentSettled        = "AU"
	commentClosed         = "M"
	commentInactive       = "CI"
	commentTransferred    = "O"
	commentRedeemed       = "AZ"
	commentSurrenderEnded = "AO"
)

// commentPortfolios are the portfolios of the special comments that do not fit all of them (FORMAT.md 2.8, Q62 for CI).
var commentPortfolios = map[string]string{
	"C": "IM", "H": "IM", "I": "I", "M": "COR", "AL": "I", "AO": "I", "AP": "CR", "AZ": "I", "BL": "R", "BN": "I", "BO": "M",
	"BT": "IM", "CH": "IM", "CI": "COR", "CJ": "C", "CK": "C", "CL": "C", "CN": "IM", "CO": "IM", "CP": "IM",
}

// fits reports whether a special comment may stand on an account of this portfolio.
func (a *decision) fits(comment string) bool {
	portfolios, limited := commentPortfolios[comment]
	return !limited || strings.Contains(portfolios, a.Product.PortfolioType)
}

// commentFirst fills in the special comments that come before those of cases (Q27): sold, settled for less, the lender's own.
func (a *decision) commentFirst(t *Tradeline) {
	switch {
	case a.left != 0 && a.sold():
		t.SpecialComment = commentSold
		t.Facts.add(textFact(factComment, "Q57"))
	case a.settled(t) != "":
		t.SpecialComment = commentSettled
		t.Facts.add(textFact(factComment, a.settled(t)))
	case a.SpecialComment != "" && a.fits(a.SpecialComment):
		t.SpecialComment = a.SpecialComment
		t.Facts.add(textFact(factComment, "Q27"))
	}
}

// factComment is the key of the fact that names the rule of the special comment.
const factComment = "comment"

// settled returns the rule by which a paid account says that it was paid for less than what was owed, empty if it was not:
// principal was waived, or people settled (Q62, Q85, Q93).
func (a *decision) settled(t *Tradeline) string {
	if t.AccountStatus != StatusPaid && !paidStatus(t.AccountStatus) {
		return ""
	}
	switch now := a.Ledger.At(a.AsOf); {
	case a.Status == closedSettlement && a.ChargedOffOn != 0:
		return "Q93"
	case a.Status == closedSettlement:
		return "Q62"
	case a.terminated(a.AsOf) == ReasonSettled, now.Waived > now.Charged:
		return "Q85"
	}
	return ""
}

// commentLast fills in a special comment where there is none yet (Q27): moved to another servicer, reinstated, closed by
// people.
func (a *decision) commentLast(t *Tradeline) {
	comment, rule := "", ""
	switch {
	case a.left != 0:
		comment, rule = commentTransferred, "Q76"
	case a.reinstated() != "":
		comment, rule = a.reinstated(), "Q94"
	case a.Status == closedByGrantor || a.Status == closedByGrantorPending:
		comment, rule = commentClosed, "Q62"
	case a.Status == closedInactivity:
		comment, rule = commentInactive, "Q62"
	}
	if t.SpecialComment == "" && comment != "" && a.fits(comment) {
		t.SpecialComment = comment
		t.Facts.add(textFact(factComment, rule))
	}
}

// reinstated returns the comment of an account whose collateral went back to the consumer since the last record (Q94).
func (a *decision) reinstated() string {
	t := a.Termination
	if t == nil || t.RescindedOn == 0 || t.RescindedOn > a.AsOf || len(a.Tradelines) == 0 {
		return ""
	}
	switch a.Tradelines[0].AccountStatus {
	case StatusRepossessed:
		return commentRedeemed
	case StatusSurrendered:
		return commentSurrenderEnded
	}
	return ""
}
