package inquiry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

var (
	inquiryAccountSearch     = database.Query("inquiry", "InquiryAccountSearch")
	inquiryAccountConsumers  = database.Query("inquiry", "InquiryAccountConsumers")
	inquiryAccountContacts   = database.Query("inquiry", "InquiryAccountContacts")
	inquiryAccountFiles      = database.Query("inquiry", "InquiryAccountFiles")
	inquiryAccountExceptions = database.Query("inquiry", "InquiryAccountExceptions")
	inquiryAccountFindings   = database.Query("inquiry", "InquiryAccountFindings")
	inquiryAccountCases      = database.Query("inquiry", "InquiryAccountCases")
	inquiryAccountTimeline   = database.Query("inquiry", "InquiryAccountTimeline")
)

// FoundAccount is a loan that a search found. Its account number is masked.
type FoundAccount struct {
	LoanID          string                `json:"loan_id" db:"loan_id"`
	AccountNumber   string                `json:"account_number" db:"account_number"`
	ProgramID       string                `json:"program_id" db:"program_id"`
	ProductID       string                `json:"product_id" db:"product_id"`
	OpenedOn        rules.Date            `json:"opened_on" db:"opened_on"`
	Status          rules.Status          `json:"status" db:"status"`
	ClosedOn        *rules.Date           `json:"closed_on" db:"closed_on"`
	ServicingStatus rules.ServicingStatus `json:"servicing_status" db:"servicing_status"`
}

// FindAccounts finds the loans of a loan id, an account number or a customer id, in the order of the book. The key is the loan's id.
func FindAccounts(ctx context.Context, db *sqlx.DB, text string, p Page) (List[FoundAccount], error) {
	after, err := loanKey(ctx, db, p)
	if err != nil {
		return List[FoundAccount]{}, err
	}
	l, err := list(ctx, db, p, func(f *FoundAccount) string { return f.LoanID }, inquiryAccountSearch, text, after)
	if err != nil {
		return l, fmt.Errorf("search for accounts: %w", err)
	}
	for i := range l.Rows {
		l.Rows[i].AccountNumber = MaskAccount(l.Rows[i].AccountNumber)
	}
	return l, nil
}

// Account is a loan as people see it on one page. Its account number is masked. What nights said of it before is read a page at a time
// (AccountFiles, Timeline).
type Account struct {
	LoanState
	Consumers   []AccountConsumer
	Planned     Planned
	Files       []AccountFile // the newest, as many as were asked for
	Corrections []Correction
	Cases       []Case // the newest
	Disputes    []Dispute
	Exceptions  []Exception // that no run resolved
	Answers     []Answer    // of bureaus
	Findings    []AccountFinding
}

// AccountFinding is what pre-flight found of a loan and nobody has put right or accepted.
type AccountFinding struct {
	Finding     int64      `db:"finding"`
	Rule        string     `db:"rule"`
	Harm        string     `db:"harm"`
	Destination string     `db:"destination"`
	Says        string     `db:"says"`
	LastFile    int64      `db:"last_file"`
	Owner       *string    `db:"owner"`
	DueOn       rules.Date `db:"due_on"`
}

// AccountConsumer is a consumer of a loan by the lender's id.
type AccountConsumer struct {
	CustomerID string      `db:"customer_id"`
	ECOA       string      `db:"ecoa_code"`
	RemovedOn  *rules.Date `db:"removed_on"` // nothing personal is known since (CD2)
}

// Planned is what is planned with the borrower of a loan.
type Planned struct {
	Items       int         `db:"items"`
	Schedules   int         `db:"schedules"`
	RescindedOn *rules.Date `db:"rescinded_on"` // of a termination that does not hold any more
}

// AccountFile is what a file said of a loan: a tradeline, or why it left the loan out. Amounts are whole dollars.
type AccountFile struct {
	InFile
	Run                  int64       `db:"run"`
	SHA256               string      `db:"sha256"`
	PurgedAt             *time.Time  `db:"purged_at"`
	Told                 bool        `db:"told"` // false: it left the loan out, and has no tradeline of it
	Refused              bool        `db:"refused"`
	AccountStatus        string      `db:"account_status"`
	PaymentRating        string      `db:"payment_rating"`
	PaymentHistory       string      `db:"payment_history"`
	HistoryCharacter     string      `db:"history_character"` // of the month of the file itself
	DateAccountInfo      *rules.Date `db:"date_account_info"`
	DateFirstDelinquency *rules.Date `db:"date_first_delinquency"`
	DateClosed           *rules.Date `db:"date_closed"`
	DateLastPayment      *rules.Date `db:"date_last_payment"`
	CurrentBalance       int64       `db:"current_balance"`
	AmountPastDue        int64       `db:"amount_past_due"`
	ScheduledPayment     int64       `db:"scheduled_payment"`
	ActualPayment        int64       `db:"actual_payment"`
	OriginalChargeOff    int64       `db:"original_charge_off"`
	SpecialComment       string      `db:"special_comment"`
	ComplianceCode       string      `db:"compliance_code"`
	Final                bool        `db:"final"`
	Rule                 string      `db:"rule"`
	Reason               string      `db:"reason"`
	Detail               string      `db:"detail"`
}

// Counts reports whether what the file said of the loan counts: the file was neither voided nor rejected, nor the record refused.
func (f *AccountFile) Counts() bool { return f.counts() && !f.Refused }

// mostCases bounds the cases on an account's page.
const mostCases = 50

// ShowAccount reads a loan by its id, with the newest files that say something of it; ErrNotFound if the book does not hold it. Days of
// disputes are left from a date.
func ShowAccount(ctx context.Context, db *sqlx.DB, loanID string, files int, on rules.Date) (*Account, error) {
	a := &Account{}
	err := database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		err := tx.GetContext(ctx, &a.LoanState, inquiryLoan, loanID)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		a.AccountNumber = MaskAccount(a.AccountNumber)
		err = errors.Join(
			fill(ctx, tx, &a.Consumers, "consumers", inquiryAccountConsumers, a.Key),
			fill(ctx, tx, &a.Corrections, "corrections", inquiryLoanCorrections, a.Key),
			fill(ctx, tx, &a.Exceptions, "exceptions", inquiryAccountExceptions, a.Key),
			fill(ctx, tx, &a.Answers, "answers", inquiryLoanAnswers, a.Key),
			fill(ctx, tx, &a.Findings, "findings", inquiryAccountFindings, a.Key),
			tx.SelectContext(ctx, &a.Files, inquiryAccountFiles, a.Key, nil, 0, files),
			tx.GetContext(ctx, &a.Planned, inquiryAccountContacts, a.Key),
		)
		if err != nil {
			return err
		}
		for i := range a.Answers {
			a.Answers[i].AccountNumber = MaskAccount(a.Answers[i].AccountNumber)
		}
		return a.cases(ctx, tx, on)
	})
	if err != nil {
		return nil, fmt.Errorf("account of loan %q: %w", loanID, err)
	}
	return a, nil
}

// AccountNumber is the whole account number of a loan, for who may see it; ErrNotFound if the book does not hold the loan.
func AccountNumber(ctx context.Context, db *sqlx.DB, loanID string) (string, error) {
	var l LoanState
	err := db.GetContext(ctx, &l, inquiryLoan, loanID)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("loan %q: %w", loanID, err)
	}
	return l.AccountNumber, nil
}

// cases reads the newest cases of the loan, and of those that are disputes their clocks.
func (a *Account) cases(ctx context.Context, tx *sqlx.Tx, on rules.Date) error {
	var keys []int64
	if err := tx.SelectContext(ctx, &keys, inquiryAccountCases, a.Key, mostCases); err != nil || len(keys) == 0 {
		return err
	}
	err := database.Each(ctx, tx, (*caseRow).columns, func(r *caseRow) error {
		a.Cases = append(a.Cases, r.shown())
		return nil
	}, inquiryCaseRead, database.IntArray(keys))
	if err != nil {
		return err
	}
	slices.Reverse(a.Cases)
	disputed := make([]disputeKey, len(keys))
	for i, key := range keys {
		disputed[i].Case = key
	}
	all, err := readDisputes(ctx, tx, disputed, on)
	if err != nil {
		return err
	}
	for i := range all {
		switch all[i].Type {
		case rules.CaseDispute, rules.CaseFraudClaim, rules.CaseIdentityTheft:
			a.Disputes = append(a.Disputes, all[i])
		}
	}
	return nil
}

// AccountFiles lists what the files said of a loan, the newest first. The key is DATE/FILE, the calendar date and the number of a file.
func AccountFiles(ctx context.Context, db *sqlx.DB, loanID string, p Page) (List[AccountFile], error) {
	var before *rules.Date
	file := int64(0)
	if p.After != "" {
		on, number, _ := strings.Cut(p.After, "/")
		d, err := rules.ParseDate(on)
		if err == nil {
			file, err = strconv.ParseInt(number, 10, 64)
		}
		if err != nil {
			return List[AccountFile]{}, fmt.Errorf("%w: %q is not DATE/FILE", ErrBadPage, p.After)
		}
		before = &d
	}
	key, err := accountKey(ctx, db, loanID)
	if err != nil {
		return List[AccountFile]{}, err
	}
	next := func(f *AccountFile) string { return f.AsOf.String() + "/" + strconv.FormatInt(f.File, 10) }
	l, err := list(ctx, db, p, next, inquiryAccountFiles, key, before, file)
	if err != nil {
		return l, fmt.Errorf("read the files of loan %q: %w", loanID, err)
	}
	return l, nil
}

// accountKey is the key of a loan by its id; ErrNotFound if there is none.
func accountKey(ctx context.Context, db *sqlx.DB, loanID string) (key int64, err error) {
	err = db.GetContext(ctx, &key, inquiryLoanKey, loanID)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("loan %q: %w", loanID, err)
	}
	return key, nil
}

// Happening is something that happened with a loan.
type Happening struct {
	On        rules.Date   `db:"on_day"`
	Kind      string       `db:"kind"` // one of HappeningKinds
	ID        string       `db:"id"`   // within its date and kind
	About     string       `db:"about"`
	Was       string       `db:"was"`
	Became    string       `db:"became"`
	Amount    *rules.Cents `db:"amount_cents"`
	Rule      string       `db:"rule"`
	Detail    string       `db:"detail"`
	Run       int64        `db:"run"` // 0: none, as Operation and File
	Operation int64        `db:"operation"`
	File      int64        `db:"file"`
	Who       string       `db:"who"`
	Why       string       `db:"why"`
}

// The kinds of Happening, and what its About, Was, Became and Detail are of each.
const (
	HappenedDecision   = "DECISION"   // state, from, to, cause
	HappenedPosting    = "POSTING"    // type, -, state, the posting that it reverses
	HappenedCase       = "CASE"       // type, case id, what became of it, outcome
	HappenedOperation  = "OPERATION"  // kind
	HappenedFile       = "FILE"       // destination, state of the file, account status, reason of an exclusion
	HappenedCorrection = "CORRECTION" // field, decided value, value, source
	HappenedAnswer     = "ANSWER"     // outcome, field, the bureau's code, the bureau's reason
)

// HappeningKinds lists the kinds of what happens with a loan.
func HappeningKinds() []string {
	return []string{HappenedDecision, HappenedPosting, HappenedCase, HappenedOperation, HappenedFile, HappenedCorrection, HappenedAnswer}
}

// Timeline lists what happened with a loan, all or of one kind, the newest first. The key is DATE/KIND/ID.
func Timeline(ctx context.Context, db *sqlx.DB, loanID, kind string, p Page) (List[Happening], error) {
	var before *rules.Date
	parts := []string{"", "", ""}
	if p.After != "" {
		parts = strings.SplitN(p.After, "/", 3)
		d, err := rules.ParseDate(parts[0])
		if err != nil || len(parts) != 3 {
			return List[Happening]{}, fmt.Errorf("%w: %q is not DATE/KIND/ID", ErrBadPage, p.After)
		}
		before = &d
	}
	key, err := accountKey(ctx, db, loanID)
	if err != nil {
		return List[Happening]{}, err
	}
	next := func(h *Happening) string { return h.On.String() + "/" + h.Kind + "/" + h.ID }
	l, err := list(ctx, db, p, next, inquiryAccountTimeline, key, kind, before, parts[1], parts[2])
	if err != nil {
		return l, fmt.Errorf("read the timeline of loan %q: %w", loanID, err)
	}
	return l, nil
}
