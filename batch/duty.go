package batch

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
)

// ErrOnDuty is returned by TakeDuty while another process runs the nights of the same database.
var ErrOnDuty = errors.New("another scheduler runs the nights of this database")

// Duty is the right to run a database's nights unattended, which one process has at a time. It is an advisory lock of a
// session of its own. It keeps a second scheduler away; what keeps the book whole is the Book that each night takes.
type Duty struct{ conn *sql.Conn }

// TakeDuty takes the right to run the nights, under a name that a second process is told. db must not go through a pooler
// of transactions. It returns ErrOnDuty, with the name of the other process.
func TakeDuty(ctx context.Context, db *sqlx.DB, name string) (*Duty, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("take the nights: %w", err)
	}
	d := &Duty{conn: conn}
	if err := d.take(ctx, name); err != nil {
		if database.IsLockTimeout(err) {
			err = heldBy(ctx, db)
		}
		d.Release()
		return nil, fmt.Errorf("take the nights: %w", err)
	}
	return d, nil
}

func (d *Duty) take(ctx context.Context, name string) error {
	if _, err := d.conn.ExecContext(ctx, lockSession, lockPatience); err != nil {
		return err
	}
	if _, err := d.conn.ExecContext(ctx, lockName, name); err != nil {
		return err
	}
	_, err := d.conn.ExecContext(ctx, lockTake, int64(dutyLock))
	return err
}

// heldBy says who has the duty.
func heldBy(ctx context.Context, db *sqlx.DB) error {
	var name string
	err := db.GetContext(ctx, &name, lockHolder, int64(dutyLock))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return ErrOnDuty // it has just ended, or its role hides it
	case err != nil:
		return errors.Join(ErrOnDuty, err)
	}
	return fmt.Errorf("%w: %s", ErrOnDuty, name)
}

// Check asks whether the duty is still held. It returns ErrLockLost if its session ended or does not answer.
func (d *Duty) Check() error {
	_, err := within(silentBeats*beat, func() (sql.Result, error) { return d.conn.ExecContext(context.Background(), lockPing) })
	if err != nil {
		return fmt.Errorf("%w: %w", ErrLockLost, err)
	}
	return nil
}

// Release gives the duty back. It does not wait for a session that does not answer.
func (d *Duty) Release() { release(d.conn) }
