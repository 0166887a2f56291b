package bureau

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// lookWhole looks at what is not of one account: the program, accounts that vanished, answers of bureaus that are open, one debt under two
// numbers. It returns what it finds in each of the files.
func lookWhole(ctx context.Context, db *sqlx.DB, files []*found) ([][]findingRow, error) {
	rows := make([][]findingRow, len(files))
	numbers := make(database.IntArray, len(files))
	err := database.InTx(ctx, db, func(tx *sqlx.Tx) (err error) {
		for i, f := range files {
			numbers[i] = f.file.File
			if rows[i], err = f.file.vanished(ctx, tx); err != nil {
				return fmt.Errorf("find accounts that vanished: %w", err)
			}
			open, err := f.file.unanswered(ctx, tx)
			if err != nil {
				return fmt.Errorf("find answers that are open: %w", err)
			}
			rows[i] = append(rows[i], open...)
			if f.file.DisputeAddress == "" {
				rows[i] = append(rows[i], newFinding(0, rules.Violated{Rule: "V16", Says: "program " + f.file.ProgramID + " has no address for notices of inaccuracy"}))
			}
		}
		var twins []twin
		if err := tx.SelectContext(ctx, &twins, preflightTwins, numbers); err != nil {
			return fmt.Errorf("find debts under two numbers: %w", err)
		}
		for _, t := range twins {
			if rules.SameDebt(rules.DebtTold{ECOA: t.ECOA, Status: t.Status, Final: t.Final}, rules.DebtTold{ECOA: t.OtherECOA, Status: t.OtherStatus, Final: t.OtherFinal}) {
				i := slices.Index(numbers, t.File)
				rows[i] = append(rows[i], newFinding(t.Loan, rules.Violated{Rule: "V20", About: t.OtherID, Says: fmt.Sprintf(
					"loan %s in file %d of program %s has the same person, date opened and amount", t.OtherID, t.OtherFile, t.OtherProgram)}))
			}
		}
		return nil
	})
	return rows, err
}

// unanswered finds answers of bureaus that the file leaves open.
func (f *lookedAt) unanswered(ctx context.Context, tx *sqlx.Tx) (rows []findingRow, err error) {
	var is struct {
		Open     int64      `db:"open"`
		Late     int64      `db:"late"`
		LastFile int64      `db:"last_file"`
		Since    rules.Date `db:"since"`
	}
	if err := tx.GetContext(ctx, &is, preflightOpen, f.File); err != nil {
		return nil, err
	}
	for _, v := range rules.Unanswered(is.Open, is.Late, is.LastFile, is.Since) {
		rows = append(rows, newFinding(0, v))
	}
	return rows, nil
}

// vanished finds the accounts of the last file that are neither in this one nor left out.
func (f *lookedAt) vanished(ctx context.Context, tx *sqlx.Tx) (rows []findingRow, err error) {
	var vanished []struct {
		Loan     int64  `db:"loan"`
		LastFile int64  `db:"last_file"`
		Status   string `db:"account_status"`
		Final    bool   `db:"final"`
	}
	if err := tx.SelectContext(ctx, &vanished, preflightVanished, f.File); err != nil {
		return nil, err
	}
	for _, v := range vanished {
		if !v.Final {
			rows = append(rows, newFinding(v.Loan, rules.Violated{Rule: "V22", Says: fmt.Sprintf(
				"file %d said %s of it; this file neither has the account nor leaves it out", v.LastFile, v.Status)}))
		}
	}
	return rows, nil
}

// twin is a row of PreflightTwins.
type twin struct {
	File         int64  `db:"file"`
	Loan         int64  `db:"loan"`
	OtherID      string `db:"other_id"`
	OtherProgram string `db:"other_program"`
	OtherFile    int64  `db:"other_file"`
	ECOA         string `db:"ecoa_code"`
	OtherECOA    string `db:"other_ecoa"`
	Status       string `db:"account_status"`
	OtherStatus  string `db:"other_status"`
	Final        bool   `db:"final"`
	OtherFinal   bool   `db:"other_final"`
}

// driftFiles is how many files drift is measured by.
const driftFiles = 3

// drift compares a file with the last ones of its destination. Those of a program that reports by cycles tell of other accounts each
// time, so that they are not compared.
func (f *lookedAt) drift(ctx context.Context, db *sqlx.DB, now *rules.FileProfile, limits rules.DriftLimits) (rows []findingRow, err error) {
	if f.Calendar.ByCycle() {
		return nil, nil
	}
	var last []*rules.FileProfile
	err = database.InTx(ctx, db, func(tx *sqlx.Tx) error {
		var files []struct {
			File    int64      `db:"file"`
			AsOf    rules.Date `db:"as_of"`
			Profile *string    `db:"profile"`
		}
		if err := tx.SelectContext(ctx, &files, preflightBefore, f.File, driftFiles); err != nil {
			return err
		}
		for _, o := range files {
			profile := rules.NewFileProfile(o.File, o.AsOf)
			if o.Profile != nil {
				if err := json.Unmarshal([]byte(*o.Profile), profile); err != nil {
					return fmt.Errorf("profile of file %d: %w", o.File, err)
				}
			} else if err := countProfile(ctx, tx, profile); err != nil {
				return fmt.Errorf("count file %d: %w", o.File, err)
			}
			last = append(last, profile)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the files before: %w", err)
	}
	for _, v := range rules.Drift(now, last, limits) {
		rows = append(rows, newFinding(0, v))
	}
	return rows, nil
}

// countProfile counts what a file says by its tradelines. The moves from the file before it stay unknown.
func countProfile(ctx context.Context, tx *sqlx.Tx, p *rules.FileProfile) error {
	return database.Each(ctx, tx, (*lineBefore).columns, func(l *lineBefore) error {
		p.Add(&l.Furnished, nil)
		return nil
	}, lineLastAll, p.File, 0, int64(1)<<62)
}
