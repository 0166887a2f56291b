package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/inquiry"
)

func (a *app) loanCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "loan LOAN", Short: "show one loan: history, statements, tradelines, and why", Args: cobra.ExactArgs(1),
		Long: `Shows what was decided about a loan, by which rule and from which facts, and what each file said about it. LOAN is the loan's id or
its account number.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				detail, err := inquiry.LoanDetail(ctx, db, args[0])
				switch {
				case errors.Is(err, inquiry.ErrNotFound):
					return &ending{err: err, code: exitFailed, hint: "furnisher loans"}
				case errors.Is(err, inquiry.ErrSeveral):
					return &ending{err: err, code: exitFailed, hint: "furnisher loan LOAN, with the loan's id"}
				}
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(a.stdout, detail)
				}
				return printDetail(a.stdout, detail)
			})
		}),
	}
	jsonFlag(c, &asJSON)
	return c
}

// section is a table of a loan's detail.
type section struct {
	title   string
	heading []string
	rows    [][]any
}

// printDetail prints all sections of a loan that hold anything.
func printDetail(w io.Writer, s *inquiry.Detail) error {
	if err := printState(w, &s.Loan); err != nil {
		return err
	}
	sections := []section{
		{"history", []string{"night", "effective", "state", "from", "to", "cause", "rule", ">run", "facts", "by"}, historyRows(s.History)},
		{"operations", []string{">operation", "at", "business date", "kind", "by"}, operationRows(s.Operations)},
		{"final statements", []string{">episode", "night", "status", "closed on", ">cycle", "from", "to", ">opening", ">closing", ">run"}, statementRows(s.Statements)},
		{"schedules", []string{"schedule", "kind", "state", "cancelled on", ">by run", ">or operation", "reason"}, scheduleRows(s.Schedules)},
		{"scheduled items", []string{"item", "kind", "state", "due", ">amount", "cancelled on", ">by run", ">or operation", "reason"}, itemRows(s.Items)},
		{titleTradelines, []string{">file", "state", "as of", "status", "rating", ">balance", ">past due", "first delinquency", "history", "date closed", "comment"}, tradelineRows(s.Tradelines)},
		{titleReasons, []string{">file", "as of", "rule", "facts"}, tradelineReasonRows(s.Tradelines)},
		{titleLeftOut, []string{">file", "state", "as of", "reason", "rule", "detail"}, excludedRows(s.Excluded)},
		{"deletions", []string{">file", "state", "as of", "destination", "code", "date closed", "counts"}, deletionRows(s.Deletions)},
		{"quarantined", []string{">run", "night", "step", "code", "detail", ">since run", ">resolved by run"}, exceptionRows(s.Exceptions)},
	}
	if several(s) {
		tellDestinations(sections, s)
	}
	for _, section := range sections {
		if len(section.rows) == 0 {
			continue
		}
		if err := printTitled(w, section.title, section.heading, section.rows); err != nil {
			return err
		}
	}
	return nil
}

// several reports whether files of more than one destination told of a loan or left it out.
func several(s *inquiry.Detail) bool {
	names := map[string]bool{}
	for i := range s.Tradelines {
		names[s.Tradelines[i].Destination] = true
	}
	for i := range s.Excluded {
		names[s.Excluded[i].Destination] = true
	}
	return len(names) > 1
}

// tellDestinations adds the destination to the tables of files that do not tell it.
func tellDestinations(sections []section, s *inquiry.Detail) {
	for i := range sections {
		var of func(row int) string
		switch sections[i].title {
		case titleTradelines, titleReasons:
			of = func(row int) string { return s.Tradelines[row].Destination }
		case titleLeftOut:
			of = func(row int) string { return s.Excluded[row].Destination }
		default:
			continue
		}
		sections[i].heading = slices.Insert(sections[i].heading, 1, "destination")
		for row := range sections[i].rows {
			sections[i].rows[row] = slices.Insert(sections[i].rows[row], 1, any(of(row)))
		}
	}
}

// The titles of the tables of what files said of a loan.
const (
	titleTradelines = "tradelines"
	titleReasons    = "why the tradelines say so"
	titleLeftOut    = "left out of files"
)

// textLoan is the head of a loan's detail.
const textLoan = `loan %s  account %s  product %s  program %s  opened on %s
  status                   %s since %s (%s)
  servicing                %s
`

func printState(w io.Writer, l *inquiry.LoanState) error {
	_, err := fmt.Fprintf(w, textLoan, l.LoanID, l.AccountNumber, l.ProductID, l.ProgramID, l.OpenedOn,
		l.Status, l.StatusSince, l.StatusCause, l.ServicingStatus)
	if err != nil {
		return err
	}
	facts := []struct {
		name    string
		present bool
		value   any
	}{
		{"closed on", l.ClosedOn != nil, shown(l.ClosedOn)},
		{"closures", l.Episode > 0, l.Episode},
		{"charged off", l.ChargedOffOn != nil, fmt.Sprint(shown(l.ChargedOffOn), "  ", shown(l.ChargeOff))},
		{"stop reason", l.StopReason != nil, shown(l.StopReason)},
		{"hold until", l.HoldUntil != nil, shown(l.HoldUntil)},
		{"not furnished", !l.Furnish, "yes"},
		{"terminated", l.TerminatedOn != nil, fmt.Sprint(shown(l.TerminatedOn), "  ", shown(l.TerminationSource), "  ", shown(l.TerminationReason))},
		{"report as deleted", l.ReportAsDeleted != nil, shown(l.ReportAsDeleted)},
		{"boarded, last reported on", l.LastReportedOn != nil, shown(l.LastReportedOn)},
		{"boarded, deleted on", l.DeletionReportedOn != nil, shown(l.DeletionReportedOn)},
	}
	for _, f := range facts {
		if !f.present {
			continue
		}
		if _, err := fmt.Fprintf(w, "  %-24s %v\n", f.name, f.value); err != nil {
			return err
		}
	}
	return nil
}

func historyRows(changes []inquiry.Change) [][]any {
	rows := make([][]any, len(changes))
	for i, c := range changes {
		rows[i] = []any{c.BusinessDate, c.EffectiveOn, c.State, shown(c.From), c.To, c.Cause, c.Rule, shown(c.Run), compact(c.Facts), because(c.Who, c.Why)}
	}
	return rows
}

func operationRows(operations []inquiry.Operation) [][]any {
	rows := make([][]any, len(operations))
	for i, o := range operations {
		rows[i] = []any{o.Operation, o.At.UTC().Format(timeLayout), o.BusinessDate, o.Kind, because(&o.Who, o.Why)}
	}
	return rows
}

// because joins the person and the reason of a manual change.
func because(who, why *string) string {
	switch {
	case who == nil && why == nil:
		return "-"
	case why == nil:
		return *who
	case who == nil:
		return *why
	}
	return *who + ": " + *why
}

func statementRows(statements []inquiry.Statement) [][]any {
	rows := make([][]any, len(statements))
	for i, s := range statements {
		rows[i] = []any{s.Episode, s.BusinessDate, s.Status, s.ClosedOn, shown(s.CycleNo), s.StartsOn, s.EndsOn, s.OpeningBalance, s.ClosingBalance, s.Run}
	}
	return rows
}

func scheduleRows(schedules []inquiry.Schedule) [][]any {
	rows := make([][]any, len(schedules))
	for i, s := range schedules {
		rows[i] = []any{s.ScheduleID, s.Kind, s.State, shown(s.On), shown(s.Cancellation.Run), shown(s.Cancellation.Operation), shown(s.Cancellation.Reason)}
	}
	return rows
}

func itemRows(items []inquiry.Item) [][]any {
	rows := make([][]any, len(items))
	for i, s := range items {
		rows[i] = []any{
			s.ItemID, s.Kind, s.State, s.DueAt.UTC().Format(timeLayout), shown(s.Amount), shown(s.On),
			shown(s.Cancellation.Run), shown(s.Cancellation.Operation), shown(s.Cancellation.Reason),
		}
	}
	return rows
}

func tradelineRows(tradelines []inquiry.Tradeline) [][]any {
	rows := make([][]any, len(tradelines))
	for i, r := range tradelines {
		rows[i] = []any{
			r.File, stateText(&r), r.AsOf, r.AccountStatus, dash(r.PaymentRating), r.CurrentBalance, r.AmountPastDue,
			shown(r.DateFirstDelinquency), r.PaymentHistory, shown(r.DateClosed), dash(r.SpecialComment),
		}
	}
	return rows
}

// stateText is the state of a tradeline's file, or that the record was refused singly (BR11).
func stateText(t *inquiry.Tradeline) string {
	if t.Refused {
		return "REFUSED"
	}
	return t.FileState
}

// tradelineReasonRows say why each value is what it is (BR6).
func tradelineReasonRows(tradelines []inquiry.Tradeline) [][]any {
	rows := make([][]any, len(tradelines))
	for i, r := range tradelines {
		rows[i] = []any{r.File, r.AsOf, r.Rule, compact(r.Facts)}
	}
	return rows
}

func excludedRows(excluded []inquiry.Excluded) [][]any {
	rows := make([][]any, len(excluded))
	for i, x := range excluded {
		rows[i] = []any{x.File, x.FileState, x.AsOf, x.Reason, x.Rule, x.Detail}
	}
	return rows
}

func deletionRows(deletions []inquiry.Deletion) [][]any {
	rows := make([][]any, len(deletions))
	for i, d := range deletions {
		rows[i] = []any{d.File, d.FileState, d.AsOf, d.Destination, d.Code, d.DateClosed, liveText(d.Live)}
	}
	return rows
}

func exceptionRows(exceptions []inquiry.Exception) [][]any {
	rows := make([][]any, len(exceptions))
	for i, e := range exceptions {
		rows[i] = []any{e.Run, e.BusinessDate, e.Step, e.Code, e.Detail, e.FirstRun, shown(e.ResolvedRun)}
	}
	return rows
}

// liveText says whether a deletion counts (DC6).
func liveText(live bool) string {
	if live {
		return "yes"
	}
	return "no, given back"
}
