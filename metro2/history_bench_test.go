package metro2

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// BenchmarkValidateHistory is a clean record of the second file and later: all
// rules, all of the examiner's checks, duplicates, and the month before.
func BenchmarkValidateHistory(b *testing.B) {
	const accounts = 1 << 14
	v, findings := historyValidator(), make([]Finding, 0, 8)
	rec := cleanRecord()
	item := &Item{Kind: KindData, Record: rec}
	numbers := make([]string, accounts)
	for i := range numbers {
		numbers[i] = fmt.Sprintf("ACCT%010d", i)
	}
	check := func(i int) {
		if i == 0 {
			v.NextFile()
		}
		item.RecordNo, rec.Base.AccountNumber = i+2, numbers[i]
		if findings = v.Check(item, findings[:0]); len(findings) > 1 { // the first record is no header
			b.Fatal(findings)
		}
	}
	for i := range accounts {
		check(i)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		check(i)
		i = (i + 1) % accounts
	}
}

var million = flag.Int("million", 0, "validate generated files of this many records and print seconds and peak memory")

// TestMillion measures, when asked, what `furnisher metro2 validate` takes:
//
//	go test ./metro2 -run TestMillion -million 1000000 -v
//
// The file is written first; the peak is the process's, so it holds the writing,
// which is constant.
func TestMillion(t *testing.T) {
	if *million == 0 {
		t.Skip("a measurement: -million 1000000")
	}
	path := filepath.Join(t.TempDir(), "million.txt")
	generate(t, path, *million)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, files := range []int{1, 2} {
		v := historyValidator()
		v.History = files > 1
		start := time.Now()
		for i := range files {
			if i > 0 {
				v.NextFile()
			}
			if n := validatePath(t, v, path); n > 0 && i == 0 {
				t.Errorf("%d findings", n)
			}
		}
		took := time.Since(start).Seconds()
		t.Logf("%d file(s) of %d records, %d MB each: %.2f s, %.0f MB/s, peak %s", files, *million, info.Size()>>20, took, float64(files)*float64(info.Size()>>20)/took, peakMemory())
	}
}

func generate(t *testing.T, path string, records int) {
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	out := bufio.NewWriter(f)
	w := NewWriter(out, testHeader(), Options{})
	rec := cleanRecord()
	for i := range records {
		rec.Base.AccountNumber = fmt.Sprintf("ACCT%010d", i)
		if err := w.Write(rec); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), out.Flush(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

func validatePath(t *testing.T, v *Validator, path string) (found int) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := NewReader(f)
	var findings []Finding
	for {
		item, err := r.Next()
		if errors.Is(err, io.EOF) {
			return found + len(v.Finish(findings[:0]))
		}
		if err != nil {
			t.Fatal(err)
		}
		findings = v.Check(item, findings[:0])
		found += len(findings)
	}
}

// peakMemory is what the kernel says, "" where it says nothing.
func peakMemory() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return ""
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	return strings.TrimSpace(string(line))
}
