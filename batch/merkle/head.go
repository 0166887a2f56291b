package merkle

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// ErrHead: a text is not a head that the key has signed.
var ErrHead = errors.New("this is not a head that the key has signed")

// Head says what a log held at a time: whoever has it can tell later whether anything up to it was changed or removed.
type Head struct {
	Entries int64
	Root    Hash
	At      time.Time
}

// text is what is signed: a checkpoint, with the time as its one extension.
func (h Head) text(name string) string {
	return fmt.Sprintf("%s\n%d\n%s\nat %s\n", name, h.Entries, h.Root, h.At.UTC().Format(time.RFC3339))
}

// OpenHead reads a head, if the key has signed it. Any error is ErrHead.
func OpenHead(signed []byte, key note.Verifier) (h Head, err error) {
	if len(signed) > maxHead {
		return h, ErrHead
	}
	opened, err := note.Open(signed, note.VerifierList(key))
	if err != nil {
		return h, ErrHead // what the library says holds the text
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 5 || lines[0] != key.Name() {
		return h, ErrHead
	}
	h.Entries, err = strconv.ParseInt(lines[1], 10, 64)
	root, rootErr := base64.StdEncoding.DecodeString(lines[2])
	at, atErr := time.Parse("at "+time.RFC3339, lines[3])
	if errors.Join(err, rootErr, atErr) != nil || len(root) != len(h.Root) || h.Entries < 0 {
		return h, ErrHead
	}
	h.At = at
	copy(h.Root[:], root)
	if h.text(key.Name()) != opened.Text {
		return h, ErrHead
	}
	return h, nil
}

// maxHead bounds a head: one of a million entries has some 200 bytes.
const maxHead = 4096

// KeepHead puts a head into a file beside the key, if it knows more than the one there: whoever owns the database alone cannot take it
// back.
func KeepHead(path string, signed []byte, key note.Verifier) error {
	head, err := OpenHead(signed, key)
	if err != nil {
		return err
	}
	if kept, err := os.ReadFile(path); err == nil {
		if known, err := OpenHead(kept, key); err == nil && known.Entries >= head.Entries {
			return nil
		}
	}
	draft, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"*") // of mode 0600
	if err != nil {
		return fmt.Errorf("keep the head: %w", err)
	}
	_, err = draft.Write(signed)
	if err == nil {
		err = draft.Sync()
	}
	if err = errors.Join(err, draft.Close()); err == nil {
		err = os.Rename(draft.Name(), path)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("keep the head: %w", errors.Join(err, os.Remove(draft.Name())))
	}
	return nil
}
