package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/jmoiron/sqlx"
	"golang.org/x/mod/sumdb/note"

	"github.com/furnisher/furnisher/batch/audit"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/merkle"
)

const (
	auditKeyVariable = "FURNISHER_AUDIT_KEY"
	auditKeyName     = "audit.key"  // beside the keyset
	auditHeadName    = "audit.head" // beside the key: the newest head
	maxHeadFile      = 1 << 16
)

// auditKeyPath is the file of the key that signs heads: the one that is named, or beside the keyset.
func (a *app) auditKeyPath() (string, error) {
	if path := a.getenv(auditKeyVariable); path != "" {
		return filepath.Abs(path)
	}
	keyset, _, err := a.keysetPath()
	return filepath.Join(filepath.Dir(keyset), auditKeyName), err
}

// auditKey is the key that signs heads. A book for which no head was signed yet gets one.
func (a *app) auditKey(ctx context.Context, db *sqlx.DB) (*merkle.Key, string, error) {
	path, err := a.auditKeyPath()
	if err != nil {
		return nil, path, err
	}
	key, err := merkle.ReadKey(path)
	if !errors.Is(err, merkle.ErrNoKey) {
		return key, path, err
	}
	if signed, lastErr := audit.LastHead(ctx, db); lastErr != nil || signed != nil {
		return nil, path, errors.Join(err, lastErr)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, path, err
	}
	key, err = merkle.CreateKey(path)
	if errors.Is(err, os.ErrExist) { // another process was faster
		key, err = merkle.ReadKey(path)
		return key, path, err
	}
	if err == nil {
		a.log.Warnf("made the key %s: it signs heads of the audit log; keep a copy elsewhere, and give its public key to whoever keeps heads: %s", path, key.Public())
	}
	return key, path, err
}

// auditVerifier checks heads: by the public key that is given, or by the key's file.
func (a *app) auditVerifier(public string) (note.Verifier, error) {
	if public != "" {
		return merkle.Verifier(public)
	}
	path, err := a.auditKeyPath()
	if err != nil {
		return nil, err
	}
	key, err := merkle.ReadKey(path)
	if err != nil {
		return nil, err
	}
	return key.Verifier(), nil
}

// signHead signs a head and keeps it beside the key.
func (a *app) signHead(ctx context.Context, db *sqlx.DB) (audit.SignedHead, error) {
	key, path, err := a.auditKey(ctx, db)
	if err != nil {
		return audit.SignedHead{}, err
	}
	head, err := audit.Head(ctx, db, key, a.now())
	if err != nil {
		return head, err
	}
	return head, merkle.KeepHead(filepath.Join(filepath.Dir(path), auditHeadName), head.Signed, key.Verifier())
}

// signNight signs a head after a night, if the book has a key for it. The night is over whatever becomes of that.
func (a *app) signNight(ctx context.Context, db *sqlx.DB) {
	path, err := a.auditKeyPath()
	if err == nil {
		if _, err = os.Stat(path); errors.Is(err, os.ErrNotExist) {
			return
		}
		_, err = a.signHead(ctx, db)
	}
	if err != nil {
		a.log.Warnf("the night is closed, but the head of the audit log was not signed: %v; furnisher audit head signs one", err)
	}
}

// readHead reads the file of a head.
func readHead(path string) ([]byte, error) { return readSmall(path, maxHeadFile) }

// readSmall reads a file of at most so many bytes; what is longer is cut, and is nothing then.
func readSmall(path string, most int64) (text []byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return io.ReadAll(io.LimitReader(file, most))
}

// logOlder logs the tradelines that are older than the log of the record, in the database of an address.
func (a *app) logOlder(ctx context.Context, url string) error {
	private := a.storage().external.URL == ""
	return connected(ctx, database.Config{URL: url, Private: private, Log: a.log}, func(db *database.Database) error {
		_, err := bureau.ProveOlder(ctx, db.DB)
		return err
	})
}
