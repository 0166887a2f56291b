package bureau

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// chunkLook looks at the accounts of one of the chunks that made files of one run and date, once for all of them.
type chunkLook struct {
	vault book.Vault
	files []*fileLook
}

// fileLook is what is looked at of one file in a chunk.
//
// Each account is decided and encoded again. A record with the same bytes says just what was decided; only another one is decoded.
type fileLook struct {
	part    part
	today   rules.Date
	records map[int64][]byte // of the chunk's loans
	again   []byte           // the record as it would be
	decoded metro2.Record
	said    rules.Told
	found   []rules.Violated

	accounts int64
	rows     []findingRow
	profile  *rules.FileProfile
}

// lookAt returns a look at a chunk of files.
func (p Preflight) lookAt(files []*found) *chunkLook {
	l := &chunkLook{vault: p.Vault}
	for _, f := range files {
		l.files = append(l.files, &fileLook{
			part: part{file: f.file.Building, encoder: NewEncoder(f.file.Building)}, today: f.file.Today,
			records: map[int64][]byte{}, profile: rules.NewFileProfile(f.file.File, f.file.AsOf),
		})
	}
	return l
}

// give adds what was found in the chunk to what was found in the file, of which most findings are kept.
func (l *fileLook) give(f *found, most int) {
	f.records, f.accounts = f.records+int64(len(l.records)), f.accounts+l.accounts
	f.add(l.rows, most)
	f.profile.Merge(l.profile)
}

func (l *chunkLook) read(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) error {
	files := make([]Building, len(l.files))
	byProgram := make(map[int64][]*fileLook, len(l.files)) // a program may have several destinations
	for i, f := range l.files {
		files[i] = f.part.file
		byProgram[files[i].Program] = append(byProgram[files[i].Program], f)
	}
	byName, err := readAround(ctx, tx, c, files)
	if err != nil {
		return err
	}
	for _, f := range l.files {
		own := *byName[f.part.file.DestinationName]
		if own.deletedOn, err = readDeletedBefore(ctx, tx, c, &f.part.file); err != nil {
			return fmt.Errorf("read deletions: %w", err)
		}
		f.part.around = &own
		if err := f.readRecords(ctx, tx, c, l.vault); err != nil {
			return fmt.Errorf("read records of file %d: %w", f.part.file.File, err)
		}
	}
	err = l.vault.Each(ctx, tx, c.After, c.Last, func(facts *book.Facts) error {
		for _, f := range byProgram[facts.Terms.Program] {
			if err := f.account(facts); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look at accounts: %w", err)
	}
	return nil
}

// readDeletedBefore is readDeleted by the files before one.
func readDeletedBefore(ctx context.Context, tx *sqlx.Tx, c batch.Chunk, b *Building) (map[int64]rules.Date, error) {
	var destinations database.IntArray
	if err := tx.SelectContext(ctx, &destinations, destinationPast, b.DestinationName); err != nil {
		return nil, err
	}
	type deletion struct {
		loan int64
		on   rules.Date
	}
	deletedOn := map[int64]rules.Date{}
	columns := func(d *deletion) []any { return []any{&d.loan, &d.on} }
	err := database.Each(ctx, tx, columns, func(d *deletion) error {
		deletedOn[d.loan] = d.on
		return nil
	}, deletionBefore, c.After, c.Last, destinations, b.File)
	return deletedOn, err
}

// readRecords reads the records that the chunk made for the file.
func (l *fileLook) readRecords(ctx context.Context, tx *sqlx.Tx, c batch.Chunk, v book.Vault) error {
	place := pagePlace(l.part.file.File)
	type pageRow struct {
		loans  pq.Int64Array
		sealed []byte
	}
	columns := func(r *pageRow) []any { return []any{&r.loans, &r.sealed} }
	return database.Each(ctx, tx, columns, func(r *pageRow) error {
		squeezed, err := v.Keys.Open(r.sealed, place)
		if err != nil {
			return err
		}
		rest := appendExpanded(nil, squeezed)
		for _, loan := range r.loans {
			record, after, ok := metro2.CutRecord(rest, metro2.Character)
			if !ok {
				return errPage
			}
			l.records[loan], rest = record, after
		}
		return nil
	}, preflightPages, l.part.file.File, c.After, c.Last)
}

// account looks at one account.
func (l *fileLook) account(facts *book.Facts) error {
	l.accounts++
	p, record := &l.part, l.records[facts.Loan]
	account := p.around.account(facts, &p.file)
	r := rules.Reviewed{Account: &account, Today: l.today}
	same, err := false, error(nil)
	if why := p.otherCycle(facts); why != "" {
		r.Left = &rules.Exclusion{Reason: rules.OtherCycle, Rule: "BR1", Detail: why}
	} else if r.Again, r.Left, err = rules.Furnish(&account); err == nil && r.Again != nil {
		same, err = l.encode(facts, r.Again, record)
	}
	if err != nil {
		var why *rules.Undecidable
		if !errors.As(err, &why) {
			return err
		}
		r.Again, r.Undecided = nil, why
	}
	if record != nil {
		r.Told = l.told(record, same, &r)
		var before *rules.Furnished
		if len(account.Tradelines) > 0 {
			before = &account.Tradelines[0]
		}
		l.profile.Add(&r.Told.Furnished, before)
	}
	l.found = rules.Review(&r, l.found[:0])
	for _, v := range l.found {
		l.rows = append(l.rows, newFinding(facts.Loan, v))
	}
	return nil
}

// encode makes the record of what was decided again, and says whether it is the one that the file has: that was checked when it was made.
func (l *fileLook) encode(facts *book.Facts, t *rules.Tradeline, record []byte) (same bool, err error) {
	if err := removed(t, facts.Consumers); err != nil {
		return false, err
	}
	encoder := l.part.encoder
	if l.again, err = encoder.draft(l.again[:0], l.part.terms(facts, t), t, facts.Consumers); err != nil || bytes.Equal(l.again, record) {
		return err == nil, err
	}
	return false, encoder.valid(l.again)
}

// told is what a record of the file says: what was decided again, if that gives the same bytes, else what it is decoded to.
func (l *fileLook) told(record []byte, same bool, r *rules.Reviewed) *rules.Told {
	if !same {
		metro2.DecodeRecord(record, metro2.Character, &l.decoded, nil)
		return toldBy(&l.decoded, r.Account.AsOf)
	}
	l.said = rules.Told{Tradeline: *r.Again}
	for i := range r.Again.Placed {
		if r.Again.Placed[i].Segment != rules.LeftOut {
			l.said.Persons++
		}
	}
	return &l.said
}

// toldBy is what a record says, as rules see it.
func toldBy(record *metro2.Record, asOf rules.Date) *rules.Told {
	b := &record.Base
	return &rules.Told{
		Persons: 1 + len(record.J1) + len(record.J2),
		Tradeline: rules.Tradeline{
			CreditLimit: int64(b.CreditLimit), HighestCredit: int64(b.HighestCredit), TermsDuration: b.TermsDuration, Frequency: b.TermsFrequency,
			Furnished: rules.Furnished{
				AsOf: asOf, AccountStatus: b.AccountStatus, PaymentRating: b.PaymentRating, PaymentHistory: b.PaymentHistory,
				DateAccountInfo: day(b.DateAccountInfo), DateFirstDelinquency: day(b.DateFirstDelinquency), DateClosed: day(b.DateClosed),
				DateLastPayment: day(b.DateLastPayment), CurrentBalance: int64(b.CurrentBalance), AmountPastDue: int64(b.AmountPastDue),
				ScheduledPayment: int64(b.ScheduledPayment), ActualPayment: int64(b.ActualPayment), OriginalChargeOff: int64(b.OriginalChargeoff),
				AccountNumber: b.AccountNumber, SpecialComment: b.SpecialComment, ComplianceCode: b.ComplianceCode,
			},
		},
	}
}

// day is a date of a record as rules count it, 0 for none.
func day(d metro2.Date) rules.Date {
	if !d.Valid() {
		return 0
	}
	return rules.NewDate(d.Year(), time.Month(d.Month()), int(d)%100)
}
