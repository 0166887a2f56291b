package merkle

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Errors of keys. None tells a key.
var (
	// ErrNoKey: there is no file of that name.
	ErrNoKey = errors.New("there is no key that signs the heads of the audit log")
	// ErrKey: a file or text is not a key.
	ErrKey = errors.New("this is not a key of an audit log")
	// ErrExposed: others than its owner can read the key.
	ErrExposed = errors.New("the key of the audit log can be read by others than its owner")
)

// Key signs heads.
type Key struct {
	signer note.Signer
	public string
}

// Public is the text by which anybody checks what the key has signed.
func (k *Key) Public() string { return k.public }

// Name is the name of the key, and of the log in its heads.
func (k *Key) Name() string { return k.signer.Name() }

// Sign signs a head.
func (k *Key) Sign(h Head) ([]byte, error) {
	return note.Sign(&note.Note{Text: h.text(k.Name())}, k.signer)
}

// SignText signs another text, which ends with a line end.
func (k *Key) SignText(text string) ([]byte, error) {
	return note.Sign(&note.Note{Text: text}, k.signer)
}

// OpenText is a text that SignText signed.
func OpenText(signed []byte, key note.Verifier) (string, error) {
	opened, err := note.Open(signed, note.VerifierList(key))
	if err != nil {
		return "", fmt.Errorf("%w: its signature is not of the key %s", ErrHead, key.Name())
	}
	return opened.Text, nil
}

// Verifier reads a public key.
func Verifier(public string) (note.Verifier, error) {
	v, err := note.NewVerifier(strings.TrimSpace(public))
	if err != nil {
		return nil, fmt.Errorf("%w: a public key looks like furnisher-0123abcd+0123abcd+…", ErrKey)
	}
	return v, nil
}

// Verifier checks what the key has signed.
func (k *Key) Verifier() note.Verifier {
	v, _ := note.NewVerifier(k.public) // parseKey has made it
	return v
}

// maxKey bounds a key file.
const maxKey = 4096

// ReadKey reads the file of a key. It refuses one that others than its owner can read.
//
// Errors to branch on: ErrNoKey, ErrKey, ErrExposed.
func ReadKey(path string) (key *Key, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %q does not exist", ErrNoKey, path)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" { // whose files have no such mode
		return nil, fmt.Errorf("%w: %q has mode %04o", ErrExposed, path, mode)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxKey))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 2 {
		return nil, fmt.Errorf("%w: %q has not its two lines", ErrKey, path)
	}
	return parseKey(lines[0], lines[1])
}

func parseKey(private, public string) (*Key, error) {
	signer, err := note.NewSigner(private)
	if err != nil {
		return nil, fmt.Errorf("%w: its first line is not a private key", ErrKey)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil || verifier.Name() != signer.Name() || verifier.KeyHash() != signer.KeyHash() {
		return nil, fmt.Errorf("%w: its second line is not the public key of the first", ErrKey)
	}
	return &Key{signer, public}, nil
}

// CreateKey makes a key in a new file that only its owner can read. It never replaces a file.
func CreateKey(path string) (key *Key, err error) {
	var id [4]byte
	if _, err := rand.Read(id[:]); err != nil {
		return nil, err
	}
	private, public, err := note.GenerateKey(rand.Reader, "furnisher-"+hex.EncodeToString(id[:]))
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	if key, err = parseKey(private, public); err != nil {
		return nil, err
	}
	draft, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"*") // of mode 0600
	if err != nil {
		return nil, fmt.Errorf("write the key: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(draft.Name())) }()
	_, err = draft.WriteString(private + "\n" + public + "\n")
	if err == nil {
		err = draft.Sync()
	}
	if err = errors.Join(err, draft.Close()); err == nil {
		err = os.Link(draft.Name(), path)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		return nil, fmt.Errorf("write the key: %w", err)
	}
	return key, nil
}

// syncFolder makes sure that a name in a folder is still there after a power cut.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
