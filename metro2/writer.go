package metro2

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Writer writes one file: the header at once, each record as it comes, the
// trailer at the end with the counts of what was written.
//
// What a value has that the format does not, and that has one way to be
// written, is written that way (FORMAT.md 1.5 and 3.4): letters in upper case,
// diacritics as plain letters (Ñ as N, ß as SS), apostrophes left out (O'NEIL as
// ONEIL), amounts above [MaxDollars] as MaxDollars. The record of the caller
// stays as it is. Everything else that does not fit is refused by a
// [*FieldError]: negative and too long values, control characters, letters of
// other scripts, anything but ASCII in an account number or code. Nothing is
// cut.
//
// The first error sticks: each later call returns it and writes nothing. A
// caller that wants to set bad records aside encodes them into a [Batch] first.
type Writer struct {
	out     *bufio.Writer
	framer  framer
	totals  Totals
	encoded encodedCounter
	offset  int64 // of the first byte that is still in the framer
	err     error
}

var errClosed = errors.New("metro2: write on a closed file")

// NewWriter returns a Writer that has written the header. Its error, if any, is
// returned by the next call.
func NewWriter(w io.Writer, h Header, options Options) *Writer {
	out := &Writer{out: bufio.NewWriterSize(w, 1<<16)}
	out.framer, out.err = newFramer(options)
	if out.err == nil {
		headerLayout.canonicalize(&h)
		out.err = out.framer.frame(func(dst []byte) ([]byte, error) { return out.framer.appendHeader(dst, &h) })
		out.flush()
	}
	return out
}

// Write writes one record. A [*FieldError] means that nothing of it was written.
func (w *Writer) Write(rec *Record) error {
	if w.err != nil {
		return w.err
	}
	if w.err = w.framer.encode(rec, &w.totals); w.err == nil {
		w.flush()
	}
	return w.err
}

// NewBatch returns an empty batch for records of this file. Batches may be
// filled by other goroutines, while writing them in order is left to one.
func (w *Writer) NewBatch() *Batch {
	return &Batch{framer: framer{options: w.framer.options, lineEnd: w.framer.lineEnd, length: w.framer.length}}
}

// WriteBatch writes all records of a batch and leaves the batch as it is. With
// [FullBlocks] a batch begins and ends a block.
func (w *Writer) WriteBatch(b *Batch) error {
	if w.err != nil {
		return w.err
	}
	if b.framer.options != w.framer.options {
		w.err = errors.New("metro2: batch was made for a file of another kind")
		return w.err
	}
	w.totals.Merge(&b.totals)
	w.emit(len(w.framer.data))
	w.write(b.framer.data)
	return w.err
}

// Offset returns how many bytes of the file the calls so far have made: where
// the next record begins, or its block descriptor.
func (w *Writer) Offset() int64 { return w.offset + int64(len(w.framer.data)) }

// Totals returns the counts of the records written so far.
func (w *Writer) Totals() Totals { return w.totals }

// Close writes the trailer and flushes. It does not close the underlying writer.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	trailer := w.totals.Trailer
	if w.framer.options.BlockCount == BlocksAreRecords {
		trailer.BlockCount = trailer.TotalBase + 2
	}
	w.err = w.framer.frame(func(dst []byte) ([]byte, error) { return w.framer.appendTrailer(dst, &trailer) })
	if w.err == nil {
		w.emit(len(w.framer.data))
	}
	if w.err == nil {
		w.err = w.out.Flush()
	}
	if w.err != nil {
		return w.err
	}
	w.err = errClosed
	return nil
}

// flush writes what no further record changes.
func (w *Writer) flush() {
	if w.err == nil {
		w.emit(w.framer.settled())
	}
}

// emit writes the first n bytes of the framer.
func (w *Writer) emit(n int) {
	w.write(w.framer.data[:n])
	w.framer.drop(n)
}

func (w *Writer) write(data []byte) {
	n, err := w.out.Write(data)
	w.offset += int64(n)
	if err != nil {
		w.err = fmt.Errorf("metro2: write file: %w", err)
	}
}

// Batch collects encoded records, framed for one file, with their counts.
type Batch struct {
	framer framer
	totals Totals
}

// Append encodes one record behind the others. When it returns an error, a
// [*FieldError], the batch is as it was before.
func (b *Batch) Append(rec *Record) error { return b.framer.encode(rec, &b.totals) }

// Len returns the number of bytes collected: where in the batch the next record
// begins, or its block descriptor.
func (b *Batch) Len() int { return len(b.framer.data) }

// Totals returns the counts of the records collected.
func (b *Batch) Totals() Totals { return b.totals }

// Reset empties the batch and keeps its memory.
func (b *Batch) Reset() {
	b.framer.drop(len(b.framer.data))
	b.totals = Totals{}
}

// encode frames a record as the format wants it and counts what was written.
func (f *framer) encode(rec *Record, totals *Totals) error {
	err := f.frame(func(dst []byte) (out []byte, err error) {
		out, rec, err = f.appendCanonical(dst, rec)
		return out, err
	})
	if err == nil {
		totals.Add(rec)
	}
	return err
}

// appendCanonical looks closer only at a record that the encoder refuses or that
// holds an apostrophe: nearly all are as the format wants them. It returns the
// record that it wrote.
func (f *framer) appendCanonical(dst []byte, rec *Record) ([]byte, *Record, error) {
	n := len(dst)
	out, err := f.appendRecord(dst, rec)
	if err == nil && !holdsApostrophe(out[n:], f.options.Form) {
		return out, rec, nil
	}
	canonical, changed := canonicalRecord(rec)
	if !changed {
		return out, rec, err
	}
	out, err = f.appendRecord(dst[:n], canonical)
	return out, canonical, err
}

// holdsApostrophe looks at the texts of an encoded record only: packed numbers
// hold any byte.
func holdsApostrophe(record []byte, form Form) bool {
	if form == Character {
		return quoted(record)
	}
	texts := baseLayout.plans[Packed].texts
	for i := range texts {
		if quoted(record[texts[i].start:texts[i].end]) {
			return true
		}
	}
	return quoted(record[baseLayout.Size(Packed):])
}

func quoted(data []byte) bool {
	return bytes.IndexByte(data, '\'') >= 0 || bytes.IndexByte(data, '`') >= 0
}
