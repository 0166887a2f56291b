package bureau

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// What a bureau does with a single record (BR11).
const (
	RecordRefused = "REFUSED" // it did not count
	RecordChanged = "CHANGED" // it counts, but the bureau shows another value of a field

	// RecordAccepted is a record, or without an account number a whole file, that the bureau took as it is.
	RecordAccepted = "ACCEPTED"
)

// Errors of answers that a caller branches on.
var (
	// ErrNoAnswer: there is no answer of that number.
	ErrNoAnswer = errors.New("no such answer")
	// ErrAnswered: the answer is not open any more.
	ErrAnswered = errors.New("it is answered already")
)

// Answer is what a bureau answered about one record of a file.
type Answer struct {
	Line          int // in the file of answers; 0: given by hand
	AccountNumber string
	Outcome       string
	Field         string // its key; empty: the whole record
	Code          string // the bureau's
	Reason        string
}

// Received says when answers came, who records them and who sees to them.
type Received struct {
	On         rules.Date
	Owner, Who string
	Now        time.Time
	Accepted   int64 // rows that say that the bureau took a record, or the file: it is ACCEPTED then
}

// Recorded counts what became of answers.
type Recorded struct {
	New       int64 `json:"recorded"`
	Known     int64 `json:"known"` // they were recorded before: nothing changed
	Refused   int64 `json:"refused"`
	Changed   int64 `json:"changed"`
	Deletions int64 `json:"deletions_given_back"`
	Accepted  bool  `json:"file_accepted"` // by this; false also for a file that was ACCEPTED before
}

// RecordAnswers records what bureaus answered about single records of a file that was sent, all of it or nothing (BR11). It is
// durable when RecordAnswers returns; recorded again it changes nothing. Each row belongs to an account and to a person, and is
// open until a file that was made after it tells of the account and is sent, or until a person closes it.
//
// A record that was refused did not count at its destination, as if the file had left the account out: the next file goes by
// the one before, the month has no report of ours (Q22), payments since the one before are told again (Q23), and a deletion
// goes out again (Q79). The index deletion_once stays the law of DC6: only the deletion of this very file is given back.
// A record that was changed counts. A report that says that the bureau took the file, or a record of it, makes the file ACCEPTED; it must
// be the one that was made.
//
// It returns ErrNoFile, ErrState for a file that was not sent or was rejected whole, ErrFileDiffers, or *BadAnswersError.
func RecordAnswers(ctx context.Context, db *sqlx.DB, file int64, answers []Answer, by Received) (done Recorded, err error) {
	if err := checkAnswers(answers); err != nil {
		return done, err
	}
	err = database.InRetriedTx(ctx, db, func(tx *sqlx.Tx) error {
		present, err := lockFile(ctx, tx, file)
		if err != nil {
			return err
		}
		if present.State != Transmitted && present.State != Accepted {
			return fmt.Errorf("%w: it is %s; only a file that was sent and not rejected whole is answered record by record", ErrState, present.State)
		}
		rows, err := answerRows(ctx, tx, file, answers)
		if err != nil {
			return err
		}
		if done, err = addAnswers(ctx, tx, file, rows, by); err != nil || by.Accepted == 0 || present.State == Accepted {
			return err
		}
		done.Accepted = true
		return acceptFile(ctx, tx, file, by)
	})
	if err != nil {
		return Recorded{}, fmt.Errorf("answers to file %d: %w", file, err)
	}
	return done, nil
}

// acceptFile takes a file that was sent to ACCEPTED.
func acceptFile(ctx context.Context, tx *sqlx.Tx, file int64, by Received) error {
	m := Move{File: file, To: Accepted, Who: by.Who, Why: fmt.Sprintf("the bureau's report of %s", by.On)}
	present, effect, err := enter(ctx, tx, m, by.Now)
	if err != nil {
		return err
	}
	return effect.note(ctx, tx, m, present.Path, by.Now)
}

// answerRow is an answer as it is stored.
type answerRow struct {
	loan, record                 int64
	outcome, field, code, reason string
}

// answerRows finds the records that answers are about, each row once.
func answerRows(ctx context.Context, tx *sqlx.Tx, file int64, answers []Answer) ([]answerRow, error) {
	accounts := make(database.TextArray, 0, len(answers))
	for i := range answers {
		accounts = append(accounts, strings.ToUpper(answers[i].AccountNumber))
	}
	type place struct {
		loan, number int64
		account      string
	}
	places := make(map[string]place, len(answers))
	columns := func(p *place) []any { return []any{&p.loan, &p.account, &p.number} }
	err := database.Each(ctx, tx, columns, func(p *place) error {
		places[p.account] = *p
		return nil
	}, answerRecords, file, accounts)
	if err != nil {
		return nil, fmt.Errorf("find the records: %w", err)
	}
	bad := &BadAnswersError{}
	rows := make([]answerRow, 0, len(answers))
	seen := make(map[answerRow]bool, len(answers))
	for i := range answers {
		a := &answers[i]
		at, ok := places[accounts[i]]
		if !ok {
			bad.add(a.Line, "account_number", "the file holds no record of this account")
			continue
		}
		row := answerRow{at.loan, at.number, a.Outcome, a.Field, a.Code, a.Reason}
		if !seen[row] {
			seen[row] = true
			rows = append(rows, row)
		}
	}
	return rows, bad.orNil()
}

// addAnswers stores answers that are not known yet, and takes back what refused records did.
func addAnswers(ctx context.Context, tx *sqlx.Tx, file int64, rows []answerRow, by Received) (done Recorded, err error) {
	if len(rows) == 0 {
		return done, nil
	}
	var loans, records database.IntArray
	var outcomes, fields, codes, reasons database.TextArray
	for i := range rows {
		r := &rows[i]
		loans, records = append(loans, r.loan), append(records, r.record)
		outcomes, fields, codes, reasons = append(outcomes, r.outcome), append(fields, r.field), append(codes, r.code), append(reasons, r.reason)
	}
	var refused pq.Int64Array
	err = tx.QueryRowContext(ctx, answerAdd, file, loans, records, outcomes, fields, codes, reasons, by.On, by.Owner, by.Who, by.Now).Scan(&done.New, &refused)
	if err != nil {
		return done, fmt.Errorf("record them: %w", err)
	}
	done.Known = int64(len(rows)) - done.New
	done.Refused, done.Changed = int64(len(refused)), done.New-int64(len(refused))
	if len(refused) == 0 {
		return done, nil
	}
	if _, err := tx.ExecContext(ctx, answerReopen, file, database.IntArray(refused)); err != nil { // it answered nothing for them
		return done, fmt.Errorf("open again what the file answered: %w", err)
	}
	if _, err := tx.ExecContext(ctx, correctionRestore, file, database.IntArray(refused)); err != nil {
		return done, fmt.Errorf("restore the locks that ended with the file: %w", err)
	}
	var woken []int64
	if done.Deletions, woken, err = refuseDeletions(ctx, tx, file, database.IntArray(refused)); err != nil {
		return done, err
	}
	return done, book.Wake(ctx, tx, append(woken, refused...), book.RecordRefused)
}

// refuseDeletions gives back the deletions of a file that were refused (Q79). It returns how many there were, and the loans that
// have such an account's number, which is free again (DC2).
func refuseDeletions(ctx context.Context, tx *sqlx.Tx, file int64, loans database.IntArray) (count int64, freed []int64, err error) {
	var rows []struct {
		Loan  int64 `db:"loan"`
		Given bool  `db:"given_back"`
	}
	if err := tx.SelectContext(ctx, &rows, deletionRefused, file, loans); err != nil {
		return 0, nil, fmt.Errorf("give back deletions: %w", err)
	}
	for _, r := range rows {
		freed = append(freed, r.Loan)
		if r.Given {
			count++
		}
	}
	return count, freed, nil
}

// CloseAnswer closes an open answer by hand: a person says why no file has to tell more of it. It returns ErrNoAnswer or
// ErrAnswered.
func CloseAnswer(ctx context.Context, db *sqlx.DB, answer int64, who, why string, now time.Time) error {
	return changeAnswer(ctx, db, answer, answerClose, answer, who, why, now)
}

// AssignAnswer gives an open answer to another person. It returns ErrNoAnswer or ErrAnswered.
func AssignAnswer(ctx context.Context, db *sqlx.DB, answer int64, owner string) error {
	return changeAnswer(ctx, db, answer, answerAssign, answer, owner)
}

func changeAnswer(ctx context.Context, db *sqlx.DB, answer int64, query string, args ...any) error {
	err := database.InRetriedTx(ctx, db, func(tx *sqlx.Tx) error {
		result, err := tx.ExecContext(ctx, query, args...)
		if err != nil {
			return err
		}
		if changed, err := result.RowsAffected(); err != nil || changed > 0 {
			return err
		}
		var state string
		err = tx.GetContext(ctx, &state, answerState, answer)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoAnswer
		}
		return errors.Join(err, ErrAnswered)
	})
	if err != nil {
		return fmt.Errorf("answer %d: %w", answer, err)
	}
	return nil
}
