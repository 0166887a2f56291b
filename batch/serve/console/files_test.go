package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
)

// The list of files leads to each file's life: what it is, who moved it and why, and what it leaves out.
func TestFilesPages(t *testing.T) {
	db := readOnly(t)
	s := newSite(t, db)
	list, err := inquiry.Files(t.Context(), db, inquiry.Page{})
	if err != nil || len(list.Rows) < 2 {
		t.Fatalf("%d files: %v", len(list.Rows), err)
	}
	f := list.Rows[0]
	s.get(servicing.Viewer, "/files").has(t, 200, fmt.Sprintf(`href="/files/%d"`, f.File), f.Name, f.AsOf.String(), count(f.Records), "GENERATED")
	left, err := inquiry.Exclusions(t.Context(), db, f.File, inquiry.Page{Limit: 1})
	if err != nil || len(left.Rows) != 1 {
		t.Fatal(left.Rows, err)
	}
	s.get(servicing.Viewer, fmt.Sprintf("/files/%d", f.File)).has(t, 200, f.SHA256, "Nobody has released", left.Rows[0].LoanID, left.Rows[0].Rule,
		left.Rows[0].AccountNumber, "the one before</a>")
	for _, none := range []string{"/files/0", "/files/99", "/files/01", "/files/-1", "/files/x", "/files/1%2F2", "/files/99999999999999999999", "/files/99/records", "/files/1/records/0", "/files/compare?a=1x&b=2"} {
		c := newSite(t, db, func(c *Config) { c.Files = fakeFiles(t) })
		c.get(servicing.Viewer, none).has(t, 404, "The book has nothing with that id")
	}
	s.get(servicing.Viewer, "/files?after=x").has(t, 400)
	for _, at := range []string{"/files/1/records", "/files/1/records/2", "/files/compare", "/validate"} {
		s.get(servicing.Viewer, at).has(t, 200, "furnisher metro2 ")
	}
}

// fakeFiles answers for files without reading any.
func fakeFiles(t *testing.T) FileActions {
	t.Helper()
	return FileActions{
		Lines: func(_ context.Context, file, from int64, most int) (lines []RecordLine, err error) {
			switch {
			case file == 2:
				return nil, fmt.Errorf("%w: it was put away", ErrFileGone)
			case from > 75:
				return nil, nil
			}
			for n := from; n < from+int64(most) && n <= 75; n++ {
				lines = append(lines, RecordLine{Number: n, Kind: "data", Account: fmt.Sprintf("****%04d", n)})
			}
			return lines, nil
		},
		Find: func(_ context.Context, _ int64, account string) (int64, error) {
			if account == "PN7541224050" {
				return 17, nil
			}
			return 0, ErrNoRecord
		},
		Record: func(_ context.Context, _, record int64, unmask bool) (*FileRecord, error) {
			if record == 76 {
				return nil, ErrNoRecord
			}
			account, loan := "****4050", `L"1/<script>`
			if unmask {
				account = "PN7541224050"
			}
			if record == 20 {
				loan = "L1000003"
			}
			return &FileRecord{
				Number: record, Kind: "data", Bytes: 426, Account: account, LoanID: loan, Masked: !unmask,
				Segments: []RecordSegment{{Title: "base", Fields: []RecordField{{Num: "17A", Name: "Account Status", Key: "account_status", Position: 124, Value: "<script>alert(1)</script>", Meaning: "current", Rules: []string{"BR1"}}}}},
				Findings: []RecordFinding{{Where: "base.surname", Position: 231, Rule: "B30", Severity: "error", Message: "it is empty"}},
				Looked:   []inquiry.Finding{{Finding: 5, Rule: "V7", Harm: "GRAVE", State: "OPEN", Says: "another date", DueOn: day("2026-11-08")}},
			}, nil
		},
		Compare: func(_ context.Context, a, b int64, unexpected bool) (*Comparison, error) {
			return &Comparison{Equal: 400, Changed: 2, Expected: 1, Differences: []Difference{{
				Change: "changed", Account: "****4050", RecordA: a, RecordB: b, Why: []string{"X03: date opened is not the one last reported"},
				Fields: []FieldDifference{{Field: "base.date_opened", From: "2020-01-01", To: ""}},
			}}}, nil
		},
		Check: func(r io.Reader, record int) (*CheckedFile, error) {
			body, err := io.ReadAll(r)
			if err != nil {
				return nil, err
			}
			if !bytes.HasPrefix(body, []byte("0426")) {
				return nil, ErrNotMetro2
			}
			return &CheckedFile{Records: 3, Accounts: 1, Errors: 2, Findings: []RecordFinding{{Record: int64(record), Rule: "B30", Count: 2, Message: "<b>empty</b>"}}}, nil
		},
	}
}

// Records are opened by their number or their account, each field with its meaning, its rule and what was found.
func TestRecordPages(t *testing.T) {
	s := newSite(t, readOnly(t), func(c *Config) { c.Files = fakeFiles(t) })
	s.get(servicing.Viewer, "/files/1/records").has(t, 200, `href="/files/1/records/50"`, `href="?from=51"`)
	s.get(servicing.Viewer, "/files/1/records?from=51").has(t, 200, `href="/files/1/records/75"`, `href="?from=1"`)
	s.get(servicing.Viewer, "/files/1/records?from=100").has(t, 200, "no record with that number")
	s.get(servicing.Viewer, "/files/1/records?from=x").has(t, 400)
	s.get(servicing.Viewer, "/files/2/records").has(t, 200, "it was put away")
	if got := s.get(servicing.Viewer, "/files/1/records?q=PN7541224050"); got.status != 303 || got.header.Get("Location") != "/files/1/records/17" {
		t.Errorf("the search leads to %d %s", got.status, got.header.Get("Location"))
	}
	got := s.get(servicing.Viewer, "/files/1/records?q=PN0000001111")
	got.has(t, 200, "no record of the account ********1111")
	if strings.Contains(got.body, "PN00000011") {
		t.Error("the page shows the number that was asked for")
	}
	got = s.get(servicing.Viewer, "/files/1/records/17")
	got.has(t, 200, "&lt;script&gt;alert(1)&lt;/script&gt;", "<code>BR1</code>", "base.surname", `href="/findings/5"`, "another date", `href="/accounts/L%221%2F%3Cscript%3E"`,
		`href="/files/1/records/16"`, `href="/files/1/records/18"`)
	if strings.Contains(got.body, "<script>alert") {
		t.Error("a value of the file is a script of the page")
	}
	s.get(servicing.Viewer, "/files/1/records/76").has(t, 404)
	s.get(servicing.Viewer, "/files/compare?a=1&b=2&unexpected=1").has(t, 200, "Unexpected changes from file 1 to file 2", "1 difference is expected", "X03: date opened", `<option value="1" selected>`, `href="/files/2/records/2"`)
	s.get(servicing.Viewer, "/files/compare?a=1&b=99").has(t, 404)
}

// A file that somebody brings is checked as it comes; what cannot be checked is refused in words, and nothing of it is repeated.
func TestUploadIsChecked(t *testing.T) {
	s := newSite(t, readOnly(t), func(c *Config) { c.Files, c.MaxUpload = fakeFiles(t), 3<<20 })
	send := func(role servicing.Role, fields map[string]string, file string) answer {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for name, value := range fields {
			err := w.WriteField(name, value)
			if err != nil {
				t.Fatal(err)
			}
		}
		if file != "" {
			part, err := w.CreateFormFile("file", "their<script>.txt")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(part, file); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("POST", "/validate", &body)
		r.Header.Set("Content-Type", w.FormDataContentType())
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if role != "" {
			r = r.WithContext(context.WithValue(r.Context(), tester{}, User{Name: "vera", Role: role}))
		}
		return s.send(r)
	}
	send(servicing.Viewer, map[string]string{"record": "2"}, "0426...").has(t, 200, "2 errors", "&lt;b&gt;empty&lt;/b&gt;", "record 2", "no record 2")
	send(servicing.Viewer, nil, "0426...").has(t, 200, "2 errors")
	send(servicing.Viewer, nil, "Dear Sir").has(t, 400, "contains no Metro 2 record")
	send(servicing.Viewer, nil, "").has(t, 400, "Choose a file first")
	send(servicing.Viewer, nil, "0426"+strings.Repeat("x", 3<<20)).has(t, 413, "more than 3 MiB")
	for _, record := range []string{"0", "-1", "x", strings.Repeat("1", 40)} {
		send(servicing.Viewer, map[string]string{"record": record}, "0426").has(t, 400, "The form could not be read")
	}
	if got := send("", nil, "0426"); got.status != 303 {
		t.Errorf("without a session: status %d", got.status)
	}
	s.post(servicing.Viewer, "/validate", nil).has(t, 400, "The form could not be read")
	for range uploadsAtOnce {
		s.c.uploads <- struct{}{} // others check files
	}
	s.post(servicing.Viewer, "/validate", nil).has(t, 503, "Others are checking files")
	for range uploadsAtOnce {
		<-s.c.uploads
	}
	s.post(servicing.Viewer, "/validate", nil).has(t, 400, "The form could not be read")
	r := httptest.NewRequest("POST", "/validate", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n0426"))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	s.send(r.WithContext(context.WithValue(r.Context(), tester{}, User{Name: "vera", Role: servicing.Viewer}))).has(t, 400, "could not be read to its end")
}

// What is compared with the disk and proved by the log is said on the page of the file.
func TestFileProofPages(t *testing.T) {
	files := FileActions{
		Disk: func(context.Context, int64) (DiskCheck, error) {
			return DiskCheck{Words: "It has other bytes.", At: clock()}, nil
		},
		Proof: func(_ context.Context, file int64) (FileProof, error) {
			if file == 2 {
				return FileProof{}, fmt.Errorf("%w: no head was signed", ErrNoProof)
			}
			if file == 3 {
				return FileProof{}, errors.New("secret")
			}
			return FileProof{Text: "proof of <file>", Entries: 1234}, nil
		},
	}
	s := newSite(t, readOnly(t), func(c *Config) { c.Files = files })
	s.get(servicing.Viewer, "/files/1?check=disk").has(t, 200, `class="grave"`, "It has other bytes.", "2026-11-01 09:00:00 UTC")
	s.get(servicing.Viewer, "/files/1?check=log").has(t, 200, "head of 1,234 entries", "proof of &lt;file&gt;")
	s.get(servicing.Viewer, "/files/2?check=log").has(t, 200, "no proof yet: no head was signed")
	if got := s.get(servicing.Viewer, "/files/3?check=log"); got.status != 500 || strings.Contains(got.body, "secret") {
		t.Errorf("status %d", got.status)
	}
}

// A record is shown whole to a privacy officer who says why, which is recorded before; the next view is masked again.
func TestRecordIsRevealed(t *testing.T) {
	db, _ := own(t)
	s := newSite(t, db, func(c *Config) { c.Files = fakeFiles(t) })
	const at = "/files/1/records/20/reveal"
	why := func(key, why string) url.Values { return url.Values{"key": {key}, "why": {why}} }
	acts := func() (n int) {
		if err := db.Get(&n, `SELECT count(*) FROM act WHERE about = 'loan L1000003' AND who = 'a-privacy_officer' AND why = 'the consumer called'`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	s.get(servicing.PrivacyOfficer, "/files/1/records/20").has(t, 200, `action="`+at+`"`)
	if got := s.get(servicing.Supervisor, "/files/1/records/20"); strings.Contains(got.body, at) {
		t.Error("a supervisor is offered it, too")
	}
	for _, role := range []servicing.Role{servicing.Viewer, servicing.Operator, servicing.Supervisor} {
		if got := s.post(role, at, why("1", "the consumer called")); got.status != 403 || strings.Contains(got.body, "PN7541224050") {
			t.Errorf("%s: status %d", role, got.status)
		}
	}
	s.post(servicing.PrivacyOfficer, at, why("2", "")).has(t, 400)
	s.post(servicing.PrivacyOfficer, "/files/1/records/17/reveal", why("3", "no loan of the book")).has(t, 404)
	if n := acts(); n != 0 {
		t.Fatalf("%d acts are recorded of what was refused", n)
	}
	got := s.post(servicing.PrivacyOfficer, at, why("4", "the consumer called"))
	got.has(t, 200, "PN7541224050")
	if n := acts(); n != 1 {
		t.Errorf("%d acts are recorded", n)
	}
	if again := s.get(servicing.PrivacyOfficer, "/files/1/records/20"); strings.Contains(again.body, "PN7541224050") {
		t.Error("the next view shows it, too")
	}
}
