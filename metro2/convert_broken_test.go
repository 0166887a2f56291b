package metro2

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"pgregory.net/rapid"
)

// TestConvertEBCDIC: the characters change, the records do not.
func TestConvertEBCDIC(t *testing.T) {
	for _, options := range []Options{{LineEnd: "\n"}, {LineEnd: NoLineEnd}} {
		plain := cleanFile(t, options)
		way := ConvertOptions{LineEnd: options.LineEnd}
		if got := converted(t, toEBCDIC(plain), way); !bytes.Equal(got, plain) {
			t.Errorf("%+v: another file", options)
		}
		line := converted(t, toEBCDIC(plain), ConvertOptions{To: ToJSON})
		if got := converted(t, line, way); !bytes.Equal(got, plain) {
			t.Errorf("%+v: another file by JSON", options)
		}
	}
	packed := cleanFile(t, packedOptions)
	if got := converted(t, packedToEBCDIC(t, packed), ConvertOptions{To: ToPacked}); !bytes.Equal(got, packed) {
		t.Error("another packed file")
	}
	foreign := toEBCDIC(cleanFile(t, Options{LineEnd: "\n"}))
	foreign[600] = 0xff
	var refused *ConvertError
	if _, err := tryConvert(foreign, ConvertOptions{To: ToJSON}); !errors.As(err, &refused) || refused.Reason != reasonCharset {
		t.Errorf("error %v", err)
	}
}

// TestConvertRandomlyBroken: whatever happened to a file, its way through JSON
// ends where the straight way does; explaining it covers each record, and it
// does not differ from itself.
func TestConvertRandomlyBroken(t *testing.T) {
	clean := map[string][]byte{}
	for _, lineEnd := range []string{"\r\n", "\n", NoLineEnd} {
		clean[lineEnd] = cleanFile(t, Options{LineEnd: lineEnd})
	}
	packed := cleanFile(t, packedOptions)
	rapid.Check(t, func(t *rapid.T) {
		lineEnd := rapid.SampledFrom([]string{"\r\n", "\n", NoLineEnd}).Draw(t, "line end")
		to, file := ToCharacter, bytes.Clone(clean[lineEnd])
		if rapid.Bool().Draw(t, "packed") {
			to, file = ToPacked, bytes.Clone(packed)
		}
		for range rapid.IntRange(1, 8).Draw(t, "changes") {
			at := rapid.IntRange(0, len(file)-1).Draw(t, "at")
			switch rapid.IntRange(0, 3).Draw(t, "change") {
			case 0:
				file = append(file[:at], file[at+1:]...)
			case 1:
				file = append(file[:at], append([]byte{rapid.Byte().Draw(t, "byte")}, file[at:]...)...)
			default:
				file[at] = rapid.Byte().Draw(t, "byte")
			}
		}
		straight, err := tryConvert(file, ConvertOptions{To: to, LineEnd: lineEnd})
		line, lineErr := tryConvert(file, ConvertOptions{To: ToJSON})
		if lineErr == nil {
			got, backErr := tryConvert(line, ConvertOptions{To: to, LineEnd: lineEnd})
			if (err == nil) != (backErr == nil) || err == nil && !bytes.Equal(got, straight) {
				t.Fatalf("straight: error %v; by JSON: error %v, the same: %v", err, backErr, bytes.Equal(got, straight))
			}
		}
		checkExplained(t, file)
		section := io.NewSectionReader(bytes.NewReader(file), 0, int64(len(file)))
		summary, err := Diff(section, bytes.NewReader(file), DiffOptions{}, func(Difference) error { return nil })
		if err != nil || summary.Different() {
			t.Fatalf("differs from itself: %+v, error %v", summary, err)
		}
	})
}

// checkExplained holds that the fields of each record stand one behind the
// other.
func checkExplained(t *rapid.T, file []byte) {
	r := NewReader(bytes.NewReader(file))
	for {
		item, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		at := 1
		for _, v := range r.Explain(false) {
			if v.Start != at {
				t.Fatalf("record %d: %s begins at %d, want %d", item.RecordNo, v.line(), v.Start, at)
			}
			at += v.Width
		}
	}
}
