package step_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/metro2"
)

// wholeRecords reads the records of a file, in which the validator finds no error, by account number.
func wholeRecords(t testing.TB, path string) map[string]metro2.Record {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := metro2.Validate(f, func(f metro2.Finding) error {
		if f.Severity == metro2.Error {
			t.Errorf("%s", f)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	byAccount := map[string]metro2.Record{}
	for reader := metro2.NewReader(f); ; {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return byAccount
		}
		if err != nil {
			t.Fatal(err)
		}
		if item.Kind == metro2.KindData {
			r := *item.Record
			r.J1, r.J2 = slices.Clone(r.J1), slices.Clone(r.J2)
			byAccount[r.Base.AccountNumber] = r
		}
	}
}

// consumersOf tells who is in a record: segment, surname and ECOA code of each.
func consumersOf(r metro2.Record) string {
	all := []string{fmt.Sprintf("base %s %s", r.Base.Surname, r.Base.ECOACode)}
	for _, j := range r.J1 {
		all = append(all, fmt.Sprintf("J1 %s %s", j.Surname, j.ECOACode))
	}
	for _, j := range r.J2 {
		all = append(all, fmt.Sprintf("J2 %s %s", j.Surname, j.ECOACode))
	}
	return strings.Join(all, ", ")
}

// Q54, Q58, Q66: the deceased is reported so once; the survivor moves into the base segment, who lives with the survivor into
// a J1. An account of nobody is over.
func TestNightConsumers(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	e.add("customers", "C2,BIRCHFIELD,ALEX,666100002,1981-03-01,9 OAK ST,SPRINGFIELD,IL,62701")
	e.add("customers", "C3,CEDARMOOR,SAM,666100003,1982-04-01,9 Oak  st,SPRINGFIELD,IL,62701")
	e.loan("A")
	e.loan("B")
	e["loan_customers"] = strings.Replace(e["loan_customers"], "A,C1,1,1", "A,C1,2,1", 1)
	e.add("loan_customers", "A,C2,2,2")
	e.add("loan_customers", "A,C3,3,3")
	e.load(t, db)
	dir := t.TempDir()
	for _, c := range []struct{ night, a, b string }{
		{"2026-05-31", "base ALDERBROOK 2, J2 BIRCHFIELD 2, J2 CEDARMOOR 3", "base ALDERBROOK 1"},
		{"2026-06-30", "base ALDERBROOK X, J2 BIRCHFIELD 2, J2 CEDARMOOR 3", "base ALDERBROOK X"},
		{"2026-07-31", "base BIRCHFIELD 2, J1 CEDARMOOR 3", ""},
		{"2026-08-31", "base BIRCHFIELD 2, J1 CEDARMOOR 3", ""},
	} {
		report := night(t, db, dir, c.night)
		file := wholeRecords(t, report.Files[0].Path)
		got := map[string]string{}
		for account, r := range file {
			got[account] = consumersOf(r)
		}
		want := map[string]string{"ACCTA": c.a}
		if c.b != "" {
			want["ACCTB"] = c.b
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("night %s (-want +got):\n%s", c.night, diff)
		}
		if c.night == "2026-05-31" {
			e["loan_customers"] = "loan_id,customer_id,ecoa_code,position\nA,C1,X,1\nB,C1,X,1\n"
			e.load(t, db)
		}
	}
	if n := count(t, db, `SELECT count(*) FROM excluded WHERE reason = 'NOBODY_LIABLE' AND rule = 'Q54'`); n != 2 {
		t.Errorf("%d exclusions, want July's and August's", n)
	}
	if n := count(t, db, `SELECT count(*) FROM tradeline WHERE consumers = ''`); n != 2 {
		t.Errorf("%d tradelines keep nothing of consumers, want May's two", n)
	}
}
