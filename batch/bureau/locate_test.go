package bureau

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/furnisher/furnisher/metro2"
)

// markedRecords are the data records of markedFile: two marks, and one more.
const markedRecords = 2*markEvery + 1

// markedFile writes a file of the accounts A00000, A00002 and so on, and returns where it is, its marks and its bytes.
func markedFile(t *testing.T) (path string, marks []int64, whole []byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "file.txt")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := metro2.NewWriter(f, metro2.Header{ActivityDate: 20260131, DateCreated: 20260131, ReporterName: "N", ReporterAddress: "A"}, metro2.Options{})
	for i := range markedRecords {
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
	if whole, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	return path, marks, whole
}

// TestLocate finds every record of a file with marks and without, and none that is not there.
func TestLocate(t *testing.T) {
	t.Parallel()
	path, marks, whole := markedFile(t)
	const records = markedRecords
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

// TestLines reads records by their numbers, with marks and without, over the begin of a mark and up to the trailer.
func TestLines(t *testing.T) {
	t.Parallel()
	path, marks, whole := markedFile(t)
	const last = 2*markEvery + 3 // the trailer
	for name, marks := range map[string][]int64{"with marks": marks, "without": nil} {
		for _, from := range []int64{1, 2, 3, markEvery, markEvery + 1, markEvery + 2, 2*markEvery + 1, last - 1, last} {
			got, err := Lines(path, marks, from, 3)
			if err != nil || len(got) != int(min(3, last-from+1)) {
				t.Fatalf("%s: %d lines from %d: %v", name, len(got), from, err)
			}
			for i, line := range got {
				number := from + int64(i)
				if end := line.Offset + int64(len(line.Record)); line.Number != number || string(whole[line.Offset:end]) != string(line.Record) {
					t.Errorf("%s: record %d is %d and does not stand at byte %d", name, number, line.Number, line.Offset)
				}
				if account := fmt.Sprintf("A%05d", 2*(number-2)); number > 1 && number < last && string(accountText(line.Record)) != account {
					t.Errorf("%s: record %d is of %s", name, number, accountText(line.Record))
				}
			}
		}
		if got, err := Lines(path, marks, last+1, 3); err != nil || len(got) != 0 {
			t.Errorf("%s: behind the trailer there are %d lines: %v", name, len(got), err)
		}
	}
}

// A record is read by its number without those before its mark.
func TestLinesReadNoMoreThanAMark(t *testing.T) {
	t.Parallel()
	path, marks, whole := markedFile(t)
	copy(whole[:marks[1]], bytes.Repeat([]byte{'?'}, int(marks[1])))
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := Lines(path, marks, markEvery+2, 1); err != nil || len(got) != 1 || got[0].Offset != marks[1] {
		t.Errorf("the first record of the second mark: %+v, %v", got, err)
	}
	if _, err := Lines(path, nil, markEvery+2, 1); err == nil {
		t.Error("a file without marks is read from its start, and that is no record")
	}
}
