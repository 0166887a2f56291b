package metro2

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// explained returns the fields of one record of a file.
func explained(t testing.TB, file []byte, record int, unmask bool) []FieldValue {
	t.Helper()
	r := NewReader(bytes.NewReader(file))
	for {
		item, err := r.Next()
		if err != nil {
			t.Fatalf("record %d: %v", record, err)
		}
		if item.RecordNo == record {
			return r.Explain(unmask)
		}
	}
}

func jointRecord() *Record {
	rec := plainRecord()
	rec.J1 = []J1{{Surname: "SAMPLEB", FirstName: "ROBIN", SSN: 666001002, ECOACode: "2"}, {Surname: "SAMPLEC", FirstName: "KIM", ECOACode: "2"}}
	rec.K1 = &K1{CreditorName: "SAMPLE CLINIC", CreditorClass: 2}
	rec.L1 = &L1{ChangeInd: 1, NewAccountNumber: "NEWACCOUNT0002"}
	return rec
}

// line shows a field in a line for comparison.
func (v FieldValue) line() string {
	return fmt.Sprintf("%s/%d %s %s %d %d+%d [%s] [%s] [%s]", v.Segment, v.Index, v.Num, v.Key, v.Position, v.Start, v.Width, strings.TrimRight(v.Raw, " "), v.Value, v.Meaning)
}

func TestExplain(t *testing.T) {
	for _, c := range []struct {
		name   string
		unmask bool
		packed bool
		want   []string
	}{
		{"masked", false, false, []string{
			"base/0 1 rdw 1 1+4 [0714] [714] [bytes]",
			"base/0 7 account_number 43 43+30 [****0001] [****0001] []",
			"base/0 8 portfolio_type 73 73+1 [I] [I] [installment]",
			"base/0 10 date_opened 76 76+8 [03152025] [2025-03-15] []",
			"base/0 21 current_balance 155 155+9 [000015210] [$15,210] []",
			"base/0 17A account_status 124 124+2 [11] [11] [current, 0-29 days past due]",
			"base/0 18 payment_history 127 127+24 [0000000000000000000BBBBB] [0000000000000000000BBBBB] " +
				"[2026-09 back to 2025-03: current, 0-29 days past due; 2025-02 back to 2024-10: no history before this point]",
			"base/0 25 date_first_delinquency 190 190+8 [00000000] [] []",
			"base/0 30 surname 232 232+25 [****] [****] []",
			"base/0 32 middle_name 277 277+20 [] [] []",
			"base/0 34 ssn 298 298+9 [****] [****] []",
			"base/0 35 date_of_birth 307 307+8 [****] [****] []",
			"base/0 36 phone 315 315+10 [****] [****] []",
			"base/0 43 state 414 414+2 [****] [****] []",
			"j1/1 3 surname 4 430+25 [****] [****] []",
			"j1/2 7 ssn 70 596+9 [000000000] [] []",
			"k1/0 3 creditor_class 33 659+2 [02] [02] [medical or health care]",
			"l1/0 3 new_account_number 4 664+30 [****0002] [****0002] []",
		}},
		{"unmasked", true, false, []string{
			"base/0 7 account_number 43 43+30 [ACCT0000000001] [ACCT0000000001] []",
			"base/0 34 ssn 298 298+9 [666001001] [666001001] []",
			"base/0 36 phone 315 315+10 [2175550101] [2175550101] []",
			"j1/2 3 surname 4 530+25 [SAMPLEC] [SAMPLEC] []",
		}},
		{"packed", true, true, []string{
			"base/0 1 rdw 1 1+4 [0x028e0000] [654] [bytes]",
			"base/0 21 current_balance 155 130+5 [0x000015210c] [$15,210] []",
			"base/0 34 ssn 298 249+5 [0x666001001c] [666001001] []",
			"j1/2 3 surname 4 470+25 [SAMPLEC] [SAMPLEC] []",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := packedFile(t, jointRecord())
			if !c.packed {
				file = converted(t, file, ConvertOptions{})
			}
			var got []string
			for _, v := range explained(t, file, 2, c.unmask) {
				got = append(got, v.line())
			}
			text := strings.Join(got, "\n") + "\n"
			for _, want := range c.want {
				if !strings.Contains(text, want+"\n") {
					t.Errorf("no line %s in\n%s", want, text)
				}
			}
		})
	}
}

// TestExplainMasked: whatever is masked, nothing of a person is left in any
// field, and every byte of the record belongs to one.
func TestExplainMasked(t *testing.T) {
	rec := jointRecord()
	rec.N1 = &N1{EmployerName: "SAMPLE EMPLOYER"}
	rec.J2 = []J2{{Surname: "SAMPLED", FirstName: "LEE", Address1: "7 TEST ROAD", City: "SPRINGFIELD", State: "IL", PostalCode: "62701", ECOACode: "2"}}
	at := 1
	for _, v := range explained(t, goodFile(t, rec), 2, false) {
		if v.Start != at {
			t.Errorf("%s begins at %d, want %d", v.line(), v.Start, at)
		}
		at += v.Width
		for _, secret := range []string{"ACCT", "SAMPLEA", "SAMPLEB", "SAMPLED", "TEST", "666001", "1981", "217555", "SPRINGFIELD", "62701", "EMPLOYER", "NEWACC"} {
			if strings.Contains(v.line(), secret) && v.Key != "identification_number" {
				t.Errorf("%s tells %s", v.line(), secret)
			}
		}
	}
	if want := 1 + 426 + 200 + 200 + 34 + 54 + 146; at != want {
		t.Errorf("fields end at %d, want %d", at, want)
	}
}

// TestExplainBroken: bytes that are not what belongs in a field are hidden too,
// and what is behind the known segments is told.
func TestExplainBroken(t *testing.T) {
	for _, c := range []struct {
		name             string
		change           func([]byte) []byte
		masked, unmasked string
	}{
		{"no number", put(155, "66600100A"), "current_balance 155 155+9 [****] [] [not a number]", "[66600100A] [] [not a number]"},
		{"no date", put(76, "13322025"), "date_opened 76 76+8 [****] [] [not a date]", "[13322025] [] [not a date]"},
		{"reserved", put(220, "SMITH"), "reserved 215 215+17 [****] [] [not what belongs here]", "[     SMITH] [] [not what belongs here]"},
		{"no text", put(232, "\xc9"), "surname 232 232+25 [****] [] [not what belongs here]", "[0xc9414d504c4541202020"},
		{"nines", put(298, "999999999"), "ssn 298 298+9 [999999999] [999999999] [none, filled with nines]", "ssn 298 298+9 [999999999] [999999999] [none, filled with nines]"},
		{"code", put(124, "Q9"), "account_status 124 124+2 [Q9] [Q9] [not in the table: account status]", "[Q9] [Q9]"},
		{"blank number", put(155, "         "), "current_balance 155 155+9 [] [$0] []", "[] [$0] []"},
		{"wrong length", put(1, "0999"), "rdw 1 1+4 [0999] [999] [bytes; the record has 426]", "[0999]"},
		{"no length", put(1, "99A9"), "rdw 1 1+4 [****] [] [record descriptor word is not a length]", "[99A9]"},
		{"cut", func(line []byte) []byte { return line[:300] }, "ssn 298 298+9 [****] [] [not a number]", "postal_code 416 416+9 [] [] []"},
		{"unknown segment", longer("Q1 SMITH", "0434"), "record/0   427 427+8 [****] [] [not a segment that the format knows]", "[Q1 SMITH]"},
		{"unused segment", longer("K2"+strings.Repeat(" ", 32), "0460"), "record/0   427 427+34 [K2] [] [unused segment, skipped]", "[K2]"},
		{"repeated segment", longer(strings.Repeat("K1SOMEBODY                      01", 2), "0494"), "k1/2 2 creditor_name 3 463+30 [SOMEBODY]", "k1/0 2 creditor_name 3 429+30 [SOMEBODY]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			parts := textLines(goodFile(t, plainRecord()))
			parts[1] = string(c.change([]byte(strings.TrimSuffix(parts[1], "\n")))) + "\n"
			for want, unmask := range map[string]bool{c.masked: false, c.unmasked: true} {
				var got []string
				for _, v := range explained(t, []byte(strings.Join(parts, "")), 2, unmask) {
					got = append(got, v.line())
				}
				if text := strings.Join(got, "\n"); !strings.Contains(text, want) {
					t.Errorf("unmask %v: no %s in\n%s", unmask, want, text)
				}
			}
		})
	}
}

func TestExplainFileRecords(t *testing.T) {
	file := goodFile(t, plainRecord())
	for record, want := range map[int]string{
		1: "header/0 12 reporter_name 80 80+40 [TEST LENDER INC] [TEST LENDER INC] []",
		3: "trailer/0 11 status_11 84 84+9 [000000001] [1] []",
	} {
		var got []string
		for _, v := range explained(t, file, record, false) {
			got = append(got, v.line())
		}
		if text := strings.Join(got, "\n"); !strings.Contains(text, want) {
			t.Errorf("record %d: no %s in\n%s", record, want, text)
		}
	}
	r := NewReader(strings.NewReader("this is no file of a bureau"))
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	for unmask, want := range map[bool]string{true: "this is no file of a bureau", false: hiddenText} {
		if fields := r.Explain(unmask); len(fields) != 1 || fields[0].Raw != want || fields[0].Width != 27 || fields[0].Hidden == unmask {
			t.Errorf("a record of unknown kind: %v", fields)
		}
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

func TestDollarText(t *testing.T) {
	for amount, want := range map[Dollars]string{0: "$0", 7: "$7", 999: "$999", 1000: "$1,000", 999999999: "$999,999,999"} {
		if got := dollarText(amount); got != want {
			t.Errorf("%d: %s, want %s", amount, got, want)
		}
	}
}
