package serve

import (
	"context"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// TerminateContract terminates a contract, or reports a loan as deleted (DC1, DC4, DC5).
func (a *api) TerminateContract(ctx context.Context, r TerminateContractRequestObject) (TerminateContractResponseObject, error) {
	on, err := dateAt("body/terminatedOn", r.Body.TerminatedOn)
	if err != nil {
		return nil, err
	}
	found, err := answer(a.desk(ctx).TerminateContract(ctx, servicing.TerminateRequest{
		Order: a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, &r.Body.Why), LoanID: r.LoanId, Source: given(r.Body.Source),
		Reason: given(r.Body.Reason), TerminatedOn: on, ReportAsDeleted: given(r.Body.ReportAsDeleted),
	}))
	return TerminateContract200JSONResponse(found), err
}

// UndoTermination takes a termination back.
func (a *api) UndoTermination(ctx context.Context, r UndoTerminationRequestObject) (UndoTerminationResponseObject, error) {
	found, err := answer(a.desk(ctx).UndoTermination(ctx, servicing.UndoTerminationRequest{
		Order: a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, &r.Body.Why), LoanID: r.LoanId,
	}))
	return UndoTermination200JSONResponse(found), err
}

// RescindTermination rescinds a termination from a date on (Q94).
func (a *api) RescindTermination(ctx context.Context, r RescindTerminationRequestObject) (RescindTerminationResponseObject, error) {
	on, err := dateAt("body/rescindedOn", r.Body.RescindedOn)
	if err != nil {
		return nil, err
	}
	found, err := answer(a.desk(ctx).RescindTermination(ctx, servicing.RescindRequest{
		Order: a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, &r.Body.Why), LoanID: r.LoanId, RescindedOn: on,
	}))
	return RescindTermination200JSONResponse(found), err
}

// SettleReceivables settles something of a terminated loan that is open (DC3).
func (a *api) SettleReceivables(ctx context.Context, r SettleReceivablesRequestObject) (SettleReceivablesResponseObject, error) {
	q := servicing.SettleRequest{
		Order: a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, &r.Body.Why), LoanID: r.LoanId, How: rules.Settling(r.Body.How),
		Reverses: given(r.Body.Reverses), TransactionID: given(r.Body.TransactionId),
	}
	var err error
	if q.EffectiveOn, err = dateAt("body/effectiveOn", r.Body.EffectiveOn); err != nil {
		return nil, err
	}
	if r.Body.Amount != nil {
		if q.Amount, err = rules.ParseSignedCents(*r.Body.Amount); err != nil {
			return nil, wrong("body/amount", "amount")
		}
	}
	found, err := answer(a.desk(ctx).Settle(ctx, q))
	return SettleReceivables200JSONResponse(found), err
}

// GetReceivables reads what of a loan is open (DC3).
func (a *api) GetReceivables(ctx context.Context, r GetReceivablesRequestObject) (GetReceivablesResponseObject, error) {
	asOf, err := dateAt("query/asOf", r.Params.AsOf)
	if err != nil {
		return nil, err
	}
	fill(&asOf, rules.DateOf(a.Now()))
	found, err := answer(inquiry.OpenReceivables(ctx, a.DB, r.LoanId, asOf))
	return GetReceivables200JSONResponse(found), err
}
