package inquiry

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Evidence is all that was decided, reported, approved, disputed, corrected and answered of a loan (BR6).
type Evidence struct {
	Detail
	Files       []FileLife   `json:"files"` // that tell of the loan or leave it out, with who released and sent them
	Cases       []Case       `json:"cases"`
	Disputes    []Dispute    `json:"disputes"`
	Corrections []Correction `json:"corrections"`
	Answers     []Answer     `json:"answers"`
}

// LoanEvidence reads the evidence of a loan, by its id or its account number, of files as of a date or a later one. Account numbers are
// as they are: the caller masks them. ErrNotFound if the book holds neither.
func LoanEvidence(ctx context.Context, db *sqlx.DB, loan string, since, on rules.Date) (*Evidence, error) {
	e := &Evidence{Files: []FileLife{}, Cases: []Case{}, Disputes: []Dispute{}}
	detail, err := LoanDetail(ctx, db, loan)
	if err != nil {
		return nil, err
	}
	e.Detail = *detail
	e.since(since)
	for _, file := range e.files() {
		life, err := ShowFile(ctx, db, file)
		if err != nil {
			return nil, err
		}
		e.Files = append(e.Files, *life)
	}
	for turn := (Turn{Limit: MaxLimit}); ; {
		page, err := Cases(ctx, db, CaseFilter{LoanID: e.Loan.LoanID}, turn)
		if err != nil {
			return nil, err
		}
		e.Cases = append(e.Cases, page.Rows...)
		if turn.After = page.Next; turn.After == "" {
			break
		}
	}
	for page := (Page{Limit: MaxLimit}); ; {
		list, err := Disputes(ctx, db, DisputesOf{LoanID: e.Loan.LoanID}, false, on, page)
		if err != nil {
			return nil, err
		}
		e.Disputes = append(e.Disputes, list.Rows...)
		if page.After = list.Next; page.After == "" {
			break
		}
	}
	err = database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		if err := fill(ctx, tx, &e.Corrections, "corrections", inquiryLoanCorrections, e.Loan.Key); err != nil {
			return err
		}
		return fill(ctx, tx, &e.Answers, "answers", inquiryLoanAnswers, e.Loan.Key)
	})
	if err != nil {
		return nil, fmt.Errorf("loan %q: %w", loan, err)
	}
	return e, nil
}

// since leaves out what files of earlier dates said, and those that are being made.
func (e *Evidence) since(d rules.Date) {
	wanted := func(f *InFile) bool { return f.AsOf >= d && f.FileState != "BUILDING" }
	e.Tradelines = keep(e.Tradelines, func(t *Tradeline) bool { return wanted(&t.InFile) })
	e.Excluded = keep(e.Excluded, func(x *Excluded) bool { return wanted(&x.InFile) })
	e.Deletions = keep(e.Deletions, func(x *Deletion) bool { return x.FileState != "BUILDING" })
}

func keep[T any](rows []T, wanted func(*T) bool) []T {
	kept := []T{}
	for i := range rows {
		if wanted(&rows[i]) {
			kept = append(kept, rows[i])
		}
	}
	return kept
}

// files are the files of the evidence, in the order of their dates, each once.
func (e *Evidence) files() (files []int64) {
	seen := map[int64]bool{}
	add := func(file int64) {
		if !seen[file] {
			seen[file], files = true, append(files, file)
		}
	}
	for i := range e.Tradelines {
		add(e.Tradelines[i].File)
	}
	for i := range e.Excluded {
		add(e.Excluded[i].File)
	}
	for i := range e.Deletions {
		add(e.Deletions[i].File)
	}
	return files
}

// Mask hides account numbers but for their last four characters, and what else tells of a person by itself.
func (e *Evidence) Mask() {
	e.Loan.AccountNumber = MaskAccount(e.Loan.AccountNumber)
	for i := range e.Tradelines {
		t := &e.Tradelines[i]
		t.AccountNumber, t.Segments, t.Consumers = MaskAccount(t.AccountNumber), "", ""
	}
	for i := range e.Answers {
		e.Answers[i].AccountNumber = MaskAccount(e.Answers[i].AccountNumber)
	}
}
