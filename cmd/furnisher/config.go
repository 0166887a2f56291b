package main

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/furnisher/furnisher/rules"
)

// settings are the global flags. A flag wins over its variable of the environment.
type settings struct {
	logJSON, quiet, verbose bool
	databaseURL             string // DATABASE_URL
	directURL               string // DATABASE_URL_DIRECT
	data                    string // FURNISHER_DATA
	files                   string // FURNISHER_FILES
	config                  string // FURNISHER_CONFIG
}

func (s *settings) flags(f *pflag.FlagSet) {
	f.BoolVar(&s.logJSON, "log-json", false, "write the log as JSON")
	f.BoolVar(&s.quiet, "quiet", false, "print only errors and what was asked for: no summaries, no progress")
	f.BoolVar(&s.verbose, "verbose", false, "log progress")
	f.StringVar(&s.databaseURL, "database-url", "", "PostgreSQL database to use; default DATABASE_URL, else a private server")
	f.StringVar(&s.directURL, "database-url-direct", "", "address of the same database past a pooler, for locks and migrations; default DATABASE_URL_DIRECT")
	f.StringVar(&s.data, "data", "", "folder of the private server; default FURNISHER_DATA, else a folder of this machine or user")
	f.StringVar(&s.config, "config", "", "configuration file; default FURNISHER_CONFIG, else "+systemConfig+" if it is there")
	f.StringVar(&s.files, "files", "", "folder for the bureaus' files; default FURNISHER_FILES, else files in the data folder")
}

// dataDir is the folder of what the program keeps on this machine.
func (a *app) dataDir() (string, error) {
	c, err := a.storage().private.WithDefaults()
	return c.DataDir, err
}

// filesDir is the folder of the bureaus' files.
func (a *app) filesDir() (string, error) {
	for _, dir := range []string{a.settings.files, a.getenv("FURNISHER_FILES")} {
		if dir != "" {
			return filepath.Abs(dir)
		}
	}
	data, err := a.dataDir()
	return filepath.Join(data, "files"), err
}

// dateFlag is a date as a flag.
type dateFlag rules.Date

func (d *dateFlag) String() string { return rules.Date(*d).String() }
func (d *dateFlag) Type() string   { return "YYYY-MM-DD" }
func (d *dateFlag) Set(s string) error {
	date, err := rules.ParseDate(s)
	*d = dateFlag(date)
	return err
}

// boundedFlag is a whole number, or a duration, as a flag: one out of its bounds is refused with them before the command does anything.
type boundedFlag[T int | int64 | time.Duration] struct {
	to          *T
	least, most T
	parse       func(string) (T, error)
	show        func(T) string
	kind        string
}

func (b *boundedFlag[T]) String() string {
	if b.to == nil { // pflag asks the zero value
		return ""
	}
	return b.show(*b.to)
}
func (b *boundedFlag[T]) Type() string { return b.kind }
func (b *boundedFlag[T]) Set(s string) error {
	value, err := b.parse(s)
	switch {
	case err != nil:
		return err
	case value < b.least && b.most == 0:
		return fmt.Errorf("it must be at least %s", b.show(b.least))
	case b.most != 0 && (value < b.least || value > b.most):
		return fmt.Errorf("it must be between %s and %s", b.show(b.least), b.show(b.most))
	}
	*b.to = value
	return nil
}

// numberFlag is a flag for a number from least to most; most 0: there is no such bound. What to holds is its default.
func numberFlag[T int | int64](f *pflag.FlagSet, to *T, name string, least, most T, usage string) {
	f.Var(&boundedFlag[T]{to, least, most, func(s string) (T, error) {
		n, err := strconv.ParseInt(s, 10, strconv.IntSize)
		if err != nil {
			return 0, fmt.Errorf("it is not a whole number")
		}
		return T(n), nil
	}, func(n T) string { return strconv.FormatInt(int64(n), 10) }, "int"}, name, usage)
}

// durationFlag is a flag for a time of at least so long. What to holds is its default.
func durationFlag(f *pflag.FlagSet, to *time.Duration, name string, least time.Duration, usage string) {
	f.Var(&boundedFlag[time.Duration]{to, least, 0, func(s string) (time.Duration, error) {
		d, err := time.ParseDuration(s)
		if err != nil {
			return 0, fmt.Errorf("it is not a time as 90s, 5m or 4h")
		}
		return d, nil
	}, time.Duration.String, "duration"}, name, usage)
}

// workersFlag says who works on a night: so many chunks at once here, or also workers on other machines.
type workersFlag struct {
	here  int
	river bool
}

func (w *workersFlag) String() string {
	if w.river {
		return "river"
	}
	return strconv.Itoa(w.here)
}
func (w *workersFlag) Type() string { return "N|river" }
func (w *workersFlag) Set(s string) (err error) {
	if w.river = s == "river"; !w.river {
		w.here, err = strconv.Atoi(s)
	}
	if err != nil {
		return fmt.Errorf("neither a number nor river")
	}
	return nil
}

// boundFlag is how many rows of a file may be bad: a share in percent, and how many at least, such as 0.1%,20.
type boundFlag struct {
	percent float64
	rows    int64
}

func (b *boundFlag) String() string {
	text := strconv.FormatFloat(b.percent, 'f', -1, 64)
	if b.rows > 0 {
		text += "," + strconv.FormatInt(b.rows, 10)
	}
	return text
}
func (b *boundFlag) Type() string { return "PERCENT[,ROWS]" }
func (b *boundFlag) Set(s string) (err error) {
	share, rows, counted := strings.Cut(s, ",")
	set := boundFlag{}
	set.percent, err = strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(share), "%")), 64)
	if err != nil || !(set.percent >= 0 && set.percent <= 100) {
		return fmt.Errorf("not a percentage from 0 to 100")
	}
	if counted {
		if set.rows, err = strconv.ParseInt(strings.TrimSpace(rows), 10, 64); err != nil || set.rows < 0 {
			return fmt.Errorf("not a number of rows after the comma")
		}
	}
	*b = set
	return nil
}

// jsonFlag lets a command print JSON.
func jsonFlag(c *cobra.Command, asJSON *bool) {
	c.Flags().BoolVar(asJSON, "json", false, "print one JSON document")
}

// allowFlag is a reason as a flag: given, it is not empty.
type allowFlag string

func (a *allowFlag) String() string { return string(*a) }
func (a *allowFlag) Type() string   { return "REASON" }
func (a *allowFlag) Set(s string) error {
	if strings.TrimSpace(s) == "" {
		return fmt.Errorf("the reason is empty")
	}
	*a = allowFlag(s)
	return nil
}
