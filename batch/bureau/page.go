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

	"github.com/furnisher/furnisher/batch/database"
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

// pageBytes is what a page holds of records: its row fits a page of the database, which has room for 8,160 bytes.
const pageBytes = 7800

// AddPages keeps the records of a chunk of loans until the file is assembled, in pages of account order. It sorts records.
func AddPages(ctx context.Context, tx *sqlx.Tx, file int64, records []Record) error {
	p := paged(file, records)
	err := database.Copy(ctx, tx, "file_page", "file, first_account, loan, loans, checksum, records", len(p.records),
		func(i int, r *database.CopyRow) {
			r.Int(file)
			r.Text(p.firstAccounts[i])
			r.Int(p.firstLoans[i])
			r.Text(p.loans[i])
			r.Int(p.checksums[i])
			r.Text(p.records[i])
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
	records       []string
}

// paged sorts records and cuts them into pages.
func paged(file int64, records []Record) (p pageRows) {
	slices.SortFunc(records, Record.compare)
	var page, loans []byte
	sum := newSummer(file)
	for i, r := range records {
		if len(page) == 0 {
			sum.sum = 0
			p.firstLoans, p.firstAccounts = append(p.firstLoans, r.Loan), append(p.firstAccounts, r.AccountNumber)
			loans = append(loans[:0], '{')
		}
		page = append(page, r.Encoded...)
		sum.add(r.Encoded)
		loans = strconv.AppendInt(loans, r.Loan, 10)
		if i < len(records)-1 && len(page)+len(records[i+1].Encoded) <= pageBytes {
			loans = append(loans, ',')
			continue
		}
		p.loans = append(p.loans, string(append(loans, '}')))
		p.checksums = append(p.checksums, sum.sum)
		p.records, page = append(p.records, string(page)), page[:0]
	}
	return p
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
