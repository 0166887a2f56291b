package delivery

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// file is a file of the bureaus that is to be delivered.
type file struct {
	File        int64        `db:"file"`
	State       bureau.State `db:"state"`
	AsOf        rules.Date   `db:"as_of"`
	CreatedOn   rules.Date   `db:"created_on"`
	Name        string       `db:"name"`
	Path        string       `db:"path"`
	SHA256      string       `db:"sha256"`
	Bytes       int64        `db:"bytes"`
	Program     string       `db:"program_id"`
	Destination string       `db:"destination"`
	Generation  int64        `db:"generation"`
}

// known is how far the delivery of a file to an address has come.
type known struct {
	Address  string    `db:"receiver"`
	State    string    `db:"state"`
	ByHand   bool      `db:"by_hand"`
	Name     string    `db:"name"`
	Attempts int       `db:"attempts"`
	NextAt   time.Time `db:"next_at"`
}

// The states of a delivery.
const (
	waiting   = "WAITING"
	sendingTo = "SENDING"
	delivered = "DELIVERED"
)

// Outcomes of an attempt.
const (
	Sent   = "SENT"
	Found  = "FOUND" // an earlier attempt had brought it there
	Failed = "FAILED"
)

// sending is what an attempt meant to send.
type sending struct {
	Attempt int    `db:"attempt"`
	Bytes   int64  `db:"bytes"`
	SHA256  string `db:"sha256"`
}

func (d *Deliverer) read(ctx context.Context, number int64) (*file, map[string]known, error) {
	f, have := &file{}, map[string]known{}
	err := database.InSnapshot(ctx, d.DB, func(tx *sqlx.Tx) error {
		err := tx.GetContext(ctx, f, deliveryFile, number)
		if errors.Is(err, sql.ErrNoRows) {
			return bureau.ErrNoFile
		}
		if err != nil {
			return err
		}
		var rows []known
		err = tx.SelectContext(ctx, &rows, deliveryKnown, number)
		for _, row := range rows {
			have[row.Address] = row
		}
		return err
	})
	return f, have, err
}

// begin notes an attempt before anything else is done. It sets its number and the name that the file has at the address.
func (t *attempt) begin(ctx context.Context) error {
	return database.InDurableTx(ctx, t.DB, func(tx *sqlx.Tx) error {
		if err := t.lock(ctx, tx); err != nil {
			return err
		}
		now := t.Now()
		err := tx.QueryRowxContext(ctx, deliveryBegin, t.file.File, t.key, t.address.byHand(), t.address.naming.of(t.file, t.key),
			now.Add(pause(t.before.Attempts+1))).Scan(&t.number, &t.name)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrBusy // another process has just delivered it
		}
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, attemptAdd, t.file.File, t.key, t.number, t.address.place(), t.Who, now); err != nil {
			return err
		}
		return tx.SelectContext(ctx, &t.sent, deliverySent, t.file.File, t.key)
	})
}

// sending notes that from here on the file may be there. It is the last moment at which a file that was voided is not sent.
func (t *attempt) sending(ctx context.Context, p parcel) error {
	return database.InDurableTx(ctx, t.DB, func(tx *sqlx.Tx) error {
		if err := t.lock(ctx, tx); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, deliverySending, t.file.File, t.key, t.number, p.bytes, p.sha256)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, ErrBusy)
		}
		return nil
	})
}

// end notes how an attempt ended, also when a signal ended it.
func (t *attempt) end(ctx context.Context, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), t.Patience)
	defer cancel()
	state, next, said := delivered, t.Now(), ""
	if cause != nil {
		t.receipt.Outcome, said = Failed, short(cause)
		state, next = waiting, next.Add(pause(t.number))
		if t.there {
			state = sendingTo
		}
	}
	r := &t.receipt
	return database.InDurableTx(ctx, t.DB, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, attemptEnd, t.file.File, t.key, t.number, r.Outcome, said, r.HostKey, t.Now(), r.Bytes, r.SHA256)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, deliveryEnd, t.file.File, t.key, state, next, t.number)
		return err
	})
}

// lock holds the file in its state until the transaction ends: it is RELEASED.
func (t *attempt) lock(ctx context.Context, tx *sqlx.Tx) error {
	var state bureau.State
	if err := tx.GetContext(ctx, &state, deliveryLock, t.file.File); err != nil {
		return err
	}
	if state != bureau.Released {
		return fmt.Errorf("%w: it is %s, not %s", bureau.ErrState, state, bureau.Released)
	}
	return nil
}

const (
	firstPause   = 5 * time.Second
	longestPause = time.Hour
)

// pause is the time from the n-th attempt to the next one: twice as long each time.
func pause(n int) time.Duration {
	if n > 10 {
		return longestPause
	}
	return min(firstPause<<(n-1), longestPause)
}

// most bounds what the ledger keeps of an error.
const most = 500

func short(err error) string {
	text := []rune(err.Error())
	if len(text) > most {
		text = append(text[:most], '…')
	}
	return string(text)
}
