package metro2

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func (o Options) conversion() ConvertOptions {
	to := ToCharacter
	if o.Form == Packed {
		to = ToPacked
	}
	return ConvertOptions{To: to, LineEnd: o.LineEnd, Blocks: o.Blocks, Fixed: o.Fixed, Room: o.Room}
}

// TestConvertIntoEveryForm: what the writer makes in one form is what convert
// makes of any other, by way of JSON lines, too; from fixed length into variable
// length only when asked, since the unused segments are lost.
func TestConvertIntoEveryForm(t *testing.T) {
	records := []*Record{cleanRecord(), recordOfAll(), cleanRecord()}
	var forms []Options
	for _, o := range everyOptions() {
		if o.LineEnd == "\n" || o.LineEnd == NoLineEnd {
			forms = append(forms, o)
		}
	}
	for _, from := range forms {
		file := formFile(t, from, records)
		for _, to := range forms {
			want := formFile(t, to, records)
			way := to.conversion()
			got, err := tryConvert(file, way)
			switch {
			case from.Fixed && !to.Fixed && from.Form == to.Form:
				if err != nil {
					t.Fatalf("%+v to %+v: %v", from, to, err)
				}
				if bytes.Equal(got, want) {
					t.Errorf("%+v to %+v: room was lost without being asked", from, to)
				}
			case from.Fixed && from.Form != to.Form:
				var refused *ConvertError
				if !errors.As(err, &refused) || !ofFixedLength[refused.Reason] {
					t.Errorf("%+v to %+v: error %v", from, to, err)
				}
			default:
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("%+v to %+v: another file, error %v", from, to, err)
				}
				if got := converted(t, converted(t, file, ConvertOptions{To: ToJSON}), way); !bytes.Equal(got, want) {
					t.Errorf("%+v to %+v: another file by JSON", from, to)
				}
			}
			way.Normalize = true
			if got := converted(t, file, way); !bytes.Equal(got, want) {
				t.Errorf("%+v to %+v, normalized: another file", from, to)
			}
		}
	}
}

// TestConvertHasNoRoom names the record and its segment.
func TestConvertHasNoRoom(t *testing.T) {
	file := cleanFile(t, Options{})
	_, err := tryConvert(file, ConvertOptions{Fixed: true, Room: Room{K1: 1}})
	if err == nil || err.Error() != "metro2: record 4: j1[1]: "+reasonNoRoom {
		t.Errorf("error %v", err)
	}
	if _, err := tryConvert(file, ConvertOptions{Room: Room{K1: 1}}); !errors.Is(err, errNotFixed) {
		t.Errorf("error %v", err)
	}
	headless := []byte(strings.Join(textLines(file)[1:], ""))
	if _, err := tryConvert(headless, ConvertOptions{Blocks: RecordBlocks}); err == nil || !strings.Contains(err.Error(), reasonNoHeader) {
		t.Errorf("error %v", err)
	}
}

// TestConvertFixedKeepsFaults: a record with problems stays in fixed length only
// as the bytes that it was.
func TestConvertFixedKeepsFaults(t *testing.T) {
	options := Options{Fixed: true, Room: Room{J1: 1}, LineEnd: "\n"}
	file := formFile(t, options, []*Record{cleanRecord()})
	if got := converted(t, file, options.conversion()); !bytes.Equal(got, file) {
		t.Error("another file")
	}
	copy(file[527+526-98:], strings.Repeat("9", 98)) // an unused segment filled in another way
	_, err := tryConvert(file, options.conversion())
	if err == nil || !strings.Contains(err.Error(), "record 2: record: "+saysPlaceholder) {
		t.Errorf("error %v", err)
	}
	way := options.conversion()
	way.Normalize = true
	if got, want := converted(t, file, way), formFile(t, options, []*Record{cleanRecord()}); !bytes.Equal(got, want) {
		t.Error("another file, normalized")
	}
}

// TestConvertFormsThereAndBack: random records, from any form into any other and
// back.
func TestConvertFormsThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.SampledFrom(everyOptions()).Draw(t, "from")
		back := from.conversion()
		back.Normalize = true
		file, err := tryConvert(drawFile(t, from), back) // fills the blocks that batches have ended
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 3).Draw(t, "ways") {
			way := rapid.SampledFrom(everyOptions()).Draw(t, "way").conversion()
			way.Normalize = true
			next, err := tryConvert(file, way)
			if err != nil {
				t.Fatal(err)
			}
			got, err := tryConvert(next, back)
			if err != nil || !bytes.Equal(got, file) {
				t.Fatalf("%+v to %+v and back: error %v, the same: %v", from, way, err, bytes.Equal(got, file))
			}
		}
	})
}
