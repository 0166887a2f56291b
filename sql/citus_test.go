package sql_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// class is what sql/citus makes of a table.
type class string

const (
	distributed class = "distributed"
	reference   class = "reference"
	local       class = "local"
)

var (
	distributes = regexp.MustCompile(`(?m)^SELECT create_distributed_table\('(\w+)', 'loan'(?:, colocate_with => '(\w+)')?\);$`)
	references  = regexp.MustCompile(`(?m)^SELECT create_reference_table\('(\w+)'\);$`)
	locals      = regexp.MustCompile(`(?m)^-- local: (.+)$`)
)

// classes reads what a script makes of the tables, and what is wrong with that by itself.
func classes(script string) (of map[string]class, faults []string) {
	of = map[string]class{}
	add := func(table string, c class) {
		if other, twice := of[table]; twice {
			faults = append(faults, fmt.Sprintf("%s is %s and %s", table, other, c))
		}
		of[table] = c
	}
	first := ""
	for _, m := range distributes.FindAllStringSubmatch(script, -1) {
		add(m[1], distributed)
		if first == "" {
			first = m[1]
		}
		if colocated := m[2]; colocated != first && m[1] != first {
			faults = append(faults, fmt.Sprintf("%s is not colocated with %s", m[1], first))
		}
	}
	for _, m := range references.FindAllStringSubmatch(script, -1) {
		add(m[1], reference)
	}
	for _, m := range locals.FindAllStringSubmatch(script, -1) {
		for table := range strings.FieldsSeq(m[1]) {
			add(table, local)
		}
	}
	if calls := strings.Count(script, "\nSELECT create_"); calls != len(distributes.FindAllString(script, -1))+len(references.FindAllString(script, -1)) {
		faults = append(faults, "a statement is not of the known form")
	}
	return of, faults
}

// place is what the rules of the schema know besides the catalogue.
const place = `WITH place AS (
	SELECT CAST($1 AS regnamespace) AS schema, CAST($2 AS name[]) AS distributed, CAST($3 AS name[]) AS reference, CAST($4 AS name[]) AS local)`

// schemaRules are queries for what breaks them.
var schemaRules = map[string]string{
	"each table has one place": `
		SELECT c.relname || ' is in no class' FROM place JOIN pg_class c ON c.relnamespace = place.schema
		WHERE c.relkind IN ('r', 'p') AND c.relname <> ALL (place.distributed || place.reference || place.local)
		UNION ALL
		SELECT t || ' is no table' FROM place, unnest(place.distributed || place.reference || place.local) t
		WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = place.schema AND c.relname = t)`,

	"the loan is a bigint that is always there": `
		SELECT c.relname || ' has no column loan bigint NOT NULL'
		FROM place JOIN pg_class c ON c.relnamespace = place.schema AND c.relname = ANY (place.distributed)
		WHERE NOT EXISTS (
			SELECT FROM pg_attribute a
			WHERE a.attrelid = c.oid AND a.attname = 'loan' AND a.atttypid = CAST('bigint' AS regtype) AND a.attnotnull)`,

	"the loan is in every unique key": `
		SELECT c.relname || ': ' || x.relname || ' is unique without the loan'
		FROM place JOIN pg_class c ON c.relnamespace = place.schema AND c.relname = ANY (place.distributed)
		JOIN pg_index i ON i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion)
		JOIN pg_class x ON x.oid = i.indexrelid
		WHERE NOT EXISTS (
			SELECT FROM unnest(i.indkey) WITH ORDINALITY AS k (attnum, n)
			JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
			WHERE k.n <= i.indnkeyatts AND a.attname = 'loan')
		UNION ALL
		SELECT c.relname || ' has no primary key'
		FROM place JOIN pg_class c ON c.relnamespace = place.schema AND c.relname = ANY (place.distributed)
		WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)`,

	"foreign keys stay on a node": `
		SELECT f.relname || ': ' || k.conname || ' leads to ' || t.relname
		FROM place JOIN pg_constraint k ON k.connamespace = place.schema AND k.contype = 'f'
		JOIN pg_class f ON f.oid = k.conrelid
		JOIN pg_class t ON t.oid = k.confrelid
		WHERE t.relname <> ALL (place.reference)
		  AND NOT (f.relname = ANY (place.local) AND t.relname = ANY (place.local))
		  AND NOT (f.relname = ANY (place.distributed) AND t.relname = ANY (place.distributed) AND EXISTS (
			SELECT FROM unnest(k.conkey, k.confkey) AS c (from_column, to_column)
			JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.from_column AND a.attname = 'loan'
			JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = c.to_column AND b.attname = 'loan'))`,

	"no default differs from node to node": `
		SELECT c.relname || '.' || a.attname || ' has a volatile default'
		FROM place JOIN pg_class c ON c.relnamespace = place.schema AND c.relname = ANY (place.distributed)
		JOIN pg_attribute a ON a.attrelid = c.oid
		LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
		WHERE a.attidentity <> '' OR EXISTS (
			SELECT FROM regexp_matches(pg_get_expr(d.adbin, d.adrelid), '(\w+)\s*\(', 'g') AS called
			JOIN pg_proc p ON p.proname = called[1] AND p.provolatile = 'v')`,

	"triggers only refuse": `
		SELECT c.relname || ': trigger ' || t.tgname
		FROM place JOIN pg_class c ON c.relnamespace = place.schema
		JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
		JOIN pg_proc p ON p.oid = t.tgfoid
		WHERE c.relname = ANY (place.distributed) AND p.proname <> 'refuse_change' OR c.relname = ANY (place.reference)`,
}

// schemaFaults holds the tables of a schema to the rules.
func schemaFaults(t *testing.T, db *sqlx.DB, schema string, of map[string]class) (faults []string) {
	t.Helper()
	tables := map[class][]string{distributed: {}, reference: {}, local: {}}
	for table, c := range of {
		tables[c] = append(tables[c], table)
	}
	for name, query := range schemaRules {
		var found []string
		err := db.SelectContext(t.Context(), &found, place+query, schema,
			pq.Array(tables[distributed]), pq.Array(tables[reference]), pq.Array(tables[local]))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, f := range found {
			faults = append(faults, name+": "+f)
		}
	}
	slices.Sort(faults)
	return faults
}

func script(t *testing.T) (text string, of map[string]class) {
	t.Helper()
	content, err := os.ReadFile("citus/distribute.sql")
	if err != nil {
		t.Fatal(err)
	}
	of, faults := classes(string(content))
	for _, f := range faults {
		t.Error(f)
	}
	return string(content), of
}

// TestSchemaDistributes holds the migrated schema to what a distributed PostgreSQL demands.
func TestSchemaDistributes(t *testing.T) {
	t.Parallel()
	_, of := script(t)
	for _, f := range schemaFaults(t, pgtest.New(t), "furnisher", of) {
		t.Error(f)
	}
}

// TestSchemaRules breaks each rule of the schema.
func TestSchemaRules(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	good := "CREATE TABLE big (loan bigint PRIMARY KEY); CREATE TABLE small (id int PRIMARY KEY); CREATE TABLE here (id int PRIMARY KEY);"
	of := map[string]class{"big": distributed, "small": reference, "here": local}
	for i, c := range []struct {
		ddl  string
		more map[string]class
		want string // what the one fault says, none if empty
	}{
		{ddl: ""},
		{ddl: "CREATE TABLE stray (id int)", want: "stray is in no class"},
		{more: map[string]class{"gone": local}, want: "gone is no table"},
		{ddl: "CREATE TABLE b (loan bigint, n int, PRIMARY KEY (n, loan))", more: map[string]class{"b": distributed}},
		{ddl: "CREATE TABLE b (loan integer PRIMARY KEY)", more: map[string]class{"b": distributed}, want: "b has no column loan"},
		{ddl: "CREATE TABLE b (loan bigint NOT NULL)", more: map[string]class{"b": distributed}, want: "b has no primary key"},
		{ddl: "ALTER TABLE big ADD n int UNIQUE", want: "big_n_key is unique without the loan"},
		{ddl: "ALTER TABLE big ADD n int; CREATE UNIQUE INDEX by_n ON big (n) INCLUDE (loan)", want: "by_n is unique without the loan"},
		{ddl: "CREATE UNIQUE INDEX by_sum ON big ((loan + 1))", want: "by_sum is unique without the loan"},
		{ddl: "ALTER TABLE big ADD n int; CREATE UNIQUE INDEX by_n ON big (n, loan) WHERE n > 0"},
		{ddl: "ALTER TABLE small ADD n int UNIQUE"},
		{ddl: "ALTER TABLE big ADD n int REFERENCES small"},
		{ddl: "ALTER TABLE big ADD n int REFERENCES here", want: "big_n_fkey leads to here"},
		{ddl: "ALTER TABLE small ADD n int REFERENCES here", want: "small_n_fkey leads to here"},
		{ddl: "ALTER TABLE here ADD n int REFERENCES here"},
		{ddl: "ALTER TABLE here ADD n bigint REFERENCES big", want: "here_n_fkey leads to big"},
		{ddl: "CREATE TABLE b (loan bigint PRIMARY KEY REFERENCES big)", more: map[string]class{"b": distributed}},
		{
			ddl:  "CREATE TABLE b (loan bigint PRIMARY KEY, other bigint REFERENCES big)",
			more: map[string]class{"b": distributed}, want: "b_other_fkey leads to big",
		},
		{ddl: "ALTER TABLE big ADD at timestamptz DEFAULT now()"},
		{ddl: "ALTER TABLE big ADD at timestamptz DEFAULT clock_timestamp()", want: "big.at has a volatile default"},
		{ddl: "ALTER TABLE big ADD n float DEFAULT 1 + random()", want: "big.n has a volatile default"},
		{ddl: "ALTER TABLE big ADD n bigserial", want: "big.n has a volatile default"},
		{ddl: "ALTER TABLE big ADD n bigint GENERATED ALWAYS AS IDENTITY", want: "big.n has a volatile default"},
		{ddl: "ALTER TABLE small ADD n bigint GENERATED ALWAYS AS IDENTITY"},
		{
			ddl:  "CREATE TRIGGER final BEFORE UPDATE ON big FOR EACH ROW EXECUTE FUNCTION furnisher.refuse_change()",
			want: "",
		},
		{
			ddl:  "CREATE TRIGGER same BEFORE UPDATE ON big FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
			want: "big: trigger same",
		},
		{
			ddl:  "CREATE TRIGGER final BEFORE UPDATE ON small FOR EACH ROW EXECUTE FUNCTION furnisher.refuse_change()",
			want: "small: trigger final",
		},
	} {
		schema := fmt.Sprintf("rule_%d", i)
		conn, err := db.Connx(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = conn.ExecContext(t.Context(), "CREATE SCHEMA "+schema+"; SET search_path = "+schema+"; "+good+c.ddl+"; SET search_path = furnisher")
		if err != nil {
			t.Fatalf("%s: %v", c.ddl, err)
		}
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
		tables := map[string]class{}
		for _, from := range []map[string]class{of, c.more} {
			for table, place := range from {
				tables[table] = place
			}
		}
		faults := schemaFaults(t, db, schema, tables)
		if c.want == "" && len(faults) > 0 || c.want != "" && (len(faults) != 1 || !strings.Contains(faults[0], c.want)) {
			t.Errorf("%s: got %q, want %q", c.ddl, faults, c.want)
		}
	}
}

// TestClasses breaks the script itself.
func TestClasses(t *testing.T) {
	t.Parallel()
	const good = "\nSELECT create_distributed_table('loan', 'loan');\nSELECT create_reference_table('product');\n-- local: run\n"
	for more, want := range map[string]string{
		"": "",
		"SELECT create_distributed_table('cycle', 'loan', colocate_with => 'loan');\n": "",
		"SELECT create_distributed_table('cycle', 'loan');\n":                          "cycle is not colocated",
		"SELECT create_distributed_table('cycle', 'cycle_no');\n":                      "not of the known form",
		"SELECT create_reference_table('loan');\n":                                     "loan is distributed and reference",
		"-- local: product\n": "product is reference and local",
	} {
		_, faults := classes(good + more)
		if got := strings.Join(faults, "; "); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%q: got %q, want %q", more, got, want)
		}
	}
}
