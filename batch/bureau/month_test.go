package bureau

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// monthly is a lender's database with files of some months.
type monthly struct {
	t   *testing.T
	db  *sqlx.DB
	dir string
}

func newMonthly(t *testing.T, calendar string) monthly {
	t.Helper()
	m := monthly{t, pgtest.New(t), t.TempDir()}
	pgtest.PlaceFiles(t, m.db)
	m.exec(`INSERT INTO program (program_id, identification_number, reporter_name, reporter_address, calendar)
		VALUES ('P1', 'LENDER01', 'EXAMPLE LENDING', '1 MAIN ST', $1)`, calendar)
	m.exec(`INSERT INTO destination (program, name) VALUES (1, 'bureaus')`)
	m.exec(`INSERT INTO run (run, business_date, plan_hash, program_version, state, who, why, last_loan, started_at, finished_at)
		VALUES (1, '2026-11-30', '', '', 'CLOSED', '', '', 3, '2026-12-01', '2026-12-01')`)
	return m
}

func (m monthly) exec(query string, args ...any) {
	m.t.Helper()
	if _, err := m.db.ExecContext(m.t.Context(), query, args...); err != nil {
		m.t.Fatal(err)
	}
}

func (m monthly) path(file int64) string {
	return filepath.Join(m.dir, fmt.Sprintf("file-%d.txt", file))
}

// said is what a file says of an account; the zero value of a part is a loan that is paid as agreed.
type said struct {
	account string
	opened  metro2.Date
	status  string
}

// record makes the record of a month.
func (s said) record(month metro2.Date) *metro2.Record {
	b := metro2.Base{
		IdentificationNumber: "LENDER01", AccountNumber: s.account, PortfolioType: "I", AccountType: "00",
		DateOpened: s.opened, HighestCredit: 21500, TermsDuration: "060", TermsFrequency: "M",
		ScheduledPayment: 389, ActualPayment: 389, AccountStatus: "11", PaymentHistory: "000000000000000000000000",
		CurrentBalance: 15210, DateAccountInfo: month, DateLastPayment: month - 5, InterestType: "F",
		Surname: "SAMPLEA", FirstName: "TERRY", DateOfBirth: 19810215, ECOACode: "1", CountryCode: "US",
		Address1: "100 TEST LANE", City: "SPRINGFIELD", State: "IL", PostalCode: "62701", AddressInd: "Y", ResidenceCode: "R",
	}
	if s.status != "" {
		b.AccountStatus, b.DateClosed = s.status, month-5
		b.CurrentBalance, b.ScheduledPayment = 0, 0
	}
	return &metro2.Record{Base: b}
}

// file makes a file as a night does: its records are kept, and it is on the disk.
func (m monthly) file(file int64, asOf string, lines ...said) {
	m.t.Helper()
	day, err := rules.ParseDate(asOf)
	if err != nil {
		m.t.Fatal(err)
	}
	records := make([]Record, len(lines))
	for i, s := range lines {
		s.account = fmt.Sprintf("%-30s", s.account)
		encoded, err := metro2.AppendRecord(nil, s.record(date(day)), metro2.Character)
		if err != nil {
			m.t.Fatal(err)
		}
		records[i] = Record{int64(i + 1), s.account, encoded}
	}
	addPages(m.t, m.db, file, records)
	out, err := os.OpenFile(m.path(file), os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		m.t.Fatal(err)
	}
	w, err := source{ownTx(m.db), vault, file}.stream(m.t.Context(), out, func([]byte) metro2.Header {
		return metro2.Header{
			ExperianID: "FRN1", ActivityDate: date(day), DateCreated: date(day), ReporterName: "EXAMPLE LENDING",
			ReporterAddress: "1 MAIN ST", VendorName: "FURNISHER", VendorVersion: "1.0",
		}
	}, nil)
	if err := errors.Join(err, out.Close()); err != nil {
		m.t.Fatal(err)
	}
	head, err := headerLine(w.header)
	if err != nil {
		m.t.Fatal(err)
	}
	hash, err := hashFile(m.path(file))
	if err != nil {
		m.t.Fatal(err)
	}
	m.exec(`INSERT INTO bureau_file (file, run, program, destination, as_of, previous_on, created_on, state, name, path, sha256, bytes, records, header)
		VALUES ($1, 1, 1, 1, $2, CAST($2 AS date) - 30, $2, 'GENERATED', $3, $4, $5, $6, $7, $8)`,
		file, asOf, filepath.Base(m.path(file)), m.path(file), hash, w.bytes, len(lines), string(head))
}

// tradelines notes what a file says of some loans, A1, A2, ...
func (m monthly) tradelines(file int64, loans int) {
	m.t.Helper()
	m.exec(`INSERT INTO loan_key (loan_id) SELECT 'L' || n FROM generate_series(1, CAST($1 AS integer)) n`, loans)
	m.exec(`INSERT INTO tradeline (file, loan, as_of, account_number, account_status, payment_rating, payment_history, history_chain,
			history_character, date_account_info, current_balance, amount_past_due, scheduled_payment, actual_payment,
			original_charge_off, special_comment, final, episode, record_bytes, rule, facts)
		SELECT $1, loan, '2026-10-31', 'A' || loan, '11', '', '', '', '', '2026-10-31', 0, 0, 0, 0, 0, '', false, 1, 426, '', '{}' FROM loan_key`, file)
}

// try tries to release a file, without pre-flight, which looks at the book.
func (m monthly) try(file int64, acknowledged ...string) (Effect, error) {
	m.t.Helper()
	tx, err := m.db.BeginTxx(m.t.Context(), nil)
	if err != nil {
		m.t.Fatal(err)
	}
	defer func() {
		if err := tx.Rollback(); err != nil {
			m.t.Error(err)
		}
	}()
	move := Move{File: file, To: Released, Vault: vault, Who: "kim", Why: "looked through", Acknowledged: acknowledged}
	_, effect, err := enter(m.t.Context(), tx, move, time.Time{})
	return effect, err
}

// release looks what a release of a file would find: the rules that warn, or the error, and the files that it is compared with.
func (m monthly) release(file int64) (found string, compared []int64) {
	m.t.Helper()
	effect, err := m.try(file)
	with := effect.Compared
	var warned *UnacknowledgedError
	switch {
	case errors.As(err, &warned):
		found, with = foundText(warned.Found, warned.Rules), warned.Compared
	case err != nil:
		found = err.Error()
	}
	for _, c := range with {
		compared = append(compared, c.File)
	}
	entries, err := os.ReadDir(m.dir)
	if err != nil {
		m.t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			m.t.Errorf("%s is left", e.Name())
		}
	}
	return found, compared
}

func (m monthly) finds(what string, file int64, want string, compared ...int64) {
	m.t.Helper()
	if found, with := m.release(file); !strings.HasSuffix(found, want) || want == "" && found != "" || !cmp.Equal(with, compared) {
		m.t.Errorf("%s: found %q beside %v, want %q beside %v", what, found, with, want, compared)
	}
}

// TestReleaseBesideTheMonthBefore: a file is compared with the one before that counts, whatever became of that on the disk.
func TestReleaseBesideTheMonthBefore(t *testing.T) {
	t.Parallel()
	m := newMonthly(t, "monthly:last")
	a, b, c := said{"A1", 20250315, ""}, said{"A2", 20250315, ""}, said{"A3", 20250315, ""}
	other := said{"A2", 20250401, ""}
	const differs = "H16 1, PROG-DateOpen-1 1, X03 1"
	m.file(1, "2026-09-30", a, other, c)
	m.file(2, "2026-10-31", a, b)
	m.file(3, "2026-11-30", a, other, c)
	m.finds("the first", 1, "")
	m.finds("beside October", 3, differs, 2)
	if err := os.Truncate(m.path(2), 100); err != nil {
		t.Fatal(err)
	}
	m.finds("October is cut", 3, differs, 2)
	if err := os.Remove(m.path(2)); err != nil {
		t.Fatal(err)
	}
	m.finds("October is lost", 3, differs, 2)

	m.tradelines(2, 2)
	m.exec(`INSERT INTO answer (loan, file, destination, record_number, outcome, field, reason, received_on, seen_file, owner, recorded_by, recorded_at)
		VALUES (2, 2, 1, 3, 'CHANGED', 'city', 'a reason', '2026-11-05', 2, 'robin', 'robin', '2026-11-05')`)
	m.finds("a bureau changed the record", 3, differs, 2)
	m.exec(`UPDATE answer SET outcome = 'REFUSED', field = ''`)
	m.finds("a bureau refused the record", 3, "", 2) // BR11
	m.exec(`DELETE FROM answer`)

	m.exec(`DELETE FROM file_page WHERE file = 2`)
	m.finds("October is lost, and its records", 3, "NOT-COMPARED 1", 2)
	m.exec(`UPDATE bureau_file SET state = 'REJECTED' WHERE file = 2`)
	m.finds("October does not count", 3, "H16 3, X04 3", 1) // and the histories do not say that it is missing
}

// TestReleaseErrorBesideTheMonthBefore: what contradicts the month before is no warning that somebody could acknowledge.
func TestReleaseErrorBesideTheMonthBefore(t *testing.T) {
	t.Parallel()
	m := newMonthly(t, "monthly:last")
	m.file(1, "2026-10-31", said{"A1", 20250315, "DA"})
	m.file(2, "2026-11-30", said{"A1", 20250315, ""})
	_, err := m.try(2, AllWarnings)
	if !errors.Is(err, ErrFindings) || !strings.Contains(err.Error(), "X02 1 (") || !strings.HasSuffix(err.Error(), ", compared with file 1)") {
		t.Errorf("%v", err)
	}
}

// TestReleaseOfACycle: the month before of a cycle is in the files of 31 days.
func TestReleaseOfACycle(t *testing.T) {
	t.Parallel()
	m := newMonthly(t, "cycle")
	m.file(1, "2026-10-29", said{"A1", 20250401, ""}, said{"A9", 20250401, ""})
	m.file(2, "2026-10-30", said{"A1", 20250401, ""})
	m.file(3, "2026-10-31", said{"A2", 20250401, ""})
	m.file(4, "2026-11-15", said{"A3", 20250315, ""})
	m.file(5, "2026-11-30", said{"A1", 20250315, ""}, said{"A2", 20250315, ""}, said{"A9", 20250315, ""})
	m.finds("the end of November", 5, "H16 2, PROG-DateOpen-1 2, X03 2", 4, 3, 2)
}

// TestRefusedAccounts: they are read a page at a time, and none is missed at the end of a page.
func TestRefusedAccounts(t *testing.T) {
	t.Parallel()
	m := newMonthly(t, "monthly:last")
	m.file(1, "2026-10-31")
	m.tradelines(1, 9)
	m.exec(`INSERT INTO answer (loan, file, destination, record_number, outcome, code, reason, received_on, seen_file, owner, recorded_by, recorded_at)
		SELECT loan, 1, 1, 1 + loan, 'REFUSED', code, '', '2026-11-05', 1, 'robin', 'robin', '2026-11-05'
		FROM tradeline CROSS JOIN (VALUES ('X'), ('Y')) twice (code) WHERE loan NOT IN (2, 5, 9)`)
	tx := m.db.MustBegin()
	defer tx.Rollback() //nolint:errcheck // nothing else can be done
	for most := 1; most <= 8; most++ {
		r := refusedAccounts{ctx: t.Context(), tx: tx, file: 1, most: most}
		for i, want := range []bool{false, true, false, true, true, false, true, true, true, false, false} {
			if got, err := r.has(fmt.Sprintf("A%d", i)); err != nil || got != want {
				t.Errorf("pages of %d: A%d is %v, %v", most, i, got, err)
			}
		}
	}
}
