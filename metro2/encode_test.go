package metro2

import (
	"errors"
	"strings"
	"testing"
)

// TestAppendRecordRefuses: each value that a field cannot hold is refused by
// name, dst stays as it was, and the value is not in the message.
func TestAppendRecordRefuses(t *testing.T) {
	for _, c := range []struct {
		name, field, reason string
		position            int
		change              func(*Record)
	}{
		{"text too long", "base.surname", reasonTooLong, 232, base(func(b *Base) { b.Surname = "SECRETSECRETSECRETSECRETSE" })},
		{"text begins with a blank", "base.surname", reasonBlank, 232, base(func(b *Base) { b.Surname = " SECRET" })},
		{"blank text", "base.payment_rating", reasonBlank, 126, base(func(b *Base) { b.PaymentRating = " " })},
		{"not ASCII", "base.surname", reasonNonASCII, 232, base(func(b *Base) { b.Surname = "SECRETÑ" })},
		{"DEL", "base.city", reasonNonASCII, 394, base(func(b *Base) { b.City = "SECRET\x7f" })},
		{"line feed", "base.address1", reasonControl, 330, base(func(b *Base) { b.Address1 = "SECRET\nST" })},
		{"lower case", "base.account_number", reasonLowerCase, 43, base(func(b *Base) { b.AccountNumber = "secret1" })},
		{"negative amount", "base.current_balance", reasonNegative, 155, base(func(b *Base) { b.CurrentBalance = -5 })},
		{"amount of ten digits", "base.current_balance", reasonTooLarge, 155, base(func(b *Base) { b.CurrentBalance = MaxDollars + 1 })},
		{"SSN of ten digits", "base.ssn", reasonTooLarge, 298, base(func(b *Base) { b.SSN = 6660010010 })},
		{"phone of eleven digits", "base.phone", reasonTooLarge, 315, base(func(b *Base) { b.Phone = 12175550101 })},
		{"two-digit indicator", "base.correction_ind", reasonTooLarge, 20, base(func(b *Base) { b.CorrectionInd = 10 })},
		{"30 February", "base.date_opened", reasonDate, 76, base(func(b *Base) { b.DateOpened = 20260230 })},
		{"month first", "base.date_opened", reasonDate, 76, base(func(b *Base) { b.DateOpened = 10312026 })},
		{"negative date", "base.date_opened", reasonDate, 76, base(func(b *Base) { b.DateOpened = -20260101 })},
		{"year 2100", "base.date_of_birth", reasonDate, 307, base(func(b *Base) { b.DateOfBirth = 21000101 })},
		{"24 o'clock", "base.timestamp", reasonDate, 6, base(func(b *Base) { b.Timestamp = 20261031240000 })},
		{"second J1", "j1[2].surname", reasonTooLong, 4, func(r *Record) { r.J1 = []J1{{}, {Surname: strings.Repeat("S", 26)}} }},
		{"J2", "j2[1].phone", reasonNegative, 87, func(r *Record) { r.J2 = []J2{{Phone: -1}} }},
		{"K4", "k4.balloon_amount", reasonTooLarge, 21, k4(func(k *K4) { k.BalloonAmount = 1e12 })},
		{"empty employer", "n1", reasonUnused, 0, func(r *Record) { r.N1 = &N1{} }},
		{"too many segments", "base", reasonTooMany, 0, func(r *Record) {
			for range 48 {
				r.J2 = append(r.J2, J2{Surname: "S"})
			}
		}},
	} {
		rec := cleanRecord()
		c.change(rec)
		dst, err := AppendRecord([]byte("kept"), rec, Character)
		var field *FieldError
		if !errors.As(err, &field) || field.Reason != c.reason || field.Position != c.position {
			t.Errorf("%s: error %#v, want %q at %d", c.name, err, c.reason, c.position)
			continue
		}
		if got := err.Error(); got != "metro2: "+c.field+": "+c.reason || strings.Contains(got, "SECRET") {
			t.Errorf("%s: message %q", c.name, got)
		}
		if string(dst) != "kept" {
			t.Errorf("%s: %d bytes, want the slice as it was", c.name, len(dst))
		}
	}
}

// TestAppendRecordAtTheLimits is the other side of the refusals.
func TestAppendRecordAtTheLimits(t *testing.T) {
	rec := cleanRecord()
	b := &rec.Base
	b.Surname, b.CurrentBalance, b.SSN, b.Phone = strings.Repeat("S", 25), MaxDollars, 999999999, 9999999999
	b.DateOpened, b.DateOfBirth, b.Timestamp = 20240229, 19000101, 20991231235959
	for range 47 {
		rec.J2 = append(rec.J2, J2{Surname: "S"})
	}
	for _, form := range []Form{Character, Packed} {
		out, err := AppendRecord(nil, rec, form)
		if err != nil || len(out) != baseLayout.Size(form)+47*200 {
			t.Errorf("%v: %d bytes, error %v", form, len(out), err)
		}
	}
}

// TestEmptyRecordsHaveTheirFill: zeros for numbers, blanks for text.
func TestEmptyRecordsHaveTheirFill(t *testing.T) {
	out, err := AppendRecord(nil, &Record{}, Character)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range readLayouts(t)["base"] {
		fill := " "
		switch f.kind {
		case "W", "K":
			continue
		case "N", "M", "D", "T":
			fill = "0"
		}
		if got := string(out[f.start-1 : f.start-1+f.len]); got != strings.Repeat(fill, f.len) {
			t.Errorf("%s: %q", f.key, got)
		}
	}
}
