package inquiry

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// What the pages of nights ask is found by index in a book of millions of loans: no big table is read whole.
func TestNightsAreFoundByIndex(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	tx := db.MustBegin()
	defer tx.Rollback()                                                                                              //nolint:errcheck // it only reads
	tx.MustExec(`SET LOCAL enable_seqscan = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_hashjoin = off`) // what is read whole all the same has no index that fits
	for name, q := range map[string]struct {
		query string
		args  []any
	}{
		"InquiryNights":              {inquiryNights, []any{nil, 61, MaxCounted}},
		"InquiryTonight":             {inquiryTonight, nil},
		"InquiryRunSteps":            {inquiryRunSteps, []any{7}},
		"InquiryRunPace":             {inquiryRunPace, []any{7, "export", 32}},
		"InquiryRunLike":             {inquiryRunLike, []any{7, true}},
		"InquiryRunBrakes":           {inquiryRunBrakes, []any{7}},
		"InquiryRunFiles":            {inquiryRunFiles, []any{7}},
		"InquiryAttemptMovesFirst":   {inquiryAttemptMovesFirst, []any{7, 101}},
		"InquiryAttemptRecordsFirst": {inquiryAttemptRecordsFirst, []any{7, 101}},
		"InquiryRunExceptions":       {inquiryRunExceptions, []any{7, "", 0, "", 51}},
	} {
		var plan []byte
		if err := tx.Get(&plan, "EXPLAIN (FORMAT JSON) "+q.query, q.args...); err != nil {
			t.Fatal(name, err)
		}
		var explained []struct{ Plan planned }
		if err := json.Unmarshal(plan, &explained); err != nil {
			t.Fatal(name, err)
		}
		for _, table := range explained[0].Plan.scanned() {
			if !slices.Contains([]string{"run", "run_step", "bureau_file", "program", "destination"}, table) {
				t.Errorf("%s reads the table %s whole", name, table)
			}
		}
	}
}

// planned is a node of a query's plan.
type planned struct {
	Type  string `json:"Node Type"`
	Table string `json:"Relation Name"`
	Cond  string `json:"Index Cond"`
	Plans []planned
}

// scanned lists the tables that a plan reads whole.
func (p *planned) scanned() (tables []string) {
	if p.Type == "Seq Scan" || strings.HasPrefix(p.Type, "Index") && p.Cond == "" { // an index that is walked from its start
		tables = append(tables, p.Table)
	}
	for i := range p.Plans {
		tables = append(tables, p.Plans[i].scanned()...)
	}
	return tables
}
