package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

func (a *app) calendarCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "calendar [YEAR]", Short: "show or change business days, and what nights do on closed ones", Args: cobra.MaximumNArgs(1),
		Long: `Lists a year's closed days, the policies of closed days, and which night makes which file of the year. It counts the
weekends and does not list them. Without YEAR it is this year.

A lender has one calendar; it is kept in the database. Out of the box every day is a business day. A policy says what happens to
something that falls on a closed day: run (it happens all the same), skip (it does not) or roll (it happens on the next business
day). These have one, run if none is set:

  night            skip, roll: a closed day needs no night; the next night does its work
  delinquency, closure, statement, contact, purge
                   skip, roll: the step leaves what waits for it to the next business day
  export           the files of programs without a policy of their own
  program:ID       the files of a program. roll: the night of the next business day makes the file, as of its own date. skip
                   leaves out the files of a daily program; that of a month or a billing cycle is never left out, it rolls

Products count grace days and hold days in business days if products.csv says so (days_counted).

  furnisher calendar 2027
  furnisher calendar set federal-reserve --why 'we work when the banks do'`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			year := a.now().UTC().Year()
			if len(args) == 1 {
				y, err := strconv.Atoi(args[0])
				if err != nil || y < 1900 || y > 2098 {
					return &ending{err: fmt.Errorf("%q is not a year from 1900 to 2098", args[0]), code: exitUsage, hint: "furnisher calendar 2027"}
				}
				year = y
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				y, err := readYear(ctx, db, year)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(a.stdout, y)
				}
				return a.printYear(y)
			})
		}),
	}
	jsonFlag(c, &asJSON)
	c.AddCommand(a.calendarSetCommand(), a.calendarDaysCommand(), a.calendarPolicyCommand())
	return c
}

// calendarYear is what `calendar --json` says of a year.
type calendarYear struct {
	Year         int                              `json:"year"`
	Kind         rules.BusinessDayKind            `json:"kind"`
	BusinessDays int                              `json:"business_days"`
	Weekends     int                              `json:"weekend_days"` // closed as such
	Closed       []namedDay                       `json:"closed"`       // the others
	Opened       []namedDay                       `json:"opened"`       // own days that are not closed
	Policies     map[string]rules.ClosedDayPolicy `json:"policies"`
	Files        []dueFile                        `json:"files"`
}

type namedDay struct {
	Day  rules.Date `json:"day"`
	Name string     `json:"name"`
}

// dueFile is a file that a night makes if no night is missed.
type dueFile struct {
	Program string     `json:"program_id"`
	AsOf    rules.Date `json:"as_of"`
	Night   rules.Date `json:"night"`
}

func readYear(ctx context.Context, db *sqlx.DB, year int) (*calendarYear, error) {
	c, err := book.ReadCalendar(ctx, db)
	if err != nil {
		return nil, err
	}
	programs, err := inquiry.Programs(ctx, db)
	if err != nil {
		return nil, err
	}
	y := &calendarYear{Year: year, Kind: c.Days.Kind, Policies: c.Policies, Closed: []namedDay{}, Opened: []namedDay{}, Files: []dueFile{}}
	first, last := rules.NewDate(year, 1, 1), rules.NewDate(year, 12, 31)
	for d := first; d <= last; d++ {
		name, closed := c.Days.Closed(d)
		own, is := c.Days.Own[d]
		switch {
		case !closed:
			y.BusinessDays++
			if is {
				y.Opened = append(y.Opened, namedDay{d, own.Name})
			}
		case name == d.Time().Weekday().String() && !is:
			y.Weekends++
		default:
			y.Closed = append(y.Closed, namedDay{d, name})
		}
	}
	for _, p := range programs {
		y.Files = append(y.Files, filesOf(c, p, first, last)...)
	}
	slices.SortStableFunc(y.Files, func(a, b dueFile) int { return int(a.Night - b.Night) })
	return y, nil
}

// filesOf lists the files of a program as of the dates of a year. Those of a day, or of the billing cycles that end on it, are
// not listed one by one: they have every date, or every business day.
func filesOf(c *rules.BusinessCalendar, p inquiry.ProgramCalendar, first, last rules.Date) []dueFile {
	var files []dueFile
	if !p.Calendar.Monthly() {
		return files
	}
	previous := first - 1
	for night := first; night <= last+latestFile; night++ {
		if !c.NeedsNight(night) {
			continue
		}
		for _, asOf := range c.FileDates(p.Calendar, p.ProgramID, 0, previous, night) {
			if asOf >= first && asOf <= last {
				files = append(files, dueFile{p.ProgramID, asOf, night})
			}
		}
		previous = night
	}
	return files
}

// latestFile is how many days after the end of a year a file as of its last day may be made: as many as may be closed.
const latestFile = 31

func (a *app) printYear(y *calendarYear) error {
	if err := a.say("business days %d: %d, besides %d closed days of weekends\n", y.Year, y.BusinessDays, y.Weekends); err != nil {
		return err
	}
	if err := a.say("business days are: %s\n", y.Kind); err != nil {
		return err
	}
	for _, list := range []struct {
		title string
		days  []namedDay
	}{{"closed days", y.Closed}, {"opened days", y.Opened}} {
		if len(list.days) == 0 {
			continue
		}
		rows := make([][]any, len(list.days))
		for i, d := range list.days {
			rows[i] = []any{d.Day, d.Day.Time().Weekday().String(), d.Name}
		}
		if err := printTitled(a.stdout, list.title, []string{"day", "weekday", "name"}, rows); err != nil {
			return err
		}
	}
	if len(y.Policies) > 0 {
		var rows [][]any
		for _, entry := range slices.Sorted(maps.Keys(y.Policies)) {
			rows = append(rows, []any{entry, y.Policies[entry]})
		}
		if err := printTitled(a.stdout, "on closed days", []string{"entry", "policy"}, rows); err != nil {
			return err
		}
	}
	if len(y.Files) == 0 {
		return nil
	}
	rows := make([][]any, len(y.Files))
	for i, f := range y.Files {
		rows[i] = []any{f.Program, f.AsOf, f.Night, f.Night.Time().Weekday().String()}
	}
	return printTitled(a.stdout, "files", []string{"program", "as of", "night", "weekday"}, rows)
}

func (a *app) calendarSetCommand() *cobra.Command {
	var o orderFlags
	c := &cobra.Command{
		Use: "set KIND --why TEXT", Short: "say which days are business days", Args: cobra.ExactArgs(1),
		Long: `KIND is every-day, weekdays (Saturdays and Sundays are closed) or federal-reserve (and the holidays of the Federal Reserve Banks: one
that falls on a Sunday is kept on the Monday after, one on a Saturday closes no other day). The loans of products that count
business days are looked at again by the next night.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.changeCalendar(ctx, "furnisher calendar set", args[0], &o, servicing.CalendarRequest{Kind: rules.BusinessDayKind(args[0])})
		}),
	}
	o.flags(c)
	return c
}

func (a *app) calendarDaysCommand() *cobra.Command {
	var o orderFlags
	c := &cobra.Command{
		Use: "days FILE --why TEXT", Short: "replace the lender's own days by those of a file", Args: cobra.ExactArgs(1),
		Long: `FILE is CSV with the columns day (YYYY-MM-DD), state (closed or open) and name. Its days replace all of the lender's own days: keep
those of past years in it. - is standard input.

  day,state,name
  2026-11-27,closed,Day after Thanksgiving`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			own, err := a.readOwnDays(args[0])
			if err != nil {
				return &ending{err: fmt.Errorf("%s: %w", args[0], err), code: exitUsage, hint: hintHelp("furnisher calendar days")}
			}
			return a.changeCalendar(ctx, "furnisher calendar days", "FILE", &o, servicing.CalendarRequest{Own: own})
		}),
	}
	o.flags(c)
	return c
}

func (a *app) calendarPolicyCommand() *cobra.Command {
	var o orderFlags
	c := &cobra.Command{
		Use: "policy ENTRY (run|skip|roll|none) --why TEXT", Short: "say what happens to something on a closed day", Args: cobra.ExactArgs(2),
		Long: "ENTRY is night, a step of the plan, or program: and the id of a program. none takes its policy away. furnisher calendar --help says what each means.",
		RunE: a.does(func(ctx context.Context, args []string) error {
			policy := rules.ClosedDayPolicy(args[1])
			if policy == "none" {
				policy = ""
			}
			return a.changeCalendar(ctx, "furnisher calendar policy", args[0]+" "+args[1], &o,
				servicing.CalendarRequest{Policies: map[string]rules.ClosedDayPolicy{args[0]: policy}})
		}),
	}
	o.flags(c)
	return c
}

func (a *app) changeCalendar(ctx context.Context, command, args string, o *orderFlags, r servicing.CalendarRequest) error {
	return a.operation(ctx, command, " "+args, o, func(d *servicing.Desk, order servicing.Order) error {
		r.Order = order
		done, err := d.SetCalendar(ctx, r)
		switch {
		case errors.Is(err, servicing.ErrRefused), errors.Is(err, servicing.ErrUnknown):
			return &ending{err: err, code: exitFailed, hint: "nothing was changed; furnisher runs shows the nights, furnisher mapping the programs"}
		case err != nil:
			return err
		}
		return a.told(o, done.Receipt, done, "business days are %s, own days %d, policies %d", done.Kind, len(done.Own), len(done.Policies))
	})
}

// maxOwnDays bounds the file of own days, in bytes.
const maxOwnDays = 1 << 20

// readOwnDays reads a lender's own days from CSV.
func (a *app) readOwnDays(path string) (map[rules.Date]rules.OwnDay, error) {
	in := a.stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, errors.Unwrap(err)
		}
		defer file.Close()
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, maxOwnDays+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxOwnDays {
		return nil, fmt.Errorf("it is larger than %d bytes", maxOwnDays)
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = 3
	heading, err := r.Read()
	if err != nil || !slices.Equal(heading, []string{"day", "state", "name"}) {
		return nil, errors.New("line 1: it must be day,state,name")
	}
	own := map[rules.Date]rules.OwnDay{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return own, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		day, err := rules.ParseDate(row[0])
		name := strings.TrimSpace(row[2])
		_, again := own[day]
		switch {
		case err != nil:
			return nil, fmt.Errorf("line %d: day: %w", line, err)
		case again:
			return nil, fmt.Errorf("line %d: %s is there twice", line, day)
		case row[1] != "closed" && row[1] != "open":
			return nil, fmt.Errorf("line %d: state: neither closed nor open", line)
		case name == "":
			return nil, fmt.Errorf("line %d: name is missing", line)
		}
		own[day] = rules.OwnDay{Open: row[1] == "open", Name: name}
	}
}
