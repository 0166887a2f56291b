package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWriteWhole: a file is there whole or as it was.
func TestWriteWhole(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "out.txt")
	write := func(text string, failure error) error {
		return writeWhole(name, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, failure)
		})
	}
	if err := write("first", nil); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	if err := write("second", broken); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	got, err := os.ReadFile(name)
	if err != nil || string(got) != "first" {
		t.Errorf("%q, error %v", got, err)
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("%d files are left, error %v", len(entries), err)
	}
	if err := writeWhole(filepath.Join(dir, "nowhere", "out"), func(io.Writer) error { return nil }); err == nil {
		t.Error("written into a folder that there is not")
	}
}

// TestRandomAccess: what cannot be read at any place is unpacked, and nothing of
// it is left.
func TestRandomAccess(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	a := &app{stdin: strings.NewReader("0123456789"), stderr: io.Discard}
	section, done, err := a.randomAccess(context.Background(), "-")
	if err != nil {
		t.Fatal(err)
	}
	var got [3]byte
	if _, err := section.ReadAt(got[:], 4); err != nil || !bytes.Equal(got[:], []byte("456")) || section.Size() != 10 {
		t.Errorf("%q of %d bytes, error %v", got, section.Size(), err)
	}
	done()
	if _, _, err := a.randomAccess(context.Background(), filepath.Join(temp, "nowhere")); err == nil {
		t.Error("a file was found that there is not")
	}
	entries, err := os.ReadDir(temp)
	if err != nil || len(entries) != 0 {
		t.Errorf("%d files are left, error %v", len(entries), err)
	}
}
