package bureau

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// boardBatch is how many records are read, matched and written at once.
const boardBatch = 2000

// boarding reads one file.
type boarding struct {
	*boarder
	given  *givenFile
	files  []Building // that it becomes, one at each destination
	before int64      // the file that was boarded before it, 0: none
	count  int64      // of its records

	batch   []boardRecord
	misfits []misfitRow
}

// boardRecord is a record of a file.
type boardRecord struct {
	*metro2.Record
	number int64 // in the file, the header being 1
}

// misfitRow is a row of boarded_misfit.
type misfitRow struct {
	Record        int64  `json:"record_number"`
	Loan          *int64 `json:"loan"`
	AccountNumber string `json:"account_number"`
	Reason        string `json:"reason"`
	Detail        string `json:"detail"`
}

// boardLoan is a loan that a record may tell of.
type boardLoan struct {
	AccountNumber string         `db:"account_number"` // by which it was found
	Loan          int64          `db:"loan"`
	OpenedOn      rules.Date     `db:"opened_on"`
	Portfolio     string         `db:"portfolio_type"`
	Episode       int            `db:"episode"`
	Consumers     boardConsumers `db:"consumers"`
}

// boardConsumer is a consumer of a loan.
type boardConsumer struct {
	ID       int64  `json:"id"`
	Position int    `json:"position"`
	ECOA     string `json:"ecoa"`
	Business bool   `json:"business"`
	SSN      string `json:"ssn"` // its keyed hash; empty: none is known
	Surname  string `json:"surname"`
}

// boardConsumers are read from JSON, by position; NULL is none.
type boardConsumers []boardConsumer

// Scan reads a document of the database.
func (c *boardConsumers) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		return nil
	case []byte:
		return json.Unmarshal(v, c)
	case string:
		return json.Unmarshal([]byte(v), c)
	}
	return fmt.Errorf("scan %T into consumers", src)
}

// boardPerson is a person whom a record names.
type boardPerson struct {
	segment   rules.Segment
	ssn       string // its keyed hash; empty: none
	surname   string
	ecoa, cii string
	consumer  int // whom it is, -1: nobody of the loan
}

// take keeps a record of the file for the next batch; one that cannot be read is listed.
func (r *boarding) take(item *metro2.Item) {
	rec := boardRecord{item.Record.Clone(), int64(item.RecordNo)}
	rec.Base.AccountNumber = strings.ToUpper(strings.TrimSpace(rec.Base.AccountNumber))
	for i := range item.Problems {
		if p := &item.Problems[i]; p.Severity == metro2.Error {
			r.misfit(&rec, nil, rules.BoardUnreadable, p.Rule+" "+p.Field)
			return
		}
	}
	if rec.Base.AccountNumber == "" {
		r.misfit(&rec, nil, rules.BoardUnreadable, "account_number")
		return
	}
	r.batch = append(r.batch, rec)
}

func (r *boarding) misfit(rec *boardRecord, loan *boardLoan, reason, detail string) {
	row := misfitRow{Record: rec.number, AccountNumber: rec.Base.AccountNumber, Reason: reason, Detail: detail}
	if loan != nil {
		row.Loan = &loan.Loan
	}
	r.misfits = append(r.misfits, row)
}

// write matches the records of a batch with loans, and writes what the file says of them.
func (r *boarding) write(ctx context.Context, tx *sqlx.Tx) error {
	loans, err := r.find(ctx, tx)
	if err != nil {
		return fmt.Errorf("find the loans of records: %w", err)
	}
	before, told, err := r.earlier(ctx, tx, loans)
	if err != nil {
		return fmt.Errorf("find what was boarded of loans before: %w", err)
	}
	var lines []Line
	var records []Record
	var deletions []deletionRow
	for i := range r.batch {
		rec := &r.batch[i]
		loan, persons, fits, err := r.fit(rec, loans, told)
		if err != nil {
			return err
		}
		if !fits {
			continue
		}
		encoded, err := metro2.AppendRecord(nil, rec.Record, metro2.Character)
		if err != nil {
			r.misfit(rec, loan, rules.BoardUnreadable, "it cannot be written again")
			continue
		}
		told[loan.Loan] = true
		line := r.line(rec, loan, persons, before[loan.Loan])
		line.RecordBytes = len(encoded)
		if line.Undated() {
			r.misfit(rec, loan, rules.BoardNoDOFD, "status "+line.AccountStatus+": held until first_delinquency_on is given")
		}
		if code := line.Deletion(); code != "" {
			on := line.DateClosed
			if on == 0 {
				on = r.given.asOf
			}
			deletions = append(deletions, deletionRow{loan.Loan, line.AccountNumber, code, on})
		}
		lines, records = append(lines, line), append(records, Record{loan.Loan, line.AccountNumber, encoded})
	}
	slices.SortFunc(lines, func(a, b Line) int { return int(a.Loan - b.Loan) })
	for _, f := range r.files {
		if err := copyLines(ctx, tx, f, lines, func(int64, []byte) {}); err != nil { // logged once all are there: loans come in any order
			return fmt.Errorf("write tradelines: %w", err)
		}
		if err := keepPages(ctx, tx, r.Vault, f.File, records); err != nil {
			return err
		}
		if err := database.WriteRows(ctx, tx, boardDeletions, deletions, f.Destination, f.File); err != nil {
			return fmt.Errorf("write deletions: %w", err)
		}
		if err := database.WriteRows(ctx, tx, boardMisfits, r.misfits, f.File); err != nil {
			return fmt.Errorf("list accounts: %w", err)
		}
	}
	r.batch, r.misfits = r.batch[:0], r.misfits[:0]
	return nil
}

// find finds the loans of a batch by the account numbers of its records, also those that are announced (L1).
func (r *boarding) find(ctx context.Context, tx *sqlx.Tx) (map[string]*boardLoan, error) {
	var numbers []string
	for i := range r.batch {
		numbers = append(numbers, r.batch[i].Base.AccountNumber)
		if announced := r.batch[i].announced(); announced != "" {
			numbers = append(numbers, announced)
		}
	}
	slices.Sort(numbers)
	var found []boardLoan
	if err := tx.SelectContext(ctx, &found, boardLoans, r.program.Program, pq.Array(slices.Compact(numbers))); err != nil {
		return nil, err
	}
	loans := make(map[string]*boardLoan, len(found))
	for i := range found {
		loans[found[i].AccountNumber] = &found[i]
	}
	return loans, nil
}

// announced is the account number that an L1 announces; empty: none.
func (rec *boardRecord) announced() string {
	if rec.L1 == nil {
		return ""
	}
	return strings.ToUpper(strings.TrimSpace(rec.L1.NewAccountNumber))
}

// earlier reads what the file that was boarded before said of some loans, and of which of them this one has told.
func (r *boarding) earlier(ctx context.Context, tx *sqlx.Tx, loans map[string]*boardLoan) (map[int64]*rules.Furnished, map[int64]bool, error) {
	var keys, files database.IntArray
	for _, loan := range loans {
		keys, files = append(keys, loan.Loan), append(files, r.before)
	}
	told, before := map[int64]bool{}, map[int64]*rules.Furnished{}
	var already []int64
	if err := tx.SelectContext(ctx, &already, boardTold, r.files[0].File, keys); err != nil {
		return nil, nil, err
	}
	for _, loan := range already {
		told[loan] = true
	}
	if r.before == 0 {
		return before, told, nil
	}
	err := database.Each(ctx, tx, (*lineBefore).columns, func(l *lineBefore) error {
		said := l.Furnished
		before[l.Loan] = &said
		return nil
	}, lineOlderAll, keys, files, 1, database.IntArray{r.files[0].Destination})
	return before, told, err
}

// fit finds the loan that a record tells of, and who the persons are whom it names; a record that fits none is listed.
func (r *boarding) fit(rec *boardRecord, loans map[string]*boardLoan, told map[int64]bool) (*boardLoan, []boardPerson, bool, error) {
	loan := loans[rec.Base.AccountNumber]
	if loan == nil {
		loan = loans[rec.announced()]
	}
	if loan == nil {
		r.misfit(rec, nil, rules.BoardNoLoan, "no loan of the program has this account number")
		return nil, nil, false, nil
	}
	persons, err := r.persons(rec)
	if err != nil {
		return nil, nil, false, err
	}
	same := rules.BoardedAccount{RecordOpenedOn: givenDate(rec.Base.DateOpened), LoanOpenedOn: loan.OpenedOn}
	same.RecordPersons, same.LoanPersons = identities(persons, loan.Consumers)
	switch reason, detail := same.Misfit(); {
	case reason != "":
		r.misfit(rec, loan, reason, detail)
	case told[loan.Loan]:
		r.misfit(rec, loan, rules.BoardTwice, "another record of the file tells of the loan")
	default:
		return loan, persons, true, nil
	}
	return nil, nil, false, nil
}

// persons are those whom a record names, the base segment first.
func (r *boarding) persons(rec *boardRecord) ([]boardPerson, error) {
	b := &rec.Base
	persons := make([]boardPerson, 0, 1+len(rec.J1)+len(rec.J2))
	add := func(segment rules.Segment, surname string, ssn metro2.Number, ecoa, cii string) error {
		p := boardPerson{segment: segment, surname: metro2.FoldName(surname), ecoa: ecoa, cii: cii, consumer: -1}
		if ssn > 0 && ssn < 999999999 {
			hash, err := r.Vault.HashSSN(fmt.Sprintf("%09d", int64(ssn)))
			if err != nil {
				return err
			}
			p.ssn = hex.EncodeToString(hash)
		}
		persons = append(persons, p)
		return nil
	}
	if err := add(rules.SegmentBase, b.Surname, b.SSN, b.ECOACode, b.ConsumerInfo); err != nil {
		return nil, err
	}
	for i := range rec.J1 {
		if j := &rec.J1[i]; j.Surname != "" {
			if err := add(rules.SegmentJ1, j.Surname, j.SSN, j.ECOACode, j.ConsumerInfo); err != nil {
				return nil, err
			}
		}
	}
	for i := range rec.J2 {
		if j := &rec.J2[i]; j.Surname != "" {
			if err := add(rules.SegmentJ2, j.Surname, j.SSN, j.ECOACode, j.ConsumerInfo); err != nil {
				return nil, err
			}
		}
	}
	return persons, nil
}

// identities are by what the persons of a record and a loan are compared: social security numbers where both sides know some, else surnames.
func identities(persons []boardPerson, consumers []boardConsumer) (record, loan []string) {
	for i := range persons {
		if persons[i].ssn != "" {
			record = append(record, persons[i].ssn)
		}
	}
	for i := range consumers {
		if consumers[i].SSN != "" {
			loan = append(loan, consumers[i].SSN)
		}
	}
	if len(record) > 0 && len(loan) > 0 {
		return record, loan
	}
	record, loan = nil, nil
	for i := range persons {
		record = append(record, persons[i].surname)
	}
	for i := range consumers {
		loan = append(loan, metro2.FoldName(consumers[i].Surname))
	}
	return record, loan
}

// line is what a record said of a loan, as our own files keep it.
func (r *boarding) line(rec *boardRecord, loan *boardLoan, persons []boardPerson, before *rules.Furnished) Line {
	b := &rec.Base
	l := Line{Loan: loan.Loan, Rule: "Q21", Facts: `{"boarded_record":` + strconv.FormatInt(rec.number, 10) + `}`, Furnished: rules.Furnished{
		AsOf: r.given.asOf, AccountStatus: b.AccountStatus, PaymentRating: b.PaymentRating, PaymentHistory: b.PaymentHistory,
		DateAccountInfo: givenDate(b.DateAccountInfo), DateFirstDelinquency: givenDate(b.DateFirstDelinquency),
		DateClosed: givenDate(b.DateClosed), DateLastPayment: givenDate(b.DateLastPayment), CurrentBalance: int64(b.CurrentBalance),
		AmountPastDue: int64(b.AmountPastDue), ScheduledPayment: int64(b.ScheduledPayment), ActualPayment: int64(b.ActualPayment),
		OriginalChargeOff: int64(b.OriginalChargeoff), AccountNumber: b.AccountNumber, SpecialComment: b.SpecialComment,
		ComplianceCode: b.ComplianceCode, Segments: rec.segments(), Episode: loan.Episode,
	}}
	if l.DateAccountInfo == 0 {
		l.DateAccountInfo = r.given.asOf
	}
	if missing := 24 - len(l.PaymentHistory); missing > 0 {
		l.PaymentHistory += strings.Repeat("B", missing)
	}
	consumers, said := placeBoarded(loan.Consumers, persons)
	rules.Board(&l.Furnished, before, b.PortfolioType, consumers, said)
	return l
}

// placeBoarded says what a record says of each consumer of a loan: they are found by number, else by surname.
func placeBoarded(of []boardConsumer, persons []boardPerson) ([]rules.Consumer, []rules.FurnishedConsumer) {
	consumers, said := make([]rules.Consumer, len(of)), make([]rules.FurnishedConsumer, len(of))
	match := func(same func(c *boardConsumer, p *boardPerson) bool) {
		for i := range of {
			for k := range persons {
				if p := &persons[k]; p.consumer < 0 && said[i].Segment == rules.LeftOut && same(&of[i], p) {
					p.consumer = i
					said[i].Segment, said[i].ECOA, said[i].CII = p.segment, p.ecoa, p.cii
				}
			}
		}
	}
	for i, c := range of {
		consumers[i] = rules.Consumer{ID: c.ID, Position: c.Position, ECOA: c.ECOA, Business: c.Business}
		said[i] = rules.FurnishedConsumer{ID: c.ID, Position: c.Position, ECOA: c.ECOA}
	}
	match(func(c *boardConsumer, p *boardPerson) bool { return c.SSN != "" && c.SSN == p.ssn })
	match(func(c *boardConsumer, p *boardPerson) bool {
		return (c.SSN == "" || p.ssn == "") && metro2.FoldName(c.Surname) == p.surname
	})
	return consumers, said
}

// segments are the segments K1 to L1 of a record, nil for none.
func (rec *boardRecord) segments() *rules.Segments {
	var s rules.Segments
	if k := rec.K1; k != nil && k.CreditorName != "" {
		s.CreditorName, s.CreditorClass = k.CreditorName, fmt.Sprintf("%02d", int64(k.CreditorClass))
	}
	if k := rec.K2; k != nil && k.Indicator != 0 {
		s.SaleIndicator, s.SaleName = strconv.FormatInt(int64(k.Indicator), 10), k.Name
	}
	if k := rec.K3; k != nil && (k.AgencyAccount != "" || k.MIN != "") {
		s.AgencyID, s.AgencyAccount, s.MortgageID = fmt.Sprintf("%02d", int64(k.AgencyID)), k.AgencyAccount, k.MIN
	}
	if k := rec.K4; k != nil && k.PaymentInd != 0 {
		s.PaymentIndicator = fmt.Sprintf("%02d", int64(k.PaymentInd))
		s.DeferredStart, s.BalloonOn, s.BalloonAmount = givenDate(k.DeferredStart), givenDate(k.BalloonDate), int64(k.BalloonAmount)
	}
	s.NewAccountNumber = rec.announced()
	if s == (rules.Segments{}) {
		return nil
	}
	return &s
}
