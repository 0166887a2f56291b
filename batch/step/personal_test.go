package step_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// needle is something that nobody may find in the database, and what it is.
type needle struct {
	bytes []byte
	what  string
}

// needles are the social security numbers and dates of birth of the portfolio's customers: as digits, and as the bytes that a packed
// row and a record of a file would have.
func needles(t *testing.T) []needle {
	t.Helper()
	var all []needle
	for _, row := range portfolioRows(t, "customers.csv") {
		if ssn := row["ssn"]; ssn != "" {
			all = append(all, needle{[]byte(ssn), "a number"}, needle{[]byte(ssn[:3] + "-" + ssn[3:5] + "-" + ssn[5:]), "a number with dashes"})
		}
		if birth := row["date_of_birth"]; birth != "" {
			d := day(birth)
			packed := append(binary.AppendVarint(nil, int64(d)), 1)
			for _, ecoa := range "1237" {
				all = append(all, needle{append(append(bytes.Clone(packed), byte(ecoa), byte(len(row["surname"]))), row["surname"]...), "a packed date"})
			}
			all = append(all, needle{[]byte(birth), "a date"}, needle{[]byte(strings.ReplaceAll(birth, "-", "")), "a date of digits"},
				needle{[]byte(row["surname"] + birth[5:7] + birth[8:] + birth[:4]), "a date of a record"})
		}
	}
	return all
}

// found tells where needles lie: in every column of every table and index of the project, and in what the planner knows of them.
func found(t *testing.T, db *sqlx.DB, all []needle) (places []string, read int) {
	t.Helper()
	var columns []struct {
		Table  string `db:"t"`
		Column string `db:"c"`
		Bytes  bool   `db:"b"`
	}
	err := db.Select(&columns, `
		SELECT quote_ident(c.relname) AS t, quote_ident(a.attname) AS c, a.atttypid = CAST('bytea' AS regtype) AS b
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		WHERE c.relnamespace = CAST('furnisher' AS regnamespace) AND c.relkind IN ('r', 'p', 'm')
		UNION ALL
		SELECT 'pg_stats', c, FALSE FROM unnest(ARRAY['most_common_vals', 'histogram_bounds', 'most_common_elems']) c`)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range columns {
		expression, where := fmt.Sprintf("CAST(%s AS text)", c.Column), ""
		if c.Bytes {
			expression = c.Column
		}
		if c.Table == "pg_stats" {
			where = " AND schemaname = 'furnisher'"
		}
		var values [][]byte
		if err := db.Select(&values, fmt.Sprintf("SELECT DISTINCT %s FROM %s WHERE %s IS NOT NULL%s", expression, c.Table, c.Column, where)); err != nil {
			t.Fatal(err)
		}
		text := bytes.Join(values, []byte{'\n'})
		read += len(text)
		for _, n := range all {
			if holds(text, n.bytes, c.Bytes) {
				places = append(places, fmt.Sprintf("%s.%s: %s", c.Table, c.Column, n.what))
				break
			}
		}
	}
	return places, read
}

// holds tells whether text holds a needle. In the text of a column, digits within a longer number are another number: an
// identifier of eighteen digits holds some date by chance.
func holds(text, needle []byte, raw bool) bool {
	digit := func(i int) bool { return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9' }
	for at := 0; ; at++ {
		i := bytes.Index(text[at:], needle)
		if i < 0 {
			return false
		}
		at += i
		within := needle[0] >= '0' && needle[0] <= '9' && (digit(at-1) || digit(at+len(needle)))
		if raw || !within {
			return true
		}
	}
}

// After an import, nights and a file, no table holds a social security number or a date of birth in clear.
func TestNothingPersonalInClear(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	if _, err := intake.Import(t.Context(), db, intake.Options{Dir: portfolio, MaxBadPercent: 0.1, Now: clock, Vault: vault}); err != nil {
		t.Fatal(err)
	}
	for _, date := range []string{"2026-09-30", "2026-10-01"} {
		night(t, db, dir, date)
	}
	db.MustExec("ANALYZE")
	all := needles(t)
	places, read := found(t, db, all)
	if len(places) > 0 {
		t.Errorf("in clear: %s", strings.Join(places, ", "))
	}
	if n := count(t, db, `SELECT count(*) FROM file_page`); n == 0 || len(all) < 2000 || read < 1_000_000 {
		t.Errorf("%d bytes were searched for %d values, and %d pages: not the whole book", read, len(all), n)
	}

	// The search finds what is there.
	one := func(what string) []byte {
		return all[slices.IndexFunc(all, func(n needle) bool { return n.what == what })].bytes
	}
	db.MustExec(`CREATE TABLE planted (digits text, row bytea, page bytea)`)
	db.MustExec(`INSERT INTO planted VALUES ($1, decode($2, 'hex'), decode($3, 'hex'))`,
		"x"+string(one("a number"))+"y", hex.EncodeToString(one("a packed date")), hex.EncodeToString(one("a date of a record")))
	if places, _ := found(t, db, all); len(places) != 3 {
		t.Errorf("of three planted values %v are found", places)
	}
}
