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
	"strconv"
	"strings"
	"testing"
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

var records = flag.Int("records", 10_000, "records of the files that BenchmarkValidateFiles validates")

// BenchmarkValidateFiles is what `furnisher metro2 validate` takes for whole files:
//
//	go test ./metro2 -run NONE -bench ValidateFiles -benchtime 1x -records 1000000
//
// The peak is the process's, so it holds the writing of the file, which is constant.
func BenchmarkValidateFiles(b *testing.B) {
	path := filepath.Join(b.TempDir(), "records.txt")
	generate(b, path, *records)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	for _, files := range []int{1, 2} {
		b.Run(fmt.Sprintf("%d files of %d records", files, *records), func(b *testing.B) {
			b.SetBytes(int64(files) * info.Size())
			for b.Loop() {
				v := historyValidator()
				v.History = files > 1
				for i := range files {
					if i > 0 {
						v.NextFile()
					}
					if n := validatePath(b, v, path); n > 0 && i == 0 {
						b.Errorf("%d findings", n)
					}
				}
			}
			b.ReportMetric(peakMemory(), "peak-kB")
		})
	}
	b.Run(fmt.Sprintf("beside one of %d records", *records), func(b *testing.B) {
		b.SetBytes(2 * info.Size())
		for b.Loop() {
			before, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			v := NewValidator(CheckEnv{})
			v.Examiner, v.AccountOrder, v.Earlier = true, true, NewEarlier(before)
			n := validatePath(b, v, path)
			if err := errors.Join(v.Earlier.Err(), before.Close()); err != nil || n > 0 {
				b.Errorf("%d findings, %v", n, err)
			}
		}
	})
}

func generate(t testing.TB, path string, records int) {
	t.Helper()
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

func validatePath(t testing.TB, v *Validator, path string) (found int) {
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

// peakMemory is what the kernel says in kB, 0 where it says nothing.
func peakMemory() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	line, _, _ := bytes.Cut(rest, []byte("kB"))
	peak, err := strconv.ParseFloat(strings.TrimSpace(string(line)), 64)
	if err != nil {
		return 0
	}
	return peak
}
