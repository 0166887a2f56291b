package serve

import (
	"context"
	"encoding/json"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// caseFilter says which cases a request asks for.
type caseFilter struct {
	customer, loan, kind, status, external *string
	deleted, snoozed, escalated            *bool
}

func (a *api) cases(ctx context.Context, q caseFilter, t inquiry.Turn) (part, error) {
	l, err := inquiry.Cases(ctx, a.DB, inquiry.CaseFilter{
		CustomerID: given(q.customer), LoanID: given(q.loan), Type: rules.CaseType(given(q.kind)), Status: given(q.status),
		ExternalID: given(q.external), Deleted: q.deleted, Snoozed: q.snoozed, On: rules.DateOf(a.Now()), Escalated: q.escalated,
	}, t)
	return parted(ctx, l, err)
}

// ListCases lists cases (CA1).
func (a *api) ListCases(ctx context.Context, r ListCasesRequestObject) (ListCasesResponseObject, error) {
	q := r.Params
	found, err := a.cases(ctx, caseFilter{q.CustomerId, q.LoanId, q.Type, q.Status, q.ExternalId, q.Deleted, q.Snoozed, q.Escalated}, turnOf(q.Cursor, q.Before, q.Limit))
	return ListCases200JSONResponse(found), err
}

// ListCustomerCases lists the cases of a borrower.
func (a *api) ListCustomerCases(ctx context.Context, r ListCustomerCasesRequestObject) (ListCustomerCasesResponseObject, error) {
	q := r.Params
	if err := inquiry.CustomerKnown(ctx, a.DB, r.CustomerId); err != nil {
		return nil, err
	}
	found, err := a.cases(ctx, caseFilter{&r.CustomerId, nil, q.Type, q.Status, q.ExternalId, q.Deleted, q.Snoozed, q.Escalated}, turnOf(q.Cursor, q.Before, q.Limit))
	return ListCustomerCases200JSONResponse(found), err
}

// GetCase reads a case.
func (a *api) GetCase(ctx context.Context, r GetCaseRequestObject) (GetCaseResponseObject, error) {
	found, err := answer(inquiry.CaseDetail(ctx, a.DB, r.CaseId))
	return GetCase200JSONResponse(found), err
}

// ListCaseEscalations lists the escalations of a case.
func (a *api) ListCaseEscalations(ctx context.Context, r ListCaseEscalationsRequestObject) (ListCaseEscalationsResponseObject, error) {
	q := r.Params
	l, err := inquiry.Escalations(ctx, a.DB, r.CaseId, given(q.Open), turnOf(q.Cursor, q.Before, q.Limit))
	found, err := parted(ctx, l, err)
	return ListCaseEscalations200JSONResponse(found), err
}

// ListEscalations lists the escalations of the company.
func (a *api) ListEscalations(ctx context.Context, r ListEscalationsRequestObject) (ListEscalationsResponseObject, error) {
	q := r.Params
	l, err := inquiry.Escalations(ctx, a.DB, "", given(q.Open), turnOf(q.Cursor, q.Before, q.Limit))
	found, err := parted(ctx, l, err)
	return ListEscalations200JSONResponse(found), err
}

// CreateCase creates a case, or brings it up to date.
func (a *api) CreateCase(ctx context.Context, r CreateCaseRequestObject) (CreateCaseResponseObject, error) {
	var said struct {
		servicing.CreateCaseRequest
		Why string `json:"why"`
	}
	if err := json.Unmarshal(*r.Body, &said); err != nil {
		return nil, wrong("body", "form") // a date or an amount that is none
	}
	said.Order = a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, &said.Why)
	found, err := answer(a.desk(ctx).CreateCase(ctx, said.CreateCaseRequest))
	return CreateCase200JSONResponse(found), err
}

// UpdateCase changes a case.
func (a *api) UpdateCase(ctx context.Context, r UpdateCaseRequestObject) (UpdateCaseResponseObject, error) {
	var said struct {
		servicing.CaseFields
		Why string `json:"why"`
	}
	if err := json.Unmarshal(*r.Body, &said); err != nil {
		return nil, wrong("body", "form")
	}
	found, err := answer(a.desk(ctx).UpdateCase(ctx, servicing.UpdateCaseRequest{
		Order: a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, &said.Why), CaseID: r.CaseId, CaseFields: said.CaseFields,
	}))
	return UpdateCase200JSONResponse(found), err
}

// caseRequest names the case of an act.
func (a *api) caseRequest(ctx context.Context, id string, key *string, dryRun *bool, why string) servicing.CaseRequest {
	return servicing.CaseRequest{Order: a.order(ctx, key, dryRun, &why), CaseID: id}
}

// DeleteCase deletes a case softly.
func (a *api) DeleteCase(ctx context.Context, r DeleteCaseRequestObject) (DeleteCaseResponseObject, error) {
	q := r.Params
	found, err := answer(a.desk(ctx).DeleteCase(ctx, a.caseRequest(ctx, r.CaseId, q.IdempotencyKey, q.DryRun, q.Why)))
	return DeleteCase200JSONResponse(found), err
}

// AssociateCase associates a case.
func (a *api) AssociateCase(ctx context.Context, r AssociateCaseRequestObject) (AssociateCaseResponseObject, error) {
	q := servicing.AssociateRequest{Order: a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, &r.Body.Why), CaseID: r.CaseId}
	for _, x := range r.Body.Associations {
		q.Associations = append(q.Associations, servicing.CaseAssociation{Kind: rules.AssociationKind(x.Kind), Reference: x.Reference})
	}
	found, err := answer(a.desk(ctx).AssociateCase(ctx, q))
	return AssociateCase200JSONResponse(found), err
}

// DissociateCase removes an association of a case.
func (a *api) DissociateCase(ctx context.Context, r DissociateCaseRequestObject) (DissociateCaseResponseObject, error) {
	q := r.Params
	found, err := answer(a.desk(ctx).DissociateCase(ctx, servicing.AssociateRequest{
		Order: a.order(ctx, q.IdempotencyKey, q.DryRun, &q.Why), CaseID: r.CaseId,
		Associations: []servicing.CaseAssociation{{Kind: rules.AssociationKind(q.Kind), Reference: q.Reference}},
	}))
	return DissociateCase200JSONResponse(found), err
}

// ViewCase notes that a case was viewed.
func (a *api) ViewCase(ctx context.Context, r ViewCaseRequestObject) (ViewCaseResponseObject, error) {
	q := r.Params
	found, err := answer(a.desk(ctx).ViewCase(ctx, a.caseRequest(ctx, r.CaseId, q.IdempotencyKey, q.DryRun, "")))
	return ViewCase200JSONResponse(found), err
}

// MarkCaseSeen takes off the review list what a case changed in files.
func (a *api) MarkCaseSeen(ctx context.Context, r MarkCaseSeenRequestObject) (MarkCaseSeenResponseObject, error) {
	found, err := answer(a.desk(ctx).Seen(ctx, servicing.SeenRequest{
		Order: a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, &r.Body.Why), CaseID: r.CaseId,
	}))
	return MarkCaseSeen200JSONResponse(found), err
}

// EscalateCase escalates a case.
func (a *api) EscalateCase(ctx context.Context, r EscalateCaseRequestObject) (EscalateCaseResponseObject, error) {
	found, err := answer(a.desk(ctx).EscalateCase(ctx, servicing.EscalateRequest{
		Order: a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, &r.Body.Why), CaseID: r.CaseId, Assignee: given(r.Body.Assignee),
	}))
	return EscalateCase200JSONResponse(found), err
}

// DeescalateCase ends an escalation.
func (a *api) DeescalateCase(ctx context.Context, r DeescalateCaseRequestObject) (DeescalateCaseResponseObject, error) {
	q := r.Params
	found, err := answer(a.desk(ctx).DeescalateCase(ctx, a.caseRequest(ctx, r.CaseId, q.IdempotencyKey, q.DryRun, r.Body.Why)))
	return DeescalateCase200JSONResponse(found), err
}

// SnoozeCase snoozes a case.
func (a *api) SnoozeCase(ctx context.Context, r SnoozeCaseRequestObject) (SnoozeCaseResponseObject, error) {
	until, err := dateAt("body/until", &r.Body.Until)
	if err != nil {
		return nil, err
	}
	found, err := answer(a.desk(ctx).SnoozeCase(ctx, servicing.SnoozeRequest{
		Order: a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, &r.Body.Why), CaseID: r.CaseId, Until: until,
	}))
	return SnoozeCase200JSONResponse(found), err
}

// CancelSnooze ends a snooze.
func (a *api) CancelSnooze(ctx context.Context, r CancelSnoozeRequestObject) (CancelSnoozeResponseObject, error) {
	q := r.Params
	found, err := answer(a.desk(ctx).UnsnoozeCase(ctx, a.caseRequest(ctx, r.CaseId, q.IdempotencyKey, q.DryRun, r.Body.Why)))
	return CancelSnooze200JSONResponse(found), err
}

// AcknowledgeCase acknowledges a match of monitoring (CA2).
func (a *api) AcknowledgeCase(ctx context.Context, r AcknowledgeCaseRequestObject) (AcknowledgeCaseResponseObject, error) {
	q := r.Params
	found, err := answer(a.desk(ctx).AcknowledgeCase(ctx, a.caseRequest(ctx, r.CaseId, q.IdempotencyKey, q.DryRun, r.Body.Why)))
	return AcknowledgeCase200JSONResponse(found), err
}
