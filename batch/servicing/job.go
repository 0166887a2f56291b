package servicing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
)

var (
	jobOpen   = database.Query("servicing", "JobOpen")
	jobDigest = database.Query("servicing", "JobDigest")
	jobBeat   = database.Query("servicing", "JobBeat")
	jobClose  = database.Query("servicing", "JobClose")
)

// JobRequest is what a form asks for that may take longer than its request.
type JobRequest struct {
	Order
	Kind  string `json:"kind"`
	About string `json:"about"` // "file 7"
	Asked any    `json:"asked"` // the rest of the form
}

// jobDays is how long what a person was told of a job is kept. What was done stays in the ledger.
const jobDays = 400

// OpenJob notes that a form begins something, durably, so that it is begun once. It says false if the form was sent before.
//
// Errors to branch on: ErrInvalid, ErrKeyUsed.
func (d *Desk) OpenJob(ctx context.Context, r JobRequest) (opened bool, err error) {
	if err = r.validate(); err == nil && r.Key == "" {
		err = invalid("the form has no key")
	}
	if err != nil {
		return false, err
	}
	digest, err := digestOf(r.Kind, r)
	if err != nil {
		return false, err
	}
	err = database.InDurableTx(ctx, d.DB, func(tx *sqlx.Tx) error {
		var job string
		err := tx.GetContext(ctx, &job, jobOpen, r.Key, r.Kind, r.About, digest, r.By, r.Role, d.Now(), d.Now().AddDate(0, 0, -jobDays))
		if opened = err == nil; !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		var known string
		if err := tx.GetContext(ctx, &known, jobDigest, r.Key); err != nil {
			return err
		}
		if known != digest {
			return ErrKeyUsed
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("begin %s of %s: %w", r.Kind, r.About, err)
	}
	return opened, nil
}

// BeatJob notes that the process that does a job is there.
func (d *Desk) BeatJob(ctx context.Context, key string) error {
	_, err := d.DB.ExecContext(ctx, jobBeat, key, d.Now())
	return err
}

// The ends of a job.
const (
	JobDone    = "DONE"
	JobRefused = "REFUSED" // nothing was changed
	JobFailed  = "FAILED"
)

// CloseJob notes how a job ended and what the person is told of it, a document. What the job did is durable before.
func (d *Desk) CloseJob(ctx context.Context, key, outcome string, told []byte) error {
	return database.InDurableTx(ctx, d.DB, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, jobClose, key, d.Now(), outcome, string(told))
		return err
	})
}
