package serve

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/furnisher/furnisher/batch/servicing"
)

// Bulk does the operations of a file. It is read three times, so it is kept, and no longer than other bodies.
func (a *api) Bulk(ctx context.Context, r BulkRequestObject) (BulkResponseObject, error) {
	file, err := io.ReadAll(io.LimitReader(r.Body, a.MaxBody+1))
	if err != nil {
		return nil, err
	}
	if int64(len(file)) > a.MaxBody {
		return nil, &http.MaxBytesError{Limit: a.MaxBody}
	}
	sum, err := a.desk(ctx).Bulk(ctx, servicing.BulkRequest{
		Order: a.order(ctx, nil, r.Params.DryRun, r.Params.Why), File: bytes.NewReader(file), Stage: servicing.BulkStage(given(r.Params.Stage)),
		May: of(ctx).role.May,
	})
	if errors.Is(err, servicing.ErrBulkRejected) {
		err = nil // the answer says which rows, and that nothing is begun
	}
	found, err := answer(sum, err)
	return Bulk200JSONResponse(found), err
}
