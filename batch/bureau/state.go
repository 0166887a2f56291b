package bureau

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/seal"
	"github.com/furnisher/furnisher/rules"
)

// State is the state of a file.
type State string

// The states of a file. VOIDED is for a file that was never sent, REJECTED for one that a bureau refused whole.
const (
	Generated   State = "GENERATED"
	Released    State = "RELEASED"
	Transmitted State = "TRANSMITTED"
	Accepted    State = "ACCEPTED"
	Voided      State = "VOIDED"
	Rejected    State = "REJECTED"

	inWork State = "BUILDING" // not written yet
)

// follows lists the states that may follow each state.
var follows = map[State][]State{
	Generated:   {Released, Voided},
	Released:    {Transmitted, Voided},
	Transmitted: {Accepted, Rejected},

	BoardedState: {Voided},
}

// Errors that a caller of Change branches on. With any of them nothing has changed.
var (
	// ErrNoFile: there is no such file.
	ErrNoFile = errors.New("no such file")
	// ErrState: the file cannot go from its state to that one.
	ErrState = errors.New("the file cannot change to that state")
	// ErrFileDiffers: the file on disk is not the one that was made.
	ErrFileDiffers = errors.New("the file on disk is not the one that was made")
	// ErrFindings: a rule finds an error in the file.
	ErrFindings = errors.New("the file has errors")
	// ErrWarnings: a rule gives a warning that nobody acknowledged. It is an *UnacknowledgedError.
	ErrWarnings = errors.New("the file has warnings that were not acknowledged")
	// ErrOrder: an earlier file of the destination goes first. It is an *OrderError.
	ErrOrder = errors.New("an earlier file goes first")
	// ErrInWork: a file that goes by this one is being made.
	ErrInWork = errors.New("a later file is being made that goes by this one")
	// ErrSent: the file may have reached an address, so it cannot be voided.
	ErrSent = errors.New("the file may have been sent")
)

// OrderError names the file that goes first.
type OrderError struct{ File int64 }

func (e *OrderError) Error() string {
	return fmt.Sprintf("%v: file %d is released and was not sent", ErrOrder, e.File)
}

func (e *OrderError) Unwrap() error { return ErrOrder }

// Move asks for a change of a file's state.
type Move struct {
	File         int64
	To           State
	SHA256       string // of the file that who asks has looked at; empty: whatever it is
	Who, Why     string
	Acknowledged []string // the rules whose warnings are no obstacle to a release; AllWarnings for every one
	Authority    batch.Authority
	Archive      seal.Recipients // for whom a file that is taken back is encrypted; nobody: it is not
	Outgoing     string          // the folder of what was encrypted for addresses; empty: there is none
	Vault        book.Vault      // opens the records of a file that is released, and of the one before it, where that is not on the disk
	Drift        rules.DriftLimits
	Progress     func(done, of int) // of the look before a release; nil: nobody hears of it
}

// supervised are the moves that need a supervisor.
var supervised = map[State]batch.ActKind{Released: batch.ActRelease, Voided: batch.ActVoid, Rejected: batch.ActReject}

// AllWarnings acknowledges the warnings of every rule.
const AllWarnings = "all"

// Effect is what a change of a file's state does to what the file said, and what follows for other files.
type Effect struct {
	Answered  int64 // answers of bureaus that the file answers (BR11)
	Open      OpenAnswers
	Deletions int64 // they go into the next file (DC6)
	Reopened  int64
	Restored  int64 // locks of fields that last again (BR9)

	Acknowledged []string   // rules whose warnings the file was released with
	Warned       []Warned   // the same, with what they say
	Compared     []Compared // the files that it was compared with for that
	Balance      *Balance   // of the file that was released
	Waiting      []int64    // earlier files of the destination that were not released
	Overtaken    []int64    // later files of the destination that were sent before this one
	Later        []int64    // later ones, which were made as if this one were sent
	Copies       []string   // of one that was taken back, in folders from which people send
	Sealed       []string   // of one that was taken back, encrypted and not delivered: they are removed
}

// OpenAnswers counts the answers of bureaus that were open at a file's destination when it was made (BR11). They come back with every
// file until one tells of the account, or a person closes them.
type OpenAnswers struct {
	All  int64 `db:"open"`
	Told int64 `db:"told"` // the file tells of the account: it answers them when it is sent
}

// Change takes a file to another state and notes who did it and why. It is durable when Change returns.
//
// Before a file is released it is looked at (Preflight), and what is found is on disk even if the release is refused: ErrGrave while a
// grave finding is open.
//
// Who releases, voids or rejects a file must be a supervisor (batch.ErrNotSupervisor, batch.ErrFourEyes).
// A file moves on only if the one on disk is the one that was made (ErrFileDiffers), is released only without errors of the rules
// and the examiner's checks, by itself and beside the file before (ErrFindings), and with its warnings acknowledged (ErrWarnings),
// and is sent only after the released ones of earlier dates (ErrOrder). It is released only with its balance (BR8), which the database
// holds and which is kept with who released it (ErrUnbalanced). A file that is voided or rejected is moved aside, into a
// folder of that name beside it, and gives its deletions back: they did not count, and go into the next file (DC6). It is not taken
// back while it is delivered (ErrDelivering), and what was encrypted of it and not delivered is removed. A file that was sent answers what bureaus refused
// or changed of its accounts in files before; if it is rejected later, that is open again (BR11). Locks of fields that ended with
// a file that does not count last (BR9).
func Change(ctx context.Context, db *sqlx.DB, m Move, now time.Time) (effect Effect, err error) {
	if err := m.preflight(ctx, db, now, nil); err != nil {
		return Effect{}, err
	}
	err = database.InDurableTx(ctx, db, func(tx *sqlx.Tx) error {
		var present onDisk
		if present, effect, err = enter(ctx, tx, m, now); err != nil {
			return err
		}
		path := present.Path
		if m.To == Voided || m.To == Rejected {
			if path, err = present.moveAside(m.To, m.Archive); err != nil {
				return err
			}
			if err := removeSealed(m.Outgoing, m.File); err != nil {
				return err
			}
		}
		return effect.note(ctx, tx, m, path, now)
	})
	if err != nil {
		return Effect{}, fmt.Errorf("file %d: %w", m.File, unbalancedBy(ctx, db, m.File, err))
	}
	return effect, nil
}

// Preview does all of Change but the move and the commit, and returns what it would do. It has the errors of Change.
func Preview(ctx context.Context, db *sqlx.DB, m Move, now time.Time) (Effect, error) {
	var effect Effect
	var looked *found
	if err := m.preflight(ctx, db, now, &looked); err != nil {
		return Effect{}, err
	}
	err := database.InTx(ctx, db, func(tx *sqlx.Tx) error {
		if looked != nil {
			if _, err := m.look(now).keep(ctx, tx, looked); err != nil {
				return err
			}
		}
		present, found, err := enter(ctx, tx, m, now)
		if err != nil {
			return err
		}
		effect = found
		if m.To == Released { // the database decides, when it is noted, whether the balance holds (BR8)
			if err := effect.note(ctx, tx, m, present.Path, now); err != nil {
				return err
			}
		}
		return errPreview
	})
	if !errors.Is(err, errPreview) {
		return Effect{}, fmt.Errorf("file %d: %w", m.File, unbalancedBy(ctx, db, m.File, err))
	}
	return effect, nil
}

// look is the look at a file before it is released.
func (m *Move) look(now time.Time) Preflight {
	return Preflight{Vault: m.Vault, Limits: m.Drift, Who: m.Who, Now: now, Progress: m.Progress}
}

// preflight looks at a file that may be released, and keeps what it finds, or gives it back if that is asked for. Who has no keys of the
// book cannot read the records: what was found before decides.
func (m *Move) preflight(ctx context.Context, db *sqlx.DB, now time.Time, looked **found) error {
	if m.To != Released || m.Vault.Keys == nil {
		return nil
	}
	var state State
	err := db.GetContext(ctx, &state, preflightState, m.File)
	if err != nil || state != Generated { // the move itself says what is wrong
		return nil
	}
	if looked == nil {
		_, err = m.look(now).Run(ctx, db, m.File)
		return err
	}
	return m.look(now).look(ctx, db, []int64{m.File}, func(f *found) error {
		*looked = f
		return nil
	})
}

// errPreview rolls a preview back.
var errPreview = errors.New("only a preview")

// enter takes what a file said to where it is in another state, and returns the file as it still is.
func enter(ctx context.Context, tx *sqlx.Tx, m Move, now time.Time) (present onDisk, effect Effect, err error) {
	if present, err = lockFile(ctx, tx, m.File); err != nil {
		return present, effect, err
	}
	present.vault = m.Vault
	if m.SHA256 != "" && m.SHA256 != present.SHA256 {
		return present, effect, fmt.Errorf("%w: it is another file than the one that was looked at", ErrState)
	}
	if !slices.Contains(follows[present.State], m.To) {
		if present.State == m.To {
			return present, effect, fmt.Errorf("%w: it is %s already", ErrState, m.To)
		}
		return present, effect, fmt.Errorf("%w: it is %s, not %s", ErrState, present.State, m.To)
	}
	if kind := supervised[m.To]; kind != "" {
		act := batch.Act{Kind: kind, About: fmt.Sprintf("file %d", m.File), Who: m.Who, Why: m.Why}
		if m.To == Released {
			if err := tx.SelectContext(ctx, &act.Before, fileMakers, m.File); err != nil {
				return present, effect, err
			}
		}
		if err := m.Authority.Permit(ctx, tx, act, now); err != nil {
			return present, effect, err
		}
	}
	if err := effect.around(ctx, tx, m); err != nil {
		return present, effect, err
	}
	count := func(n *int64, query string, args ...any) {
		if err == nil {
			*n, err = changed(ctx, tx, query, args...)
		}
	}
	if m.To == Voided {
		if err := unsent(ctx, tx, m.File); err != nil {
			return present, effect, err
		}
	}
	switch m.To {
	case Voided, Rejected: // it does not count
		count(&effect.Deletions, deletionGiveBack, m.File)
		count(&effect.Reopened, answerReopen, m.File, nil)
		count(&effect.Restored, correctionRestore, m.File, nil)
		if err == nil {
			_, err = tx.ExecContext(ctx, caseChangeMove, m.File)
		}
		if err == nil {
			err = notDelivered(ctx, tx, m.File)
		}
		if err == nil {
			effect.Sealed, err = sealedCopies(m.Outgoing, m.File)
		}
		if err == nil {
			effect.Copies, err = Copies(ctx, tx, m.File)
		}
	case Transmitted:
		if err = present.compare(); err == nil {
			count(&effect.Answered, answerByFile, m.File, now)
		}
	case Released:
		effect.Warned, effect.Compared, err = present.releasable(ctx, tx, m.Acknowledged)
		for _, w := range effect.Warned {
			effect.Acknowledged = append(effect.Acknowledged, w.Rule)
		}
		if err == nil {
			err = grave(ctx, tx, m.File)
		}
		if err == nil {
			err = tx.GetContext(ctx, &effect.Open, answerOpenAt, m.File)
		}
	default:
		err = present.compare()
	}
	return present, effect, err
}

// otherFile is another file of a file's destination that was not taken back.
type otherFile struct {
	File    int64      `db:"file"`
	State   State      `db:"state"`
	AsOf    rules.Date `db:"as_of"`
	Earlier bool       `db:"earlier"`
}

// around looks at the other files of the destination: a file is sent after the released ones of earlier dates, and none is taken
// back while a later one is being made that goes by it.
func (e *Effect) around(ctx context.Context, tx *sqlx.Tx, m Move) error {
	if _, err := tx.ExecContext(ctx, fileDestination, m.File); err != nil {
		return err
	}
	var others []otherFile
	if err := tx.SelectContext(ctx, &others, fileAround, m.File); err != nil {
		return err
	}
	back := m.To == Voided || m.To == Rejected
	for _, o := range others {
		switch {
		case m.To == Transmitted && o.Earlier && o.State == Released:
			return &OrderError{o.File}
		case m.To == Transmitted && o.Earlier && o.State == Generated:
			e.Waiting = append(e.Waiting, o.File)
		case (m.To == Released || m.To == Transmitted) && !o.Earlier && (o.State == Transmitted || o.State == Accepted):
			e.Overtaken = append(e.Overtaken, o.File)
		case back && !o.Earlier && o.State == inWork:
			return fmt.Errorf("%w: file %d", ErrInWork, o.File)
		case back && !o.Earlier:
			e.Later = append(e.Later, o.File)
		}
	}
	return nil
}

// unsent returns ErrSent, with the address, for a file that may be at one to which it was delivered. What lies in a folder for a
// person to send is not sent.
func unsent(ctx context.Context, tx *sqlx.Tx, file int64) error {
	var address string
	err := tx.GetContext(ctx, &address, fileSent, file)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("%w: to %s", ErrSent, address)
}

// changed runs a statement and returns how many rows it changed.
func changed(ctx context.Context, tx *sqlx.Tx, query string, args ...any) (int64, error) {
	result, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// lockFile reads a file and locks it against other changes.
func lockFile(ctx context.Context, tx *sqlx.Tx, file int64) (f onDisk, err error) {
	err = tx.GetContext(ctx, &f, fileState, file)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoFile
	}
	return f, err
}

// note writes the new state, where the file is now, and who changed it; the balance of a file that is released is signed with that.
func (e *Effect) note(ctx context.Context, tx *sqlx.Tx, m Move, path string, now time.Time) error {
	if _, err := tx.ExecContext(ctx, fileEventAdd, m.File, m.To, m.Who, m.Why, now, pq.Array(e.Acknowledged)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, fileChange, m.File, m.To, m.Why, path); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, fileAnnounce, m.File); err != nil { // FS5
		return err
	}
	if m.To == Released {
		return e.sign(ctx, tx, m.File)
	}
	return nil
}
