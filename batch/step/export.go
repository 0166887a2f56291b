package step

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
)

// Export is step 5: when a program's calendar says so, a Metro 2 file goes to the bureaus (BR1 to BR5, DC1
// to DC11). Each chunk decides and encodes what the file says of its loans; at the end the records are put
// together in account order.
type Export struct{ Files bureau.Files }

// Name is the step's key in the ledger.
func (Export) Name() string { return bureau.ExportStep }

// Begin notes the files that the night owes, and makes sure that they can be written before anything is done.
func (e Export) Begin(ctx context.Context, tx *sqlx.Tx, run batch.Run) error {
	if err := e.Files.Plan(ctx, tx, run); err != nil {
		return err
	}
	files, err := bureau.Pending(ctx, tx, run.ID)
	if err == nil {
		err = e.Files.Sweep(ctx, tx, files) // no file of this run has its name
	}
	if err != nil || len(files) == 0 {
		return err
	}
	return e.Files.Prepare()
}

// Finish writes the files.
func (e Export) Finish(ctx context.Context, db *sqlx.DB, run batch.Run) error {
	return e.Files.Assemble(ctx, db, run)
}

// Repeat makes the files of another attempt at a date that differ from those of the attempts before.
func (e Export) Repeat(ctx context.Context, db *sqlx.DB, run batch.Run, do func(batch.Step) error) error {
	return e.Files.Repeat(ctx, db, run, func(f bureau.Files) error { return do(Export{Files: f}) })
}

// Settle gives the files of another attempt their places.
func (e Export) Settle(ctx context.Context, db *sqlx.DB, run batch.Run) error {
	return e.Files.Settle(ctx, db, run)
}

// Settled removes what noted that files were about to get their places.
func (e Export) Settled(ctx context.Context, db *sqlx.DB) error { return e.Files.Sweep(ctx, db, nil) }

// Measure gives the numbers of the files that are to be written.
func (Export) Measure(ctx context.Context, tx *sqlx.Tx, run batch.Run, _ map[string]batch.Tally, asks func(string, int64) bool) ([]batch.Measure, error) {
	return bureau.Measure(ctx, tx, run.ID, asks)
}

// Undo takes back what the chunks made for files that could not be written.
func (Export) Undo(ctx context.Context, tx *sqlx.Tx, run batch.Run) error {
	return bureau.Undo(ctx, tx, run)
}

// Abandon takes back the files that are planned.
func (Export) Abandon(ctx context.Context, tx *sqlx.Tx, run batch.Run) error {
	return bureau.Abandon(ctx, tx, run)
}

// Picks is the book on a night that has a file to write.
func (Export) Picks() string { return pickExport }

// Apply furnishes the loans of a chunk in every file of the run, oldest calendar date first. Counts as bureau.Furnish.
func (e Export) Apply(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	var tally batch.Tally
	files, err := bureau.Pending(ctx, tx, c.Run)
	if err != nil {
		return tally, err
	}
	for len(files) > 0 {
		date := slices.IndexFunc(files, func(f bureau.Building) bool { return f.AsOf != files[0].AsOf })
		if date < 0 {
			date = len(files)
		}
		read, err := e.Files.Furnish(ctx, tx, c, files[:date], &tally)
		if err != nil {
			return tally, fmt.Errorf("files as of %s: %w", files[0].AsOf, err)
		}
		tally.Read = read // the same loans for each date
		files = files[date:]
	}
	return tally, nil
}
