package database

import (
	stdsql "database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
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

// The driver's bare EOF is that of the connection. Anything else stays what it is.
func TestEnded(t *testing.T) {
	for _, err := range []error{io.EOF, fmt.Errorf("copy: %w", io.ErrUnexpectedEOF), errors.Join(errors.New("row 3"), io.EOF)} {
		if IsConnectionLost(err) {
			t.Errorf("%v, which may be a file's, passes for a lost connection", err)
		}
		if !IsConnectionLost(Ended(err)) {
			t.Errorf("%v: got %v, want a lost connection", err, Ended(err))
		}
	}
	for _, err := range []error{nil, stdsql.ErrNoRows, &pq.Error{Code: "23505"}} {
		if got := Ended(err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
}

func TestIsConnectionLost(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{driver.ErrBadConn, true},
		{stdsql.ErrConnDone, true},
		{stdsql.ErrNoRows, false},
		{&net.OpError{Op: "read", Err: errors.New("connection reset by peer")}, true},
		{&net.DNSError{Name: "db.example"}, true},
		{&fs.PathError{Op: "write", Err: errors.New("no space left on device")}, false},
		{&pq.Error{Code: "57P01"}, true},
		{&pq.Error{Code: "57P05"}, true},
		{&pq.Error{Code: "08006"}, true},
		{&pq.Error{Code: "57014"}, false},
		{&pq.Error{Code: "23505"}, false},
	} {
		err := c.err
		if err != nil {
			err = fmt.Errorf("chunk 1: %w", err)
		}
		if got := IsConnectionLost(err); got != c.want {
			t.Errorf("%v: got %v", c.err, got)
		}
	}
}
