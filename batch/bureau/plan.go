package bureau

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// ExportStep is the key of the step that makes files.
const ExportStep = "export"

// Building is a file that a run has still to write.
type Building struct {
	File                 int64          `db:"file"`
	Run                  int64          `db:"run"`
	Program              int64          `db:"program"`
	Destination          int64          `db:"destination"`
	DestinationName      string         `db:"destination_name"`
	Several              bool           `db:"several"` // the program has, or had, more than one
	AsOf                 rules.Date     `db:"as_of"`
	PreviousOn           rules.Date     `db:"previous_on"`
	CreatedOn            rules.Date     `db:"created_on"`
	ProgramID            string         `db:"program_id"`
	IdentificationNumber string         `db:"identification_number"`
	ReporterName         string         `db:"reporter_name"`
	ReporterAddress      string         `db:"reporter_address"`
	ReporterPhone        string         `db:"reporter_phone"`
	InnovisID            string         `db:"innovis_id"`
	EquifaxID            string         `db:"equifax_id"`
	ExperianID           string         `db:"experian_id"`
	TransUnionID         string         `db:"transunion_id"`
	Calendar             rules.Calendar `db:"calendar"`
	ActivityCycleIDs     pq.StringArray `db:"activity_cycle_ids"`
}

// Plan notes the files that a night owes: each program's calendar dates that no night has made yet (BR1, Q17), those of closed
// days as the business calendar says, for each of its destinations up to the day on which that ends.
func (f Files) Plan(ctx context.Context, tx *sqlx.Tx, run batch.Run) error {
	var programs []struct {
		Program     int64          `db:"program"`
		ProgramID   string         `db:"program_id"`
		Calendar    rules.Calendar `db:"calendar"`
		Destination int64          `db:"destination"`
		EndsOn      rules.Date     `db:"ends_on"` // 0: it goes on
	}
	if err := tx.SelectContext(ctx, &programs, programCalendars); err != nil {
		return fmt.Errorf("read programs: %w", err)
	}
	days, err := readDays(ctx, tx)
	if err != nil {
		return err
	}
	for _, p := range programs {
		for _, due := range days.due(p.Program, p.Calendar, p.ProgramID, run) {
			if p.EndsOn != 0 && due.asOf > p.EndsOn {
				continue
			}
			if slices.ContainsFunc(f.left, func(l onDisk) bool { return l.Destination == p.Destination && l.AsOf == due.asOf }) {
				continue
			}
			if due.calendar.ByCycle() {
				var ends bool
				if err := tx.GetContext(ctx, &ends, cycleEnds, p.Program, due.asOf, pq.Array(rules.CycleDays(due.asOf))); err != nil {
					return fmt.Errorf("read cycles: %w", err)
				}
				if !ends {
					continue
				}
			}
			_, err := tx.ExecContext(ctx, filePlan, run.ID, p.Program, p.Destination, due.asOf,
				days.FileBefore(due.calendar, p.ProgramID, due.asOf), run.Date, string(due.calendar))
			if err != nil {
				return fmt.Errorf("plan the file of program %s as of %s: %w", p.ProgramID, due.asOf, err)
			}
		}
	}
	return nil
}

// days are the lender's business days, and what is known of files that waited for one.
type days struct {
	*rules.BusinessCalendar
	first rules.Date // the business date of the very first night, 0 before it
	noted []noted
}

// noted is a file that waited by a calendar that its program no longer has.
type noted struct {
	Program  int64          `db:"program"`
	AsOf     rules.Date     `db:"as_of"`
	Calendar rules.Calendar `db:"calendar"`
	NotedOn  rules.Date     `db:"noted_on"`
}

func readDays(ctx context.Context, tx *sqlx.Tx) (d days, err error) {
	if d.BusinessCalendar, err = book.ReadCalendar(ctx, tx); err != nil {
		return d, err
	}
	if err := tx.GetContext(ctx, &d.first, firstNight); err != nil {
		return d, fmt.Errorf("read the first night: %w", err)
	}
	if err := tx.SelectContext(ctx, &d.noted, filesWaiting); err != nil {
		return d, fmt.Errorf("read the files that wait: %w", err)
	}
	return d, nil
}

// dueFile is a calendar date of a program, and the calendar that has it.
type dueFile struct {
	asOf     rules.Date
	calendar rules.Calendar
}

// due lists the files of a program that a run owes: first those that waited by an earlier calendar, which is theirs if both have a date.
func (d days) due(program int64, calendar rules.Calendar, id string, run batch.Run) (due []dueFile) {
	for _, n := range d.noted {
		if n.Program == program && d.StillWait(n.NotedOn, run.Previous) && !d.FilesRest(id, run.Date) {
			due = append(due, dueFile{n.AsOf, n.Calendar})
		}
	}
	for _, asOf := range d.FileDates(calendar, id, d.first, run.Previous, run.Date) {
		due = append(due, dueFile{asOf, calendar})
	}
	return due
}

// Undo takes back what a run's chunks made for its files that are not written.
func Undo(ctx context.Context, tx *sqlx.Tx, run batch.Run) error {
	if _, err := tx.ExecContext(ctx, fileUndo, run.ID); err != nil {
		return fmt.Errorf("take back the files of run %d: %w", run.ID, err)
	}
	return nil
}

// Abandon takes back the files that a run has planned. It returns batch.ErrAbandon if the run has made one.
func Abandon(ctx context.Context, tx *sqlx.Tx, run batch.Run) error {
	if err := Undo(ctx, tx, run); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, fileForget, run.ID); err != nil {
		return fmt.Errorf("take back the planned files of run %d: %w", run.ID, err)
	}
	var made int64
	if err := tx.GetContext(ctx, &made, fileOfRun, run.ID); err != nil {
		return fmt.Errorf("look for files of run %d: %w", run.ID, err)
	}
	if made > 0 {
		return fmt.Errorf("%w: it made file %d", batch.ErrAbandon, made)
	}
	return nil
}

// Pending returns the files that a run has still to write, oldest calendar date first.
func Pending(ctx context.Context, q sqlx.QueryerContext, run int64) ([]Building, error) {
	var files []Building
	if err := sqlx.SelectContext(ctx, q, &files, fileBuilding, run); err != nil {
		return nil, fmt.Errorf("read the files of run %d: %w", run, err)
	}
	return files, nil
}
