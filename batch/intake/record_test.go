package intake

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// readAll reads records until the end or the first error, with the lines on which they begin.
func readAll(src io.Reader) (records [][]string, lines []int64, err error) {
	r := newReader(src)
	for {
		record, line, err := r.read()
		if errors.Is(err, io.EOF) {
			return records, lines, nil
		}
		if err != nil {
			return records, lines, err
		}
		var fields []string
		for _, f := range record {
			fields = append(fields, string(f))
		}
		records, lines = append(records, fields), append(lines, line)
	}
}

// FuzzReader holds the reader against encoding/csv: the same records on the same lines, or both find a fault.
func FuzzReader(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,2\n", "a,b\r\n1,2\r\n", "\"a\",\"b\"\"c\"\n", "\"a\nb\",c", "a\"b\n", "\"a\"b\n", "\"a", "\n\n,\n", "a,\r", "\"\r\n\"", ",", "\"\"", "\"\",\"\"\"\"",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want := csv.NewReader(strings.NewReader(text))
		want.FieldsPerRecord = -1
		var records [][]string
		var lines []int64
		var wantErr error
		for wantErr == nil {
			var record []string
			if record, wantErr = want.Read(); wantErr == nil {
				line, _ := want.FieldPos(0)
				records, lines = append(records, record), append(lines, int64(line))
			}
		}
		for name, src := range map[string]io.Reader{"": strings.NewReader(text), "byte by byte: ": iotest.OneByteReader(strings.NewReader(text))} {
			got, gotLines, err := readAll(src)
			if (err == nil) != errors.Is(wantErr, io.EOF) {
				t.Fatalf("%serror %v, encoding/csv says %v", name, err, wantErr)
			}
			if d := cmp.Diff(records, got); d != "" {
				t.Errorf("%srecords (-want +got):\n%s", name, d)
			}
			if d := cmp.Diff(lines, gotLines); d != "" {
				t.Errorf("%slines (-want +got):\n%s", name, d)
			}
		}
	})
}

// The reader goes on after a malformed record of one line.
func TestReaderGoesOn(t *testing.T) {
	t.Parallel()
	r := newReader(strings.NewReader("a,b\n1\"2,3\n\"x\"y,4\n5,6\n"))
	var got []string
	for {
		record, line, err := r.read()
		var bad *recordError
		switch {
		case errors.Is(err, io.EOF):
			want := []string{"a", `line 2: a quote inside a value that is not quoted`, `line 3: text after a closing quote`, "5"}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			return
		case errors.As(err, &bad):
			got = append(got, bad.Error())
		case err != nil:
			t.Fatal(err)
		default:
			got = append(got, string(record[0]))
			_ = line
		}
	}
}

func TestReaderReportsFaults(t *testing.T) {
	t.Parallel()
	fault := errors.New("disk")
	if _, _, err := readAll(io.MultiReader(strings.NewReader("a,b\n1,2\n"), iotest.ErrReader(fault))); !errors.Is(err, fault) {
		t.Errorf("error %v, want %v", err, fault)
	}
	long := strings.Repeat("x", 3*maxRecord)
	var broken *brokenError
	if _, _, err := readAll(strings.NewReader(long)); !errors.As(err, &broken) {
		t.Errorf("a record without an end: %v", err)
	}
	if records, _, err := readAll(strings.NewReader(long[:maxRecord] + ",1\n2,3\n")); err != nil || len(records) != 2 {
		t.Errorf("a long record: %v, %d records", err, len(records))
	}
}

func BenchmarkReader(b *testing.B) {
	text := bytes.Repeat([]byte("T1000000-2,L1000000,INTEREST,187.61,2025-01-14,2025-01-14T08:14:00Z,SETTLED,,\n"), 10_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r := newReader(bytes.NewReader(text))
		for {
			if _, _, err := r.read(); err != nil {
				break
			}
		}
	}
}
