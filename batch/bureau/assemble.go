package bureau

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/google/renameio/v2"
	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/errgroup"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/seal"
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
	Vault         book.Vault
	Archive       seal.Recipients // for whom files that another attempt replaces are encrypted; nobody: they are not
	Mark          string          // behind the names on the disk of files that are not to be sent; empty: they are

	aside string   // folder in which the files of another attempt wait for their names
	left  []onDisk // files that were taken back and that the attempt does not make again
}

// Prepare makes the folder of the files and tries that a file can be written there. Only who holds the book may call it.
func (f Files) Prepare() error {
	err := os.MkdirAll(cmp.Or(f.aside, f.Dir), 0o700)
	if f.aside == "" && err == nil {
		err = os.RemoveAll(filepath.Join(f.Dir, aside)) // of an attempt that was killed: nobody else holds the book
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return f.Try()
}

// Try makes the folder of the files and tries that a file can be written there, as TryFolder.
func (f Files) Try() error {
	err := os.MkdirAll(f.Dir, 0o700)
	if err == nil {
		err = closed(f.Dir)
	}
	if err == nil {
		err = TryFolder(f.Dir)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return nil
}

// ErrOpenFolder: others on the machine could put another file in place of one that was made, or see which there are.
var ErrOpenFolder = errors.New("others on this machine can reach it")

// closed returns ErrOpenFolder for a folder that others can write to, that others can read, or that another user owns, who could give
// himself the right. Its group may do both: a cluster gives volumes to a group. Nobody reads what lies below a folder that only its
// owner passes.
func closed(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	mode := info.Mode().Perm()
	switch of, ok := info.Sys().(*syscall.Stat_t); {
	case mode&0o002 != 0:
		return fmt.Errorf("%w: %s has mode %04o, so everybody can write to it", ErrOpenFolder, dir, mode)
	case ok && of.Uid != 0 && int(of.Uid) != os.Geteuid():
		return fmt.Errorf("%w: %s belongs to another user", ErrOpenFolder, dir)
	case mode&0o005 == 0:
		return nil
	}
	for above := filepath.Dir(dir); ; above = filepath.Dir(above) {
		info, err := os.Stat(above)
		if err != nil || info.Mode().Perm()&0o001 == 0 { // who may not look at it cannot be passed by others, either
			return nil
		}
		if above == filepath.Dir(above) {
			return fmt.Errorf("%w: %s has mode %04o, so everybody can read it", ErrOpenFolder, dir, mode)
		}
	}
}

// probe is what TryFolder writes: a block, for an empty file finds room on a disk that is full.
var probe = make([]byte, 4096)

// TryFolder writes a small file in a folder, as far as the disk, and removes it.
func TryFolder(dir string) error {
	file, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return err
	}
	_, err = file.Write(probe)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close(), os.Remove(file.Name()))
}

// Assemble writes the files that a run has still to write: each streamed in account order to a temporary
// file beside its target, read back and checked, and when all of them are right each synced, renamed and noted in
// the ledger. After a crash anywhere it writes the same bytes again.
//
// No record is decoded and encoded again on the way, and yet none can change: the worker that encoded it read it back
// from its bytes, checked it and took its checksum. The file that is read back from the disk must add up to the same
// checksum, and to the trailer that was counted record by record.
func (f Files) Assemble(ctx context.Context, db *sqlx.DB, run batch.Run) (err error) {
	files, err := Pending(ctx, db, run.ID)
	if err != nil {
		return err
	}
	if len(files) == 0 { // also where an attempt that was killed had placed them all, but not taken its notes away
		return f.Sweep(ctx, db, nil)
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
		if err := d.write(ctx, ownTx(db), f.VendorVersion); err != nil {
			return fmt.Errorf("file of program %s as of %s: %w", b.reporter(), b.AsOf, err)
		}
	}
	for _, d := range drafts {
		if err := run.InTx(ctx, db, func(tx *sqlx.Tx) error { return d.publish(ctx, tx) }); err != nil {
			return fmt.Errorf("file of program %s as of %s: %w", d.reporter(), d.AsOf, err)
		}
	}
	return f.Sweep(ctx, db, nil)
}

// Name is the file's name: no blanks or special characters (FORMAT.md 1.5). It tells the destination where the program has several.
func (b Building) Name() string {
	program := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '-'
	}, b.ProgramID)
	if b.Several {
		program += "-" + b.DestinationName
	}
	return fmt.Sprintf("metro2-%s-%d-%08d.txt", program, b.File, b.AsOf.YMD())
}

// reporter is the program, PROGRAM/DESTINATION if it has several.
func (b Building) reporter() string { return reporter(b.ProgramID, b.DestinationName, b.Several) }

func reporter(program, destination string, several bool) string {
	if several {
		return program + "/" + destination
	}
	return program
}

// draft is a file on its way: under a temporary name until it is published.
type draft struct {
	Building
	vault   book.Vault
	path    string
	pending *renameio.PendingFile
	noted   bool // that it gets its name is noted before
	sha256  string
	bytes   int64
	records int64
	book    int64 // loans of the program
	marks   []int64
	head    string // the header line
}

func (f Files) newDraft(b Building) (*draft, error) {
	path, err := filepath.Abs(filepath.Join(f.Dir, b.Name()+f.Mark))
	if err != nil {
		return nil, err
	}
	place := filepath.Join(cmp.Or(f.aside, filepath.Dir(path)), filepath.Base(path))
	if err := removeRemains(place); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	pending, err := renameio.NewPendingFile(place, renameio.WithTempDir(filepath.Dir(place)), renameio.WithPermissions(0o600))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return &draft{Building: b, vault: f.Vault, path: path, pending: pending, noted: f.aside == "" && f.Mark == ""}, nil
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

// written is what a draft must turn out to hold when it is read back.
type written struct {
	header   metro2.Header
	records  int64
	marks    []int64 // where every markEvery-th record begins
	checksum int64   // of all records, as their workers made it
	totals   metro2.Totals
	bytes    int64
}

// write writes the draft, reads it back from the disk and compares it with the ledger.
func (d *draft) write(ctx context.Context, in within, version string) error {
	w, err := source{in, d.vault, d.File}.stream(ctx, d.pending, func(first []byte) metro2.Header { return d.header(version, cycleID(first)) }, nil)
	if err != nil {
		return d.named(ctx, in, unwritable(err))
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(d.pending.Sync) // the disk writes while the file is read
	group.Go(func() (err error) {
		d.sha256, err = d.readBack(groupCtx, w)
		return err
	})
	group.Go(func() error { return d.agree(groupCtx, in, w.records) })
	if err := group.Wait(); err != nil {
		return d.named(ctx, in, err)
	}
	head, err := headerLine(w.header)
	d.bytes, d.records, d.marks, d.head = w.bytes, w.records, w.marks, string(head)
	return err
}

// publish gives the draft its final name and notes it in the ledger, in a transaction that commits only while this process holds
// the book, from before the name is given until the note is on disk. The records stay: Rebuild makes the file from them.
func (d *draft) publish(ctx context.Context, tx *sqlx.Tx) error {
	if d.noted {
		if err := notePlacing(ctx, tx, d.path); err != nil {
			return err
		}
	}
	if err := d.pending.CloseAtomicallyReplace(); err != nil {
		if d.noted {
			err = errors.Join(err, os.Remove(filepath.Join(filepath.Dir(d.path), placing+filepath.Base(d.path))))
		}
		return err
	}
	if err := syncDir(filepath.Dir(d.path)); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, fileDone, d.File, d.Name(), d.path, d.sha256, d.bytes, d.records, database.IntArray(d.marks), d.head, d.book)
	return err
}

// stream writes header, records in account order and trailer. The records pass through as bytes: they were checked by the
// workers that made them. The header may show something of the first record, nil if there is none.
func (s source) stream(ctx context.Context, out io.Writer, header func(first []byte) metro2.Header, each func(*page, Located)) (w written, err error) {
	var writer *metro2.Writer
	var order accountOrder
	w.checksum, err = s.eachRecord(ctx, func(p *page) (bool, error) {
		if writer == nil {
			w.header = header(p.record)
			writer = metro2.NewWriter(out, w.header, metro2.Options{})
		}
		if w.records%markEvery == 0 {
			w.marks = append(w.marks, writer.Offset())
		}
		w.records++
		if says := order.next(p.account); says != "" {
			return false, &fault{w.records + 1, says}
		}
		if each != nil {
			each(p, Located{Number: w.records + 1, Offset: writer.Offset()})
		}
		return true, writer.WriteEncoded(p.record)
	})
	if err != nil {
		return w, err
	}
	if writer == nil {
		w.header = header(nil)
		writer = metro2.NewWriter(out, w.header, metro2.Options{})
	}
	w.totals = writer.Totals()
	err = writer.Close()
	w.bytes = writer.Offset()
	return w, err
}

// cycleID is the cycle of the first record, which the header shows (header field 3).
func cycleID(record []byte) string {
	if record == nil {
		return ""
	}
	var r metro2.Record
	metro2.DecodeRecord(record, metro2.Character, &r, nil)
	return r.Base.CycleID
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

// fault is an error at a record of a file, of which the header is record 1.
type fault struct {
	record int64
	says   string
}

// Error says what is wrong, and where as a number.
func (f *fault) Error() string { return fmt.Sprintf("record %d: %s", f.record, f.says) }

// named makes ErrInvalidFile of a fault, with the loan behind it.
func (d *draft) named(ctx context.Context, in within, err error) error {
	var f *fault
	if !errors.As(err, &f) {
		return err
	}
	at, err := d.behind(ctx, in, f.record-2)
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: at %s: %w", ErrInvalidFile, at, f)
}

// behind names the loan behind the n-th record after the header.
func (d *draft) behind(ctx context.Context, in within, n int64) (string, error) {
	at, there := page{}, false
	_, err := source{in, d.vault, d.File}.eachRecord(ctx, func(p *page) (bool, error) {
		at, there = *p, n == 0
		n--
		return !there, nil
	})
	if err != nil || !there {
		return "header, trailer or file", err
	}
	var loan string
	err = in(ctx, func(tx *sqlx.Tx) error { return tx.GetContext(ctx, &loan, pageLoan, d.File, at.loan, at.number) })
	if errors.Is(err, sql.ErrNoRows) {
		return "a loan that is not in the book", nil
	}
	return "loan " + loan, err
}

// agree compares the file with the ledger: its records are the loans reported, and every loan of the
// program is either reported or on the exclusion list (DC11).
func (d *draft) agree(ctx context.Context, in within, records int64) error {
	var counts struct {
		Reported int64 `db:"reported"`
		Excluded int64 `db:"excluded"`
		Book     int64 `db:"book"`
	}
	err := in(ctx, func(tx *sqlx.Tx) error { return tx.GetContext(ctx, &counts, fileCounts, d.File) })
	if err != nil {
		return err
	}
	if counts.Reported != records || counts.Reported+counts.Excluded != counts.Book {
		return fmt.Errorf("%w: %d records, %d reported, %d excluded, %d loans", ErrCounts, records, counts.Reported, counts.Excluded, counts.Book)
	}
	d.book = counts.Book
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
