package metro2

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// NoLineEnd is the [Options] value for a file without any line ends.
const NoLineEnd = "none"

// BlockCount says what the trailer field "block count" holds. The guide asks for
// it "if applicable", and readers disagree.
type BlockCount uint8

const (
	// BlocksAreRecords counts one block for each record, header and trailer
	// included.
	BlocksAreRecords BlockCount = iota
	// NoBlockCount writes zero.
	NoBlockCount
)

// Options say how a file is written. The zero value is the usual file: character
// form, CR LF behind each record.
type Options struct {
	// Form of all records.
	Form Form
	// LineEnd stands behind each record, the trailer included: "\r\n" (also
	// when empty), "\n" or [NoLineEnd]. A packed file has none whatever is
	// asked for, since its numbers may hold any byte.
	LineEnd string
	// BlockCount chooses the content of the trailer's block count.
	BlockCount BlockCount
}

func (o Options) lineEnd() (string, error) {
	switch {
	case o.Form == Packed || o.LineEnd == NoLineEnd:
		return "", nil
	case o.LineEnd == "":
		return "\r\n", nil
	case o.LineEnd == "\r\n" || o.LineEnd == "\n":
		return o.LineEnd, nil
	}
	return "", fmt.Errorf("metro2: line end %q is neither CR LF, LF nor none", o.LineEnd)
}

// Writer writes one file: the header at once, each record as it comes, the
// trailer at the end with the counts of what was written.
//
// The first error sticks: each later call returns it and writes nothing. A
// caller that wants to set bad records aside encodes them into a [Batch] first.
type Writer struct {
	out     *bufio.Writer
	options Options
	batch   Batch
	totals  Totals
	offset  int64
	closed  bool
	err     error
}

var errClosed = errors.New("metro2: write on a closed file")

// NewWriter returns a Writer that has written the header. Its error, if any, is
// returned by the next call.
func NewWriter(w io.Writer, h Header, options Options) *Writer {
	out := &Writer{out: bufio.NewWriterSize(w, 1<<16), options: options}
	lineEnd, err := options.lineEnd()
	out.err = err
	out.batch = Batch{form: options.Form, lineEnd: lineEnd}
	if out.err == nil {
		out.err = out.batch.frame(func(dst []byte) ([]byte, error) { return AppendHeader(dst, &h, options.Form) })
		out.flush()
	}
	return out
}

// Write writes one record. A [*FieldError] means that nothing of it was written.
func (w *Writer) Write(rec *Record) error {
	if w.err != nil {
		return w.err
	}
	if w.err = w.batch.encode(rec); w.err == nil {
		w.totals.Add(rec)
		w.flush()
	}
	return w.err
}

// NewBatch returns an empty batch for records of this file. Batches may be
// filled by other goroutines, while writing them in order is left to one.
func (w *Writer) NewBatch() *Batch {
	return &Batch{form: w.batch.form, lineEnd: w.batch.lineEnd}
}

// WriteBatch writes all records of a batch and leaves the batch as it is.
func (w *Writer) WriteBatch(b *Batch) error {
	if w.err != nil {
		return w.err
	}
	if b.form != w.batch.form || b.lineEnd != w.batch.lineEnd {
		w.err = errors.New("metro2: batch was made for a file of another kind")
		return w.err
	}
	w.totals.Merge(&b.totals)
	w.emit(b.data)
	return w.err
}

// Offset returns how many bytes of the file the calls so far have made: where
// the next record begins.
func (w *Writer) Offset() int64 { return w.offset }

// Totals returns the counts of the records written so far.
func (w *Writer) Totals() Totals { return w.totals }

// Close writes the trailer and flushes. It does not close the underlying writer.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	trailer := w.totals.Trailer
	if w.options.BlockCount == BlocksAreRecords {
		trailer.BlockCount = trailer.TotalBase + 2
	}
	w.err = w.batch.frame(func(dst []byte) ([]byte, error) { return AppendTrailer(dst, &trailer, w.options.Form) })
	w.flush()
	if w.err == nil {
		w.err = w.out.Flush()
	}
	if w.err != nil {
		return w.err
	}
	w.err = errClosed
	return nil
}

func (w *Writer) flush() {
	if w.err != nil {
		return
	}
	w.emit(w.batch.data)
	w.batch.data = w.batch.data[:0]
}

func (w *Writer) emit(data []byte) {
	n, err := w.out.Write(data)
	w.offset += int64(n)
	if err != nil {
		w.err = fmt.Errorf("metro2: write file: %w", err)
	}
}

// Batch collects encoded records, framed for one file, with their counts.
type Batch struct {
	form    Form
	lineEnd string
	data    []byte
	totals  Totals
}

// Append encodes one record behind the others. When it returns an error, a
// [*FieldError], the batch is as it was before.
func (b *Batch) Append(rec *Record) error {
	err := b.encode(rec)
	if err == nil {
		b.totals.Add(rec)
	}
	return err
}

func (b *Batch) encode(rec *Record) error {
	return b.frame(func(dst []byte) ([]byte, error) { return AppendRecord(dst, rec, b.form) })
}

// Len returns the number of bytes collected: where in the batch the next record
// begins.
func (b *Batch) Len() int { return len(b.data) }

// Totals returns the counts of the records collected.
func (b *Batch) Totals() Totals { return b.totals }

// Reset empties the batch and keeps its memory.
func (b *Batch) Reset() {
	b.data = b.data[:0]
	b.totals = Totals{}
}

// frame appends one record with what stands around it: the block descriptor of
// a packed file in front, or the line end behind.
func (b *Batch) frame(appendTo func([]byte) ([]byte, error)) error {
	start := len(b.data)
	dst := b.data
	if b.form == Packed {
		dst = append(dst, 0, 0, 0, 0)
	}
	dst, err := appendTo(dst)
	if err != nil {
		b.data = dst[:start]
		return err
	}
	if b.form == Packed {
		binary.BigEndian.PutUint16(dst[start:], uint16(len(dst)-start))
	}
	b.data = append(dst, b.lineEnd...)
	return nil
}
