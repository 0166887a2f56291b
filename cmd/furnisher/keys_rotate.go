package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
)

func (a *app) keysRotateCommand() *cobra.Command {
	var dropOld bool
	c := &cobra.Command{
		Use: "rotate [--drop-old]", Short: "seal everything by a new key", Args: cobra.NoArgs,
		Long: `Adds a new key to the file of the keyset, which seals from now on, and seals everything anew by it, some rows at a time, beside
nights and imports. Interrupted, the same command goes on; it makes a new key only when nothing is sealed by an older one. Machines
that have the old file are refused from then on: give them the new one. A run that began before goes on sealing by its key; run the
command again after it. A running furnisher serve reads the new file by itself; start each furnisher worker again.

The older keys stay in the file: a backup of the database needs them. --drop-old takes those out that nothing uses, and makes no
new one; beside a run or an import it is refused (exit status 5), and so is the second of two commands that change the keys at
once. It looks at this book alone: where books share the file of a keyset, rotate them all before. The keyed hashes by which numbers are found are of a key that stays the same.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			path, _, err := a.keysetPath()
			if err != nil {
				return err
			}
			if a.getenv(keysetJSONVariable) != "" {
				return &ending{err: errors.New("the keyset is not in a file"), code: exitUsage, hint: "write it to a file of mode 0600, name that in " + keysetVariable + ", and unset " + keysetJSONVariable}
			}
			return a.withDatabase(ctx, func(db *database.Database) error {
				v, err := a.vault(ctx, db)
				if err != nil {
					return err
				}
				if dropOld {
					return a.dropKeys(ctx, db, v, path)
				}
				return a.rotate(ctx, db, v, path)
			})
		}),
	}
	c.Flags().BoolVar(&dropOld, "drop-old", false, "take the keys out of the keyset that nothing uses")
	return c
}

// rotate seals everything by a new key, or goes on with that.
func (a *app) rotate(ctx context.Context, db *database.Database, v book.Vault, path string) error {
	older, err := olderUses(ctx, db.DB, v)
	if err != nil {
		return err
	}
	var promoted bool
	err = a.changingKeys(ctx, db, v, func(tx *sqlx.Tx) (err error) {
		v, promoted, err = promote(ctx, tx, v, path, older)
		return err
	})
	if err != nil {
		return err
	}
	if promoted {
		if err := a.say("key %08x seals from now on; it is in %s, which every machine needs\n", v.Keys.Primary(), path); err != nil {
			return err
		}
	}
	done, err := bureau.Reseal(ctx, db.DB, v)
	if err != nil {
		return err
	}
	if err := a.say("sealed anew: customers %d, packed rows %d, pages of records %d, users %d\n", done.Customers, done.Rows, done.Pages, done.Users); err != nil {
		return err
	}
	if older, err = olderUses(ctx, db.DB, v); err != nil {
		return err
	}
	if older > 0 {
		return &ending{err: fmt.Errorf("values that are still sealed by older keys: %d; a run or import has them, or seals by the key that it began with", older), code: exitLocked, hint: "wait until it ends (furnisher runs), then repeat the command"}
	}
	return a.say("nothing is sealed by older keys any more\n")
}

// promote makes a new key, if nothing is sealed by an older one than the newest, and lets the newest seal from now on. The file comes
// first: a key that seals is never in the memory of one process alone.
func promote(ctx context.Context, tx *sqlx.Tx, v book.Vault, path string, older int64) (_ book.Vault, changed bool, err error) {
	promoted, err := v.Promoted(ctx, tx)
	if err != nil || promoted && older > 0 {
		return v, false, err
	}
	if promoted {
		if v.Keys, err = v.Keys.Renewed(); err == nil {
			err = v.Keys.Replace(path)
		}
	}
	if err == nil {
		err = v.Promote(ctx, tx)
	}
	return v, true, err
}

// changingKeys does work in a transaction beside which nobody else changes the keys. It refuses where another command has changed
// them since the vault was opened: each would write its own file over the other's, and what the lost key seals never opens again.
func (a *app) changingKeys(ctx context.Context, db *database.Database, v book.Vault, work func(tx *sqlx.Tx) error) error {
	return database.InDurableTx(ctx, db.DB, func(tx *sqlx.Tx) error {
		if err := batch.HoldKeys(ctx, tx); err != nil {
			return err
		}
		now, err := a.readKeyset(ctx, db)
		if err != nil {
			return err
		}
		if !slices.Equal(now.Keys(), v.Keys.Keys()) {
			return &ending{err: errors.New("another command changed the keys meanwhile"), code: exitLocked, hint: "wait until it ends, then repeat the command"}
		}
		return work(tx)
	})
}

// olderUses is how many values other keys than the primary one have sealed.
func olderUses(ctx context.Context, db sqlx.QueryerContext, v book.Vault) (older int64, err error) {
	uses, err := book.KeyUses(ctx, db)
	for _, use := range uses {
		if use.Key != v.Keys.Primary() {
			older += use.Sealed
		}
	}
	return older, err
}

// dropKeys takes the older keys out of the keyset, if nothing uses them. Nights and imports stay out meanwhile: one that began before
// the keys were changed seals by an older key to its end.
func (a *app) dropKeys(ctx context.Context, db *database.Database, v book.Vault, path string) error {
	dropped := len(v.Keys.Keys()) - 1
	err := a.changingKeys(ctx, db, v, func(tx *sqlx.Tx) error {
		if err := batch.HaltNights(ctx, tx); err != nil {
			return err
		}
		older, err := olderUses(ctx, tx, v)
		if err != nil {
			return err
		}
		promoted, err := v.Promoted(ctx, tx)
		if err != nil {
			return err
		}
		if older > 0 || !promoted {
			return &ending{err: fmt.Errorf("values that are still sealed by older keys: %d; no key was dropped", older), code: exitFailed, hint: "furnisher keys rotate"}
		}
		if dropped == 0 {
			return nil
		}
		alone, err := v.Keys.Alone()
		if err != nil {
			return err
		}
		return alone.Replace(path)
	})
	if err != nil {
		return err
	}
	return a.say("keys dropped: %d; backups of the database from before need a copy of the keyset that has them\n", dropped)
}
