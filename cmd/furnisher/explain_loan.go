package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/rules"
)

// answer is what furnisher explain says of a loan.
type answer struct {
	Loan      string        `json:"loan_id"`
	Account   string        `json:"account_number"` // masked
	Decisions []decided     `json:"decisions"`
	File      *fileAnswer   `json:"file"`
	LeftOut   *leftOut      `json:"left_out"`
	Rule      *cited        `json:"rule"` // that decided the account status
	Facts     stored        `json:"facts"`
	Fields    []fieldAnswer `json:"fields"`
	Missing   string        `json:"record_missing,omitempty"` // why the record cannot be shown
	Rebuilt   string        `json:"record_rebuilt,omitempty"` // why it was made again from what the database keeps, and proved

	gone bool   // it is not a matter of the disk, and the reason names no path
	raw  []byte // the record
}

// cited is a rule with its sentence.
type cited struct {
	ID       string `json:"rule"`
	Sentence string `json:"sentence"`
}

// stored are facts as they were written.
type stored = json.RawMessage

// decided is a change of one of the loan's states.
type decided struct {
	inquiry.Change
	Why cited `json:"decided_by"`
}

// fileAnswer says where the record stands.
type fileAnswer struct {
	File        int64      `json:"file"`
	Run         int64      `json:"run"`
	Name        string     `json:"name"`
	State       string     `json:"state"`
	Destination string     `json:"destination"`
	AsOf        rules.Date `json:"as_of"`
	Record      int64      `json:"record"` // the header being 1
	Offset      int64      `json:"offset"` // of the record's first byte in the file
}

// leftOut says why a file does not hold the loan.
type leftOut struct {
	Reason string `json:"reason"`
	Detail string `json:"detail"`
	Why    cited  `json:"decided_by"`
}

// fieldAnswer is one field of the record and where it comes from.
type fieldAnswer struct {
	Segment  string            `json:"segment"`
	Index    int               `json:"index"`
	Num      string            `json:"number"`
	Key      string            `json:"field"`
	Name     string            `json:"name"`
	Position int               `json:"position"` // in the segment
	Start    int               `json:"start"`    // in the record
	Value    string            `json:"value"`    // masked as other inquiries do
	Meaning  string            `json:"meaning"`
	Sources  []string          `json:"sources"`
	How      string            `json:"how"`
	Facts    map[string]string `json:"facts"`
	Rules    []ruled           `json:"rules"` // that applied, the one that decided first
}

// ruled is a rule of a field with the condition under which it applies, in words.
type ruled struct {
	cited
	When string `json:"when,omitempty"` // empty: always
}

func (a *app) explainLoanCommand() *cobra.Command {
	var w inquiry.Which
	var field, date string
	var asJSON, asHTML bool
	c := &cobra.Command{
		Use: "explain LOAN|ACCOUNT", Short: "answer why: each status, and each value that a file told of a loan", Args: cobra.ExactArgs(1),
		Long: `Shows each change of a loan's status and each field of its record in a file: the value as it stands there, where it comes
from, the facts, and the rules that gave it, the one that decided first. Everything is read from what was stored that night; nothing is computed again.
Without --file or --date it is the last file that holds the loan; --destination looks at the files of one destination alone. --field takes a number (25), a name
(date_first_delinquency), or a segment's (j1.ecoa_code).`,
		RunE: a.does(func(ctx context.Context, args []string) (err error) {
			if date != "" {
				if w.AsOf, err = rules.ParseDate(date); err != nil {
					return &ending{err: err, code: exitUsage, hint: hintHelp("furnisher explain")}
				}
			}
			if asJSON && asHTML || w.File != 0 && date != "" {
				return &ending{err: errors.New("give only one of --json and --html, and of --file and --date"), code: exitUsage, hint: hintHelp("furnisher explain")}
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				found, err := explainLoan(ctx, db, args[0], w)
				if err != nil {
					return err
				}
				if err := found.only(field); err != nil {
					return err
				}
				switch {
				case asJSON:
					return printJSON(a.stdout, found)
				case asHTML:
					return answerHTML.Execute(a.stdout, found)
				}
				return printAnswer(a.stdout, found, field != "")
			})
		}),
	}
	numberFlag(c.Flags(), &w.File, "file", 1, 0, "number of the file")
	c.Flags().StringVar(&date, "date", "", "calendar date of the file, YYYY-MM-DD")
	c.Flags().StringVar(&w.Destination, "destination", "", "name of the destination, where the program has several")
	c.Flags().StringVar(&field, "field", "", "show one field in full")
	jsonFlag(c, &asJSON)
	c.Flags().BoolVar(&asHTML, "html", false, "print a page of HTML")
	return c
}

var errNoSuchFile = errors.New("no such file was made of its program")

// explainLoan reads what was stored of a loan and joins it with the record in the file.
func explainLoan(ctx context.Context, db *sqlx.DB, loan string, w inquiry.Which) (*answer, error) {
	return explainLoanAs(ctx, db, loan, w, false, nil)
}

// recall finds the record of an account in a file, and proves that it is the one that was made.
type recall func(file int64, account string) (bureau.Recalled, error)

// explainLoanAs is explainLoan; with unmask it shows what identifies a person, and with find the record is proved.
func explainLoanAs(ctx context.Context, db *sqlx.DB, loan string, w inquiry.Which, unmask bool, find recall) (*answer, error) {
	e, err := inquiry.Explain(ctx, db, loan, w)
	switch {
	case errors.Is(err, inquiry.ErrNotFound):
		return nil, &ending{err: err, code: exitFailed, hint: "furnisher loans"}
	case errors.Is(err, inquiry.ErrSeveral):
		return nil, &ending{err: err, code: exitFailed, hint: "furnisher explain LOAN, with the loan's id"}
	case err != nil:
		return nil, err
	case e.Place == nil && (w.File != 0 || w.AsOf != 0 || w.Destination != ""):
		return nil, &ending{err: fmt.Errorf("loan %q: %w", loan, errNoSuchFile), code: exitFailed, hint: "furnisher files"}
	}
	out := &answer{
		Loan: e.Loan.LoanID, Account: inquiry.MaskAccount(e.Loan.AccountNumber), Decisions: []decided{}, Fields: []fieldAnswer{},
		Facts: stored("{}"),
	}
	for _, c := range e.Decisions {
		out.Decisions = append(out.Decisions, decided{c, cite(c.Rule)})
	}
	if x := e.LeftOut; x != nil {
		out.File = &fileAnswer{File: x.File, Run: e.Place.Run, Name: e.Place.Name, State: x.FileState, Destination: x.Destination, AsOf: x.AsOf}
		out.LeftOut = &leftOut{x.Reason, x.Detail, cite(x.Rule)}
	}
	if t := e.Tradeline; t != nil {
		rule := cite(t.Rule)
		out.Rule, out.Facts = &rule, t.Facts
		out.File = &fileAnswer{File: t.File, Run: e.Place.Run, Name: e.Place.Name, State: t.FileState, Destination: t.Destination, AsOf: t.AsOf}
		return out, out.record(e, unmask, find)
	}
	return out, nil
}

// cite returns a rule with its sentence.
func cite(id string) cited {
	if r := rules.RuleByID(id); r != nil {
		return cited{id, r.Sentence}
	}
	return cited{ID: id}
}

// record finds the record in the file and says of each field where it comes from.
func (a *answer) record(e *inquiry.Explanation, unmask bool, find recall) error {
	if p := e.Place; p.PurgedAt != nil {
		a.Missing, a.gone = purgedText(p.PurgedAt, p.PurgedBy), true
		return nil
	}
	var at bureau.Located
	var err error
	switch {
	case find != nil:
		var found bureau.Recalled
		found, err = find(e.Place.File, e.Tradeline.AccountNumber)
		at, a.Rebuilt = found.Located, found.Rebuilt
	case bureau.IsArchived(e.Place.Path):
		a.Missing, a.gone = bureau.ErrArchived.Error(), true
		return nil
	default:
		at, err = bureau.Locate(e.Place.Path, e.Place.Marks, e.Tradeline.AccountNumber)
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, bureau.ErrNoRecord) || errors.Is(err, bureau.ErrNotKept) || errors.Is(err, bureau.ErrRebuilt) {
		a.Missing = err.Error()
		return nil
	}
	if err != nil {
		return err
	}
	a.File.Record, a.File.Offset, a.raw = at.Number, at.Offset, at.Record
	t := e.Tradeline
	fields, err := bureau.Explain(at.Record, bureau.Stored{Rule: t.Rule, Facts: t.Facts, Consumers: t.Consumers}, unmask)
	if err != nil {
		return fmt.Errorf("record %d of file %d: %w", at.Number, e.Place.File, err)
	}
	for i := range fields {
		a.Fields = append(a.Fields, fieldOf(&fields[i], e))
	}
	return nil
}

// fieldOf joins a field of the record with where it comes from.
func fieldOf(f *bureau.Explained, e *inquiry.Explanation) fieldAnswer {
	out := fieldAnswer{
		Segment: f.Segment, Index: f.Index, Num: f.Num, Key: f.Key, Name: f.Name, Position: f.Position, Start: f.Start,
		Value: f.Value, Meaning: f.Meaning, Sources: []string{}, Facts: f.Facts, Rules: []ruled{},
	}
	if f.Mapping == nil {
		return out
	}
	out.How = f.Mapping.How
	out.Sources = sourceRows(f, e)
	for _, r := range f.Rules {
		out.Rules = append(out.Rules, ruled{cite(r.ID), r.Says})
	}
	addTradelineFacts(&out, e)
	return out
}

// sourceRows names the rows of the extract that columns are of, once a file: "cycles.csv of L-1: due_on, minimum_due".
// A value that was kept comes from the file before, one that a case changed from that case.
func sourceRows(f *bureau.Explained, e *inquiry.Explanation) []string {
	rows, last, l := []string{}, "", &e.Loan
	for _, source := range f.From() {
		if bureau.FromBefore(source) {
			rows = append(rows, fileBefore(f.Facts, e.Before)...)
			continue
		}
		if bureau.FromCorrection(source) {
			rows = append(rows, source)
			continue
		}
		file, column, _ := strings.Cut(source, " ")
		if file == last {
			rows[len(rows)-1] += ", " + column
			continue
		}
		of := l.LoanID
		switch last = file; file {
		case "programs.csv":
			of = l.ProgramID
		case "products.csv":
			of = l.ProductID
		case "customers.csv":
			of = "the consumer"
		case "cases.csv":
			if id := f.Case(); id != "" {
				of = id
			}
		}
		rows = append(rows, file+" of "+of+": "+column)
	}
	return rows
}

// fileBefore names the file that told of the loan before, none for its first. The facts may name its calendar date; it may have
// been voided since.
func fileBefore(facts map[string]string, before *inquiry.Tradeline) []string {
	on := facts["delinquency_kept_from"] + facts["repeats"]
	switch {
	case before != nil && (on == "" || on == before.AsOf.String()):
		return []string{fmt.Sprintf("file %d as of %s", before.File, before.AsOf)}
	case on != "":
		return []string{"the file as of " + on + ", which does not count any more"}
	}
	return nil
}

// addDaysLate adds how many days before the calendar date the oldest unpaid due date was, if the account is as late as that.
func addDaysLate(f *fieldAnswer, t *inquiry.Tradeline) {
	var stored struct {
		Oldest       rules.Date `json:"oldest_unpaid_due_on"`
		Frozen       string     `json:"frozen_on"`
		Left         string     `json:"left_on"`
		Accommodated string     `json:"accommodated_from"`
	}
	if json.Unmarshal(t.Facts, &stored) == nil && stored.Oldest != 0 && stored.Frozen+stored.Left+stored.Accommodated == "" {
		f.Facts["days_late"] = strconv.Itoa(int(t.AsOf - stored.Oldest))
	}
}

// addTradelineFacts adds what the tradeline itself and the one before it tell of a field.
func addTradelineFacts(f *fieldAnswer, e *inquiry.Explanation) {
	if f.Segment != "base" {
		return
	}
	t, before := e.Tradeline, e.Before
	switch f.Key {
	case "account_status", "amount_past_due":
		addDaysLate(f, t)
	case "date_first_delinquency":
		addDaysLate(f, t)
		if t.FirstMissedDueOn != nil {
			f.Facts["first_missed_due_on"] = t.FirstMissedDueOn.String()
		}
		if before != nil && before.DateFirstDelinquency != nil {
			f.Facts["in_file_before"] = fmt.Sprintf("%s in file %d", before.DateFirstDelinquency, before.File)
		}
	case "payment_history":
		if before != nil {
			f.Facts["in_file_before"] = fmt.Sprintf("%s with status %s in file %d as of %s", before.PaymentHistory, before.AccountStatus, before.File, before.AsOf)
		}
	case "original_chargeoff":
		if before != nil && before.OriginalChargeOff != 0 {
			f.Facts["in_file_before"] = fmt.Sprintf("%d in file %d", before.OriginalChargeOff, before.File)
		}
	case "actual_payment":
		if before != nil {
			f.Facts["last_reported_on"] = before.AsOf.String()
		}
	}
}

// only keeps one field of the answer: by number, name, or segment and name.
func (a *answer) only(field string) error {
	if field == "" {
		return nil
	}
	segment, key, dotted := strings.Cut(strings.ToLower(field), ".")
	if !dotted {
		segment, key = "base", segment
	}
	all := len(a.Fields)
	a.Fields = slices.DeleteFunc(a.Fields, func(f fieldAnswer) bool {
		return f.Segment != segment || f.Key != key && strings.ToLower(f.Num) != key
	})
	if len(a.Fields) == 0 && all > 0 {
		return &ending{err: fmt.Errorf("the record has no field %q", field), code: exitUsage, hint: "furnisher metro2 layout"}
	}
	return nil
}
