package bureau

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/merkle"
	"github.com/furnisher/furnisher/rules"
)

// Furnish decides and writes what the files of one calendar date say of the loans of a chunk, and counts it: reported,
// excluded, deleted, deletions_waiting, and status_NN for each account status. It returns the number of loans read.
func (f Files) Furnish(ctx context.Context, tx *sqlx.Tx, c batch.Chunk, files []Building, tally *batch.Tally) (read int64, err error) {
	byName, err := readAround(ctx, tx, c, files)
	if err != nil {
		return 0, err
	}
	parts := make([]*part, len(files))
	byProgram := make(map[int64][]*part, len(files)) // a program may have several destinations
	for i, b := range files {
		parts[i] = &part{file: b, vault: f.Vault, around: byName[b.DestinationName], tally: tally, encoder: NewEncoder(b)}
		byProgram[b.Program] = append(byProgram[b.Program], parts[i])
	}
	err = f.Vault.Each(ctx, tx, c.After, c.Last, func(facts *book.Facts) error {
		read++
		for _, p := range byProgram[facts.Terms.Program] {
			if err := p.take(facts); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return read, fmt.Errorf("furnish accounts: %w", err)
	}
	for _, p := range parts {
		if err := p.write(ctx, tx); err != nil {
			return read, fmt.Errorf("program %s: %w", p.file.reporter(), err)
		}
	}
	return read, nil
}

// part is what a file says of one chunk.
type part struct {
	file    Building
	vault   book.Vault // seals the pages
	around  *around
	tally   *batch.Tally
	encoder *Encoder

	encoded   []byte // the block that the next record goes to
	lines     []Line
	records   []Record
	excluded  []excludedRow
	deletions []deletionRow
	ended     []endedRow
	changes   []changeRow
}

type excludedRow struct {
	Loan     int64  `json:"loan"`
	Reason   string `json:"reason"`
	Rule     string `json:"rule"`
	Detail   string `json:"detail"`
	LastFile int64  `json:"last_file,omitempty"` // 0: none said anything of it
}

// addExcluded writes the loans that a file leaves out, which are in the order of their keys, and the page by which the log knows them.
func addExcluded(ctx context.Context, tx *sqlx.Tx, file int64, rows []excludedRow) error {
	if err := database.WriteRows(ctx, tx, excludedAdd, rows, file); err != nil {
		return err
	}
	page := proofPage{kind: ProvedExcluded, columns: excludedColumns}
	var text database.CopyRow
	for i := range rows {
		page.add(rows[i].Loan, merkle.Digest(rows[i].written(file, &text)))
	}
	return page.keep(ctx, tx, file)
}

type deletionRow struct {
	Loan          int64      `json:"loan"`
	AccountNumber string     `json:"account_number"`
	Code          string     `json:"code"`
	DateClosed    rules.Date `json:"date_closed"`
}

// take adds one loan to the part: what the file says of it, or why it says nothing.
func (p *part) take(f *book.Facts) error {
	excluded, err := p.decide(f)
	if err != nil {
		if fault, is := errors.AsType[*rules.UnappliedCase](err); is {
			p.change(f.Loan, rules.CaseChange{Case: fault.Case, Change: rules.ChangeNotApplied, Rule: "CA8"})
		}
		if except := p.tally.Except(f.Loan, err); except != nil {
			return except
		}
		excluded = leftOutFor(err)
	}
	if excluded != nil {
		p.excluded = append(p.excluded, excludedRow{
			Loan: f.Loan, Reason: excluded.Reason, Rule: excluded.Rule, Detail: excluded.Detail, LastFile: p.around.before.lastFile(f.Loan),
		})
		p.tally.Count("excluded", 1)
		if excluded.Reason == rules.DeletionWaits {
			p.tally.Count("deletions_waiting", 1)
		}
	}
	return nil
}

// leftOutFor is the exclusion of a loan that could not be decided.
func leftOutFor(err error) *rules.Exclusion {
	var why *rules.Undecidable
	if errors.As(err, &why) && why.Code == rules.CodeCorrectionHeld {
		return &rules.Exclusion{Reason: rules.CorrectionHeld, Rule: "BR9", Detail: why.Detail}
	}
	return &rules.Exclusion{Reason: rules.Quarantined, Rule: "DC11", Detail: err.Error()}
}

// decide says what the file tells of one loan, or why it leaves it out.
func (p *part) decide(f *book.Facts) (*rules.Exclusion, error) {
	if why := p.otherCycle(f); why != "" {
		return &rules.Exclusion{Reason: rules.OtherCycle, Rule: "BR1", Detail: why}, nil
	}
	account := p.around.account(f, &p.file)
	if err := rules.ReversedAfterDeletion(&account); err != nil && !p.around.reversalNoted[f.Loan] {
		if err := p.tally.Except(f.Loan, err); err != nil {
			return nil, err
		}
	}
	for _, listed := range rules.Listed(&account) {
		if err := p.tally.Except(f.Loan, listed); err != nil {
			return nil, err
		}
	}
	tradeline, excluded, err := rules.Furnish(&account)
	if excluded != nil && excluded.Reason == rules.Blocked {
		if by := rules.BlockedBy(&account); by != nil {
			p.change(f.Loan, *by)
		}
	}
	if err != nil || excluded != nil {
		return excluded, err
	}
	for _, listed := range tradeline.Listed {
		if err := p.tally.Except(f.Loan, listed); err != nil {
			return nil, err
		}
	}
	record, err := p.record(f, tradeline)
	if err != nil {
		return nil, err
	}
	p.add(f.Loan, record, tradeline)
	return nil, nil
}

// record makes the record of a tradeline. What makes it invalid is a *rules.Undecidable.
func (p *part) record(f *book.Facts, t *rules.Tradeline) ([]byte, error) {
	if err := removed(t, f.Consumers); err != nil {
		return nil, err
	}
	return p.encode(p.terms(f, t), t, f.Consumers)
}

// terms are what the record of a tradeline says of the loan beside it.
func (p *part) terms(f *book.Facts, t *rules.Tradeline) Terms {
	product := p.around.Products[f.Terms.Product]
	return Terms{
		AccountNumber: t.AccountNumber, CycleID: f.Terms.CycleID, PortfolioType: product.PortfolioType,
		AccountType: product.AccountType, TermsFrequency: t.Frequency, InterestType: product.InterestType,
		OpenedOn: f.Terms.OpenedOn,
	}
}

// removed returns an *Undecidable if the record would tell of a consumer who was removed. No extract brings one without a surname.
func removed(t *rules.Tradeline, consumers []book.Consumer) error {
	for i := range t.Placed {
		if t.Placed[i].Segment != rules.LeftOut && consumers[i].Surname == "" {
			return &rules.Undecidable{
				Code: rules.CodeNoConsumer, Detail: "a consumer of the loan was removed (CD2): nothing personal is left to report",
			}
		}
	}
	return nil
}

// encodedBlock is the size of the blocks that hold a chunk's records, more than 20 of the largest each.
const encodedBlock = 1 << 18

// encode makes a loan's record.
func (p *part) encode(terms Terms, t *rules.Tradeline, consumers []book.Consumer) ([]byte, error) {
	if cap(p.encoded)-len(p.encoded) < encodedBlock/16 {
		p.encoded = make([]byte, 0, encodedBlock)
	}
	start := len(p.encoded)
	out, err := p.encoder.Append(p.encoded, terms, t, consumers)
	p.encoded = out
	return out[start:len(out):len(out)], err
}

// add keeps what the file says of a loan.
func (p *part) add(loan int64, record []byte, t *rules.Tradeline) {
	p.lines = append(p.lines, Line{
		Loan: loan, RecordBytes: len(record), Facts: t.Facts.String(), Rule: t.Rule, Furnished: t.Furnished,
	})
	for _, change := range t.CaseChanges() {
		p.change(loan, change)
	}
	p.records = append(p.records, Record{Loan: loan, AccountNumber: t.AccountNumber, Encoded: record})
	for _, end := range t.Ended {
		p.ended = append(p.ended, endedRow{loan, end.ID, end.Fact})
	}
	p.tally.Changed++
	p.tally.Count("reported", 1)
	p.tally.Count("status_"+t.AccountStatus, 1)
	if code := t.Deletion(); code != "" {
		p.deletions = append(p.deletions, deletionRow{loan, t.AccountNumber, code, t.DateClosed})
		p.tally.Count("deleted", 1)
	}
}

// changeRow is a row of case_change.
type changeRow struct {
	CaseID string `json:"case_id"`
	Loan   int64  `json:"loan"`
	Change string `json:"change"`
	Rule   string `json:"rule"`
	Value  string `json:"value"`
}

// change keeps what a case changed of what the file says of a loan, for the review list (CA1).
func (p *part) change(loan int64, c rules.CaseChange) {
	p.changes = append(p.changes, changeRow{c.Case, loan, c.Change, c.Rule, c.Value})
}

// otherCycle says why a cycle program does not report the loan on this calendar date; empty: it does.
func (p *part) otherCycle(f *book.Facts) string {
	ids := p.file.ActivityCycleIDs
	switch {
	case !p.file.Calendar.ByCycle():
		return ""
	case len(ids) > 0 && f.Terms.CycleID == "":
		return "it has no cycle id, and the program reports by cycle ids"
	case len(ids) > 0 && !slices.Contains(ids, f.Terms.CycleID):
		return "its cycle id is not one that the program reports"
	case !p.around.cycleEnds[f.Loan]:
		return "its billing cycle does not end on this date"
	}
	return ""
}

func (p *part) write(ctx context.Context, tx *sqlx.Tx) error {
	// First: the database holds a line against the locks that last (BR9).
	if err := database.WriteRows(ctx, tx, correctionEnd, p.ended, p.file.File); err != nil {
		return fmt.Errorf("end corrections: %w", err)
	}
	if err := addLines(ctx, tx, p.file, p.lines); err != nil {
		return err
	}
	if err := keepPages(ctx, tx, p.vault, p.file.File, p.records); err != nil {
		return err
	}
	if err := addExcluded(ctx, tx, p.file.File, p.excluded); err != nil {
		return fmt.Errorf("write exclusions: %w", err)
	}
	if err := database.WriteRows(ctx, tx, deletionAdd, p.deletions, p.file.Destination, p.file.File); err != nil {
		return fmt.Errorf("write deletions: %w", err)
	}
	if err := database.WriteRows(ctx, tx, caseChangeAdd, p.changes, p.file.File); err != nil {
		return fmt.Errorf("write what cases changed: %w", err)
	}
	return nil
}
