package metro2

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// What identifies a person is masked in every segment, what does not is as it is, and a record that was masked cannot be converted.
func TestAppendMaskedJSON(t *testing.T) {
	item := &Item{Kind: KindData, RDW: 426, Record: segmentRecord()}
	open, hidden := map[string]any{}, map[string]any{}
	masked := AppendMaskedJSON(nil, item)
	for text, members := range map[string]map[string]any{string(AppendJSON(nil, item)): open, string(masked): hidden} {
		if err := json.Unmarshal([]byte(text), &members); err != nil {
			t.Fatal(err)
		}
	}
	if hidden["masked"] != true {
		t.Error("the record does not say that it is masked")
	}
	delete(hidden, "masked")
	checked := 0
	var compare func(layout string, open, hidden any)
	compare = func(layout string, open, hidden any) {
		switch open := open.(type) {
		case []any:
			for i := range open {
				compare(layout, open[i], hidden.([]any)[i])
			}
		case map[string]any:
			for key, value := range open {
				got := hidden.(map[string]any)[key]
				switch value.(type) {
				case []any, map[string]any:
					compare(key, value, got)
					continue
				}
				mask := isMasked(layout, key)
				want := fmt.Sprint(value)
				if mask && want != "" {
					checked++
					if account := want; strings.HasSuffix(key, "account_number") {
						want = maskAccount(account)
					} else {
						want = hiddenText
					}
				}
				if fmt.Sprint(got) != want {
					t.Errorf("%s.%s is %v, want %v (masked: %t)", layout, key, got, want, mask)
				}
			}
		}
	}
	compare("base", open, hidden)
	if checked < 20 {
		t.Errorf("only %d masked fields had a value", checked)
	}
	if _, err := NewJSONReader(bytes.NewReader(masked)).Next(); err == nil || !strings.Contains(err.Error(), reasonMasked) {
		t.Errorf("a masked record is read: %v", err)
	}
}

func isMasked(layout, key string) bool {
	for _, l := range Layouts() {
		for _, f := range l.Fields {
			if l.Name == layout && f.Key == key {
				return f.Mask
			}
		}
	}
	return false
}

// In a record that is out of place a field with a problem may hold anything.
func TestAppendMaskedJSONOfBrokenRecord(t *testing.T) {
	var file bytes.Buffer
	w := NewWriter(&file, Header{ReporterName: "SAMPLE"}, Options{})
	if err := errors.Join(w.Write(plainRecord()), w.Close()); err != nil {
		t.Fatal(err)
	}
	broken := bytes.Replace(file.Bytes(), []byte("000015210"), []byte("SAMPLEONE"), 1)
	r := NewReader(bytes.NewReader(broken))
	for range 2 {
		item, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if text := string(AppendMaskedJSON(nil, item)); strings.Contains(text, "SAMPLEONE") || item.Kind == KindData && !strings.Contains(text, `"current_balance":"****"`) {
			t.Errorf("record %d: %s", item.RecordNo, text)
		}
	}
}
