package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/serve/console"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// monthDesk does for the console's month what the commands of files and findings do.
type monthDesk struct {
	*app
	db        *database.Database
	vault     func() book.Vault
	authority batch.Authority // without who and where; who made a file neither releases it here nor accepts its findings, whatever the commands allow
}

func (m *monthDesk) actions() console.MonthActions {
	return console.MonthActions{
		Due: m.due,
		Status: func(status string) string {
			if code := metro2.AccountStatuses.Find(status); code != nil {
				return code.Meaning
			}
			return ""
		},
		Count: func(ctx context.Context, files []int64) error {
			for _, file := range files {
				if _, err := bureau.CountFile(ctx, m.db.DB, file, m.now()); err != nil {
					return refusalOf(err)
				}
			}
			return nil
		},
		Files: console.MonthFileActions{Look: m.look, Preview: m.preview, Change: m.change, Replace: m.replace},
		Findings: console.FindingActions{
			Accept: m.findings("accepted", func(ctx context.Context, numbers []int64, a console.FindingAct) error {
				authority := m.authority
				authority.Host, authority.FourEyes = a.From, true
				return bureau.AcceptFindings(ctx, m.db.DB, numbers, a.Who, a.Why, authority, m.now())
			}),
			Assign: m.findings("assigned", func(ctx context.Context, numbers []int64, a console.FindingAct) error {
				return bureau.AssignFindings(ctx, m.db.DB, numbers, a.Owner, a.Due)
			}),
			Resolve: m.findings("put right", func(ctx context.Context, numbers []int64, a console.FindingAct) error {
				return bureau.ResolveFindings(ctx, m.db.DB, numbers, a.Who, a.Why)
			}),
		},
	}
}

// due lists the files that the calendar owes as of some dates, as furnisher calendar does.
func (m *monthDesk) due(ctx context.Context, first, last rules.Date) ([]console.DueFile, error) {
	c, err := book.ReadCalendar(ctx, m.db.DB)
	if err != nil {
		return nil, err
	}
	programs, err := inquiry.Programs(ctx, m.db.DB)
	if err != nil {
		return nil, err
	}
	var due []console.DueFile
	for _, p := range programs {
		for _, f := range filesOf(c, p, first, last) {
			due = append(due, console.DueFile{Program: f.Program, AsOf: f.AsOf, Night: f.Night})
		}
	}
	return due, nil
}

// look is furnisher preflight.
func (m *monthDesk) look(ctx context.Context, a console.FileAct) (*console.Told, error) {
	limits, err := m.driftLimits()
	if err != nil {
		return nil, err
	}
	looked, err := bureau.Preflight{Vault: m.vault(), Limits: limits, Who: a.Who, Now: m.now(), Progress: a.Progress}.Run(ctx, m.db.DB, a.File)
	if err != nil {
		return nil, refusalOf(err)
	}
	s := looked[0]
	grave := s.Open(rules.Grave)
	open := grave + s.Open(rules.Serious) + s.Open(rules.Slight)
	told := &console.Told{Sentence: fmt.Sprintf("Looked at %d accounts of file %d: %d findings are open, %d of them grave.", s.Accounts, s.File, open, grave)}
	if s.More > 0 {
		told.Notes = append(told.Notes, fmt.Sprintf("%d more findings are not kept.", s.More))
	}
	return told, nil
}

// move is the change that somebody asks for.
func (m *monthDesk) move(a console.FileAct) (bureau.Move, error) {
	move := bureau.Move{
		File: a.File, To: bureau.State(a.To), SHA256: a.SHA256, Who: a.Who, Why: a.Why, Acknowledged: a.Acknowledged,
		Authority: m.authority, Vault: m.vault(), Progress: a.Progress,
	}
	move.Authority.Host, move.Authority.FourEyes = a.From, true
	return move, m.settleMove(&move)
}

// preview is furnisher files release --dry-run. It asks for no acknowledgement: it says what must be acknowledged.
func (m *monthDesk) preview(ctx context.Context, a console.FileAct) (*console.Told, error) {
	a.To = string(bureau.Released)
	settled := words(m.getenv("FURNISHER_ACKNOWLEDGE"))
	move, err := m.move(a)
	if err != nil {
		return nil, err
	}
	move.Acknowledged = []string{bureau.AllWarnings}
	effect, err := bureau.Preview(ctx, m.db.DB, move, m.now())
	if err != nil {
		return nil, refusalOf(err)
	}
	told := m.told(a.File, bureau.Released, &effect)
	told.Preview, told.Sentence = true, fmt.Sprintf("File %d would be RELEASED; nothing was changed.", a.File)
	for _, w := range effect.Warned {
		if !slices.Contains(settled, w.Rule) && !slices.Contains(settled, bureau.AllWarnings) {
			told.Warnings = append(told.Warnings, console.RuleFound{Rule: w.Rule, Found: w.Found, Says: strings.Join(w.Says, "; ")})
		}
	}
	f, err := inquiry.ShowFile(ctx, m.db.DB, a.File)
	if err == nil {
		told.SHA256 = f.SHA256
	}
	return told, err
}

// change is furnisher files release, transmit, accept, void and reject.
func (m *monthDesk) change(ctx context.Context, a console.FileAct) (*console.Told, error) {
	move, err := m.move(a)
	if err != nil {
		return nil, err
	}
	effect, err := bureau.Change(ctx, m.db.DB, move, m.now())
	if err != nil {
		return nil, refusalOf(err)
	}
	return m.told(a.File, move.To, &effect), nil
}

// told is what a change of a file's state has done.
func (m *monthDesk) told(file int64, to bureau.State, effect *bureau.Effect) *console.Told {
	told := &console.Told{Sentence: fmt.Sprintf("File %d is %s.", file, to), Notes: followNotes(file, to, effect)}
	if b := effect.Balance; b != nil {
		before, whole := balanceLines(b)
		for _, line := range append(before, whole...) {
			name := strings.TrimSpace(line.text)
			told.Figures = append(told.Figures, console.Figure{Name: name, Value: fmt.Sprint(line.count), Part: name != line.text})
		}
	}
	if to == bureau.Released {
		told.Notes = append([]string{"The file was " + comparedText(effect.Compared) + "."}, told.Notes...)
		return told
	}
	for _, f := range []console.Figure{
		{Name: "answers of bureaus answered", Value: fmt.Sprint(effect.Answered)}, {Name: "deletions given back", Value: fmt.Sprint(effect.Deletions)},
		{Name: "answers open again", Value: fmt.Sprint(effect.Reopened)}, {Name: "corrections in force again", Value: fmt.Sprint(effect.Restored)},
	} {
		if f.Value != "0" {
			told.Figures = append(told.Figures, f)
		}
	}
	return told
}

// replace is furnisher files replace.
func (m *monthDesk) replace(ctx context.Context, a console.FileAct) (*console.Told, error) {
	dir, err := m.filesDir()
	if err != nil {
		return nil, err
	}
	done, err := bureau.Files{Dir: dir, VendorVersion: version, Vault: m.vault()}.Replace(ctx, m.db.DB, m.db.Direct, a.File, a.Who, a.Why, m.now())
	if err != nil {
		return nil, refusalOf(err)
	}
	n, b := done.New, done.Before
	return &console.Told{Sentence: fmt.Sprintf("File %d replaces file %d: records %d (before %d), excluded %d (%d), deletions %d (%d).",
		n.File, b.File, n.Records, b.Records, n.Excluded, b.Excluded, n.Deletions, b.Deletions)}, nil
}

// findings is furnisher findings accept, assign or resolve.
func (m *monthDesk) findings(says string, do func(context.Context, []int64, console.FindingAct) error) func(context.Context, console.FindingAct) (*console.Told, error) {
	return func(ctx context.Context, a console.FindingAct) (*console.Told, error) {
		found := a.Findings
		if a.Rule != "" {
			var err error
			if found, err = bureau.OpenFindings(ctx, m.db.DB, a.File, a.Rule); err != nil {
				return nil, err
			}
			if len(found) == 0 {
				return nil, &console.Refusal{Words: fmt.Sprintf("File %d has no open finding by %s.", a.File, a.Rule), Next: "Load the list again."}
			}
		}
		if err := do(ctx, found, a); err != nil {
			return nil, refusalOf(err)
		}
		if len(found) == 1 {
			return &console.Told{Sentence: fmt.Sprintf("Finding %d is %s.", found[0], says)}, nil
		}
		return &console.Told{Sentence: fmt.Sprintf("%d findings are %s.", len(found), says)}, nil
	}
}

// refusals are the words for errors with which nothing has changed. An error's own words may name a path of this machine: with shown they
// do not.
var refusals = []struct {
	is          error
	words, next string
	shown       bool
}{
	{batch.ErrNotSupervisor, "It needs a supervisor.", "Ask a supervisor; the settings of the service name them.", false},
	{batch.ErrFourEyes, "Another person must do that: who made the file does not release it.", "Ask another supervisor.", false},
	{bureau.ErrGrave, "", "Put the book right, void the file and replace it; or a supervisor accepts the findings with a reason.", true},
	{bureau.ErrWarnings, "Warnings of the file are not acknowledged.", "Preview the release again, and acknowledge each rule that it lists.", false},
	{bureau.ErrFindings, "The file has errors of the record format.", "furnisher files verify names the rules. Correct the data, void the file and replace it.", false},
	{bureau.ErrFileDiffers, "The file on disk is not the one that was made.", "Who runs the service puts the original back: furnisher files rebuild.", false},
	{bureau.ErrUnbalanced, "", "furnisher files balance names the loans. Void the file and replace it.", true},
	{bureau.ErrOrder, "", "Send that one first, or void it.", true},
	{bureau.ErrInWork, "", "Wait until the night ends.", true},
	{bureau.ErrDelivering, "The file is being delivered.", "Wait for the end of the delivery.", false},
	{bureau.ErrSent, "", "Deliver it to the end, then reject it.", true},
	{bureau.ErrNoRecords, "", "A file that was not sent is made again with its records: void it, then replace it.", true},
	{bureau.ErrCounted, "A file of that date or of a later one counts, so none is made again.", "The next regular file tells of every account.", false},
	{bureau.ErrInvalidFile, "The new file would have errors of the record format, so none was made.", "Correct the data, then try again. The command furnisher files replace names the records.", false},
	{bureau.ErrState, "", "Load the page of the file: it shows its state.", true},
	{bureau.ErrNoFile, "There is no such file.", "", false},
	{bureau.ErrFolder, "The folder of the files cannot be written.", "Ask who runs the service.", false},
	{bureau.ErrNoFinding, "", "Load the list again.", true},
	{bureau.ErrNotOpen, "", "Load the list again: it shows what was done.", true},
	{batch.ErrLocked, "A night, an import or another operation holds the book.", "Try again when it has ended.", false},
	{batch.ErrUnfinished, "A night is not finished.", "Finish it first.", false},
}

// refusalOf is an error in words for a person, if it means that nothing was done.
func refusalOf(err error) error {
	for _, r := range refusals {
		if !errors.Is(err, r.is) {
			continue
		}
		if r.shown {
			r.words = strings.ToUpper(err.Error()[:1]) + err.Error()[1:] + "."
		}
		return &console.Refusal{Words: r.words, Next: r.next}
	}
	if errors.Is(err, os.ErrPermission) {
		return &console.Refusal{Words: "The folder of the files cannot be written.", Next: "Ask who runs the service."}
	}
	return err
}
