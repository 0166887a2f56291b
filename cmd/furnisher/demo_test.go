package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// demoFolder is a folder that the account of the private server may enter, as a test's own is not for root.
func demoFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "furnisher-demo-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "a[b] *?") // a folder's name is no pattern
}

// TestDemo runs the demo twice: the second begins anew and says the same. It leaves DATABASE_URL alone. The first one puts its files
// beside those of a lender, which it leaves alone, too.
func TestDemo(t *testing.T) {
	t.Setenv("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing?sslmode=disable")
	dir := demoFolder(t)
	lenders := t.TempDir()
	real := filepath.Join(lenders, "metro2-NORTH-1-20260930.txt")
	if err := os.WriteFile(real, []byte("real"), 0o600); err != nil {
		t.Fatal(err)
	}
	var tables [2]string
	for i, files := range []string{lenders, ""} {
		t.Setenv("FURNISHER_FILES", files)
		var out, errs bytes.Buffer
		if status := run(t.Context(), []string{"demo", "--dir", dir}, strings.NewReader(""), &out, &errs); status != exitDone {
			t.Fatalf("demo %d: got status %d: %s", i+1, status, errs.String())
		}
		for _, want := range []string{"Night of 2026-09-30", "Night of 2026-10-31", "Night of 2026-11-30", "run 3 "} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("demo %d: %q is missing", i+1, want)
			}
		}
		said, opens, _ := strings.Cut(out.String(), "\nconsole: ")
		for _, want := range []string{`serve, then http://127\.0\.0\.1:8321\n`, `\nsign in: +demo, a supervisor of the demo alone; password [A-Z2-7]{26}\n`, `\notpauth://totp/furnisher:demo\?`} {
			if !regexp.MustCompile(want).MatchString(opens) {
				t.Errorf("demo %d: it does not say how to open the console: no %s", i+1, want)
			}
		}
		for _, want := range []string{"files 1, 2: looked at, released by ada, sent, accepted by the bureaus\n", "files 3, 4: looked at"} {
			if !strings.Contains(said, want) {
				t.Errorf("demo %d: %q is missing", i+1, want)
			}
		}
		_, tables[i], _ = strings.Cut(said, titleDemoDeletions)
		_, desk, _ := strings.Cut(out.String(), titleDemoDesk)
		for _, want := range []string{
			"servicing cancel +L[0-9]+ +reason DECEASED; payments [0-9]+, calls", "contract terminate +L[0-9]+ +as of 2026-12-01, reason ERRO; its deletion waits",
			"case create +L[0-9]+ +DISPUTE LETTER-1, opened on 2026-12-01", "status set +L[0-9]+ +ACTIVE to CLOSED::CUSTOMER_REQUEST, closed on 2026-12-01",
			`customers remove +C[0-9]+ +refused: the customer is retained until 20[0-9-]+ \(CD3\)`,
		} {
			if !regexp.MustCompile(want).MatchString(desk) {
				t.Errorf("demo %d: no %s in %s", i+1, want, desk)
			}
		}
		if files != "" {
			tables[i] = strings.ReplaceAll(tables[i], filepath.Join(files, demoFiles), filepath.Join(dir, "files"))
		}
	}
	if made, err := filepath.Glob(filepath.Join(lenders, demoFiles, "*.txt")); err != nil || len(made) < 3 {
		t.Errorf("the first demo's files are %v: %v", made, err)
	}
	if text, err := os.ReadFile(real); err != nil || string(text) != "real" {
		t.Errorf("the lender's file is %q: %v", text, err)
	}
	if tables[0] != tables[1] {
		t.Errorf("the second demo differs: %s\nfrom the first: %s", tables[1], tables[0])
	}
	for _, code := range []string{" DA ", " DF "} {
		if !strings.Contains(tables[0], code) {
			t.Errorf("no account with %s in %s", code, tables[0])
		}
	}
	// What the invented people draw is left out, and nothing else is an error.
	for _, want := range []string{titleDemoChecks, "left out: 1251 findings by check B27.ssn-never-issued\n", "files 6, records 1403, errors 0, "} {
		if !strings.Contains(tables[0], want) {
			t.Errorf("%q is missing in %s", want, tables[0])
		}
	}
	if strings.Contains(tables[0], ": error ") || strings.Contains(tables[0], "base.ssn") {
		t.Errorf("the demo tells of what is expected, or of errors: %s", tables[0])
	}
	checkDemoFiles(t, dir)
}

// explained are the checks of an examiner that the demo's months do not pass, with the situations that must be told so.
var explained = map[string]string{
	"Status-PaymentAmount-1": "a borrower who is current by 1 to 29 days, a promotional loan at zero, a deletion that waits (DC3)",
	"Status-Balance-4":       "a promotional loan at zero, which does not close by payoff (PO1)",
	"Status-Balance-8":       "the same",
	"Balance-DateClosed-2":   "the same",
	"PROG-Status-3":          "a payment that came back reopens the loan (PO4, DC10)",
	"PROG-DateClosed-1":      "a reopening clears the date closed, a second payoff sets a new one (Q8)",
}

// checkDemoFiles validates the months of the demo together.
func checkDemoFiles(t *testing.T, dir string) {
	t.Helper()
	files, err := fs.Glob(os.DirFS(filepath.Join(dir, "files")), "*.txt")
	if err != nil || len(files) < 6 {
		t.Fatalf("files %v: %v", files, err)
	}
	for i := range files {
		files[i] = filepath.Join(dir, "files", files[i])
	}
	var out, errs bytes.Buffer
	if status := run(t.Context(), append([]string{"metro2", "validate", "--json"}, files...), strings.NewReader(""), &out, &errs); status != exitDone {
		t.Errorf("validate ends with %d: %s", status, errs.String())
	}
	var result struct {
		Files, Errors int
		Examiner      map[string]int
	}
	if err := json.Unmarshal(out.Bytes(), &result); err != nil {
		t.Fatal(err)
	}
	if result.Files != len(files) || result.Errors != 0 || len(result.Examiner) == 0 {
		t.Errorf("files %d, errors %d, checks %d", result.Files, result.Errors, len(result.Examiner))
	}
	for check, hits := range result.Examiner {
		if hits > 0 && explained[check] == "" {
			t.Errorf("%d hits of %s, which nobody explains", hits, check)
		}
	}
}

// TestDemoFolder refuses a folder that holds anything else, and one in which a demo runs.
func TestDemoFolder(t *testing.T) {
	dir := t.TempDir()
	precious := filepath.Join(dir, "pg15")
	if err := os.WriteFile(precious, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := openDemo(dir, "")
	if status, hint := classify(t.Context(), err); err == nil || status != exitUsage || hint != "furnisher demo --dir FOLDER, with a new or empty folder" {
		t.Errorf("got status %d, hint %q: %v", status, hint, err)
	}
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}

	// The folder of the files is emptied only if a demo marked it.
	if err := os.MkdirAll(filepath.Join(dir, demoFiles), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, demoFiles, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = openDemo(t.TempDir(), dir)
	if status, hint := classify(t.Context(), err); status != exitUsage || !strings.HasPrefix(hint, "furnisher demo --files FOLDER") {
		t.Errorf("got status %d, hint %q: %v", status, hint, err)
	}

	empty := t.TempDir()
	first, err := openDemo(empty, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = openDemo(empty, "")
	if status, _ := classify(t.Context(), err); status != exitLocked {
		t.Errorf("got status %d, want %d: %v", status, exitLocked, err)
	}
	if err := first.close(); err != nil {
		t.Fatal(err)
	}
	again, err := openDemo(empty, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := again.close(); err != nil {
		t.Fatal(err)
	}
}
