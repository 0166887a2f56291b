package database

import (
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
