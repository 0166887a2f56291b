package rules_test

import (
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// DC4, DC5, DC1, Q70, DC2: which terminations people may start.
func TestTerminate(t *testing.T) {
	on := day("2026-06-10")
	plain := rules.Terminable{OpenedOn: day("2026-05-01"), Aliases: rules.ReasonAliases{"RE": "REPO"}}
	loan := func(change func(*rules.Terminable)) rules.Terminable {
		l := plain
		change(&l)
		return l
	}
	marked := loan(func(l *rules.Terminable) { l.PairRequires = true })
	ended := func(t rules.Termination) rules.Terminable {
		return loan(func(l *rules.Terminable) { l.Termination = &t })
	}
	for name, c := range map[string]struct {
		loan  rules.Terminable
		asked rules.Terminating
		want  string
	}{
		"mistake":                 {plain, rules.Terminating{Source: "WEB", Reason: "ERRO", On: on}, ""},
		"alias":                   {plain, rules.Terminating{Reason: "RE", On: on}, ""},
		"no reason":               {plain, rules.Terminating{Source: "WEB", On: on}, ""},
		"no reason, marked":       {marked, rules.Terminating{Source: "WEB", On: on}, "DC4"},
		"reason, marked":          {marked, rules.Terminating{Reason: "OTHR", On: on}, ""},
		"flag, marked":            {marked, rules.Terminating{ReportAsDeleted: "DA", On: on}, ""},
		"flag and source, marked": {marked, rules.Terminating{Source: "WEB", ReportAsDeleted: "DA", On: on}, "DC4"},
		"flat cancel":             {plain, rules.Terminating{Source: "FLTC", On: on}, "DC4"},
		"flat cancel, reason":     {plain, rules.Terminating{Source: "FLTC", Reason: "ERRO", On: on}, ""},
		"nothing":                 {plain, rules.Terminating{On: on}, "DC4"},
		"another flag":            {plain, rules.Terminating{ReportAsDeleted: "DX", On: on}, "DC5"},
		"another reason":          {plain, rules.Terminating{Reason: "BORED", On: on}, "Q70"},
		"tomorrow":                {plain, rules.Terminating{Reason: "ERRO", On: on + 1}, "DC1"},
		"the first day":           {plain, rules.Terminating{Reason: "ERRO", On: plain.OpenedOn}, ""},
		"before it":               {plain, rules.Terminating{Reason: "ERRO", On: plain.OpenedOn - 1}, "DC1"},
		"deleted":                 {loan(func(l *rules.Terminable) { l.Deleted = true }), rules.Terminating{Reason: "ERRO", On: on}, "DC2"},
		"terminated":              {ended(rules.Termination{On: on, Reason: "OTHR"}), rules.Terminating{Reason: "ERRO", On: on}, "DC1"},
		"flag on a termination":   {ended(rules.Termination{On: on, Reason: "OTHR"}), rules.Terminating{ReportAsDeleted: "DF", On: on}, ""},
		"flag on a flag":          {ended(rules.Termination{On: on, ReportAsDeleted: "DA"}), rules.Terminating{ReportAsDeleted: "DF", On: on}, "DC5"},
		"rescinded":               {ended(rules.Termination{On: on, Reason: "REPO", RescindedOn: on}), rules.Terminating{Reason: "REPO", On: on}, ""},
		"to be rescinded":         {ended(rules.Termination{On: on, Reason: "REPO", RescindedOn: on + 1}), rules.Terminating{Reason: "REPO", On: on}, "DC1"},
	} {
		_, err := rules.Terminate(c.loan, c.asked, on)
		if got := refusedBy(t, err); got != c.want {
			t.Errorf("%s: refused by %q, want %q", name, got, c.want)
		}
	}
	stands := ended(rules.Termination{On: on - 3, Reason: "OTHR"})
	if got, err := rules.Terminate(stands, rules.Terminating{ReportAsDeleted: "DF", On: on}, on); err != nil || got != (rules.Terminating{Reason: "OTHR", ReportAsDeleted: "DF", On: on - 3}) {
		t.Errorf("a flag on a termination: %+v, %v", got, err)
	}
}

// Q94, DC2: a termination that stands is rescinded from its first day to the business date, but for a deletion that was told.
func TestCheckRescission(t *testing.T) {
	on := day("2026-06-10")
	taken := rules.Terminable{Termination: &rules.Termination{On: on - 3, Reason: "REPO"}}
	deleted := taken
	deleted.Deleted = true
	rescinded := rules.Terminable{Termination: &rules.Termination{On: on - 3, Reason: "REPO", RescindedOn: on}}
	for name, c := range map[string]struct {
		loan rules.Terminable
		from rules.Date
		want string
	}{
		"today": {taken, on, ""}, "its first day": {taken, on - 3, ""}, "the day before": {taken, on - 4, "Q94"}, "tomorrow": {taken, on + 1, "Q94"},
		"not terminated": {rules.Terminable{}, on, "Q94"}, "rescinded": {rescinded, on, "Q94"}, "deleted": {deleted, on, "DC2"},
	} {
		if got := refusedBy(t, rules.CheckRescission(c.loan, c.from, on)); got != c.want {
			t.Errorf("%s: refused by %q, want %q", name, got, c.want)
		}
	}
}

// DC2: a termination is undone until a file tells of it.
func TestCheckUndo(t *testing.T) {
	ended := &rules.Termination{On: day("2026-06-10")}
	for name, c := range map[string]struct {
		ended  *rules.Termination
		reason string
		said   rules.SaidOf
		want   string
	}{
		"not terminated":        {nil, "", rules.SaidOf{}, "DC1"},
		"ordinary":              {ended, "ERRO", rules.SaidOf{State: "TRANSMITTED", AccountStatus: "11", Rule: "BR2"}, ""},
		"deleted":               {ended, "ERRO", rules.SaidOf{State: "TRANSMITTED", AccountStatus: "DA"}, "DC2"},
		"deleted for fraud":     {ended, "FRAD", rules.SaidOf{State: "RELEASED", AccountStatus: "DF"}, "DC2"},
		"not released":          {ended, "FRAD", rules.SaidOf{State: "GENERATED", AccountStatus: "DF"}, "DC2"},
		"being made":            {ended, "FRAD", rules.SaidOf{State: "BUILDING", NamesIt: true}, "DC2"},
		"collateral":            {ended, "REPO", rules.SaidOf{State: "RELEASED", AccountStatus: "63", Rule: "BR13"}, "DC2"},
		"transfer":              {ended, "XFER", rules.SaidOf{State: "RELEASED", AccountStatus: "11", Rule: "Q76"}, "DC2"},
		"transfer, charged off": {ended, "XFER", rules.SaidOf{State: "RELEASED", AccountStatus: "97", Comment: "O"}, "DC2"},
		"settled":               {ended, "SETT", rules.SaidOf{State: "RELEASED", AccountStatus: "13", Comment: "AU"}, "DC2"},
		"AU of a waiver":        {ended, "OTHR", rules.SaidOf{State: "RELEASED", AccountStatus: "13", Comment: "AU"}, ""},
	} {
		err := rules.CheckUndo(c.ended, c.reason, []rules.SaidOf{c.said})
		if got := refusedBy(t, err); got != c.want {
			t.Errorf("%s: refused by %q, want %q", name, got, c.want)
		}
	}
}

// Q13, Q34: what is open of a loan.
func TestOpenReceivables(t *testing.T) {
	posted := func(kind rules.Kind, on string, amount rules.Cents) rules.Entry {
		return rules.Entry{Kind: kind, Effective: day(on), Amount: amount}
	}
	lent := posted(rules.Origination, "2026-05-01", 1000_00)
	for name, c := range map[string]struct {
		status  rules.Status
		closed  string
		entries []rules.Entry
		want    rules.Receivables
	}{
		"owed":                      {rules.Active, "", []rules.Entry{lent}, rules.Receivables{Balance: 1000_00}},
		"paid":                      {rules.Active, "", []rules.Entry{lent, posted(rules.Payment, "2026-05-02", 1000_00)}, rules.Receivables{}},
		"a fee that nobody paid":    {rules.Active, "", []rules.Entry{lent, posted(rules.Fee, "2026-05-02", 30_00), posted(rules.Adjustment, "2026-05-03", -1030_00)}, rules.Receivables{Charges: 30_00}},
		"a fee that is waived":      {rules.Active, "", []rules.Entry{posted(rules.Fee, "2026-05-02", 30_00), posted(rules.Waiver, "2026-05-03", 30_00)}, rules.Receivables{}},
		"a credit balance":          {rules.Active, "", []rules.Entry{posted(rules.Payment, "2026-05-02", 5_00)}, rules.Receivables{Balance: -5_00}},
		"later":                     {rules.Active, "", []rules.Entry{posted(rules.Fee, "2026-07-02", 30_00)}, rules.Receivables{}},
		"charged after the pay-off": {rules.PaidOff, "2026-05-02", []rules.Entry{lent, posted(rules.Payment, "2026-05-02", 1000_00), posted(rules.Fee, "2026-05-03", 30_00)}, rules.Receivables{}},
	} {
		var closed rules.Date
		if c.closed != "" {
			closed = day(c.closed)
		}
		got := rules.OpenReceivables(c.status, closed, rules.NewLedger(c.entries, nil), day("2026-06-01"))
		if got != c.want || got.Open() != (c.want != rules.Receivables{}) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
