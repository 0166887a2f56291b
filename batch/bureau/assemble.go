package bureau

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/errgroup"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/metro2"
)

// Errors of Assemble that no file was made by; the data can be put right and the records made again (batch.ErrRedo).
var (
	// ErrInvalidFile: the file's own validator found an error.
	ErrInvalidFile = fmt.Errorf("the file failed validation and was not made: %w", batch.ErrRedo)
	// ErrCounts: the file and the ledger do not say the same.
	ErrCounts = fmt.Errorf("the file and the ledger do not agree: %w", batch.ErrRedo)
)

// ErrFolder is returned when the folder of the files cannot be written.
var ErrFolder = errors.New("the folder of the files cannot be written")

// Files says where files go and which version of the program writes them.
type Files struct {
	Dir           string
	VendorVersion string // header field 16, at most 5 characters
}

// Prepare makes the folder of the files and tries that a file can be written there.
func (f Files) Prepare() error {
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	probe, err := os.CreateTemp(f.Dir, ".probe-*")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// Assemble writes the files that a run has still to write: each streamed in account order to a temporary
// file beside its target and checked, and when all of them are right each synced, renamed and noted in the
// ledger. After a crash anywhere it writes the same bytes again.
func (f Files) Assemble(ctx context.Context, db *sqlx.DB, run batch.Run) (err error) {
	files, err := Pending(ctx, db, run.ID)
	if err != nil || len(files) == 0 {
		return err
	}
	if err := f.Prepare(); err != nil {
		return err
	}
	drafts := make([]*draft, 0, len(files))
	defer func() {
		for _, d := range drafts {
			err = errors.Join(err, d.pending.Cleanup())
		}
	}()
	for _, b := range files {
		d, err := f.newDraft(b)
		if err != nil {
			return err
		}
		drafts = append(drafts, d)
		if err := d.write(ctx, db, f.VendorVersion); err != nil {
			return fmt.Errorf("file of program %s as of %s: %w", b.ProgramID, b.AsOf, err)
		}
	}
	for _, d := range drafts {
		if err := d.publish(ctx, db); err != nil {
			return fmt.Errorf("file of program %s as of %s: %w", d.ProgramID, d.AsOf, err)
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

// draft is a file on its way: under a temporary name until it is published.
type draft struct {
	Building
	path    string
	pending *renameio.PendingFile
	sha256  string
	bytes   int64
	records int64
}

func (f Files) newDraft(b Building) (*draft, error) {
	path, err := filepath.Abs(filepath.Join(f.Dir, b.Name()))
	if err != nil {
		return nil, err
	}
	if err := removeRemains(path); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	pending, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithPermissions(0o600))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return &draft{Building: b, path: path, pending: pending}, nil
}

// removeRemains removes what a killed process left of this very file: it would hold personal data for ever. The
// folder's name is no pattern.
func removeRemains(path string) error {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), "."+filepath.Base(path)) {
			if err := os.Remove(filepath.Join(filepath.Dir(path), entry.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// write writes the draft and checks it: what goes into the file goes through the validator, as bytes, at the same time.
func (d *draft) write(ctx context.Context, db *sqlx.DB, version string) error {
	hash := sha256.New()
	checked, toCheck := io.Pipe()
	var found verdict
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		found, err = validate(checked)
		checked.CloseWithError(err)
		return err
	})
	group.Go(func() (err error) {
		buffered := bufio.NewWriterSize(io.MultiWriter(d.pending, hash, toCheck), 1<<16)
		if d.records, err = d.stream(groupCtx, db, version, buffered); err == nil {
			err = buffered.Flush()
		}
		toCheck.CloseWithError(err)
		return err
	})
	if err := group.Wait(); err != nil {
		return err
	}
	if found.errors > 0 {
		return d.invalid(ctx, db, found)
	}
	d.sha256 = hex.EncodeToString(hash.Sum(nil))
	var err error
	if d.bytes, err = d.pending.Seek(0, io.SeekCurrent); err != nil {
		return err
	}
	return d.agree(ctx, db)
}

// publish gives the draft its final name, notes it in the ledger and forgets its stored records.
func (d *draft) publish(ctx context.Context, db *sqlx.DB) error {
	if err := d.pending.CloseAtomicallyReplace(); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(d.path)); err != nil {
		return err
	}
	return database.InTx(ctx, db, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, fileDone, d.File, d.Name(), d.path, d.sha256, d.bytes, d.records)
		if err == nil {
			_, err = tx.ExecContext(ctx, pageForget, d.File)
		}
		return err
	})
}

// stream writes header, records in account order and trailer, and returns the number of records.
func (d *draft) stream(ctx context.Context, db *sqlx.DB, version string, w io.Writer) (int64, error) {
	var writer *metro2.Writer
	var record metro2.Record
	var count int64
	err := eachRecord(ctx, db, d.File, func(p *page) (bool, error) {
		if problems := metro2.DecodeRecord(p.record, metro2.Character, &record, nil); len(problems) > 0 {
			return false, fmt.Errorf("%w: record %d as stored: %s", ErrInvalidFile, count+1, problems[0])
		}
		if writer == nil { // the header shows the first cycle of the data (header field 3)
			writer = metro2.NewWriter(w, d.header(version, record.Base.CycleID), metro2.Options{})
		}
		count++
		return true, unwritable(writer.Write(&record))
	})
	if err != nil {
		return 0, err
	}
	if writer == nil {
		writer = metro2.NewWriter(w, d.header(version, ""), metro2.Options{})
	}
	return count, unwritable(writer.Close())
}

// unwritable marks a value that does not fit the format, such as a reporter's name in the header, as a fault of
// the data; other errors are the machine's.
func unwritable(err error) error {
	var field *metro2.FieldError
	if errors.As(err, &field) {
		return fmt.Errorf("%w: %w", ErrInvalidFile, err)
	}
	return err
}

func (b Building) header(version, cycle string) metro2.Header {
	return metro2.Header{
		CycleID: cycle, InnovisID: metro2.FoldText(b.InnovisID), EquifaxID: metro2.FoldText(b.EquifaxID),
		ExperianID: metro2.FoldText(b.ExperianID), TransUnionID: metro2.FoldText(b.TransUnionID),
		ActivityDate: date(b.AsOf), DateCreated: date(b.CreatedOn), ReporterName: metro2.FoldText(b.ReporterName),
		ReporterAddress: metro2.FoldText(b.ReporterAddress), ReporterPhone: number(b.ReporterPhone),
		VendorName: "FURNISHER", VendorVersion: version,
	}
}

// verdict is what the validator says of a draft.
type verdict struct {
	errors int
	first  metro2.Finding
}

func validate(r io.Reader) (verdict, error) {
	var v verdict
	reader, validator := metro2.NewReader(r), metro2.NewValidator(metro2.CheckEnv{})
	validator.AccountOrder = true
	var findings []metro2.Finding
	for {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			v.take(validator.Finish(findings[:0]))
			return v, nil
		}
		if err != nil {
			return v, err
		}
		findings = validator.Check(item, findings[:0])
		v.take(findings)
	}
}

func (v *verdict) take(findings []metro2.Finding) {
	for _, f := range findings {
		if f.Severity != metro2.Error {
			continue
		}
		if v.errors == 0 {
			v.first = f
		}
		v.errors++
	}
}

// invalid is ErrInvalidFile with the first error that was found and the loan behind it.
func (d *draft) invalid(ctx context.Context, db *sqlx.DB, found verdict) error {
	at, err := d.behind(ctx, db, found.first.Record-2) // the header is record 1
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: %d errors, the first at %s: %s", ErrInvalidFile, found.errors, at, found.first)
}

// behind names the loan behind the n-th record after the header.
func (d *draft) behind(ctx context.Context, db *sqlx.DB, n int) (string, error) {
	at, there := page{}, false
	err := eachRecord(ctx, db, d.File, func(p *page) (bool, error) {
		at, there = *p, n == 0
		n--
		return !there, nil
	})
	if err != nil || !there {
		return "header, trailer or file", err
	}
	var loan string
	err = db.GetContext(ctx, &loan, pageLoan, d.File, at.loan, at.number)
	if errors.Is(err, sql.ErrNoRows) {
		return "a loan that is not in the book", nil
	}
	return "loan " + loan, err
}

// agree compares the file with the ledger: its records are the loans reported, and every loan of the
// program is either reported or on the exclusion list (DC11).
func (d *draft) agree(ctx context.Context, db *sqlx.DB) error {
	var counts struct {
		Reported int64 `db:"reported"`
		Excluded int64 `db:"excluded"`
		Book     int64 `db:"book"`
	}
	if err := db.GetContext(ctx, &counts, fileCounts, d.File); err != nil {
		return err
	}
	if counts.Reported != d.records || counts.Reported+counts.Excluded != counts.Book {
		return fmt.Errorf("%w: %d records, %d reported, %d excluded, %d loans", ErrCounts, d.records, counts.Reported, counts.Excluded, counts.Book)
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
