package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/metro2"
)

// hostile are characters of a file that would act on a terminal: escape sequences, in seven and in eight bits, a
// deletion, and a change of direction.
const hostile = "\x1b]0;x\x07\x7f\u009b31m\u202e\u2066\ufeff\x9b"

// harmlessFile is a file of one account, as JSON lines.
const harmlessFile = `{"record_id":"HEADER","equifax_id":"999TEST001","activity_date":"10312026","date_created":"11022026","reporter_name":"TEST LENDER INCORPORATED","reporter_address":"1 MAIN ST SPRINGFIELD IL 62701"}
{"processing_ind":"1","identification_number":"TESTLENDER01","account_number":"ACCT000000000000000000001","portfolio_type":"I","account_type":"00","date_opened":"03152025","highest_credit":21500,"terms_duration":"060","terms_frequency":"M","scheduled_payment":389,"actual_payment":389,"account_status":"11","payment_history":"0000000000000000000BBBBB","current_balance":15210,"date_account_info":"10312026","date_last_payment":"10152026","surname":"BARWICK-LINRIDGE-ALDERBRO","first_name":"TERRY","ssn":"666001001","date_of_birth":"02151981","phone":"2175550101","ecoa_code":"1","address1":"100 TEST LANE","city":"SPRINGFIELD","state":"IL","postal_code":"62701"}
{"record_id":"TRAILER","total_base":1,"block_count":3,"status_11":1,"ssn_all":1,"ssn_base":1,"dob_all":1,"dob_base":1,"phone_all":1}
`

// hostileFile is a file of one account in which every text is hostile.
func hostileFile(t *testing.T, name string) string {
	t.Helper()
	var text bytes.Buffer
	if _, err := metro2.Convert(strings.NewReader(harmlessFile), &text, metro2.ConvertOptions{To: metro2.ToCharacter}); err != nil {
		t.Fatal(err)
	}
	file := text.Bytes()
	for _, harmless := range []string{"TEST LENDER INCORPORATED", "BARWICK-LINRIDGE-ALDERBRO", "ACCT000000000000000000001"} {
		if !bytes.Contains(file, []byte(harmless)) {
			t.Fatalf("the file has no %q", harmless)
		}
		file = bytes.ReplaceAll(file, []byte(harmless), []byte(hostile + strings.Repeat("X", len(harmless)))[:len(harmless)])
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// acts reports the first character of a text that is not shown but acts, and where.
func acts(text []byte) (at int, found bool) {
	for at < len(text) {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 || r != '\n' && r != '\t' && !unicode.IsGraphic(r) {
			return at, true
		}
		at += size
	}
	return 0, false
}

// TestHostileFile reads a hostile file by every command, as text and as JSON.
func TestHostileFile(t *testing.T) {
	path := hostileFile(t, "bad\x1b[31m\u202e.txt")
	other := hostileFile(t, "other.txt")
	for _, line := range []string{
		"dump", "dump --json", "dump --json --unmask", "validate", "validate --json", "validate --csv", "explain --record 1 --unmask",
		"explain --record 2 --unmask", "explain --record 2 --json --unmask", "explain --record 3", "stats", "stats --json",
		"diff --unmask", "diff --json --unmask", "dump --nonsense", "convert --to packed", "explain --record 99", "validate --rules x",
	} {
		args := append([]string{"metro2"}, strings.Fields(line)...)
		args = append(args, path)
		if strings.HasPrefix(line, "diff") {
			args = append(args, other)
		}
		var out, errs bytes.Buffer
		run(t.Context(), args, strings.NewReader(""), &out, &errs)
		for where, text := range map[string][]byte{"output": out.Bytes(), "errors": errs.Bytes()} {
			if at, found := acts(text); found {
				t.Errorf("%s: the %s have %q at %d", line, where, text[at:min(at+20, len(text))], at)
			}
		}
	}
	var out, errs bytes.Buffer
	run(t.Context(), []string{"metro2", "dump", filepath.Join(filepath.Dir(path), "no\x1b[31msuch")}, strings.NewReader(""), &out, &errs)
	if _, found := acts(errs.Bytes()); found || !strings.Contains(errs.String(), `no\u001b[31msuch`) {
		t.Errorf("a file that is not there: %q", errs.String())
	}
}

// TestVisible holds that what is shown already stays as it is, however it is cut into pieces, and that JSON says the same
// before and after.
func TestVisible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		cut := rapid.IntRange(0, len(text)).Draw(t, "cut")
		var got bytes.Buffer
		w := &visible{w: &got}
		for _, part := range []string{text[:cut], text[cut:]} {
			if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
				t.Fatalf("Write = %d, %v", n, err)
			}
		}
		if err := w.flush(); err != nil {
			t.Fatal(err)
		}
		if at, found := acts(got.Bytes()); found {
			t.Fatalf("%q has an acting character at %d", got.String(), at)
		}
		if _, found := acts([]byte(text)); !found && got.String() != text {
			t.Fatalf("%q became %q", text, got.String())
		}
		document, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		var back string
		if err := json.Unmarshal([]byte(visibleText(string(document))), &back); err != nil || back != text {
			t.Fatalf("%q became %q, %v", text, back, err)
		}
	})
}

// TestDumpJSONIsWhole: what makes JSON safe for a terminal loses nothing of the file.
func TestDumpJSONIsWhole(t *testing.T) {
	path := hostileFile(t, "x.txt")
	var dumped, errs, back bytes.Buffer
	if status := run(t.Context(), []string{"metro2", "dump", "--json", "--unmask", path}, strings.NewReader(""), &dumped, &errs); status != exitDone {
		t.Fatalf("dump ends with %d: %s", status, errs.String())
	}
	original, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := metro2.Convert(&dumped, &back, metro2.ConvertOptions{To: metro2.ToCharacter}); err != nil {
		t.Fatal(err)
	}
	if want := string(original); back.String() != want {
		t.Errorf("got\n%q\nwant\n%q", back.String(), want)
	}
}
