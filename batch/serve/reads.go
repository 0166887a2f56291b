package serve

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// ListLoans lists loans.
func (a *api) ListLoans(ctx context.Context, r ListLoansRequestObject) (ListLoansResponseObject, error) {
	q := r.Params
	mask, err := masks(ctx, q.Unmask)
	if err != nil {
		return nil, err
	}
	l, err := inquiry.Loans(ctx, a.DB, inquiry.LoanFilter{
		Status: given(q.Status), Servicing: string(given(q.ServicingStatus)), Program: given(q.Program), Product: given(q.Product),
	}, pageOf(q.Cursor, q.Limit))
	for i := range l.Rows {
		l.Rows[i].AccountNumber = mask(l.Rows[i].AccountNumber)
	}
	found, err := listed(ctx, l, err)
	return ListLoans200JSONResponse(found), err
}

// detail reads a loan, its account numbers masked unless asked for.
func (a *api) detail(ctx context.Context, loan string, unmask *bool) (*inquiry.Detail, error) {
	mask, err := masks(ctx, unmask)
	if err != nil {
		return nil, err
	}
	d, err := inquiry.LoanDetail(ctx, a.DB, loan)
	if err != nil {
		return nil, err
	}
	d.Loan.AccountNumber = mask(d.Loan.AccountNumber)
	maskLines(d.Tradelines, mask, given(unmask))
	return d, nil
}

// maskLines masks the account numbers of tradelines, and those that they announce.
func maskLines(lines []inquiry.Tradeline, mask func(string) string, unmask bool) {
	for i := range lines {
		t := &lines[i]
		t.AccountNumber = mask(t.AccountNumber)
		if !unmask {
			t.Segments = maskedSegments(t.Segments)
		}
	}
}

// maskedSegments hides the new account number of an L1 among lines key=value.
func maskedSegments(lines string) string {
	all := strings.Split(lines, "\n")
	for i, line := range all {
		if key, number, _ := strings.Cut(line, "="); strings.Contains(key, "account_number") {
			all[i] = key + "=" + inquiry.MaskAccount(number)
		}
	}
	return strings.Join(all, "\n")
}

// GetLoan reads one loan.
func (a *api) GetLoan(ctx context.Context, r GetLoanRequestObject) (GetLoanResponseObject, error) {
	found, err := answer(a.detail(ctx, r.LoanId, r.Params.Unmask))
	return GetLoan200JSONResponse(found), err
}

// ListTradelines lists what files said of a loan.
func (a *api) ListTradelines(ctx context.Context, r ListTradelinesRequestObject) (ListTradelinesResponseObject, error) {
	mask, err := masks(ctx, r.Params.Unmask)
	if err != nil {
		return nil, err
	}
	told, err := inquiry.LoanTradelines(ctx, a.DB, r.LoanId)
	if err != nil {
		return nil, err
	}
	maskLines(told, mask, given(r.Params.Unmask))
	found, err := listed(ctx, inquiry.List[inquiry.Tradeline]{Rows: told}, nil)
	return ListTradelines200JSONResponse(found), err
}

// GetLoanExceptions reads the exceptions of a loan.
func (a *api) GetLoanExceptions(ctx context.Context, r GetLoanExceptionsRequestObject) (GetLoanExceptionsResponseObject, error) {
	found, err := answer(inquiry.ShowExceptions(ctx, a.DB, r.LoanId))
	return GetLoanExceptions200JSONResponse(found), err
}

// ListExceptions lists exceptions.
func (a *api) ListExceptions(ctx context.Context, r ListExceptionsRequestObject) (ListExceptionsResponseObject, error) {
	l, err := inquiry.Exceptions(ctx, a.DB, given(r.Params.Run), pageOf(r.Params.Cursor, r.Params.Limit))
	found, err := listed(ctx, l, err)
	return ListExceptions200JSONResponse(found), err
}

// ListOperations lists what was done between nights.
func (a *api) ListOperations(ctx context.Context, r ListOperationsRequestObject) (ListOperationsResponseObject, error) {
	l, err := inquiry.Operations(ctx, a.DB, pageOf(r.Params.Cursor, r.Params.Limit))
	found, err := listed(ctx, l, err)
	return ListOperations200JSONResponse(found), err
}

// ListReviews lists what people must see of cases.
func (a *api) ListReviews(ctx context.Context, r ListReviewsRequestObject) (ListReviewsResponseObject, error) {
	l, err := inquiry.Reviews(ctx, a.DB, pageOf(r.Params.Cursor, r.Params.Limit))
	found, err := listed(ctx, l, err)
	return ListReviews200JSONResponse(found), err
}

// ListRuns lists runs.
func (a *api) ListRuns(ctx context.Context, r ListRunsRequestObject) (ListRunsResponseObject, error) {
	l, err := inquiry.Runs(ctx, a.DB, pageOf(r.Params.Cursor, r.Params.Limit))
	found, err := listed(ctx, l, err)
	return ListRuns200JSONResponse(found), err
}

// GetRunDifferences reads how another attempt at a date differs from those before it.
func (a *api) GetRunDifferences(ctx context.Context, r GetRunDifferencesRequestObject) (GetRunDifferencesResponseObject, error) {
	d, err := inquiry.Differences(ctx, a.DB, r.Run)
	if errors.Is(err, sql.ErrNoRows) {
		err = inquiry.ErrNotFound
	}
	found, err := answer(d, err)
	return GetRunDifferences200JSONResponse(found), err
}

// GetFileBalance reads the balance sheet of a file (BR8).
func (a *api) GetFileBalance(ctx context.Context, r GetFileBalanceRequestObject) (GetFileBalanceResponseObject, error) {
	found, err := answer(a.FileBalance(ctx, r.File))
	return GetFileBalance200JSONResponse(found), err
}

// SearchCustomers finds customers by social security number. It is in the body, so no log of an address has it.
func (a *api) SearchCustomers(ctx context.Context, r SearchCustomersRequestObject) (SearchCustomersResponseObject, error) {
	customers, err := a.desk(ctx).FindBySSN(ctx, r.Body.Ssn)
	found, err := answer(map[string]any{"customers": customers}, err)
	return SearchCustomers200JSONResponse(found), err
}

// ListFiles lists the bureaus' files.
func (a *api) ListFiles(ctx context.Context, r ListFilesRequestObject) (ListFilesResponseObject, error) {
	l, err := inquiry.Files(ctx, a.DB, pageOf(r.Params.Cursor, r.Params.Limit))
	for i := range l.Rows {
		l.Rows[i].Path = "" // where files lie is the machine's affair
	}
	found, err := listed(ctx, l, err)
	return ListFiles200JSONResponse(found), err
}

// GetFile reads a file.
func (a *api) GetFile(ctx context.Context, r GetFileRequestObject) (GetFileResponseObject, error) {
	life, err := inquiry.ShowFile(ctx, a.DB, r.File)
	if err == nil {
		life.Path = ""
	}
	found, err := answer(life, err)
	return GetFile200JSONResponse(found), err
}

// ListExclusions lists the loans that a file left out.
func (a *api) ListExclusions(ctx context.Context, r ListExclusionsRequestObject) (ListExclusionsResponseObject, error) {
	if _, err := inquiry.ShowFile(ctx, a.DB, r.File); err != nil {
		return nil, err
	}
	l, err := inquiry.Exclusions(ctx, a.DB, r.File, pageOf(r.Params.Cursor, r.Params.Limit))
	found, err := listed(ctx, l, err)
	return ListExclusions200JSONResponse(found), err
}

// ListWaitingDeletions lists the deletions that wait.
func (a *api) ListWaitingDeletions(ctx context.Context, r ListWaitingDeletionsRequestObject) (ListWaitingDeletionsResponseObject, error) {
	l, err := inquiry.WaitingDeletions(ctx, a.DB, pageOf(r.Params.Cursor, r.Params.Limit))
	found, err := listed(ctx, l, err)
	return ListWaitingDeletions200JSONResponse(found), err
}

// ListReopenedLoans lists the loans that were closed and are open again.
func (a *api) ListReopenedLoans(ctx context.Context, r ListReopenedLoansRequestObject) (ListReopenedLoansResponseObject, error) {
	l, err := inquiry.ReopenedLoans(ctx, a.DB, pageOf(r.Params.Cursor, r.Params.Limit))
	found, err := listed(ctx, l, err)
	return ListReopenedLoans200JSONResponse(found), err
}

// ListRemovableCustomers lists the customers who may be deleted (CD4).
func (a *api) ListRemovableCustomers(ctx context.Context, r ListRemovableCustomersRequestObject) (ListRemovableCustomersResponseObject, error) {
	desk := a.desk(ctx)
	asOf, err := dateAt("query/asOf", r.Params.AsOf)
	if err != nil {
		return nil, err
	}
	if asOf == 0 {
		asOf = rules.DateOf(a.Now())
	}
	after := int64(0)
	if cursor := given(r.Params.Cursor); cursor != "" {
		if after, err = strconv.ParseInt(cursor, 10, 64); err != nil {
			return nil, inquiry.ErrBadPage
		}
	}
	limit := given(r.Params.Limit)
	fill(&limit, inquiry.DefaultLimit)
	var l inquiry.List[servicing.Eligible]
	rows, next, err := desk.EligibleCustomers(ctx, asOf, after, limit)
	l.Rows, l.Next = rows, number(next)
	found, err := listed(ctx, l, err)
	return ListRemovableCustomers200JSONResponse(found), err
}

// GetHealth reports whether the database answers.
func (a *api) GetHealth(ctx context.Context, _ GetHealthRequestObject) (GetHealthResponseObject, error) {
	if a.DB.PingContext(ctx) != nil {
		return nil, errAway
	}
	return GetHealth200JSONResponse{Message: done, Status: http.StatusOK}, nil
}
