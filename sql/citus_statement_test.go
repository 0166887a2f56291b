package sql_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// word takes a statement apart: comments, texts, quoted names, parameters and names, comparisons, single signs.
var word = regexp.MustCompile(`(?s)--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"[^"]*"|\$?\w+|<=|>=|<>|::|\S`)

func words(statement string) []string {
	var all []string
	for _, w := range word.FindAllString(statement, -1) {
		switch {
		case strings.HasPrefix(w, "--"), strings.HasPrefix(w, "/*"):
		case strings.HasPrefix(w, "'"):
			all = append(all, "''")
		default:
			all = append(all, strings.ToLower(strings.Trim(w, `"`)))
		}
	}
	return all
}

// level is one query of a statement: what stands between its parentheses, or between two UNIONs, without the
// queries inside. Those are levels of their own.
type level struct {
	above *level
	words []string
	refs  []ref
}

// ref is a table, or another source of rows, under the name that its level knows it by.
type ref struct {
	table, alias string
	writes       string // update, delete, insert; empty: it is read
}

// levels takes a statement apart into its queries.
func levels(all []string) []*level {
	present := &level{}
	found := []*level{present}
	open := []bool{} // for each parenthesis, whether a query began with it
	for i, w := range all {
		switch {
		case w == "(":
			query := i+1 < len(all) && slices.Contains([]string{"select", "with", "insert", "update", "delete"}, all[i+1])
			open = append(open, query)
			present.words = append(present.words, w)
			if query {
				present = &level{above: present}
				found = append(found, present)
			}
		case w == ")":
			if len(open) > 0 && open[len(open)-1] {
				present = present.above
			}
			open = open[:max(len(open)-1, 0)]
			present.words = append(present.words, w)
		case w == "union" || w == "except" || w == "intersect":
			present = &level{above: present.above}
			found = append(found, present)
		default:
			present.words = append(present.words, w)
		}
	}
	for _, l := range found {
		l.refs = refs(l.words)
	}
	return found
}

var (
	name     = regexp.MustCompile(`^[a-z_]\w*$`)
	noAlias  = strings.Fields("as on set where join left right full inner cross natural order group having limit offset for using returning select values default window")
	fromWord = strings.Fields("from join using into update")
)

// refs lists the tables of a level.
func refs(words []string) (found []ref) {
	at := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	for i, w := range words {
		list := w == "," && len(found) > 0 && found[len(found)-1].alias == at(i-1) // FROM a, b
		if !list && !slices.Contains(fromWord, w) || i > 0 && (words[i-1] == "distinct" || words[i-1] == "for") || !name.MatchString(at(i+1)) || at(i+2) == "." {
			continue
		}
		j := i + 1
		if at(j) == "lateral" || at(j) == "only" {
			j++
		}
		r := ref{table: at(j), alias: at(j)}
		switch {
		case w == "update":
			r.writes = w
		case w == "into":
			r.writes = "insert"
		case w == "from" && i > 0 && words[i-1] == "delete":
			r.writes = "delete"
		}
		j++
		if at(j) == "as" {
			j++
		}
		if name.MatchString(at(j)) && !slices.Contains(noAlias, at(j)) {
			r.alias = at(j)
		}
		found = append(found, r)
	}
	return found
}

// statementRules are what a statement on distributed tables keeps.
var statementRules = map[string]func(s statement) (fault string){
	"locks no row":              locksRow,
	"changes without volatile":  volatile,
	"changes go by the loan":    withoutLoan,
	"the loan is never changed": changesLoan,
	"joins go by the loan":      joinsOtherwise,
	"no change within a query":  changesWithin,
}

type statement struct {
	words    []string
	levels   []*level
	of       map[string]class
	volatile map[string]bool // functions
}

func (s statement) distributed(r ref) bool { return s.of[r.table] == distributed }

// change returns the first change of a distributed table.
func (s statement) change() (*level, ref, bool) {
	for _, l := range s.levels {
		for _, r := range l.refs {
			if r.writes != "" && s.distributed(r) {
				return l, r, true
			}
		}
	}
	return nil, ref{}, false
}

// locksRow: a lock of rows is refused where they are in several shards.
func locksRow(s statement) string {
	for _, l := range s.levels {
		for i, w := range l.words {
			if w == "for" && i+1 < len(l.words) && slices.Contains([]string{"update", "share", "no", "key"}, l.words[i+1]) &&
				slices.ContainsFunc(l.refs, s.distributed) {
				return "FOR " + strings.ToUpper(l.words[i+1])
			}
		}
	}
	return ""
}

// volatile: each node would call the function for itself.
func volatile(s statement) string {
	if _, _, changes := s.change(); !changes {
		return ""
	}
	for i, w := range s.words {
		if s.volatile[w] && i+1 < len(s.words) && s.words[i+1] == "(" {
			return w
		}
	}
	return ""
}

// withoutLoan: what is changed by anything but the loan is looked for in every shard.
func withoutLoan(s statement) string {
	for _, l := range s.levels {
		for _, r := range l.refs {
			if r.writes == "" || !s.distributed(r) {
				continue
			}
			text := " " + strings.Join(l.words, " ") + " "
			wants := `[ (](` + r.alias + ` \. )?loan (=|>|<|in) `
			if r.writes == "insert" {
				wants = ` into ` + r.table + ` \( ([^)]* , )?loan [,)]`
			}
			if !regexp.MustCompile(wants).MatchString(text) {
				return r.writes + " " + r.table
			}
		}
	}
	return ""
}

// changesLoan: a row does not move between shards.
func changesLoan(s statement) string {
	l, r, changes := s.change()
	if !changes || r.writes != "update" {
		return ""
	}
	set, _, _ := strings.Cut(strings.Join(l.words, " "), " where ")
	if regexp.MustCompile(`(set|,) loan = `).MatchString(set) {
		return r.table
	}
	return ""
}

// joinsOtherwise: distributed tables meet on a node only where their loans are the same. A query that does not
// look at the one around it is run for itself, and that is well.
func joinsOtherwise(s statement) string {
	for _, l := range s.levels {
		var tied []string // the distributed tables to tie, first those of this level
		for _, r := range l.refs {
			if s.distributed(r) && r.writes != "insert" {
				tied = append(tied, r.alias)
			}
		}
		if len(tied) == 0 {
			continue
		}
		for above := l.above; above != nil; above = above.above {
			for _, r := range above.refs {
				if s.distributed(r) && !slices.Contains(tied, r.alias) && mentions(l.words, r.alias) {
					tied = append(tied, r.alias)
				}
			}
		}
		for _, alias := range tied[1:] {
			if !equalLoans(l.words, tied[0], alias) {
				return tied[0] + " and " + alias
			}
		}
	}
	return ""
}

func mentions(words []string, alias string) bool {
	for i, w := range words {
		if w == alias && i+1 < len(words) && words[i+1] == "." {
			return true
		}
	}
	return false
}

// equalLoans reports whether a chain of a.loan = b.loan leads from one table to another.
func equalLoans(words []string, from, to string) bool {
	reached := []string{from}
	for i := 0; i < len(reached); i++ {
		for j := 0; j+6 < len(words); j++ {
			w := words[j : j+7]
			if w[1] != "." || w[2] != "loan" || w[3] != "=" || w[5] != "." || w[6] != "loan" {
				continue
			}
			for _, pair := range [][2]string{{w[0], w[4]}, {w[4], w[0]}} {
				if pair[0] == reached[i] && !slices.Contains(reached, pair[1]) {
					reached = append(reached, pair[1])
				}
			}
		}
	}
	return slices.Contains(reached, to)
}

// changesWithin: WITH x AS (UPDATE ...) is refused.
func changesWithin(s statement) string {
	for _, l := range s.levels {
		for _, r := range l.refs {
			if l.above != nil && r.writes != "" && (s.distributed(r) || slices.ContainsFunc(s.levels[0].refs, s.distributed)) {
				return r.writes + " " + r.table
			}
		}
	}
	return ""
}

// statementFaults names the rules that a statement breaks, with where.
func statementFaults(text string, of map[string]class, volatile map[string]bool) map[string]string {
	all := words(text)
	s := statement{words: all, levels: levels(all), of: of, volatile: volatile}
	faults := map[string]string{}
	for rule, check := range statementRules {
		if fault := check(s); fault != "" {
			faults[rule] = fault
		}
	}
	return faults
}

// volatileFunctions asks a server. What is volatile in one form counts.
func volatileFunctions(t *testing.T) map[string]bool {
	t.Helper()
	var names []string
	if err := pgtest.New(t).SelectContext(t.Context(), &names, "SELECT DISTINCT proname FROM pg_proc WHERE provolatile = 'v'"); err != nil {
		t.Fatal(err)
	}
	set := map[string]bool{}
	for _, n := range names {
		set[n] = true
	}
	return set
}

// opens are the faults that the script owns up to: -- open: STATEMENT: RULE: why
var opens = regexp.MustCompile(`(?m)^-- open: (\w+): ([^:\n]+): .+$`)

// TestStatementsDistribute holds every statement to what a distributed PostgreSQL demands, but for what the
// script owns up to, and that to be true.
func TestStatementsDistribute(t *testing.T) {
	t.Parallel()
	text, of := script(t)
	known := map[string]bool{}
	for _, m := range opens.FindAllStringSubmatch(text, -1) {
		known[m[1]+": "+m[2]] = false
	}
	files, err := fs.Glob(os.DirFS("."), "query/*.sql")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d statements, %v", len(files), err)
	}
	volatile := volatileFunctions(t)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for rule, where := range statementFaults(string(content), of, volatile) {
			fault := strings.TrimSuffix(path.Base(file), ".sql") + ": " + rule
			if _, owned := known[fault]; !owned {
				t.Errorf("%s: %s", fault, where)
			}
			known[fault] = true
		}
	}
	for fault, met := range known {
		if !met {
			t.Errorf("%s: is put right: take it out of the script", fault)
		}
	}
}

// TestStatementRules breaks each rule of statements.
func TestStatementRules(t *testing.T) {
	t.Parallel()
	of := map[string]class{"loan": distributed, "cycle": distributed, "state": distributed, "product": reference, "run": local}
	volatile := volatileFunctions(t)
	for _, c := range []struct{ text, rule string }{
		{"SELECT * FROM loan WHERE loan = $1", ""},
		{"SELECT * FROM run FOR UPDATE SKIP LOCKED", ""},
		{"SELECT * FROM loan FOR UPDATE", "locks no row"},
		{"SELECT * FROM run r JOIN loan l ON l.loan = r.run FOR NO KEY UPDATE OF l", "locks no row"},
		{"SELECT * FROM (SELECT * FROM loan FOR SHARE) l", "locks no row"},
		{"-- FOR UPDATE\nSELECT 'FOR UPDATE' FROM loan", ""},

		{"UPDATE state s SET at = now() WHERE s.loan = $1", ""},
		{"UPDATE run SET at = clock_timestamp()", ""},
		{"SELECT clock_timestamp() FROM loan", ""},
		{"UPDATE state s SET at = clock_timestamp() WHERE s.loan = $1", "changes without volatile"},
		{"UPDATE state SET n = 1 WHERE loan = $1 AND random() < 1", "changes without volatile"},
		{"INSERT INTO state (loan, id) SELECT loan, gen_random_uuid() FROM loan", "changes without volatile"},
		{"DELETE FROM cycle WHERE loan = nextval('s')", "changes without volatile"},

		{"UPDATE state s SET n = 1 FROM json_to_recordset($1) AS m (loan bigint) WHERE s.loan = m.loan", ""},
		{"UPDATE state SET n = 1 WHERE loan > $1 AND loan <= $2", ""},
		{"DELETE FROM cycle WHERE loan = ANY($1)", ""},
		{"DELETE FROM cycle WHERE loan IN (SELECT loan FROM loan)", ""},
		{"UPDATE product SET n = 1", ""},
		{"UPDATE state s SET n = 1 WHERE s.n = 2", "changes go by the loan"},
		{"DELETE FROM cycle", "changes go by the loan"},
		{"INSERT INTO cycle (n, loan) VALUES (1, 2)", ""},
		{"INSERT INTO cycle (n) VALUES (1)", "changes go by the loan"},
		{"INSERT INTO cycle SELECT * FROM cycle", "changes go by the loan"},

		{"UPDATE state SET n = 1, loan = 2 WHERE loan = 1", "the loan is never changed"},

		{"SELECT * FROM loan l JOIN cycle c ON c.loan = l.loan JOIN product p ON p.product = l.product", ""},
		{"SELECT * FROM loan l JOIN cycle c ON c.loan = l.loan JOIN state s ON c.loan = s.loan", ""},
		{"SELECT * FROM loan l JOIN cycle c ON c.n = l.n", "joins go by the loan"},
		{"SELECT * FROM loan l JOIN cycle c ON c.loan <> l.loan", "joins go by the loan"},
		{"SELECT * FROM loan l, cycle c WHERE c.loan > l.loan", "joins go by the loan"},
		{"SELECT * FROM loan l WHERE EXISTS (SELECT FROM cycle c WHERE c.loan = l.loan AND c.n = 1)", ""},
		{"SELECT * FROM loan l WHERE EXISTS (SELECT FROM loan o WHERE o.n = l.n)", "joins go by the loan"},
		{"SELECT * FROM loan l WHERE n = (SELECT max(n) FROM cycle)", ""},
		{"SELECT loan FROM loan l UNION ALL SELECT loan FROM cycle c", ""},
		{"WITH c AS (SELECT loan FROM cycle) SELECT * FROM loan l JOIN c ON c.n = l.n", ""},
		{"UPDATE state s SET n = 1 FROM cycle c WHERE s.loan = $1 AND c.n = s.n", "joins go by the loan"},

		{"WITH x AS (INSERT INTO run (run) VALUES (1)) SELECT 1", ""},
		{"WITH x AS (DELETE FROM cycle WHERE loan = 1) SELECT 1", "no change within a query"},
		{"WITH x AS (DELETE FROM run) UPDATE state SET n = 1 WHERE loan = 1", "no change within a query"},
	} {
		faults := statementFaults(c.text, of, volatile)
		if c.rule == "" && len(faults) > 0 || c.rule != "" && (len(faults) != 1 || faults[c.rule] == "") {
			t.Errorf("%s: got %v, want %q", c.text, faults, c.rule)
		}
	}
}
