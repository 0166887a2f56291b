package serve

import (
	"context"
	"encoding/json"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// OpenDispute opens a dispute of a loan (BR10).
func (a *api) OpenDispute(ctx context.Context, r OpenDisputeRequestObject) (OpenDisputeResponseObject, error) {
	var said struct {
		servicing.OpenDisputeRequest
		Why string `json:"why"`
	}
	if err := json.Unmarshal(*r.Body, &said); err != nil {
		return nil, wrong("body", "form") // a date or an amount that is none
	}
	said.Order = a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, &said.Why)
	found, err := answer(a.desk(ctx).OpenDispute(ctx, said.OpenDisputeRequest))
	return OpenDispute200JSONResponse(found), err
}

// ExtendDispute notes new information of a consumer.
func (a *api) ExtendDispute(ctx context.Context, r ExtendDisputeRequestObject) (ExtendDisputeResponseObject, error) {
	var said struct {
		servicing.ExtendDisputeRequest
		Why string `json:"why"`
	}
	if err := json.Unmarshal(*r.Body, &said); err != nil {
		return nil, wrong("body", "form")
	}
	said.Order, said.CaseID = a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, &said.Why), r.CaseId
	found, err := answer(a.desk(ctx).ExtendDispute(ctx, said.ExtendDisputeRequest))
	return ExtendDispute200JSONResponse(found), err
}

// AnswerDispute answers a dispute.
func (a *api) AnswerDispute(ctx context.Context, r AnswerDisputeRequestObject) (AnswerDisputeResponseObject, error) {
	var said struct {
		servicing.AnswerDisputeRequest
		Why string `json:"why"`
	}
	if err := json.Unmarshal(*r.Body, &said); err != nil {
		return nil, wrong("body", "form")
	}
	said.Order, said.CaseID = a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, &said.Why), r.CaseId
	found, err := answer(a.desk(ctx).AnswerDispute(ctx, said.AnswerDisputeRequest))
	return AnswerDispute200JSONResponse(found), err
}

// ListDisputes lists disputes, fraud claims and theft reports.
func (a *api) ListDisputes(ctx context.Context, r ListDisputesRequestObject) (ListDisputesResponseObject, error) {
	q := r.Params
	l, err := inquiry.Disputes(ctx, a.DB, inquiry.DisputesOf{LoanID: given(q.LoanId)}, given(q.Open), rules.DateOf(a.Now()), pageOf(q.Cursor, q.Limit))
	found, err := listed(ctx, l, err)
	return ListDisputes200JSONResponse(found), err
}

// ListDueDisputes lists the disputes that wait for their answer by the days left.
func (a *api) ListDueDisputes(ctx context.Context, r ListDueDisputesRequestObject) (ListDueDisputesResponseObject, error) {
	l, err := inquiry.DisputesDue(ctx, a.DB, inquiry.DisputesOf{}, rules.DateOf(a.Now()), pageOf(r.Params.Cursor, r.Params.Limit))
	found, err := listed(ctx, l, err)
	return ListDueDisputes200JSONResponse(found), err
}

// GetDispute reads a dispute.
func (a *api) GetDispute(ctx context.Context, r GetDisputeRequestObject) (GetDisputeResponseObject, error) {
	found, err := answer(inquiry.DisputeDetail(ctx, a.DB, r.CaseId, rules.DateOf(a.Now())))
	return GetDispute200JSONResponse(found), err
}
