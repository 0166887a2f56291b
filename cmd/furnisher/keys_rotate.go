package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

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
command again after it.

The older keys stay in the file: a backup of the database needs them. --drop-old takes those out that nothing uses, and makes no
new one. The keyed hashes by which numbers are found are of a key that stays the same.`,
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
					return a.dropKeys(ctx, db.DB, v, path)
				}
				return a.rotate(ctx, db.DB, v, path)
			})
		}),
	}
	c.Flags().BoolVar(&dropOld, "drop-old", false, "take the keys out of the keyset that nothing uses")
	return c
}

// rotate seals everything by a new key, or goes on with that.
func (a *app) rotate(ctx context.Context, db *sqlx.DB, v book.Vault, path string) error {
	older, err := olderUses(ctx, db, v)
	if err != nil {
		return err
	}
	promoted, err := v.Promoted(ctx, db)
	if err != nil {
		return err
	}
	if promoted && older == 0 {
		if v.Keys, err = v.Keys.Renewed(); err == nil {
			err = v.Keys.Replace(path)
		}
		if err != nil {
			return err
		}
		promoted = false
	}
	if !promoted {
		if err := v.Promote(ctx, db); err != nil {
			return err
		}
		if err := a.say("key %08x seals from now on; it is in %s, which every machine needs\n", v.Keys.Primary(), path); err != nil {
			return err
		}
	}
	done, err := bureau.Reseal(ctx, db, v)
	if err != nil {
		return err
	}
	if err := a.say("sealed anew: customers %d, packed rows %d, pages of records %d\n", done.Customers, done.Rows, done.Pages); err != nil {
		return err
	}
	if older, err = olderUses(ctx, db, v); err != nil {
		return err
	}
	if older > 0 {
		return &ending{err: fmt.Errorf("values that are still sealed by older keys: %d; a run or import has them, or seals by the key that it began with", older), code: exitLocked, hint: "wait until it ends (furnisher runs), then repeat the command"}
	}
	return a.say("nothing is sealed by older keys any more\n")
}

// olderUses is how many values other keys than the primary one have sealed.
func olderUses(ctx context.Context, db *sqlx.DB, v book.Vault) (older int64, err error) {
	uses, err := book.KeyUses(ctx, db)
	for _, use := range uses {
		if use.Key != v.Keys.Primary() {
			older += use.Sealed
		}
	}
	return older, err
}

// dropKeys takes the older keys out of the keyset, if nothing uses them.
func (a *app) dropKeys(ctx context.Context, db *sqlx.DB, v book.Vault, path string) error {
	older, err := olderUses(ctx, db, v)
	if err != nil {
		return err
	}
	promoted, err := v.Promoted(ctx, db)
	if err != nil {
		return err
	}
	if older > 0 || !promoted {
		return &ending{err: fmt.Errorf("values that are still sealed by older keys: %d; no key was dropped", older), code: exitFailed, hint: "furnisher keys rotate"}
	}
	dropped := len(v.Keys.Keys()) - 1
	alone, err := v.Keys.Alone()
	if err == nil && dropped > 0 {
		err = alone.Replace(path)
	}
	if err != nil {
		return err
	}
	return a.say("keys dropped: %d; backups of the database from before need a copy of the keyset that has them\n", dropped)
}
