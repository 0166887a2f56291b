package intake

import (
	"context"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// noteWaiting notes the files that wait for the next business day by a calendar that their program is about to lose: the night of that day
// goes by the new one, and would not make them (Q17).
func (i *importer) noteWaiting(ctx context.Context) error {
	var changing []struct {
		Program   int64          `db:"program"`
		ProgramID string         `db:"program_id"`
		Calendar  rules.Calendar `db:"calendar"`
		First     rules.Date     `db:"first"`
		Closed    rules.Date     `db:"closed"`
	}
	if err := i.tx.SelectContext(ctx, &changing, importCalendars); err != nil || len(changing) == 0 {
		return err
	}
	days, err := book.ReadCalendar(ctx, i.tx)
	if err != nil {
		return err
	}
	for _, p := range changing {
		for _, asOf := range days.FilesWaiting(p.Calendar, p.ProgramID, p.First, p.Closed) {
			if _, err := i.tx.ExecContext(ctx, importWaiting, p.Program, asOf, string(p.Calendar), p.Closed); err != nil {
				return err
			}
		}
	}
	return nil
}
