package step

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/rules"
)

// numbers are the brakes that hold counts of the pass against their limits: by the decider and the names of its counts; the
// empty name: its amount.
var numbers = []struct {
	brake, decider string
	counts         []string
}{
	{batch.BrakeDelinquent, "delinquency", []string{"delinquent"}},
	{batch.BrakeChargedOff, "delinquency", []string{"charged_off"}},
	{batch.BrakeChargedOffAmount, "delinquency", []string{""}},
	{batch.BrakeClosed, "closure", []string{"paid_off", "surplus"}},
}

// Counted are the brakes that hold counts of the pass against their limits.
func (Servicing) Counted() []string {
	names := make([]string, len(numbers))
	for i, n := range numbers {
		names[i] = n.brake
	}
	return names
}

// bookSize is what shares of the book are of.
type bookSize struct {
	Open int64 `db:"open"`
	Lent int64 `db:"lent"` // cents
}

// Measure gives the numbers of the pass, and how old the news are.
func (Servicing) Measure(ctx context.Context, tx *sqlx.Tx, run batch.Run, done map[string]batch.Tally, asks func(string, int64) bool) ([]batch.Measure, error) {
	var measures []batch.Measure
	for _, n := range numbers {
		tally := done[n.decider]
		var now int64
		for _, name := range n.counts {
			if now += tally.Counts[name]; name == "" {
				now += int64(tally.Amount)
			}
		}
		if !asks(n.brake, now) {
			continue
		}
		m := batch.Measure{Brake: n.brake, Now: now}
		if err := tx.SelectContext(ctx, &m.Before, brakeBefore, n.decider, pq.Array(n.counts)); err != nil {
			return nil, fmt.Errorf("read the nights before: %w", err)
		}
		measures = append(measures, m)
	}
	age, ok, err := newsAge(ctx, tx, run.Date)
	if err != nil {
		return nil, err
	}
	if ok && asks(age.Brake, age.Now) {
		measures = append(measures, age)
	}
	if len(measures) == 0 {
		return nil, nil
	}
	var size bookSize
	if err := tx.GetContext(ctx, &size, brakeBook, run.LastLoan, pq.Array([]rules.Status{rules.Active, rules.Delinquent})); err != nil {
		return nil, fmt.Errorf("count the open loans: %w", err)
	}
	for i := range measures {
		m := &measures[i]
		if m.Whole = size.Open; m.Brake == batch.BrakeChargedOffAmount {
			m.Whole = size.Lent
		}
	}
	return measures, nil
}

// newsAge is how many days the last import that brought something is before a business date; not ok if there was none: such a
// book gets its news by another door.
func newsAge(ctx context.Context, tx *sqlx.Tx, d rules.Date) (age batch.Measure, ok bool, err error) {
	var nights []struct {
		Date rules.Date `db:"business_date"`
		At   *time.Time `db:"at"`
		Run  int64      `db:"run"`
	}
	if err := tx.SelectContext(ctx, &nights, brakeNews, d); err != nil {
		return batch.Measure{}, false, fmt.Errorf("read the dates of imports: %w", err)
	}
	age.Brake = batch.BrakeNewsAge
	for i, n := range nights {
		if n.At == nil {
			return age, i > 0, nil
		}
		days := max(int64(n.Date-rules.DateOf(n.At.UTC())), 0)
		if i == 0 {
			age.Now = days
		} else {
			age.Before = append(age.Before, days)
		}
	}
	return age, true, nil
}
