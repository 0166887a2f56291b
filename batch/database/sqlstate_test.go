package database

import (
	"errors"
	"fmt"
	"testing"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

func TestIsTransient(t *testing.T) {
	for code, want := range map[pqerror.Code]bool{"40001": true, "40P01": true, "55P03": true, "57014": false, "23505": false} {
		err := fmt.Errorf("chunk 1: %w", &pq.Error{Code: code})
		if got := IsTransient(err); got != want {
			t.Errorf("%s: got %v, want %v", code, got, want)
		}
		if got := IsLockTimeout(err); got != (code == "55P03") {
			t.Errorf("%s is a lock timeout: got %v", code, got)
		}
	}
	if IsTransient(nil) || IsTransient(errors.New("40001")) {
		t.Error("an error without a SQLSTATE passes for transient")
	}
}
