package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// SimulateActions are what the program does about simulations. A nil Begin: they are not served here.
type SimulateActions struct {
	// Begin begins a simulation beyond the request that asks for it: *SimulationBusy while another works, servicing.ErrInvalid for
	// settings that nothing can have. One of the same id is begun once.
	Begin func(o SimulateOrder) error
	// Find is one as it stands; nil: it is not known.
	Find func(id string) *Simulation
	// Kept lists those that are known, the newest first.
	Kept func() []Simulation
}

// SimulateOrder asks what the last files would say with other settings; nil and empty: as it is.
type SimulateOrder struct {
	ID, By           string
	DelinquentAfter  *int
	ChargeOffAfter   *int
	TrailingReports  *int
	Method           string
	ChargeOffPastDue string
	Product, Program string
}

// Simulation is one that was asked for, as it stands.
type Simulation struct {
	SimulateOrder
	Began, Ended time.Time // Ended is zero while it works
	Percent      int64
	Failed       string // why it ended early; empty: it did not
	Effects      *SimulatedEffects
}

// SimulatedEffects are what would be otherwise.
type SimulatedEffects struct {
	AsOf, Since                     rules.Date
	Loans, Changed, Consumers, Kept int64
	Files                           []SimulatedFile
	Fields                          []SimulatedField
	Statuses, LoanMoves             []SimulatedMove
	Examples                        []SimulatedExample
}

// SimulatedFile is what would be otherwise in a file.
type SimulatedFile struct {
	File                    int64
	Program, Destination    string
	Records, Would, Changed int64
}

// SimulatedField counts the records in which a field would be another one.
type SimulatedField struct {
	Field   string
	Records int64
}

// SimulatedMove counts what would have another status.
type SimulatedMove struct {
	From, To string
	Count    int64
}

// SimulatedExample is a loan that would be told of otherwise. Account is masked.
type SimulatedExample struct {
	LoanID, Account string
	File            int64
	From, To, Rule  string
	Fields          []SimulatedChange
}

// SimulatedChange is a field before and after.
type SimulatedChange struct{ Field, From, To string }

// SimulationBusy says that another simulation works.
type SimulationBusy struct{ By, ID string }

func (e *SimulationBusy) Error() string {
	return fmt.Sprintf("a simulation that %s asked for works", e.By)
}

// Works reports whether it is not over.
func (s *Simulation) Works() bool { return s.Ended.IsZero() }

// Settings are the settings that are tried, in words.
func (s *SimulateOrder) Settings() string {
	var words []string
	cycles := func(n *int, what string) {
		switch {
		case n == nil:
		case *n == 0:
			words = append(words, what+" never")
		default:
			words = append(words, what+" after "+plural(*n, "underpaid cycle", "underpaid cycles"))
		}
	}
	cycles(s.DelinquentAfter, "delinquent")
	cycles(s.ChargeOffAfter, "charged off")
	if s.Method != "" {
		words = append(words, "buckets counted by "+s.Method)
	}
	if s.TrailingReports != nil {
		words = append(words, plural(*s.TrailingReports, "report", "reports")+" of the final record")
	}
	if s.ChargeOffPastDue != "" {
		words = append(words, "past due of charge-offs: "+s.ChargeOffPastDue)
	}
	if s.Product != "" {
		words = append(words, "product "+s.Product+" alone")
	}
	if s.Program != "" {
		words = append(words, "program "+s.Program+" alone")
	}
	return strings.Join(words, "; ")
}

// simulateRoutes are the routes of simulations.
func (c *Console) simulateRoutes() []route {
	return []route{
		{"GET /simulate", servicing.Viewer, c.simulatePage},
		{"POST /simulate", servicing.Operator, c.simulate},
		{"GET /simulate/{simulation}", servicing.Viewer, c.simulation},
		{"GET /simulate/{simulation}/now", servicing.Viewer, c.simulationNow},
	}
}

// simulateData is what the page of simulations shows.
type simulateData struct {
	Served   bool
	Products []inquiry.Product
	Programs []inquiry.ProgramCalendar
	Kept     []Simulation
}

func (c *Console) simulatePage(w http.ResponseWriter, r *http.Request) error {
	data := simulateData{Served: c.Simulate.Begin != nil}
	var err error
	if data.Products, err = inquiry.Products(r.Context(), c.DB); err != nil {
		return err
	}
	if data.Programs, err = inquiry.Programs(r.Context(), c.DB); err != nil {
		return err
	}
	if c.Simulate.Kept != nil {
		data.Kept = c.Simulate.Kept()
	}
	return c.show(w, r, page{Name: "simulate", Title: "Simulate", Room: "simulate", Data: data})
}

// simulate begins a simulation and leads to its page.
func (c *Console) simulate(w http.ResponseWriter, r *http.Request) error {
	f, err := form(w, r)
	if err != nil {
		return err
	}
	if c.Simulate.Begin == nil {
		return errNoPage
	}
	o, err := simulateOrder(r, f)
	if err != nil {
		return err
	}
	err = c.Simulate.Begin(o)
	if busy, is := errors.AsType[*SimulationBusy](err); is {
		return c.show(w, r, page{Name: "simulate-busy", Title: "Another simulation works", Room: "simulate", Status: http.StatusConflict, Data: busy})
	}
	if err != nil {
		return err
	}
	return c.went(w, r, "/simulate/"+o.ID, "")
}

// simulateOrder reads a form.
func simulateOrder(r *http.Request, f url.Values) (SimulateOrder, error) {
	if !formID.MatchString(f.Get("key")) {
		return SimulateOrder{}, errForm
	}
	o := SimulateOrder{
		ID: f.Get("key"), By: who(r.Context()).Name, Method: f.Get("method"), ChargeOffPastDue: f.Get("past-due"),
		Product: f.Get("product"), Program: f.Get("program"),
	}
	for _, n := range []struct {
		field, name string
		to          **int
	}{
		{"delinquent-after", "N1", &o.DelinquentAfter}, {"charge-off-after", "N2", &o.ChargeOffAfter},
		{"trailing-reports", "the number of trailing reports", &o.TrailingReports},
	} {
		text := strings.TrimSpace(f.Get(n.field))
		if text == "" {
			continue
		}
		number, err := strconv.Atoi(text)
		if err != nil {
			return o, fmt.Errorf("%w: %s is not a whole number", servicing.ErrInvalid, n.name)
		}
		*n.to = &number
	}
	return o, nil
}

// simulationData is what the page of a simulation shows.
type simulationData struct {
	*Simulation
	Live bool
}

func (c *Console) findSimulation(r *http.Request) (simulationData, error) {
	if c.Simulate.Find == nil {
		return simulationData{}, errNoPage
	}
	s := c.Simulate.Find(r.PathValue("simulation"))
	if s == nil {
		return simulationData{}, errSimulationGone
	}
	return simulationData{s, s.Works() && r.URL.Query().Get("live") != "off"}, nil
}

// errSimulationGone: what a simulation said is not known any more.
var errSimulationGone = errors.New("the simulation is not known any more")

func (c *Console) simulation(w http.ResponseWriter, r *http.Request) error {
	data, err := c.findSimulation(r)
	if err != nil {
		return err
	}
	return c.show(w, r, page{Name: "simulation", Title: "What if: " + data.Settings(), Room: "simulate", Data: data})
}

func (c *Console) simulationNow(w http.ResponseWriter, r *http.Request) error {
	data, err := c.findSimulation(r)
	if err != nil {
		return err
	}
	return c.fragment(w, r, page{Name: "simulation", Room: "simulate", Data: data}, "simulation-now")
}
