package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/rules"
)

// sent is what a lender says of a loan that is serviced.
func sent(status rules.Status, since string) rules.Sent {
	return rules.Sent{Status: status, Since: day(since), Servicing: rules.Servicing}
}

func stopped(s rules.Sent, reason string) rules.Sent {
	s.Servicing, s.StopReason = rules.NotServicing, reason
	return s
}

func saying(s rules.Sent, amount rules.Cents) rules.Sent {
	s.ChargeOff, s.HasChargeOff = amount, true
	return s
}

// Q4, ST3, SP6: what a loan is when it is boarded.
func TestBoarded(t *testing.T) {
	closedEarlier := saying(sent(rules.ChargeOff, "2026-02-03"), 812_50)
	closedEarlier.ClosedOn = day("2026-01-31")
	for _, c := range []struct {
		name string
		sent rules.Sent
		want rules.Known
	}{
		{
			"active", saying(sent(rules.Active, "2026-02-03"), 100_00),
			rules.Known{State: rules.State{Status: rules.Active, CountFrom: day("2026-02-03")}, Servicing: rules.Servicing},
		},
		{
			"closed, the date not said", sent(rules.PaidOff, "2026-02-03"),
			rules.Known{
				State:     rules.State{Status: rules.PaidOff, ClosedOn: day("2026-02-03"), Episode: 1, BoardedClosed: true, CountFrom: day("2026-02-03")},
				Servicing: rules.Servicing,
			},
		},
		{
			"charged off", closedEarlier,
			rules.Known{
				State: rules.State{
					Status: rules.ChargeOff, ClosedOn: day("2026-01-31"), Episode: 1, BoardedClosed: true, CountFrom: day("2026-02-03"),
					ChargedOffOn: day("2026-02-03"), ChargeOff: 812_50,
				},
				HasChargeOff: true, Servicing: rules.Servicing,
			},
		},
		{
			"SP6 not serviced, no reason said", stopped(sent(rules.Active, "2026-02-03"), ""),
			rules.Known{
				State:     rules.State{Status: rules.Active, CountFrom: day("2026-02-03")},
				Servicing: rules.NotServicing, StopReason: rules.DefaultStopReason,
			},
		},
		{
			"not serviced", stopped(sent(rules.Active, "2026-02-03"), "MILITARY"),
			rules.Known{
				State:     rules.State{Status: rules.Active, CountFrom: day("2026-02-03")},
				Servicing: rules.NotServicing, StopReason: "MILITARY",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.want.Since, c.want.ByHand = c.sent.Since, true
			c.want.SentStatus, c.want.SentSince, c.want.SentServicing = c.sent.Status, c.sent.Since, c.sent.Servicing
			got := rules.Boarded(c.sent)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("boarded (-want +got):\n%s", diff)
			}
			if again, history := rules.Imported(got, c.sent, day("2026-03-01")); again != got || len(history) > 0 {
				t.Errorf("sent again: got %+v with %v, want it unchanged", again, history)
			}
		})
	}
}

// ST5, Q5: news of the lender is a status set by hand; what was sent before is no news, whatever a night did since.
func TestImported(t *testing.T) {
	boarded := rules.Boarded(sent(rules.Active, "2026-01-10"))
	late := boarded
	late.State = late.After(rules.Move{To: rules.Delinquent, EffectiveOn: day("2026-04-01")}, day("2026-04-01"))
	paidUp := late
	paidUp.State = paidUp.After(rules.Move{To: rules.PaidOff, EffectiveOn: day("2026-04-20"), ClosedOn: day("2026-04-20"), NewEpisode: true}, day("2026-04-21"))
	lost := rules.Boarded(sent(rules.ChargeOff, "2026-02-03"))
	idle := rules.Boarded(stopped(sent(rules.Active, "2026-01-10"), "DECEASED"))
	silenced := boarded
	silenced.Servicing, silenced.StopReason = rules.NotServicing, "MILITARY"
	for _, c := range []struct {
		name  string
		known rules.Known
		sent  rules.Sent
		want  func(*rules.Known)
		rows  []rules.StateChange
	}{
		{"sent again after a night's move", late, sent(rules.Active, "2026-01-10"), func(*rules.Known) {}, nil},
		{
			"set active by hand", late, sent(rules.Active, "2026-05-01"),
			func(k *rules.Known) { k.Status, k.CountFrom = rules.Active, day("2026-05-01") },
			[]rules.StateChange{{State: "ACCOUNT", From: delinquent, To: "ACTIVE", On: day("2026-05-01"), Rule: "ST5"}},
		},
		{
			"closed by hand", late, sent("CLOSED::SETTLEMENT", "2026-05-01"),
			func(k *rules.Known) {
				k.Status, k.ClosedOn, k.Episode, k.CountFrom = "CLOSED::SETTLEMENT", day("2026-05-01"), 1, day("2026-05-01")
			},
			[]rules.StateChange{{State: "ACCOUNT", From: delinquent, To: "CLOSED::SETTLEMENT", On: day("2026-05-01"), ClosedOn: day("2026-05-01"), Rule: "ST5"}},
		},
		{
			"another closure is the same episode", paidUp, saying(sent(rules.ChargeOff, "2026-05-01"), 12_00),
			func(k *rules.Known) {
				k.Status, k.ClosedOn, k.CountFrom = rules.ChargeOff, day("2026-05-01"), day("2026-05-01")
				k.ChargedOffOn, k.ChargeOff, k.HasChargeOff = day("2026-05-01"), 12_00, true
			},
			[]rules.StateChange{{State: "ACCOUNT", From: paidOff, To: chargedOff, On: day("2026-05-01"), ClosedOn: day("2026-05-01"), Rule: "ST5"}},
		},
		{
			"the lender says what the night said", paidUp, sent(rules.PaidOff, "2026-04-25"), func(*rules.Known) {},
			[]rules.StateChange{{State: "ACCOUNT", From: paidOff, To: paidOff, On: day("2026-04-25"), ClosedOn: day("2026-04-20"), Rule: "ST5"}},
		},
		{
			"opened by hand", paidUp, sent(rules.Active, "2026-05-01"),
			func(k *rules.Known) { k.Status, k.ClosedOn, k.CountFrom = rules.Active, 0, day("2026-05-01") },
			[]rules.StateChange{{State: "ACCOUNT", From: paidOff, To: "ACTIVE", On: day("2026-05-01"), Rule: "ST5"}},
		},
		{
			"an older date counts from no earlier", paidUp, sent(rules.Active, "2025-05-01"),
			func(k *rules.Known) { k.Status, k.ClosedOn = rules.Active, 0 },
			[]rules.StateChange{{State: "ACCOUNT", From: paidOff, To: "ACTIVE", On: day("2025-05-01"), Rule: "ST5"}},
		},
		{
			"the amount of a charge-off comes later", lost, saying(sent(rules.ChargeOff, "2026-02-03"), 50_00),
			func(k *rules.Known) { k.ChargeOff, k.HasChargeOff = 50_00, true }, nil,
		},
		{
			"an amount without a charge-off", late, saying(sent(rules.Active, "2026-01-10"), 50_00), func(*rules.Known) {}, nil,
		},
		{
			"ST3 stopped", late, stopped(sent(rules.Active, "2026-01-10"), ""),
			func(k *rules.Known) { k.Servicing, k.StopReason = rules.NotServicing, rules.DefaultStopReason },
			[]rules.StateChange{{
				State: "SERVICING", From: "SERVICING", To: "NOT_SERVICING", On: day("2026-06-30"), Rule: "ST3",
				Facts: rules.NewFacts(rules.TextFact("stop_reason", "API_REQUEST")),
			}},
		},
		{"Q55 the stop of a night outlasts what was sent before", silenced, sent(rules.Active, "2026-01-10"), func(*rules.Known) {}, nil},
		{"Q55 the lender says what the night said", silenced, stopped(sent(rules.Active, "2026-01-10"), ""), func(*rules.Known) {}, nil},
		{"a stop without a reason keeps its reason", idle, stopped(sent(rules.Active, "2026-01-10"), ""), func(*rules.Known) {}, nil},
		{
			"another reason", idle, stopped(sent(rules.Active, "2026-01-10"), "MILITARY"),
			func(k *rules.Known) { k.StopReason = "MILITARY" },
			[]rules.StateChange{{
				State: "SERVICING", From: "NOT_SERVICING", To: "NOT_SERVICING", On: day("2026-06-30"), Rule: "ST3",
				Facts: rules.NewFacts(rules.TextFact("stop_reason", "MILITARY")),
			}},
		},
		{
			"serviced again, and set by hand", idle, sent(rules.Delinquent, "2026-05-01"),
			func(k *rules.Known) {
				k.Status, k.CountFrom, k.Servicing, k.StopReason = rules.Delinquent, day("2026-05-01"), rules.Servicing, ""
			},
			[]rules.StateChange{
				{State: "ACCOUNT", From: "ACTIVE", To: delinquent, On: day("2026-05-01"), Rule: "ST5"},
				{State: "SERVICING", From: "NOT_SERVICING", To: "SERVICING", On: day("2026-06-30"), Rule: "ST3"},
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := c.known
			c.want(&want)
			if len(c.rows) > 0 && c.rows[0].State == "ACCOUNT" {
				want.Since, want.ByHand, want.SentStatus, want.SentSince = c.sent.Since, true, c.sent.Status, c.sent.Since
			}
			want.SentServicing = c.sent.Servicing
			got, rows := rules.Imported(c.known, c.sent, day("2026-06-30"))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("known (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.rows, rows, readableFacts); diff != "" {
				t.Errorf("history (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("ST3 before the first night, the date of the status", func(t *testing.T) {
		_, rows := rules.Imported(late, stopped(sent(rules.Active, "2026-01-10"), ""), 0)
		if len(rows) != 1 || rows[0].On != day("2026-01-10") {
			t.Errorf("got %v, want one row of 2026-01-10", rows)
		}
	})
}

// FORMAT.md 3.3, Q5: whatever is sent in whatever order, a written amount stays, and sending the same twice changes
// nothing the second time.
func TestImportedTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rules.Boarded(anySent(t))
		for range rapid.IntRange(1, 6).Draw(t, "imports") {
			s := anySent(t)
			now, _ := rules.Imported(k, s, 0)
			if k.HasChargeOff && now.ChargeOff != k.ChargeOff {
				t.Fatalf("the amount %s became %s", k.ChargeOff, now.ChargeOff)
			}
			if now.Status.Closed() != (now.ClosedOn != 0) || now.Status == rules.ChargeOff && now.ChargedOffOn == 0 {
				t.Fatalf("contradictory: %+v", now)
			}
			if again, history := rules.Imported(now, s, 0); again != now || len(history) > 0 {
				t.Fatalf("sent again: got %+v with %v, want %+v", again, history, now)
			}
			k = now
		}
	})
}

func anySent(t *rapid.T) rules.Sent {
	s := rules.Sent{
		Status:    rapid.SampledFrom([]rules.Status{rules.Active, rules.Delinquent, rules.ChargeOff, rules.PaidOff, "CLOSED::FRAUD"}).Draw(t, "status"),
		Since:     day("2026-01-01") + rules.Date(rapid.IntRange(0, 200).Draw(t, "since")),
		Servicing: rapid.SampledFrom([]rules.ServicingStatus{rules.Servicing, rules.NotServicing}).Draw(t, "servicing"),
	}
	if s.Status.Closed() && rapid.Bool().Draw(t, "closing date said") {
		s.ClosedOn = s.Since - rules.Date(rapid.IntRange(0, 20).Draw(t, "closed before"))
	}
	if s.Servicing == rules.NotServicing {
		s.StopReason = rapid.SampledFrom([]string{"", "MILITARY", "DECEASED"}).Draw(t, "reason")
	}
	if rapid.Bool().Draw(t, "amount said") {
		s.ChargeOff, s.HasChargeOff = rapid.SampledFrom([]rules.Cents{0, 50_00, 70_00}).Draw(t, "amount"), true
	}
	return s
}

// DC4: which terminations must have a reason.
func TestReasonMissing(t *testing.T) {
	const flat, pair = "a flat cancel must have a reason (DC4)", "the loan's activity status and sub-status require a reason (DC4)"
	for _, c := range []struct {
		name  string
		given rules.StartedTermination
		want  string
	}{
		{"none required", rules.StartedTermination{Source: "WEB"}, ""},
		{"flat cancel", rules.StartedTermination{Source: "FLTC"}, flat},
		{"flat cancel, known", rules.StartedTermination{Source: "FLTC", Known: true}, flat},
		{"flat cancel with a reason", rules.StartedTermination{Source: "FLTC", Reason: "ERRO"}, ""},
		{"marked pair", rules.StartedTermination{PairRequires: true}, pair},
		{"marked pair with a reason", rules.StartedTermination{PairRequires: true, Reason: "VOLU"}, ""},
		{"marked pair, started before it was marked", rules.StartedTermination{PairRequires: true, Known: true}, ""},
	} {
		if got := rules.ReasonMissing(c.given); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
