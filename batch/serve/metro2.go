package serve

import (
	"context"

	"github.com/furnisher/furnisher/batch/inquiry"
)

// ExplainLoan says why a file tells what it tells of a loan (BR6).
func (a *api) ExplainLoan(ctx context.Context, r ExplainLoanRequestObject) (ExplainLoanResponseObject, error) {
	w := inquiry.Which{File: given(r.Params.File)}
	var err error
	if w.AsOf, err = dateAt("query/asOf", r.Params.AsOf); err != nil {
		return nil, err
	}
	if w.File != 0 && w.AsOf != 0 {
		return nil, wrong("query", "file or asOf")
	}
	found, err := answer(a.Server.ExplainLoan(ctx, r.LoanId, w))
	return ExplainLoan200JSONResponse(found), err
}

// ValidateMetro2 checks an uploaded file.
func (a *api) ValidateMetro2(_ context.Context, r ValidateMetro2RequestObject) (ValidateMetro2ResponseObject, error) {
	found, err := answer(a.Validate(r.Body))
	return ValidateMetro2200JSONResponse(found), err
}

// ExplainMetro2 explains a record of an uploaded file.
func (a *api) ExplainMetro2(ctx context.Context, r ExplainMetro2RequestObject) (ExplainMetro2ResponseObject, error) {
	if _, err := masks(ctx, r.Params.Unmask); err != nil {
		return nil, err
	}
	found, err := answer(a.ExplainRecord(r.Body, r.Params.Record, given(r.Params.Unmask)))
	return ExplainMetro2200JSONResponse(found), err
}
