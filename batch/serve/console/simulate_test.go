package console

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/batch/servicing"
)

// A form orders a simulation, which has a page of its own for as long as the program lives.
func TestSimulate(t *testing.T) {
	var orders []SimulateOrder
	var begin error
	var kept []Simulation
	s := newSite(t, readOnly(t), func(c *Config) {
		c.Simulate = SimulateActions{
			Begin: func(o SimulateOrder) error {
				orders = append(orders, o)
				return begin
			},
			Find: func(id string) *Simulation {
				for i := range kept {
					if kept[i].ID == id {
						return &kept[i]
					}
				}
				return nil
			},
			Kept: func() []Simulation { return kept },
		}
	})
	got := s.get(servicing.Operator, "/simulate")
	got.has(t, 200, `action="/simulate"`, "<option>NORTH</option>", "The settings as they are", "There was no simulation since the program was started")
	if strings.Contains(s.get(servicing.Viewer, "/simulate").body, `action="/simulate"`) {
		t.Error("a viewer sees the form")
	}
	key := "KEY45678"
	if got := s.post(servicing.Operator, "/simulate", fields("key", key, "delinquent-after", " 2 ", "charge-off-after", "0", "trailing-reports", "", "method", "days", "past-due", "zero", "product", "PIL")); got.header.Get("Location") != "/simulate/"+key {
		t.Errorf("status %d to %q", got.status, got.header.Get("Location"))
	}
	two, never := 2, 0
	want := []SimulateOrder{{ID: key, By: "a-operator", DelinquentAfter: &two, ChargeOffAfter: &never, Method: "days", ChargeOffPastDue: "zero", Product: "PIL"}}
	if diff := cmp.Diff(want, orders); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}
	if got, want := orders[0].Settings(), "delinquent after 2 underpaid cycles; charged off never; buckets counted by days; past due of charge-offs: zero; product PIL alone"; got != want {
		t.Errorf("settings %q", got)
	}

	s.post(servicing.Viewer, "/simulate", fields("key", key, "method", "days")).has(t, 403)
	s.post(servicing.Operator, "/simulate", fields("key", key, "delinquent-after", "two")).has(t, 400, "N1 is not a whole number")
	s.post(servicing.Operator, "/simulate", fields("key", "/", "method", "days")).has(t, 400)
	begin = fmt.Errorf("%w: the number of trailing reports is 9, not from 1 to 3", servicing.ErrInvalid)
	s.post(servicing.Operator, "/simulate", fields("key", key, "trailing-reports", "9")).has(t, 400, "is 9, not from 1 to 3")
	begin = &SimulationBusy{By: "ada", ID: "OTHER123"}
	s.post(servicing.Operator, "/simulate", fields("key", key, "method", "days")).has(t, 409, "ada asked for a simulation that is not over", `href="/simulate/OTHER123"`)

	s.get(servicing.Viewer, "/simulate/"+key).has(t, 404, "That simulation is not known any more")
	kept = []Simulation{{SimulateOrder: orders[0], Began: clock(), Percent: 42}}
	s.get(servicing.Viewer, "/simulate/"+key).has(t, 200, `hx-get="/simulate/KEY45678/now"`, "42 percent of the loans")
	s.get(servicing.Viewer, "/simulate").has(t, 200, "works, 42 percent")
	kept[0].Ended = clock()
	kept[0].Effects = &SimulatedEffects{
		AsOf: day("2026-10-31"), Since: day("2026-09-30"), Loans: 1234567, Changed: 4321, Consumers: 5432, Kept: 1,
		Files: []SimulatedFile{{4, "NORTH", "bureaus", 1200000, 1200017, 4321}}, Fields: []SimulatedField{{"amount_past_due", 4300}},
		Statuses: []SimulatedMove{{"84", "97", 77}}, LoanMoves: []SimulatedMove{{"ACTIVE", "CLOSED::CHARGE_OFF", 78}},
		Examples: []SimulatedExample{{"L/1", "****1234", 4, "84", "97", "BR3", []SimulatedChange{{"date_closed", "", "2026-10-05"}, {"segments", "", ""}}}},
	}
	got = s.get(servicing.Viewer, "/simulate/"+key)
	got.has(t, 200, "1,234,567", "4,321", "5,432", "1 loan is left as they are", `href="/files/4"`, "1,200,017", "amount_past_due", "4,300", "CLOSED::CHARGE_OFF",
		`href="/accounts/L%2F1"`, "****1234", "84 → 97", "none → 2026-10-05", "What if: delinquent after 2 underpaid cycles")
	if strings.Contains(got.body, "hx-get") {
		t.Error("a page asks for news of what is over")
	}
	kept[0].Effects, kept[0].Failed = nil, "it was cancelled, or took too long"
	s.get(servicing.Viewer, "/simulate/"+key+"/now").has(t, 200, "It ended early: it was cancelled")
}
