package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/inquiry"
)

func (a *app) loanCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "loan LOAN", Short: shortLoan, Long: longLoan, Args: cobra.ExactArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				detail, err := inquiry.LoanDetail(ctx, db, args[0])
				if errors.Is(err, inquiry.ErrNotFound) {
					return &ending{err: err, code: exitFailed, hint: hintLoans}
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
	c.Flags().BoolVar(&asJSON, "json", false, flagJSON)
	return c
}

// printDetail prints all sections of a loan that hold anything.
func printDetail(w io.Writer, s *inquiry.Detail) error {
	if err := printState(w, &s.Loan); err != nil {
		return err
	}
	sections := []struct {
		title   string
		heading []string
		rows    [][]any
	}{
		{titleHistory, headHistory, historyRows(s.History)},
		{titleStatements, headStatements, statementRows(s.Statements)},
		{titleSchedules, headSchedules, scheduleRows(s.Schedules)},
		{titleItems, headItems, itemRows(s.Items)},
		{titleTradelines, headTradelines, tradelineRows(s.Tradelines)},
		{titleTradelineReasons, headTradelineReasons, tradelineReasonRows(s.Tradelines)},
		{titleExcluded, headExcluded, excludedRows(s.Excluded)},
		{titleDeletions, headDeletions, deletionRows(s.Deletions)},
		{titleLoanExceptions, headLoanExceptions, exceptionRows(s.Exceptions)},
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
		{factClosedOn, l.ClosedOn != nil, shown(l.ClosedOn)},
		{factEpisode, l.Episode > 0, l.Episode},
		{factChargedOff, l.ChargedOffOn != nil, fmt.Sprint(shown(l.ChargedOffOn), "  ", shown(l.ChargeOff))},
		{factStopReason, l.StopReason != nil, shown(l.StopReason)},
		{factHoldUntil, l.HoldUntil != nil, shown(l.HoldUntil)},
		{factNotFurnished, !l.Furnish, factYes},
		{factTerminated, l.TerminatedOn != nil, fmt.Sprint(shown(l.TerminatedOn), "  ", shown(l.TerminationSource), "  ", shown(l.TerminationReason))},
		{factReportAsDeleted, l.ReportAsDeleted != nil, shown(l.ReportAsDeleted)},
		{factTakenOverReport, l.LastReportedOn != nil, shown(l.LastReportedOn)},
		{factTakenOverDeletion, l.DeletionReportedOn != nil, shown(l.DeletionReportedOn)},
	}
	for _, f := range facts {
		if !f.present {
			continue
		}
		if _, err := fmt.Fprintf(w, lineFact, f.name, f.value); err != nil {
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

// because joins who and why of a change by hand.
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
		rows[i] = []any{s.ScheduleID, s.Kind, s.State, shown(s.On), shown(s.Cancellation.Run), shown(s.Cancellation.Reason)}
	}
	return rows
}

func itemRows(items []inquiry.Item) [][]any {
	rows := make([][]any, len(items))
	for i, s := range items {
		rows[i] = []any{
			s.ItemID, s.Kind, s.State, s.DueAt.UTC().Format(timeLayout), shown(s.Amount), shown(s.On),
			shown(s.Cancellation.Run), shown(s.Cancellation.Reason),
		}
	}
	return rows
}

func tradelineRows(tradelines []inquiry.Tradeline) [][]any {
	rows := make([][]any, len(tradelines))
	for i, r := range tradelines {
		rows[i] = []any{
			r.File, r.FileState, r.AsOf, r.AccountStatus, dash(r.PaymentRating), r.CurrentBalance, r.AmountPastDue,
			shown(r.DateFirstDelinquency), r.PaymentHistory, shown(r.DateClosed), dash(r.SpecialComment),
		}
	}
	return rows
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
