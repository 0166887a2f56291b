package bureau_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/batch/audit"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/merkle"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

var (
	tampers    = flag.Int("tampers", 24, "edits and removals by SQL, all of which the audit log must find")
	tamperSeed = flag.Uint64("tamper-seed", 0, "seed of the edits; 0: another each time")
)

// audited is a lender with so many loans, an operation on each, and two files, the first of which was sent; and the key of its log.
type audited struct {
	*lender
	key *merkle.Key
}

func newAudited(t *testing.T, loans int) audited { return newAuditedOf(t, loans, 0) }

// newAuditedOf has beside these loans some that files leave out; where there are such, the bureau has changed the records of as many loans
// of the first file, and a quarter of them are corrected.
func newAuditedOf(t *testing.T, loans, leftOut int) audited {
	l := newLender(t, "monthly:last", "")
	for n := range loans {
		l.loan(fmt.Sprintf("L%04d", n), "", 10)
	}
	for n := range leftOut {
		l.loan(fmt.Sprintf("X%04d", n), "", 10)
	}
	l.load()
	l.db.MustExec(`UPDATE loan SET furnish = FALSE WHERE loan_id LIKE 'X%'`)
	l.night("2026-01-31")
	if leftOut > 0 {
		l.change(bureau.Released, bureau.Transmitted)
		var answers []bureau.Answer
		for n := range leftOut {
			answers = append(answers, bureau.Answer{AccountNumber: fmt.Sprintf("ACCTL%04d", n), Outcome: bureau.RecordChanged, Field: "25", Code: "C1", Reason: "of another lender"})
		}
		if got, want := l.answer(1, answers...), fmt.Sprintf("%d new 0 known 0 given back", leftOut); got != want {
			t.Fatal(got)
		}
		for n := range leftOut / 4 {
			if got := l.correct(fmt.Sprintf("L%04d", n), "current_balance", "900"); !strings.HasSuffix(got, "known false") {
				t.Fatal(got)
			}
		}
	}
	key, err := merkle.CreateKey(filepath.Join(t.TempDir(), "audit.key"))
	if err != nil {
		t.Fatal(err)
	}
	a := audited{l, key}
	for n := range loans {
		a.hold(fmt.Sprintf("L%04d", n))
	}
	l.night("2026-02-28")
	return a
}

// hold lets nights leave a loan alone for a day: an operation.
func (a audited) hold(loan string) {
	a.t.Helper()
	desk := servicing.Desk{DB: a.db, Now: clock, Today: date("2026-02-01"), Vault: book.Vault{Keys: pgtest.Keys()}}
	_, err := desk.Hold(a.t.Context(), servicing.HoldRequest{Order: servicing.Order{By: "ada", Why: "looked at"}, LoanID: loan, Until: date("2026-02-02")})
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a audited) head() audit.SignedHead {
	a.t.Helper()
	head, err := audit.Head(a.t.Context(), a.db, a.key, clock())
	if err != nil {
		a.t.Fatal(err)
	}
	return head
}

func (a audited) verify(heads ...[]byte) audit.Report {
	a.t.Helper()
	report, err := audit.Verify(a.t.Context(), a.db, audit.Given{Key: a.key.Verifier(), Heads: heads})
	if err != nil {
		a.t.Fatal(err)
	}
	return report
}

// found lists findings.
func found(r audit.Report) []string {
	list := []string{}
	for _, f := range r.Findings {
		list = append(list, f.Table+" "+f.Key+" "+f.What)
	}
	slices.Sort(list)
	return list
}

// edits are ways to change a value of a type into another: texts each into one of its own, for those that are unique.
var edits = map[string]string{
	"text": "coalesce(%s, '') || CAST(random() AS text)", "bigint": "coalesce(%s, 0) + 1", "integer": "%s + 1", "boolean": "NOT %s", "date": "coalesce(%s, '2026-01-01') + 1",
	"jsonb": `coalesce(%s, '{}') || '{"tampered": true}'`, "json": `CAST(jsonb_build_object('tampered', %s) AS json)`, "ARRAY": "%s || CAST(77 AS bigint)", "timestamp with time zone": "%s + interval '1 microsecond'",
}

// tampering edits and removes rows at random places, past the triggers, and returns what should be found.
func (a audited) tampering(random *rand.Rand, count int) []string {
	a.t.Helper()
	type place struct{ table, key, where string }
	var places []place
	for _, p := range [][2]string{
		{"operation", `SELECT operation || ' WHERE operation = ' || operation FROM operation ORDER BY operation`},
		{"tradeline", `SELECT file || '/' || loan || ' WHERE file = ' || file || ' AND loan = ' || loan FROM tradeline ORDER BY file, loan`},
		{"excluded", `SELECT file || '/' || loan || ' WHERE file = ' || file || ' AND loan = ' || loan FROM excluded ORDER BY file, loan`},
		{"answer", `SELECT answer || ' WHERE answer = ' || answer FROM answer ORDER BY answer`},
		{"correction", `SELECT correction || ' WHERE correction = ' || correction FROM correction ORDER BY correction`},
	} {
		var rows []string
		if err := a.db.Select(&rows, p[1]); err != nil {
			a.t.Fatal(err)
		}
		for _, row := range rows {
			key, where, _ := strings.Cut(row, " ")
			places = append(places, place{p[0], key, where})
		}
	}
	var columns []struct {
		Table string `db:"table_name"`
		Name  string `db:"column_name"`
		Type  string `db:"data_type"`
	}
	if err := a.db.Select(&columns, `SELECT table_name, column_name, data_type FROM information_schema.columns
		WHERE table_schema = 'furnisher' AND table_name IN ('operation', 'tradeline', 'excluded', 'answer', 'correction')
		  AND column_name NOT IN ('operation', 'loan', 'file', 'answer', 'correction', 'outcome', 'source') -- keys, and words of lists
		  AND NOT (table_name = 'answer' AND (column_name IN ('owner', 'state') OR column_name LIKE 'answered%')) -- what becomes of them
		  AND NOT (table_name = 'correction' AND (column_name = 'state' OR column_name LIKE 'ended%' OR column_name LIKE 'release%'))`); err != nil {
		a.t.Fatal(err)
	}
	random.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
	want := []string{}
	var script strings.Builder
	script.WriteString("SET LOCAL session_replication_role = replica;\n") // no trigger sees it
	for _, p := range places[:count] {
		if random.IntN(3) == 0 {
			fmt.Fprintf(&script, "DELETE FROM %s %s;\n", p.table, p.where)
			want = append(want, p.table+" "+p.key+" removed")
			continue
		}
		for {
			c := columns[random.IntN(len(columns))]
			if c.Table == p.table {
				fmt.Fprintf(&script, "UPDATE %s SET %s = %s %s;\n", p.table, c.Name, fmt.Sprintf(edits[c.Type], c.Name), p.where)
				break
			}
		}
		want = append(want, p.table+" "+p.key+" changed")
	}
	a.db.MustExec("DO $do$ BEGIN " + script.String() + " END $do$")
	slices.Sort(want)
	return want
}

// Edits and removals by SQL at random places of operations, tradelines, exclusions, answers and corrections: all are found and named, and
// nothing else is.
func TestAuditTampering(t *testing.T) {
	t.Parallel()
	seed := *tamperSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	random := rand.New(rand.NewPCG(seed, 1))
	a := newAuditedOf(t, max(20, *tampers), max(16, *tampers/2))
	head := a.head()
	if got := found(a.verify(head.Signed)); len(got) > 0 {
		t.Fatalf("seed %d: found in what nobody touched: %s", seed, got)
	}
	want := a.tampering(random, *tampers)
	if diff := cmp.Diff(want, found(a.verify(head.Signed))); diff != "" {
		t.Errorf("seed %d (-want +got):\n%s", seed, diff)
	}
}

// What people and nights do by the rules is no tampering: moves of files, refusals of records, trimming, a change of keys.
func TestAuditOfWhatIsRight(t *testing.T) {
	t.Parallel()
	a := newAudited(t, 3)
	a.head()
	a.db.MustExec(`UPDATE bureau_file SET path = '/elsewhere/' || file`) // moved
	a.entry("L0000", "PAYMENT", "1000.00", "2026-02-10")
	a.add("terminations", "L0000,2026-02-10,,ERRO")
	a.add("terminations", "L0001,2026-02-10,,FRAD")
	a.load()
	a.night("2026-03-31")
	pgtest.PlaceFiles(t, a.db)
	a.db.MustExec(`INSERT INTO bureau_file_event (file, seq, state, who, why, at) SELECT file, 1, 'TRANSMITTED', 'ada', 'sent', now() FROM bureau_file;
		UPDATE bureau_file SET state = 'TRANSMITTED'`)
	if got := a.answer(3, refusal("ACCTL0000", "E1")); got != "1 new 0 known 1 given back" {
		t.Fatal(got)
	}
	if _, err := bureau.Trim(t.Context(), a.db, bureau.Trimming{Before: date("2026-02-01"), Who: "ada", Why: "old"}, clock()); err != nil {
		t.Fatal(err)
	}
	renewed, err := pgtest.Keys().Renewed()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bureau.Reseal(t.Context(), a.db, book.Vault{Keys: renewed}); err != nil {
		t.Fatal(err)
	}
	report := a.verify(a.head().Signed)
	if got := found(report); len(got) > 0 || report.SinceHead != 0 || report.Waiting != 0 || report.Heads != 2 {
		t.Errorf("found %s; %+v", got, report)
	}
	// 9 tradelines, 3 operations, 3 files, 3 moves and a trimming with its act, 2 deletions, an answer.
	if report.Rows != 23 {
		t.Errorf("%d rows were compared", report.Rows)
	}
}

// Whatever else of the record or its log is changed is found, too.
func TestAuditFindings(t *testing.T) {
	t.Parallel()
	a := newAudited(t, 3)
	first := a.head()
	a.db.MustExec(`INSERT INTO act (kind, about, who, why, host, at) SELECT 'RELEASE_FILE', 'file 1', 'ada', 'fine', 'here', now() FROM generate_series(1, 3);
		INSERT INTO bureau_file_event (file, seq, state, who, why, at) VALUES (1, 1, 'RELEASED', 'ada', 'fine', now());
		UPDATE bureau_file SET state = 'RELEASED' WHERE file = 1`)
	a.head()
	dump := func(table string) string { return "CREATE TABLE public.kept_" + table + " AS SELECT * FROM " + table }
	tables := []string{"operation", "act", "bureau_file", "bureau_file_event", "tradeline", "proof_entry", "proof_page", "proof_head"}
	for _, table := range tables {
		a.db.MustExec(dump(table))
	}
	for _, c := range []struct{ name, tamper, want string }{
		{"nothing", `SELECT 1`, ``},
		{"an act", `UPDATE act SET who = 'eve' WHERE act = 2`, `act 2 changed`},
		{"the hash of a file", `UPDATE bureau_file SET sha256 = repeat('0', 64) WHERE file = 2`, `bureau_file 2 changed`},
		{"a state without its event", `UPDATE bureau_file SET state = 'RELEASED' WHERE file = 2`, `bureau_file 2 disagrees`},
		{"who released", `UPDATE bureau_file_event SET who = 'eve'`, `bureau_file_event 1/1 changed`},
		{"a tradeline that was never written", `INSERT INTO tradeline SELECT (jsonb_populate_record(t, '{"loan": 99}')).* FROM tradeline t WHERE (file, loan) = (2, 3)`, `tradeline 2/99 not logged`},
		{"an operation that was never done", `INSERT INTO operation (kind, digest, who, at, result) VALUES ('x', 'x', 'eve', now(), '{}')`, `operation 4 not logged`},
		{"a row and its entry", `DELETE FROM act WHERE act = 2; DELETE FROM proof_entry WHERE kind = 'act' AND a = 2`, `proof_entry 10 removed`},
		{"a row, and its entry to match", `UPDATE act SET who = 'eve' WHERE act = 2;
			UPDATE proof_entry SET digest = (SELECT sha256(convert_to(CAST(jsonb_build_array(c.act, c.kind, c.about, c.who, c.why, c.host, c.came_from, extract(epoch FROM c.at)) AS text), 'UTF8')) FROM act c WHERE act = 2) WHERE kind = 'act' AND a = 2`, `proof_entry 9 to 12 changed`},
		{"the end of the log", `DELETE FROM act WHERE act > 1; DELETE FROM proof_entry WHERE entry > 9; UPDATE bureau_file SET state = 'GENERATED'; DELETE FROM bureau_file_event`, `proof_entry 10 to 12 removed`},
		{"a page's list with its row", `UPDATE tradeline SET account_status = '97' WHERE (file, loan) = (2, 1); DELETE FROM proof_page WHERE file = 2 AND first = 1`, `tradeline 2/1 to 2 changed`},
		{"all tradelines of a file", `DELETE FROM tradeline WHERE file = 1`, `tradeline 1/1 removed; tradeline 1/2 removed; tradeline 1/3 removed`},
		{"a head", `UPDATE proof_head SET signed = replace(signed, 'at 2026', 'at 2025') WHERE entries = 9`, `proof_head 9 changed`},
	} {
		var back strings.Builder
		back.WriteString("SET session_replication_role = replica;")
		for _, table := range tables {
			overriding := ""
			if table == "operation" || table == "act" {
				overriding = "OVERRIDING SYSTEM VALUE"
			}
			fmt.Fprintf(&back, "DELETE FROM %s; INSERT INTO %s %s SELECT * FROM public.kept_%s;", table, table, overriding, table)
		}
		conn, err := a.db.Connx(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.ExecContext(t.Context(), back.String()+c.tamper+"; RESET session_replication_role"); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(found(a.verify(first.Signed)), "; "); got != c.want {
			t.Errorf("%s: found %q, want %q", c.name, got, c.want)
		}
	}
	a.db.MustExec(`ALTER TABLE act DISABLE TRIGGER proof_act`)
	if got := strings.Join(found(a.verify()), "; "); !strings.Contains(got, "pg_trigger proof_act removed") {
		t.Errorf("a trigger was taken off: found %q", got)
	}
}

// Rows that commit at the same time have entries without gaps, and one head after the other goes on from the one before.
func TestAuditTogether(t *testing.T) {
	t.Parallel()
	a := newAudited(t, 1)
	before := a.head()
	done := make(chan error)
	const writers, each = 8, 20
	for range writers {
		go func() {
			var err error
			for range each {
				if _, e := a.db.ExecContext(context.WithoutCancel(t.Context()), `INSERT INTO act (kind, about, who, why, host, at) VALUES ('X', 'x', 'ada', '', '', now())`); e != nil {
					err = e
				}
			}
			done <- err
		}()
	}
	for range 5 {
		a.head()
	}
	for range writers {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	after := a.head()
	if after.Entries != before.Entries+writers*each {
		t.Errorf("%d entries, then %d", before.Entries, after.Entries)
	}
	if got := found(a.verify(before.Signed, after.Signed)); len(got) > 0 {
		t.Errorf("found %s", got)
	}
}

// A proof of a row holds against its head, is small, and is refused for a row that is not as it was logged.
func TestAuditProof(t *testing.T) {
	t.Parallel()
	a := newAudited(t, 3)
	head := a.head()
	rows := []audit.Row{{Table: "operation", A: 2}, {Table: "bureau_file", A: 1}, {Table: "tradeline", A: 2, B: 3}}
	proved, err := audit.Prove(t.Context(), a.db, rows, head.Head)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range proved {
		text := p.Proof.Text()
		again, err := merkle.ParseProof(text)
		if err != nil || again.Check(head.Head) != nil || len(text) >= 1024 {
			t.Errorf("%s: %d bytes, %v", rows[i], len(text), err)
		}
		if again.Says() != merkle.Digest(p.Content) {
			t.Errorf("%s: the content is not what is proved: %q", rows[i], p.Content)
		}
		if parsed, err := audit.ParseRow(rows[i].String()); err != nil || parsed != rows[i] {
			t.Errorf("%s is read as %+v, %v", rows[i], parsed, err)
		}
	}
	a.db.MustExec(`UPDATE tradeline SET current_balance = 1 WHERE (file, loan) = (2, 3)`)
	for _, c := range []struct {
		row  audit.Row
		want string
	}{
		{audit.Row{Table: "tradeline", A: 2, B: 3}, "prove: tradeline:2/3: the record was changed after it was logged: a row of its page was"},
		{audit.Row{Table: "tradeline", A: 2, B: 4}, "prove: tradeline:2/4: the log has no such row"},
		{audit.Row{Table: "act", A: 1}, "prove: act:1: the log has no such row"},
	} {
		if _, err := audit.Prove(t.Context(), a.db, []audit.Row{c.row}, head.Head); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v", c.row, err)
		}
	}
	a.db.MustExec(`INSERT INTO act (kind, about, who, why, host, at) VALUES ('X', 'x', 'ada', '', '', now())`)
	if _, err := audit.Prove(t.Context(), a.db, []audit.Row{{Table: "act", A: 1}}, head.Head); err == nil || !strings.Contains(err.Error(), "after the head of") {
		t.Errorf("a row that the head does not know: %v", err)
	}
}

// A book from before the log is logged as it is found, also if that is stopped on the way, and what it was is found changed later.
func TestAuditOlder(t *testing.T) {
	t.Parallel()
	a := newAudited(t, 5)
	a.db.MustExec(`DELETE FROM proof_page; DELETE FROM proof_entry WHERE kind = 'tradeline' OR entry > 5; DELETE FROM proof_entry;
		INSERT INTO proof_older (file) SELECT file FROM bureau_file`)
	report := a.verify()
	if report.Waiting != 10 {
		t.Errorf("%d tradelines are not yet logged, want 10", report.Waiting)
	}
	// The newest file was half written when the program was changed.
	a.db.MustExec(`INSERT INTO proof_page SELECT 2, 4, 3, 27, sha256(''), ''`)
	if n, err := bureau.ProveOlder(t.Context(), a.db); err != nil || n != 8 {
		t.Errorf("%d tradelines were logged, %v; want 8", n, err)
	}
	if n, err := bureau.ProveOlder(t.Context(), a.db); err != nil || n != 0 {
		t.Errorf("%d tradelines were logged again, %v", n, err)
	}
	a.db.MustExec(`UPDATE tradeline SET account_status = '97' WHERE (file, loan) = (1, 5)`)
	if got := strings.Join(found(a.verify()), "; "); !strings.Contains(got, "tradeline 1/5 changed; tradeline 2/3 not logged; tradeline 2/4 not logged") {
		t.Errorf("found %s", got)
	}
}

// What becomes of an answer or a correction by the rules is no tampering, also where a removed customer's name is taken out; what does not
// follow from files and people is found.
func TestAuditOfAnswersAndCorrections(t *testing.T) {
	t.Parallel()
	a := newAuditedOf(t, 6, 4)
	for _, move := range []func() error{
		func() error { return bureau.CloseAnswer(t.Context(), a.db, 1, "kim", "seen by Alderbrook", clock()) },
		func() error { return bureau.AssignAnswer(t.Context(), a.db, 2, "kim") },
		func() error {
			return bureau.ReleaseCorrection(t.Context(), a.db, 1, "robin", "kim", "Alderbrook paid", clock())
		},
	} {
		if err := move(); err != nil {
			t.Fatal(err)
		}
	}
	if got := a.correct("L0001", "current_balance", "800"); !strings.HasSuffix(got, "known false") {
		t.Fatal(got)
	}
	a.entry("L0001", "PAYMENT", "50.00", "2026-03-10")
	a.load()
	a.night("2026-03-31")
	a.change(bureau.Released, bureau.Transmitted) // it ends the lock, and answers what is open
	a.head()
	if got := found(a.verify()); len(got) > 0 || a.row(`SELECT string_agg(state, ' ' ORDER BY correction) FROM correction`) != "RELEASED ENDED" {
		t.Fatalf("found in what people and nights did: %s; %s", got, a.states())
	}
	a.db.MustExec(`UPDATE answer SET answered_why = 'seen by [removed]' WHERE answer = 1; UPDATE answer SET reason = 'of [removed]' WHERE answer = 2;
		UPDATE correction SET release_why = '[removed] paid' WHERE correction = 1; UPDATE correction SET evidence = 'letter of [removed]' WHERE state = 'ENDED'`)
	if got := found(a.verify()); len(got) > 0 {
		t.Fatalf("found in what a removal did: %s", got)
	}
	head := a.head()
	proved, err := audit.Prove(t.Context(), a.db, []audit.Row{{Table: "answer", A: 2}, {Table: "correction", A: 2}, {Table: "excluded", A: 1, B: 8}}, head.Head)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range proved {
		if text := p.Proof.Text(); len(text) >= 1024 || p.Proof.Check(head.Head) != nil || p.Proof.Says() != merkle.Digest(p.Content) {
			t.Errorf("%s: %d bytes, %q", p.Row, len(text), p.Content)
		}
	}
	for tamper, want := range map[string]string{
		`UPDATE answer SET outcome = 'REFUSED' WHERE answer = 3`:                                                                                                         "answer 3 changed",
		`UPDATE answer SET answered_by = 'eve' WHERE answer = 1`:                                                                                                         "answer 1 changed",
		`UPDATE answer SET answered_file = NULL, answered_by = 'eve', answered_why = 'x' WHERE answer = 2`:                                                               "answer 2 not logged",
		`UPDATE answer SET seen_file = 0, answered_file = 1 WHERE answer = 2`:                                                                                            "answer 2 changed",
		`UPDATE answer SET answered_file = 2 WHERE answer = 2`:                                                                                                           "answer 2 disagrees", // it was not sent
		`DELETE FROM answer WHERE answer = 1`:                                                                                                                            "answer 1 removed",
		`UPDATE correction SET release_approver = 'eve' WHERE correction = 1`:                                                                                            "correction 1 changed",
		`UPDATE correction SET state = 'LIVE', released_by = NULL, release_approver = NULL, release_why = NULL, released_at = NULL WHERE correction = 1`:                 "correction 1 changed",
		`UPDATE correction_at SET ended_fact = 'x' WHERE ended_file = 3`:                                                                                                 "correction 2 disagrees",
		`UPDATE correction_at SET ended_file = NULL, ended_fact = NULL; UPDATE correction SET state = 'LIVE', ended_file = NULL, ended_fact = NULL WHERE correction = 2`: "correction 2 disagrees",
		`INSERT INTO excluded (loan, file, reason, rule, detail) VALUES (2, 1, 'BLOCKED', 'CA9', '')`:                                                                    "excluded 1/2 not logged",
		`DELETE FROM excluded WHERE file = 2`:                                                                                                                            "excluded 2/10 removed; excluded 2/7 removed; excluded 2/8 removed; excluded 2/9 removed",
	} {
		tx, err := a.db.Beginx()
		if err != nil {
			t.Fatal(err)
		}
		tx.MustExec(`SET LOCAL session_replication_role = replica; ` + tamper)
		report, err := audit.VerifyIn(t.Context(), tx, audit.Given{Key: a.key.Verifier(), Heads: [][]byte{head.Signed}})
		if got := strings.Join(found(report), "; "); err != nil || got != want {
			t.Errorf("%s: found %q, want %q, %v", tamper, got, want, err)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

// What a file left out before the log knew of that is logged as it is found.
func TestAuditOlderExclusions(t *testing.T) {
	t.Parallel()
	a := newAuditedOf(t, 4, 4)
	a.db.MustExec(`DELETE FROM proof_page WHERE kind = 'excluded'; DELETE FROM proof_entry; INSERT INTO proof_older (file, kind) SELECT file, 'excluded' FROM bureau_file`)
	if report := a.verify(); report.Waiting != 8 {
		t.Errorf("%d rows are not yet logged, want 8", report.Waiting)
	}
	if n, err := bureau.ProveOlder(t.Context(), a.db); err != nil || n != 8 {
		t.Errorf("%d rows were logged, %v", n, err)
	}
	a.db.MustExec(`UPDATE excluded SET reason = 'BLOCKED' WHERE (file, loan) = (2, 5)`)
	if got := strings.Join(found(a.verify()), "; "); !strings.Contains(got, "excluded 2/5 changed") || strings.Contains(got, "excluded 1/") {
		t.Errorf("found %s", got)
	}
}
