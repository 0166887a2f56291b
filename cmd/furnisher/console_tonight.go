package main

import (
	"context"
	"time"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/serve/console"
)

// deadline is the time of day by which nights must be closed, by the clock of a time zone.
type deadline struct {
	late clockFlag
	zone *time.Location
}

// after is the deadline of a night that began at a time; zero: there is none.
func (d deadline) after(began time.Time) time.Time {
	if !d.late.set {
		return time.Time{}
	}
	return d.late.next(began.In(d.zone))
}

// nightActions are what the console knows of nights, and what its desk does about them.
func (a *app) nightActions(db *database.Database, by deadline, desk *nightDesk) console.NightActions {
	return console.NightActions{
		Begin: desk.begin, Job: desk.find, Stop: desk.stop,
		Next: func(ctx context.Context) (console.NextNight, error) { return desk.next(ctx, db) },

		Held:     func(ctx context.Context) (bool, error) { return batch.Held(ctx, db.DB) },
		Deadline: by.after,
		Brake: func(name string, n int64) (counts, text string) {
			b, _ := batch.FindBrake(name)
			return b.Says, b.Text(n)
		},
	}
}
