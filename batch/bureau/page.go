package bureau

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/seal"
)

// Record is the encoded record of a loan on its way into a file.
type Record struct {
	Loan          int64
	AccountNumber string
	Encoded       []byte
}

// compare orders records as a file holds them: by account number, byte by byte, then by loan key.
func (r Record) compare(o Record) int {
	return cmp.Or(strings.Compare(r.AccountNumber, o.AccountNumber), cmp.Compare(r.Loan, o.Loan))
}

// A page's row fits a page of the database, which has room for 8,160 bytes: pageBytes of squeezed records, and loanBytes more
// for each record's loan.
const (
	pageBytes = 7900 - seal.Overhead
	loanBytes = 8
)

// pageColumn and the file are the place of a sealed page. Which accounts it is of stands in its records.
const pageColumn = "file_page.records"

func pagePlace(file int64) []byte { return seal.AtNumber(nil, pageColumn, file) }

// keepPages keeps the records of a chunk of loans, from which the file is assembled and made again, in sealed pages of account
// order. It sorts records.
func keepPages(ctx context.Context, tx *sqlx.Tx, v book.Vault, file int64, records []Record) error {
	p := paged(file, records)
	place := pagePlace(file)
	for i, page := range p.records {
		sealed, err := v.Keys.Seal([]byte(page), place)
		if err != nil {
			return fmt.Errorf("seal records: %w", err)
		}
		p.records[i] = string(sealed)
	}
	err := database.Copy(ctx, tx, "file_page", "file, first_account, loan, loans, checksum, records", len(p.records),
		func(i int, r *database.CopyRow) {
			r.Int(file)
			r.Text(p.firstAccounts[i])
			r.Int(p.firstLoans[i])
			r.Text(p.loans[i])
			r.Int(p.checksums[i])
			r.Bytea(p.records[i])
		})
	if err != nil {
		return fmt.Errorf("keep records: %w", err)
	}
	return nil
}

// pageRows are rows of file_page, a column each.
type pageRows struct {
	firstAccounts []string
	firstLoans    []int64
	loans         []string // of all records, as an array of the database
	checksums     []int64
	records       []string // squeezed, and then sealed
}

// paged sorts records and cuts them into pages.
func paged(file int64, records []Record) pageRows {
	slices.SortFunc(records, Record.compare)
	p := pager{sum: newSummer(file)}
	for _, r := range records {
		p.add(r)
	}
	p.close()
	return p.rows
}

// pager fills pages.
type pager struct {
	rows     pageRows
	sum      summer // of the present page
	count    int    // of its records
	loans    []byte
	records  []byte
	squeezed []byte // the next record
}

// add adds a record to the present page, or to the next if it has no room.
func (p *pager) add(r Record) {
	p.squeezed = appendSqueezed(p.squeezed[:0], r.Encoded)
	if len(p.records)+len(p.squeezed)+loanBytes*(p.count+1) > pageBytes {
		p.close()
	}
	separator := byte(',')
	if p.count == 0 {
		separator = '{'
		p.rows.firstAccounts, p.rows.firstLoans = append(p.rows.firstAccounts, r.AccountNumber), append(p.rows.firstLoans, r.Loan)
	}
	p.loans = strconv.AppendInt(append(p.loans, separator), r.Loan, 10)
	p.records = append(p.records, p.squeezed...)
	p.sum.add(r.Encoded)
	p.count++
}

// close ends the present page, if it has records.
func (p *pager) close() {
	if p.count == 0 {
		return
	}
	p.rows.loans = append(p.rows.loans, string(append(p.loans, '}')))
	p.rows.checksums = append(p.rows.checksums, p.sum.sum)
	p.rows.records = append(p.rows.records, string(p.records))
	p.loans, p.records, p.count, p.sum.sum = p.loans[:0], p.records[:0], 0, 0
}

// castagnoli is the polynomial whose checksum processors have an instruction for. It finds every error of up to three
// bits in a record, and every burst of up to 32.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// summer adds up the checksums of a file's records. The sum does not depend on their order: that of a file is that of its
// pages.
type summer struct {
	seed uint32 // of the file's key: a record of another file has another checksum
	sum  int64
}

func newSummer(file int64) summer {
	var key [8]byte
	binary.BigEndian.PutUint64(key[:], uint64(file))
	return summer{seed: crc32.Checksum(key[:], castagnoli)}
}

// add adds the CRC-32C of a record.
func (s *summer) add(record []byte) { s.sum += int64(crc32.Update(s.seed, castagnoli, record)) }
