package rules

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// FileProfile is what a file holds in numbers, by which it is compared with those before it (V23).
type FileProfile struct {
	File     int64            `json:"file"`
	AsOf     Date             `json:"-"`
	Records  int64            `json:"records"`
	Balance  int64            `json:"balance"`  // whole dollars
	PastDue  int64            `json:"past_due"` // whole dollars
	Statuses map[string]int64 `json:"statuses"` // records by account status
	Filled   map[string]int64 `json:"filled"`   // records in which a field is not empty
	Moves    map[string]int64 `json:"moves"`    // of the accounts that the file before had, by its status and this one's: "11>71"
}

// NewFileProfile returns an empty profile.
func NewFileProfile(file int64, asOf Date) *FileProfile {
	return &FileProfile{File: file, AsOf: asOf, Statuses: map[string]int64{}, Filled: map[string]int64{}, Moves: map[string]int64{}}
}

// Add counts what the file says of an account, after what the last file said of it; nil: nothing.
func (p *FileProfile) Add(t, before *Furnished) {
	p.Records++
	p.Balance += t.CurrentBalance
	p.PastDue += t.AmountPastDue
	p.Statuses[t.AccountStatus]++
	for i := range profiled {
		if profiled[i].filled(t) {
			p.Filled[profiled[i].key]++
		}
	}
	if before != nil {
		p.Moves[before.AccountStatus+">"+t.AccountStatus]++
	}
}

// Merge adds the counts of another part of the file.
func (p *FileProfile) Merge(o *FileProfile) {
	p.Records, p.Balance, p.PastDue = p.Records+o.Records, p.Balance+o.Balance, p.PastDue+o.PastDue
	for of, to := range map[*map[string]int64]map[string]int64{&o.Statuses: p.Statuses, &o.Filled: p.Filled, &o.Moves: p.Moves} {
		for key, n := range *of {
			to[key] += n
		}
	}
}

// profiled are the fields of which it is counted how often they are filled.
var profiled = []struct {
	key    string
	filled func(*Furnished) bool
}{
	{"scheduled_payment", func(t *Furnished) bool { return t.ScheduledPayment != 0 }},
	{"actual_payment", func(t *Furnished) bool { return t.ActualPayment != 0 }},
	{"payment_rating", func(t *Furnished) bool { return t.PaymentRating != "" }},
	{"special_comment", func(t *Furnished) bool { return t.SpecialComment != "" }},
	{"compliance_code", func(t *Furnished) bool { return t.ComplianceCode != "" }},
	{"amount_past_due", func(t *Furnished) bool { return t.AmountPastDue != 0 }},
	{"original_chargeoff", func(t *Furnished) bool { return t.OriginalChargeOff != 0 }},
	{"date_first_delinquency", func(t *Furnished) bool { return t.DateFirstDelinquency != 0 }},
	{"date_closed", func(t *Furnished) bool { return t.DateClosed != 0 }},
	{"date_last_payment", func(t *Furnished) bool { return t.DateLastPayment != 0 }},
}

// DriftLimits say how far a file may be from the last three.
type DriftLimits struct {
	Records float64 // percent of the mean number of records
	Balance float64 // percent of the mean balance of a record
	PastDue float64 // percent of the mean amount past due of a record
	Status  float64 // points that the share of a status may differ by
	Moves   float64 // points that the share of a move from one status to another may differ by
	Filled  float64 // points that the share of records with a field may differ by
	Least   int64   // records: what concerns fewer is no drift, however large its share
}

// DefaultDriftLimits are the limits out of the box.
func DefaultDriftLimits() DriftLimits {
	return DriftLimits{Records: 20, Balance: 20, PastDue: 50, Status: 5, Moves: 5, Filled: 15, Least: 40}
}

// driftFiles is the number of files that one is compared with.
const driftFiles = 3

// Drift is V23: where a file swings away from the last ones of its destination, newest first. Without one before there is no drift.
func Drift(now *FileProfile, last []*FileProfile, limits DriftLimits) []Violated {
	d := drift{now: now, last: last[:min(len(last), driftFiles)], limits: limits}
	if len(d.last) == 0 || now.Records == 0 {
		return nil
	}
	d.counts()
	d.shares("status", limits.Status, "status %s", func(p *FileProfile) map[string]int64 { return p.Statuses }, records)
	d.shares("filled", limits.Filled, "field %s, filled,", func(p *FileProfile) map[string]int64 { return p.Filled }, records)
	d.last = slices.DeleteFunc(slices.Clone(d.last), func(p *FileProfile) bool { return len(p.Moves) == 0 })
	d.shares("move", limits.Moves, "move %s", func(p *FileProfile) map[string]int64 { return p.Moves }, moved)
	return d.found
}

func records(p *FileProfile) int64 { return p.Records }

// moved is the number of records whose account the file before had.
func moved(p *FileProfile) (n int64) {
	for _, of := range p.Moves {
		n += of
	}
	return n
}

type drift struct {
	now    *FileProfile
	last   []*FileProfile
	limits DriftLimits
	found  []Violated
}

func (d *drift) say(about, format string, args ...any) {
	d.found = append(d.found, Violated{"V23", about, fmt.Sprintf(format, args...)})
}

// mean is the mean of a number over the last files.
func (d *drift) mean(number func(*FileProfile) float64) float64 {
	sum := 0.0
	for _, p := range d.last {
		sum += number(p)
	}
	return sum / float64(len(d.last))
}

// counts compares the number of records, and what a record owes on average.
func (d *drift) counts() {
	usual := d.mean(func(p *FileProfile) float64 { return float64(p.Records) })
	if off := math.Abs(float64(d.now.Records) - usual); off >= float64(d.limits.Least) && off > usual*d.limits.Records/100 {
		d.say("records", "%d records; the last %d files had %.0f on average", d.now.Records, len(d.last), usual)
	}
	for _, amount := range []struct {
		about  string
		limit  float64
		dollar func(*FileProfile) int64
		bear   func(*FileProfile) int64 // records that have such an amount
		least  int64                    // of them: a few large accounts make no drift
	}{
		{"balance", d.limits.Balance, func(p *FileProfile) int64 { return p.Balance }, records, d.limits.Least},
		{"amount_past_due", d.limits.PastDue, func(p *FileProfile) int64 { return p.PastDue },
			func(p *FileProfile) int64 { return p.Filled["amount_past_due"] }, d.limits.Least},
	} {
		each := func(p *FileProfile) float64 { return float64(amount.dollar(p)) / float64(max(1, p.Records)) }
		usual, is := d.mean(each), each(d.now)
		if amount.bear(d.now) >= amount.least && math.Abs(is-usual) > usual*amount.limit/100 && math.Abs(is-usual) >= 1 {
			d.say(amount.about, "%s is %.0f dollars a record; in the last %d files it was %.0f on average", amount.about, is, len(d.last), usual)
		}
	}
}

// shares compares the share that each of several counts has of a whole.
func (d *drift) shares(kind string, points float64, words string, counts func(*FileProfile) map[string]int64, whole func(*FileProfile) int64) {
	if len(d.last) == 0 || whole(d.now) == 0 {
		return
	}
	keys := maps.Clone(counts(d.now))
	for _, p := range d.last {
		maps.Copy(keys, counts(p))
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		share := func(p *FileProfile) float64 { return 100 * float64(counts(p)[key]) / float64(max(1, whole(p))) }
		usual, is := d.mean(share), share(d.now)
		if off := math.Abs(is - usual); off > points && off*float64(whole(d.now))/100 >= float64(d.limits.Least) {
			d.say(kind+" "+key, words+" has %.1f %% of the records; in the last %d files it had %.1f %% on average", key, is, len(d.last), usual)
		}
	}
}

// Set sets one limit, as in "status=8", or takes all away: off. "least" is in records, the others in percent or points.
func (l *DriftLimits) Set(setting string) error {
	if setting == "off" {
		*l = DriftLimits{Least: math.MaxInt64}
		return nil
	}
	name, value, _ := strings.Cut(setting, "=")
	limit, err := strconv.ParseFloat(strings.TrimSuffix(value, "%"), 64)
	if err != nil || !(limit > 0) || limit > 1e9 {
		return fmt.Errorf("a limit of drift is NAME=NUMBER, not %q", setting)
	}
	switch name {
	case "records":
		l.Records = limit
	case "balance":
		l.Balance = limit
	case "past-due":
		l.PastDue = limit
	case "status":
		l.Status = limit
	case "moves":
		l.Moves = limit
	case "filled":
		l.Filled = limit
	case "least":
		l.Least = int64(limit)
	default:
		return fmt.Errorf("there is no limit of drift %q: records, balance, past-due, status, moves, filled, least", name)
	}
	return nil
}
