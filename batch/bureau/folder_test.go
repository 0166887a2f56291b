package bureau

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// The folder of the files is its owner's, or its group's; where others could put another file in place of one, or read, none is made.
// Nobody can read below a folder that only its owner passes.
func TestFolderThatOthersCanReach(t *testing.T) {
	t.Parallel()
	reached, err := os.MkdirTemp("/", "furnisher-test-")
	if errors.Is(err, os.ErrPermission) { // only root may write there; a folder of /tmp is as good where /tmp is nobody's alone
		reached, err = os.MkdirTemp("/tmp", "furnisher-test-")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(reached); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(reached, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		above    string
		mode     os.FileMode
		want     error
		stranger bool
	}{
		{reached, 0o700, nil, false}, {reached, 0o770, nil, false}, {reached, 0o755, ErrFolder, false}, {reached, 0o701, ErrFolder, false},
		{reached, 0o702, ErrFolder, false}, {reached, 0o777 | os.ModeSticky, ErrFolder, false}, {t.TempDir(), 0o755, nil, false},
		{t.TempDir(), 0o777, ErrFolder, false}, {reached, 0o700, ErrFolder, true},
	} {
		if c.stranger && os.Geteuid() != 0 {
			continue // only root can give a folder away
		}
		dir := filepath.Join(c.above, "files")
		if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700), os.Chmod(dir, c.mode)); err != nil {
			t.Fatal(err)
		}
		if c.stranger {
			if err := os.Chown(dir, 4711, 4711); err != nil {
				t.Fatal(err)
			}
		}
		for name, err := range map[string]error{"prepare": Files{Dir: dir}.Prepare(), "try": Files{Dir: dir}.Try()} {
			if !errors.Is(err, c.want) || (c.want != nil) != errors.Is(err, ErrOpenFolder) {
				t.Errorf("%s a folder of mode %v: %v, want %v", name, c.mode, err, c.want)
			}
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}

// A file is readable by its owner alone, and so are the folders that are made for files, also for those that were taken back.
func TestModesOfFiles(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	dir := filepath.Join(t.TempDir(), "files")
	run := building(t, db, 20, 20)
	if err := (Files{Dir: dir, VendorVersion: "1.0", Vault: vault}).Assemble(t.Context(), db, run); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	if _, err := (Files{Vault: vault}).Rebuild(t.Context(), db, 1, out, "ada", time.Time{}); err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, top := range []string{dir, out} {
		err := filepath.WalkDir(top, func(path string, entry os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := entry.Info()
			want := os.FileMode(0o600)
			if entry.IsDir() {
				want = 0o700
			} else {
				files++
			}
			if err == nil && info.Mode().Perm() != want {
				t.Errorf("%s has mode %v, want %v", path, info.Mode(), want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files != 2 {
		t.Errorf("%d files, want one and one that was made again", files)
	}
}
