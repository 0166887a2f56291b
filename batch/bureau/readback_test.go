package bureau

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/metro2"
)

// wholeFile makes a file of n accounts and what is known of it. Every third loan has a second consumer.
func wholeFile(t testing.TB, n int) (Building, []byte, written) {
	t.Helper()
	building, terms, said, consumers := tradeline()
	second := consumers[0]
	second.Position, second.ECOACode, second.SSN = 2, "2", "666100002"
	w := written{header: building.header("1.0", "")}
	var file bytes.Buffer
	writer, encoder, sum := metro2.NewWriter(&file, w.header, metro2.Options{}), NewEncoder(building), newSummer(building.File)
	for i := range n {
		terms.AccountNumber = fmt.Sprintf("ACCT%08d", i)
		people := consumers
		if i%3 == 0 {
			people = append(people[:1:1], second)
		}
		if err := place(said, people); err != nil {
			t.Fatal(err)
		}
		record, err := encoder.Append(nil, terms, said, people)
		if err != nil {
			t.Fatal(err)
		}
		if err := writer.WriteEncoded(record); err != nil {
			t.Fatal(err)
		}
		sum.add(record)
	}
	w.records, w.checksum, w.totals = int64(n), sum.sum, writer.Totals()
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return building, file.Bytes(), w
}

// readFile reads a file back.
func readFile(b Building, file []byte, w written) error {
	r := &reader{in: bufio.NewReaderSize(bytes.NewReader(file), 1<<17), sum: newSummer(b.File), checker: checker{env: checkEnv(b)}}
	return r.read(context.Background(), w)
}

// TestReadBackTakesTheFile holds it for files with and without records, beyond the part that is decoded whole too.
func TestReadBackTakesTheFile(t *testing.T) {
	for _, n := range []int{0, 1, 2, checkedWhole + 3*checkedOneIn} {
		if b, file, w := wholeFile(t, n); readFile(b, file, w) != nil {
			t.Errorf("%d records: %v", n, readFile(b, file, w))
		}
	}
}

// TestReadBackSeesEveryBit turns a bit of every byte of a file in turn.
func TestReadBackSeesEveryBit(t *testing.T) {
	b, file, w := wholeFile(t, 4)
	for at := range file {
		bit := byte(1) << (at % 8)
		file[at] ^= bit
		var f *fault
		if err := readFile(b, file, w); !errors.As(err, &f) {
			t.Errorf("bit %#02x of byte %d: %v, want a fault", bit, at, err)
		}
		file[at] ^= bit
	}
}

// TestReadBackSeesFarBits does so behind the records that are all decoded, where the checksum alone tells.
func TestReadBackSeesFarBits(t *testing.T) {
	b, file, w := wholeFile(t, checkedWhole+2*checkedOneIn)
	rapid.Check(t, func(t *rapid.T) {
		at, bit := rapid.IntRange(len(file)/2, len(file)-1).Draw(t, "at"), byte(1)<<rapid.IntRange(0, 7).Draw(t, "bit")
		file[at] ^= bit
		defer func() { file[at] ^= bit }()
		if readFile(b, file, w) == nil {
			t.Error("the file was taken")
		}
	})
}

// TestReadBackSaysWhatIsWrong moves whole records about.
func TestReadBackSaysWhatIsWrong(t *testing.T) {
	b, file, w := wholeFile(t, 3)
	lines := bytes.SplitAfter(file, []byte(lineEnd))
	header, one, two, three, trailer := lines[0], lines[1], lines[2], lines[3], lines[4]
	other := b
	other.File++
	more := w
	more.records++
	for name, c := range map[string]struct {
		building Building
		lines    [][]byte
		written  written
		says     string
		record   int64
	}{
		"a record twice":        {b, [][]byte{header, one, two, two, trailer}, w, saysDuplicate, 4},
		"out of order":          {b, [][]byte{header, one, three, two, trailer}, w, saysOrder, 4},
		"a record too few":      {b, [][]byte{header, one, two, trailer}, w, "", 4},
		"a record too many":     {b, [][]byte{header, one, two, three, three, trailer}, w, saysTrailer, 5},
		"one that was not made": {b, [][]byte{header, one, two, bytes.Replace(three, []byte("0002"), []byte("0003"), 1), trailer}, w, saysRecords, 5},
		"no header":             {b, [][]byte{one, two, three, trailer}, w, saysHeader, 1},
		"no trailer":            {b, [][]byte{header, one, two, three}, w, saysFrame, 5},
		"two trailers":          {b, [][]byte{header, one, two, three, trailer, trailer}, w, saysBehind, 5},
		"cut in a record":       {b, [][]byte{header, one, two[:400]}, w, saysFrame, 3},
		"no line end":           {b, [][]byte{header, one, bytes.TrimSpace(two), three, trailer}, w, saysFrame, 3},
		"nothing":               {b, nil, w, saysFrame, 1},
		"another file's":        {other, [][]byte{header, one, two, three, trailer}, w, saysRecords, 5},
		"more was written":      {b, [][]byte{header, one, two, three, trailer}, more, "", 5},
	} {
		var f *fault
		err := readFile(c.building, bytes.Join(c.lines, nil), c.written)
		if !errors.As(err, &f) || !strings.Contains(f.says, c.says) || f.record != c.record {
			t.Errorf("%s: %v, want %q at record %d", name, err, c.says, c.record)
		}
	}
}

// TestReadBackStops holds that a long file does not keep a night that is stopped.
func TestReadBackStops(t *testing.T) {
	_, file, w := wholeFile(t, 1)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	r := &reader{in: bufio.NewReaderSize(bytes.NewReader(file), 1<<17), number: 4095}
	if err := r.read(ctx, w); !errors.Is(err, context.Canceled) {
		t.Errorf("err %v, want that it was canceled", err)
	}
}
