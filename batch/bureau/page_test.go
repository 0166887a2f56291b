package bureau

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/metro2"
)

// record makes the encoded record of a loan, with some associated consumers behind its base segment.
func record(t testing.TB, loan int64, account string, associated int) Record {
	t.Helper()
	r := metro2.Record{Base: metro2.Base{AccountNumber: account, AccountStatus: "11"}}
	for range associated {
		r.J2 = append(r.J2, metro2.J2{Surname: "SAMPLE", ECOACode: "2"})
	}
	encoded, err := metro2.AppendRecord(nil, &r, metro2.Character)
	if err != nil {
		t.Fatal(err)
	}
	return Record{loan, account, encoded}
}

// row is a row of file_page.
type row struct {
	first       string
	loan        int64
	loans       string
	sum         int64
	recordBytes string
}

// rows are the pages of chunks in the order in which the database gives them.
func rows(chunks ...pageRows) (all []row) {
	for _, c := range chunks {
		for i := range c.records {
			all = append(all, row{c.firstAccounts[i], c.firstLoans[i], c.loans[i], c.checksums[i], c.records[i]})
		}
	}
	slices.SortFunc(all, func(a, b row) int { return cmp.Or(strings.Compare(a.first, b.first), cmp.Compare(a.loan, b.loan)) })
	return all
}

// merged puts pages together and returns their records.
func merged(pages []row) (out [][]byte, err error) {
	m := newMerge(1)
	keep := func(p *page) (bool, error) {
		out = append(out, bytes.Clone(p.record))
		return true, nil
	}
	for _, r := range pages {
		if _, err := m.take(r.loan, r.sum, []byte(r.recordBytes), keep); err != nil {
			return nil, err
		}
	}
	_, err = m.each(nil, keep)
	return out, err
}

// TestMergeOrder holds that any records in any chunks come out in the order of accounts, each once.
func TestMergeOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		accounts := rapid.SliceOfNDistinct(rapid.IntRange(1, 2000), 0, 100, rapid.ID).Draw(rt, "accounts")
		chunks := make([][]Record, rapid.IntRange(1, 5).Draw(rt, "chunks"))
		var all []Record
		for i, account := range accounts {
			associated := rapid.SampledFrom([]int{0, 0, 0, 1, 2, 45}).Draw(rt, "associated") // 45 are more than a page holds
			r := record(t, int64(i+1), strconv.Itoa(account), associated)
			c := rapid.IntRange(0, len(chunks)-1).Draw(rt, "chunk")
			chunks[c], all = append(chunks[c], r), append(all, r)
		}
		var pages []pageRows
		for _, c := range chunks {
			if len(c) > 0 {
				pages = append(pages, paged(1, c))
			}
		}
		got, err := merged(rows(pages...))
		if err != nil {
			rt.Fatal(err)
		}
		slices.SortFunc(all, Record.compare)
		var want [][]byte
		for _, r := range all {
			want = append(want, r.Encoded)
		}
		if !slices.EqualFunc(got, want, bytes.Equal) {
			rt.Errorf("%d records, want the %d that were kept, in order", len(got), len(want))
		}
	})
}

// TestMergeHoldsFewPages holds that of pages whose accounts do not overlap one is open at a time.
func TestMergeHoldsFewPages(t *testing.T) {
	var chunks []pageRows
	for c := range 10 {
		var records []Record
		for n := range 100 {
			records = append(records, record(t, int64(100*c+n), fmt.Sprintf("ACCT%06d", 100*c+n), 0))
		}
		chunks = append(chunks, paged(1, records))
	}
	m := newMerge(1)
	most, seen := 0, 0
	look := func(*page) (bool, error) {
		most = max(most, len(m.open))
		seen++
		return true, nil
	}
	for _, r := range rows(chunks...) {
		if _, err := m.take(r.loan, r.sum, []byte(r.recordBytes), look); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := m.each(nil, look); err != nil {
		t.Fatal(err)
	}
	if most != 1 || seen != 1000 || len(m.free) > 2 {
		t.Errorf("%d pages open at most, %d records, %d pages made; want 1, 1000 and at most 2", most, seen, len(m.free))
	}
}

// TestPagesComeBack keeps records in the database and reads them in account order, over pages of the database that hold one
// row each, and with the loan behind every record.
func TestPagesComeBack(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var chunks [3][]Record
	want := map[string]int64{}
	for n := range 300 {
		account := fmt.Sprintf("A%03d", (n*37)%300)
		chunks[n%3] = append(chunks[n%3], record(t, int64(n+1), account, n%7%3))
		want[account] = int64(n + 1)
	}
	addPages(t, db, 1, chunks[0], chunks[1], chunks[2])
	addPages(t, db, 2, []Record{record(t, 1, "A000", 0), record(t, 2, "A001", 45)}) // more than a page of the database holds
	got := map[string]int64{}
	last := ""
	_, err := source{ownTx(db), vault, 1}.eachRecord(t.Context(), func(p *page) (bool, error) {
		account := strings.TrimRight(string(p.account), " ")
		if account <= last {
			t.Errorf("%q comes behind %q", account, last)
		}
		last = account
		var loan int64
		err := db.Get(&loan, `SELECT loans[$1] FROM file_page WHERE file = 1 AND loan = $2`, p.number, p.loan)
		got[account] = loan
		return true, err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("loans by account (-want +got):\n%s", diff)
	}
	wide := 0
	_, err = source{ownTx(db), vault, 2}.eachRecord(t.Context(), func(p *page) (bool, error) {
		wide = max(wide, len(p.record))
		return true, nil
	})
	if err != nil || wide != 426+45*200 {
		t.Errorf("the longest record came back with %d bytes, %v", wide, err)
	}
	var aside int64
	if err := db.Get(&aside, `SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE relname = 'file_page'`); err != nil {
		t.Fatal(err)
	}
	if aside != 0 {
		t.Errorf("%d bytes of pages lie outside of their rows", aside)
	}
}

// addPages keeps records as the chunks of a file do.
func addPages(t testing.TB, db *sqlx.DB, file int64, chunks ...[]Record) {
	t.Helper()
	for _, records := range chunks {
		tx := db.MustBegin()
		if err := keepPages(t.Context(), tx, vault, file, records); err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDamagedPages holds that no page whose bytes are not those that the worker kept gets into a file.
func TestDamagedPages(t *testing.T) {
	t.Parallel()
	one, two := record(t, 1, "A1", 0), record(t, 2, "A2", 1)
	good := paged(1, []Record{one, two})
	whole := good.records[0]
	if _, err := merged(rows(good)); err != nil {
		t.Fatal(err)
	}
	for at := range whole {
		for bit := range 8 {
			flipped := []byte(whole)
			flipped[at] ^= 1 << bit
			if _, err := merged([]row{{"A1", 1, "{1,2}", good.checksums[0], string(flipped)}}); !errors.Is(err, ErrInvalidFile) {
				t.Errorf("bit %d of byte %d: %v, want ErrInvalidFile", bit, at, err)
			}
		}
	}
	first := string(appendSqueezed(nil, one.Encoded))
	for name, c := range map[string]struct {
		records string
		sum     int64
	}{
		"a record is missing":  {first, good.checksums[0]},
		"a record too many":    {whole + first, good.checksums[0]},
		"cut in a record":      {whole[:len(whole)-20], good.checksums[0]},
		"nothing":              {"", good.checksums[0]},
		"another checksum":     {whole, good.checksums[0] + 1},
		"of another file":      {whole, paged(2, []Record{one, two}).checksums[0]},
		"no records":           {"", 0},
		"no record":            {"0500", 0},
		"of no known encoding": {"\xff\xfe", 0},
	} {
		if _, err := merged([]row{{"A1", 1, "{1,2}", c.sum, c.records}}); !errors.Is(err, ErrInvalidFile) {
			t.Errorf("%s: %v, want ErrInvalidFile", name, err)
		}
	}
}
