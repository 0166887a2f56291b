package servicing_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// bulkRows makes a file of rows like "hold k1 loanId=A1 until=2026-12-31": action, key (- for none), cells; _ is a blank.
func bulkRows(t testing.TB, rows ...string) *strings.Reader {
	t.Helper()
	header := []string{"action", "key"}
	for _, x := range servicing.BulkActions() {
		for _, c := range x.Columns {
			if !slices.Contains(header, c) {
				header = append(header, c)
			}
		}
	}
	header = append(header, "why", "date")
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.Write(header))
	for _, row := range rows {
		words := strings.Fields(row)
		cells := make([]string, len(header))
		cells[0], cells[1] = words[0], strings.TrimPrefix(words[1], "-")
		for _, word := range words[2:] {
			column, value, _ := strings.Cut(word, "=")
			at := slices.Index(header, column)
			if at < 0 {
				t.Fatalf("no action has the column %q", column)
			}
			cells[at] = strings.ReplaceAll(value, "_", " ")
		}
		must(w.Write(cells))
	}
	w.Flush()
	return strings.NewReader(text.String())
}

// told are the outcomes of rows by line, as a report tells them.
func told(t testing.TB, db *sqlx.DB, r servicing.BulkRequest) (all map[int]servicing.BulkRow, sum *servicing.BulkSummary, err error) {
	t.Helper()
	all = map[int]servicing.BulkRow{}
	report := r.Report
	r.Report = func(row servicing.BulkRow) error {
		if _, twice := all[row.Line]; twice {
			t.Errorf("line %d is reported twice", row.Line)
		}
		all[row.Line] = row
		if report != nil {
			return report(row)
		}
		return nil
	}
	d := desk(db)
	d.Authority = batch.Authority{Supervisors: []string{"ada"}}
	sum, err = d.Bulk(t.Context(), r)
	return all, sum, err
}

func always(int64, int64) bool { return true }

// deskBook is a book in which A1 is paid off and its retention over, and the others are open.
func deskBook(t testing.TB) *sqlx.DB {
	t.Helper()
	db := pgtest.New(t)
	e := book("A1", "B1", "B2", "C1", "D1")
	e.add("transactions.csv", "QA1,A1,PAYMENT,1000.00,2026-06-10,2026-06-10T12:00:00Z,SETTLED")
	e.load(t, db)
	nights(t, db, t.TempDir(), "2026-06-30", "2026-07-31")
	db.MustExec(`INSERT INTO run_exception (run, step, loan, code, detail, first_run) SELECT 2, 'export', loan, 'B18', 'x', 2 FROM loan WHERE loan_id = 'D1'`)
	return db
}

// deskRows do each operation once, and what each refuses. What is wanted of a row is its outcome and a part of the reason.
var deskRows = []struct{ row, want string }{
	{"cancel-servicing c1 customerId=CB reason=DECEASED", "done"},
	{"cancel-servicing c2 loanId=C1", "done"},
	{"cancel-servicing c3 customerId=CB loanId=B1", "rejected name a customer or a loan"},
	{"cancel-servicing c4 loanId=C1 reason=BORED", "rejected"},
	{"set-status s1 loanId=D1 status=CLOSED::INACTIVITY closedOn=2026-07-31", "done"},
	{"set-status s2 loanId=D1 status=CLOSED::BORED", "rejected"},
	{"set-status s3 loanId=D1 status=CLOSED::CHARGE_OFF chargeOffAmount=many", "rejected chargeOffAmount is no amount"},
	{"set-status s4 loanId=D1 status=CLOSED::INACTIVITY closedOn=2020-01-01", "refused"},
	{"hold h1 loanId=D1 until=2026-12-31", "done"},
	{"hold h2 loanId=D1 until=2026-01-01", "refused"},
	{"hold h3 loanId=D1 until=soon", "rejected until is no date"},
	{"release r1 loanId=D1", "done"},
	{"release r2 loanId=D1", "refused"},
	{"terminate t1 loanId=B1 source=FLTC reason=ERRO", "done"},
	{"terminate t2 loanId=B2 source=FLTC", "rejected DC4"},
	{"terminate t3 loanId=B2", "rejected"},
	{"terminate t4 loanId=B2 reportAsDeleted=DA", "done"},
	{"pay p1 loanId=B2 amount=10.00 transactionId=B2-1", "done"},
	{"pay p2 loanId=B2 amount=10.00 transactionId=B2-1", "refused there is a transaction of this id"},
	{"pay p3 loanId=C1 amount=1.00", "refused DC3"},
	{"pay p4 loanId=B2 amount=0.00", "rejected"},
	{"waive p5 loanId=B2 amount=2000.00", "refused DC3"},
	{"waive p6 loanId=B2 amount=990.00", "done"},
	{"reverse p7 loanId=B2 reverses=OB2", "done"},
	{"reverse p8 loanId=B2 reverses=OC1", "refused unknown"},
	{"rescind-termination t5 loanId=B1 rescindedOn=2026-07-01", "refused"},
	{"undo-termination t6 loanId=B1", "done"},
	{"undo-termination t7 loanId=B1", "refused"},
	{"create-case k1 externalId=E1 type=DISPUTE loanId=C1", "done"},
	{"create-case k2 externalId=E1 type=DISPUTE loanId=C1", "unchanged"},
	{"create-case k3 type=QUARREL loanId=C1", "rejected"},
	{"create-case k4 caseId=K9 type=OTHER autoCreated=true customerId=CC", "done"},
	{"update-case k5 caseId=E1 receivedOn=2026-07-30 disputeKind=FCBA disputedAmount=12.50", "done"},
	{"update-case k6 caseId=E1 disputedAmount=null disputeKind=null", "done"},
	{"update-case k7 caseId=E1 chapter=seven", "rejected chapter is no number"},
	{"acknowledge-case k8 caseId=K9", "done"},
	{"associate-case k9 caseId=K9 kind=DOCUMENT reference=scan_12", "done"},
	{"associate-case k10 caseId=K9 kind=DOCUMENT reference=scan_12", "unchanged"},
	{"associate-case k11 caseId=K9 kind=SONG reference=scan_12", "rejected"},
	{"dissociate-case k12 caseId=K9 kind=DOCUMENT reference=scan_12", "done"},
	{"view-case k13 caseId=K9", "done"},
	{"see-case k14 caseId=K9", "unchanged"},
	{"snooze-case k15 caseId=K9 until=2026-12-31", "done"},
	{"snooze-case k16 caseId=K9 until=2026-12-31", "unchanged"},
	{"unsnooze-case k17 caseId=K9", "done"},
	{"unsnooze-case k18 caseId=K9", "refused"},
	{"escalate-case k19 caseId=K9 assignee=legal", "done"},
	{"escalate-case k20 caseId=K9", "refused"},
	{"deescalate-case k21 caseId=K9", "done"},
	{"delete-case k22 caseId=K9", "done"},
	{"delete-case k23 caseId=K9", "refused"},
	{"open-dispute d1 loanId=C1 caseId=K10 channel=DIRECT receivedOn=2026-07-30", "done"},
	{"open-dispute d2 loanId=C1 channel=FAX", "rejected"},
	{"open-dispute d3 loanId=C1 channel=DIRECT disputedAmount=much", "rejected disputedAmount is no amount"},
	{"extend-dispute d4 caseId=K10 informedOn=2026-07-31", "done"},
	{"extend-dispute d5 caseId=K10 informedOn=2026-07-31", "refused BR10"},
	{"answer-dispute d6 caseId=K10 answer=UPDATED checked=ledger", "rejected"},
	{"answer-dispute d7 caseId=K10 answer=VERIFIED checked=ledger disagrees=perhaps", "rejected disagrees is neither"},
	{"answer-dispute d8 caseId=K10 answer=VERIFIED checked=ledger", "done"},
	{"answer-dispute d9 caseId=K10 answer=VERIFIED checked=ledger", "refused BR10"},
	{"resolve-exceptions x1 loanId=D1", "done"},
	{"resolve-exceptions x2 loanId=C1", "refused no such exception"},
	{"remove - customerId=CB", "refused CD3"},
	{"remove - customerId=CA", "refused CD3"},
	{"remove - customerId=CA approver=ADA erasureReason=CCPA_7", "refused CD3"},
	{"remove - customerId=CA approver=kim erasureReason=CCPA_7", "done"},
	{"remove m1 customerId=CA approver=kim erasureReason=CCPA_7", "refused CD2"},
	{"remove m2 customerId=CX", "refused unknown"},
	{"hold c1 loanId=C1 until=2026-12-31", "rejected its key is that of line 2"},
	{"borrow b1", "rejected its action is none of cancel-servicing"},
}

// Each operation and what it refuses, as by itself; the same file again changes nothing, to the byte, and a verification finds all
// of it in the ledger.
func TestBulk(t *testing.T) {
	t.Parallel()
	db := deskBook(t)
	rows := make([]string, len(deskRows))
	for i, x := range deskRows {
		rows[i] = x.row
	}
	file := bulkRows(t, rows...)
	request := servicing.BulkRequest{Order: order(""), File: file, Tolerates: always}

	before := everything(t, db)
	request.Stage = servicing.BulkValidate
	got, _, err := told(t, db, request)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range deskRows {
		want := "valid"
		if strings.HasPrefix(x.want, "rejected") {
			want = "rejected"
		}
		if got := got[i+2]; string(got.Outcome) != want {
			t.Errorf("validated, %s: %+v, want %s", x.row, got, want)
		}
	}
	request.Stage, request.DryRun = servicing.BulkWhole, true
	if _, sum, err := told(t, db, request); err != nil || sum.Done == 0 {
		t.Errorf("a dry run: %+v, %v", sum, err)
	}
	for table, now := range everything(t, db) {
		if now != before[table] {
			t.Errorf("validation and dry run changed %s", table)
		}
	}

	request.DryRun = false
	got, sum, err := told(t, db, request)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int64{}
	for i, x := range deskRows {
		outcome, why, _ := strings.Cut(x.want, " ")
		counts[outcome]++
		if got := got[i+2]; string(got.Outcome) != outcome || !strings.Contains(got.Why, why) {
			t.Errorf("%s: %+v, want %s", x.row, got, x.want)
		}
	}
	if sum.Done != counts["done"] || sum.Refused != counts["refused"] || sum.Rejected != counts["rejected"] || sum.Unchanged != counts["unchanged"] ||
		sum.Verified != counts["done"]+counts["unchanged"] || len(sum.Rows) != int(sum.Refused+sum.Rejected) || sum.Read != int64(len(deskRows)) {
		t.Errorf("counts %v: %+v", counts, sum)
	}
	if got := count(t, db, `SELECT count(*) FROM operation WHERE who = 'ada' AND why = 'letter of 2 June' AND idempotency_key IS NOT NULL`); got != sum.Verified {
		t.Errorf("rows in the ledger: %d, want %d", got, sum.Verified)
	}

	after := everything(t, db)
	if _, again, err := told(t, db, request); err != nil || again.Done != 0 || again.Unchanged != 0 || again.Repeated != sum.Done+sum.Unchanged {
		t.Errorf("the same file again: %+v, %v", again, err)
	}
	request.Stage = servicing.BulkVerify
	found, looked, err := told(t, db, request)
	if err != nil || looked.Verified != sum.Verified || looked.Missing != sum.Refused || looked.Rejected != sum.Rejected || found[2].Outcome != servicing.RowDone {
		t.Errorf("verified: %+v, %v", looked, err)
	}
	for table, now := range everything(t, db) {
		if now != after[table] {
			t.Errorf("the same file again changed %s", table)
		}
	}
}

func count(t testing.TB, db *sqlx.DB, query string) (n int64) {
	t.Helper()
	if err := db.Get(&n, query); err != nil {
		t.Fatal(err)
	}
	return n
}

// plausible is a value of a column that no operation finds in the book.
var plausible = map[string]string{
	"loanId": "NOPE", "customerId": "NOPE", "caseId": "NOPE", "status": "ACTIVE", "until": "2026-12-31", "kind": "DOCUMENT", "reference": "R1",
	"type": "OTHER", "reason": "OTHR", "channel": "DIRECT", "answer": "VERIFIED", "checked": "ledger", "amount": "1.00", "reverses": "R1",
}

// What every action has in common: it needs its columns, takes no others, has a key of its own, and says what the book does not know
// without repeating it.
func TestBulkOfEveryAction(t *testing.T) {
	t.Parallel()
	db := deskBook(t)
	db.MustExec(`INSERT INTO operation (kind, idempotency_key, digest, who, at, result) VALUES ('OTHER', 'taken', 'x', 'ada', now(), '{}')`)
	var file []string
	var wants []string
	add := func(want, row string) {
		file, wants = append(file, row), append(wants, want)
	}
	for _, x := range servicing.BulkActions() {
		cells := func(without string) (text string) {
			for _, c := range x.Columns {
				needed := slices.Contains(x.Needs, c) || c == "loanId" || x.Name == "terminate" && c == "reason"
				if needed && c != without {
					text += " " + c + "=" + plausible[c]
				}
			}
			return text
		}
		add("refused …", fmt.Sprintf("%s %s-1 %s", x.Name, x.Name, cells("")))
		add("refused the idempotency key was used", fmt.Sprintf("%s taken %s", x.Name, cells("")))
		file[len(file)-1] = strings.Replace(file[len(file)-1], "taken", "-", 1) // its turn comes below
		wants[len(wants)-1] = "rejected its key is missing"
		if x.Name == "remove" {
			wants[len(wants)-1] = "refused unknown"
		}
		for _, needed := range x.Needs {
			add("rejected "+needed+" is missing", fmt.Sprintf("%s %s-%s %s", x.Name, x.Name, needed, cells(needed)))
		}
		if !slices.Contains(x.Columns, "assignee") {
			add("rejected the action takes no assignee", fmt.Sprintf("%s %s-2 assignee=kim %s", x.Name, x.Name, cells("")))
		}
		add("rejected date is no date", fmt.Sprintf("%s %s-3 date=today %s", x.Name, x.Name, cells("")))
	}
	add("refused the idempotency key was used for another request", "hold taken loanId=C1 until=2026-12-31")
	got, _, err := told(t, db, servicing.BulkRequest{Order: order(""), File: bulkRows(t, file...), Tolerates: always})
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range file {
		outcome, why, _ := strings.Cut(wants[i], " ")
		if got := got[i+2]; string(got.Outcome) != outcome || !strings.Contains(got.Why, why) || strings.Contains(got.Why, "NOPE") {
			t.Errorf("%s: %+v, want %s", row, got, wants[i])
		}
	}
	if got := count(t, db, `SELECT count(*) FROM operation`); got != 1 {
		t.Errorf("operations: %d", got)
	}
}

// Killed half-way and repeated, each row is done once; two at once do each row once, too.
func TestBulkInterrupted(t *testing.T) {
	t.Parallel()
	db := deskBook(t)
	var file []string
	for i := range 30 {
		file = append(file, fmt.Sprintf("hold h%d loanId=%s until=2026-12-%02d", i, []string{"A1", "B1", "C1"}[i%3], i%28+1))
	}
	request := servicing.BulkRequest{Order: order(""), File: bulkRows(t, file...)}
	killed := errors.New("killed")
	request.Report = func(row servicing.BulkRow) error {
		if row.Line == 12 {
			return killed
		}
		return nil
	}
	if _, sum, err := told(t, db, request); !errors.Is(err, killed) || sum.Done != 11 {
		t.Fatalf("killed at line 12: %+v, %v", sum, err)
	}
	request.Report = nil
	wait := beside(func() (*servicing.BulkSummary, error) {
		other := request
		other.File = bulkRows(t, file...)
		return desk(db).Bulk(context.Background(), other)
	})
	_, one, err := told(t, db, request)
	other, err2 := wait()
	if err = errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	if one.Done+other.Done != 19 || one.Done+one.Repeated != 30 || other.Done+other.Repeated != 30 {
		t.Errorf("the rest: %+v and %+v", one, other)
	}
	if got := count(t, db, `SELECT count(DISTINCT idempotency_key) FROM operation`); got != 30 {
		t.Errorf("operations: %d", got)
	}
}

// What is no file of operations is refused before anything is done, and so is one with more bad rows than allowed; a role does what
// it may.
func TestBulkRefused(t *testing.T) {
	t.Parallel()
	db := deskBook(t)
	good := "action,key,loanId,until\nhold,h1,C1,2026-12-31\n"
	for name, c := range map[string]struct {
		text string
		want error
		say  string
	}{
		"empty":             {"", servicing.ErrBulkFile, "no header"},
		"another column":    {"action,ssn\n", servicing.ErrBulkFile, "column 2 is none of action"},
		"a column twice":    {"action,key,key\n", servicing.ErrBulkFile, "column key is there twice"},
		"no action":         {"key,loanId\n", servicing.ErrBulkFile, "column action is missing"},
		"a quote":           {good + "hold,\"h2,C1,2026-12-31\n", servicing.ErrBulkFile, "line 3"},
		"a long row":        {good + "hold,\"" + strings.Repeat("x", 80<<10) + "\n", servicing.ErrBulkFile, "longer than 65536 bytes"},
		"a bad row":         {good + "hold,h2,C1,\n", servicing.ErrBulkRejected, "1 of 2"},
		"a field too few":   {good + "hold,h2,C1\n", servicing.ErrBulkRejected, "1 of 2"},
		"a byte of no text": {good + "hold,h\x002,C1,2026-12-31\n", servicing.ErrBulkRejected, "1 of 2"},
		"a long cell":       {good + "hold," + strings.Repeat("x", 1001) + ",C1,2026-12-31\n", servicing.ErrBulkRejected, "1 of 2"},
		"a long key":        {good + "hold," + strings.Repeat("x", 201) + ",C1,2026-12-31\n", servicing.ErrBulkRejected, "1 of 2"},
		"another's role":    {good + "hold,h2,C1,2026-12-31\nremove,,,\n", servicing.ErrBulkRejected, "1 of 3"},
	} {
		request := servicing.BulkRequest{Order: order(""), File: strings.NewReader(c.text), May: servicing.Operator.May}
		got, _, err := told(t, db, request)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v, want %v %s", name, err, c.want, c.say)
		}
		for line, row := range got {
			if row.Outcome != servicing.RowRejected || row.Key+row.Action != "" {
				t.Errorf("%s: line %d: %+v", name, line, row)
			}
		}
	}
	if got := count(t, db, `SELECT count(*) FROM operation`); got != 0 {
		t.Errorf("operations: %d", got)
	}
	// What a spreadsheet writes, and a row that waits in vain for its loan: what was done until then stays.
	release := block(t, db, `SELECT FROM loan_state WHERE loan = (SELECT loan FROM loan WHERE loan_id = 'D1') FOR UPDATE`)
	defer release()
	d := desk(db)
	d.Patience = 20 * time.Millisecond
	sum, err := d.Bulk(t.Context(), servicing.BulkRequest{Order: order(""), File: strings.NewReader("\ufeff" + good + "hold,h2,D1,2026-12-31\n")})
	if !errors.Is(err, servicing.ErrBusy) || !strings.Contains(err.Error(), "line 3: ") || sum.Done != 1 {
		t.Errorf("a loan that is busy: %+v, %v", sum, err)
	}
}
