package inquiry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// ErrSeveral is returned by Explain and LoanDetail when several loans have the account number.
var ErrSeveral = errors.New("several loans have that account number")

// Which says what Explain is to explain: the loan in a file, in the file of a calendar date, or, with neither, in the last
// file that holds it, of all destinations or of one.
type Which struct {
	File        int64
	AsOf        rules.Date
	Destination string
}

// Explanation is what was stored of a loan when nights decided about it and a file told of it (BR6). Tradeline is nil if the
// file left the loan out, and LeftOut if it did not; both if no file was made yet.
type Explanation struct {
	Loan      LoanState  `json:"loan"`
	Decisions []Change   `json:"decisions"`
	Place     *Place     `json:"file"`
	Tradeline *Tradeline `json:"tradeline"`
	Before    *Tradeline `json:"tradeline_before"` // of the last file that counts before it
	LeftOut   *Excluded  `json:"left_out"`
}

// Place says where a file is and where its records stand in it.
type Place struct {
	File  int64         `json:"file" db:"file"`
	Run   int64         `json:"run" db:"run"`
	Name  string        `json:"name" db:"name"`
	Path  string        `json:"path" db:"path"`
	Marks pq.Int64Array `json:"-" db:"marks"`

	PurgedAt *time.Time `json:"purged_at,omitempty" db:"purged_at"` // its records are gone since
	PurgedBy string     `json:"purged_by,omitempty" db:"purged_by"`
}

// Explain reads what explains a loan, by its id or its account number; ErrNotFound if the book holds neither.
func Explain(ctx context.Context, db *sqlx.DB, loan string, w Which) (*Explanation, error) {
	var e Explanation
	err := database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		if err := findLoan(ctx, tx, &e.Loan, loan); err != nil {
			return err
		}
		var tradelines []Tradeline
		var excluded []Excluded
		err := errors.Join(
			fill(ctx, tx, &e.Decisions, "history", inquiryHistory, e.Loan.Key),
			fill(ctx, tx, &tradelines, "tradelines", inquiryTradelines, e.Loan.Key),
			fill(ctx, tx, &excluded, "exclusions", inquiryExcluded, e.Loan.Key),
		)
		if err != nil {
			return err
		}
		e.choose(w, tradelines, excluded)
		return e.place(ctx, tx)
	})
	if err != nil {
		return nil, fmt.Errorf("loan %q: %w", loan, err)
	}
	return &e, nil
}

// findLoan reads a loan by its id, else by its account number.
func findLoan(ctx context.Context, tx *sqlx.Tx, found *LoanState, loan string) error {
	err := tx.GetContext(ctx, found, inquiryLoan, loan)
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	var ids []string
	if err := tx.SelectContext(ctx, &ids, inquiryLoanByAccount, loan); err != nil {
		return err
	}
	switch len(ids) {
	case 0:
		return ErrNotFound
	case 1:
		return tx.GetContext(ctx, found, inquiryLoan, ids[0])
	}
	return ErrSeveral
}

// counts reports whether a file counts: it was neither voided nor rejected.
func (f *InFile) counts() bool { return f.FileState != "VOIDED" && f.FileState != "REJECTED" }

// wanted reports whether a file is the one to explain.
func (w Which) wanted(f *InFile) bool {
	if w.Destination != "" && f.Destination != w.Destination {
		return false
	}
	switch {
	case w.File != 0:
		return f.File == w.File
	case w.AsOf != 0:
		return f.AsOf == w.AsOf && f.counts()
	}
	return f.counts()
}

// choose picks what the wanted file says; the lists are oldest first. Without a wish, a file that holds the loan comes before
// a later one that left it out, and a record that a bureau refused is none.
func (e *Explanation) choose(w Which, tradelines []Tradeline, excluded []Excluded) {
	for i := range tradelines {
		t := &tradelines[i]
		if w.wanted(&t.InFile) && (!t.Refused || w.File != 0 || w.AsOf != 0) {
			e.Tradeline = t
		}
	}
	if e.Tradeline == nil {
		for i := range excluded {
			if w.wanted(&excluded[i].InFile) {
				e.LeftOut = &excluded[i]
			}
		}
		return
	}
	for i := range tradelines {
		before := &tradelines[i]
		if before.counts() && !before.Refused && before.AsOf < e.Tradeline.AsOf && before.sentWith(e.Tradeline) {
			e.Before = before
		}
	}
}

// sentWith reports whether a tradeline went to the same destination as another one, each of which has its own past. What a loan's
// program before said is the past of all.
func (t *Tradeline) sentWith(o *Tradeline) bool { return t.Sent == o.Sent || t.Program != o.Program }

// place reads where the chosen file is.
func (e *Explanation) place(ctx context.Context, tx *sqlx.Tx) error {
	file := int64(0)
	switch {
	case e.Tradeline != nil:
		file = e.Tradeline.File
	case e.LeftOut != nil:
		file = e.LeftOut.File
	default:
		return nil
	}
	e.Place = &Place{}
	if err := tx.GetContext(ctx, e.Place, inquiryFileMarks, file); err != nil {
		return fmt.Errorf("read file %s: %w", strconv.FormatInt(file, 10), err)
	}
	return nil
}

// Program holds the settings of a program that its files go by.
type Program struct {
	ProgramID            string         `json:"program_id" db:"program_id"`
	IdentificationNumber string         `json:"identification_number" db:"identification_number"`
	Calendar             string         `json:"calendar" db:"calendar"`
	ActivityCycleIDs     pq.StringArray `json:"activity_cycle_ids" db:"activity_cycle_ids"`
	DOFDRule             string         `json:"dofd_rule" db:"dofd_rule"`
	ChargeOffPastDue     string         `json:"charge_off_past_due" db:"charge_off_past_due"`
	Accommodations       string         `json:"accommodations" db:"accommodations"`
}

// Product holds the settings of a product.
type Product struct {
	ProductID         string `json:"product_id" db:"product_id"`
	PortfolioType     string `json:"portfolio_type" db:"portfolio_type"`
	AccountType       string `json:"account_type" db:"account_type"`
	DelinquentAfter   *int   `json:"delinquent_after" db:"delinquent_after"`
	ChargeOffAfter    *int   `json:"charge_off_after" db:"charge_off_after"`
	GraceDays         int    `json:"grace_days" db:"grace_days"`
	ClosesOnPayoff    bool   `json:"closes_on_payoff" db:"closes_on_payoff"`
	PayoffHoldDays    int    `json:"payoff_hold_days" db:"payoff_hold_days"`
	TrailingReports   int    `json:"trailing_reports" db:"trailing_reports"`
	DelinquencyMethod string `json:"delinquency_method" db:"delinquency_method"` // empty: the portfolio's default
	PaymentsAhead     string `json:"payments_ahead" db:"payments_ahead"`         // empty: the portfolio's default
	DaysCounted       string `json:"days_counted" db:"days_counted"`             // of grace and hold: calendar or business
}

// Settings are what a program and its products say about how servicing data become records.
type Settings struct {
	Program  Program   `json:"program"`
	Products []Product `json:"products"`
}

// ProgramSettings reads a program's settings; ErrNotFound if there is no such program.
func ProgramSettings(ctx context.Context, db *sqlx.DB, programID string) (*Settings, error) {
	s := &Settings{Products: []Product{}}
	err := database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		err := tx.GetContext(ctx, &s.Program, inquiryProgram, programID)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		return tx.SelectContext(ctx, &s.Products, inquiryProducts)
	})
	if err != nil {
		return nil, fmt.Errorf("program %q: %w", programID, err)
	}
	return s, nil
}

// Products lists the settings of the products.
func Products(ctx context.Context, db *sqlx.DB) ([]Product, error) {
	var products []Product
	if err := db.SelectContext(ctx, &products, inquiryProducts); err != nil {
		return nil, fmt.Errorf("read the products: %w", err)
	}
	return products, nil
}

// Destination is where files of a program go.
type Destination struct {
	Program string `db:"program_id"`
	Name    string `db:"destination"`
}

// Destinations lists the destinations that get files.
func Destinations(ctx context.Context, db *sqlx.DB) ([]Destination, error) {
	var list []Destination
	if err := db.SelectContext(ctx, &list, inquiryDestinations); err != nil {
		return nil, fmt.Errorf("read the destinations: %w", err)
	}
	return list, nil
}

// ProgramCalendar is a program and when it reports.
type ProgramCalendar struct {
	ProgramID string         `db:"program_id"`
	Calendar  rules.Calendar `db:"calendar"`
}

// Programs lists the programs.
func Programs(ctx context.Context, db *sqlx.DB) ([]ProgramCalendar, error) {
	var programs []ProgramCalendar
	if err := db.SelectContext(ctx, &programs, inquiryPrograms); err != nil {
		return nil, fmt.Errorf("read the programs: %w", err)
	}
	return programs, nil
}
