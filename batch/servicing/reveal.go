package servicing

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
)

// Masked is something that views mask.
type Masked string

// What a privacy officer may see of a loan.
const (
	MaskedAccountNumber Masked = "account_number"
	MaskedRecord        Masked = "record" // of a file: names, numbers, addresses
)

// reveals are the acts by which masked things are shown.
var reveals = map[Masked]batch.ActKind{MaskedAccountNumber: batch.ActRevealAccountNumber, MaskedRecord: batch.ActRevealRecord}

// Reveal notes that somebody is about to see what is masked of a loan: who, what, why and from where, never the value. It is durable
// when it returns nil, and only then may the value be shown. The caller holds that the role may.
//
// Errors to branch on: ErrUnknown, ErrInvalid without a reason.
func (d *Desk) Reveal(ctx context.Context, what Masked, loanID, by, why string) error {
	err := checkActor(by, why)
	if kind := reveals[what]; err == nil && kind == "" {
		err = invalid("nothing is masked under the name %q", what)
	} else if err == nil {
		err = database.InDurableTx(ctx, d.DB, func(tx *sqlx.Tx) error {
			if _, err := findLoan(ctx, tx, loanID); err != nil {
				return err
			}
			return d.Authority.Note(ctx, tx, batch.Act{Kind: kind, About: "loan " + loanID, Who: by, Why: why}, d.Now())
		})
	}
	if err != nil {
		return fmt.Errorf("reveal: %w", err)
	}
	return nil
}
