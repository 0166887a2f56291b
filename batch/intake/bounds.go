package intake

import (
	"fmt"
	"io"
	"math"
)

// Bounds on what an import takes in and keeps. Nothing that it holds grows with the size of a file.
const (
	maxRejects   = 10_000   // rejected rows kept of an import; all are counted
	maxRecord    = 1 << 20  // bytes of a record, and with it what an unclosed quote can swallow
	maxBlank     = 100_000  // blank lines in a row
	maxHeader    = 64 << 10 // bytes of the names of a file's columns
	maxColumns   = 1000     // of a file
	maxExpansion = 200      // times that a compressed file may grow
	minExpansion = 64 << 20 // bytes to which any compressed file may grow
)

// maxDeflate is how many bytes one byte of a compressed file can become at most: deflate's longest match, 258 bytes,
// takes two bits.
const maxDeflate = 258 * 8 / 2

// errExpansion is returned by an expansion.
var errExpansion = fmt.Errorf("it expands to more than %d times its size", maxExpansion)

// expansion bounds the text of a compressed file. An extract shrinks to a tenth or a twentieth, not to a two-hundredth.
type expansion struct {
	text    io.Reader
	packed  *source
	written int64
}

// Read reads text until there is too much of it.
func (e *expansion) Read(p []byte) (int, error) {
	n, err := e.text.Read(p)
	e.written += int64(n)
	if err == nil && e.written > minExpansion && e.written/maxExpansion > e.packed.read {
		err = errExpansion
	}
	return n, err
}

// rowsToCome is the most good rows that the rest of the file can hold: each has a separator or line end for every
// field, and a byte for every required value. The text of a compressed file is as long as deflate can make it.
func (s *source) rowsToCome() int64 {
	if s.size < 0 {
		return math.MaxInt64 / 2
	}
	text := max(s.size-s.read, 0)
	if s.packed != nil {
		const underWay = 64 << 10 // that the decompressor may hold back
		text = (text+int64(s.packed.Buffered()))*maxDeflate + underWay
	}
	text += int64(s.rows.end - s.rows.start)
	if text == 0 {
		return 0
	}
	shortest := int64(s.fields)
	for i := range s.table.columns {
		if s.table.columns[i].required {
			shortest++
		}
	}
	return text/shortest + 1 // the last may lack its line end
}

// hopeless reports whether the share of bad rows will be too high even if all rows to come are good. A file that would
// be accepted at its end is never without hope.
func (p *parser) hopeless() bool { return !p.options.tolerates(p.bad, p.rows+p.source.rowsToCome()) }

// refuse is the error for a file without hope.
func (p *parser) refuse() error {
	r := &RefusedError{File: p.source.table.file, TooMany: true, Rejects: p.rejects[:min(len(p.rejects), maxRefusedRejects)]}
	if r.Reason = tooManyReason(p.bad, p.rows, p.options); p.source.rowsToCome() > 0 {
		r.Reason = fmt.Sprintf("%d of the first %d rows are bad: more than %s of all rows that the file can hold", p.bad, p.rows, p.options.bound())
	}
	return r
}

func tooManyReason(bad, rows int64, o Options) string {
	return fmt.Sprintf("%d of %d rows are bad, more than %s", bad, rows, o.bound())
}
