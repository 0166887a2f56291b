package audit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"
	"golang.org/x/mod/sumdb/note"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/merkle"
)

// What is found of a row.
const (
	Changed   = "changed"    // it is not what was logged
	Removed   = "removed"    // it was logged, and is not there
	NotLogged = "not logged" // it is there, and was never logged
	Disagrees = "disagrees"  // its state does not follow from what was logged
)

// Finding is a row that is not as it was logged. It tells no value.
type Finding struct {
	Table string `json:"table"`
	Key   string `json:"key"`               // of the row: parts between slashes
	Loan  string `json:"loan_id,omitempty"` // the lender's id, of a row of a loan that there is
	What  string `json:"what"`
}

// maxFindings are kept and listed.
const maxFindings = 1000

// Report is what Verify found.
type Report struct {
	Entries   int64     `json:"entries"`        // of the log
	Heads     int       `json:"heads"`          // that it was compared with
	SinceHead int64     `json:"since_head"`     // entries that no head knows yet
	Waiting   int64     `json:"not_yet_logged"` // rows of files that are being made, or older than the log
	Rows      int64     `json:"rows"`           // that were compared
	Findings  []Finding `json:"findings"`       // the first ones
	More      int64     `json:"more_findings"`
}

func (r *Report) add(table, key, what string) {
	if len(r.Findings) == maxFindings {
		r.More++
		return
	}
	r.Findings = append(r.Findings, Finding{Table: table, Key: key, What: what})
}

// Given is what the record is compared with.
type Given struct {
	Key   note.Verifier // of the heads
	Heads [][]byte      // that keepers hold, beside those of the database
}

// Verify compares every row of the record with the log, and the log with the heads. It reads one state of the database, so what is
// written meanwhile is no finding, and its memory does not grow with the book.
//
// Errors to branch on: merkle.ErrHead for a given head that the key has not signed.
func Verify(ctx context.Context, db *sqlx.DB, given Given) (r Report, err error) {
	err = database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		r, err = VerifyIn(ctx, tx, given)
		return err
	})
	return r, err
}

// VerifyIn is Verify of what a transaction sees, which must be one state.
func VerifyIn(ctx context.Context, tx *sqlx.Tx, given Given) (Report, error) {
	r := Report{Findings: []Finding{}}
	v := verifier{tx, &r}
	heads, err := v.heads(ctx, given)
	if err != nil {
		return r, fmt.Errorf("verify the record: %w", err)
	}
	for _, part := range []func(context.Context) error{
		func(ctx context.Context) error { return v.log(ctx, heads) },
		v.triggers,
		func(ctx context.Context) error { return v.rows(ctx, "operation", operationsLogged) },
		func(ctx context.Context) error { return v.rows(ctx, "act", actsLogged) },
		func(ctx context.Context) error { return v.rows(ctx, "bureau_file", filesLogged) },
		func(ctx context.Context) error { return v.rows(ctx, "bureau_file_event", eventsLogged) },
		func(ctx context.Context) error { return v.rows(ctx, "deletion", deletionsLogged) },
		func(ctx context.Context) error { return v.rows(ctx, "answer", answersLogged) },
		func(ctx context.Context) error { return v.rows(ctx, "answer", answersClosed) },
		func(ctx context.Context) error { return v.rows(ctx, "correction", correctionsMade) },
		func(ctx context.Context) error { return v.rows(ctx, "correction", correctionsFreed) },
		func(ctx context.Context) error { return v.rows(ctx, "correction_at", correctionsAt) },
		v.states,
		v.pages,
		v.names,
	} {
		if err := part(ctx); err != nil {
			return r, fmt.Errorf("verify the record: %w", err)
		}
	}
	return r, nil
}

type verifier struct {
	tx *sqlx.Tx
	r  *Report
}

// heads are all heads to compare with, by how much they know.
func (v verifier) heads(ctx context.Context, given Given) (heads []merkle.Head, err error) {
	for _, signed := range given.Heads {
		head, err := merkle.OpenHead(signed, given.Key)
		if err != nil {
			return nil, err
		}
		heads = append(heads, head)
	}
	var kept []headRow
	if err := v.tx.SelectContext(ctx, &kept, headRead); err != nil {
		return nil, fmt.Errorf("read the kept heads: %w", err)
	}
	for _, k := range kept {
		head, err := merkle.OpenHead([]byte(k.Signed), given.Key)
		if err != nil || head.Entries != k.Entries {
			v.r.add("proof_head", strconv.FormatInt(k.Entries, 10), Changed)
			continue
		}
		heads = append(heads, head)
	}
	slices.SortFunc(heads, func(a, b merkle.Head) int { return cmp.Compare(a.Entries, b.Entries) })
	heads = slices.Compact(heads) // a keeper's head is among those of the database
	v.r.Heads = len(heads)
	return heads, nil
}

// log compares the log with the heads. What comes after the first entry that is missing or differs cannot be compared.
func (v verifier) log(ctx context.Context, heads []merkle.Head) error {
	var tree merkle.Tree
	broken, trusted := false, int64(0)
	compare := func() {
		for len(heads) > 0 && heads[0].Entries == tree.Size() {
			switch {
			case broken:
			case heads[0].Root != tree.Root():
				broken = true
				v.r.add("proof_entry", fmt.Sprintf("%d to %d", trusted, heads[0].Entries-1), Changed)
			default:
				trusted = heads[0].Entries
			}
			heads = heads[1:]
		}
	}
	compare()
	err := eachEntry(ctx, v.tx, -1, func(number int64, e merkle.Entry) error {
		for ; tree.Size() < number; tree.Add(merkle.Hash{}) {
			broken = true
			v.r.add("proof_entry", strconv.FormatInt(tree.Size(), 10), Removed)
			compare()
		}
		tree.Add(e.Leaf())
		compare()
		return nil
	})
	if err != nil {
		return err
	}
	if len(heads) > 0 { // a head knows more than there is
		v.r.add("proof_entry", fmt.Sprintf("%d to %d", tree.Size(), heads[len(heads)-1].Entries-1), Removed)
	}
	v.r.Entries = tree.Size()
	v.r.SinceHead = tree.Size() - trusted
	return nil
}

// logging are the triggers by which rows are logged.
var logging = []string{
	"proof_act", "proof_answer", "proof_answer_closed", "proof_answer_unnamed", "proof_answers", "proof_correction", "proof_correction_at",
	"proof_correction_released", "proof_correction_unnamed", "proof_event", "proof_file", "proof_operation",
}

// triggers finds triggers that somebody took off.
func (v verifier) triggers(ctx context.Context) error {
	var on []string
	if err := v.tx.SelectContext(ctx, &on, triggersOn); err != nil {
		return fmt.Errorf("look for the triggers that log: %w", err)
	}
	for _, name := range logging {
		if !slices.Contains(on, name) {
			v.r.add("pg_trigger", name, Removed)
		}
	}
	return nil
}

// loggedRow is a row beside its entry.
type loggedRow struct {
	a, b    int64
	digest  []byte
	content *string
}

func (r *loggedRow) places() []any { return []any{&r.a, &r.b, &r.digest, &r.content} }

// key is how a row of a table is named.
func key(table string, a, b int64) string {
	switch table {
	case "bureau_file_event", "deletion", "tradeline", "excluded", "correction_at":
		return fmt.Sprintf("%d/%d", a, b)
	}
	return strconv.FormatInt(a, 10)
}

// rows compares the rows of a table with their entries.
func (v verifier) rows(ctx context.Context, table, query string) error {
	err := database.Each(ctx, v.tx, (*loggedRow).places, func(r *loggedRow) error {
		v.r.Rows++
		switch {
		case r.content == nil:
			v.r.add(table, key(table, r.a, r.b), Removed)
		case r.digest == nil:
			v.r.add(table, key(table, r.a, r.b), NotLogged)
		case string(r.digest) != string(digestOf(*r.content)):
			v.r.add(table, key(table, r.a, r.b), Changed)
		}
		return nil
	}, query)
	if err != nil {
		return fmt.Errorf("compare the rows of %s with the log: %w", table, err)
	}
	return nil
}

func digestOf(content string) []byte {
	digest := merkle.Digest([]byte(content))
	return digest[:]
}

// states compares what may change of files and deletions with what it follows from.
func (v verifier) states(ctx context.Context) error {
	var rows []struct {
		Kind string `db:"kind"`
		A    int64  `db:"a"`
		B    int64  `db:"b"`
	}
	if err := v.tx.SelectContext(ctx, &rows, statesDiffer); err != nil {
		return fmt.Errorf("compare states with what was logged: %w", err)
	}
	for _, r := range rows {
		v.r.add(r.Kind, key(r.Kind, r.A, r.B), Disagrees)
	}
	return nil
}

// names gives findings of loans the lender's ids.
func (v verifier) names(ctx context.Context) error {
	of := map[int64][]int{}
	var loans database.IntArray
	for i, f := range v.r.Findings {
		_, text, two := strings.Cut(f.Key, "/")
		if loan, err := strconv.ParseInt(text, 10, 64); two && err == nil && f.Table != "bureau_file_event" && f.Table != "correction_at" {
			of[loan], loans = append(of[loan], i), append(loans, loan)
		}
	}
	var rows []struct {
		Loan   int64  `db:"loan"`
		LoanID string `db:"loan_id"`
	}
	if err := v.tx.SelectContext(ctx, &rows, loanIDs, loans); err != nil {
		return fmt.Errorf("read the lender's ids of loans: %w", err)
	}
	for _, r := range rows {
		for _, i := range of[r.Loan] {
			v.r.Findings[i].Loan = r.LoanID
		}
	}
	return nil
}
