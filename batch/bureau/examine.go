package bureau

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/metro2"
)

// Findings are what the rules and the examiner's checks find in a file: how often each rule does.
type Findings struct {
	Path     string
	Records  int
	Errors   map[string]int
	Warnings map[string]int
	Says     map[string][]string // what the first warnings of each rule say, without their numbers
	Compared []Compared          // with these of the month before, newest first
}

// UnacknowledgedError are warnings that keep a file from being released, by rule. It is ErrWarnings.
type UnacknowledgedError struct {
	Path     string
	Rules    []string
	Found    map[string]int
	Compared []Compared
}

func (e *UnacknowledgedError) Error() string {
	return fmt.Sprintf("%v: %s", ErrWarnings, foundText(e.Found, e.Rules))
}

func (e *UnacknowledgedError) Unwrap() error { return ErrWarnings }

// foundText says how often rules found something: "B12 3, X01 1".
func foundText(found map[string]int, ids []string) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = fmt.Sprintf("%s %d", id, found[id])
	}
	return strings.Join(parts, ", ")
}

// Verify looks whether a file on disk, wherever it was moved, is the one that was made, by its size and its SHA-256, and checks it
// by every rule and the examiner's checks, those that compare it with the file before too. It returns ErrFileDiffers with what is
// wrong, ErrNoFile, or ErrState for a file that is not written yet.
func (f Files) Verify(ctx context.Context, db *sqlx.DB, file int64) (found Findings, err error) {
	err = database.InTx(ctx, db, func(tx *sqlx.Tx) error {
		written := onDisk{vault: f.Vault}
		err := tx.GetContext(ctx, &written, fileWritten, file)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return ErrNoFile
		case err != nil:
			return err
		case written.SHA256 == "":
			return fmt.Errorf("%w: it is not written yet", ErrState)
		}
		var kept kept
		err = tx.GetContext(ctx, &kept, fileKept, file)
		if err == nil {
			err = kept.purged()
		}
		if err == nil && IsArchived(written.Path) {
			err = fmt.Errorf("%w: %s", ErrArchived, written.Path)
		}
		if err == nil {
			found, err = written.examine(ctx, tx)
		}
		return err
	})
	if err != nil {
		return Findings{}, fmt.Errorf("file %d: %w", file, err)
	}
	return found, nil
}

// Warned is a rule that gives warnings of a file, how many, and what the first of them say.
type Warned struct {
	Rule  string
	Found int
	Says  []string
}

// releasable returns the rules of which a file that may be released has warnings, and the files that it was compared with. It
// returns ErrFileDiffers, ErrFindings or an *UnacknowledgedError.
func (f onDisk) releasable(ctx context.Context, tx *sqlx.Tx, acknowledged []string) ([]Warned, []Compared, error) {
	found, err := f.examine(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	if len(found.Errors) > 0 {
		where := f.Path
		for _, c := range found.Compared {
			where += fmt.Sprintf(", compared with file %d", c.File)
		}
		return nil, nil, fmt.Errorf("%w: %s (%s)", ErrFindings, foundText(found.Errors, slices.Sorted(maps.Keys(found.Errors))), where)
	}
	ids := slices.Sorted(maps.Keys(found.Warnings))
	warned := make([]Warned, len(ids))
	for i, rule := range ids {
		warned[i] = Warned{rule, found.Warnings[rule], found.Says[rule]}
	}
	if slices.Contains(acknowledged, AllWarnings) {
		return warned, found.Compared, nil
	}
	left := slices.DeleteFunc(ids, func(rule string) bool { return slices.Contains(acknowledged, rule) })
	if len(left) > 0 {
		return nil, nil, &UnacknowledgedError{f.Path, left, found.Warnings, found.Compared}
	}
	return warned, found.Compared, nil
}

// examine compares a file with the one that was made and checks it. What is checked are the bytes that are compared.
func (f onDisk) examine(ctx context.Context, tx *sqlx.Tx) (found Findings, err error) {
	if err := f.compare(); err != nil {
		return found, err
	}
	file, err := os.Open(f.Path)
	if err != nil {
		return found, fmt.Errorf("look at the file: %w", err)
	}
	defer file.Close()
	before, err := f.openBefore(ctx, tx)
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, before.close()) }()
	hash := sha256.New()
	if found, err = f.check(ctx, io.TeeReader(file, hash), before); err != nil {
		return found, fmt.Errorf("look at the file: %w", err)
	}
	if hex.EncodeToString(hash.Sum(nil)) != f.SHA256 {
		return found, fmt.Errorf("%w: %s changed while it was read", ErrFileDiffers, f.Path)
	}
	return found, nil
}

// check counts what is found in a file, over the period that it was made for.
func (f onDisk) check(ctx context.Context, in io.Reader, before *monthBefore) (Findings, error) {
	found := Findings{Path: f.Path, Errors: map[string]int{}, Warnings: map[string]int{}, Says: map[string][]string{}, Compared: before.compared}
	if lost := len(before.compared) - len(before.files); lost > 0 {
		found.Warnings[NotCompared] = lost
	}
	v := metro2.NewValidator(metro2.CheckEnv{Created: date(f.CreatedOn), PeriodStart: date(f.PreviousOn + 1), PeriodEnd: date(f.AsOf)})
	v.Examiner, v.AccountOrder, v.Earlier = true, true, before.earlier()
	count := func(findings []metro2.Finding) {
		for i := range findings {
			if findings[i].Severity == metro2.Error {
				found.Errors[findings[i].Rule]++
			} else {
				found.Warnings[findings[i].Rule]++
				found.say(&findings[i])
			}
		}
	}
	reader := metro2.NewReader(in)
	var findings []metro2.Finding
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return found, ctx.Err()
		}
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return found, err
		}
		findings = v.Check(item, findings[:0])
		count(findings)
	}
	count(v.Finish(findings[:0]))
	found.Records = int(v.Summary().Totals.TotalBase)
	return found, v.Earlier.Err()
}

// saysOfRule is how many sentences of a rule's warnings are kept.
const saysOfRule = 3

// say keeps what a warning says, if no warning of its rule has said it before.
func (f *Findings) say(warning *metro2.Finding) {
	known := f.Says[warning.Rule]
	if len(known) == saysOfRule {
		return
	}
	says, _, _ := strings.Cut(warning.Message, ": ") // behind it stand the numbers of a record
	if !slices.Contains(known, says) {
		f.Says[warning.Rule] = append(known, says)
	}
}
