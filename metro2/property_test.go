package metro2

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// dependsOnOrder are the rules that say which of several records is at fault.
var dependsOnOrder = map[string]bool{"X01": true}

// findingsByAccount lists what is found in a file, by account and not by record
// number; of the rules that depend on the order only how often they fire.
func findingsByAccount(t *rapid.T, records []*Record) []string {
	var file bytes.Buffer
	w := NewWriter(&file, testHeader(), Options{})
	for _, rec := range records {
		if err := w.Write(rec); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var out []string
	_, err := Validate(&file, func(f Finding) error {
		account := f.Segment
		if f.Record > 1 && f.Record < len(records)+2 {
			account = records[f.Record-2].Base.AccountNumber
		}
		if dependsOnOrder[f.Rule] {
			f.Message = ""
		}
		f.Record = 0
		out = append(out, fmt.Sprint(account, " ", f))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// TestValidatorDoesNotDependOnTheOrder of the records: good ones, ones that trip
// a rule, several of one account.
func TestValidatorDoesNotDependOnTheOrder(t *testing.T) {
	var changes []func(*Record)
	for _, c := range recordCases() {
		rec := cleanRecord()
		c.trip(rec)
		if _, err := AppendRecord(nil, rec, Character); err == nil { // else no file holds it
			changes = append(changes, c.trip)
		}
	}
	if len(changes) < 100 {
		t.Fatalf("%d cases", len(changes))
	}
	rapid.Check(t, func(t *rapid.T) {
		var records []*Record
		for range rapid.IntRange(2, 12).Draw(t, "records") {
			rec := cleanRecord()
			rec.Base.AccountNumber = fmt.Sprintf("ACCT%d", rapid.IntRange(1, 20).Draw(t, "account"))
			if rapid.Bool().Draw(t, "trips") {
				changes[rapid.IntRange(0, len(changes)-1).Draw(t, "case")](rec)
			}
			records = append(records, rec)
		}
		want := findingsByAccount(t, records)
		if diff := cmp.Diff(want, findingsByAccount(t, rapid.Permutation(records).Draw(t, "order"))); diff != "" {
			t.Fatalf("(-before +in another order):\n%s", diff)
		}
	})
}
