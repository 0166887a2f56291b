package metro2

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// differences compares two files and shows each difference in a line.
func differences(t testing.TB, a, b []byte, unmask bool) ([]string, DiffSummary) {
	t.Helper()
	var out []string
	section := io.NewSectionReader(bytes.NewReader(a), 0, int64(len(a)))
	summary, err := Diff(section, bytes.NewReader(b), DiffOptions{Unmask: unmask}, func(d Difference) error {
		out = append(out, fmt.Sprintf("%s %s %s %d/%d", d.Change, d.Kind, d.AccountNumber, d.RecordA, d.RecordB))
		for _, f := range d.Fields {
			out = append(out, fmt.Sprintf("  %s %s/%d.%s [%s] [%s]", f.Change, f.Segment, f.Index, f.Key, f.From, f.To))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out, summary
}

func numbered(n int) *Record {
	rec := plainRecord()
	rec.Base.AccountNumber = fmt.Sprintf("ACCT%010d", n)
	return rec
}

func TestDiff(t *testing.T) {
	changed := numbered(2)
	changed.Base.CurrentBalance, changed.Base.DateClosed, changed.Base.Surname = 0, 20261015, "OTHER"
	changed.Base.MiddleName = "LEE"
	changed.K2 = &K2{Indicator: 2, Name: "EXAMPLE BUYER"}
	a := goodFile(t, numbered(1), numbered(2), numbered(3), numbered(3))
	b := goodFile(t, numbered(4), numbered(3), changed, numbered(1))
	got, summary := differences(t, a, b, false)
	want := []string{
		"added data ****0004 0/2",
		"changed data ****0002 3/4",
		"  changed base/0.current_balance [$15,210] [$0]",
		"  added base/0.date_closed [] [2026-10-15]",
		"  changed base/0.surname [****] [****]",
		"  added base/0.middle_name [] [****]",
		"  added k2/0.segment_id [] [K2]",
		"  added k2/0.indicator [] [2]",
		"  added k2/0.name [] [EXAMPLE BUYER]",
		"changed trailer  6/6",
		"  changed trailer/0.total_k2 [0] [1]",
		"removed data ****0003 5/0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if want := (DiffSummary{Equal: 3, Changed: 2, Added: 1, Removed: 1, KnownA: 6, KnownB: 6}); summary != want {
		t.Errorf("%+v, want %+v", summary, want)
	}
	got, _ = differences(t, a, b, true)
	for _, want := range []string{"added data ACCT0000000004 0/2", "  changed base/0.surname [SAMPLEA] [OTHER]", "  added base/0.middle_name [] [LEE]"} {
		if !strings.Contains(strings.Join(got, "\n")+"\n", want+"\n") {
			t.Errorf("unmasked: no %q in %q", want, got)
		}
	}
}

// TestDiffEqual: order, form and line ends make no difference, neither do
// problems that both files have.
func TestDiffEqual(t *testing.T) {
	var records, shuffled []*Record
	for n := range 50 {
		records = append(records, numbered(n/2)) // each account twice
	}
	records = append(records, jointRecord())
	shuffled = append(shuffled, records...)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	broken := func(file []byte) []byte {
		return bytes.Replace(file, []byte("000015210"), []byte("00001521O"), 3)
	}
	good := goodFile(t, records...)
	for name, pair := range map[string][2][]byte{
		"same":     {good, good},
		"order":    {good, goodFile(t, shuffled...)},
		"line end": {good, converted(t, good, ConvertOptions{})},
		"packed":   {good, packedFile(t, shuffled...)},
		"unpacked": {packedFile(t, records...), good},
		"stripped": {good, []byte(strings.ReplaceAll(string(good), "  \n", "\n"))},
		"broken":   {broken(good), broken(good)},
		"empty":    {nil, nil},
		"garbage":  {[]byte("this is no file of a bureau"), []byte("this is no file of a bureau")},
	} {
		if got, summary := differences(t, pair[0], pair[1], true); summary.Different() || len(got) > 0 {
			t.Errorf("%s: %+v %q", name, summary, got)
		}
	}
}

// TestDiffBroken: what is not what belongs in a field differs by its bytes, and
// is hidden.
func TestDiffBroken(t *testing.T) {
	good := goodFile(t, numbered(1))
	bad := bytes.Replace(good, []byte("000015210"), []byte("66600100A"), 1)
	got, _ := differences(t, good, bad, false)
	if want := []string{"changed data ****0001 2/2", "  changed base/0.current_balance [$15,210] [****]"}; !cmp.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	got, summary := differences(t, good, []byte("this is no file of a bureau"), false)
	if want := (DiffSummary{Added: 1, Removed: 3, KnownA: 3}); summary != want || got[0] != "added unknown  0/1" {
		t.Errorf("%+v %q", summary, got)
	}
	got, summary = differences(t, []byte("this is no file of a bureau"), good, false)
	if want := (DiffSummary{Added: 3, Removed: 1, KnownB: 3}); summary != want || got[3] != "removed unknown  1/0" {
		t.Errorf("%+v %q", summary, got)
	}
}

var errEnough = errors.New("enough")

// changingReader gives other bytes when it is read again.
type changingReader struct {
	data  []byte
	other []byte
	from  int // call of ReadAt
}

func (r *changingReader) ReadAt(p []byte, offset int64) (int, error) {
	data := r.data
	if r.from--; r.from < 0 {
		data = r.other
	}
	return bytes.NewReader(data).ReadAt(p, offset)
}

func TestDiffErrors(t *testing.T) {
	good, other := goodFile(t, numbered(1)), goodFile(t, numbered(2))
	section := func(r io.ReaderAt) *io.SectionReader { return io.NewSectionReader(r, 0, int64(len(good))) }
	fail := func(Difference) error { return errEnough }
	if _, err := Diff(section(bytes.NewReader(good)), bytes.NewReader(other), DiffOptions{}, fail); !errors.Is(err, errEnough) {
		t.Errorf("error %v", err)
	}
	changing := &changingReader{data: good, other: bytes.ToLower(good), from: 1}
	if _, err := Diff(section(changing), bytes.NewReader(other), DiffOptions{}, func(Difference) error { return nil }); !errors.Is(err, errDiffSource) {
		t.Errorf("error %v", err)
	}
}

// TestDiffMemory holds what is kept of the first file below 200 bytes an
// account.
func TestDiffMemory(t *testing.T) {
	const accounts = 50_000
	var file bytes.Buffer
	w := NewWriter(&file, Header{}, Options{})
	rec := plainRecord()
	for n := range accounts {
		rec.Base.AccountNumber = fmt.Sprintf("ACCT%010d", n)
		if err := w.Write(rec); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, after := heap(), uint64(0)
	section := io.NewSectionReader(bytes.NewReader(file.Bytes()), 0, int64(file.Len()))
	summary, err := Diff(section, strings.NewReader("x"), DiffOptions{}, func(Difference) error {
		if after == 0 {
			after = heap()
		}
		return nil
	})
	if err != nil || summary.Removed != accounts+2 {
		t.Fatalf("%+v, error %v", summary, err)
	}
	if each := (after - before) / accounts; each > 200 {
		t.Errorf("%d bytes an account", each)
	}
}
