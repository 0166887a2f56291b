package step_test

import (
	"os"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jmoiron/sqlx"
)

// openCounting opens a database whose statements, transactions and commits are counted as points; when
// the count reaches killAt the process kills itself with SIGKILL. A point lies before and after each
// round trip, so every state that a crash can leave behind is reached: work done but not committed,
// committed but not known to be, a file renamed but not noted.
func openCounting(t testing.TB, url string, killAt int64) (*sqlx.DB, *atomic.Int64) {
	t.Helper()
	points := new(atomic.Int64)
	db := openWatched(t, url, func(*session, moment) {
		if points.Add(1) == killAt {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // the signal ends the process; nothing more may reach the database
		}
	})
	return db, points
}
