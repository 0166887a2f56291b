package metro2

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

func testHeader() Header {
	return Header{
		EquifaxID: "999TEST001", ExperianID: "T0001", TransUnionID: "TU00000001",
		ActivityDate: 20261031, DateCreated: 20261102, ProgramDate: 20260101, ProgramRevDate: 20260101,
		ReporterName: "TEST LENDER INC", ReporterAddress: "1 MAIN ST SPRINGFIELD IL 62701", ReporterPhone: 2175550100,
		VendorName: "IN HOUSE", VendorVersion: "1.0",
	}
}

// TestWriterOffsets: each record begins where the writer said before, in a file
// as in a batch.
func TestWriterOffsets(t *testing.T) {
	for _, options := range []Options{{}, {LineEnd: NoLineEnd}, packedOptions} {
		var file bytes.Buffer
		w := NewWriter(&file, testHeader(), options)
		batch := w.NewBatch()
		var want []int64
		for _, change := range []func(*Record){asIs, joint} {
			rec := cleanRecord()
			change(rec)
			want = append(want, w.Offset())
			if err := w.Write(rec); err != nil {
				t.Fatal(err)
			}
			want = append(want, w.Offset()+int64(batch.Len()))
			if err := errors.Join(batch.Append(rec), w.WriteBatch(batch)); err != nil {
				t.Fatal(err)
			}
			if got := batch.Totals(); got.TotalBase != 1 {
				t.Errorf("batch of %d records, want 1", got.TotalBase)
			}
			batch.Reset()
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if w.Offset() != int64(file.Len()) {
			t.Errorf("%+v: offset %d at the end, %d bytes", options, w.Offset(), file.Len())
		}
		if got := w.Totals(); got.TotalBase != 4 || got.TotalJ1 != 2 || got.BlockCount != 0 {
			t.Errorf("%+v: totals %+v", options, got.Trailer)
		}
		compareOffsets(t, &file, want)
	}
}

func compareOffsets(t *testing.T, file io.Reader, want []int64) {
	t.Helper()
	r := NewReader(file)
	var got []int64
	for {
		item, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if item.Kind == KindData {
			offset := item.Offset
			if r.Form() == Packed {
				offset -= 4 // the block descriptor belongs to what was written
			}
			got = append(got, offset)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("records begin at %v, the writer said %v", got, want)
	}
}

func TestWriterSticksToItsFirstError(t *testing.T) {
	w := NewWriter(io.Discard, testHeader(), Options{})
	batch := w.NewBatch()
	rec := cleanRecord()
	rec.Base.City = strings.Repeat("X", 21)
	var field *FieldError
	if err := w.Write(rec); !errors.As(err, &field) || field.Field != "city" {
		t.Fatalf("error %v, want one about the city", err)
	}
	for name, err := range map[string]error{
		"write": w.Write(cleanRecord()), "batch": w.WriteBatch(batch), "close": w.Close(),
	} {
		if !errors.As(err, &field) {
			t.Errorf("%s: error %v, want the first one again", name, err)
		}
	}
}

func TestBatchStaysAsItWasAfterAnError(t *testing.T) {
	batch := NewWriter(io.Discard, testHeader(), packedOptions).NewBatch()
	bad := cleanRecord()
	bad.Base.AmountPastDue = -1
	if err := batch.Append(cleanRecord()); err != nil {
		t.Fatal(err)
	}
	length, totals := batch.Len(), batch.Totals()
	var field *FieldError
	if err := batch.Append(bad); !errors.As(err, &field) {
		t.Errorf("error %v, want one about a field", err)
	}
	if batch.Len() != length || batch.Totals() != totals {
		t.Errorf("%d bytes and totals %+v after an error", batch.Len(), batch.Totals().Trailer)
	}
}

// failing takes n bytes and then fails.
type failing struct{ n int }

var errDiskFull = errors.New("disk is full")

func (f *failing) Write(p []byte) (int, error) {
	if f.n -= len(p); f.n < 0 {
		return 0, errDiskFull
	}
	return len(p), nil
}

func TestWriterReturnsWriteErrors(t *testing.T) {
	for _, room := range []int{0, 1 << 16} {
		w := NewWriter(&failing{room}, testHeader(), Options{})
		var err error
		for range 1000 {
			if err = w.Write(cleanRecord()); err != nil {
				break
			}
		}
		if !errors.Is(err, errDiskFull) || !errors.Is(w.Close(), errDiskFull) {
			t.Errorf("room for %d bytes: error %v, want that of the disk", room, err)
		}
	}
	w := NewWriter(&failing{0}, testHeader(), Options{})
	if err := w.Close(); !errors.Is(err, errDiskFull) {
		t.Errorf("close: error %v, want that of the disk", err)
	}
}

func TestWriterRefuses(t *testing.T) {
	var field *FieldError
	if err := NewWriter(io.Discard, Header{ReporterName: "TEST\n"}, Options{}).Close(); !errors.As(err, &field) || field.Segment != "header" {
		t.Errorf("control character in the header: error %v", err)
	}
	if err := NewWriter(io.Discard, testHeader(), Options{LineEnd: "\r"}).Close(); err == nil {
		t.Error("a line end of CR alone is taken")
	}
	w := NewWriter(io.Discard, testHeader(), Options{})
	if err := w.WriteBatch(NewWriter(io.Discard, testHeader(), packedOptions).NewBatch()); err == nil {
		t.Error("a packed batch is taken into a character file")
	}
	w = NewWriter(io.Discard, testHeader(), Options{})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if w.Write(cleanRecord()) == nil || w.Close() == nil {
		t.Error("a closed file is written to")
	}
}

func TestValidateStopsAtAnErrorOfItsCaller(t *testing.T) {
	enough := errors.New("enough")
	file := cleanFile(t, Options{})
	file[428+4] = '2'
	for _, data := range [][]byte{file, nil} { // in the middle, and at the end
		if _, err := Validate(bytes.NewReader(data), func(Finding) error { return enough }); !errors.Is(err, enough) {
			t.Errorf("error %v, want the caller's", err)
		}
	}
}

func TestNames(t *testing.T) {
	var got []string
	for _, s := range []interface{ String() string }{
		Character, Packed, Error, Warning, Required, IfApplicable, Optional, KindUnknown, KindHeader, KindData, KindTrailer,
	} {
		got = append(got, s.String())
	}
	want := "character packed error warning required if applicable optional unknown header data trailer"
	if strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
