package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/serve/console"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

const (
	// keptSimulations are how many the process remembers.
	keptSimulations = 20
	// simulationPatience bounds how long one works.
	simulationPatience = time.Hour
)

// simulationDesk does the simulations that people ask for in the console, one at a time, until ctx ends.
type simulationDesk struct {
	app    *app
	ctx    context.Context
	cancel context.CancelFunc

	mu    sync.Mutex
	kept  []*console.Simulation // the newest last
	ended sync.WaitGroup
}

func (a *app) newSimulationDesk(ctx context.Context) *simulationDesk {
	d := &simulationDesk{app: a}
	d.ctx, d.cancel = context.WithCancel(ctx)
	return d
}

// end cancels what works, and waits for its end.
func (d *simulationDesk) end() {
	d.cancel()
	d.ended.Wait()
}

// actions are what the console does by the desk.
func (d *simulationDesk) actions() console.SimulateActions {
	return console.SimulateActions{Begin: d.begin, Find: d.find, Kept: d.list}
}

// whatIf is the question of an order.
func whatIf(o console.SimulateOrder) bureau.WhatIf {
	return bureau.WhatIf{
		DelinquentAfter: o.DelinquentAfter, ChargeOffAfter: o.ChargeOffAfter, TrailingReports: o.TrailingReports,
		Method: rules.DelinquencyMethod(o.Method), ChargeOffPastDue: rules.ChargeOffPastDue(o.ChargeOffPastDue), Product: o.Product, Program: o.Program,
	}
}

// begin begins a simulation beyond the request that asks for it. One that was asked for with the same id is not begun again.
func (d *simulationDesk) begin(o console.SimulateOrder) error {
	q := whatIf(o)
	if err := q.Check(); err != nil {
		return fmt.Errorf("%w: %w", servicing.ErrInvalid, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if at := slices.IndexFunc(d.kept, func(s *console.Simulation) bool { return s.ID == o.ID }); at >= 0 {
		if !reflect.DeepEqual(d.kept[at].SimulateOrder, o) { // its answer would be taken for that of other settings
			return servicing.ErrKeyUsed
		}
		return nil
	}
	if n := len(d.kept); n > 0 && d.kept[n-1].Works() {
		return &console.SimulationBusy{By: d.kept[n-1].By, ID: d.kept[n-1].ID}
	}
	s := &console.Simulation{SimulateOrder: o, Began: d.app.now()}
	if d.kept = append(d.kept, s); len(d.kept) > keptSimulations {
		d.kept = d.kept[1:]
	}
	d.ended.Add(1)
	go d.work(s, q)
	return nil
}

// work does a simulation and keeps what it says. A panic is its error.
func (d *simulationDesk) work(s *console.Simulation, q bureau.WhatIf) {
	defer d.ended.Done()
	ctx, cancel := context.WithTimeout(d.ctx, simulationPatience)
	defer cancel()
	var effects *bureau.Effects
	err := func() (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v", r)
			}
		}()
		return d.app.withDatabase(ctx, func(db *database.Database) error {
			v, err := d.app.vault(ctx, db)
			if err != nil {
				return err
			}
			effects, err = q.Effects(ctx, db.DB, v, func(loan, last int64) {
				d.mu.Lock()
				defer d.mu.Unlock()
				s.Percent = 100 * loan / last
			})
			return err
		})
	}()
	d.mu.Lock()
	defer d.mu.Unlock()
	s.Ended = d.app.now()
	switch {
	case err == nil:
		s.Effects = effectsView(effects)
	case errors.Is(err, bureau.ErrWhatIf) || errors.Is(err, bureau.ErrNoFiles):
		s.Failed = err.Error()
	case ctx.Err() != nil:
		s.Failed = "it was cancelled, or took too long"
	default:
		s.Failed = "it failed; the log says why"
		d.app.log.WithError(err).Error("simulation failed")
	}
}

// find is a simulation as it stands; nil: it is not known, or not any more.
func (d *simulationDesk) find(id string) *console.Simulation {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.kept {
		if s.ID == id {
			seen := *s
			return &seen
		}
	}
	return nil
}

// list lists the simulations that are kept, the newest first.
func (d *simulationDesk) list() (list []console.Simulation) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range slices.Backward(d.kept) {
		list = append(list, *s)
	}
	return list
}

// effectsView are effects as the console shows them.
func effectsView(e *bureau.Effects) *console.SimulatedEffects {
	v := &console.SimulatedEffects{
		AsOf: e.AsOf, Since: e.Since, Loans: e.Loans, Changed: e.Changed, Consumers: e.Consumers, Kept: e.Kept,
		Statuses: moves(e.Statuses), LoanMoves: moves(e.LoanMoves),
	}
	for _, f := range e.Files {
		v.Files = append(v.Files, console.SimulatedFile(f))
	}
	for _, f := range e.Fields {
		v.Fields = append(v.Fields, console.SimulatedField(f))
	}
	for i := range e.Examples {
		x := &e.Examples[i]
		shown := console.SimulatedExample{LoanID: x.LoanID, Account: inquiry.MaskAccount(x.AccountNumber), File: x.File, From: x.From, To: x.To, Rule: x.Rule}
		for _, c := range x.Fields {
			shown.Fields = append(shown.Fields, console.SimulatedChange(c))
		}
		v.Examples = append(v.Examples, shown)
	}
	return v
}

func moves(effects []bureau.StatusEffect) (list []console.SimulatedMove) {
	for _, s := range effects {
		list = append(list, console.SimulatedMove(s))
	}
	return list
}
