package rules_test

import (
	"encoding/json"
	"testing"

	"github.com/furnisher/furnisher/rules"
)

func TestParseCents(t *testing.T) {
	for s, want := range map[string]rules.Cents{
		"0": 0, "0.0": 0, "0.00": 0, "1": 1_00, "1.5": 1_50, "1.05": 1_05, "0.01": 1, "0.99": 99, "0.1": 10, "007": 7_00,
		"1234567.89": 1234567_89, "9999999999.99": 9999999999_99,
	} {
		if got, err := rules.ParseCents(s); err != nil || got != want {
			t.Errorf("%q: got %s, error %v, want %s", s, got, err, want)
		}
		if got, err := rules.ParseSignedCents("-" + s); err != nil || got != -want {
			t.Errorf("-%q: got %s, error %v, want %s", s, got, err, -want)
		}
		if got, err := rules.ParseSignedCents("+" + s); err != nil || got != want {
			t.Errorf("+%q: got %s, error %v, want %s", s, got, err, want)
		}
		if got, err := rules.ParseSignedCents(s); err != nil || got != want {
			t.Errorf("signed %q: got %s, error %v, want %s", s, got, err, want)
		}
	}
	for _, s := range []string{
		"", ".", ".5", "5.", "1.005", "1.2.3", "-1", "+1", "1-", "1 ", " 1", "1,000", "1,00", "$1", "1e3", "0x10", "1_000", "NaN", "Inf",
		"١", "10000000000", "10000000000.00", "10000000000.01", "99999999999", "1000000000000", "9223372036854775807", "18446744073709551617", "100000000000000000000000",
	} {
		if got, err := rules.ParseCents(s); err == nil || got != 0 {
			t.Errorf("%q: got %s, want an error", s, got)
		}
	}
	for _, s := range []string{"", "-", "+", "--1", "+-1", "-+1", "++1", "-.5", "1-"} {
		if got, err := rules.ParseSignedCents(s); err == nil || got != 0 {
			t.Errorf("signed %q: got %s, want an error", s, got)
		}
	}
}

// TestCentsJSON reads amounts as they were written.
func TestCentsJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []rules.Cents{0, 1, -1, 99, 123456, -5000} {
		text, err := json.Marshal(c)
		var got rules.Cents
		if err == nil {
			err = json.Unmarshal(text, &got)
		}
		if err != nil || got != c {
			t.Errorf("%s is read as %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"12", `"12.345"`, `"`, `""`} {
		var got rules.Cents
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s is read as %s", text, got)
		}
	}
}

func TestCentsString(t *testing.T) {
	for c, want := range map[rules.Cents]string{
		0: "0.00", 1: "0.01", 99: "0.99", 100: "1.00", 123456789: "1234567.89", -1: "-0.01", -10050: "-100.50",
	} {
		if got := c.String(); got != want {
			t.Errorf("%d: got %s, want %s", int64(c), got, want)
		}
		if b, err := json.Marshal(c); err != nil || string(b) != `"`+want+`"` {
			t.Errorf("%d in JSON: got %s, error %v, want %q", int64(c), b, err, want)
		}
	}
}

// BR5: cents dropped, never negative, at most nine digits.
func TestDollars(t *testing.T) {
	for c, want := range map[rules.Cents]int64{
		0: 0, 1: 0, 99: 0, 1_00: 1, 1_01: 1, 1_50: 1, 1_99: 1, 2_00: 2, -1: 0, -99: 0, -1_00: 0, -5000_00: 0,
		999_999_998_99: 999_999_998, 999_999_999_00: 999_999_999, 999_999_999_99: 999_999_999,
		1_000_000_000_00: 999_999_999, 9_999_999_999_99: 999_999_999,
	} {
		if got := c.Dollars(); got != want {
			t.Errorf("%s: got %d, want %d", c, got, want)
		}
	}
}
