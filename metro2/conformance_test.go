package metro2

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fieldSpec is one row of fixtures/metro2/layouts.md, a transcription of the
// layouts that knows nothing of the tables in the code.
type fieldSpec struct {
	num, key, name   string
	start, len       int
	kind, need, note string
}

func readLayouts(t testing.TB) map[string][]fieldSpec {
	t.Helper()
	data, err := os.ReadFile("../fixtures/metro2/layouts.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]fieldSpec{}
	layout := ""
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "<!-- layout:"); ok {
			layout = strings.TrimSuffix(name, " -->")
			continue
		}
		cells := strings.Split(line, "|")
		if len(cells) < 11 {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		start, err := strconv.Atoi(cells[4])
		if err != nil {
			continue // the title rows
		}
		length, _ := strconv.Atoi(cells[5])
		end, _ := strconv.Atoi(cells[6])
		if start+length-1 != end {
			t.Fatalf("layout %s, field %s: start, len and end contradict each other", layout, cells[2])
		}
		out[layout] = append(out[layout], fieldSpec{
			cells[1], cells[2], cells[3], start, length, cells[7], cells[8], strings.Join(cells[9:], "|"),
		})
	}
	return out
}

func TestLayoutsAgreeWithTranscription(t *testing.T) {
	specs := readLayouts(t)
	if len(specs) != 14 {
		t.Fatalf("transcription holds %d layouts, want 14", len(specs))
	}
	kinds := map[string]string{
		"length": "W", "constant": "K", "reserved": "R", "text": "A",
		"date": "D", "time stamp": "T", "amount": "M", "number": "N",
	}
	needs := map[Need]string{Required: "Y", IfApplicable: "A", Optional: "O"}
	for _, l := range Layouts() {
		var got, gotPacked []fieldSpec
		for _, f := range l.Fields {
			spec := fieldSpec{num: f.Num, key: f.Key, name: f.Name, start: f.Start, len: f.Width, kind: kinds[f.Type], need: needs[f.Need]}
			got = append(got, spec)
			if f.PackedWidth != f.Width || f.Type == "length" {
				spec.kind = strings.Replace("P"+spec.kind, "PR", "R", 1)
			}
			spec.start, spec.len = f.PackedStart, f.PackedWidth
			gotPacked = append(gotPacked, spec)
		}
		compareSpecs(t, l.Name, got, specs[l.Name])
		if packed := specs[l.Name+"_packed"]; packed != nil {
			compareSpecs(t, l.Name+"_packed", gotPacked, packed)
		}
	}
}

func compareSpecs(t *testing.T, name string, got, want []fieldSpec) {
	t.Helper()
	for i := range want {
		want[i].note = ""
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(fieldSpec{})); diff != "" {
		t.Errorf("layout %s (-transcription +table):\n%s", name, diff)
	}
}

// decodeBySpec reads a segment with the transcription alone, as the dump shows it.
func decodeBySpec(t testing.TB, specs []fieldSpec, segment []byte) map[string]any {
	t.Helper()
	out := map[string]any{}
	for _, f := range specs {
		raw := segment[f.start-1 : f.start-1+f.len]
		text := strings.TrimSpace(string(raw))
		digits := text
		if strings.HasPrefix(f.kind, "P") && f.kind != "PW" {
			digits = strings.TrimRight(hex.EncodeToString(raw), "cfae")
			digits = digits[len(digits)-characterWidth(f):]
		}
		number, _ := strconv.ParseFloat(digits, 64)
		switch f.kind {
		case "R":
		case "W":
			out[f.key] = number
		case "PW":
			out[f.key] = float64(int(raw[0])<<8 | int(raw[1]))
		case "K", "A":
			out[f.key] = text
		case "M", "PM":
			out[f.key] = number
		case "D", "T", "PD", "PT":
			out[f.key] = unlessZero(digits)
		case "N", "PN":
			switch f.key {
			case "ssn", "phone", "reporter_phone":
				out[f.key] = unlessZero(digits)
			case "creditor_class", "agency_id", "payment_ind", "indicator", "change_ind":
				out[f.key] = digits
			default:
				out[f.key] = number
			}
		default:
			t.Fatalf("field %s: unknown type %q", f.key, f.kind)
		}
	}
	return out
}

func characterWidth(f fieldSpec) int {
	switch f.kind {
	case "PD":
		return 8
	case "PT":
		return 14
	}
	return 2*f.len - 1 - (f.len+1)%2 // 9 digits in 5 bytes, 10 in 6
}

func unlessZero(digits string) string {
	if strings.Trim(digits, "0") == "" {
		return ""
	}
	return digits
}

// decodeRecordBySpec reads a whole record with the transcription alone.
func decodeRecordBySpec(t testing.TB, specs map[string][]fieldSpec, kind string, record []byte) map[string]any {
	t.Helper()
	out := decodeBySpec(t, specs[kind], record)
	last := specs[kind][len(specs[kind])-1]
	rest := record[last.start-1+last.len:]
	for len(rest) > 0 {
		name := strings.ToLower(string(rest[:2]))
		last := specs[name][len(specs[name])-1]
		size := last.start - 1 + last.len
		if strings.TrimSpace(string(rest[2:size])) != "" {
			segment := decodeBySpec(t, specs[name], rest[:size])
			if name == "j1" || name == "j2" {
				list, _ := out[name].([]any)
				out[name] = append(list, segment)
			} else {
				out[name] = segment
			}
		}
		rest = rest[size:]
	}
	return out
}

// readOne reads the only record of a file.
func readOne(t testing.TB, file []byte) *Item {
	t.Helper()
	item, err := NewReader(bytes.NewReader(file)).Next()
	if err != nil {
		t.Fatal(err)
	}
	return item
}

func dump(t testing.TB, item *Item) map[string]any {
	t.Helper()
	text := AppendJSON(nil, item)
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("dump is not JSON: %v\n%s", err, text)
	}
	return out
}

func TestExamplesDecodeAsTranscribed(t *testing.T) {
	specs := readLayouts(t)
	for _, e := range readExamples(t) {
		t.Run(e.name(), func(t *testing.T) {
			record, kind := []byte(e.Line), "base"
			switch e.Kind {
			case "header", "trailer":
				kind = e.Kind
			case "packed":
				record, _ = hex.DecodeString(e.Hex)
				kind = "base_packed"
			}
			got := dump(t, readOne(t, record))
			if diff := cmp.Diff(decodeRecordBySpec(t, specs, kind, record), got); diff != "" {
				t.Errorf("(-transcription +decoder):\n%s", diff)
			}
			for key, want := range e.Fields {
				if fmt.Sprint(got[key]) != fmt.Sprint(want) {
					t.Errorf("field %s: got %v, the example says %v", key, got[key], want)
				}
			}
		})
	}
}

// TestExamplesEncodeToTheirBytes holds for every example without problems,
// header and trailer included.
func TestExamplesEncodeToTheirBytes(t *testing.T) {
	same := 0
	for _, e := range readExamples(t) {
		record, form := []byte(e.Line), Character
		if e.Kind == "packed" {
			record, _ = hex.DecodeString(e.Hex)
			form = Packed
		}
		item := readOne(t, record)
		if len(item.Problems) > 0 {
			continue
		}
		same++
		if got := encodeItem(t, item, form); !bytes.Equal(got, record) {
			t.Errorf("%s: encoding again gives other bytes\ngot  %q\nwant %q", e.name(), got, record)
		}
	}
	if same != 36 { // all but the unused segment
		t.Errorf("%d examples are without problems, want 36", same)
	}
}

func encodeItem(t testing.TB, item *Item, form Form) []byte {
	t.Helper()
	var out []byte
	var err error
	switch item.Kind {
	case KindHeader:
		out, err = AppendHeader(nil, item.Header, form)
	case KindTrailer:
		out, err = AppendTrailer(nil, item.Trailer, form)
	case KindData:
		out, err = AppendRecord(nil, item.Record, form)
	}
	if err != nil {
		t.Fatalf("record %d has no problems but does not encode: %v", item.RecordNo, err)
	}
	return out
}

// TestPackedCheckValues are the values that the format description gives.
func TestPackedCheckValues(t *testing.T) {
	for _, c := range []struct {
		value uint64
		width int
		want  string
	}{
		{Date(20260331).digits(), 5, "003312026c"},
		{12345, 5, "000012345c"},
		{Timestamp(20260331235959).digits(), 8, "003312026235959c"},
		{900123456, 5, "900123456c"},
		{5555550100, 6, "05555550100c"},
		{0, 5, "000000000c"},
	} {
		got := make([]byte, c.width)
		putPacked(got, c.value)
		if hex.EncodeToString(got) != c.want {
			t.Errorf("%d: got %x, want %s", c.value, got, c.want)
		}
		if v, ok, usual := parsePacked(got); v != c.value || !ok || !usual {
			t.Errorf("%x: read back as %d, %v, %v", got, v, ok, usual)
		}
	}
}
