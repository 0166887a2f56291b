package bureau

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/jmoiron/sqlx"
)

// A file has its name before its row commits. A process that is killed in between, and whose command nobody repeats, leaves a file
// that looks like one to send and that no row knows. So that it is found, a note with its name and that of the database lies beside
// it from before it has its name until after the commit.
const (
	placing = ".placing-" // before the name
	orphan  = ".orphan"   // behind the name of one that was moved aside
)

// Orphaned is the folder, in that of the files, for those that no row knows.
const Orphaned = "orphaned"

// notePlacing notes, durably, that a file is about to get its name.
func notePlacing(ctx context.Context, tx *sqlx.Tx, path string) error {
	var own string
	if err := tx.GetContext(ctx, &own, databaseID); err != nil {
		return fmt.Errorf("ask which database this is: %w", err)
	}
	dir, name := filepath.Split(path)
	err := renameio.WriteFile(filepath.Join(dir, placing+name), []byte(own), 0o600, renameio.WithTempDir(dir))
	if err == nil {
		err = syncDir(filepath.Clean(dir))
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return nil
}

// placed are the names of files that a command of this database has given or was about to give.
func (f Files) placed(ctx context.Context, q sqlx.QueryerContext) (names []string, err error) {
	entries, err := os.ReadDir(f.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	var own string
	for _, entry := range entries {
		name, is := strings.CutPrefix(entry.Name(), placing)
		if !is {
			continue
		}
		if own == "" {
			if err := sqlx.GetContext(ctx, q, &own, databaseID); err != nil {
				return nil, fmt.Errorf("ask which database this is: %w", err)
			}
		}
		whose, err := os.ReadFile(filepath.Join(f.Dir, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFolder, err)
		}
		if string(whose) == own {
			names = append(names, name)
		}
	}
	return names, nil
}

// Orphans lists the files that no row knows, because the command that gave them their names did not end, or is about to. aside:
// those that were moved away.
func (f Files) Orphans(ctx context.Context, q sqlx.QueryerContext) (here, aside []string, err error) {
	names, err := f.placed(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		var known bool
		if err := sqlx.GetContext(ctx, q, &known, fileNamed, name); err != nil {
			return nil, nil, fmt.Errorf("look for %s: %w", name, err)
		}
		if _, err := os.Lstat(filepath.Join(f.Dir, name)); err == nil && !known {
			here = append(here, name)
		}
	}
	boarded, err := f.boardedOrphans(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	here = append(here, boarded...)
	entries, err := os.ReadDir(filepath.Join(f.Dir, Orphaned))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	for _, entry := range entries {
		aside = append(aside, filepath.Join(Orphaned, entry.Name()))
	}
	return here, aside, nil
}

// boardedOrphans are those of them in the folder of what was boarded, also if they have not got their names yet.
func (f Files) boardedOrphans(ctx context.Context, q sqlx.QueryerContext) (here []string, err error) {
	names, err := Files{Dir: filepath.Join(f.Dir, BoardedDir)}.placed(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		var known bool
		if err := sqlx.GetContext(ctx, q, &known, fileNamed, name); err != nil {
			return nil, fmt.Errorf("look for %s: %w", name, err)
		}
		if !known {
			here = append(here, filepath.Join(BoardedDir, name))
		}
	}
	return here, nil
}

// Sweep moves files that no row knows into the folder Orphaned, under names that nobody takes for files to send, and removes the
// notes of those that have a row. Files that are about to be made stay: they are written over. Only who holds the book may call it.
func (f Files) Sweep(ctx context.Context, q sqlx.QueryerContext, about []Building) error {
	if f.aside != "" || f.Mark != "" {
		return nil // nothing of it has its name
	}
	keep := map[string]bool{}
	for _, b := range about {
		keep[b.Name()] = true
	}
	names, err := f.placed(ctx, q)
	if err != nil {
		return err
	}
	for _, name := range names {
		if keep[name] {
			continue
		}
		var known bool
		if err := sqlx.GetContext(ctx, q, &known, fileNamed, name); err != nil {
			return fmt.Errorf("look for %s: %w", name, err)
		}
		if !known {
			err = f.moveOrphan(name)
		}
		if err == nil {
			err = os.Remove(filepath.Join(f.Dir, placing+name))
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrFolder, err)
		}
	}
	return nil
}

// moveOrphan moves a file aside, durably. One that never got its name has nothing to move.
func (f Files) moveOrphan(name string) error {
	path := filepath.Join(f.Dir, name)
	if info, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return nil
	}
	target, err := freeName(filepath.Join(f.Dir, Orphaned, name+orphan))
	if err != nil {
		return err
	}
	if err := os.Rename(path, target); err != nil {
		return err
	}
	return errors.Join(syncDir(filepath.Dir(target)), syncDir(f.Dir))
}
