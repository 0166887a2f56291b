package metro2

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func statsOf(t testing.TB, files ...[]byte) *Stats {
	t.Helper()
	var s Stats
	for _, file := range files {
		r := NewReader(bytes.NewReader(file))
		for {
			item, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			s.Add(item)
		}
	}
	return &s
}

func TestStats(t *testing.T) {
	late, loss, odd := plainRecord(), jointRecord(), plainRecord()
	late.Base.AccountStatus, late.Base.AmountPastDue = "78", 500
	loss.Base.AccountStatus, loss.Base.PortfolioType, loss.Base.OriginalChargeoff = "97", "M", 900
	loss.K4 = &K4{PaymentInd: 1, BalloonAmount: 70}
	odd.Base.AccountStatus, odd.Base.PortfolioType, odd.Base.CurrentBalance = "Q9", "", 0
	file := goodFile(t, plainRecord(), late, loss, odd)
	s := statsOf(t, file, []byte("this is no file of a bureau"))
	if s.Records != 7 || s.Accounts() != 4 || s.Unknown != 1 {
		t.Errorf("%d records, %d accounts, %d unknown", s.Records, s.Accounts(), s.Unknown)
	}
	got := map[string]string{}
	for _, g := range s.Groups() {
		for _, l := range g.Lines {
			if l.Count > 0 {
				got[g.Name+" "+l.Value] = fmt.Sprintf("%d %d %d", l.Count, l.Balance, l.PastDue)
			}
		}
	}
	want := map[string]string{
		"status 11": "1 15210 0", "status 78": "1 15210 500", "status 97": "1 15210 0", "status other": "1 0 0",
		"portfolio I": "2 30420 500", "portfolio M": "1 15210 0", "portfolio other": "1 0 0",
		"segment base": "4 45630 500", "segment j1": "2 15210 0", "segment k1": "1 15210 0", "segment l1": "1 15210 0", "segment k4": "1 15210 0",
		"amount highest_credit": "4 86000 0", "amount scheduled_payment": "4 1556 0", "amount current_balance": "3 45630 0",
		"amount amount_past_due": "1 500 0", "amount original_chargeoff": "1 900 0", "amount balloon_amount": "1 70 0",
		"days past due 0-29": "1 15210 0", "days past due 60-89": "1 15210 500", "days past due loss": "1 15210 0", "days past due other": "1 0 0",
	}
	for name, line := range want {
		if got[name] != line {
			t.Errorf("%s: %s, want %s", name, got[name], line)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d lines, want %d: %v", len(got), len(want), got)
	}
}

// TestStatsTables: each status is in one bucket, and the lengths are those of
// the code tables.
func TestStatsTables(t *testing.T) {
	if len(AccountStatuses.Codes) != statusCodes || len(PortfolioTypes.Codes) != portfolioCodes || len(explainKinds) != len(segmentKinds) {
		t.Errorf("%d statuses, %d portfolio types, %d segments", len(AccountStatuses.Codes), len(PortfolioTypes.Codes), len(segmentKinds))
	}
	in := map[string]int{}
	for _, b := range buckets {
		for _, status := range strings.Fields(b.statuses) {
			in[status]++
		}
	}
	for _, c := range AccountStatuses.Codes {
		if in[c.Value] != 1 {
			t.Errorf("status %s is in %d buckets", c.Value, in[c.Value])
		}
	}
	if len(in) != statusCodes {
		t.Errorf("the buckets hold %d statuses", len(in))
	}
	for _, g := range new(Stats).Groups() {
		for _, l := range g.Lines {
			if l.Value == "" || l.Meaning == "" || l.Count+int(l.Balance) != 0 {
				t.Errorf("%s: %+v", g.Name, l)
			}
		}
	}
}
