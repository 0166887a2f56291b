package book

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/rules"
)

// ReadCalendar reads the lender's business days and what happens on the others.
func ReadCalendar(ctx context.Context, q sqlx.QueryerContext) (*rules.BusinessCalendar, error) {
	var row struct {
		Kind     rules.BusinessDayKind `db:"kind"`
		Own      []byte                `db:"own"`
		Policies []byte                `db:"policies"`
	}
	c := &rules.BusinessCalendar{Days: &rules.BusinessDays{Own: map[rules.Date]rules.OwnDay{}}}
	err := sqlx.GetContext(ctx, q, &row, calendarRead)
	if err == nil {
		err = json.Unmarshal(row.Own, &c.Days.Own)
	}
	if err == nil {
		err = json.Unmarshal(row.Policies, &c.Policies)
	}
	if err != nil {
		return nil, fmt.Errorf("read the business days: %w", err)
	}
	c.Days.Kind = row.Kind
	return c, nil
}

// WriteCalendar replaces the business days and policies, and wakes the loans whose days are counted by them if the business
// days have changed.
func WriteCalendar(ctx context.Context, tx *sqlx.Tx, c *rules.BusinessCalendar, daysChanged bool) error {
	days, err := json.Marshal(c.Days.Own)
	if err != nil {
		return err
	}
	policies, err := json.Marshal(c.Policies)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, calendarClear)
	if err == nil {
		_, err = tx.ExecContext(ctx, calendarWrite, string(c.Days.Kind), string(days), string(policies))
	}
	if err == nil && daysChanged {
		_, err = tx.ExecContext(ctx, calendarWake)
	}
	if err != nil {
		return fmt.Errorf("write the business days: %w", err)
	}
	return nil
}
