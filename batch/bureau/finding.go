package bureau

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Errors that a caller branches on.
var (
	// ErrGrave: a finding of the gravest harm is open. It is a *GraveError.
	ErrGrave = errors.New("the file has grave findings that nobody accepted")
	// ErrNoFinding: there is no such finding.
	ErrNoFinding = errors.New("no such finding")
	// ErrNotOpen: the finding is accepted or fixed already.
	ErrNotOpen = errors.New("the finding is not open")
)

// GraveError names the rules whose grave findings keep a file from being released. It is ErrGrave.
type GraveError struct {
	File  int64
	Rules []FoundRule
}

func (e *GraveError) Error() string {
	parts := make([]string, len(e.Rules))
	for i, r := range e.Rules {
		parts[i] = fmt.Sprintf("%s %d", r.Rule, r.Open)
	}
	return fmt.Sprintf("%v: %s", ErrGrave, strings.Join(parts, ", "))
}

func (e *GraveError) Unwrap() error { return ErrGrave }

// findingBatch is how many findings one query takes.
const findingBatch = 5000

// knownRule lists findings that were seen in other months, too.
const knownRule = "V27"

// keep writes what a look at a file has found: a finding that the destination has already is seen again; one that is not there any more
// is fixed, also if only this look does not find it any more.
func (p Preflight) keep(ctx context.Context, tx *sqlx.Tx, f *found) (*PreflightSummary, error) {
	file := f.file.File
	var locked struct {
		Destination int64          `db:"destination"`
		SHA256      string         `db:"sha256"`
		Calendar    rules.Calendar `db:"calendar"`
	}
	if err := tx.GetContext(ctx, &locked, preflightLock, file); err != nil {
		return nil, err
	}
	if locked.SHA256 != f.file.SHA256 {
		return nil, fmt.Errorf("%w: it was made again meanwhile", ErrState)
	}
	rows, err := see(ctx, tx, file, f.rows)
	if err != nil {
		return nil, fmt.Errorf("keep findings: %w", err)
	}
	if _, err := tx.ExecContext(ctx, findingReopen, file); err != nil {
		return nil, fmt.Errorf("open findings again: %w", err)
	}
	if _, err := tx.ExecContext(ctx, findingFix, file, locked.Calendar.ByCycle()); err != nil {
		return nil, fmt.Errorf("note what is fixed: %w", err)
	}
	profile, err := json.Marshal(f.profile)
	if err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, preflightNote, file, f.file.SHA256, p.Now, p.Who, f.accounts, len(rows), f.more, string(profile))
	if err != nil {
		return nil, fmt.Errorf("note the look: %w", err)
	}
	s := &PreflightSummary{File: file, Program: f.file.reporter(), AsOf: f.file.AsOf, Accounts: f.accounts, More: f.more, Rules: []FoundRule{}}
	return s, tx.SelectContext(ctx, &s.Rules, findingTold, file)
}

// see writes findings of a file and takes away those that it has no more, then the same of those that list which of them are old. It
// returns all of them.
func see(ctx context.Context, tx *sqlx.Tx, file int64, rows []findingRow) ([]findingRow, error) {
	if err := write(ctx, tx, file, rows); err != nil {
		return nil, err
	}
	if err := gone(ctx, tx, file, rows, func(rule string) bool { return rule != knownRule }); err != nil {
		return nil, err
	}
	var old []struct {
		Loan      int64      `db:"loan"`
		Rule      string     `db:"rule"`
		About     string     `db:"about"`
		Months    int        `db:"months"`
		FirstSeen rules.Date `db:"first_seen_on"`
		Owner     string     `db:"owner"`
	}
	if err := tx.SelectContext(ctx, &old, findingOld, file, knownRule); err != nil {
		return nil, err
	}
	known := make([]findingRow, len(old))
	for i, o := range old {
		known[i] = newFinding(o.Loan, rules.KnownLong(o.Rule, o.About, o.Months, o.FirstSeen, o.Owner))
	}
	if err := write(ctx, tx, file, known); err != nil {
		return nil, err
	}
	return append(rows, known...), gone(ctx, tx, file, known, func(rule string) bool { return rule == knownRule })
}

func write(ctx context.Context, tx *sqlx.Tx, file int64, rows []findingRow) error {
	for begin := 0; begin < len(rows); begin += findingBatch {
		some := rows[begin:min(begin+findingBatch, len(rows))]
		if err := database.WriteRows(ctx, tx, findingAdd, some, file); err != nil {
			return err
		}
		if err := database.WriteRows(ctx, tx, findingSeen, some, file); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, findingCount, file)
	return err
}

// gone takes findings by some rules away from a file in which they are not seen any more.
func gone(ctx context.Context, tx *sqlx.Tx, file int64, rows []findingRow, of func(rule string) bool) error {
	there := make(map[findingKey]bool, len(rows))
	for i := range rows {
		there[rows[i].key()] = true
	}
	var loans, findings database.IntArray
	type row struct {
		findingKey
		finding int64
	}
	columns := func(r *row) []any { return []any{&r.loan, &r.finding, &r.rule, &r.about} }
	err := database.Each(ctx, tx, columns, func(r *row) error {
		if of(r.rule) && !there[r.findingKey] {
			loans, findings = append(loans, r.loan), append(findings, r.finding)
		}
		return nil
	}, findingOfFile, file)
	if err != nil || len(loans) == 0 {
		return err
	}
	if _, err = tx.ExecContext(ctx, findingGone, file, loans, findings); err == nil {
		_, err = tx.ExecContext(ctx, findingRecount, loans, findings)
	}
	return err
}

// grave returns a *GraveError if a file has grave findings that are open.
func grave(ctx context.Context, tx *sqlx.Tx, file int64) error {
	var told []FoundRule
	if err := tx.SelectContext(ctx, &told, findingTold, file); err != nil {
		return fmt.Errorf("read findings: %w", err)
	}
	e := &GraveError{File: file}
	for _, r := range told {
		if r.Harm == rules.Grave && r.Open > 0 {
			e.Rules = append(e.Rules, r)
		}
	}
	if len(e.Rules) == 0 {
		return nil
	}
	return e
}

// OpenFindings returns the numbers of the open findings of a file by a rule.
func OpenFindings(ctx context.Context, db *sqlx.DB, file int64, rule string) (numbers []int64, err error) {
	err = db.SelectContext(ctx, &numbers, findingNumbers, file, rule)
	return numbers, err
}

// AcceptFindings accepts open findings with a reason, as they stand in the last file that has them: a later file that has them asks
// again. It needs a supervisor, and with four eyes another person than those who made the file (batch.ErrNotSupervisor,
// batch.ErrFourEyes). It returns ErrNoFinding or ErrNotOpen.
func AcceptFindings(ctx context.Context, db *sqlx.DB, numbers []int64, who, why string, authority batch.Authority, now time.Time) error {
	return changeFindings(ctx, db, numbers, func(tx *sqlx.Tx, f []lockedFinding) error {
		makers := map[int64][]string{} // by file
		for _, k := range f {
			if _, known := makers[k.LastFile]; !known {
				var made []string
				if err := tx.SelectContext(ctx, &made, fileMakers, k.LastFile); err != nil {
					return err
				}
				makers[k.LastFile] = made
			}
			act := batch.Act{Kind: batch.ActAcceptFinding, About: fmt.Sprintf("finding %d", k.Finding), Who: who, Why: why, Before: makers[k.LastFile]}
			if err := authority.Permit(ctx, tx, act, now); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, findingAccept, database.IntArray(numbers), who, why, now)
		return err
	})
}

// AssignFindings says who sees to open findings, and until when. An empty owner and a date of 0 stay as they are.
func AssignFindings(ctx context.Context, db *sqlx.DB, numbers []int64, owner string, due rules.Date) error {
	return changeFindings(ctx, db, numbers, func(tx *sqlx.Tx, _ []lockedFinding) error {
		_, err := tx.ExecContext(ctx, findingAssign, database.IntArray(numbers), nullable(owner), nullable(due))
		return err
	})
}

// ResolveFindings notes that a person has put open findings right. A look that finds them again opens them again.
func ResolveFindings(ctx context.Context, db *sqlx.DB, numbers []int64, who, why string) error {
	return changeFindings(ctx, db, numbers, func(tx *sqlx.Tx, _ []lockedFinding) error {
		_, err := tx.ExecContext(ctx, findingResolve, database.IntArray(numbers), who, why)
		return err
	})
}

// lockedFinding is a row of FindingLock.
type lockedFinding struct {
	Loan     int64  `db:"loan"`
	Finding  int64  `db:"finding"`
	State    string `db:"state"`
	LastFile int64  `db:"last_file"`
}

// changeFindings changes open findings, all of them or none. It is durable when it returns.
func changeFindings(ctx context.Context, db *sqlx.DB, numbers []int64, change func(*sqlx.Tx, []lockedFinding) error) error {
	return database.InRetriedTx(ctx, db, func(tx *sqlx.Tx) error {
		var locked []lockedFinding
		if err := tx.SelectContext(ctx, &locked, findingLock, database.IntArray(numbers)); err != nil {
			return err
		}
		there := map[int64]string{}
		for _, k := range locked {
			there[k.Finding] = k.State
		}
		for _, n := range numbers {
			switch state, known := there[n]; {
			case !known:
				return fmt.Errorf("finding %d: %w", n, ErrNoFinding)
			case state != "OPEN":
				return fmt.Errorf("finding %d: %w: it is %s", n, ErrNotOpen, state)
			}
		}
		return change(tx, locked)
	})
}
