package metro2

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// besideEarlier checks a file beside earlier ones, the newest first, all in account order.
func besideEarlier(t testing.TB, e *Earlier, file []byte) []Finding {
	t.Helper()
	v := NewValidator(CheckEnv{})
	v.Examiner, v.AccountOrder, v.Earlier = true, true, e
	return validateFiles(t, v, file)
}

func earlierOf(files ...[]byte) *Earlier {
	in := make([]io.Reader, len(files))
	for i := range files {
		in[i] = bytes.NewReader(files[i])
	}
	return NewEarlier(in...)
}

// TestEarlierIsHistory: two files side by side show what a validator with a history shows.
func TestEarlierIsHistory(t *testing.T) {
	hit := map[string]bool{}
	for _, c := range slices.Concat(historyCases, examinerPairs) {
		for _, p := range []pair{c.trip, c.miss} {
			was, now := p.records()
			october, november := writeFile(t, 20261031, was), writeFile(t, 20261130, now)
			got := besideEarlier(t, earlierOf(october), november)
			if want := p.findings(t); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s %s: %v, want %v", c.id, c.says, got, want)
			}
			for _, f := range got {
				hit[f.Rule] = true
			}
		}
	}
	for _, r := range slices.Concat(historyRules, examinerHistory) {
		if !hit[r.id] {
			t.Errorf("nothing hits %s", r.id)
		}
	}
}

// months returns the files of two months in account order: each case has an account of its own, and some are in one file only.
func months(t *testing.T) (october, november []byte) {
	t.Helper()
	var was, now []*Record
	for i, c := range slices.Concat(historyCases, examinerPairs) {
		w, n := c.trip.records()
		w.Base.AccountNumber, n.Base.AccountNumber = fmt.Sprintf("ACCT%04d", i), fmt.Sprintf("ACCT%04d", i)
		if i%7 != 3 {
			was = append(was, w)
		}
		if i%5 != 2 {
			now = append(now, n)
		}
	}
	return writeFile(t, 20261031, was...), writeFile(t, 20261130, now...)
}

func TestEarlierSideBySide(t *testing.T) {
	october, november := months(t)
	want := validateFiles(t, historyValidator(), october, november)
	if got := besideEarlier(t, earlierOf(october), november); fmt.Sprint(got) != fmt.Sprint(want) || len(got) < 20 {
		t.Errorf("%v\nwant %v", got, want)
	}
	rejected := func(f Finding) bool { return comparing(f.Rule) }
	alone := slices.DeleteFunc(slices.Clone(want), rejected)
	if got := slices.DeleteFunc(besideEarlier(t, earlierOf(), november), rejected); fmt.Sprint(got) != fmt.Sprint(alone) {
		t.Errorf("beside none: %v\nwant %v", got, alone)
	}
}

// opened is a record of an account that was opened on a day.
func opened(account string, day Date) *Record {
	rec := cleanRecord()
	rec.Base.AccountNumber, rec.Base.DateOpened = account, day
	return rec
}

// TestEarlierNewest: of several files the newest that has the account counts, but for records that did not count.
func TestEarlierNewest(t *testing.T) {
	newer := writeFile(t, 20261029, opened("A1", 20250101), opened("A3", 20250101))
	older := writeFile(t, 20261028, opened("A1", 20250202), opened("A2", 20250101), opened("A3", 20250202), opened("A4", 20250202))
	now := writeFile(t, 20261130, opened("A0", 20250101), opened("A1", 20250101), opened("A2", 20250101), opened("A3", 20250101), opened("A4", 20250101), opened("A5", 20250101))
	for name, c := range map[string]struct {
		skip func(int, string) (bool, error)
		want string
	}{
		"all count":      {nil, "6"},
		"none counts":    {func(int, string) (bool, error) { return true, nil }, ""},
		"one of a file":  {func(file int, account string) (bool, error) { return file == 0 && account == "A3", nil }, "5 6"},
		"the same below": {func(file int, account string) (bool, error) { return account == "A4", nil }, ""},
	} {
		e := earlierOf(newer, older)
		e.Skip = c.skip
		var got []string
		for _, f := range besideEarlier(t, e, now) {
			if f.Rule == "PROG-DateOpen-1" {
				got = append(got, fmt.Sprint(f.Record))
			}
		}
		if strings.Join(got, " ") != c.want || e.Err() != nil {
			t.Errorf("%s: records %v opened otherwise, %v; want %s", name, got, e.Err(), c.want)
		}
	}
}

// TestEarlierErr: what cannot be read, or is not in account order, is an error and no silent comparison.
func TestEarlierErr(t *testing.T) {
	october, november := months(t)
	broken := errors.New("broken")
	for name, e := range map[string]*Earlier{
		"reader": NewEarlier(io.MultiReader(bytes.NewReader(october[:2000]), iotest.ErrReader(broken))),
		"skip": func() *Earlier {
			e := earlierOf(october)
			e.Skip = func(int, string) (bool, error) { return false, broken }
			return e
		}(),
		"order": earlierOf(writeFile(t, 20261031, opened("A2", 20250101), opened("A1", 20250101))),
	} {
		besideEarlier(t, e, november)
		if err := e.Err(); !errors.Is(err, cmp.Or(map[string]error{"order": errEarlierOrder}[name], broken)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// piped is a file of n records as it is read.
func piped(t *testing.T, n int) io.Reader {
	t.Helper()
	in, out := io.Pipe()
	go func() {
		w := NewWriter(out, testHeader(), Options{})
		rec := cleanRecord()
		var err error
		for i := 0; i < n && err == nil; i++ {
			rec.Base.AccountNumber = fmt.Sprintf("ACCT%010d", i)
			err = w.Write(rec)
		}
		out.CloseWithError(errors.Join(err, w.Close()))
	}()
	return in
}

// TestEarlierIsSmall: memory does not grow with the files.
func TestEarlierIsSmall(t *testing.T) {
	const records, most = 20_000, 1 << 20 // a history of them would take more than 3 MB
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	e := NewEarlier(piped(t, records))
	v := NewValidator(CheckEnv{})
	v.Examiner, v.AccountOrder, v.Earlier = true, true, e
	r := NewReader(piped(t, records))
	var findings []Finding
	seen := 0
	for item, err := r.Next(); !errors.Is(err, io.EOF); item, err = r.Next() {
		if err != nil {
			t.Fatal(err)
		}
		findings = v.Check(item, findings[:0])
		if item.Kind == KindData {
			seen++
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > most || seen != records || e.Err() != nil {
		t.Errorf("%d bytes more after %d records, %v; want at most %d", grown, seen, e.Err(), most)
	}
	runtime.KeepAlive(v)
}
