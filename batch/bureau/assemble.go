package bureau

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/metro2"
	statements "github.com/furnisher/furnisher/sql"
)

// ErrInvalidFile is returned by Assemble when its own validator found an error: no file was made.
var ErrInvalidFile = errors.New("the file failed validation and was not made")

// ErrCounts is returned by Assemble when ledger and file do not agree on what the file holds.
var ErrCounts = errors.New("the file and the ledger do not agree")

// Files says where files go and which version of the program writes them.
type Files struct {
	Dir           string
	VendorVersion string // header field 16, at most 5 characters
}

// Assemble writes the files that a run has still to write: streamed in account order to a temporary file
// beside its target, checked, synced and renamed, then noted in the ledger. After a crash anywhere it
// writes the same bytes again.
func (f Files) Assemble(ctx context.Context, db *sqlx.DB, run batch.Run) error {
	files, err := Pending(ctx, db, run.ID)
	if err != nil {
		return err
	}
	for _, b := range files {
		if err := f.assemble(ctx, db, b); err != nil {
			return fmt.Errorf("file of program %s as of %s: %w", b.ProgramID, b.AsOf, err)
		}
	}
	return nil
}

// Name is the file's name: no blanks or special characters (FORMAT.md 1.5).
func (b Building) Name() string {
	program := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '-'
	}, b.ProgramID)
	return fmt.Sprintf("metro2-%s-%d-%08d.txt", program, b.File, b.AsOf.YMD())
}

type written struct {
	name, path, sha256 string
	bytes, records     int64
}

func (f Files) assemble(ctx context.Context, db *sqlx.DB, b Building) error {
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return err
	}
	path, err := filepath.Abs(filepath.Join(f.Dir, b.Name()))
	if err != nil {
		return err
	}
	pending, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o600))
	if err != nil {
		return err
	}
	defer pending.Cleanup() //nolint:errcheck // after the rename there is nothing to clean; before it the first error is the one to report
	w := written{name: b.Name(), path: path}
	hash := sha256.New()
	buffered := bufio.NewWriterSize(io.MultiWriter(pending, hash), 1<<16)
	if w.records, err = f.stream(ctx, db, b, buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	w.sha256 = hex.EncodeToString(hash.Sum(nil))
	if w.bytes, err = pending.Seek(0, io.SeekCurrent); err != nil {
		return err
	}
	if _, err := pending.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := validate(pending); err != nil {
		return err
	}
	if err := agree(ctx, db, b, w.records); err != nil {
		return err
	}
	if err := pending.CloseAtomicallyReplace(); err != nil {
		return err
	}
	if err := syncDir(f.Dir); err != nil {
		return err
	}
	return commit(ctx, db, b, w)
}

// stream writes header, records in account order and trailer, and returns the number of records.
func (f Files) stream(ctx context.Context, db *sqlx.DB, b Building, w io.Writer) (int64, error) {
	rows, err := db.QueryContext(ctx, statements.LineRead, b.File)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var writer *metro2.Writer
	var line []byte
	var record metro2.Record
	var count int64
	for rows.Next() {
		if err := rows.Scan(&line); err != nil {
			return 0, err
		}
		if problems := metro2.DecodeRecord(line, metro2.Character, &record, nil); len(problems) > 0 {
			return 0, fmt.Errorf("record %d as stored: %s", count+1, problems[0])
		}
		if writer == nil { // the header shows the first cycle of the data (header field 3)
			writer = metro2.NewWriter(w, f.header(b, record.Base.CycleID), metro2.Options{})
		}
		if err := writer.Write(&record); err != nil {
			return 0, fmt.Errorf("record %d: %w", count+1, err)
		}
		count++
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	if writer == nil {
		writer = metro2.NewWriter(w, f.header(b, ""), metro2.Options{})
	}
	return count, writer.Close()
}

func (f Files) header(b Building, cycle string) metro2.Header {
	return metro2.Header{
		CycleID: cycle, InnovisID: strings.ToUpper(b.InnovisID), EquifaxID: strings.ToUpper(b.EquifaxID),
		ExperianID: strings.ToUpper(b.ExperianID), TransUnionID: strings.ToUpper(b.TransUnionID),
		ActivityDate: date(b.AsOf), DateCreated: date(b.CreatedOn), ReporterName: metro2.FoldText(b.ReporterName),
		ReporterAddress: metro2.FoldText(b.ReporterAddress), ReporterPhone: number(b.ReporterPhone),
		VendorName: "FURNISHER", VendorVersion: f.VendorVersion,
	}
}

// validate reads a file back and returns ErrInvalidFile with its first error.
func validate(r io.Reader) error {
	var first string
	summary, err := metro2.Validate(r, func(finding metro2.Finding) error {
		if finding.Severity == metro2.Error && first == "" {
			first = finding.String()
		}
		return nil
	})
	if err != nil {
		return err
	}
	if summary.Errors > 0 {
		return fmt.Errorf("%w: %d errors, the first: %s", ErrInvalidFile, summary.Errors, first)
	}
	return nil
}

// agree compares the file with the ledger: its records are the loans reported, and every loan of the
// program is either reported or on the exclusion list (DC11).
func agree(ctx context.Context, db *sqlx.DB, b Building, records int64) error {
	var counts struct {
		Reported int64 `db:"reported"`
		Excluded int64 `db:"excluded"`
		Book     int64 `db:"book"`
	}
	if err := db.GetContext(ctx, &counts, statements.FileCounts, b.File); err != nil {
		return err
	}
	if counts.Reported != records || counts.Reported+counts.Excluded != counts.Book {
		return fmt.Errorf("%w: %d records, %d reported, %d excluded, %d loans", ErrCounts, records, counts.Reported, counts.Excluded, counts.Book)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// commit notes the file that has its final name and forgets its stored records.
func commit(ctx context.Context, db *sqlx.DB, b Building, w written) error {
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, statements.FileDone, b.File, w.name, w.path, w.sha256, w.bytes, w.records)
	if err == nil {
		_, err = tx.ExecContext(ctx, statements.LineForget, b.File)
	}
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}
