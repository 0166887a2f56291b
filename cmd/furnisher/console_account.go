package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/serve/console"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/metro2"
)

// consoleAccount is what the console's accounts do as commands do. vault gives the keys that the book has now.
func (a *app) consoleAccount(db *sqlx.DB, vault func() book.Vault) console.AccountActions {
	return console.AccountActions{
		Meaning: codeInWords,
		Explain: func(ctx context.Context, loan string, w inquiry.Which) (*console.Explanation, error) {
			found, err := explainLoan(ctx, db, loan, w)
			if errors.Is(err, errNoSuchFile) {
				return nil, inquiry.ErrNotFound
			}
			if err != nil {
				return nil, err
			}
			return consoleExplanation(found), nil
		},
		Correct: func(ctx context.Context, c console.Correcting) ([]console.Corrected, error) {
			return a.consoleCorrect(ctx, db, vault(), c)
		},
		Unlock: func(ctx context.Context, u console.Unlocking) error {
			return tried(ctx, db, u.DryRun, func(tx *sqlx.Tx) error {
				return bureau.ReleaseCorrectionIn(ctx, tx, u.Correction, u.By, u.Approver, u.Why, a.now())
			})
		},
		Evidence: func(ctx context.Context, e console.EvidenceOrder) (*console.EvidencePack, error) {
			p := proofPack{loan: e.LoanID, months: e.Months, unmask: e.Unmask, why: e.Why, by: e.By, from: e.From, vault: vault()}
			made, err := a.packEvidence(ctx, db, p, a.now().UTC().Truncate(time.Second))
			if err != nil {
				return nil, err
			}
			return &console.EvidencePack{Name: made.name, ZIP: made.zip}, nil
		},
	}
}

// shownCodes are the codes of the base segment that the console writes in words.
var shownCodes = map[string]*metro2.CodeTable{
	"account_status": &metro2.AccountStatuses, "payment_rating": &metro2.PaymentRatings, "payment_history": &metro2.HistoryCodes,
	"special_comment": &metro2.SpecialComments, "compliance_code": &metro2.ComplianceCodes,
}

// codeInWords is a code of a field of the base segment in words, "" if it is none.
func codeInWords(field, code string) string {
	if table := shownCodes[field]; table != nil {
		if found := table.Find(code); found != nil {
			return found.Meaning
		}
	}
	return ""
}

// consoleExplanation is the answer of furnisher explain for the console.
func consoleExplanation(a *answer) *console.Explanation {
	e := &console.Explanation{LoanID: a.Loan, Account: a.Account, Missing: a.Missing}
	if a.Missing != "" && !a.gone {
		e.Missing = recordAway
	}
	for _, f := range factList(a.Facts) {
		e.Facts = append(e.Facts, console.ExplainedFact(f))
	}
	if f := a.File; f != nil {
		e.File = &console.ExplainedFile{
			File: f.File, Run: f.Run, Record: f.Record, Offset: f.Offset, Name: f.Name, State: f.State, Destination: f.Destination, AsOf: f.AsOf,
		}
	}
	if l := a.LeftOut; l != nil {
		e.LeftOut = &console.ExplainedOmission{Reason: l.Reason, Detail: l.Detail, Rule: console.ExplainedRule{ID: l.Why.ID, Sentence: l.Why.Sentence}}
	}
	if a.Rule != nil {
		e.Rule = &console.ExplainedRule{ID: a.Rule.ID, Sentence: a.Rule.Sentence}
	}
	for i := range a.Fields {
		e.Fields = append(e.Fields, consoleField(&a.Fields[i]))
	}
	return e
}

func consoleField(f *fieldAnswer) console.ExplainedField {
	x := console.ExplainedField{
		Segment: f.Segment, Index: f.Index, Num: f.Num, Key: f.Key, Name: f.Name, Position: f.Position, Start: f.Start,
		Value: f.Value, Meaning: f.Meaning, Source: sourceText(f),
	}
	for key, v := range f.Facts {
		x.Facts = append(x.Facts, console.ExplainedFact{Name: key, Value: v})
	}
	slices.SortFunc(x.Facts, func(a, b console.ExplainedFact) int { return strings.Compare(a.Name, b.Name) })
	for _, r := range f.Rules {
		x.Rules = append(x.Rules, console.ExplainedRule{ID: r.ID, Sentence: r.Sentence, When: r.When})
	}
	return x
}

// consoleCorrect is furnisher corrections add.
func (a *app) consoleCorrect(ctx context.Context, db *sqlx.DB, v book.Vault, c console.Correcting) (list []console.Corrected, err error) {
	n := bureau.NewCorrection{
		LoanID: c.LoanID, Reason: c.Reason, Evidence: c.Evidence, Source: c.Source, File: c.File, Approver: c.Approver, Who: c.By, Now: a.now(), Vault: v,
	}
	for _, f := range c.Fields {
		n.Fields = append(n.Fields, bureau.CorrectedField{Field: f.Field, Value: f.Value})
	}
	var added []bureau.AddedCorrection
	err = tried(ctx, db, c.DryRun, func(tx *sqlx.Tx) (err error) {
		added, err = n.AddIn(ctx, tx)
		return err
	})
	for _, of := range added {
		list = append(list, console.Corrected{Number: of.Number, Field: of.Field, Known: of.Known})
	}
	return list, err
}

// errTried ends the transaction of what was only to be tried.
var errTried = errors.New("dry run")

// tried does something with corrections, or does it and takes it back. What is wrong with it are errors of operations.
func tried(ctx context.Context, db *sqlx.DB, dryRun bool, do func(*sqlx.Tx) error) error {
	err := database.InRetriedTx(ctx, db, func(tx *sqlx.Tx) error {
		if err := do(tx); err != nil || !dryRun {
			return err
		}
		return errTried
	})
	switch {
	case errors.Is(err, errTried):
		return nil
	case errors.Is(err, bureau.ErrNoLoan), errors.Is(err, bureau.ErrNoCorrection):
		return fmt.Errorf("%w: %w", servicing.ErrUnknown, err)
	case errors.Is(err, bureau.ErrCorrection), errors.Is(err, bureau.ErrLocked), errors.Is(err, bureau.ErrNotLive):
		return fmt.Errorf("%w: %w", servicing.ErrRefused, err)
	}
	return err
}
