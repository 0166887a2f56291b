package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/furnisher/furnisher/batch/database"
)

// A server that is killed ends an import with the driver's bare EOF: the connection is lost. An interruption stays one.
func TestExplainEndOfConnection(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("loans.csv: %w", io.EOF)
	if got := explain(t.Context(), err); !database.IsConnectionLost(got) {
		t.Errorf("got %v, want a lost connection", got)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if got := explain(ctx, err); !errors.Is(got, context.Canceled) || database.IsConnectionLost(got) {
		t.Errorf("got %v, want an interruption", got)
	}
}
