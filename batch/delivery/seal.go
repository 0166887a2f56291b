package delivery

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ProtonMail/gopenpgp/v3/crypto"

	"github.com/furnisher/furnisher/batch/bureau"
)

// parcel is what goes to an address: the file itself, or what was made of it.
type parcel struct {
	path   string
	bytes  int64
	sha256 string
}

// sum counts and hashes what is written to it.
type sum struct {
	hash  hash.Hash
	bytes int64
}

func newSum() *sum { return &sum{hash: sha256.New()} }

func (s *sum) Write(p []byte) (int, error) {
	s.bytes += int64(len(p))
	return s.hash.Write(p)
}

func (s *sum) sha256() string { return hex.EncodeToString(s.hash.Sum(nil)) }

// pack makes the parcel of a file for an address. What an earlier attempt encrypted is taken as it is.
func (d *Deliverer) pack(ctx context.Context, f *file, a *Address, key string, sent []sending) (parcel, error) {
	if !a.sealed() {
		return parcel{f.Path, f.Bytes, f.SHA256}, nil
	}
	p := parcel{path: d.spooled(f, key)}
	if err := p.measure(); err == nil {
		for _, s := range sent {
			if s.Bytes == p.bytes && s.SHA256 == p.sha256 {
				return p, nil
			}
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return p, fmt.Errorf("read what was encrypted: %w", err)
	}
	if err := d.seal(ctx, f, a, &p); err != nil {
		return p, fmt.Errorf("encrypt the file: %w", err)
	}
	return p, nil
}

// spooled is where the encrypted file for an address is kept until it is delivered.
func (d *Deliverer) spooled(f *file, address string) string {
	return filepath.Join(d.Spool, bureau.SealedName(f.File, address))
}

func (p *parcel) measure() error {
	file, err := os.Open(p.path)
	if err != nil {
		return err
	}
	defer file.Close()
	s := newSum()
	_, err = io.Copy(s, file)
	p.bytes, p.sha256 = s.bytes, s.sha256()
	return err
}

// seal encrypts a file to the keys of an address, signed if it wants that, a piece at a time. What it makes is on disk when it
// returns. It returns bureau.ErrFileDiffers if it did not read the file that was made.
func (d *Deliverer) seal(ctx context.Context, f *file, a *Address, p *parcel) (err error) {
	handle, err := d.encryption(a)
	if err != nil {
		return err
	}
	defer handle.ClearPrivateParams()
	from, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer from.Close()
	if err := os.MkdirAll(d.Spool, 0o700); err != nil {
		return err
	}
	to, err := d.draft(p.path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = to.Close()
			_ = os.Remove(to.Name())
		}
	}()
	made, read := newSum(), newSum()
	w, err := handle.EncryptingWriter(io.MultiWriter(to, made), crypto.Bytes)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.MultiWriter(w, read), &interruptible{ctx, from}); err != nil {
		return err
	}
	if read.sha256() != f.SHA256 {
		return fmt.Errorf("%w: %s changed while it was read", bureau.ErrFileDiffers, f.Path)
	}
	if err := errors.Join(w.Close(), to.Sync(), to.Close()); err != nil {
		return err
	}
	if err := os.Rename(to.Name(), p.path); err != nil {
		return err
	}
	p.bytes, p.sha256 = made.bytes, made.sha256()
	return syncFolder(d.Spool)
}

// draft makes the file under which what is encrypted grows, for nobody else to read, and removes those of attempts that were killed.
func (d *Deliverer) draft(path string) (*os.File, error) {
	prefix := "." + filepath.Base(path) + "-"
	left, err := filepath.Glob(filepath.Join(d.Spool, prefix+"*"))
	for _, old := range left {
		err = errors.Join(err, os.Remove(old))
	}
	if err != nil {
		return nil, err
	}
	return os.CreateTemp(d.Spool, prefix+"*")
}

// interruptible is a reader that ends with a context.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i *interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(p)
}

// encryption reads the keys of an address.
func (d *Deliverer) encryption(a *Address) (crypto.PGPEncryption, error) {
	builder := crypto.PGP().Encryption()
	for _, file := range a.EncryptTo {
		key, err := readKey(file)
		if err != nil {
			return nil, err
		}
		if !key.CanEncrypt(d.Now().Unix()) {
			return nil, fmt.Errorf("%w: the key in %s cannot encrypt: it expired, was revoked, or is for signatures only", ErrSettings, file)
		}
		if key.IsPrivate() {
			if key, err = key.ToPublic(); err != nil {
				return nil, fmt.Errorf("%w: read the key in %s: %w", ErrSettings, file, err)
			}
		}
		builder = builder.Recipient(key)
	}
	if a.SignWith != "" {
		key, err := d.signingKey(a)
		if err != nil {
			return nil, err
		}
		builder = builder.SigningKey(key)
	}
	handle, err := builder.New()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSettings, err)
	}
	return handle, nil
}

func (d *Deliverer) signingKey(a *Address) (*crypto.Key, error) {
	key, err := readKey(a.SignWith)
	if err != nil {
		return nil, err
	}
	if !key.IsPrivate() {
		return nil, fmt.Errorf("%w: %s is a public key: sign_with wants the private one", ErrSettings, a.SignWith)
	}
	locked, err := key.IsLocked()
	if err != nil || !locked {
		return key, err
	}
	secret, err := d.passphrase(a.SignPassphrase, a.SignPassphraseEnv)
	if err != nil {
		return nil, err
	}
	unlocked, err := key.Unlock(secret)
	if err != nil {
		return nil, fmt.Errorf("%w: the passphrase given does not unlock %s", ErrSettings, a.SignWith)
	}
	return unlocked, nil
}

// readKey reads an OpenPGP key, armored or binary. Its errors say nothing of what the file holds.
func readKey(file string) (*crypto.Key, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("%w: read the key: %w", ErrSettings, err)
	}
	defer f.Close()
	key, err := crypto.NewKeyFromReader(f)
	if err != nil {
		return nil, fmt.Errorf("%w: %s is no OpenPGP key", ErrSettings, file)
	}
	return key, nil
}

// syncFolder makes a rename in a folder durable.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
