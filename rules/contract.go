package rules

// Contract is what the lender says of a loan that most loans have nothing of.
type Contract struct {
	BalloonOn        Date
	BalloonAmount    Cents
	SpecialComment   string // Q27's manual comment
	OriginalCreditor string
	CreditorClass    string
	PurchasedFrom    string
	SoldTo           string
	SoldOn           Date // Q57: without it the loan is not sold yet
	AgencyID         string
	AgencyAccount    string
	MortgageID       string
	NewAccountNumber string
}
