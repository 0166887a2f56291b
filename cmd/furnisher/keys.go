package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/seal"
)

const (
	keysetVariable     = "FURNISHER_KEYSET"
	keysetJSONVariable = "FURNISHER_KEYSET_JSON"
	keysetName         = "keyset.json" // in the data folder
)

// keysetPath is the file of the keyset that the settings name. own: they name none, and it is the one in the data folder.
func (a *app) keysetPath() (path string, own bool, err error) {
	if path := a.getenv(keysetVariable); path != "" {
		path, err = filepath.Abs(path)
		return path, false, err
	}
	data, err := a.dataDir()
	return filepath.Join(data, keysetName), true, err
}

// vault is the book's vault: its keys are those of the settings, and of this book. A new book gets a keyset in the data folder, unless
// another is named. Nothing is changed before it is known that the keys are right.
func (a *app) vault(ctx context.Context, db *database.Database) (book.Vault, error) {
	if a.opened.Keys != nil {
		return a.opened, a.opened.Check(ctx, db.DB)
	}
	keys, err := a.readKeyset(ctx, db)
	if err != nil {
		return book.Vault{}, err
	}
	v := book.Vault{Keys: keys}
	if db.Private {
		if _, err := bureau.SealClear(ctx, db.DB, v); err != nil { // its schema was brought up by the way
			return book.Vault{}, err
		}
	}
	return v, v.Check(ctx, db.DB)
}

// namedKeyset reads the keyset of the settings. own: they name none, and path is that of the one in the data folder.
func (a *app) namedKeyset() (keys *seal.Keyset, path string, own bool, err error) {
	path, own, err = a.keysetPath()
	if err != nil {
		return nil, path, own, err
	}
	switch text := a.getenv(keysetJSONVariable); {
	case text != "" && !own:
		return nil, path, false, &ending{err: fmt.Errorf("%s and %s are both set", keysetVariable, keysetJSONVariable), code: exitUsage, hint: "leave one of them out"}
	case text != "":
		if keys, err = seal.Parse([]byte(text)); err != nil {
			err = fmt.Errorf("%s: %w", keysetJSONVariable, err)
		}
		return keys, keysetJSONVariable, false, err
	}
	keys, err = seal.Read(path)
	return keys, path, own, err
}

// readKeyset reads the keyset of the settings, and makes one in the data folder for a book that has none.
func (a *app) readKeyset(ctx context.Context, db *database.Database) (*seal.Keyset, error) {
	keys, path, own, err := a.namedKeyset()
	if !own || !errors.Is(err, seal.ErrNoKeyset) {
		return keys, err
	}
	if bound, boundErr := book.HasKeyset(ctx, db.DB); boundErr != nil || bound {
		return nil, errors.Join(err, boundErr)
	}
	keys, made, err := ownKeyset(path)
	if made {
		a.log.Warnf("made the keyset %s: it seals social security numbers and dates of birth; keep a copy elsewhere, for without it nobody opens them; other machines need it too (%s)", path, keysetVariable)
	}
	return keys, err
}

func (a *app) keysCommand() *cobra.Command {
	return group("keys", "make, list and change the keys that seal personal data", a.keysCreateCommand(), a.keysListCommand(), a.keysRotateCommand())
}

func (a *app) keysCreateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "create" + " FILE", // in two: one text would look like SQL
		Short: "make a keyset in a new file", Args: cobra.ExactArgs(1),
		Long: `Makes a keyset in a new file that only you can read (mode 0600). Social security numbers and dates of birth are sealed by it
before they reach the database; the database, its backups and its files do not hold it. Name the file in ` + keysetVariable + `, or put
its text into ` + keysetJSONVariable + `. The first import binds the book to its keyset; another one is refused from then on.

Keep a copy in another place than the backups of the database: without the keyset nobody can open what it sealed.`,
		RunE: a.does(func(_ context.Context, args []string) error {
			path, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			keys, err := seal.New()
			if err == nil {
				err = keys.Create(path)
			}
			if errors.Is(err, os.ErrExist) {
				return &ending{err: fmt.Errorf("%q exists, and stays as it is", path), code: exitFailed, hint: "name a new file"}
			}
			if err != nil {
				return err
			}
			return a.say("made the keyset %s; name it in %s, and keep a copy elsewhere\n", path, keysetVariable)
		}),
	}
}

// listedKey is a key as `keys list` prints it.
type listedKey struct {
	Key     string `json:"key"`
	Primary bool   `json:"primary"`
	Known   bool   `json:"known"` // the keyset has it
	Sealed  int64  `json:"sealed"`
}

func (a *app) keysListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: "list the keys of the keyset, and what each has sealed", Args: cobra.NoArgs,
		Long: `Lists the keys of the keyset, the oldest first, and how many values of the book each has sealed. It reads the whole book. The
primary key seals; all of them open. A key of which nothing is left can be dropped (furnisher keys rotate --drop-old).`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDatabase(ctx, func(db *database.Database) error {
				v, err := a.vault(ctx, db)
				if err != nil {
					return err
				}
				uses, err := book.KeyUses(ctx, db.DB)
				if err != nil {
					return err
				}
				return a.printKeys(listKeys(v.Keys, uses), asJSON)
			})
		}),
	}
	jsonFlag(c, &asJSON)
	return c
}

// listKeys are the keys of a keyset, and those that it lacks.
func listKeys(keys *seal.Keyset, uses []book.KeyUse) []listedKey {
	sealed := map[uint32]int64{}
	for _, use := range uses {
		sealed[use.Key] += use.Sealed
	}
	var list []listedKey
	for _, key := range keys.Keys() {
		list = append(list, listedKey{fmt.Sprintf("%08x", key.ID), key.Primary, true, sealed[key.ID]})
		delete(sealed, key.ID)
	}
	for _, use := range uses {
		if n, is := sealed[use.Key]; is {
			list = append(list, listedKey{fmt.Sprintf("%08x", use.Key), false, false, n})
			delete(sealed, use.Key)
		}
	}
	return list
}

func (a *app) printKeys(list []listedKey, asJSON bool) error {
	if asJSON {
		return printJSON(a.stdout, list)
	}
	rows := make([][]any, len(list))
	for i, k := range list {
		use := "opens"
		switch {
		case !k.Known:
			use = "missing in the keyset"
		case k.Primary:
			use = "seals and opens"
		}
		rows[i] = []any{k.Key, use, k.Sealed}
	}
	return printTable(a.stdout, []string{"key", "use", ">values sealed"}, rows)
}

// ownKeyset is the keyset of the data folder, made if it is not there.
func ownKeyset(path string) (keys *seal.Keyset, made bool, err error) {
	if keys, err = seal.New(); err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err == nil {
		err = keys.Create(path)
	}
	if errors.Is(err, os.ErrExist) { // also where another process was faster
		keys, err = seal.Read(path)
		return keys, false, err
	}
	if err != nil {
		return nil, false, fmt.Errorf("%w, and none can be made: %w", seal.ErrNoKeyset, err)
	}
	return keys, true, nil
}

// sealClear seals what an older program left in clear in the database of an address, and returns how many customers.
func (a *app) sealClear(ctx context.Context, url string) (sealed int64, err error) {
	private := a.storage().external.URL == ""
	err = connected(ctx, database.Config{URL: url, Private: private, Log: a.log}, func(db *database.Database) error {
		clear, err := book.IsClear(ctx, db.DB)
		if err != nil || !clear {
			return err
		}
		keys, err := a.readKeyset(ctx, db)
		if err != nil {
			return err
		}
		sealed, err = bureau.SealClear(ctx, db.DB, book.Vault{Keys: keys})
		return err
	})
	return sealed, err
}
