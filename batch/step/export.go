package step

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Export is step 5: when a program's calendar says so, a Metro 2 file goes to the bureaus (BR1 to BR5, DC1
// to DC11). Each chunk decides and encodes what the file says of its loans; at the end the records are put
// together in account order.
type Export struct{ Files bureau.Files }

// Name is the step's key in the ledger.
func (Export) Name() string { return "export" }

// Begin notes the files that the night owes, and makes sure that they can be written before anything is done.
func (e Export) Begin(ctx context.Context, tx *sqlx.Tx, run batch.Run) error {
	if err := bureau.Plan(ctx, tx, run); err != nil {
		return err
	}
	files, err := bureau.Pending(ctx, tx, run.ID)
	if err != nil || len(files) == 0 {
		return err
	}
	return e.Files.Prepare()
}

// Finish writes the files.
func (e Export) Finish(ctx context.Context, db *sqlx.DB, run batch.Run) error {
	return e.Files.Assemble(ctx, db, run)
}

// Undo takes back what the chunks made for files that could not be written.
func (Export) Undo(ctx context.Context, tx *sqlx.Tx, run batch.Run) error {
	return bureau.Undo(ctx, tx, run)
}

// Picks is the book on a night that has a file to write.
func (Export) Picks() string { return pickExport }

// Apply reports the loans of a chunk in every file of the run, oldest calendar date first. Counts:
// reported, excluded, deleted, deletions_waiting, and status_NN for each account status.
func (Export) Apply(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) (batch.Tally, error) {
	var tally batch.Tally
	ledgers, err := readChunk(ctx, tx, c)
	if err != nil {
		return tally, err
	}
	tally.Read = int64(len(ledgers))
	files, err := bureau.Pending(ctx, tx, c.Run)
	if err != nil || len(files) == 0 {
		return tally, err
	}
	byProduct, err := products(ctx, tx)
	if err != nil {
		return tally, err
	}
	consumers, err := readConsumers(ctx, tx, c)
	if err != nil {
		return tally, err
	}
	pauses, err := readPauses(ctx, tx, pauseRange, c.After, c.Last)
	if err != nil {
		return tally, err
	}
	for len(files) > 0 {
		date := slices.IndexFunc(files, func(f bureau.Building) bool { return f.AsOf != files[0].AsOf })
		if date < 0 {
			date = len(files)
		}
		parts := map[int64]*part{}
		for _, f := range files[:date] {
			parts[f.Program] = &part{file: f, products: byProduct, ledgers: ledgers, consumers: consumers, pauses: pauses}
		}
		if err := report(ctx, tx, c, files[:date], parts, &tally); err != nil {
			return tally, fmt.Errorf("files as of %s: %w", files[0].AsOf, err)
		}
		files = files[date:]
	}
	return tally, nil
}

// report decides and writes what the files of one calendar date say of a chunk. Their programs' loans are read at once:
// each program by itself would read the chunk again.
func report(ctx context.Context, tx *sqlx.Tx, c batch.Chunk, files []bureau.Building, parts map[int64]*part, tally *batch.Tally) error {
	programs := make([]int64, len(files))
	byCycle := false
	for i, f := range files {
		programs[i], byCycle = f.Program, byCycle || f.Calendar.ByCycle()
	}
	reports, err := readReports(ctx, tx, c)
	if err != nil {
		return err
	}
	histories, err := readHistories(ctx, tx, c, files[0].AsOf)
	if err != nil {
		return err
	}
	err = eachRow(ctx, tx, (*accountRow).columns, func(row *accountRow) error {
		return parts[row.Program].take(row, facts{reports[row.Loan], histories[row.Loan]}, tally)
	}, accountRead, c.After, c.Last, pq.Array(programs), files[0].AsOf, rules.CodeReversed, byCycle)
	if err != nil {
		return fmt.Errorf("report accounts: %w", err)
	}
	for _, f := range files {
		if err := parts[f.Program].write(ctx, tx); err != nil {
			return fmt.Errorf("program %s: %w", f.ProgramID, err)
		}
	}
	return nil
}

type accountRow struct {
	Loan               int64
	Program            int64
	Product            int64
	AccountNumber      string
	OpenedOn           rules.Date
	Furnish            bool
	CycleID            *string
	OriginalAmount     rules.Cents
	CreditLimit        rules.Cents
	HighestBalance     rules.Cents
	TermsDuration      string
	ScheduledPayment   rules.Cents
	HasSchedule        bool
	PaymentHistory     string
	FirstDelinquencyOn rules.Date
	LastReportedOn     rules.Date
	HoldUntil          rules.Date
	PromoEndsOn        rules.Date
	State              rules.State // the present one
	Terminated         bool
	TerminatedOn       rules.Date
	Reason             string
	ReportAsDeleted    string
	DeletedOn          rules.Date
	ReversalNoted      bool
	OlderHolder        bool
	DeletedHolder      bool
	CycleEnds          bool
}

// columns are the places of account_read's columns, in its order.
func (r *accountRow) columns() []any {
	return []any{
		&r.Loan, &r.Program, &r.Product, &r.AccountNumber, &r.OpenedOn, &r.Furnish, &r.CycleID, &r.OriginalAmount,
		&r.CreditLimit, &r.HighestBalance, &r.TermsDuration, &r.ScheduledPayment, &r.HasSchedule, &r.PaymentHistory,
		&r.FirstDelinquencyOn, &r.LastReportedOn, &r.HoldUntil, &r.PromoEndsOn, &r.State.Status, &r.State.Since,
		&r.State.ByHand, &r.State.ClosedOn, &r.State.Episode, &r.State.BoardedClosed, &r.State.CountFrom, &r.State.ReopenedOn,
		&r.State.ChargedOffOn, &r.State.ChargeOff, &r.Terminated, &r.TerminatedOn, &r.Reason, &r.ReportAsDeleted, &r.DeletedOn,
		&r.ReversalNoted, &r.OlderHolder, &r.DeletedHolder, &r.CycleEnds,
	}
}

// part is what a file says of one chunk.
type part struct {
	file      bureau.Building
	products  map[int64]product
	ledgers   map[int64]rules.Ledger
	consumers map[int64][]bureau.Consumer
	pauses    map[int64][]rules.Pause

	reported  []reportedLoan
	excluded  []excludedRow
	deletions []deletionRow
}

type excludedRow struct {
	Loan   int64  `json:"loan"`
	Reason string `json:"reason"`
	Rule   string `json:"rule"`
	Detail string `json:"detail"`
}

type deletionRow struct {
	Loan          int64      `json:"loan"`
	AccountNumber string     `json:"account_number"`
	Code          string     `json:"code"`
	DateClosed    rules.Date `json:"date_closed"`
}

// facts are what was read of a loan besides its account.
type facts struct {
	tradelines []rules.Furnished
	history    []rules.Change // only of a loan whose state changed after the calendar date
}

// take adds one loan to the part: what the file says of it, or why it says nothing.
func (p *part) take(row *accountRow, known facts, tally *batch.Tally) error {
	excluded, err := p.decide(row, known, p.consumers[row.Loan], tally)
	if err != nil {
		if except := tally.Except(row.Loan, err); except != nil {
			return except
		}
		excluded = &rules.Exclusion{Reason: rules.Quarantined, Rule: "DC11", Detail: err.Error()}
	}
	if excluded != nil {
		p.excluded = append(p.excluded, excludedRow{row.Loan, excluded.Reason, excluded.Rule, excluded.Detail})
		tally.Count("excluded", 1)
	}
	return nil
}

// decide says what the file tells of one loan, or why it leaves it out.
func (p *part) decide(row *accountRow, known facts, consumers []bureau.Consumer, tally *batch.Tally) (*rules.Exclusion, error) {
	if why := p.otherCycle(row); why != "" {
		return &rules.Exclusion{Reason: rules.OtherCycle, Rule: "BR1", Detail: why}, nil
	}
	account := p.account(row, known)
	if err := rules.ReversedAfterDeletion(account); err != nil && !row.ReversalNoted {
		if err := tally.Except(row.Loan, err); err != nil {
			return nil, err
		}
	}
	report, excluded, err := rules.Furnish(account)
	if err != nil || excluded != nil {
		return excluded, err
	}
	product := p.products[row.Product]
	terms := bureau.Terms{
		AccountNumber: strings.ToUpper(row.AccountNumber), PortfolioType: product.PortfolioType, AccountType: product.AccountType,
		TermsFrequency: product.TermsFrequency, InterestType: product.InterestType, OpenedOn: row.OpenedOn,
	}
	if row.CycleID != nil {
		terms.CycleID = *row.CycleID
	}
	record, err := bureau.Encode(p.file, terms, report, consumers)
	if err != nil {
		return nil, err
	}
	p.reported = append(p.reported, newReportedLoan(row.Loan, terms.AccountNumber, record, report))
	tally.Changed++
	tally.Count("reported", 1)
	tally.Count("status_"+report.AccountStatus, 1)
	if code := report.Deletion(); code != "" {
		p.deletions = append(p.deletions, deletionRow{row.Loan, terms.AccountNumber, code, report.DateClosed})
		tally.Count("deleted", 1)
	}
	if report.Facts.Has(rules.FactDeletionWaiting) {
		tally.Count("deletions_waiting", 1)
	}
	return nil, nil
}

// otherCycle says why a cycle program does not report the loan on this calendar date; empty: it does.
func (p *part) otherCycle(row *accountRow) string {
	ids := p.file.ActivityCycleIDs
	switch {
	case !p.file.Calendar.ByCycle():
		return ""
	case len(ids) > 0 && row.CycleID == nil:
		return "it has no cycle id, and the program reports by cycle ids"
	case len(ids) > 0 && !slices.Contains(ids, *row.CycleID):
		return "its cycle id is not one that the program reports"
	case !row.CycleEnds:
		return "its billing cycle does not end on this date"
	}
	return ""
}

// account gathers the facts of a loan.
func (p *part) account(row *accountRow, known facts) *rules.Account {
	ledger := p.ledgers[row.Loan]
	a := &rules.Account{
		Loan: rules.Loan{
			State: rules.StateAsOf(row.State, known.history, p.file.AsOf), OpenedOn: row.OpenedOn, HoldUntil: row.HoldUntil,
			PromoEndsOn: row.PromoEndsOn, HasCycles: len(ledger.Dues) > 0, Product: p.products[row.Product].rules(),
			Pauses: p.pauses[row.Loan], Ledger: ledger.AsOf(p.file.AsOf),
		},
		AsOf: p.file.AsOf, PeriodAfter: p.file.PreviousOn, Furnish: row.Furnish, OriginalAmount: row.OriginalAmount,
		CreditLimit: row.CreditLimit, HighestBalance: row.HighestBalance, TermsDuration: row.TermsDuration,
		ScheduledPayment: row.ScheduledPayment, HasSchedule: row.HasSchedule, OlderHolder: row.OlderHolder,
		DeletedHolder: row.DeletedHolder, DeletedOn: row.DeletedOn, Tradelines: known.tradelines,
		Baseline: rules.Baseline{
			History: row.PaymentHistory, FirstDelinquencyOn: row.FirstDelinquencyOn, LastReportedOn: row.LastReportedOn,
		},
	}
	if row.Terminated {
		a.Termination = &rules.Termination{On: row.TerminatedOn, Reason: row.Reason, ReportAsDeleted: row.ReportAsDeleted}
	}
	return a
}

func (p *part) write(ctx context.Context, tx *sqlx.Tx) error {
	records := make([]bureau.Record, len(p.reported))
	for i, r := range p.reported {
		records[i] = bureau.Record{Loan: r.loan, AccountNumber: r.accountNumber, Encoded: r.record}
	}
	if err := writeReported(ctx, tx, p.file, p.reported); err != nil {
		return err
	}
	if err := bureau.AddPages(ctx, tx, p.file.File, records); err != nil {
		return err
	}
	if err := database.WriteRows(ctx, tx, excludedAdd, p.excluded, p.file.File); err != nil {
		return fmt.Errorf("write exclusions: %w", err)
	}
	if err := database.WriteRows(ctx, tx, deletionAdd, p.deletions, p.file.Destination, p.file.File); err != nil {
		return fmt.Errorf("write deletions: %w", err)
	}
	return nil
}
