package serve

import (
	"bytes"
	"context"

	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// api answers the operations of the document.
type api struct{ *Server }

// done is the message of what went well.
const done = "OK"

// GetDocument returns the document.
func (a *api) GetDocument(context.Context, GetDocumentRequestObject) (GetDocumentResponseObject, error) {
	return GetDocument200ApplicationyamlResponse{Body: bytes.NewReader(documentText), ContentLength: int64(len(documentText))}, nil
}

// order is what an operation is told of a request.
func (a *api) order(ctx context.Context, key *string, dryRun *bool, why *string) servicing.Order {
	about := of(ctx)
	return servicing.Order{
		Key: given(key), DryRun: given(dryRun), By: about.token, Why: given(why), Role: string(about.role), From: about.from,
	}
}

// given is an optional value, or what it is without.
func given[T any](v *T) (value T) {
	if v != nil {
		value = *v
	}
	return value
}

// desk does operations for who sent the request.
func (a *api) desk(ctx context.Context) *servicing.Desk { return a.Desk(of(ctx).from) }

// CancelCustomerServicing cancels servicing of a customer's loans (SP5).
func (a *api) CancelCustomerServicing(ctx context.Context, r CancelCustomerServicingRequestObject) (CancelCustomerServicingResponseObject, error) {
	body := given(r.Body)
	found, err := answer(a.desk(ctx).CancelServicing(ctx, servicing.CancelRequest{
		Order: a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, body.Why), CustomerID: r.CustomerId, Reason: given(body.Reason),
	}))
	return CancelCustomerServicing200JSONResponse{CancelServicingAnswerJSONResponse(found)}, err
}

// CancelLoanServicing cancels servicing of a loan (SP5).
func (a *api) CancelLoanServicing(ctx context.Context, r CancelLoanServicingRequestObject) (CancelLoanServicingResponseObject, error) {
	body := given(r.Body)
	found, err := answer(a.desk(ctx).CancelServicing(ctx, servicing.CancelRequest{
		Order: a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, body.Why), LoanID: r.LoanId, Reason: given(body.Reason),
	}))
	return CancelLoanServicing200JSONResponse{CancelServicingAnswerJSONResponse(found)}, err
}

// SetLoanStatus sets a status by hand (ST5).
func (a *api) SetLoanStatus(ctx context.Context, r SetLoanStatusRequestObject) (SetLoanStatusResponseObject, error) {
	q := servicing.StatusRequest{
		Order: a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, &r.Body.Why), LoanID: r.LoanId, Status: rules.Status(r.Body.Status),
	}
	var err error
	if q.ClosedOn, err = dateAt("body/closedOn", r.Body.ClosedOn); err != nil {
		return nil, err
	}
	if r.Body.ChargeOffAmount != nil {
		amount, err := rules.ParseSignedCents(*r.Body.ChargeOffAmount)
		if err != nil {
			return nil, wrong("body/chargeOffAmount", "amount")
		}
		q.ChargeOff = &amount
	}
	found, err := answer(a.desk(ctx).SetStatus(ctx, q))
	return SetLoanStatus200JSONResponse(found), err
}

// HoldLoan holds a loan (ST5).
func (a *api) HoldLoan(ctx context.Context, r HoldLoanRequestObject) (HoldLoanResponseObject, error) {
	until, err := dateAt("body/until", &r.Body.Until)
	if err != nil {
		return nil, err
	}
	found, err := answer(a.desk(ctx).Hold(ctx, servicing.HoldRequest{
		Order: a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, &r.Body.Why), LoanID: r.LoanId, Until: until,
	}))
	return HoldLoan200JSONResponse(found), err
}

// ReleaseLoan ends a hold.
func (a *api) ReleaseLoan(ctx context.Context, r ReleaseLoanRequestObject) (ReleaseLoanResponseObject, error) {
	found, err := answer(a.desk(ctx).Release(ctx, servicing.ReleaseRequest{
		Order: a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, &r.Body.Why), LoanID: r.LoanId,
	}))
	return ReleaseLoan200JSONResponse(found), err
}

// ResolveExceptions notes that a person has seen to a loan's exceptions.
func (a *api) ResolveExceptions(ctx context.Context, r ResolveExceptionsRequestObject) (ResolveExceptionsResponseObject, error) {
	found, err := answer(a.desk(ctx).ResolveExceptions(ctx, servicing.ResolveRequest{
		Order: a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, &r.Body.Why), LoanID: r.LoanId, Code: given(r.Body.Code),
	}))
	return ResolveExceptions200JSONResponse(found), err
}

// RemoveCustomer deletes a customer (CD1 to CD3).
func (a *api) RemoveCustomer(ctx context.Context, r RemoveCustomerRequestObject) (RemoveCustomerResponseObject, error) {
	q := r.Params
	found, err := answer(a.desk(ctx).RemoveCustomer(ctx, servicing.RemoveRequest{
		Order: a.order(ctx, q.IdempotencyKey, q.DryRun, &q.Why), CustomerID: r.CustomerId, Approver: given(q.Approver), ErasureReason: given(q.ErasureReason),
	}))
	return RemoveCustomer200JSONResponse(found), err
}
