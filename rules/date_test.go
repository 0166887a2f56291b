package rules_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/furnisher/furnisher/rules"
)

func TestParseDate(t *testing.T) {
	for _, s := range []string{"1900-01-01", "1999-12-31", "2000-02-29", "2028-02-29", "2026-01-31", "2099-12-31", "1970-01-01"} {
		d, err := rules.ParseDate(s)
		if err != nil || d.String() != s {
			t.Errorf("%q: got %q, error %v", s, d, err)
		}
	}
	for _, s := range []string{
		"", "0", "1899-12-31", "2100-01-01", "2026-02-29", "1900-02-29", "2026-04-31", "2026-00-10", "2026-13-01", "2026-01-00", "2026-01-32",
		"2026-1-05", "2026-01-5", "26-01-05", "20260105", "01/05/2026", " 2026-01-05", "2026-01-05 ", "2026-01-05T00:00:00Z", "-2026-01-05",
	} {
		if d, err := rules.ParseDate(s); err == nil || d != 0 {
			t.Errorf("%q: got %s, want an error", s, d)
		}
	}
}

func TestDate(t *testing.T) {
	if got := rules.NewDate(1, 1, 1); got != 1 {
		t.Errorf("0001-01-01: got day %d, want 1", got)
	}
	if got := day("2026-03-01") - day("2026-02-28"); got != 1 {
		t.Errorf("days from Feb 28 to Mar 1 2026: got %d, want 1", got)
	}
	if got := day("2028-03-01") - day("2028-02-28"); got != 2 {
		t.Errorf("days from Feb 28 to Mar 1 2028: got %d, want 2", got)
	}
	if got := day("2026-03-09").YMD(); got != 20260309 {
		t.Errorf("YMD: got %d, want 20260309", got)
	}
	if absent := rules.Date(0); absent.YMD() != 0 || absent.String() != "" {
		t.Errorf("absent date: got %d %q, want 0 and nothing", absent.YMD(), absent)
	}
	for _, d := range []rules.Date{day("1900-01-01"), day("1969-12-31"), day("1970-01-01"), day("2028-02-29")} {
		if got := rules.DateOf(d.Time()); got != d {
			t.Errorf("%s through time: got %s", d, got)
		}
	}
	late := time.Date(2026, 1, 5, 23, 30, 0, 0, time.FixedZone("", -8*3600))
	if got := rules.DateOf(late); got != day("2026-01-05") {
		t.Errorf("the day of %s: got %s, want its own location's", late, got)
	}
}

func TestMonths(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-31", 1, "2026-02-28"},
		{"2028-01-31", 1, "2028-02-29"},
		{"2026-01-30", 1, "2026-02-28"},
		{"2026-01-28", 1, "2026-02-28"},
		{"2026-01-31", 2, "2026-03-31"},
		{"2026-01-31", 3, "2026-04-30"},
		{"2026-02-28", 1, "2026-03-28"},
		{"2028-02-29", 12, "2029-02-28"},
		{"2028-02-29", 48, "2032-02-29"},
		{"2026-12-15", 1, "2027-01-15"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-01-15", -1, "2025-12-15"},
		{"2026-01-31", -14, "2024-11-30"},
		{"2026-05-31", 0, "2026-05-31"},
	} {
		if got := day(c.from).AddMonths(c.n); got != day(c.want) {
			t.Errorf("%s and %d months: got %s, want %s", c.from, c.n, got, c.want)
		}
	}
	for from, want := range map[string]string{
		"2026-01-01": "2026-01-31", "2026-02-01": "2026-02-28", "2028-02-28": "2028-02-29", "2028-02-29": "2028-02-29",
		"2026-04-30": "2026-04-30", "2026-12-31": "2026-12-31",
	} {
		if got := day(from).MonthEnd(); got != day(want) {
			t.Errorf("month end of %s: got %s, want %s", from, got, want)
		}
	}
	if got := day("2027-01-01").MonthIndex() - day("2026-12-31").MonthIndex(); got != 1 {
		t.Errorf("months from December to January: got %d, want 1", got)
	}
	if got := day("2026-12-31").MonthIndex() - day("2026-12-01").MonthIndex(); got != 0 {
		t.Errorf("months inside December: got %d, want 0", got)
	}
}

func TestDateEncoding(t *testing.T) {
	type row struct{ On, Off rules.Date }
	b, err := json.Marshal(row{On: day("2028-02-29")})
	if want := `{"On":"2028-02-29","Off":""}`; err != nil || string(b) != want {
		t.Fatalf("got %s, error %v, want %s", b, err, want)
	}
	var back row
	if err := json.Unmarshal(b, &back); err != nil || back != (row{On: day("2028-02-29")}) {
		t.Errorf("back: got %v, error %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"On":"2026-02-29"}`), &back); err == nil {
		t.Error("no such day: want an error")
	}
	if v, err := day("2026-03-09").Value(); err != nil || v != "2026-03-09" {
		t.Errorf("value: got %v, error %v", v, err)
	}
	if v, err := rules.Date(0).Value(); err != nil || v != nil {
		t.Errorf("value of the absent date: got %v, error %v, want NULL", v, err)
	}
	var d rules.Date
	if err := d.Scan(time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)); err != nil || d != day("2026-03-09") {
		t.Errorf("scan: got %s, error %v", d, err)
	}
	if err := d.Scan(nil); err != nil || d != 0 {
		t.Errorf("scan of NULL: got %s, error %v, want the absent date", d, err)
	}
	if err := d.Scan("2026-03-09"); err == nil {
		t.Error("scan of text: want an error")
	}
}

// The calendar is the one of package time, on every day of 400 years, months and days out of range included.
func TestCalendarArithmetic(t *testing.T) {
	for d := day("1900-01-01"); d <= day("1900-01-01")+146_097; d++ {
		year, month, of := d.Time().Date()
		if got := rules.NewDate(year, month, of); got != d {
			t.Fatalf("NewDate(%d, %d, %d): got %d, want %d", year, month, of, got, d)
		}
		if got, want := d.String(), d.Time().Format(time.DateOnly); got != want {
			t.Fatalf("%d: got %s, want %s", d, got, want)
		}
		if got, want := d.MonthIndex(), year*12+int(month)-1; got != want {
			t.Fatalf("%s: got month %d, want %d", d, got, want)
		}
		if got, want := d.MonthEnd(), rules.DateOf(time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC)); got != want {
			t.Fatalf("%s: got month end %s, want %s", d, got, want)
		}
	}
	for _, c := range [][3]int{{2026, 0, 1}, {2026, 13, 31}, {2026, -30, 0}, {2024, 2, 30}, {2026, 3, -400}, {0, 1, 1}, {1, 1, 0}, {-5, 2, 29}} {
		want := rules.DateOf(time.Date(c[0], time.Month(c[1]), c[2], 0, 0, 0, 0, time.UTC))
		if got := rules.NewDate(c[0], time.Month(c[1]), c[2]); got != want {
			t.Errorf("NewDate%v: got %d, want %d", c, got, want)
		}
	}
	for _, d := range []rules.Date{rules.Never, 1, -1, -400_000, 3_652_059, 3_652_060} {
		if got, want := d.String(), d.Time().Format(time.DateOnly); got != want {
			t.Errorf("%d: got %s, want %s", int32(d), got, want)
		}
	}
}
