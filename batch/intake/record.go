package intake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// A recordError is a record that is not well-formed but ends where its line ends: the reader can go on.
type recordError struct {
	line   int64
	reason string
}

func (e *recordError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.reason) }

// A brokenError is a place after which the records of a file cannot be told apart.
type brokenError struct {
	line   int64
	reason string
}

func (e *brokenError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.reason) }

// reader reads RFC 4180 records as encoding/csv does, with three differences that its users need: fields
// are bytes in the reader's own memory, valid until the next read; a record is bounded; and a malformed
// record over several lines breaks the file, because an unclosed quote would otherwise swallow good rows
// and count as one bad one.
type reader struct {
	src        io.Reader
	buf        []byte
	start, end int // what is read of src and not yet of buf
	eof        bool
	line       int64 // lines given out so far

	fields  [][]byte
	text    []byte // unquoted text of a record that has quotes
	offsets []int  // ends of its fields in text
}

func newReader(src io.Reader) *reader {
	return &reader{src: src, buf: make([]byte, 256<<10)}
}

// skipBOM drops a byte order mark at the very beginning.
func (r *reader) skipBOM() error {
	for r.end-r.start < 3 && !r.eof {
		if err := r.fill(); err != nil {
			return err
		}
	}
	if bytes.HasPrefix(r.buf[r.start:r.end], []byte("\xef\xbb\xbf")) {
		r.start += 3
	}
	return nil
}

// fill reads more of src behind what is there.
func (r *reader) fill() error {
	if r.start > 0 {
		r.end = copy(r.buf, r.buf[r.start:r.end])
		r.start = 0
	}
	if r.end == len(r.buf) {
		if len(r.buf) >= 2*maxRecord {
			return &brokenError{r.line + 1, "a record of more than 1 MB"}
		}
		r.buf = append(r.buf, make([]byte, len(r.buf))...)
	}
	n, err := r.src.Read(r.buf[r.end:])
	r.end += n
	if errors.Is(err, io.EOF) {
		r.eof = true
		return nil
	}
	return err
}

// nextLine returns the next line without its end, and whether it had one; io.EOF after the last.
func (r *reader) nextLine() (line []byte, ended bool, err error) {
	searched := 0
	for {
		unread := r.buf[r.start:r.end]
		if i := bytes.IndexByte(unread[searched:], '\n'); i >= 0 {
			line = unread[:searched+i]
			r.start += searched + i + 1
			r.line++
			return bytes.TrimSuffix(line, []byte("\r")), true, nil
		}
		if r.eof {
			if len(unread) == 0 {
				return nil, false, io.EOF
			}
			r.start = r.end
			r.line++
			return bytes.TrimSuffix(unread, []byte("\r")), false, nil
		}
		searched = len(unread)
		if err := r.fill(); err != nil {
			return nil, false, err
		}
	}
}

// read returns the next record and the line on which it begins; io.EOF after the last. Blank lines are
// no records.
func (r *reader) read() (record [][]byte, line int64, err error) {
	for blank := 0; ; {
		text, _, err := r.nextLine()
		if err != nil {
			return nil, 0, err
		}
		if len(text) == 0 {
			if blank++; blank > maxBlank {
				return nil, 0, &brokenError{r.line, fmt.Sprintf("more than %d blank lines in a row", maxBlank)}
			}
			continue
		}
		if bytes.IndexByte(text, '"') >= 0 {
			line := r.line
			record, err := r.quoted(text)
			return record, line, err
		}
		r.fields = r.fields[:0]
		for {
			i := bytes.IndexByte(text, ',')
			if i < 0 {
				break
			}
			r.fields = append(r.fields, text[:i])
			text = text[i+1:]
		}
		r.fields = append(r.fields, text)
		return r.fields, r.line, nil
	}
}

// quoted reads a record that holds quotes, and further lines as long as one of them is open.
func (r *reader) quoted(rest []byte) ([][]byte, error) {
	first := r.line
	r.text, r.offsets = r.text[:0], r.offsets[:0]
	for more := true; more; {
		if len(rest) == 0 || rest[0] != '"' {
			end := bytes.IndexByte(rest, ',')
			if more = end >= 0; !more {
				end = len(rest)
			}
			if bytes.IndexByte(rest[:end], '"') >= 0 {
				return nil, r.malformed(first, "a quote inside a value that is not quoted")
			}
			r.text = append(r.text, rest[:end]...)
			rest = rest[min(end+1, len(rest)):]
		} else {
			var err error
			if rest, err = r.quotedField(rest[1:], first); err != nil {
				return nil, err
			}
			if more = len(rest) > 0; more {
				rest = rest[1:]
			}
		}
		r.offsets = append(r.offsets, len(r.text))
	}
	r.fields = r.fields[:0]
	start := 0
	for _, end := range r.offsets {
		r.fields = append(r.fields, r.text[start:end])
		start = end
	}
	return r.fields, nil
}

// quotedField reads a value up to its closing quote and returns what follows: a comma and more, or nothing.
func (r *reader) quotedField(rest []byte, first int64) ([]byte, error) {
	for {
		i := bytes.IndexByte(rest, '"')
		switch {
		case i < 0:
			r.text = append(append(r.text, rest...), '\n')
			if len(r.text) > maxRecord {
				return nil, &brokenError{first, "a record of more than 1 MB: is a quote not closed?"}
			}
			line, _, err := r.nextLine()
			if errors.Is(err, io.EOF) {
				return nil, &brokenError{first, "a quote is not closed"}
			}
			if err != nil {
				return nil, err
			}
			rest = line
		case i+1 < len(rest) && rest[i+1] == '"':
			r.text = append(r.text, rest[:i+1]...)
			rest = rest[i+2:]
		case i+1 == len(rest) || rest[i+1] == ',':
			r.text = append(r.text, rest[:i]...)
			return rest[i+1:], nil
		default:
			return nil, r.malformed(first, "text after a closing quote")
		}
	}
}

// malformed is a bad record when it is of one line, and breaks the file when it is of several.
func (r *reader) malformed(first int64, reason string) error {
	if r.line > first {
		return &brokenError{first, "a quoted value over several lines is followed by " + reason}
	}
	return &recordError{first, reason}
}
