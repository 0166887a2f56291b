package bureau

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// WhatIf asks what the last files would say if a setting of the rules were another one. Nil and empty: as it is.
//
// The settings are taken to have been in force since the files before: the moves of the nights from then on are decided anew (DQ4, DQ5,
// DQ6, PO1 to PO6), and then each tradeline, by all that is known now. Earlier moves stay, because no night takes them back, and so does
// what earlier files said. Nothing is written.
type WhatIf struct {
	DelinquentAfter  *int                    // N1 of DQ4; 0: never
	ChargeOffAfter   *int                    // N2 of DQ5; 0: never
	Method           rules.DelinquencyMethod // Q31: by which statuses and history count: days or months
	TrailingReports  *int                    // DC10
	ChargeOffPastDue rules.ChargeOffPastDue  // Q33

	Product string     // the settings of this product alone; empty: of all
	Program string     // and of this program alone
	AsOf    rules.Date // the files of this date; 0: the newest
}

var (
	// ErrWhatIf: what is asked for cannot be tried.
	ErrWhatIf = errors.New("that cannot be simulated")
	// ErrNoFiles: no file counts of that date.
	ErrNoFiles = errors.New("no file counts of that date")
)

// Bounds of settings that are tried.
const (
	mostUnderpaid = 120 // cycles
	whatIfChunk   = 2000
)

// Check returns ErrWhatIf for settings that no product or program can have.
func (q WhatIf) Check() error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{ErrWhatIf}, args...)...)
	}
	for _, n := range []struct {
		name        string
		value       *int
		least, most int
	}{
		{"N1, the underpaid cycles until a loan is delinquent,", q.DelinquentAfter, 0, mostUnderpaid},
		{"N2, the further underpaid cycles until it is charged off,", q.ChargeOffAfter, 0, mostUnderpaid},
		{"the number of trailing reports", q.TrailingReports, 1, 3},
	} {
		if n.value != nil && (*n.value < n.least || *n.value > n.most) {
			return wrong("%s is %d, not from %d to %d", n.name, *n.value, n.least, n.most)
		}
	}
	switch {
	case q.Method != "" && q.Method != rules.ByDays && q.Method != rules.ByMonths:
		return wrong("delinquency is counted by %s or %s, not by %q", rules.ByDays, rules.ByMonths, q.Method)
	case q.ChargeOffPastDue != "" && q.ChargeOffPastDue != rules.PastDueBalance && q.ChargeOffPastDue != rules.PastDueZero:
		return wrong("the amount past due of a charge-off is %s or %s, not %q", rules.PastDueBalance, rules.PastDueZero, q.ChargeOffPastDue)
	case q.DelinquentAfter == nil && q.ChargeOffAfter == nil && q.TrailingReports == nil && q.Method == "" && q.ChargeOffPastDue == "":
		return wrong("no setting is changed")
	}
	return nil
}

// Effects are what would be otherwise.
type Effects struct {
	AsOf      rules.Date      `json:"as_of"`
	Since     rules.Date      `json:"since"` // the settings are taken to be in force after it
	Loans     int64           `json:"loans"` // that the files are about
	Changed   int64           `json:"changed_loans"`
	Consumers int64           `json:"changed_consumers"` // of these loans, each once, if a file tells or would tell of them
	Kept      int64           `json:"kept_loans"`        // whose moves were not decided anew, because people or closed days had a hand in them
	Files     []FileEffect    `json:"files"`
	Fields    []FieldEffect   `json:"fields"`     // the most changed first
	Statuses  []StatusEffect  `json:"statuses"`   // of records; a reason where a file leaves the account out
	LoanMoves []StatusEffect  `json:"loan_moves"` // of the loans themselves
	Examples  []ExampleEffect `json:"examples"`
}

// FileEffect is what would be otherwise in one file.
type FileEffect struct {
	File        int64  `json:"file"`
	Program     string `json:"program_id"`
	Destination string `json:"destination"`
	Records     int64  `json:"records"`       // by the settings as they are
	Would       int64  `json:"would_records"` // by the others
	Changed     int64  `json:"changed"`       // records that differ, come or go
}

// FieldEffect counts the records in which a field would be another one.
type FieldEffect struct {
	Field   string `json:"field"`
	Records int64  `json:"records"`
}

// StatusEffect counts what would have another status.
type StatusEffect struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Count int64  `json:"count"`
}

// ExampleEffect is a loan that would be told of otherwise. Who shows it masks the account number.
type ExampleEffect struct {
	Loan          int64         `json:"-"`
	LoanID        string        `json:"loan_id"`
	AccountNumber string        `json:"account_number"`
	File          int64         `json:"file"`
	From          string        `json:"from"`
	To            string        `json:"to"`
	Rule          string        `json:"rule"` // by which it would be so
	Fields        []FieldChange `json:"fields"`
}

// FieldChange is a field before and after. What may hold an identifying value is not shown.
type FieldChange struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// examplesEach and examplesMost bound the examples: of each change of status, and of all.
const (
	examplesEach = 3
	examplesMost = 60
)

// untold are the columns that no record shows as they are.
var untold = []string{
	"loan", "account_number", "history_chain", "history_character", "first_missed_due_on", "receipts_known", "final", "episode", "record_bytes",
	"rule", "facts", "boarded",
}

// hiddenColumns may hold what identifies somebody: examples say only that they change.
var hiddenColumns = []string{"segments", "consumers"}

// Effects tries the settings on the book, a chunk at a time, each in a transaction that writes nothing. done is told after each chunk how far
// it is, as a key of the last loan; it may be nil.
//
// Errors to branch on: ErrWhatIf, ErrNoFiles.
func (q WhatIf) Effects(ctx context.Context, db *sqlx.DB, v book.Vault, done func(loan, last int64)) (*Effects, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	w := whatIf{WhatIf: q, vault: v, fields: map[string]int64{}, statuses: map[[2]string]int64{}, moves: map[[2]string]int64{}}
	if err := w.open(ctx, db); err != nil {
		return nil, fmt.Errorf("simulate: %w", err)
	}
	for after := int64(0); after < w.last; after += whatIfChunk {
		c := batch.Chunk{Run: w.files[0].Run, Date: w.effects.AsOf, After: after, Last: min(after+whatIfChunk, w.last)}
		err := database.InTx(ctx, db, func(tx *sqlx.Tx) error { return w.chunk(ctx, tx, c) }) // not read only: the facts of loans with news are held for so long
		if err != nil {
			return nil, fmt.Errorf("simulate: loans %d to %d: %w", c.After+1, c.Last, err)
		}
		if done != nil {
			done(c.Last, w.last)
		}
	}
	return w.result(ctx, db)
}

// whatIf is a simulation under way.
type whatIf struct {
	WhatIf
	vault            book.Vault
	product, program int64 // keys of those whose settings change, 0: all
	files            []Building
	last             int64 // loan
	effects          Effects

	fields          map[string]int64
	statuses, moves map[[2]string]int64
	consumers       []uint64 // a bit for each customer
}

// open finds the files, and what is named.
func (w *whatIf) open(ctx context.Context, db *sqlx.DB) error {
	var asOf *rules.Date
	if w.AsOf != 0 {
		asOf = &w.AsOf
	}
	var rows []struct {
		Building
		LastLoan int64 `db:"last_loan"`
	}
	if err := db.SelectContext(ctx, &rows, whatIfFiles, asOf); err != nil {
		return err
	}
	if len(rows) == 0 {
		return ErrNoFiles
	}
	var keys struct {
		Product *int64 `db:"product"`
		Program *int64 `db:"program"`
	}
	if err := db.GetContext(ctx, &keys, whatIfKeys, w.Product, w.Program); err != nil {
		return err
	}
	for _, named := range []struct {
		what, id string
		key      *int64
		to       *int64
	}{{"product", w.Product, keys.Product, &w.product}, {"program", w.Program, keys.Program, &w.program}} {
		switch {
		case named.id == "":
		case named.key == nil:
			return fmt.Errorf("%w: there is no %s %q", ErrWhatIf, named.what, named.id)
		default:
			*named.to = *named.key
		}
	}
	w.effects.AsOf = rows[0].AsOf
	for i := range rows {
		w.files, w.last = append(w.files, rows[i].Building), max(w.last, rows[i].LastLoan)
		w.effects.Files = append(w.effects.Files, FileEffect{File: rows[i].File, Program: rows[i].ProgramID, Destination: rows[i].DestinationName})
		if since := rows[i].PreviousOn; w.effects.Since == 0 || since < w.effects.Since {
			w.effects.Since = since
		}
	}
	if w.effects.Since == 0 {
		w.effects.Since = w.effects.AsOf.AddMonths(-1)
	}
	return nil
}

// changed are the settings with what is tried.
func (w *whatIf) changed(s *book.Settings) *book.Settings {
	tried := *s
	tried.Products, tried.Programs = maps.Clone(s.Products), maps.Clone(s.Programs)
	for key, p := range tried.Products {
		if w.product != 0 && w.product != key {
			continue
		}
		for _, n := range []struct{ asked, setting *int }{
			{w.DelinquentAfter, &p.DelinquentAfter}, {w.ChargeOffAfter, &p.ChargeOffAfter}, {w.TrailingReports, &p.TrailingReports},
		} {
			if n.asked != nil {
				*n.setting = *n.asked
			}
		}
		p.DelinquencyMethod = cmp.Or(w.Method, p.DelinquencyMethod)
		tried.Products[key] = p
	}
	for key, p := range tried.Programs {
		if w.program == 0 || w.program == key {
			p.ChargeOffPastDue = cmp.Or(w.ChargeOffPastDue, p.ChargeOffPastDue)
			tried.Programs[key] = p
		}
	}
	return &tried
}

// sides are a file's two sides: as it is, and as it would be.
type sides struct {
	file   int // of the files
	is, as part
}

// chunk tries the loans of a chunk.
func (w *whatIf) chunk(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) error {
	byName, err := readAround(ctx, tx, c, w.files)
	if err != nil {
		return err
	}
	histories, err := book.Histories(ctx, tx, c.After, c.Last, w.effects.Since)
	if err != nil {
		return err
	}
	byProgram := map[int64][]*sides{}
	var settings, tried *book.Settings
	for i, b := range w.files {
		a := byName[b.DestinationName]
		maps.DeleteFunc(a.deletedOn, func(_ int64, on rules.Date) bool { return on >= b.AsOf }) // by this file, or by a later one
		if settings == nil {
			settings, tried = a.Settings, w.changed(a.Settings)
		}
		other := *a
		other.Settings, other.consumers = tried, nil
		byProgram[b.Program] = append(byProgram[b.Program], &sides{i, part{file: b, around: a}, part{file: b, around: &other}})
	}
	return w.vault.Each(ctx, tx, c.After, c.Last, func(f *book.Facts) error {
		files := byProgram[f.Terms.Program]
		if len(files) == 0 {
			return nil
		}
		w.effects.Loans++
		state := rules.StateAsOf(f.State, files[0].is.around.histories[f.Loan], w.effects.AsOf)
		would := w.replayed(f, settings, tried, histories[f.Loan], state)
		if would.Status != state.Status {
			w.moves[[2]string{string(state.Status), string(would.Status)}]++
		}
		touched := false
		for _, s := range files {
			differs, err := w.compare(f, s, state, would)
			if err != nil {
				return err
			}
			touched = touched || differs
		}
		if touched {
			w.effects.Changed++
		}
		return nil
	})
}

// replayed is the state that a loan would have had on the calendar date: the nights since the files before are decided by the settings as
// they are and by the others. Where both say the same, or what is decided by the ones as they are is not what happened, it stays.
func (w *whatIf) replayed(f *book.Facts, settings, tried *book.Settings, history []rules.Change, state rules.State) rules.State {
	is, as := settings.Products[f.Terms.Product].Product, tried.Products[f.Terms.Product].Product
	if is.DelinquentAfter == as.DelinquentAfter && is.ChargeOffAfter == as.ChargeOffAfter {
		return state
	}
	begun := rules.StateAsOf(f.State, history, w.effects.Since)
	would, ok := w.nights(f, tried, begun)
	base, known := w.nights(f, settings, begun)
	switch {
	case ok && known && would == base:
		return state
	case !ok || !known || base.Status != state.Status || base.ClosedOn != state.ClosedOn:
		w.effects.Kept++
		return state
	}
	return would
}

// mostNights bounds the nights that are decided anew of a loan: those of a month and some.
const mostNights = 100

// nights takes a state through the nights since the files before; false: the loan cannot be decided.
func (w *whatIf) nights(f *book.Facts, s *book.Settings, state rules.State) (rules.State, bool) {
	d := w.effects.Since
	l := f.Rules(s, d)
	for range mostNights {
		l.State = state
		if d = rules.NextLook(&l, f.Ledger, d); d > w.effects.AsOf {
			return state, true
		}
		l = f.Rules(s, d)
		l.State = state
		move, moved, err := rules.Delinquency(&l, d)
		if err != nil {
			return state, false
		}
		if moved {
			state = state.After(move, d)
			continue
		}
		moves, _ := rules.ClosureBetween(&l, d-1, d)
		for _, m := range moves {
			state = state.After(m, d)
		}
	}
	return state, false
}

// saying is what a file says of a loan: a line, or why there is none.
type saying struct {
	*rules.Tradeline
	left string // the reason
}

// status is the account status, or the reason why the account is left out.
func (t saying) status() string {
	if t.Tradeline == nil {
		return t.left
	}
	return t.AccountStatus
}

// say decides what a side of a file says of a loan in a state.
func (p *part) say(f *book.Facts, state rules.State) (saying, error) {
	account := p.around.account(f, &p.file)
	account.State = state
	t, excluded, err := rules.Furnish(&account)
	if err != nil {
		if _, is := errors.AsType[*rules.Undecidable](err); !is {
			return saying{}, err
		}
		excluded = leftOutFor(err)
	}
	if excluded != nil {
		return saying{left: excluded.Reason}, nil
	}
	return saying{Tradeline: t}, nil
}

// compare compares both sides of a file for a loan, and reports whether they differ.
func (w *whatIf) compare(f *book.Facts, s *sides, state, would rules.State) (differs bool, err error) {
	if s.is.otherCycle(f) != "" {
		return false, nil
	}
	is, err := s.is.say(f, state)
	if err != nil {
		return false, err
	}
	as, err := s.as.say(f, would)
	if err != nil {
		return false, err
	}
	effect := &w.effects.Files[s.file]
	if is.Tradeline != nil {
		effect.Records++
	}
	if as.Tradeline != nil {
		effect.Would++
	}
	changes := is.changes(as)
	if is.status() == as.status() && len(changes) == 0 {
		return false, nil
	}
	effect.Changed++
	for _, c := range changes {
		w.fields[c.Field]++
	}
	key := [2]string{is.status(), as.status()}
	if key[0] != key[1] {
		w.statuses[key]++
	}
	w.meet(f, is, as)
	w.example(f, s, key, is, as, changes)
	return true, nil
}

// changes lists the fields that differ between two records; none where one side has none.
func (t saying) changes(o saying) (changes []FieldChange) {
	if t.Tradeline == nil || o.Tradeline == nil {
		return nil
	}
	a, b := Line{Furnished: t.Furnished}, Line{Furnished: o.Furnished}
	for i := range columns {
		c := &columns[i]
		if slices.Contains(untold, c.name) {
			continue
		}
		if from, to := c.shown(&a), c.shown(&b); from != to {
			changes = append(changes, FieldChange{c.name, from, to})
		}
	}
	return changes
}

// shown is a column's value as a text.
func (c *column) shown(l *Line) string {
	switch {
	case c.text != nil:
		return *c.text(l)
	case c.day != nil:
		if d := *c.day(l); d != 0 {
			return d.String()
		}
		return ""
	case c.amount != nil:
		return strconv.FormatInt(*c.amount(l), 10)
	case c.coded != nil:
		return c.coded(l).String()
	}
	return ""
}

// meet notes the consumers of whom a side tells.
func (w *whatIf) meet(f *book.Facts, is, as saying) {
	for i := range f.Consumers {
		tells := func(t saying) bool {
			return t.Tradeline != nil && i < len(t.Placed) && t.Placed[i].Segment != rules.LeftOut
		}
		if !tells(is) && !tells(as) {
			continue
		}
		at := int(f.Consumers[i].Customer / 64)
		if at >= len(w.consumers) {
			w.consumers = append(w.consumers, make([]uint64, at+1-len(w.consumers))...)
		}
		if bit := uint64(1) << (f.Consumers[i].Customer % 64); w.consumers[at]&bit == 0 {
			w.consumers[at] |= bit
			w.effects.Consumers++
		}
	}
}

// example keeps a loan as an example of its change, if there are few.
func (w *whatIf) example(f *book.Facts, s *sides, key [2]string, is, as saying, changes []FieldChange) {
	alike := 0
	for i := range w.effects.Examples {
		if e := &w.effects.Examples[i]; e.From == key[0] && e.To == key[1] {
			alike++
		}
	}
	if alike >= examplesEach || len(w.effects.Examples) >= examplesMost {
		return
	}
	e := ExampleEffect{Loan: f.Loan, File: s.is.file.File, From: key[0], To: key[1]}
	if as.Tradeline != nil {
		e.Rule = as.Rule
	} else if is.Tradeline != nil {
		e.Rule = is.Rule
	}
	for _, c := range changes {
		if slices.Contains(hiddenColumns, c.Field) {
			c.From, c.To = "", ""
		}
		e.Fields = append(e.Fields, c)
	}
	w.effects.Examples = append(w.effects.Examples, e)
}

// result puts the counts in order and names the examples.
func (w *whatIf) result(ctx context.Context, db *sqlx.DB) (*Effects, error) {
	e := &w.effects
	for field, n := range w.fields {
		e.Fields = append(e.Fields, FieldEffect{field, n})
	}
	slices.SortFunc(e.Fields, func(a, b FieldEffect) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.Field, b.Field))
	})
	e.Statuses, e.LoanMoves = ordered(w.statuses), ordered(w.moves)
	keys := make(database.IntArray, len(e.Examples))
	for i := range e.Examples {
		keys[i] = e.Examples[i].Loan
	}
	var named []struct {
		Loan          int64  `db:"loan"`
		LoanID        string `db:"loan_id"`
		AccountNumber string `db:"account_number"`
	}
	if err := db.SelectContext(ctx, &named, whatIfLoans, keys); err != nil {
		return nil, fmt.Errorf("simulate: name the examples: %w", err)
	}
	for i := range e.Examples {
		for _, n := range named {
			if n.Loan == e.Examples[i].Loan {
				e.Examples[i].LoanID, e.Examples[i].AccountNumber = n.LoanID, n.AccountNumber
			}
		}
	}
	return e, nil
}

// ordered lists counts of changes, the greatest first.
func ordered(counts map[[2]string]int64) []StatusEffect {
	list := make([]StatusEffect, 0, len(counts))
	for key, n := range counts {
		list = append(list, StatusEffect{key[0], key[1], n})
	}
	slices.SortFunc(list, func(a, b StatusEffect) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return list
}

var (
	whatIfFiles = database.Query("bureau", "WhatIfFiles")
	whatIfKeys  = database.Query("bureau", "WhatIfKeys")
	whatIfLoans = database.Query("bureau", "WhatIfLoans")
)
