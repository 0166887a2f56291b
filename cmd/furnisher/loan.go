package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/look"
)

func (a *app) loanCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "loan LOAN", Short: shortLoan, Long: longLoan, Args: cobra.ExactArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				story, err := look.Story(ctx, db, args[0])
				if errors.Is(err, look.ErrNotFound) {
					return &ending{err: err, code: exitFailed, hint: hintLoans}
				}
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(a.stdout, story)
				}
				return printStory(a.stdout, story)
			})
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, flagJSON)
	return c
}

// printStory prints all sections of a story that hold anything.
func printStory(w io.Writer, s *look.LoanStory) error {
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
		{titleReported, headReported, reportedRows(s.Reported)},
		{titleWhyReported, headWhyReported, whyReportedRows(s.Reported)},
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

func printState(w io.Writer, l *look.LoanState) error {
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

func historyRows(changes []look.Change) [][]any {
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

func statementRows(statements []look.Statement) [][]any {
	rows := make([][]any, len(statements))
	for i, s := range statements {
		rows[i] = []any{s.Episode, s.BusinessDate, s.Status, s.ClosedOn, shown(s.CycleNo), s.StartsOn, s.EndsOn, s.OpeningBalance, s.ClosingBalance, s.Run}
	}
	return rows
}

func scheduleRows(schedules []look.Schedule) [][]any {
	rows := make([][]any, len(schedules))
	for i, s := range schedules {
		rows[i] = []any{s.ScheduleID, s.Kind, s.State, shown(s.On), shown(s.Cancellation.Run), shown(s.Cancellation.Reason)}
	}
	return rows
}

func itemRows(items []look.Item) [][]any {
	rows := make([][]any, len(items))
	for i, s := range items {
		rows[i] = []any{
			s.ItemID, s.Kind, s.State, s.DueAt.UTC().Format(timeLayout), shown(s.Amount), shown(s.On),
			shown(s.Cancellation.Run), shown(s.Cancellation.Reason),
		}
	}
	return rows
}

func reportedRows(reported []look.Reported) [][]any {
	rows := make([][]any, len(reported))
	for i, r := range reported {
		rows[i] = []any{
			r.File, r.FileState, r.AsOf, r.AccountStatus, dash(r.PaymentRating), r.CurrentBalance, r.AmountPastDue,
			shown(r.DateFirstDelinquency), r.PaymentHistory, shown(r.DateClosed), dash(r.SpecialComment),
		}
	}
	return rows
}

// whyReportedRows say why each value is what it is (BR6).
func whyReportedRows(reported []look.Reported) [][]any {
	rows := make([][]any, len(reported))
	for i, r := range reported {
		rows[i] = []any{r.File, r.AsOf, r.Rule, compact(r.Facts)}
	}
	return rows
}

func excludedRows(excluded []look.Excluded) [][]any {
	rows := make([][]any, len(excluded))
	for i, x := range excluded {
		rows[i] = []any{x.File, x.FileState, x.AsOf, x.Reason, x.Rule, x.Detail}
	}
	return rows
}

func deletionRows(deletions []look.Deletion) [][]any {
	rows := make([][]any, len(deletions))
	for i, d := range deletions {
		rows[i] = []any{d.File, d.FileState, d.AsOf, d.Destination, d.Code, d.DateClosed, liveText(d.Live)}
	}
	return rows
}

func exceptionRows(exceptions []look.Exception) [][]any {
	rows := make([][]any, len(exceptions))
	for i, e := range exceptions {
		rows[i] = []any{e.Run, e.BusinessDate, e.Step, e.Code, e.Detail, e.FirstRun, shown(e.ResolvedRun)}
	}
	return rows
}
