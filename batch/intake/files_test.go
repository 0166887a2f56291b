package intake_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// A file is refused whole for what is wrong with its form, and nothing at all is loaded.
func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	const header = "customer_id,surname,address1,city,state,postal_code"
	const row = "C1,Ash,1 Elm St,Harton,OH,43004"
	for _, c := range []struct{ name, file, text, reason string }{
		{"empty", "customers.csv", "", "no header"},
		{"only blank lines", "customers.csv", "\n\r\n\n", "no header"},
		{"missing column", "customers.csv", lines("customer_id,surname,address1,city,state", row), "header: column postal_code is missing"},
		{"no header but data", "customers.csv", lines("C1,Ash,1 Elm St,Harton,OH,43004"), "header: column customer_id is missing"},
		{"unknown column", "customers.csv", lines(header+",shoe_size", row+",44"), `header: column 7, "shoe_size", is unknown (columns of your own begin with x_)`},
		{"unnamed column", "customers.csv", lines(header+",", row+","), `header: column 7, "", is unknown (columns of your own begin with x_)`},
		{"other case", "customers.csv", lines(strings.ToUpper(header), row), "header: column customer_id is missing"},
		{"blank before a name", "customers.csv", lines(strings.ReplaceAll(header, ",", ", "), row), "header: column surname is missing"},
		{"column twice", "customers.csv", lines(header+",surname", row+",Ash"), `header: column 7, "surname", stands twice`},
		{"own column twice", "customers.csv", lines(header+",x_a,x_a", row+",1,2"), `header: column 8, "x_a", stands twice`},
		{"derived column", "loans.csv", lines("loan_id,product_id,program_id,account_number,opened_on,status,status_since,servicing_status,charged_off_on"), `header: column 9, "charged_off_on", is unknown (columns of your own begin with x_)`},
		{"staged name for the file's name", "customer_removals.csv", lines("action,customer_id"), "header: column customerId is missing"},
		{"quote in the header", "customers.csv", lines(header+`,x_"`, row+","), "header: a quote inside a value that is not quoted"},
		{"quote not closed", "customers.csv", lines(header, row, `C2,"Birch,2 Elm St,Harton,OH,43004`, row), "line 3: a quote is not closed"},
		{"quote closed too late", "customers.csv", lines(header, `C2,"Birch,2 Elm St,Harton,OH,43004`, `C3,"Cedar",2 Elm St,Harton,OH,43004`), "line 2: a quoted value over several lines is followed by text after a closing quote"},
		{"too few fields over several lines", "customers.csv", lines(header, "C2,\"Bi\nrch\",2 Elm St"), "line 2: 3 fields where the header has 6"},
		{"endless record", "customers.csv", lines(header, "C2,"+strings.Repeat("x", 3<<20)), "line 2: a record of more than 1 MB"},
		{"endless quote", "customers.csv", lines(header, "C2,\""+strings.Repeat("x\n", 2<<20)), "line 2: a record of more than 1 MB: is a quote not closed?"},
		{"not gzip", "customers.csv.gz", lines(header, row), "not a whole gzip file: gzip: invalid header"},
		{"gzip cut off", "customers.csv.gz", zipped(t, lines(header, row, strings.Repeat(row+"\n", 1000)))[:80], "not a whole gzip file: unexpected EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			e := book()
			delete(e, strings.TrimSuffix(c.file, ".gz"))
			e[c.file] = c.text
			r := refused(t, db, options(e.write(t)))
			diff(t, "file", r.File, strings.TrimSuffix(c.file, ".gz"))
			diff(t, "reason", r.Reason, c.reason)
			diff(t, "error", r.Error(), r.File+" refused: "+c.reason)
			empty(t, db)
		})
	}
}

func TestBothForms(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	e["loans.csv.gz"] = zipped(t, e["loans.csv"])
	r := refused(t, db, options(e.write(t)))
	diff(t, "reason", r.Error(), "loans.csv refused: both loans.csv and loans.csv.gz are there")
	empty(t, db)
}

func TestDirectories(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	importDir := func(dir string) error {
		_, err := intake.Import(context.Background(), db, options(dir))
		return err
	}
	if err := importDir(filepath.Join(t.TempDir(), "nowhere")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
	if err := importDir(extract{"readme.txt": "", ".loans.csv": ""}.write(t)); err == nil || !strings.Contains(err.Error(), "no known file in") {
		t.Errorf("no known file: %v", err)
	}
	e := book()
	e["loan.csv"], e["Customers.CSV"], e["cycle.csv.gz"] = "x", "x", "x"
	err := importDir(e.write(t))
	want := `read the extract: unknown file "Customers.CSV", "cycle.csv.gz", "loan.csv": is the name misspelt?`
	if err == nil || err.Error() != want {
		t.Errorf("misspelt: %v, want %s", err, want)
	}
	if err := importDir(""); err == nil {
		t.Error("no directory named: no error")
	}
	empty(t, db)
}

func TestOptions(t *testing.T) {
	t.Parallel()
	if got := (intake.Options{}).WithDefaults().MaxBadPercent; got != 0.1 {
		t.Errorf("default max bad %g, want 0.1", got)
	}
	for name, o := range map[string]intake.Options{
		"below 0":   {Dir: "x", MaxBadPercent: -1, Now: func() time.Time { return time.Time{} }},
		"above 100": {Dir: "x", MaxBadPercent: 101, Now: func() time.Time { return time.Time{} }},
		"no clock":  {Dir: "x"},
	} {
		if _, err := intake.Import(context.Background(), nil, o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// One book in all the forms that are allowed.
func TestForms(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	load(t, db, book())
	want := snapshot(t, db)
	for _, c := range []struct {
		name string
		form func(text string) string
		gz   bool
	}{
		{"byte order mark", func(s string) string { return "\xef\xbb\xbf" + s }, false},
		{"CRLF", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }, false},
		{"gzip", func(s string) string { return zipped(t, s) }, true},
		{"gzip of several parts", func(s string) string { return zipped(t, s[:40]) + zipped(t, s[40:]) }, true},
		{"gzip with a byte order mark", func(s string) string { return zipped(t, "\xef\xbb\xbf"+s) }, true},
		{"no line end at the end", func(s string) string { return strings.TrimSuffix(s, "\n") }, false},
		{"blank lines", func(s string) string { return "\n" + strings.ReplaceAll(s, "\n", "\n\n") }, false},
		{"quoted", quoted, false},
		{"columns in another order and of one's own", reordered, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			e := extract{}
			for file, text := range book() {
				if c.gz {
					file += ".gz"
				}
				e[file] = c.form(text)
			}
			summary := load(t, db, e)
			diff(t, "rejects", summary.Rejects, []intake.Reject{})
			diff(t, "book", snapshot(t, db), want)
		})
	}
}

func quoted(text string) string {
	text = strings.ReplaceAll(strings.TrimSuffix(text, "\n"), ",", `","`)
	return `"` + strings.ReplaceAll(text, "\n", "\"\n\"") + "\"\n"
}

// reordered turns the columns about and adds one that holds what an ignored column may hold.
func reordered(text string) string {
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		fields := strings.Split(line, ",")
		for k := len(fields) - 1; k >= 0; k-- {
			b.WriteString(fields[k] + ",")
		}
		if i == 0 {
			b.WriteString("x_note\n")
		} else {
			b.WriteString("\"two\nlines, \"\"quoted\"\" \xff\"\n")
		}
	}
	return b.String()
}

// Lines are counted as an editor shows them, records over several lines included.
func TestLines(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	summary := load(t, db, extract{"reason_rules.csv": "activity_status,activity_substatus,require_payoff_reason,x_note\r\n" +
		"A,1,true,\"one\r\ntwo\r\nthree\"\r\n" + // lines 2 to 4
		"A,2,maybe,\r\n" + // 5
		"\r\n" + // 6
		"A,3\r\n" + // 7
		"A,\"4\"x,true,\r\n" + // 8
		"A,\"new\nline\",true,\r\n" + // 9 and 10
		"A,5,true,a,b\r\n" + // 11
		"A,6,true,"}) // 12
	diff(t, "rejects", summary.Rejects, []intake.Reject{
		{File: "reason_rules.csv", Line: 5, Column: "require_payoff_reason", ValueClass: "text", Reason: "not true or false"},
		{File: "reason_rules.csv", Line: 7, ValueClass: "record", Reason: "2 fields where the header has 4"},
		{File: "reason_rules.csv", Line: 8, ValueClass: "record", Reason: "text after a closing quote"},
		{File: "reason_rules.csv", Line: 9, Column: "activity_substatus", ValueClass: "control character", Reason: "holds a control character"},
		{File: "reason_rules.csv", Line: 11, ValueClass: "record", Reason: "5 fields where the header has 4"},
	})
	diff(t, "counts", counts(t, summary, "reason_rules.csv"), [5]int64{7, 2, 0, 0, 5})
}

// The band of bad rows: at it the file goes in, beyond it nothing does, whatever the rows are bad by.
func TestMaxBad(t *testing.T) {
	t.Parallel()
	cycle := func(n, loan string) string { return loan + "," + n + ",2025-01-10,2025-02-09,2025-03-02,100" }
	const header = "loan_id,cycle_no,starts_on,ends_on,due_on,minimum_due"
	for _, c := range []struct {
		name    string
		rows    []string
		percent float64
		refused string
	}{
		{"at the band", []string{cycle("1", "L1"), cycle("2", "L1"), cycle("3", "L1"), cycle("x", "L1")}, 25, ""},
		{"a value beyond", []string{cycle("1", "L1"), cycle("2", "L1"), cycle("3", "L1"), cycle("x", "L1")}, 24.9, "1 of 4 rows are bad, more than 24.9 %"},
		{"a missing reference beyond", []string{cycle("1", "L1"), cycle("2", "L9")}, 49, "1 of 2 rows are bad, more than 49 %"},
		{"a repeated key beyond", []string{cycle("1", "L1"), strings.Replace(cycle("1", "L1"), "100", "99", 1)}, 49, "1 of 2 rows are bad, more than 49 %"},
		{"none allowed", []string{cycle("1", "L1"), cycle("x", "L1")}, 0, "1 of 2 rows are bad, more than 0 %"},
		{"none bad", []string{cycle("1", "L1"), cycle("1", "L1")}, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			o := options(book().with("cycles.csv", append([]string{header}, c.rows...)...).write(t))
			o.MaxBadPercent = c.percent
			if c.refused == "" {
				if _, err := intake.Import(context.Background(), db, o); err != nil {
					t.Fatal(err)
				}
				return
			}
			r := refused(t, db, o)
			diff(t, "error", r.Error(), "cycles.csv refused: "+c.refused)
			if len(r.Rejects) != 1 || r.Rejects[0].Line != int64(len(c.rows)+1) {
				t.Errorf("rejects %+v, want one in the last line", r.Rejects)
			}
			empty(t, db)
		})
	}
}

func TestFirstRejectsOfARefusal(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	text := []string{"activity_status,activity_substatus,require_payoff_reason"}
	for range 50 {
		text = append(text, "A,B,maybe")
	}
	r := refused(t, db, intake.Options{Dir: extract{}.with("reason_rules.csv", text...).write(t), Now: options("").Now, Vault: vault}.WithDefaults())
	if len(r.Rejects) != 20 || r.Rejects[0].Line != 2 || r.Rejects[19].Line != 21 {
		t.Errorf("%d rejects, want the 20 from line 2 on: %+v", len(r.Rejects), r.Rejects)
	}
	empty(t, db)
}

// Interrupted in any file, the import leaves nothing and can be made again.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"programs.csv", "loans.csv", "transactions.csv"} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			text := []string{entryHeader}
			for i := range 20_000 {
				text = append(text, entry("T"+strings.Repeat("x", i%30)+string(rune('a'+i%26))+time.Duration(i).String(), "L1", "FEE", "1", "SETTLED", ""))
			}
			o := options(book().with("transactions.csv", text...).write(t))
			o.Progress = func(at string, _, _ int64) {
				if at == file {
					cancel()
				}
			}
			_, err := intake.Import(ctx, db, o)
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("import: %v, want it canceled", err)
			}
			empty(t, db)
			o.Progress = nil
			if _, err := intake.Import(context.Background(), db, o); err != nil {
				t.Fatalf("import afterwards: %v", err)
			}
		})
	}
	t.Run("before it begins", func(t *testing.T) {
		t.Parallel()
		db := pgtest.New(t)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := intake.Import(ctx, db, options(book().write(t))); !errors.Is(err, context.Canceled) {
			t.Fatalf("import: %v, want it canceled", err)
		}
		empty(t, db)
	})
}

// A connection that is lost leaves nothing.
func TestConnectionLost(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	o := options(book().write(t))
	killed := false
	o.Progress = func(file string, _, _ int64) {
		if file == "loans.csv" && !killed {
			killed = true
			db.MustExec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()`)
		}
	}
	if _, err := intake.Import(context.Background(), db, o); err == nil || !killed {
		t.Fatalf("import: %v, want an error", err)
	}
	empty(t, db)
	o.Progress = nil
	if _, err := intake.Import(context.Background(), db, o); err != nil {
		t.Fatalf("import afterwards: %v", err)
	}
}

// What a killed import staged is out of the way of the next, and no import leaves anything of its own.
func TestNothingStaysStaged(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	db.MustExec(`CREATE UNLOGGED TABLE staged_loans (line bigint, loan_id text); INSERT INTO staged_loans VALUES (1, 'L9');
		CREATE UNLOGGED TABLE staged_pauses (line bigint)`)
	load(t, db, book())
	if got := rows(t, db, "SELECT loan_id FROM loan ORDER BY 1"); got != `{"loan_id":"L1"}`+"\n"+`{"loan_id":"L2"}` {
		t.Errorf("loans %s", got)
	}
	if got := rows(t, db, staged); got != "" {
		t.Errorf("still staged: %s", got)
	}
}

func TestLocked(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	lock, err := batch.LockBook(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	o := options(book().write(t))
	if _, err := intake.Import(context.Background(), db, o); !errors.Is(err, batch.ErrLocked) {
		t.Errorf("import: %v, want ErrLocked", err)
	}
	lock.Release()
	if _, err := intake.Import(context.Background(), db, o); err != nil {
		t.Errorf("import afterwards: %v", err)
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	e["customers.csv.gz"] = zipped(t, e["customers.csv"])
	delete(e, "customers.csv")
	dir := e.write(t)
	o := options(dir)
	last := make(map[string][2]int64)
	var order []string
	o.Progress = func(file string, read, total int64) {
		if _, ok := last[file]; !ok {
			order = append(order, file)
		}
		last[file] = [2]int64{read, total}
	}
	summary, err := intake.Import(context.Background(), db, o)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "order", order, []string{"programs.csv", "products.csv", "customers.csv", "loans.csv"})
	for file, got := range last {
		info, err := os.Stat(filepath.Join(dir, file))
		if err != nil {
			info, err = os.Stat(filepath.Join(dir, file+".gz"))
		}
		if err != nil {
			t.Fatal(err)
		}
		diff(t, file, got, [2]int64{info.Size(), info.Size()})
	}
	diff(t, "import", rows(t, db, "SELECT import, directory, started_at AT TIME ZONE 'UTC' AS at FROM import"),
		`{"import":1,"directory":"`+dir+`","at":"2026-11-01T06:00:00"}`)
	if summary.Import != 1 || len(summary.Files) != 4 {
		t.Errorf("summary %+v", summary)
	}
}

// What would be an escape on its way into the database arrives as it is.
func TestBackslashes(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book().with("customers.csv", "customer_id,surname,address1,city,state,postal_code", `C1,\N,a\tb,\,OH,43004`, `C2,\.,\\,x,oh,43004`, `C3,Ash,1 Elm St,Harton,OH,43004`)
	e["programs.csv"] = lines("program_id,identification_number,reporter_name,reporter_address,calendar,activity_cycle_ids",
		`P1,FRN10001,Northfield Lending,100 Ledger Avenue,monthly:last,"a\b ""c"" d"`)
	load(t, db, e)
	diff(t, "customers", rows(t, db, "SELECT surname, address1, city, state FROM customer ORDER BY customer_id"),
		`{"surname":"\\N","address1":"a\\tb","city":"\\","state":"OH"}`+"\n"+`{"surname":"\\.","address1":"\\\\","city":"x","state":"OH"}`+"\n"+
			`{"surname":"Ash","address1":"1 Elm St","city":"Harton","state":"OH"}`)
	diff(t, "programs", rows(t, db, "SELECT activity_cycle_ids FROM program"), `{"activity_cycle_ids":["\"c\"","a\\b","d"]}`)
}
