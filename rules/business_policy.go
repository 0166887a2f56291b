package rules

// ClosedDayPolicy says what happens to something that falls on a day that is not a business day.
type ClosedDayPolicy string

// The policies. What works off what waits in the book (every step but the export) finds it still there on the next business
// day, so that for it skip and roll are the same.
const (
	RunAnyway ClosedDayPolicy = "run"  // it happens all the same
	Skip      ClosedDayPolicy = "skip" // it does not happen
	Roll      ClosedDayPolicy = "roll" // it happens on the next business day
)

// ClosedDayPolicies lists the policies.
func ClosedDayPolicies() []ClosedDayPolicy { return []ClosedDayPolicy{RunAnyway, Skip, Roll} }

// Entries that may have a policy beside the other steps of the plan.
const (
	NightEntry     = "night"    // whether a closed day needs a night at all
	ExportEntry    = "export"   // for programs without a policy of their own
	ProgramEntries = "program:" // and the program's id
)

// PolicyEntries lists what may have a policy beside programs: the night, and each step of its plan.
func PolicyEntries() []string {
	return []string{NightEntry, "delinquency", "closure", "statement", "contact", "purge", ExportEntry}
}

// CheckPolicy refuses a policy that a program with this calendar cannot have.
func CheckPolicy(c Calendar, p ClosedDayPolicy) error {
	if p == Skip && c != "daily" {
		return refuse("BR1", "the program's calendar is %s: an account would miss its month; choose run or roll", c)
	}
	return nil
}

// BusinessCalendar is a lender's business days and what they mean for nights and files.
type BusinessCalendar struct {
	Days     *BusinessDays
	Policies map[string]ClosedDayPolicy // by entry; none: run
}

// NeedsNight reports whether the business date d needs a night of its own.
func (c *BusinessCalendar) NeedsNight(d Date) bool { return !c.Rests(NightEntry, d) }

// Rests reports whether an entry does nothing on d.
func (c *BusinessCalendar) Rests(entry string, d Date) bool {
	return c != nil && c.policy(entry) != RunAnyway && !c.Days.Has(d)
}

// Worked returns the last date up to d on which an entry did not rest.
func (c *BusinessCalendar) Worked(entry string, d Date) Date {
	if d != 0 && c.Rests(entry, d) {
		return c.Days.Latest(d)
	}
	return d
}

// FileDates returns the calendar dates of a program whose files the night of d makes (Q17), as Calendar.Dates. With a policy
// other than run, a night on a closed day makes none, and the next one on a business day makes those of the closed days before
// it, as of their own dates. A daily program may skip closed days; the file of a month or a cycle is never left out, for an
// account would miss its month: skip is roll for them. first is the business date of the book's very first night, previous that of the
// night before; 0: there is none.
func (c *BusinessCalendar) FileDates(calendar Calendar, program string, first, previous, d Date) []Date {
	policy := c.filePolicy(program)
	if policy == RunAnyway {
		return calendar.Dates(previous, d)
	}
	if !c.Days.Has(d) {
		return nil
	}
	if previous != 0 {
		previous = c.madeUpTo(calendar, first, previous)
	}
	return c.unskipped(calendar, program, calendar.Dates(previous, d))
}

// FilesWaiting returns the calendar dates of a program, up to the night of d, whose files wait for the next business day. first is as in
// FileDates.
func (c *BusinessCalendar) FilesWaiting(calendar Calendar, program string, first, d Date) []Date {
	if c.filePolicy(program) == RunAnyway || c.Days.Has(d) {
		return nil
	}
	return c.unskipped(calendar, program, calendar.Dates(c.madeUpTo(calendar, first, d), d))
}

// madeUpTo returns the date up to which files do not wait after the night of d: the last business day, or if the book has had none yet,
// the one up to which its very first night does not look back (Q53).
func (c *BusinessCalendar) madeUpTo(calendar Calendar, first, d Date) Date {
	last := c.Days.Latest(d)
	if last < first {
		return calendar.beforeFirst(first)
	}
	return last
}

// StillWait reports whether files that waited for a business day when the book was closed up to noted still wait when it is closed up to
// d: there was no business day in between.
func (c *BusinessCalendar) StillWait(noted, d Date) bool { return c != nil && c.Days.Latest(d) < noted }

// FilesRest reports whether the night of d makes no files of a program.
func (c *BusinessCalendar) FilesRest(program string, d Date) bool {
	return c.filePolicy(program) != RunAnyway && !c.Days.Has(d)
}

// unskipped are those of some calendar dates that a program does not skip.
func (c *BusinessCalendar) unskipped(calendar Calendar, program string, dates []Date) []Date {
	if !c.skips(calendar, program) {
		return dates
	}
	var made []Date
	for _, date := range dates {
		if c.Days.Has(date) {
			made = append(made, date)
		}
	}
	return made
}

// FileBefore is Calendar.Before for a program that may skip closed days: the period of a file begins where the last one that
// is made ended.
func (c *BusinessCalendar) FileBefore(calendar Calendar, program string, asOf Date) Date {
	before := calendar.Before(asOf)
	if c.skips(calendar, program) {
		return c.Days.Latest(before)
	}
	return before
}

func (c *BusinessCalendar) skips(calendar Calendar, program string) bool {
	return calendar == "daily" && c.filePolicy(program) == Skip
}

func (c *BusinessCalendar) filePolicy(program string) ClosedDayPolicy {
	if c == nil {
		return RunAnyway
	}
	if own, is := c.Policies[ProgramEntries+program]; is {
		return own
	}
	return c.policy(ExportEntry)
}

func (c *BusinessCalendar) policy(entry string) ClosedDayPolicy {
	if p, is := c.Policies[entry]; is {
		return p
	}
	return RunAnyway
}
