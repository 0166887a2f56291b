package database

import (
	"context"
	stdsql "database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// IsLockTimeout reports whether the server refused because a lock was not free in time (55P03).
func IsLockTimeout(err error) bool { return pq.As(err, pqerror.LockNotAvailable) != nil }

// IsTransient reports whether the server refused for a reason that another try may not meet: serialization
// failure (40001), deadlock (40P01), lock not available (55P03).
func IsTransient(err error) bool {
	return pq.As(err, pqerror.TRSerializationFailure, pqerror.TRDeadlockDetected, pqerror.LockNotAvailable) != nil
}

// IsConnectionLost reports whether the database went away in the middle of the work, or with one connection to it.
func IsConnectionLost(err error) bool {
	var network *net.OpError // not net.Error, which an error of a file system is, too
	var name *net.DNSError
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, stdsql.ErrConnDone) || errors.As(err, &network) || errors.As(err, &name) {
		return true
	}
	refusal := pq.As(err)
	if refusal == nil {
		return false
	}
	switch refusal.Code {
	case pqerror.AdminShutdown, pqerror.CrashShutdown, pqerror.CannotConnectNow, pqerror.IdleSessionTimeout:
		return true
	}
	return refusal.Code.Class() == pqerror.ClassConnectionException
}

// IsDiskFull reports whether the server has no room left on its disk (53100).
func IsDiskFull(err error) bool { return pq.As(err, pqerror.DiskFull) != nil }

// Ended makes known as what it is the bare EOF with which the driver tells in some places that the server is gone: in a COPY, while a
// session begins, when a failed transaction is given up. Only an error of the driver may go through it: the EOF of a file says nothing of
// the database.
func Ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the server ended the connection: %w", driver.ErrBadConn)
	}
	return err
}

// sessions makes connections, and knows one that ended while it began.
type sessions struct{ driver.Connector }

// Connect makes a connection.
func (s sessions) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := s.Connector.Connect(ctx)
	return conn, Ended(err)
}

// IsUniqueViolation reports whether a unique index refused a row: the name of the index, empty for any other error.
func IsUniqueViolation(err error) (index string, refused bool) {
	if violation := pq.As(err, pqerror.UniqueViolation); violation != nil {
		return violation.Constraint, true
	}
	return "", false
}
