package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch/serve/console"
	"github.com/furnisher/furnisher/metro2"
)

// monthFile is a file of records as of a date.
func monthFile(t *testing.T, asOf metro2.Date, records ...metro2.Base) []byte {
	t.Helper()
	var file bytes.Buffer
	w := metro2.NewWriter(&file, metro2.Header{ActivityDate: asOf, DateCreated: asOf, ReporterName: "TEST LENDER", ReporterAddress: "1 MAIN ST"}, metro2.Options{})
	for _, b := range records {
		b.IdentificationNumber, b.AccountType, b.DateAccountInfo = "TESTLENDER", "00", asOf
		b.Surname, b.FirstName, b.ECOACode, b.Address1, b.City, b.State, b.PostalCode = "DOE", "ANN", "1", "1 OAK ST", "SPRINGFIELD", "IL", "62701"
		if b.PortfolioType == "" {
			b.PortfolioType, b.TermsDuration = "I", "036"
		}
		if err := w.Write(&metro2.Record{Base: b}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// Of two months only that is unexpected which a month does not bring.
func TestUnexpectedChanges(t *testing.T) {
	const newest = "BBBBBBBBBBBBBBBBBBBBBBB"
	account := func(number, status string, balance metro2.Dollars, history string) metro2.Base {
		return metro2.Base{AccountNumber: number, AccountStatus: status, CurrentBalance: balance, HighestCredit: 1000, DateOpened: 20250105, PaymentHistory: history}
	}
	before := []metro2.Base{
		account("A1", "11", 900, newest+"B"), account("A2", "11", 900, newest+"B"), account("A3", "13", 0, newest+"B"),
		account("A4", "11", 900, newest+"B"), account("A5", "11", 900, newest+"B"), account("A6", "11", 700, newest+"B"),
	}
	now := []metro2.Base{
		account("A1", "11", 800, "0"+newest), // what a month brings
		account("A2", "11", 800, "0"+newest), // and a loan that became another one
		account("A4", "11", 800, "1"+newest), // a history that contradicts
		account("A6", "11", 600, "0"+newest), // a line of credit
		account("A7", "11", 500, newest+"B"), // new
		account("A8", "11", 500, newest+"B"), // old, and new here
	}
	now[1].HighestCredit, now[4].DateOpened = 2000, 20261010
	before[5].PortfolioType, before[5].TermsDuration, now[3].PortfolioType, now[3].TermsDuration = "R", "REV", "R", "REV"
	now[3].HighestCredit = 3000
	a, b := monthFile(t, 20260930, before...), monthFile(t, 20261031, now...)
	m, err := readMonth(bytes.NewReader(a), bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	_, err = metro2.Diff(io.NewSectionReader(bytes.NewReader(a), 0, int64(len(a))), bytes.NewReader(b), metro2.DiffOptions{Unmask: true}, func(d metro2.Difference) error {
		left, why := m.unexpected(d)
		var says []string
		for _, w := range why {
			says = append(says, strings.SplitN(w, ":", 2)[0])
		}
		if len(why) == 0 {
			for _, f := range left.Fields {
				says = append(says, f.Key)
			}
		}
		if len(says) > 0 {
			slices.Sort(says)
			got[d.AccountNumber] = strings.Join(slices.Compact(says), " ")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"A2": "highest_credit", "A4": "H16 X04", "A5": "it is gone, and its last record was not final", "A8": "it is new here, and was opened before the earlier file",
	}
	for account, says := range want {
		if got[account] != says {
			t.Errorf("%s: %q, want %q", account, got[account], says)
		}
		delete(got, account)
	}
	if len(got) > 0 {
		t.Errorf("expected changes are told, too: %v", got)
	}
}

// A file that somebody brings is checked, counted and explained in one pass, and shows nobody.
func TestCheckForeign(t *testing.T) {
	file := monthFile(t, 20261031, metro2.Base{AccountNumber: "ACCT00001234", AccountStatus: "11", CurrentBalance: 900, DateOpened: 20270105, PaymentHistory: strings.Repeat("B", 24)})
	got, err := checkForeign(bytes.NewReader(file), 2)
	if err != nil {
		t.Fatal(err)
	}
	if got.Records != 3 || got.Accounts != 1 || got.Errors == 0 || len(got.Groups) == 0 || got.Record == nil || got.Record.Account != "****1234" || len(got.Record.Findings) == 0 {
		t.Errorf("got %+v", got)
	}
	total := 0
	for _, f := range got.Findings {
		total += f.Count
	}
	if total != got.Errors+got.Warnings {
		t.Errorf("the checks have %d findings, the file %d", total, got.Errors+got.Warnings)
	}
	for _, s := range got.Record.Segments {
		for _, f := range s.Fields {
			if strings.Contains(f.Value, "DOE") || strings.Contains(f.Value, "ACCT0000") {
				t.Errorf("field %s shows %s", f.Key, f.Value)
			}
		}
	}
	if _, err := checkForeign(strings.NewReader("Dear Sir or Madam"), 0); !errors.Is(err, console.ErrNotMetro2) {
		t.Errorf("a letter: %v", err)
	}
}

// Who does not wait any more for the turn to read whole files gets none, and keeps nobody else from theirs.
func TestConsoleFilesTurns(t *testing.T) {
	f := &consoleFiles{alone: make(chan struct{}, 1)}
	leave, err := f.enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	waited := make(chan error)
	go func() {
		_, err := f.compare(gone, 1, 2, false)
		waited <- err
	}()
	cancel()
	if err := <-waited; !errors.Is(err, context.Canceled) {
		t.Errorf("who had gone: %v", err)
	}
	leave()
	if _, err := f.enter(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("who had gone before the turn came: %v", err)
	}
	if _, err := f.enter(t.Context()); err != nil {
		t.Errorf("the next one: %v", err)
	}
}
