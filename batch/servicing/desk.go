package servicing

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Desk does operations.
type Desk struct {
	DB       *sqlx.DB
	Now      func() time.Time // for time stamps only
	Today    rules.Date       // the date of the calendar; an operation without a date is of it, or of the next night if that is later
	Patience time.Duration    // how long an operation waits for an import or a night, DefaultPatience if 0

	Authority batch.Authority // who may resolve exceptions, and who does what somebody else asks for
	Vault     book.Vault      // for operations on what is personal

	// Correct records what an update of a dispute corrects, in the operation's transaction, and returns the corrections' numbers. What
	// cannot be corrected so is ErrRefused.
	Correct func(ctx context.Context, tx *sqlx.Tx, c Correction) ([]int64, error)
}

// DefaultPatience is longer than a chunk of a night takes.
const DefaultPatience = 30 * time.Second

// Order is what every operation is told.
type Order struct {
	Key    string     `json:"-"`  // of idempotency: the same request with it is done once; empty: none
	DryRun bool       `json:"-"`  // do everything, then take it back
	By     string     `json:"by"` // the person or system that asks for it
	Why    string     `json:"why"`
	On     rules.Date `json:"on"` // business date; 0: see Desk.Today
	Role   string     `json:"-"`  // in which it is asked for, and the address or the user from whom it comes; empty: the command line
	From   string     `json:"-"`

	only part // of an operation, the zero value for all of it
}

// part is a part of an operation that is done by itself.
type part int

const (
	checkOnly  part = iota + 1 // hold the request against what is true whatever the book holds
	recallOnly                 // find what the operation of its key did; errNotDone if there is none
)

// errNotDone is returned for recallOnly.
var errNotDone = errors.New("not done")

// Bounds of what is kept of an order.
const (
	longestKey  = 200
	longestText = 1000
)

func (o Order) validate() error {
	switch {
	case o.By == "":
		return invalid("it does not say who asks for it")
	case len(o.Key) > longestKey:
		return invalid("the idempotency key is longer than %d bytes", longestKey)
	case len(o.By) > longestKey || len(o.Why) > longestText:
		return invalid("who asks for it and why are longer than %d and %d bytes", longestKey, longestText)
	case len(o.Role) > longestKey || len(o.From) > longestKey:
		return invalid("the role and the address are longer than %d bytes", longestKey)
	}
	return nil
}

// Receipt is what every result says of its operation.
type Receipt struct {
	Operation int64      `json:"operation"` // 0 for a dry run
	On        rules.Date `json:"business_date"`
	DryRun    bool       `json:"dry_run"`  // it was asked for: nothing is changed by it
	Repeated  bool       `json:"repeated"` // it was done before with this key: this is what it did then
}

func (r *Receipt) receipt() *Receipt { return r }

// result is a result of an operation: a pointer to a struct that begins with a Receipt.
type result interface{ receipt() *Receipt }

// deed is an operation under way, and what its row will say.
type deed struct {
	by        book.By
	loans     []int64
	customers []int64
	cases     []int64
	before    any
	after     any
	keyed     bool // it is noted although it changes nothing, so that its key is known the next time
}

// errTakenBack ends the transaction of a dry run.
var errTakenBack = errors.New("dry run")

// perform does an operation in one transaction, or finds that it was done. work fills the result and the deed.
func (d *Desk) perform(ctx context.Context, kind string, o Order, request any, done result, work func(tx *sqlx.Tx, w *deed) error) error {
	if err := o.validate(); err != nil || o.only == checkOnly {
		return err
	}
	digest, err := digestOf(kind, request)
	if err != nil {
		return err
	}
	if o.only == recallOnly {
		if err = recall(ctx, d.DB, o, digest, done); errors.Is(err, sql.ErrNoRows) {
			return errNotDone
		}
		return err
	}
	err = database.InRetriedTx(ctx, d.DB, func(tx *sqlx.Tx) error {
		if err := d.begin(ctx, tx); err != nil {
			return err
		}
		w := &deed{by: book.By{Who: o.By, Why: o.Why}, keyed: o.Key != ""}
		if err := d.open(ctx, tx, kind, digest, o, done, w); err != nil || done.receipt().Repeated {
			return err
		}
		if err := work(tx, w); err != nil {
			return err
		}
		return d.close(ctx, tx, o, done, w)
	})
	switch {
	case errors.Is(err, errTakenBack):
		return nil
	case database.IsLockTimeout(err):
		return fmt.Errorf("%w: an import or a night holds them", ErrBusy)
	}
	return err
}

// digestOf is what tells a request from others.
func digestOf(kind string, request any) (string, error) {
	document, err := json.Marshal(request)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append([]byte(kind+"\n"), document...))
	return hex.EncodeToString(sum[:]), nil
}

// begin bounds how long the operation waits, and lets no import in before its end.
func (d *Desk) begin(ctx context.Context, tx *sqlx.Tx) error {
	patience := d.Patience
	if patience == 0 {
		patience = DefaultPatience
	}
	if _, err := tx.ExecContext(ctx, operationPatience, fmt.Sprintf("%dms", patience.Milliseconds())); err != nil {
		return err
	}
	return batch.JoinOperations(ctx, tx)
}

// open writes the row of the operation, which gives it its number; if there is one with its key, done is what that one did.
// Two with one key wait for each other at the key's index.
func (d *Desk) open(ctx context.Context, tx *sqlx.Tx, kind, digest string, o Order, done result, w *deed) error {
	var key *string
	if o.Key != "" {
		key = &o.Key
	}
	err := tx.GetContext(ctx, &w.by.Operation, operationOpen, kind, key, digest, o.By, o.Why, d.Now(), o.Role, o.From)
	if errors.Is(err, sql.ErrNoRows) {
		return recall(ctx, tx, o, digest, done)
	}
	if err != nil {
		return fmt.Errorf("note the operation: %w", err)
	}
	w.by.On, err = d.date(ctx, tx, o.On)
	*done.receipt() = Receipt{Operation: w.by.Operation, On: w.by.On}
	return err
}

// recall reads what the operation of a key did. A dry run of it stays one: it is told what was done, and changes nothing.
func recall(ctx context.Context, db sqlx.QueryerContext, o Order, digest string, done result) error {
	var known struct {
		Digest string `db:"digest"`
		Result []byte `db:"result"`
	}
	if err := sqlx.GetContext(ctx, db, &known, operationByKey, o.Key); err != nil {
		return fmt.Errorf("find the operation of the key: %w", err)
	}
	if known.Digest != digest {
		return ErrKeyUsed
	}
	if err := json.Unmarshal(known.Result, done); err != nil {
		return fmt.Errorf("read the result of the operation: %w", err)
	}
	done.receipt().Repeated, done.receipt().DryRun = true, o.DryRun
	return nil
}

func (d *Desk) date(ctx context.Context, tx *sqlx.Tx, asked rules.Date) (rules.Date, error) {
	var at nights
	if err := tx.GetContext(ctx, &at, operationNights); err != nil {
		return 0, fmt.Errorf("find the business date: %w", err)
	}
	on, err := rules.OperationDate(asked, d.Today, at.Closed, at.Unfinished)
	return on, refused(ErrRefused, err)
}

// close writes down what the operation did.
func (d *Desk) close(ctx context.Context, tx *sqlx.Tx, o Order, done result, w *deed) error {
	documents := make([]string, 3)
	for i, part := range []any{w.before, w.after, done} {
		document, err := json.Marshal(part)
		if err != nil {
			return err
		}
		documents[i] = string(document)
	}
	_, err := tx.ExecContext(ctx, operationClose, w.by.Operation, w.by.On, database.IntArray(w.loans), database.IntArray(w.customers),
		documents[0], documents[1], documents[2], database.IntArray(w.cases))
	if err != nil {
		return fmt.Errorf("note what the operation did: %w", err)
	}
	if o.DryRun {
		done.receipt().Operation, done.receipt().DryRun = 0, true
		return errTakenBack
	}
	return nil
}
