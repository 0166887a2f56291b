package bureau

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/furnisher/furnisher/metro2"
)

// What is wrong with a file, by the rules of package metro2 where one says so.
const (
	saysFrame     = "F01: no whole record with its line end stands here"
	saysHeader    = "F02: the header is not the one that was made"
	saysTrailer   = "F02, T01: the trailer is not the one that was made"
	saysBehind    = "F02: something stands behind the trailer"
	saysTotals    = "T01: the trailer counts other records"
	saysDuplicate = "X01: another record has the same account number"
	saysOrder     = "X01: the account number is below the one before"
	saysRecords   = "the records are not those that were made: their checksum differs"
	saysEncoding  = "the record does not encode to the bytes that it was read from"
)

// accountOrder holds that the accounts of a file ascend, byte by byte: a duplicate stands beside its like.
type accountOrder struct{ last []byte }

// next says what is wrong with the next account; empty: nothing.
func (o *accountOrder) next(account []byte) string {
	order := bytes.Compare(account, o.last)
	if o.last == nil {
		order = 1
	}
	o.last = append(o.last[:0], account...)
	switch {
	case order == 0:
		return saysDuplicate
	case order < 0:
		return saysOrder
	}
	return ""
}

// Of a file that is read back every record is decoded, checked and encoded again up to checkedWhole, and one in
// checkedOneIn of those behind.
const (
	checkedWhole = 1000
	checkedOneIn = 61
)

// lineEnd stands behind each record, the longest of which has 9,999 bytes.
const (
	lineEnd     = "\r\n"
	longestLine = 9999 + len(lineEnd)
)

// readBack reads the draft from the disk by a descriptor of its own and returns the SHA-256 of what it reads.
func (d *draft) readBack(ctx context.Context, w written) (string, error) {
	file, err := os.Open(d.pending.Name())
	if err != nil {
		return "", fmt.Errorf("read the file back: %w", err)
	}
	defer file.Close()
	hash := sha256.New()
	r := &reader{in: bufio.NewReaderSize(io.TeeReader(file, hash), 1<<17), sum: newSummer(d.File), checker: checker{env: checkEnv(d.Building)}}
	if err := r.read(ctx, w); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// reader reads a file record by record, in the one form in which it is written.
type reader struct {
	in      *bufio.Reader
	number  int64 // of the last record, the header being 1
	sum     summer
	order   accountOrder
	checker checker
	again   []byte // a record encoded once more
}

// read reads a whole file and holds it against what was written. It returns a *fault.
func (r *reader) read(ctx context.Context, w written) error {
	header, err := headerLine(w.header)
	if err != nil {
		return err
	}
	if err := r.expect(header, metro2.KindHeader, saysHeader); err != nil {
		return err
	}
	for range w.records {
		if r.number%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := r.record(); err != nil {
			return err
		}
	}
	w.totals.BlockCount = metro2.Number(w.records + 2)
	trailer, err := metro2.AppendTrailer(nil, &w.totals.Trailer, metro2.Character)
	if err != nil {
		return err
	}
	if err := r.expect(trailer, metro2.KindTrailer, saysTrailer); err != nil {
		return err
	}
	switch _, err := r.in.Peek(1); {
	case err == nil:
		return r.fault(saysBehind)
	case !errors.Is(err, io.EOF):
		return fmt.Errorf("read the file back: %w", err)
	case w.totals.TotalBase != metro2.Number(w.records):
		return r.fault(saysTotals)
	case r.sum.sum != w.checksum:
		return r.fault(saysRecords)
	}
	return nil
}

// headerLine is a header as a writer writes it.
func headerLine(h metro2.Header) ([]byte, error) {
	var file bytes.Buffer
	w := metro2.NewWriter(&file, h, metro2.Options{})
	err := w.Close()
	line, _, _ := metro2.CutRecord(file.Bytes(), metro2.Character)
	return line, err
}

// expect reads a header or trailer, which must have the bytes that it was given and be one to a reader, too.
func (r *reader) expect(want []byte, kind metro2.Kind, says string) error {
	line, err := r.line()
	if err != nil {
		return err
	}
	item, err := metro2.NewReader(bytes.NewReader(line)).Next()
	if err != nil || item.Kind != kind || len(item.Problems) > 0 || !bytes.Equal(line, want) {
		return r.fault(says)
	}
	return nil
}

// record reads a data record.
func (r *reader) record() error {
	line, err := r.line()
	if err != nil {
		return err
	}
	r.sum.add(line)
	if says := r.order.next(metro2.AccountOf(line, metro2.Character)); says != "" {
		return r.fault(says)
	}
	if r.number > checkedWhole && r.number%checkedOneIn != 0 {
		return nil
	}
	if wrong := r.checker.check(line); wrong != "" {
		return r.fault(wrong)
	}
	r.again, err = metro2.AppendRecord(r.again[:0], &r.checker.decoded, metro2.Character)
	if err != nil || !bytes.Equal(line, r.again) {
		return r.fault(saysEncoding)
	}
	return nil
}

// line reads the next record, without its line end. It is good until the next call.
func (r *reader) line() ([]byte, error) {
	r.number++
	ahead, err := r.in.Peek(longestLine)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the file back: %w", err)
	}
	line, rest, ok := metro2.CutRecord(ahead, metro2.Character)
	if !ok || !bytes.HasPrefix(rest, []byte(lineEnd)) {
		return nil, r.fault(saysFrame)
	}
	_, err = r.in.Discard(len(line) + len(lineEnd))
	return line, err
}

func (r *reader) fault(says string) error { return &fault{r.number, says} }
