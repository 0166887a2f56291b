package intake

import (
	"bytes"
	"database/sql/driver"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// uncopy reads a line of COPY text as PostgreSQL's manual describes it; nil is NULL.
func uncopy(t testing.TB, line string) [][]byte {
	t.Helper()
	values := [][]byte{{}}
	escapes := map[byte]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v', '\\': '\\'}
	for i := 0; i < len(line); i++ {
		last := len(values) - 1
		switch c := line[i]; {
		case c == '\n' || c == '\r':
			t.Fatalf("a line end inside %q", line)
		case c == '\t':
			values = append(values, []byte{})
		case c == '\\' && i+1 < len(line) && line[i+1] == 'N':
			values[last] = nil
			i++
		case c == '\\' && i+1 < len(line) && escapes[line[i+1]] != 0:
			values[last] = append(values[last], escapes[line[i+1]])
			i++
		case c == '\\':
			t.Fatalf("a lone backslash in %q", line)
		default:
			values[last] = append(values[last], c)
		}
	}
	return values
}

func FuzzCopyText(f *testing.F) {
	for _, s := range []string{"", "plain", `\`, `\N`, `\.`, "a\tb", "a\nb", "a\rb", `\\t`, "é", "\x00\x7f\xff", `{"a\\b"}`} {
		f.Add([]byte(s), []byte("x"))
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if a == nil {
			a = []byte{}
		}
		line, again := appendCopyRow(nil, 7, false, &row{escaped: true, values: [][]byte{a, nil, append([]byte{}, b...)}})
		line[again] = 't'
		want := [][]byte{[]byte("7"), []byte("t"), []byte("f"), a, nil, append([]byte{}, b...)}
		if d := cmp.Diff(want, uncopy(t, string(line))); d != "" {
			t.Errorf("%q (-want +got):\n%s", line, d)
		}
	})
}

// What goes in comes out of a real table.
func TestCopyText(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	conn, err := pgtest.New(t).Connx(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	tx, err := conn.BeginTxx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	tx.MustExec("CREATE TEMPORARY TABLE copied (line bigint, again boolean, fresh boolean, value text)")
	values := []string{"", "plain", `\`, `\N`, `\.`, `a\tb`, "a\tb", "a\nb", "a\rb", "a\r\nb", `\\`, "é€𝄞", `{"a\\b"}`, " blank ", strings.Repeat("x\\\t", 50_000)}
	free, full := make(chan []byte, len(values)+1), make(chan []byte, len(values)+1)
	for i, v := range values {
		block, again := appendCopyRow(nil, int64(i), true, &row{escaped: true, values: [][]byte{[]byte(v)}})
		if i%2 == 1 {
			block[again] = 't'
		}
		full <- block
	}
	full <- nil // an empty block is no row
	close(full)
	err = conn.Raw(func(c any) error {
		return copyIn(ctx, c.(driver.Conn), "COPY copied (line, again, fresh, value) FROM STDIN", free, full)
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := tx.Select(&got, "SELECT value FROM copied WHERE again = (line % 2 = 1) ORDER BY line"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(values, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A failing COPY says so, and the connection lives on.
func TestCopyFails(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	conn, err := pgtest.New(t).Connx(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	tx, err := conn.BeginTxx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	free, full := make(chan []byte, 1), make(chan []byte, 1)
	full <- []byte("secret")
	close(full)
	err = conn.Raw(func(c any) error {
		return copyIn(ctx, c.(driver.Conn), "COPY reason_rule (require_payoff_reason) FROM STDIN", free, full)
	})
	if err == nil {
		t.Fatal("no error")
	}
	if text := quiet(err).Error(); strings.Contains(text, "secret") || !strings.Contains(text, "22P02") {
		t.Errorf("error %q: want the code without the value", text)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(ctx, "SELECT 1"); err != nil {
		t.Errorf("the connection is lost: %v", err)
	}
}

func BenchmarkCopyRow(b *testing.B) {
	values := bytes.Split([]byte("T1000000-2,L1000000,INTEREST,18761,2025-01-14,2025-01-14T08:14:00Z,SETTLED"), []byte(","))
	var block []byte
	b.ReportAllocs()
	for b.Loop() {
		block, _ = appendCopyRow(block[:0], 1_000_000, true, &row{values: values})
	}
	b.SetBytes(int64(len(block)))
}
