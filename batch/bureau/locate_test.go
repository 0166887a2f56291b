package bureau

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/furnisher/furnisher/metro2"
)

// TestLocate finds every record of a file with marks and without, and none that is not there.
func TestLocate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file.txt")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := metro2.NewWriter(f, metro2.Header{ActivityDate: 20260131, DateCreated: 20260131, ReporterName: "N", ReporterAddress: "A"}, metro2.Options{})
	const records = 2*markEvery + 1
	var marks []int64
	for i := range records {
		if i%markEvery == 0 {
			marks = append(marks, w.Offset())
		}
		if err := w.Write(&metro2.Record{Base: metro2.Base{AccountNumber: fmt.Sprintf("A%05d", 2*i), AccountStatus: "11"}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, marks := range map[string][]int64{"with marks": marks, "without": nil} {
		for _, i := range []int{0, 1, markEvery - 1, markEvery, markEvery + 1, records - 1} {
			account := fmt.Sprintf("a%05d", 2*i)
			got, err := Locate(path, marks, account)
			if err != nil || got.Number != int64(i)+2 {
				t.Errorf("%s: record %d has number %d, %v", name, i, got.Number, err)
				continue
			}
			if end := got.Offset + int64(len(got.Record)); string(whole[got.Offset:end]) != string(got.Record) {
				t.Errorf("%s: record %d does not stand at byte %d", name, i, got.Offset)
			}
		}
		for _, account := range []string{"", "A", "A00001", "A02047", "B", "TRAILER"} {
			if _, err := Locate(path, marks, account); !errors.Is(err, ErrNoRecord) {
				t.Errorf("%s: %q: %v, want ErrNoRecord", name, account, err)
			}
		}
	}
	if _, err := Locate(path+"x", marks, "A00000"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}
