package servicing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// CalendarRequest asks to change the lender's business days, or what happens on the others. What is not given stays.
type CalendarRequest struct {
	Order
	Kind     rules.BusinessDayKind            `json:"kind"`     // empty: stays
	Own      map[rules.Date]rules.OwnDay      `json:"own"`      // all of the lender's own days; nil: stay
	Policies map[string]rules.ClosedDayPolicy `json:"policies"` // by entry; empty: it has none of its own any more
}

// CalendarResult is what became of the calendar.
type CalendarResult struct {
	Receipt
	calendarOf
}

// calendarOf is the calendar as results and an operation's row say it.
type calendarOf struct {
	Kind     rules.BusinessDayKind            `json:"kind"`
	Own      map[rules.Date]rules.OwnDay      `json:"own"`
	Policies map[string]rules.ClosedDayPolicy `json:"policies"`
}

// SetCalendar changes the business calendar. Nights and files go by one calendar: it does not change while a night runs or is
// unfinished.
//
// Errors to branch on: ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrBusy.
func (d *Desk) SetCalendar(ctx context.Context, r CalendarRequest) (*CalendarResult, error) {
	err := needsWhy(r.Order)
	if err == nil {
		err = r.check()
	}
	done := &CalendarResult{}
	if err == nil {
		err = d.perform(ctx, "SET_CALENDAR", r.Order, r, done, func(tx *sqlx.Tx, w *deed) error { return r.set(ctx, tx, w, done) })
	}
	if err != nil {
		return nil, fmt.Errorf("set the calendar: %w", err)
	}
	return done, nil
}

func (r *CalendarRequest) check() error {
	if r.Kind != "" && !slices.Contains(rules.BusinessDayKinds(), r.Kind) {
		return invalid("there are no business days %q", r.Kind)
	}
	for _, own := range r.Own {
		if own.Name == "" || len(own.Name) > longestKey {
			return invalid("a day of its own has no name, or a longer one than %d bytes", longestKey)
		}
	}
	for entry, policy := range r.Policies {
		if _, of := strings.CutPrefix(entry, rules.ProgramEntries); !of && !slices.Contains(rules.PolicyEntries(), entry) {
			return invalid("there is no entry %q", entry)
		}
		if policy != "" && !slices.Contains(rules.ClosedDayPolicies(), policy) {
			return invalid("there is no policy %q", policy)
		}
	}
	return nil
}

func (r *CalendarRequest) set(ctx context.Context, tx *sqlx.Tx, w *deed, done *CalendarResult) error {
	at, err := nobodysNight(ctx, tx)
	if err != nil {
		return err
	}
	for entry, policy := range r.Policies {
		if err := checkProgram(ctx, tx, entry, policy); err != nil {
			return err
		}
	}
	now, err := book.ReadCalendar(ctx, tx)
	if err != nil {
		return err
	}
	before := &rules.BusinessCalendar{
		Days:     &rules.BusinessDays{Kind: now.Days.Kind, Own: maps.Clone(now.Days.Own)},
		Policies: maps.Clone(now.Policies),
	}
	w.before = calendarOf{before.Days.Kind, before.Days.Own, before.Policies}
	if r.Kind != "" {
		now.Days.Kind = r.Kind
	}
	if r.Own != nil {
		now.Days.Own = r.Own
	}
	if err := now.Days.Check(); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	for entry, policy := range r.Policies {
		if now.Policies[entry] = policy; policy == "" {
			delete(now.Policies, entry)
		}
	}
	if err := leavesNothing(ctx, tx, before, now, at); err != nil {
		return err
	}
	done.calendarOf = calendarOf{now.Days.Kind, now.Days.Own, now.Policies}
	w.after = done.calendarOf
	return book.WriteCalendar(ctx, tx, now, r.Kind != "" || r.Own != nil)
}

// leavesNothing refuses a change after which no night would do what the last ones left to the next business day.
func leavesNothing(ctx context.Context, tx *sqlx.Tx, before, after *rules.BusinessCalendar, at nights) error {
	closed := at.Closed
	if closed == 0 {
		return nil
	}
	var programs []struct {
		ProgramID string         `db:"program_id"`
		Calendar  rules.Calendar `db:"calendar"`
	}
	if err := tx.SelectContext(ctx, &programs, programCalendars); err != nil {
		return fmt.Errorf("read the programs: %w", err)
	}
	for _, p := range programs {
		waits := after.FilesWaiting(p.Calendar, p.ProgramID, at.First, closed)
		for _, asOf := range before.FilesWaiting(p.Calendar, p.ProgramID, at.First, closed) {
			if !slices.Contains(waits, asOf) {
				return fileWaits(p.ProgramID, asOf)
			}
		}
	}
	var noted []struct {
		ProgramID string     `db:"program_id"`
		AsOf      rules.Date `db:"as_of"`
		NotedOn   rules.Date `db:"noted_on"`
	}
	if err := tx.SelectContext(ctx, &noted, filesWaiting); err != nil {
		return fmt.Errorf("read the files that wait: %w", err)
	}
	for _, n := range noted {
		if before.StillWait(n.NotedOn, closed) && !after.StillWait(n.NotedOn, closed) {
			return fileWaits(n.ProgramID, n.AsOf)
		}
	}
	if before.Worked("closure", closed) < after.Worked("closure", closed) {
		return fmt.Errorf("%w: the closures of %s wait, and no night would date them; %s", ErrRefused, closed, untilMade)
	}
	return nil
}

// untilMade says when the calendar may change.
const untilMade = "run the night of the next business day first"

func fileWaits(program string, asOf rules.Date) error {
	return fmt.Errorf("%w: the file of program %s as of %s waits, and no night would make it; %s", ErrRefused, program, asOf, untilMade)
}

// nights are the dates closed first and last, and the unfinished one; 0: none is.
type nights struct {
	First      rules.Date `db:"first"`
	Closed     rules.Date `db:"closed"`
	Unfinished rules.Date `db:"unfinished"`
}

// nobodysNight refuses to go on while a night or an import runs, or a night is unfinished.
func nobodysNight(ctx context.Context, tx *sqlx.Tx) (n nights, err error) {
	if err := batch.HaltNights(ctx, tx); err != nil {
		return n, err
	}
	if err := tx.GetContext(ctx, &n, operationNights); err != nil {
		return n, fmt.Errorf("find the unfinished night: %w", err)
	}
	if n.Unfinished != 0 {
		return n, fmt.Errorf("%w: the night of %s is unfinished and goes by the calendar as it is", ErrRefused, n.Unfinished)
	}
	return n, nil
}

// checkProgram refuses a policy of a program that is not known, or that cannot have it.
func checkProgram(ctx context.Context, tx *sqlx.Tx, entry string, policy rules.ClosedDayPolicy) error {
	id, of := strings.CutPrefix(entry, rules.ProgramEntries)
	if !of {
		return nil
	}
	var calendar rules.Calendar
	err := tx.GetContext(ctx, &calendar, programCalendar, id)
	if errors.Is(err, sql.ErrNoRows) {
		return unknown("program", id)
	}
	if err != nil {
		return fmt.Errorf("read the program: %w", err)
	}
	return refused(ErrRefused, rules.CheckPolicy(calendar, policy))
}
