package metro2

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTotalsOfExamples recounts the examples by their dumps, with the words of
// the format description and without the trailer table.
func TestTotalsOfExamples(t *testing.T) {
	var totals Totals
	want := map[string]float64{}
	specs := readLayouts(t)
	for _, f := range specs["trailer"] {
		if f.kind == "N" && f.key != "block_count" {
			want[f.key] = 0
		}
	}
	for _, e := range readExamples(t) {
		if e.Kind == "header" || e.Kind == "trailer" || e.Kind == "packed" {
			continue
		}
		item := readOne(t, []byte(e.Line))
		totals.Add(item.Record)
		countByDump(want, decodeRecordBySpec(t, specs, "base", []byte(e.Line)))
	}
	got := map[string]float64{}
	text := AppendJSON(nil, &Item{Kind: KindTrailer, Trailer: &totals.Trailer})
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for key := range want {
		got[key], _ = all[key].(float64)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-recount +totals):\n%s", diff)
	}
	if totals.TotalBase != 34 || totals.SSNJ1 != 1 || totals.TotalK2 != 1 {
		t.Errorf("totals %+v are not those of the examples", totals.Trailer)
	}
}

func countByDump(want map[string]float64, record map[string]any) {
	count := func(key string, yes bool) {
		if yes {
			want[key]++
		}
	}
	person := func(segment string, fields map[string]any) {
		count("total_ecoa_z", fields["ecoa_code"] == "Z")
		for prefix, key := range map[string]string{"ssn": "ssn", "dob": "date_of_birth"} {
			filled := fields[key] != "" && fields[key] != "999999999"
			count(prefix+"_all", filled)
			count(prefix+"_"+segment, filled)
		}
		count("phone_all", fields["phone"] != "")
	}
	want["total_base"]++
	count("status_"+record["account_status"].(string), true)
	person("base", record)
	for _, name := range []string{"j1", "j2"} {
		list, _ := record[name].([]any)
		for _, segment := range list {
			count("total_"+name, true)
			person(name, segment.(map[string]any))
		}
	}
	for _, name := range []string{"k1", "k2", "k3", "k4", "l1", "n1"} {
		count("total_"+name, record[name] != nil)
	}
}

// TestTotalsAddUp: the sums that the format description gives as checks.
func TestTotalsAddUp(t *testing.T) {
	var totals, first, second Totals
	for i, c := range recordCases() {
		rec := cleanRecord()
		c.trip(rec)
		totals.Add(rec)
		if i%2 == 0 {
			first.Add(rec)
		} else {
			second.Add(rec)
		}
	}
	first.Merge(&second)
	if diff := cmp.Diff(totals, first); diff != "" {
		t.Errorf("merged parts differ from the whole:\n%s", diff)
	}
	if totals.SSNAll != totals.SSNBase+totals.SSNJ1+totals.SSNJ2 || totals.DOBAll != totals.DOBBase+totals.DOBJ1+totals.DOBJ2 {
		t.Errorf("totals %+v do not add up", totals.Trailer)
	}
	statuses, unknown := Number(0), Number(0)
	for _, s := range trailerLayout.plans[Character].steps {
		if strings.HasPrefix(s.field.Key, "status_") {
			statuses += *at[Number](&totals.Trailer, s.offset)
		}
	}
	for _, c := range recordCases() {
		rec := cleanRecord()
		c.trip(rec)
		unknown += one(AccountStatuses.Find(rec.Base.AccountStatus) == nil)
	}
	if statuses+unknown != totals.TotalBase {
		t.Errorf("%d records by status and %d of unknown status, %d in all", statuses, unknown, totals.TotalBase)
	}
}

// T01: the trailer counts every segment of a kind, also those beyond the first, which decoding leaves out.
func TestTotalsCountRepeatedSegments(t *testing.T) {
	for _, c := range []struct {
		segment string
		key     string
	}{
		{"K1TEST CREDITOR                 08", "total_k1"},
		{"K22TEST BUYER                     ", "total_k2"},
		{"N1TEST EMPLOYER" + strings.Repeat(" ", 131), "total_n1"},
	} {
		for said, wrong := range map[Number]bool{1: true, 2: false, 3: true} {
			file := on(1, longer(strings.Repeat(c.segment, 2), fmt.Sprintf("%04d", 426+2*len(c.segment))))(cleanFile(t, Options{}))
			file = on(4, put(trailerLayout.position(c.key), fmt.Sprintf("%09d", said)))(file)
			found := false
			if _, err := Validate(bytes.NewReader(file), func(f Finding) error {
				found = found || f.Rule == "T01" && f.Field == c.key
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if found != wrong {
				t.Errorf("two segments, %s says %d: finding %v, want %v", c.key, said, found, wrong)
			}
		}
	}
}
