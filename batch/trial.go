package batch

import (
	"context"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
)

// ErrGaveWay is returned by Try when a run or an import of others took the book from it.
var ErrGaveWay = errors.New("the dry run gave way to a run or an import")

// Trial is where runs do all that they do, and nothing of it stays: one transaction, which is rolled back.
type Trial struct {
	DB   *sqlx.DB // of that transaction: it shows what the runs have done in it. See database.InOneTx
	book *Book
}

// errTried rolls a trial back.
var errTried = errors.New("only tried")

// Try lets f do runs, as Runners with the Trial, and rolls them back. They hold the book as others do, so that no night works
// on it meanwhile; but a run or an import that wants it ends them. The loans that they have decided stay locked until the end.
// db and direct are as a Runner's.
//
// It returns what f returns, ErrLocked if somebody holds the book, and ErrGaveWay.
func Try(ctx context.Context, db, direct *sqlx.DB, f func(ctx context.Context, t *Trial) error) error {
	book, err := tryBook(ctx, direct)
	if err != nil {
		return err
	}
	defer book.Release()
	err = database.InOneTx(ctx, db, func(one *sqlx.DB) error {
		if _, err := one.ExecContext(ctx, lockJoin, int64(trialLock)); err != nil {
			return fmt.Errorf("begin a dry run: %w", err)
		}
		if err := f(ctx, &Trial{DB: one, book: book}); err != nil {
			return err
		}
		return errTried
	})
	switch {
	case errors.Is(err, errTried):
		return nil
	case ctx.Err() == nil && (errors.Is(err, ErrLockLost) || database.IsConnectionLost(err)) && direct.PingContext(ctx) == nil:
		return ErrGaveWay
	}
	return err
}

// tryBook takes the book for a trial. Its session says that it gives way before it has the book.
func tryBook(ctx context.Context, db *sqlx.DB) (*Book, error) {
	return takeBook(ctx, db, []taking{
		{lockSession, []any{lockPatience}},
		{lockShare, []any{int64(trialLock)}},
		{lockTake, []any{int64(bookLock)}},
		{lockTake, []any{int64(workLock)}}, // what works for an earlier holder has ended
		{lockGive, []any{int64(workLock)}},
	})
}
