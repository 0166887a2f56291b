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

// chunkLook looks at the accounts of one of the chunks that made a file.
//
// Each account is decided and encoded again. A record with the same bytes says just what was decided; only another one is decoded.
type chunkLook struct {
	file  *lookedAt
	vault book.Vault

	part    part
	records map[int64][]byte // of the chunk's loans
	again   []byte           // the record as it would be
	decoded metro2.Record
	found   []rules.Violated

	accounts int64
	rows     []findingRow
	profile  *rules.FileProfile
}

func (l *chunkLook) read(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) error {
	building := l.file.Building
	byName, err := readAround(ctx, tx, c, []Building{building})
	if err != nil {
		return err
	}
	around := byName[building.DestinationName]
	if around.deletedOn, err = readDeletedBefore(ctx, tx, c, &building); err != nil {
		return fmt.Errorf("read deletions: %w", err)
	}
	if err := l.readRecords(ctx, tx, c); err != nil {
		return fmt.Errorf("read records: %w", err)
	}
	l.part = part{file: building, around: around, encoder: NewEncoder(building)}
	err = l.vault.Each(ctx, tx, c.After, c.Last, func(facts *book.Facts) error {
		if facts.Terms.Program != building.Program {
			return nil
		}
		l.accounts++
		return l.account(facts)
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
func (l *chunkLook) readRecords(ctx context.Context, tx *sqlx.Tx, c batch.Chunk) error {
	l.records = map[int64][]byte{}
	place := pagePlace(l.file.File)
	type pageRow struct {
		loans  pq.Int64Array
		sealed []byte
	}
	columns := func(r *pageRow) []any { return []any{&r.loans, &r.sealed} }
	return database.Each(ctx, tx, columns, func(r *pageRow) error {
		squeezed, err := l.vault.Keys.Open(r.sealed, place)
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
	}, preflightPages, l.file.File, c.After, c.Last)
}

// account looks at one account.
func (l *chunkLook) account(facts *book.Facts) error {
	p := &l.part
	account := p.around.account(facts, &p.file)
	r := rules.Reviewed{Account: &account, Today: l.file.Today}
	var err error
	if why := p.otherCycle(facts); why != "" {
		r.Left = &rules.Exclusion{Reason: rules.OtherCycle, Rule: "BR1", Detail: why}
	} else if r.Again, r.Left, err = rules.Furnish(&account); err == nil && r.Again != nil {
		var record []byte
		if record, err = p.record(facts, r.Again); err == nil {
			l.again = record
		}
		p.encoded = p.encoded[:0]
	}
	if err != nil {
		var why *rules.Undecidable
		if !errors.As(err, &why) {
			return err
		}
		r.Again, r.Undecided = nil, why
	}
	if record := l.records[facts.Loan]; record != nil {
		r.Told = l.told(record, &r)
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

// told is what a record of the file says: what was decided again, if that gives the same bytes, else what it is decoded to.
func (l *chunkLook) told(record []byte, r *rules.Reviewed) *rules.Told {
	if r.Again != nil && bytes.Equal(record, l.again) {
		told := &rules.Told{Tradeline: *r.Again}
		for i := range r.Again.Placed {
			if r.Again.Placed[i].Segment != rules.LeftOut {
				told.Persons++
			}
		}
		return told
	}
	metro2.DecodeRecord(record, metro2.Character, &l.decoded, nil)
	return toldBy(&l.decoded, r.Account.AsOf)
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
