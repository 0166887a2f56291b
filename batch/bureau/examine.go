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

	"github.com/furnisher/furnisher/metro2"
)

// Findings are what the rules and the examiner's checks find in a file: how often each rule does.
type Findings struct {
	Path     string
	Records  int
	Errors   map[string]int
	Warnings map[string]int
}

// UnacknowledgedError are warnings that keep a file from being released, by rule. It is ErrWarnings.
type UnacknowledgedError struct {
	Path  string
	Rules []string
	Found map[string]int
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
// by every rule and the examiner's checks. It returns ErrFileDiffers with what is wrong, ErrNoFile, or ErrState for a file that is
// not written yet.
func Verify(ctx context.Context, db *sqlx.DB, file int64) (found Findings, err error) {
	var f onDisk
	err = db.GetContext(ctx, &f, fileWritten, file)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		err = ErrNoFile
	case err == nil && f.SHA256 == "":
		err = fmt.Errorf("%w: it is not written yet", ErrState)
	case err == nil:
		found, err = f.examine(ctx)
	}
	if err != nil {
		return Findings{}, fmt.Errorf("file %d: %w", file, err)
	}
	return found, nil
}

// releasable returns the rules of which a file that may be released has warnings. It returns ErrFileDiffers, ErrFindings or an
// *UnacknowledgedError.
func (f onDisk) releasable(ctx context.Context, acknowledged []string) ([]string, error) {
	found, err := f.examine(ctx)
	if err != nil {
		return nil, err
	}
	if len(found.Errors) > 0 {
		return nil, fmt.Errorf("%w: %s (%s)", ErrFindings, foundText(found.Errors, slices.Sorted(maps.Keys(found.Errors))), f.Path)
	}
	warned := slices.Sorted(maps.Keys(found.Warnings))
	if slices.Contains(acknowledged, AllWarnings) {
		return warned, nil
	}
	left := slices.DeleteFunc(slices.Clone(warned), func(rule string) bool { return slices.Contains(acknowledged, rule) })
	if len(left) > 0 {
		return nil, &UnacknowledgedError{f.Path, left, found.Warnings}
	}
	return warned, nil
}

// examine compares a file with the one that was made and checks it. What is checked are the bytes that are compared.
func (f onDisk) examine(ctx context.Context) (found Findings, err error) {
	if err := f.compare(); err != nil {
		return found, err
	}
	file, err := os.Open(f.Path)
	if err != nil {
		return found, fmt.Errorf("look at the file: %w", err)
	}
	defer file.Close()
	hash := sha256.New()
	if found, err = f.check(ctx, io.TeeReader(file, hash)); err != nil {
		return found, fmt.Errorf("look at the file: %w", err)
	}
	if hex.EncodeToString(hash.Sum(nil)) != f.SHA256 {
		return found, fmt.Errorf("%w: %s changed while it was read", ErrFileDiffers, f.Path)
	}
	return found, nil
}

// check counts what is found in a file, over the period that it was made for.
func (f onDisk) check(ctx context.Context, in io.Reader) (Findings, error) {
	found := Findings{Path: f.Path, Errors: map[string]int{}, Warnings: map[string]int{}}
	v := metro2.NewValidator(metro2.CheckEnv{Created: date(f.CreatedOn), PeriodStart: date(f.PreviousOn + 1), PeriodEnd: date(f.AsOf)})
	v.Examiner, v.AccountOrder = true, true
	count := func(findings []metro2.Finding) {
		for i := range findings {
			if findings[i].Severity == metro2.Error {
				found.Errors[findings[i].Rule]++
			} else {
				found.Warnings[findings[i].Rule]++
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
	return found, nil
}
