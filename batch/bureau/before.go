package bureau

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// before is what the files that count have said of the loans of a chunk, newest first.
type before map[int64][]lineBefore

// lineBefore is a line of an earlier file, as the next file needs it.
type lineBefore struct {
	File int64
	Line
}

func (l *lineBefore) columns() []any {
	places := []any{&l.File, &l.AsOf}
	for i := range columns {
		if columns[i].before {
			places = append(places, columns[i].place(&l.Line))
		}
	}
	return places
}

// readBefore reads the last lines of a chunk's loans in files that count, are of one past and come before its files. A record
// that a bureau refused singly did not count either (BR11): the account is decided as if that file had left it out.
//
// Lines lie by file, so that the last file of each destination is read by range: it says of every loan of its program
// something, or on its exclusion list since which file nothing was said. Only loans of which more is needed are looked up one
// by one, from the file on that is known to have them.
func readBefore(ctx context.Context, tx *sqlx.Tx, c batch.Chunk, past *past) (before, error) {
	var last []struct {
		File     int64 `db:"file"`
		LastLoan int64 `db:"last_loan"` // of the book that the file was made of
	}
	if err := tx.SelectContext(ctx, &last, fileLast, past.destinations, past.before); err != nil {
		return nil, fmt.Errorf("find the last files: %w", err)
	}
	file := past.newest()
	r := reading{before: before{}, older: map[int64]int64{}, seen: map[int64]bool{}}
	var newest int64 // the last loan that a file can have known
	var files database.IntArray
	for _, f := range last {
		newest, files = max(newest, f.LastLoan), append(files, f.File)
		if err := r.file(ctx, tx, c, f.File); err != nil {
			return nil, fmt.Errorf("read tradelines of file %d: %w", f.File, err)
		}
	}
	if err := r.unseen(ctx, tx, c, newest, file); err != nil {
		return nil, fmt.Errorf("find loans without a tradeline: %w", err)
	}
	if err := r.refused(ctx, tx, c, files, file); err != nil {
		return nil, fmt.Errorf("find refused records: %w", err)
	}
	return r.before, r.lookUp(ctx, tx, past.destinations)
}

// reading is what is known of the lines of a chunk's loans so far.
type reading struct {
	before before
	older  map[int64]int64 // the loans to be looked up, each with the newest file that can have a line of it
	seen   map[int64]bool  // the loans that a last file names
}

// file reads what the last file of a destination says of the loans of a chunk.
func (r *reading) file(ctx context.Context, tx *sqlx.Tx, c batch.Chunk, file int64) error {
	err := database.Each(ctx, tx, (*lineBefore).columns, func(l *lineBefore) error {
		r.seen[l.Loan] = true
		if known := r.before[l.Loan]; len(known) > 0 && known[0].File > l.File {
			return nil
		}
		r.before[l.Loan] = []lineBefore{*l}
		if l.Final { // how often it went out is asked (DC10)
			r.older[l.Loan] = l.File
		}
		return nil
	}, lineLastAll, file, c.After, c.Last)
	if err != nil {
		return err
	}
	type exclusion struct{ loan, lastFile int64 }
	columns := func(e *exclusion) []any { return []any{&e.loan, &e.lastFile} }
	return database.Each(ctx, tx, columns, func(e *exclusion) error {
		r.seen[e.loan] = true
		if known := r.before[e.loan]; e.lastFile != 0 && (len(known) == 0 || known[0].File < e.lastFile) {
			r.older[e.loan] = max(r.older[e.loan], e.lastFile)
		}
		return nil
	}, excludedLast, file, c.After, c.Last)
}

// unseen finds the loans that no last file names though a file can have known them, and those that changed their program.
func (r *reading) unseen(ctx context.Context, tx *sqlx.Tx, c batch.Chunk, newest, file int64) error {
	var loans []int64
	if err := tx.SelectContext(ctx, &loans, loanChangedProgram, c.After, c.Last); err != nil {
		return err
	}
	for _, loan := range loans {
		r.older[loan] = file
	}
	if c.After >= newest {
		return nil
	}
	var known int // nearly always as many as are seen, and counting is cheaper than reading
	if err := tx.GetContext(ctx, &known, loanCount, c.After, min(c.Last, newest)); err != nil || known == len(r.seen) {
		return err
	}
	loans = loans[:0]
	if err := tx.SelectContext(ctx, &loans, loanKeys, c.After, min(c.Last, newest)); err != nil {
		return err
	}
	for _, loan := range loans {
		if !r.seen[loan] {
			r.older[loan] = file
		}
	}
	return nil
}

// refused finds the loans whose record in a last file a bureau refused: that record did not count (BR11). What older files say
// of such loans is looked up without it.
func (r *reading) refused(ctx context.Context, tx *sqlx.Tx, c batch.Chunk, last database.IntArray, file int64) error {
	var loans []int64
	if err := tx.SelectContext(ctx, &loans, answerRefused, last, c.After, c.Last); err != nil {
		return err
	}
	for _, loan := range loans {
		r.older[loan] = file
	}
	return nil
}

// lookUp reads the last lines of single loans.
func (r *reading) lookUp(ctx context.Context, tx *sqlx.Tx, destinations database.IntArray) error {
	if len(r.older) == 0 {
		return nil
	}
	var loans, files database.IntArray
	for loan, file := range r.older {
		loans, files = append(loans, loan), append(files, file)
		delete(r.before, loan)
	}
	err := database.Each(ctx, tx, (*lineBefore).columns, func(l *lineBefore) error {
		r.before[l.Loan] = append(r.before[l.Loan], *l)
		return nil
	}, lineOlderAll, loans, files, rules.MaxTradelines, destinations)
	if err != nil {
		return fmt.Errorf("look up tradelines: %w", err)
	}
	return nil
}

// furnished are the lines of a loan as rules see them.
func (b before) furnished(loan int64) []rules.Furnished {
	lines := b[loan]
	furnished := make([]rules.Furnished, len(lines))
	for i := range lines {
		furnished[i] = lines[i].Furnished
	}
	return furnished
}

// lastFile is the newest file that counts and has a line of the loan, 0 if none has.
func (b before) lastFile(loan int64) int64 {
	if len(b[loan]) == 0 {
		return 0
	}
	return b[loan][0].File
}
