package bureau

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/furnisher/furnisher/batch/seal"
	"github.com/furnisher/furnisher/rules"
)

// TestArchive: a file that is taken back is encrypted for the recipients, whatever moment a command before was killed at; nothing of it
// is left in clear, who has the identity has its bytes, and everybody else is told.
func TestArchive(t *testing.T) {
	t.Parallel()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	to, err := seal.ParseRecipients(identity.Recipient().String())
	if err != nil {
		t.Fatal(err)
	}
	m := newMonthly(t, "monthly:last")
	months := []string{"2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30"}
	made := map[int64][]byte{}
	for i, asOf := range months {
		file := int64(i + 1)
		m.file(file, asOf, said{"A1", 20250315, ""})
		if made[file], err = os.ReadFile(m.path(file)); err != nil {
			t.Fatal(err)
		}
	}
	aside := func(file int64) string { return filepath.Join(m.dir, "voided", filepath.Base(m.path(file))) }
	// What a killed command left: of 2 it moved the file, of 3 it encrypted it, too, of 4 it removed the file in clear.
	half, err := to.Encrypt(io.Discard)
	if err = errors.Join(err, half.Close(), os.Mkdir(filepath.Join(m.dir, "voided"), 0o700)); err != nil {
		t.Fatal(err)
	}
	for file := int64(2); file <= 4; file++ {
		if err := os.Rename(m.path(file), aside(file)); err != nil {
			t.Fatal(err)
		}
		if file == 2 {
			err = os.WriteFile(filepath.Join(m.dir, "voided", "."+filepath.Base(m.path(file))+"77"), made[file][:100], 0o600)
		} else {
			err = encrypt(aside(file), aside(file)+archived, to)
		}
		if file == 4 {
			err = errors.Join(err, os.Remove(aside(file)))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	now := time.Date(2026, 12, 1, 6, 0, 0, 0, time.UTC)
	for file := range int64(4) {
		move := Move{File: file + 1, To: Voided, Who: "ada", Why: "wrong", Archive: to}
		if _, err := Change(t.Context(), m.db, move, now); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Change(t.Context(), m.db, Move{File: 5, To: Voided, Who: "ada", Why: "wrong"}, now); err != nil {
		t.Fatal(err)
	}
	var names []string
	err = filepath.WalkDir(m.dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, e.Name())
		}
		return err
	})
	if got, want := strings.Join(names, " "), "file-1.txt.age file-2.txt.age file-3.txt.age file-4.txt.age file-5.txt"; err != nil || got != want {
		t.Errorf("on the disk are %s, %v, want %s", got, err, want)
	}
	for file := int64(1); file <= 4; file++ {
		var path string
		if err := m.db.Get(&path, `SELECT path FROM bureau_file WHERE file = $1 AND state = 'VOIDED'`, file); err != nil || path != aside(file)+".age" {
			t.Errorf("file %d is at %q, %v", file, path, err)
		}
		sealed, err := os.ReadFile(path)
		if err != nil || bytes.Contains(sealed, []byte("SAMPLEA")) {
			t.Fatalf("file %d: %d bytes in clear, %v", file, len(sealed), err)
		}
		r, err := age.Decrypt(bytes.NewReader(sealed), identity)
		if err != nil {
			t.Fatal(err)
		}
		if opened, err := io.ReadAll(r); err != nil || !bytes.Equal(opened, made[file]) {
			t.Errorf("file %d opens to %d bytes, %v, want %d", file, len(opened), err, len(made[file]))
		}
	}
	if _, err := (Files{Vault: vault}).Verify(t.Context(), m.db, 1); !errors.Is(err, ErrArchived) {
		t.Errorf("verified: %v", err)
	}
	if _, err := (Files{Vault: vault}).Rebuild(t.Context(), m.db, 1, "", "ada", now); !errors.Is(err, ErrArchived) {
		t.Errorf("made again in its place: %v", err)
	}
	out := t.TempDir()
	if _, err := (Files{Vault: vault}).Rebuild(t.Context(), m.db, 1, out, "ada", now); err != nil {
		t.Errorf("made again elsewhere: %v", err)
	}
	if again, err := os.ReadFile(filepath.Join(out, filepath.Base(m.path(1)))); err != nil || !bytes.Equal(again, made[1]) {
		t.Errorf("made again: %d bytes, %v", len(again), err)
	}
	done, err := Purge(t.Context(), m.db, Purging{On: rules.NewDate(2040, time.January, 1), Who: "kim", Why: "retention is over"}, now)
	if left, globErr := filepath.Glob(filepath.Join(m.dir, "*", "*")); err != nil || globErr != nil || len(done) != 5 || left != nil {
		t.Errorf("purged %d, %v; left %q", len(done), err, left)
	}
}
