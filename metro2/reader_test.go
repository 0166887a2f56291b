package metro2

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// readAll reads a file and returns what the dump shows of each record, and all
// problems.
func readAll(t testing.TB, r io.Reader) (dumps []string, problems []Problem) {
	t.Helper()
	reader := NewReader(r)
	for {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return dumps, problems
		}
		if err != nil {
			t.Fatal(err)
		}
		dumps = append(dumps, string(AppendJSON(nil, item)))
		problems = append(problems, item.Problems...)
	}
}

func toEBCDIC(data []byte) []byte {
	out := make([]byte, len(data))
	for i, c := range data {
		switch c {
		case '\n':
			out[i] = 0x25
			continue
		}
		out[i] = byte(bytes.IndexByte(fromEBCDIC[:], c))
	}
	return out
}

// packedToEBCDIC turns only the texts of a packed file, found by decoding it.
func packedToEBCDIC(t testing.TB, file []byte) []byte {
	t.Helper()
	out := bytes.Clone(file)
	for at := 0; at < len(out); {
		record := out[at+4 : at+int(binary.BigEndian.Uint16(out[at:]))]
		steps := func() (spans [][2]int) {
			switch {
			case bytes.HasPrefix(record[4:], []byte("HEADER")):
				return textSpans(headerLayout)
			case bytes.HasPrefix(record[4:], []byte("TRAILER")):
				return textSpans(trailerLayout)
			}
			return textSpans(baseLayout)
		}()
		for _, span := range steps {
			copy(record[span[0]:], toEBCDIC(record[span[0]:span[1]]))
		}
		copy(record[366:], toEBCDIC(record[366:]))
		at += 4 + len(record)
	}
	return out
}

func textSpans[T any](l *Layout[T]) (out [][2]int) {
	for _, s := range l.plans[Packed].steps {
		if !s.packed {
			out = append(out, [2]int{s.start, s.end})
		}
	}
	return out
}

// reblock puts the records of a character file without line ends into blocks of
// two, the trailer outside of any.
func reblock(file []byte, descriptor func(size int) []byte) []byte {
	var out []byte
	records := [][]byte{file[:426], file[426:852], file[852:1278], file[1278:1804], file[1804:]}
	for i := 0; i < 4; i += 2 {
		out = append(out, descriptor(4+len(records[i])+len(records[i+1]))...)
		out = append(append(out, records[i]...), records[i+1]...)
	}
	return append(out, records[4]...)
}

func digitsDescriptor(size int) []byte {
	out := make([]byte, 4)
	putDigits(out, uint64(size))
	return out
}

func binaryDescriptor(size int) []byte { return []byte{byte(size >> 8), byte(size), 0, 0} }

// TestReaderReadsEveryShape: one and the same file in all shapes that are met.
func TestReaderReadsEveryShape(t *testing.T) {
	plain := cleanFile(t, Options{LineEnd: NoLineEnd})
	packed := cleanFile(t, packedOptions)
	want, _ := readAll(t, bytes.NewReader(plain))
	wantPacked, _ := readAll(t, bytes.NewReader(packed))
	if len(want) != 5 || len(wantPacked) != 5 {
		t.Fatalf("%d and %d records, want 5", len(want), len(wantPacked))
	}
	for name, c := range map[string]struct {
		file []byte
		want []string
	}{
		"CR LF":                   {cleanFile(t, Options{}), want},
		"LF":                      {cleanFile(t, Options{LineEnd: "\n"}), want},
		"CR":                      {bytes.ReplaceAll(cleanFile(t, Options{LineEnd: "\n"}), []byte("\n"), []byte("\r")), want},
		"LF at the very end":      {append(bytes.Clone(plain), '\n'), want},
		"no LF at the very end":   {bytes.TrimSuffix(cleanFile(t, Options{LineEnd: "\n"}), []byte("\n")), want},
		"empty lines":             {bytes.ReplaceAll(cleanFile(t, Options{}), []byte("\r\n"), []byte("\r\n\r\n")), want},
		"EBCDIC":                  {toEBCDIC(plain), want},
		"EBCDIC lines":            {toEBCDIC(cleanFile(t, Options{LineEnd: "\n"})), want},
		"blocks, digits":          {reblock(plain, digitsDescriptor), want},
		"blocks, binary":          {reblock(plain, binaryDescriptor), want},
		"EBCDIC blocks":           {toEBCDIC(reblock(plain, digitsDescriptor)), want},
		"packed":                  {packed, wantPacked},
		"packed EBCDIC":           {packedToEBCDIC(t, packed), wantPacked},
		"packed, trailer outside": {append(bytes.Clone(packed[:len(packed)-370]), packed[len(packed)-366:]...), wantPacked},
	} {
		t.Run(name, func(t *testing.T) {
			for _, wrap := range []func(io.Reader) io.Reader{
				func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader,
			} {
				got, problems := readAll(t, wrap(bytes.NewReader(c.file)))
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if len(problems) > 0 {
					t.Errorf("problems: %v", problems)
				}
			}
		})
	}
}

// withoutRDW drops what bytes each record of a character file begins with.
func withoutRDW(file []byte, lineEnd string) []byte {
	var out []byte
	for _, line := range lines(file) {
		out = append(append(out, line[4:]...), lineEnd...)
	}
	return out
}

// TestReaderSurvivesMissingRDW: all values are there, and each record complains.
func TestReaderSurvivesMissingRDW(t *testing.T) {
	want, _ := readAll(t, bytes.NewReader(cleanFile(t, Options{})))
	for name, lineEnd := range map[string]string{"lines": "\n", "no lines": ""} {
		got, problems := readAll(t, bytes.NewReader(withoutRDW(cleanFile(t, Options{}), lineEnd)))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if len(problems) != 5 || problems[1].Message != saysMissingRDW {
			t.Errorf("%s: problems %v, want the missing word of each record", name, problems)
		}
	}
}

// TestReaderWrongRDW: the line is trusted, and without lines the segments.
func TestReaderWrongRDW(t *testing.T) {
	for _, c := range []struct{ lineEnd, rdw string }{{"\r\n", "0006"}, {"\r\n", "1xxx"}, {"\r\n", "9999"}, {NoLineEnd, "0006"}, {NoLineEnd, "1xxx"}} {
		file := cleanFile(t, Options{LineEnd: c.lineEnd})
		size := 426 + len(strings.TrimSuffix(c.lineEnd, NoLineEnd))
		copy(file[3*size:], c.rdw) // the joint record
		dumps, problems := readAll(t, bytes.NewReader(file))
		if len(dumps) != 5 || !strings.Contains(dumps[3], `"j1":[{"segment_id":"J1","surname":"SAMPLEJOINT"`) {
			t.Errorf("%+v: record is not read: %v", c, dumps)
		}
		if len(problems) != 1 || problems[0].Rule != "F01" || problems[0].Record != 4 {
			t.Errorf("%+v: problems %v, want one about the fourth record", c, problems)
		}
	}
}

// TestReaderSkipsUnusedSegments of a file with records of one fixed length.
func TestReaderSkipsUnusedSegments(t *testing.T) {
	base := cleanFile(t, Options{})[428:854]
	unused := "J1" + blanks98 + "K1" + strings.Repeat("0", 32) + "L1" + strings.Repeat("9", 52)
	line := append([]byte("0614"), base[4:]...)
	item := readOne(t, append(append(line, unused...), "\r\n"...))
	if item.Kind != KindData || len(item.Record.J1) > 0 || item.Record.K1 != nil || item.Record.L1 != nil {
		t.Errorf("unused segments are taken for used ones: %s", AppendJSON(nil, item))
	}
	if len(item.Problems) != 3 || item.Problems[0].Severity != Warning {
		t.Errorf("problems %v, want three warnings", item.Problems)
	}
}

func TestReaderItemPlaces(t *testing.T) {
	file := cleanFile(t, Options{})
	r := NewReader(bytes.NewReader(file))
	var offsets []int64
	for {
		item, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		offsets = append(offsets, item.Offset)
		if !bytes.HasPrefix(file[item.Offset:], item.Raw) || item.RDW != len(item.Raw) || item.RecordNo != len(offsets) {
			t.Errorf("item %d: offset %d, rdw %d, %d raw bytes", item.RecordNo, item.Offset, item.RDW, len(item.Raw))
		}
	}
	if diff := cmp.Diff([]int64{0, 428, 856, 1284, 1812}, offsets); diff != "" {
		t.Errorf("offsets (-want +got):\n%s", diff)
	}
}

func TestReaderReturnsReadErrors(t *testing.T) {
	broken := errors.New("disk is gone")
	file := cleanFile(t, Options{})
	for _, n := range []int{0, 100, 1000} {
		r := NewReader(io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(broken)))
		var err error
		for err == nil {
			_, err = r.Next()
		}
		if !errors.Is(err, broken) {
			t.Errorf("after %d bytes: error %v, want the one of the reader", n, err)
		}
	}
}

// endless repeats one line for ever, up to n bytes.
type endless struct {
	line []byte
	n    int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.n <= 0 {
		return 0, io.EOF
	}
	n := 0
	for n+len(e.line) <= len(p) {
		n += copy(p[n:], e.line)
	}
	if n == 0 {
		n = copy(p, e.line)
	}
	e.n -= n
	return n, nil
}

// TestReaderMemoryIsConstant: 64 MB of records, of one line, of zeros.
func TestReaderMemoryIsConstant(t *testing.T) {
	const size = 64 << 20
	for name, line := range map[string][]byte{
		"records":         cleanFile(t, Options{})[428:856],
		"one long line":   bytes.Repeat([]byte("X"), 1000),
		"zeros":           make([]byte, 1000),
		"huge RDW":        append([]byte("9999"), bytes.Repeat([]byte("1"), 996)...),
		"line ends only":  bytes.Repeat([]byte("\r\n"), 500),
		"0426 for always": bytes.Repeat([]byte("0426"), 250),
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		r := NewReader(&endless{line, size})
		live := uint64(0)
		for {
			item, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if item.RecordNo%50000 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&after)
				live = max(live, after.HeapAlloc)
			}
		}
		if live > before.HeapAlloc+1<<20 {
			t.Errorf("%s: %d bytes of heap grow beyond the buffer", name, live-before.HeapAlloc)
		}
	}
}
