package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/serve"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// TestServe: the command answers with a token that the program made, and ends in order.
func TestServe(t *testing.T) {
	t.Parallel()
	environment := map[string]string{"DATABASE_URL": pgtest.NewURL(t), "FURNISHER_DATA": t.TempDir(), keysetJSONVariable: pgtest.Keyset}
	start := func(ctx context.Context, stdout, stderr io.Writer, args ...string) int {
		a := &app{stdin: strings.NewReader(""), bytes: stdout, stderr: stderr, getenv: func(name string) string { return environment[name] }, now: time.Now}
		return a.run(ctx, args)
	}
	var secret bytes.Buffer
	if status := start(t.Context(), &secret, io.Discard, "tokens", "create", "desk", "--role", "operator", "--why", "test"); status != exitDone {
		t.Fatalf("tokens create: %d", status)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	in, out := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- start(ctx, io.Discard, out, "serve", "--listen", "127.0.0.1:0", "--log-json")
		_ = out.Close()
	}()
	logged := make(chan string, 1000)
	go func() {
		defer close(logged)
		for log := bufio.NewScanner(in); log.Scan(); {
			logged <- log.Text()
		}
	}()
	line := func(message string) (said map[string]any) {
		for text := range logged {
			if err := json.Unmarshal([]byte(text), &said); err != nil {
				t.Fatalf("%v in %s", err, text)
			}
			if said["msg"] == message {
				return said
			}
		}
		t.Fatalf("the log ended without %q", message)
		return nil
	}
	address := "http://" + line("serving")["address"].(string)
	r, err := http.NewRequest("POST", address+"/v1/loans/L-1/cancel-servicing?dryRun=true", strings.NewReader(`{"reason":"DECEASED"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(secret.String()))
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusNotFound || !strings.Contains(string(text), "urn:furnisher:problem:unknown") {
		t.Errorf("an unknown loan: %d %s", answer.StatusCode, text)
	}
	if said := line("request"); said["token"] != "desk" || said["route"] != "POST /v1/loans/{loanId}/cancel-servicing" {
		t.Errorf("log: %v", said)
	}
	stop()
	if status := <-ended; status != exitDone {
		t.Errorf("exit status %d", status)
	}
}

// TestServeAnswers: what the command gives the API is as the document says, and masked unless a privacy officer asks.
func TestServeAnswers(t *testing.T) {
	t.Parallel()
	environment := map[string]string{"DATABASE_URL": pgtest.NewURL(t), "FURNISHER_DATA": t.TempDir(), "FURNISHER_FILES": t.TempDir(), keysetJSONVariable: pgtest.Keyset}
	a := &app{stdin: strings.NewReader(""), stdout: io.Discard, bytes: io.Discard, stderr: io.Discard, getenv: func(name string) string { return environment[name] }, now: time.Now}
	for _, line := range []string{"import testdata/extract", "run --date 2026-09-30 --allow-date test"} {
		if status := a.run(t.Context(), strings.Fields(line)); status != exitDone && status != exitExceptions {
			t.Fatalf("%s: %d", line, status)
		}
	}
	file, err := filepath.Glob(filepath.Join(environment["FURNISHER_FILES"], "metro2-*"))
	if err != nil || len(file) == 0 {
		t.Fatalf("no file: %v", err)
	}
	text, err := os.ReadFile(file[0])
	if err != nil {
		t.Fatal(err)
	}
	document, err := openapi3.NewLoader().LoadFromFile("../../batch/serve/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	holds := func(schema string, value any, err error) string {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", schema, err)
			return ""
		}
		said, err := serve.Camel(value)
		if err != nil {
			t.Fatal(err)
		}
		var read any
		if err := json.Unmarshal(said, &read); err != nil {
			t.Fatal(err)
		}
		if err := document.Components.Schemas[schema].Value.VisitJSON(read, openapi3.EnableJSONSchema2020()); err != nil {
			t.Errorf("%s: %v\n%s", schema, err, said)
		}
		return string(said)
	}
	found, err := apiValidate(bytes.NewReader(text))
	holds("Validation", found, err)
	found, err = apiValidate(strings.NewReader(strings.Repeat("no record at all ", 10000)))
	if said := holds("Validation", found, err); !strings.Contains(said, `"severity":"error"`) {
		t.Errorf("no Metro 2 file: %s", said)
	}
	found, err = apiExplainRecord(bytes.NewReader(text), 2, false)
	masked := holds("ExplainedRecord", found, err)
	found, err = apiExplainRecord(bytes.NewReader(text), 2, true)
	whole := holds("ExplainedRecord", found, err)
	if !strings.Contains(masked, `"hidden":true`) || strings.Contains(whole, `"hidden":true`) {
		t.Errorf("masked: %s\nwhole: %s", masked, whole)
	}
	if _, err := apiExplainRecord(bytes.NewReader(text), 100000, false); !errors.Is(err, serve.ErrNoRecord) {
		t.Errorf("no such record: %v", err)
	}
	err = a.withDB(t.Context(), func(db *sqlx.DB) error {
		explain := apiExplain(db)
		loans, err := inquiry.Loans(t.Context(), db, inquiry.LoanFilter{}, inquiry.Page{})
		if err != nil {
			return err
		}
		for _, l := range loans.Rows {
			found, err := explain(t.Context(), l.LoanID, inquiry.Which{})
			if said := holds("LoanExplanation", found, err); strings.Contains(said, l.AccountNumber) {
				t.Errorf("%s: the account number is not masked: %s", l.LoanID, said)
			}
		}
		balance := apiBalance(db)
		sheet, err := balance(t.Context(), 1)
		if said := holds("FileBalance", sheet, err); !strings.Contains(said, `"holds":true`) {
			t.Errorf("the balance of file 1: %s", said)
		}
		if _, err := balance(t.Context(), 9999); !errors.Is(err, inquiry.ErrNotFound) {
			t.Errorf("the balance of no file: %v", err)
		}
		for _, which := range []inquiry.Which{{File: 9999}, {AsOf: rules.NewDate(2020, time.January, 31)}} {
			if _, err := explain(t.Context(), loans.Rows[0].LoanID, which); !errors.Is(err, inquiry.ErrNotFound) {
				t.Errorf("no such file: %v", err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A night that began before midnight has the deadline of the next morning, by the clock of its zone; without --late there is none.
func TestDeadline(t *testing.T) {
	t.Parallel()
	where, err := location("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	began := time.Date(2026, 11, 1, 3, 15, 0, 0, time.UTC) // 23:15 on October 31 there; the clock goes back at 2
	by := deadline{zone: where}
	if got := by.after(began); !got.IsZero() {
		t.Errorf("without one: %s", got)
	}
	if err := by.late.Set("05:00"); err != nil {
		t.Fatal(err)
	}
	if got, want := by.after(began), time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("deadline %s, want %s", got, want)
	}
}
