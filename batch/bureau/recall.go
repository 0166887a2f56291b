package bureau

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/metro2"
)

// Recalled is a record as a file told it, which is proved.
type Recalled struct {
	Located
	Rebuilt string // why it was made again from what the database keeps; empty: it is the one on the disk
}

// Recall finds the record of an account in a file, and proves that the file is the one that was made, by size and SHA-256. If the file is
// no longer on the disk, or is another one there, all of its bytes are made again from the records that the database keeps, and proved
// the same way; nothing is written anywhere.
//
// Errors to branch on: ErrNoFile, ErrNoRecord, ErrNotKept, also with ErrPurged, ErrRebuilt.
func (f Files) Recall(ctx context.Context, db *sqlx.DB, file int64, account string) (Recalled, error) {
	r, err := f.recall(ctx, db, file, account)
	if err != nil {
		return Recalled{}, fmt.Errorf("file %d: %w", file, err)
	}
	return r, nil
}

func (f Files) recall(ctx context.Context, db *sqlx.DB, file int64, account string) (r Recalled, err error) {
	var of struct {
		onDisk
		kept
	}
	err = db.GetContext(ctx, &of, fileRecall, file)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoFile
	}
	if err == nil {
		err = of.purged()
	}
	if err != nil {
		return r, err
	}
	switch err := of.differs(of.Path); {
	case err == nil:
		r.Located, err = Locate(of.Path, nil, account)
		return r, err
	case !errors.Is(err, ErrFileDiffers):
		return r, err
	case IsArchived(of.Path):
		r.Rebuilt = "it was moved aside, encrypted"
	case errors.Is(err, errMissing):
		r.Rebuilt = "it is not on the disk any more"
	default:
		r.Rebuilt = "what is on the disk is not the file that was made"
	}
	r.Located, err = of.again(ctx, source{ownTx(db), f.Vault, file}, of.onDisk, account)
	return r, err
}

// again makes the file's bytes again without keeping them, and finds the record of an account among them.
func (k kept) again(ctx context.Context, from source, f onDisk, account string) (found Located, err error) {
	header, err := k.header()
	if err != nil {
		return found, err
	}
	hash, size := sha256.New(), &counter{}
	wanted := []byte(strings.ToUpper(account))
	take := func(p *page, at Located) {
		if bytes.Equal(bytes.TrimRight(p.account, " "), wanted) {
			found, found.Record = at, bytes.Clone(p.record)
		}
	}
	if err := k.make(ctx, from, io.MultiWriter(hash, size), header, take); err != nil {
		return found, err
	}
	switch {
	case size.bytes != f.Bytes || hex.EncodeToString(hash.Sum(nil)) != f.SHA256:
		return found, fmt.Errorf("%w: they have another SHA-256", ErrRebuilt)
	case found.Record == nil:
		return found, ErrNoRecord
	}
	return found, nil
}

// make writes the bytes of the file again, and calls each with every record and its place.
func (k kept) make(ctx context.Context, from source, out io.Writer, header metro2.Header, each func(*page, Located)) error {
	w, err := from.stream(ctx, out, func([]byte) metro2.Header { return header }, each)
	var wrong *fault
	switch {
	case errors.Is(err, errPage):
		return fmt.Errorf("%w: a stored page of its records is damaged", ErrNotKept)
	case errors.As(err, &wrong):
		return fmt.Errorf("%w: %w", ErrRebuilt, wrong)
	case err != nil:
		return err
	case w.records < k.Records:
		return fmt.Errorf("%w: of its %d records %d are kept; those that stood with one of a removed customer are erased (CD1)", ErrNotKept, k.Records, w.records)
	}
	return nil
}

// counter counts bytes.
type counter struct{ bytes int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.bytes += int64(len(p))
	return len(p), nil
}
