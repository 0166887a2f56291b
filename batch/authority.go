package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/rules"
)

// Errors of Permit. With any of them nothing has changed.
var (
	// ErrNotSupervisor: the act needs a supervisor, and who asks for it is none.
	ErrNotSupervisor = errors.New("only a supervisor may do that")
	// ErrFourEyes: the act needs another person than who asks for it.
	ErrFourEyes = errors.New("another person must do that")
)

// Authority decides who may do what needs a supervisor, and notes that it was done. It is asked in the transaction of the act, and
// by nobody but who does the act, so that no way leads around it.
//
// A supervisor is who is named, or, if the database has the role furnisher_supervisor, whose database user is its member. If nobody
// is named and there is no such role, everybody is. A name is what the program's machine says: the list guards against mistakes; the
// role, which the server checks, against people.
type Authority struct {
	Supervisors []string
	FourEyes    bool   // a file is released by another person than those who ran its night, or made it again
	Host        string // where who acts is, noted with the act
	User        string // who acts at this machine, whoever is named as who asks; empty: who is named has proved it
}

// Act is something that needs a supervisor.
type Act struct {
	Kind     ActKind
	About    string // the file, run, loan or token
	Who, Why string
	Before   []string // who did what this act passes: four eyes want another person
}

// ActKind is the name of an act, a stable key of the ledger.
type ActKind string

// What needs a supervisor.
const (
	ActRelease     ActKind = "RELEASE_FILE"
	ActVoid        ActKind = "VOID_FILE"
	ActReject      ActKind = "REJECT_FILE"
	ActAcceptBrake ActKind = "ACCEPT_BRAKE"
	ActAllowGap    ActKind = "ALLOW_GAP"
	ActAllowDate   ActKind = "ALLOW_DATE"
	ActRunAgain    ActKind = "RUN_AGAIN"
	ActResolve     ActKind = "RESOLVE_EXCEPTION"
	ActTrim        ActKind = "LET_RECORDS_GO"
	ActPurge       ActKind = "PURGE_FILE"
	ActCreateToken ActKind = "CREATE_TOKEN"

	ActAcceptFinding ActKind = "ACCEPT_FINDING"
	ActUnmask        ActKind = "UNMASK_EVIDENCE"

	ActCreateUser   ActKind = "CREATE_USER"
	ActUserRole     ActKind = "CHANGE_USER_ROLE"
	ActUserPassword ActKind = "CHANGE_USER_PASSWORD"
	ActUserDevice   ActKind = "CHANGE_USER_DEVICE"
)

// What needs no supervisor, and is noted as an act all the same.
const (
	ActEndUser ActKind = "END_USER"

	ActRevealAccountNumber ActKind = "REVEAL_ACCOUNT_NUMBER"
	ActRevealRecord        ActKind = "REVEAL_RECORD"
)

// Permit decides whether an act may be done, and notes it. It returns ErrNotSupervisor or ErrFourEyes.
func (a Authority) Permit(ctx context.Context, tx *sqlx.Tx, act Act, now time.Time) error {
	var role struct {
		Made   bool `db:"made"`
		Member bool `db:"member"`
	}
	if err := tx.GetContext(ctx, &role, actRole); err != nil {
		return fmt.Errorf("look for the supervisors' role: %w", err)
	}
	open := len(a.Supervisors) == 0 && !role.Made
	who := act.Who
	if a.User != "" {
		who = a.User
	}
	switch {
	case !open && !role.Member && !slices.Contains(a.Supervisors, who):
		return fmt.Errorf("%w: %s of %s, and %s is none", ErrNotSupervisor, act.Kind, act.About, who)
	case a.FourEyes && slices.ContainsFunc(act.Before, func(before string) bool { return rules.SamePerson(before, who) }):
		return fmt.Errorf("%w: %s of %s, whose night %s ran", ErrFourEyes, act.Kind, act.About, who)
	}
	return a.Note(ctx, tx, act, now)
}

// Note notes an act, whoever does it: for acts that need no supervisor.
func (a Authority) Note(ctx context.Context, tx *sqlx.Tx, act Act, now time.Time) error {
	if _, err := tx.ExecContext(ctx, actAdd, act.Kind, act.About, act.Who, act.Why, a.Host, now); err != nil {
		return fmt.Errorf("note the act: %w", err)
	}
	return nil
}
