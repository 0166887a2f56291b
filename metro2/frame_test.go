package metro2

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// testRoom has a place for each segment that the tests put into a record.
var testRoom = Room{J1: 3, J2: 3, K1: 1, K2: 1, K3: 1, K4: 1, L1: 1, N1: 1}

// everyOptions are all ways in which a file can be written.
func everyOptions() (out []Options) {
	for _, form := range []Form{Character, Packed} {
		for _, lineEnd := range []string{"", "\r\n", "\n", NoLineEnd} {
			for _, blocks := range []Blocks{UsualBlocks, NoBlocks, RecordBlocks, FullBlocks} {
				for _, fixed := range []bool{false, true} {
					o := Options{Form: form, LineEnd: lineEnd, Blocks: blocks, Fixed: fixed}
					if fixed {
						o.Room = testRoom
					}
					out = append(out, o)
				}
			}
		}
	}
	return out
}

// recordOfAll has each segment that there is.
func recordOfAll() *Record {
	rec := cleanRecord()
	joint(rec)
	jointElsewhere(rec)
	rec.K1 = &K1{CreditorName: "SAMPLE CLINIC", CreditorClass: 2}
	rec.K2 = &K2{Indicator: 2, Name: "EXAMPLE DEBT BUYER LLC"}
	rec.K3 = &K3{AgencyID: 2, AgencyAccount: "100012345678901234"}
	rec.K4 = &K4{PaymentInd: 1, BalloonDate: 20270601, BalloonAmount: 4000}
	rec.L1 = &L1{ChangeInd: 1, NewAccountNumber: "ACCT9000000001"}
	rec.N1 = &N1{EmployerName: "SAMPLE MILLS"}
	return rec
}

func formFile(t testing.TB, options Options, records []*Record) []byte {
	t.Helper()
	var file bytes.Buffer
	w := NewWriter(&file, testHeader(), options)
	for _, rec := range records {
		if err := w.Write(rec); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if w.Offset() != int64(file.Len()) {
		t.Errorf("offset %d at the end of %d bytes", w.Offset(), file.Len())
	}
	return file.Bytes()
}

// ofFixedLength are the problems of a file whose records have room for segments
// that they do not need.
var ofFixedLength = map[string]bool{saysPlaceholder: true, saysPadding: true}

// TestEveryFormIsReadBack: the reader gives back the same records from each of
// the forms that the writer knows, and has nothing to say but that there is room
// in records of fixed length.
func TestEveryFormIsReadBack(t *testing.T) {
	records := []*Record{cleanRecord(), recordOfAll()}
	for range 120 { // more than a block of either form holds
		records = append(records, cleanRecord())
	}
	for _, o := range everyOptions() {
		t.Run(fmt.Sprintf("%+v", o), func(t *testing.T) {
			file := formFile(t, o, records)
			r := NewReader(bytes.NewReader(file))
			for i := 0; ; i++ {
				item, err := r.Next()
				if errors.Is(err, io.EOF) {
					if i != len(records)+2 {
						t.Errorf("%d records, want %d", i, len(records)+2)
					}
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range item.Problems {
					if !o.Fixed || !ofFixedLength[p.Message] {
						t.Errorf("record %d: %v", i+1, p)
					}
				}
				if o.Fixed && item.RDW != baseLayout.Size(o.Form)+3*100+3*200+34+34+40+30+54+146 {
					t.Errorf("record %d: RDW %d", i+1, item.RDW)
				}
				checkPlace(t, i, len(records), item, records)
			}
			if r.Form() != o.Form {
				t.Errorf("taken for %s form", r.Form())
			}
		})
	}
}

func checkPlace(t *testing.T, i, n int, item *Item, records []*Record) {
	t.Helper()
	switch {
	case i == 0 && item.Kind == KindHeader:
		if diff := cmp.Diff(testHeader(), *item.Header); diff != "" {
			t.Errorf("header (-written +read):\n%s", diff)
		}
	case i == n+1 && item.Kind == KindTrailer:
		if item.Trailer.TotalBase != Number(n) || item.Trailer.TotalJ1 != 1 {
			t.Errorf("trailer %+v", item.Trailer)
		}
	case i > 0 && i <= n && item.Kind == KindData:
		if diff := sameRecord(records[i-1], item.Record); diff != "" {
			t.Errorf("record %d (-written +read):\n%s", i+1, diff)
		}
	default:
		t.Errorf("record %d is of kind %s", i+1, item.Kind)
	}
}

// blocksOf cuts a file of blocks without line ends by the descriptors.
func blocksOf(t *testing.T, form Form, file []byte) (sizes []int) {
	t.Helper()
	for len(file) > 0 {
		size := int(binary.BigEndian.Uint16(file))
		if form == Character {
			size, _ = strconv.Atoi(string(file[:4]))
		}
		if size < 4 || size > len(file) {
			t.Fatalf("block of %d bytes, %d are left", size, len(file))
		}
		sizes, file = append(sizes, size), file[size:]
	}
	return sizes
}

// TestBlocks: a block descriptor counts the records of its block and itself, and
// a full block is as long as may be.
func TestBlocks(t *testing.T) {
	records := make([]*Record, 50)
	for i := range records {
		records[i] = cleanRecord()
	}
	repeat := func(size, n int) (out []int) {
		for range n {
			out = append(out, size)
		}
		return out
	}
	for _, c := range []struct {
		options Options
		want    []int
	}{
		{Options{Form: Packed}, repeat(370, 52)},
		{Options{Form: Packed, Blocks: FullBlocks}, []int{4 + 52*366}},
		{Options{Blocks: RecordBlocks}, repeat(430, 52)},
		{Options{Blocks: FullBlocks}, []int{4 + 23*426, 4 + 23*426, 4 + 6*426}},
		{Options{Blocks: FullBlocks, Fixed: true, Room: Room{N1: 1}}, []int{4 + 17*572, 4 + 17*572, 4 + 17*572, 4 + 572}},
	} {
		file := formFile(t, c.options, records)
		if diff := cmp.Diff(c.want, blocksOf(t, c.options.Form, file)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.options, diff)
		}
	}
}

// TestBatchesOfBlocks: a batch ends a block, and the blocks of all are whole.
func TestBatchesOfBlocks(t *testing.T) {
	var file bytes.Buffer
	w := NewWriter(&file, testHeader(), Options{Blocks: FullBlocks})
	batch := w.NewBatch()
	for range 30 {
		if err := batch.Append(cleanRecord()); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Write(cleanRecord()), w.WriteBatch(batch), w.Write(cleanRecord()), w.WriteBatch(batch), w.Close()); err != nil {
		t.Fatal(err)
	}
	full, rest := 4+23*426, 4+7*426
	if diff := cmp.Diff([]int{4 + 2*426, full, rest, 4 + 426, full, rest, 4 + 426}, blocksOf(t, Character, file.Bytes())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if batch.Reset(); batch.Len() != 0 || w.WriteBatch(batch) == nil {
		t.Error("a closed file takes a batch, or an empty batch has bytes")
	}
}

// TestFixedLength is the format description word for word: the same length for
// header, data record and trailer, segments that are not needed as identifier
// and blanks.
func TestFixedLength(t *testing.T) {
	rec := cleanRecord()
	joint(rec)
	file := formFile(t, Options{Fixed: true, Room: Room{J1: 2, K2: 1}, LineEnd: "\n"}, []*Record{rec, cleanRecord()})
	for line := range strings.Lines(string(file)) {
		if len(line) != 426+200+34+1 || line[:4] != "0660" {
			t.Errorf("line of %d bytes, RDW %s", len(line), line[:4])
		}
	}
	all := strings.Split(string(file), "\n")
	for i, want := range map[int]string{
		0: strings.Repeat(" ", 234),
		2: blankJ1 + blankJ1 + "K2" + strings.Repeat(" ", 32),
		3: strings.Repeat(" ", 234),
	} {
		if got := all[i][426:]; got != want {
			t.Errorf("record %d ends in %q", i+1, got)
		}
	}
	if got := all[1][426:]; !strings.HasPrefix(got, "J1 SAMPLEJOINT") || got[100:] != blankJ1+"K2"+strings.Repeat(" ", 32) {
		t.Errorf("joint record ends in %q", got)
	}
}

// TestWriterHasNoRoom: what a record of fixed length has no place for is refused
// by segment and number, and what cannot be at all before anything is written.
func TestWriterHasNoRoom(t *testing.T) {
	two := cleanRecord()
	joint(two)
	two.J1 = append(two.J1, two.J1[0])
	sold := cleanRecord()
	sold.K2 = &K2{Indicator: 2, Name: "EXAMPLE DEBT BUYER LLC"}
	long := cleanRecord()
	for range 48 { // one more than four digits count
		long.J2 = append(long.J2, J2{Surname: "SAMPLE"})
	}
	longest := *long
	longest.J2 = long.J2[:47]
	for name, c := range map[string]struct {
		options Options
		rec     *Record
		want    string
	}{
		"second J1":       {Options{Fixed: true, Room: Room{J1: 1}}, two, "metro2: j1[2]: " + reasonNoRoom},
		"K2":              {Options{Form: Packed, Fixed: true}, sold, "metro2: k2: " + reasonNoRoom},
		"48 J2":           {Options{}, long, "metro2: base: " + reasonTooMany},
		"47 J2":           {Options{}, &longest, ""},
		"47 J2 in blocks": {Options{Blocks: RecordBlocks}, &longest, ""},
		"two K1":          {Options{Fixed: true, Room: Room{K1: 2}}, sold, errRoom.Error()},
		"negative":        {Options{Fixed: true, Room: Room{J1: -1}}, sold, errRoom.Error()},
		"large":           {Options{Fixed: true, Room: Room{J2: 48}}, sold, errRoomLarge.Error()},
		"huge":            {Options{Fixed: true, Room: Room{J2: 1 << 62}}, sold, errRoomLarge.Error()},
		"not fixed":       {Options{Room: Room{J1: 1}}, two, errNotFixed.Error()},
	} {
		w := NewWriter(io.Discard, testHeader(), c.options)
		if err := w.Write(c.rec); (err == nil) != (c.want == "") || err != nil && err.Error() != c.want {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
	full := *long
	full.J2 = long.J2[:47]
	full.K4 = &K4{PaymentInd: 1, BalloonDate: 20270601, BalloonAmount: 4000}
	full.J1 = []J1{{Surname: "SAMPLE"}}
	full.K3 = &K3{AgencyID: 1} // 9,996 bytes: four digits, but not with a block descriptor
	w := NewWriter(io.Discard, testHeader(), Options{Blocks: FullBlocks})
	var field *FieldError
	if err := w.Write(&full); !errors.As(err, &field) || field.Reason != reasonTooMany {
		t.Errorf("a record that no block holds: error %v", err)
	}
}

// TestEveryFormRoundTrips: random records in a random form.
func TestEveryFormRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		options := rapid.SampledFrom(everyOptions()).Draw(t, "options")
		header := drawSegment(t, headerLayout)
		var records []*Record
		var file bytes.Buffer
		w := NewWriter(&file, header, options)
		batch := w.NewBatch()
		for range rapid.IntRange(0, 4).Draw(t, "records") {
			rec := drawRecord(t)
			if batch.Append(rec) == nil {
				records = append(records, rec)
			}
			if rapid.Bool().Draw(t, "batch ends") {
				if err := w.WriteBatch(batch); err != nil {
					t.Fatal(err)
				}
				batch.Reset()
			}
		}
		if err := errors.Join(w.WriteBatch(batch), w.Close()); err != nil {
			t.Fatal(err)
		}
		compareFile(t, &file, options, header, records)
	})
}
