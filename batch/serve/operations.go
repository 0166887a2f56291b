package serve

import (
	"bytes"
	"context"
	"net/http"

	"github.com/furnisher/furnisher/batch/servicing"
)

// api answers the operations of the document.
type api struct{ *Server }

// done is the message of what went well.
const done = "OK"

// GetHealth reports whether the database answers.
func (a *api) GetHealth(ctx context.Context, _ GetHealthRequestObject) (GetHealthResponseObject, error) {
	if err := a.DB.PingContext(ctx); err != nil {
		return nil, err
	}
	return GetHealth200JSONResponse{Message: done, Status: http.StatusOK}, nil
}

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
	answer, err := a.cancel(ctx, servicing.CancelRequest{
		Order: a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, body.Why), CustomerID: r.CustomerId, Reason: given(body.Reason),
	})
	return CancelCustomerServicing200JSONResponse{answer}, err
}

// CancelLoanServicing cancels servicing of a loan (SP5).
func (a *api) CancelLoanServicing(ctx context.Context, r CancelLoanServicingRequestObject) (CancelLoanServicingResponseObject, error) {
	body := given(r.Body)
	answer, err := a.cancel(ctx, servicing.CancelRequest{
		Order: a.order(ctx, r.Params.IdempotencyKey, r.Params.DryRun, body.Why), LoanID: r.LoanId, Reason: given(body.Reason),
	})
	return CancelLoanServicing200JSONResponse{answer}, err
}

func (a *api) cancel(ctx context.Context, r servicing.CancelRequest) (answer CancelServicingAnswerJSONResponse, err error) {
	result, err := a.desk(ctx).CancelServicing(ctx, r)
	if err != nil {
		return answer, err
	}
	data, err := camel(result)
	return CancelServicingAnswerJSONResponse{Data: data, Message: done, Status: http.StatusOK}, err
}
