package servicing

import (
	"context"
	"slices"
	"strings"

	"github.com/furnisher/furnisher/rules"
)

// BulkAction is what a row of a file of operations may ask for.
type BulkAction struct {
	Name    string
	Role    Role     // that a token of the HTTP API needs for it
	Columns []string // that it takes, besides action, key, why and date
	Needs   []string // those of them that are never empty
}

// bulkAction is an action and the operation that it stands for.
type bulkAction struct {
	BulkAction
	do func(ctx context.Context, d *Desk, o Order, c *cells) (result, error)
}

// BulkActions lists what rows may ask for.
func BulkActions() []BulkAction {
	all := make([]BulkAction, len(bulkActions))
	for i := range bulkActions {
		all[i] = bulkActions[i].BulkAction
	}
	return all
}

func bulkActionNames() []string {
	names := make([]string, len(bulkActions))
	for i := range bulkActions {
		names[i] = bulkActions[i].Name
	}
	return names
}

// actionRemove is the action of files of removals (CD2).
const actionRemove = "remove"

// commonColumns are those of every action, caseColumns those of a case's fields.
const (
	commonColumns = "action key why date"
	caseColumns   = "externalId type status outcome openedOn closedOn autoCreated chapter filedOn disposition dispositionOn " +
		"listedOutstandingDebt courtCaseNumber disputeKind disputedAmount receivedOn"
)

// bulkActions is the table of actions: each column is an argument of the operation.
var bulkActions = []bulkAction{
	action("cancel-servicing", Operator, "customerId loanId reason", func(o Order, c *cells) CancelRequest {
		return CancelRequest{Order: o, CustomerID: c.text("customerId"), LoanID: c.text("loanId"), Reason: c.text("reason")}
	}, (*Desk).CancelServicing),
	action("set-status", Operator, "loanId! status! closedOn chargeOffAmount", func(o Order, c *cells) StatusRequest {
		r := StatusRequest{Order: o, LoanID: c.text("loanId"), Status: rules.Status(c.text("status")), ClosedOn: c.date("closedOn")}
		if c.text("chargeOffAmount") != "" {
			amount := cell(c, "chargeOffAmount", "no amount", rules.ParseCents)
			r.ChargeOff = &amount
		}
		return r
	}, (*Desk).SetStatus),
	action("hold", Operator, "loanId! until!", func(o Order, c *cells) HoldRequest {
		return HoldRequest{Order: o, LoanID: c.text("loanId"), Until: c.date("until")}
	}, (*Desk).Hold),
	action("release", Operator, "loanId!", func(o Order, c *cells) ReleaseRequest {
		return ReleaseRequest{Order: o, LoanID: c.text("loanId")}
	}, (*Desk).Release),
	action("terminate", Operator, "loanId! source reason terminatedOn reportAsDeleted", func(o Order, c *cells) TerminateRequest {
		return TerminateRequest{
			Order: o, LoanID: c.text("loanId"), Source: c.text("source"), Reason: c.text("reason"), TerminatedOn: c.date("terminatedOn"),
			ReportAsDeleted: c.text("reportAsDeleted"),
		}
	}, (*Desk).TerminateContract),
	action("undo-termination", Operator, "loanId!", func(o Order, c *cells) UndoTerminationRequest {
		return UndoTerminationRequest{Order: o, LoanID: c.text("loanId")}
	}, (*Desk).UndoTermination),
	action("rescind-termination", Operator, "loanId! rescindedOn", func(o Order, c *cells) RescindRequest {
		return RescindRequest{Order: o, LoanID: c.text("loanId"), RescindedOn: c.date("rescindedOn")}
	}, (*Desk).RescindTermination),
	action("pay", Operator, "loanId! amount! effectiveOn transactionId", settleRequest(rules.Pay), (*Desk).Settle),
	action("waive", Operator, "loanId! amount! effectiveOn transactionId", settleRequest(rules.Waive), (*Desk).Settle),
	action("reverse", Operator, "loanId! reverses! effectiveOn transactionId", settleRequest(rules.Reverse), (*Desk).Settle),
	action("create-case", Operator, "caseId customerId loanId "+strings.Replace(caseColumns, "type", "type!", 1), func(o Order, c *cells) CreateCaseRequest {
		return CreateCaseRequest{
			Order: o, CaseID: c.text("caseId"), CaseFields: c.caseFields(), CustomerIDs: c.one("customerId"), LoanIDs: c.one("loanId"),
		}
	}, (*Desk).CreateCase),
	action("update-case", Operator, "caseId! "+caseColumns, func(o Order, c *cells) UpdateCaseRequest {
		return UpdateCaseRequest{Order: o, CaseID: c.text("caseId"), CaseFields: c.caseFields()}
	}, (*Desk).UpdateCase),
	action("delete-case", Operator, "caseId!", caseRequest, (*Desk).DeleteCase),
	action("acknowledge-case", Operator, "caseId!", caseRequest, (*Desk).AcknowledgeCase),
	action("associate-case", Operator, "caseId! kind! reference!", associateRequest, (*Desk).AssociateCase),
	action("dissociate-case", Operator, "caseId! kind! reference!", associateRequest, (*Desk).DissociateCase),
	action("view-case", Operator, "caseId!", caseRequest, (*Desk).ViewCase),
	action("see-case", Operator, "caseId!", func(o Order, c *cells) SeenRequest {
		return SeenRequest{Order: o, CaseID: c.text("caseId")}
	}, (*Desk).Seen),
	action("snooze-case", Operator, "caseId! until!", func(o Order, c *cells) SnoozeRequest {
		return SnoozeRequest{Order: o, CaseID: c.text("caseId"), Until: c.date("until")}
	}, (*Desk).SnoozeCase),
	action("unsnooze-case", Operator, "caseId!", caseRequest, (*Desk).UnsnoozeCase),
	action("escalate-case", Operator, "caseId! assignee", func(o Order, c *cells) EscalateRequest {
		return EscalateRequest{Order: o, CaseID: c.text("caseId"), Assignee: c.text("assignee")}
	}, (*Desk).EscalateCase),
	action("deescalate-case", Operator, "caseId!", caseRequest, (*Desk).DeescalateCase),
	action("open-dispute", Operator, "loanId! channel! caseId receivedOn customerId claimsFraud disputeKind disputedAmount bureau controlNumber codes bureauDueOn", openDisputeRequest, (*Desk).OpenDispute),
	action("extend-dispute", Operator, "caseId! informedOn bureauDueOn", func(o Order, c *cells) ExtendDisputeRequest {
		return ExtendDisputeRequest{Order: o, CaseID: c.text("caseId"), InformedOn: c.date("informedOn"), BureauDueOn: c.date("bureauDueOn")}
	}, (*Desk).ExtendDispute),
	action("answer-dispute", Operator, "caseId! answer! checked! disagrees removes copies", func(o Order, c *cells) AnswerDisputeRequest {
		return AnswerDisputeRequest{
			Order: o, CaseID: c.text("caseId"), Answer: rules.DisputeAnswer(c.text("answer")), Checked: c.text("checked"),
			Disagrees: c.truth("disagrees"), Removes: c.truth("removes"), Copies: strings.Fields(c.text("copies")),
		}
	}, (*Desk).AnswerDispute),
	action("resolve-exceptions", Supervisor, "loanId! code", func(o Order, c *cells) ResolveRequest {
		return ResolveRequest{Order: o, LoanID: c.text("loanId"), Code: c.text("code")}
	}, (*Desk).ResolveExceptions),
	action(actionRemove, PrivacyOfficer, "customerId! approver erasureReason", removeRequest, (*Desk).RemoveCustomer),
}

// bulkColumns are all columns that a file may have.
var bulkColumns = func() []string {
	all := strings.Fields(commonColumns)
	for i := range bulkActions {
		for _, c := range bulkActions[i].Columns {
			if !slices.Contains(all, c) {
				all = append(all, c)
			}
		}
	}
	return all
}()

// action is a row of the table: a request is made of the cells, and the desk does it. An exclamation mark is behind a column that is never
// empty.
func action[R any, D result](name string, role Role, columns string, request func(Order, *cells) R, do func(*Desk, context.Context, R) (D, error)) bulkAction {
	x := bulkAction{BulkAction: BulkAction{Name: name, Role: role}}
	for _, c := range strings.Fields(columns) {
		column, needed := strings.CutSuffix(c, "!")
		if x.Columns = append(x.Columns, column); needed {
			x.Needs = append(x.Needs, column)
		}
	}
	x.do = func(ctx context.Context, d *Desk, o Order, c *cells) (result, error) {
		done, err := do(d, ctx, request(o, c))
		if err != nil {
			return nil, err
		}
		return done, nil
	}
	return x
}

func openDisputeRequest(o Order, c *cells) OpenDisputeRequest {
	r := OpenDisputeRequest{
		Order: o, LoanID: c.text("loanId"), CaseID: c.text("caseId"), Channel: rules.DisputeChannel(c.text("channel")),
		ReceivedOn: c.date("receivedOn"), CustomerID: c.text("customerId"), ClaimsFraud: c.truth("claimsFraud"),
		Kind: rules.DisputeKind(c.text("disputeKind")), Bureau: c.text("bureau"), ControlNumber: c.text("controlNumber"),
		Codes: strings.Fields(c.text("codes")), BureauDueOn: c.date("bureauDueOn"),
	}
	if c.text("disputedAmount") != "" {
		amount := cell(c, "disputedAmount", "no amount", rules.ParseCents)
		r.DisputedAmount = &amount
	}
	return r
}

func settleRequest(how rules.Settling) func(Order, *cells) SettleRequest {
	return func(o Order, c *cells) SettleRequest {
		return SettleRequest{
			Order: o, LoanID: c.text("loanId"), How: how, Amount: cell(c, "amount", "no amount", rules.ParseCents), Reverses: c.text("reverses"),
			TransactionID: c.text("transactionId"), EffectiveOn: c.date("effectiveOn"),
		}
	}
}

func caseRequest(o Order, c *cells) CaseRequest {
	return CaseRequest{Order: o, CaseID: c.text("caseId")}
}

func associateRequest(o Order, c *cells) AssociateRequest {
	return AssociateRequest{Order: o, CaseID: c.text("caseId"), Associations: []CaseAssociation{
		{Kind: rules.AssociationKind(c.text("kind")), Reference: c.text("reference")},
	}}
}

func removeRequest(o Order, c *cells) RemoveRequest {
	return RemoveRequest{Order: o, CustomerID: c.text("customerId"), Approver: c.text("approver"), ErasureReason: c.text("erasureReason")}
}

// one is a cell as a list of at most one.
func (c *cells) one(column string) []string {
	if text := c.text(column); text != "" {
		return []string{text}
	}
	return nil
}
