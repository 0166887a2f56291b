package intake

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// parse reads a file as an import does, without a database, and tells how many rows it came to and how many were bad.
func parse(t *testing.T, path string, percent float64) (rows, bad int64, refused bool) {
	t.Helper()
	at := slices.IndexFunc(tables, func(t table) bool { return t.file == "reason_rules.csv" })
	s, err := openSource(&tables[at], path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.file.Close()
	p := newParser(s, Options{MaxBadPercent: percent})
	for err == nil {
		_, err = p.fill(nil)
	}
	var r *RefusedError
	if refused = errors.As(err, &r); !refused && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return p.rows, p.bad, refused
}

// A file is refused before its end only if it would be refused at its end, and a file of bad rows alone long before.
func TestNeverRefusedTooEarly(t *testing.T) {
	t.Parallel()
	const seed = 9
	random := rand.New(rand.NewPCG(seed, seed))
	dir := t.TempDir()
	early := 0
	for i := range 300 {
		percent := []float64{0, 0.1, 1, 5, 50, 100}[random.IntN(6)]
		// Most files are near the limit; the bad rows of some stand all in front.
		share, front := percent/100*random.Float64()*2, random.IntN(2) == 0
		n := random.IntN(2000) + 1
		var text bytes.Buffer
		fmt.Fprintln(&text, "activity_status,activity_substatus,require_payoff_reason,x_note")
		for k := range n {
			if bad := random.Float64() < share; front && float64(k) < share*float64(n) || !front && bad {
				fmt.Fprintf(&text, "A,%d,maybe,\n", k)
			} else {
				fmt.Fprintf(&text, "%c,%c,true,\n", 'A'+k/26%26, 'A'+k%26)
			}
		}
		path := filepath.Join(dir, fmt.Sprintf("%d.csv", i))
		content := text.Bytes()
		if random.IntN(2) == 0 {
			content = bytes.TrimSuffix(content, []byte("\n"))
		}
		if random.IntN(2) == 0 {
			path += ".gz"
			content = pack(t, content)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		rows, bad, _ := parse(t, path, 100)
		if rows != int64(n) {
			t.Fatalf("seed %d, file %d: %d rows, want %d", seed, i, rows, n)
		}
		read, _, refused := parse(t, path, percent)
		if refused && (Options{MaxBadPercent: percent}).tolerates(bad, rows) {
			t.Errorf("seed %d, file %d: refused after %d rows, yet %d of %d rows are bad where %g %% may be", seed, i, read, bad, rows, percent)
		}
		if refused && read < rows {
			early++
		}
	}
	if early < 20 {
		t.Errorf("%d files refused before their end, want more", early)
	}
}

func pack(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What has no length, as a pipe, is refused at its end at the earliest.
func TestUnknownLength(t *testing.T) {
	t.Parallel()
	s := &source{table: &tables[0], size: -1, rows: newReader(bytes.NewReader(nil)), fields: 5}
	if n := s.rowsToCome(); n < 1<<60 {
		t.Errorf("%d rows to come, want any number", n)
	}
}
