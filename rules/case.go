package rules

// CaseType is what a case is about (CA8).
type CaseType string

// The types of cases: a closed list (CA8).
const (
	CaseBankruptcy    CaseType = "BANKRUPTCY"
	CaseMilitary      CaseType = "MILITARY"
	CaseDeceased      CaseType = "DECEASED"
	CaseDispute       CaseType = "DISPUTE"
	CaseFraudClaim    CaseType = "FRAUD_CLAIM"
	CaseIdentityTheft CaseType = "IDENTITY_THEFT"
	CaseDisaster      CaseType = "DISASTER"
	CaseForbearance   CaseType = "FORBEARANCE"
	CaseOther         CaseType = "OTHER"
)

// CaseTypes returns every type of case (CA8).
func CaseTypes() []CaseType {
	return []CaseType{
		CaseBankruptcy, CaseMilitary, CaseDeceased, CaseDispute, CaseFraudClaim, CaseIdentityTheft, CaseDisaster, CaseForbearance, CaseOther,
	}
}

// CaseOutcome is how a dispute, a fraud claim or a theft report ended; empty: it has not.
type CaseOutcome string

// The outcomes. Those of a dispute are compliance condition codes (Q74).
const (
	OutcomeConfirmed CaseOutcome = "CONFIRMED"
	OutcomeRejected  CaseOutcome = "REJECTED"
	OutcomeResolved  CaseOutcome = "XH"
	OutcomeDisagrees CaseOutcome = "XC"
	OutcomeBilling   CaseOutcome = "XG" // the consumer disagrees, of a billing error
	OutcomeRemoved   CaseOutcome = "XR"
)

// Outcomes returns the outcomes that a case can have, none for a type that has no outcome. kind is that of a dispute.
func (t CaseType) Outcomes(kind DisputeKind) []CaseOutcome {
	switch {
	case t == CaseFraudClaim, t == CaseIdentityTheft:
		return []CaseOutcome{OutcomeConfirmed, OutcomeRejected}
	case t == CaseDispute && kind == DisputeFCBA:
		return []CaseOutcome{OutcomeResolved, OutcomeBilling, OutcomeRemoved}
	case t == CaseDispute:
		return []CaseOutcome{OutcomeResolved, OutcomeDisagrees, OutcomeRemoved}
	}
	return nil
}

// Disposition is how a bankruptcy went on (CA3, CA4); empty: the petition stands.
type Disposition string

// The dispositions of a bankruptcy.
const (
	Discharged    Disposition = "DISCHARGED"
	Dismissed     Disposition = "DISMISSED"
	Withdrawn     Disposition = "WITHDRAWN"
	PlanConfirmed Disposition = "PLAN_CONFIRMED"
	Reaffirmed    Disposition = "REAFFIRMED"
)

// Dispositions returns every disposition of a bankruptcy.
func Dispositions() []Disposition {
	return []Disposition{Discharged, Dismissed, Withdrawn, PlanConfirmed, Reaffirmed}
}

// DisputeKind is the law that a dispute comes under (Q74); empty is FCRA.
type DisputeKind string

// The kinds of disputes (Q74).
const (
	DisputeFCRA  DisputeKind = "FCRA"
	DisputeFCBA  DisputeKind = "FCBA"  // a billing error of a card
	DisputeRESPA DisputeKind = "RESPA" // a notice of error of a mortgage
)

// DisputeKinds returns every kind of dispute (Q74).
func DisputeKinds() []DisputeKind { return []DisputeKind{DisputeFCRA, DisputeFCBA, DisputeRESPA} }

// Case is a case as one of its loans sees it (CA1).
type Case struct {
	ID             string // the lender's case id
	Type           CaseType
	Status         string // the lender's word; no rule goes by it
	Outcome        CaseOutcome
	OpenedOn       Date
	ClosedOn       Date // 0: open
	DeletedOn      Date // 0: not deleted
	AutoCreated    bool // monitoring made it
	Acknowledged   bool
	Chapter        int // 7, 11, 12 or 13; 0: not given
	FiledOn        Date
	Disposition    Disposition
	DispositionOn  Date
	DebtNotListed  bool // the filing does not list the loan (CA3); if the lender says nothing, it does
	DisputeKind    DisputeKind
	DisputedAmount Cents
	ReceivedOn     Date // 0: not given
	AnswerOn       Date // by when a dispute must be answered; 0: AnswerDays after it began (BR10)
	// Parties are the positions of the loan's consumers who are parties of the case, in order; empty: the case is about the
	// loan itself. 0 stands for a party who is on no loan at all, or for one of another loan whose bankruptcy, death or
	// military duty the case says of this one (CA8).
	Parties []int
}
