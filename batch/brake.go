package batch

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/rules"
)

// Unit says what a brake counts.
type Unit int

// The units of brakes.
const (
	Loans   Unit = iota
	Money        // cents
	Days         // calendar days; no share
	Records      // of a file; both more and fewer than usual are beyond the limit
)

// Brake is a brake with the limit that it has out of the box. Its name is a stable key of the ledger and of settings.
type Brake struct {
	Name    string
	Unit    Unit
	Default Limit
	Off     bool   // out of the box it stops no night; Default is what a lender may begin with
	Says    string // what it holds against its limit
}

// Names of brakes.
const (
	BrakeDelinquent       = "delinquent"
	BrakeChargedOff       = "charged-off"
	BrakeChargedOffAmount = "charged-off-amount"
	BrakeClosed           = "closed"
	BrakeNewsAge          = "news-age"
	BrakeDeleted          = "deleted"
	BrakeExcluded         = "excluded"
	BrakeFileRecords      = "file-records"
)

// Brakes lists the brakes: names, limits out of the box, and help. Out of the box they stop only what no night does, also one
// that makes up for a month: the lender sets closer ones from the numbers of their own nights.
var Brakes = []Brake{
	{BrakeDelinquent, Loans, Limit{Share: 25, Least: 500}, false, "loans that become delinquent, of the open ones"},
	{BrakeChargedOff, Loans, Limit{Share: 10, Least: 500}, false, "loans that are charged off, of the open ones"},
	{BrakeChargedOffAmount, Money, Limit{Share: 10, Least: 5_000_000_00}, false, "dollars charged off, of those lent to the open loans"},
	{BrakeClosed, Loans, Limit{Share: 25, Least: 500}, false, "loans that are paid off or overpaid, of the open ones"},
	{BrakeNewsAge, Days, Limit{Least: 10}, true, "days from the last import that brought something to the business date"},
	{BrakeDeleted, Loans, Limit{Share: 5, Least: 500}, false, "accounts that a file deletes, of its records"},
	{BrakeExcluded, Loans, Limit{Share: 25, Least: 500}, false, "accounts that the file before had and that this one leaves out, of the records of that file"},
	{BrakeFileRecords, Records, Limit{Share: 50, Least: 1000}, false, "records that a file has more or fewer than the mean of the last three"},
}

// FindBrake returns the brake of a name.
func FindBrake(name string) (Brake, bool) {
	for _, b := range Brakes {
		if b.Name == name {
			return b, true
		}
	}
	return Brake{}, false
}

// Text is a number of the brake's unit.
func (b Brake) Text(n int64) string {
	if b.Unit == Money {
		return rules.Cents(n).String()
	}
	return strconv.FormatInt(n, 10)
}

// Limit is how much a night may do: a share of the whole, but never less than an absolute number, so that a small book is not
// stopped for a few loans.
type Limit struct {
	Share float64 // percent
	Least int64   // in the brake's unit
}

// Allowed is the limit as a number, for so large a whole.
func (l Limit) Allowed(whole int64) int64 {
	return max(l.Least, int64(math.Floor(float64(whole)*l.Share/100)))
}

// Limits are the limits in force by the names of their brakes. A brake without one does not stop a night; nil: none does.
type Limits map[string]Limit

// DefaultLimits are the limits out of the box.
func DefaultLimits() Limits {
	limits := Limits{}
	for _, b := range Brakes {
		if !b.Off {
			limits[b.Name] = b.Default
		}
	}
	return limits
}

// Set sets one limit, or takes all away: off, NAME=off, NAME=DAYS for days, or NAME=PERCENT,NUMBER, as in "delinquent=5%,200"; money is in dollars.
func (l Limits) Set(setting string) error {
	if setting == "off" {
		clear(l)
		return nil
	}
	name, value, _ := strings.Cut(setting, "=")
	b, known := FindBrake(name)
	if !known {
		return fmt.Errorf("there is no brake %q", name)
	}
	if value == "off" {
		delete(l, name)
		return nil
	}
	percent, number, both := strings.Cut(value, ",")
	if b.Unit == Days {
		percent, number, both = "0", value, true
	}
	share, err := strconv.ParseFloat(strings.TrimSuffix(percent, "%"), 64)
	if err != nil || !both || !(share >= 0 && share <= 100) {
		return fmt.Errorf("brake %s: %q is not a limit as %s", name, value, b.Setting(b.Default))
	}
	least, err := strconv.ParseInt(number, 10, 64)
	if err != nil || least < 0 || least > math.MaxInt64/100 {
		return fmt.Errorf("brake %s: %q is not a limit as %s", name, value, b.Setting(b.Default))
	}
	if b.Unit == Money {
		least *= 100
	}
	l[name] = Limit{Share: share, Least: least}
	return nil
}

// Setting is a limit as Set takes it, without its name.
func (b Brake) Setting(l Limit) string {
	switch b.Unit {
	case Days:
		return strconv.FormatInt(l.Least, 10)
	case Money:
		l.Least /= 100
	}
	return fmt.Sprintf("%s%%,%d", strconv.FormatFloat(l.Share, 'f', -1, 64), l.Least)
}

// Measure is one number of a step that a brake holds against its limit.
type Measure struct {
	Brake  string
	About  string  // the file it is about; empty: the book
	Now    int64   // in the brake's unit
	Whole  int64   // what the limit's share is of; of Records what is usual
	Before []int64 // the same number of the last three nights or files, the latest first
}

// Measured is a Step that brakes judge.
type Measured interface {
	Step
	// Measure gives its numbers. asks reports whether a number of a brake is beyond its least limit: nothing needs to be read
	// of one that is not. done is what its chunks did, or would do, by the name of its part.
	Measure(ctx context.Context, tx *sqlx.Tx, run Run, done map[string]Tally, asks func(brake string, now int64) bool) ([]Measure, error)
}

// Rehearser is a Measured step that can say what Apply would do without writing or locking anything. It is the first step
// of its plan, or no rehearsal is free of joined workers.
type Rehearser interface {
	Measured
	// Counted are the brakes that judge what its chunks do. If none of them is on, no chunk is rehearsed.
	Counted() []string
	Rehearse(ctx context.Context, tx *sqlx.Tx, c Chunk) (Tally, error)
}

// Weight is what the brake holds against its limit.
func (m *Measure) Weight() int64 {
	if b, _ := FindBrake(m.Brake); b.Unit != Records {
		return m.Now
	}
	return max(m.Now-m.Whole, m.Whole-m.Now)
}

// beyond returns the limit of a measure, and whether it is beyond.
func (l Limits) beyond(m *Measure) (allowed int64, beyond bool) {
	limit, on := l[m.Brake]
	if !on {
		return 0, false
	}
	allowed = limit.Allowed(m.Whole)
	return allowed, m.Weight() > allowed
}

// anyOf reports whether one of some brakes is on.
func (l Limits) anyOf(brakes []string) bool {
	for _, b := range brakes {
		if _, on := l[b]; on {
			return true
		}
	}
	return false
}

// asks reports whether a brake is on and a number of it beyond its least limit.
func (l Limits) asks(brake string, now int64) bool {
	limit, on := l[brake]
	return on && now > limit.Least
}
