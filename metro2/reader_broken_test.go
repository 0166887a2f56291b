package metro2

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// shape is a way to write a file of header, three accounts and trailer, with the
// place where the record of the first account begins.
type shape struct {
	name    string
	options Options
	ebcdic  bool
	second  int // offset of the second record, behind its block descriptor
}

var shapes = []shape{
	{"lines", Options{LineEnd: "\n"}, false, 426 + 1},
	{"no lines", Options{LineEnd: NoLineEnd}, false, 426},
	{"blocks", Options{Blocks: FullBlocks}, false, 4 + 426},
	{"block each", Options{Blocks: RecordBlocks}, false, 4 + 426 + 4},
	{"EBCDIC", Options{LineEnd: NoLineEnd}, true, 426},
	{"EBCDIC blocks", Options{Blocks: RecordBlocks}, true, 4 + 426 + 4},
	{"packed", Options{Form: Packed}, false, 4 + 366 + 4},
	{"packed, full blocks", Options{Form: Packed, Blocks: FullBlocks}, false, 4 + 366},
	{"packed, no blocks", Options{Form: Packed, Blocks: NoBlocks}, false, 366},
}

func (s shape) file(t *testing.T) []byte {
	t.Helper()
	var records []*Record
	for i, rec := range []*Record{cleanRecord(), recordOfAll(), cleanRecord()} {
		rec.Base.AccountNumber = fmt.Sprintf("ACCT%d", i+1)
		records = append(records, rec)
	}
	file := formFile(t, s.options, records)
	if s.ebcdic {
		return toEBCDIC(file)
	}
	return file
}

// putRDW writes a descriptor word into the second record.
func (s shape) putRDW(file []byte, length int) []byte {
	word := file[s.second : s.second+4]
	if s.options.Form == Packed {
		binary.BigEndian.PutUint16(word, uint16(length))
		return file
	}
	putDigits(word, uint64(length))
	if s.ebcdic {
		copy(word, toEBCDIC(word))
	}
	return file
}

// into puts bytes in front of the second record, or of its block descriptor.
func (s shape) into(file []byte, stray []byte) []byte {
	at := s.second
	if s.options.Blocks == RecordBlocks || s.options.Form == Packed && s.options.Blocks == UsualBlocks {
		at -= 4
	}
	return append(append(bytes.Clone(file[:at]), stray...), file[at:]...)
}

var garbage = bytes.Repeat([]byte("\xde\xad\xbe\x07?"), 30)

// damages are what happens to files on their way, and what is left: the kinds of
// the records (h, d, t, or - for one of unknown kind) and what is said about
// which record, if that is the same for all shapes. In a file of lines it may be
// something else.
var damages = []struct {
	name        string
	do          func(s shape, file []byte) []byte
	kinds       string
	record      int
	says        string
	inLines     string
	saysOfLines string
}{
	{"nothing", func(_ shape, f []byte) []byte { return f }, "hdddt", 0, "", "", ""},
	{"cut in a record", func(s shape, f []byte) []byte { return f[:s.second+200] }, "hd", 2, saysRecordCut, "", saysStripped},
	{"cut in a segment", func(s shape, f []byte) []byte { return f[:s.second+900] }, "hdd", 3, saysSegmentCut, "", ""},
	{"cut in an identifier", func(s shape, f []byte) []byte { return f[:s.second+6] }, "h-", 2, saysNoRecord, "", ""},
	{"cut in a descriptor word", func(s shape, f []byte) []byte { return f[:s.second+2] }, "h-", 2, "", "", ""},
	{"RDW 0", func(s shape, f []byte) []byte { return s.putRDW(f, 0) }, "hdddt", 2, saysWrongRDW, "", ""},
	{"RDW 4", func(s shape, f []byte) []byte { return s.putRDW(f, 4) }, "hdddt", 2, saysWrongRDW, "", ""},
	{"RDW small", func(s shape, f []byte) []byte { return s.putRDW(f, 300) }, "hdddt", 2, saysWrongRDW, "", ""},
	{"RDW a little large", func(s shape, f []byte) []byte { return s.putRDW(f, 430) }, "hdddt", 2, saysWrongRDW, "", ""},
	{"RDW huge", func(s shape, f []byte) []byte { return s.putRDW(f, 9999) }, "hdddt", 2, saysWrongRDW, "", ""},
	{"RDW beyond the file", func(s shape, f []byte) []byte { return s.putRDW(f[:s.second+baseLayout.Size(s.options.Form)], 9999) }, "hd", 2, saysWrongRDW, "", ""},
	{"garbage between", func(s shape, f []byte) []byte { return s.into(f, garbage) }, "h-dddt", 2, saysLost, "h-ddt", saysNoRecord},
	{"much garbage between", func(s shape, f []byte) []byte { return s.into(f, bytes.Repeat(garbage, 10)) }, "h-dddt", 2, saysLost, "h-ddt", saysNoRecord},
	{"NUL between", func(s shape, f []byte) []byte { return s.into(f, make([]byte, 100)) }, "h-dddt", 2, saysFilling, "h-ddt", saysNoRecord},
	{"garbage in front", func(_ shape, f []byte) []byte { return append(bytes.Clone(garbage), f...) }, "-hdddt", 1, saysLost, "", ""},
	{"NUL in front", func(_ shape, f []byte) []byte { return append(make([]byte, 512), f...) }, "-hdddt", 1, saysFilling, "", ""},
	{"byte order mark", func(_ shape, f []byte) []byte { return append([]byte(byteOrderMark), f...) }, "hdddt", 1, saysMark, "", ""},
	{"NUL behind", func(_ shape, f []byte) []byte { return append(f, make([]byte, 5000)...) }, "hdddt", 5, saysFilling, "", ""},
	{"one NUL behind", func(_ shape, f []byte) []byte { return append(f, 0) }, "hdddt", 5, saysFilling, "", ""},
	{"end-of-file mark behind", func(_ shape, f []byte) []byte { return append(f, 0x1a) }, "hdddt", 5, saysFilling, "", ""},
	{"garbage behind", func(_ shape, f []byte) []byte { return append(f, garbage...) }, "hdddt-", 6, saysLost, "", saysNoRecord},
	{"two bytes behind", func(_ shape, f []byte) []byte { return append(f, "??"...) }, "hdddt-", 6, saysLost, "", saysNoRecord},
	{"stacked", func(s shape, f []byte) []byte { return append(bytes.Clone(f), f...) }, "hdddthdddt", 0, "", "", ""},
}

// TestReaderSurvives: of a damaged file everything else is read, each damage is
// told with the record where it stands, and no byte is passed over.
func TestReaderSurvives(t *testing.T) {
	for _, s := range shapes {
		for _, c := range damages {
			t.Run(s.name+"/"+c.name, func(t *testing.T) {
				if s.options.LineEnd == "\n" {
					c.kinds, c.says = orElse(c.inLines, c.kinds), orElse(c.saysOfLines, c.says)
				}
				file := c.do(s, s.file(t))
				kinds, said := survey(t, file)
				if kinds != c.kinds {
					t.Errorf("records %s, want %s; problems %v", kinds, c.kinds, said)
				}
				found := c.record == 0
				for _, p := range said {
					found = found || p.Record == c.record && (c.says == "" || p.Message == c.says) && p.Rule != "" && p.Position > 0
				}
				if !found || c.record == 0 && len(said) > 0 {
					t.Errorf("problems %v, want %q of record %d", said, c.says, c.record)
				}
			})
		}
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// survey reads a file and holds that what stands between the records is nothing
// but block descriptors, line ends, filling and the byte order mark.
func survey(t *testing.T, file []byte) (kinds string, problems []Problem) {
	t.Helper()
	r := NewReader(bytes.NewReader(file))
	at := int64(0)
	for {
		item, err := r.Next()
		if errors.Is(err, io.EOF) {
			checkBetween(t, r, file[at:])
			return kinds, problems
		}
		if err != nil {
			t.Fatal(err)
		}
		if item.Offset < at || !bytes.HasPrefix(file[item.Offset:], item.Raw) || len(item.Raw) == 0 {
			t.Fatalf("record %d at %d, the one before ends at %d", item.RecordNo, item.Offset, at)
		}
		checkBetween(t, r, file[at:item.Offset])
		at = item.Offset + int64(len(item.Raw))
		kinds += map[Kind]string{KindHeader: "h", KindData: "d", KindTrailer: "t", KindUnknown: "-"}[item.Kind]
		problems = append(problems, item.Problems...)
	}
}

// checkBetween holds that there is nothing but line ends and filling, and a block
// descriptor where the form has one.
func checkBetween(t *testing.T, r *Reader, between []byte) {
	t.Helper()
	others := 0
	for _, c := range bytes.TrimPrefix(between, []byte(byteOrderMark)) {
		if a := r.ascii(c); a != '\r' && a != '\n' && a != ' ' && !isFilling(c) {
			others++
		}
	}
	if others > 4 || others > 0 && r.framing != byBlock {
		t.Fatalf("passed over: %q", between)
	}
}

// TestReaderBlocksThatLie: every record is read whatever a block descriptor
// says, and the lie is told.
func TestReaderBlocksThatLie(t *testing.T) {
	for _, s := range shapes {
		if s.options.Blocks != RecordBlocks && s.options.Blocks != FullBlocks {
			continue
		}
		for _, size := range []int{0, 5, 300, 2000, 9000} {
			file := s.file(t)
			word := bytes.Clone(digitsDescriptor(size))
			if s.options.Form == Packed {
				word = binaryDescriptor(size)
			}
			if s.ebcdic {
				word = toEBCDIC(word)
			}
			at := 0 // of the header
			if s.options.Blocks == RecordBlocks {
				at = s.second - 4
			}
			copy(file[at:], word)
			kinds, said := survey(t, file)
			if kinds != "hdddt" {
				t.Errorf("%s, %d: records %s; problems %v", s.name, size, kinds, said)
			}
			if len(said) == 0 && !(s.options.Blocks == FullBlocks && size > 2500) { // the last block may be longer than the file
				t.Errorf("%s, %d: nothing is said", s.name, size)
			}
			for _, p := range said {
				if p.Message != saysBlock {
					t.Errorf("%s, %d: %v", s.name, size, p)
				}
			}
		}
	}
}

// TestReaderOfNoFile: whatever is no file is told to be none, each in few records.
func TestReaderOfNoFile(t *testing.T) {
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"empty":             {nil, ""},
		"line ends":         {[]byte("\r\n\n\n"), ""},
		"one byte":          {[]byte("X"), "-"},
		"one NUL":           {[]byte{0}, "-"},
		"NUL":               {make([]byte, 3000), "-"},
		"byte order mark":   {[]byte(byteOrderMark), ""},
		"text":              {[]byte("hello\nworld\n"), "--"},
		"the word HEADER":   {[]byte("HEADER"), "-"},
		"header cut":        {[]byte("0426HEADER"), "-"},
		"header of nothing": {[]byte("0426HEADER  "), "h"},
		"binary":            {garbage, "-"},
		"JSON":              {[]byte(`{"record_id":"HEADER"}`), "--"},
		"gzip":              {[]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"), "-"},
	} {
		kinds, said := survey(t, c.file)
		if kinds != c.want || len(said) < len(c.want) {
			t.Errorf("%s: records %q, want %q; problems %v", name, kinds, c.want, said)
		}
	}
}

// TestReaderOfOneEndlessLine: 100 MB without a line end, in a file of lines, come
// in pieces, and the record behind them is read.
func TestReaderOfOneEndlessLine(t *testing.T) {
	file := cleanFile(t, Options{LineEnd: "\n"})
	trailer := file[len(file)-427:]
	const size = 100 << 20
	in := io.MultiReader(
		bytes.NewReader(file[:len(file)-427]),
		io.LimitReader(&endless{bytes.Repeat([]byte("X"), 1000), 2 * size}, size),
		strings.NewReader("\n"), bytes.NewReader(trailer),
	)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r := NewReader(in)
	bytesOfLine, last := 0, KindUnknown
	for {
		item, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if last = item.Kind; last == KindUnknown {
			bytesOfLine += len(item.Raw)
			if len(item.Problems) == 0 || len(item.Raw) > bufferSize {
				t.Fatalf("piece of %d bytes, problems %v", len(item.Raw), item.Problems)
			}
		}
	}
	runtime.ReadMemStats(&after)
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 4<<20 {
		t.Errorf("%d bytes were allocated", allocated)
	}
	if bytesOfLine != size || last != KindTrailer {
		t.Errorf("%d bytes of the line, and a %s at the end", bytesOfLine, last)
	}
}
