package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/delivery"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/seal"
	"github.com/furnisher/furnisher/rules"
)

// verdict is what doctor says of one thing.
type verdict string

const (
	verdictOK   verdict = "ok"
	verdictWarn verdict = "warning"
	verdictBad  verdict = "error"
)

// diagnosis is one thing that doctor looked at.
type diagnosis struct {
	About   string  `json:"about"`
	Verdict verdict `json:"verdict"`
	Says    string  `json:"says"`
	Do      string  `json:"do,omitempty"` // what to do, unless it is ok
}

// Bounds of what doctor takes for healthy.
const (
	clockWarns = 5 * time.Second
	clockBad   = 5 * time.Minute
	diskWarns  = 1 << 30 // bytes, or room for three of the largest file
	diskBad    = 64 << 20
	diskFiles  = 3
)

func (a *app) doctorCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "doctor", Short: "look whether this machine is ready for a night", Args: cobra.NoArgs,
		Long: `Tries what a night needs before it needs it: the configuration, the database with its version, schema, settings and our rights, the
keys that seal personal data, the folder of the files, its disk and files in it that no command ended, the clock, the business days, the
folders and keys of the addresses that files are delivered to, and whether a night is unfinished. Each line that is not ok says what to do. It makes the folder of the files if there is none, as the first night would.
The exit status is 1 if there is an error.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			found := a.diagnose(ctx)
			if err := a.printDiagnoses(found, asJSON); err != nil {
				return err
			}
			bad := 0
			for _, d := range found {
				if d.Verdict == verdictBad {
					bad++
				}
			}
			if bad > 0 {
				return &ending{err: fmt.Errorf("this machine is not ready for a night: %d of %d checks failed", bad, len(found)), code: exitFailed, hint: "do what each error says, then repeat the command"}
			}
			return nil
		}),
	}
	jsonFlag(c, &asJSON)
	return c
}

func (a *app) printDiagnoses(found []diagnosis, asJSON bool) error {
	if asJSON {
		return printJSON(a.stdout, found)
	}
	for _, d := range found {
		if err := a.say("%-8s %s: %s\n", d.Verdict, d.About, d.Says); err != nil {
			return err
		}
		if d.Do != "" {
			if err := a.say("%-8s %s\n", "", d.Do); err != nil {
				return err
			}
		}
	}
	return nil
}

// diagnose looks at everything, also when some of it is broken.
func (a *app) diagnose(ctx context.Context) []diagnosis {
	found := []diagnosis{
		{About: "program", Verdict: verdictOK, Says: fmt.Sprintf("furnisher %s, %s, %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)},
		a.diagnoseConfig(),
	}
	var largest int64
	var sent []inquiry.Destination
	err := a.withDatabase(ctx, func(db *database.Database) error {
		server, err := inquiry.AskServer(ctx, db.DB)
		if err != nil {
			return err
		}
		largest = server.LargestFile
		found = append(found, a.diagnoseServer(server)...)
		found = append(found, a.diagnoseKeys(ctx, db))
		nights, err := a.diagnoseNights(ctx, db)
		found = append(found, nights...)
		if err == nil {
			found = append(found, a.diagnoseOrphans(ctx, db)...)
			sent, err = inquiry.Destinations(ctx, db.DB)
		}
		return err
	})
	if err != nil {
		_, hint := classify(ctx, err)
		found = append(found, diagnosis{About: "database", Verdict: verdictBad, Says: oneLine(err), Do: hint})
	}
	found = append(found, a.diagnoseFolder(largest)...)
	found = append(found, a.diagnoseArchive()...)
	return append(found, a.diagnoseDestinations(sent)...)
}

func (a *app) diagnoseConfig() diagnosis {
	d := diagnosis{About: "configuration", Verdict: verdictOK, Says: a.config.path}
	if d.Says == "" {
		d.Says = "no file; flags and the environment alone"
		return d
	}
	for _, key := range []string{"database_url", "database_url_direct"} {
		value := a.config.values[key]
		if value == "" || withoutPassword(key, value) == value {
			continue
		}
		if info, err := os.Stat(a.config.path); err == nil && info.Mode().Perm()&0o007 != 0 {
			d.Verdict, d.Says = verdictWarn, d.Says+" holds a password and can be read by everybody"
			d.Do = "chmod 640 " + shellWord(a.config.path)
			return d
		}
	}
	return d
}

func (a *app) diagnoseServer(s inquiry.Server) []diagnosis {
	found := []diagnosis{{
		About: "database", Verdict: verdictOK,
		Says: fmt.Sprintf("PostgreSQL %s, schema up to date, %s", s.Version, megabytes(s.Bytes)),
	}}
	add := func(about string, v verdict, says, do string) { found = append(found, diagnosis{about, v, says, do}) }
	switch {
	case s.Barred > 0:
		add("rights", verdictBad, fmt.Sprintf("our role may not read and write %d of the tables", s.Barred), "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA furnisher TO our role")
	case !s.MayCopy:
		add("rights", verdictWarn, "our role may not make databases, which furnisher simulate needs", "let the role create databases, if you want to use it")
	default:
		add("rights", verdictOK, "read, write, and make copies", "")
	}
	if !s.Fsync || !s.FullPageWrites {
		add("durability", verdictBad, "fsync or full_page_writes is off: a crash of the machine can lose what was said to be done", "set both to on and restart the server")
	} else {
		add("durability", verdictOK, "fsync and full_page_writes are on", "")
	}
	skew := a.now().Sub(s.Now).Abs().Round(time.Second)
	clock := diagnosis{About: "clock", Verdict: verdictOK, Says: "as the server's"}
	if skew > clockWarns {
		clock.Verdict, clock.Says, clock.Do = verdictWarn, fmt.Sprintf("%s from the server's", skew), "set the clocks of both machines by NTP: schedules and time stamps go by them"
	}
	if skew > clockBad {
		clock.Verdict = verdictBad
	}
	return append(found, clock)
}

// diagnoseKeys looks whether the keys of personal data are those of the book, without which no night begins, and makes none.
func (a *app) diagnoseKeys(ctx context.Context, db *database.Database) diagnosis {
	keys, path, own, err := a.namedKeyset()
	if own && errors.Is(err, seal.ErrNoKeyset) {
		bound, boundErr := book.HasKeyset(ctx, db.DB)
		if boundErr == nil && !bound {
			return diagnosis{About: "keys", Verdict: verdictOK, Says: "none yet; the first import makes " + path}
		}
		err = errors.Join(err, boundErr)
	}
	if err == nil {
		err = book.Vault{Keys: keys}.Check(ctx, db.DB)
	}
	if err != nil {
		_, hint := classify(ctx, err)
		return diagnosis{About: "keys", Verdict: verdictBad, Says: oneLine(err), Do: strings.TrimPrefix(hint, "nothing was changed; ")}
	}
	return diagnosis{About: "keys", Verdict: verdictOK, Says: path}
}

func (a *app) diagnoseNights(ctx context.Context, db *database.Database) ([]diagnosis, error) {
	at, err := inquiry.Stand(ctx, db.DB)
	if err != nil {
		return nil, err
	}
	calendar, err := book.ReadCalendar(ctx, db.DB)
	if err != nil {
		return nil, err
	}
	nights := diagnosis{About: "nights", Verdict: verdictOK, Says: "no night was closed yet"}
	if at.Closed != 0 {
		nights.Says = "the book is closed up to " + at.Closed.String()
	}
	if at.Unfinished != 0 {
		nights.Verdict, nights.Says = verdictWarn, nights.Says+"; the night of "+at.Unfinished.String()+" is unfinished"
		nights.Do = fmt.Sprintf("furnisher run --date %s", at.Unfinished)
	}
	return []diagnosis{nights, a.diagnoseDays(calendar.Days)}, nil
}

// diagnoseDays warns when a lender's own days are those of past years.
func (a *app) diagnoseDays(days *rules.BusinessDays) diagnosis {
	d := diagnosis{About: "business days", Verdict: verdictOK, Says: fmt.Sprintf("%s, own days %d", days.Kind, len(days.Own))}
	var last rules.Date
	for day := range days.Own {
		last = max(last, day)
	}
	if last != 0 && last < rules.DateOf(a.now()) {
		d.Verdict, d.Says, d.Do = verdictWarn, d.Says+", the last of them "+last.String(), "furnisher calendar days FILE, with those of the coming year"
	}
	return d
}

func (a *app) diagnoseFolder(largest int64) []diagnosis {
	dir, err := a.filesDir()
	folder := diagnosis{About: "files", Verdict: verdictOK, Says: dir}
	if err == nil {
		if err = (bureau.Files{Dir: dir}).Try(); err != nil {
			folder.Do = hintFolder(err, dir, otherFiles)
		}
	} else {
		_, folder.Do = classify(context.Background(), err)
	}
	if err != nil {
		folder.Verdict, folder.Says = verdictBad, oneLine(err)
		return []diagnosis{folder}
	}
	disk := diagnosis{About: "disk", Verdict: verdictOK}
	free, err := freeBytes(dir)
	if err != nil {
		disk.Verdict, disk.Says, disk.Do = verdictWarn, "how much is free is not known here: "+err.Error(), "look yourself"
		return []diagnosis{folder, disk}
	}
	disk.Says = megabytes(free) + " free for files"
	if free < max(diskWarns, diskFiles*largest) {
		disk.Verdict, disk.Do = verdictWarn, hintFullDisk(dir)+", or "+otherFiles
	}
	if free < max(diskBad, largest) {
		disk.Verdict = verdictBad
	}
	return []diagnosis{folder, disk}
}

// diagnoseOrphans looks for files that a killed command gave their names and that no row of the database knows.
func (a *app) diagnoseOrphans(ctx context.Context, db *database.Database) (found []diagnosis) {
	dir, err := a.filesDir()
	if err != nil {
		return nil // diagnoseFolder says it
	}
	here, aside, err := bureau.Files{Dir: dir}.Orphans(ctx, db.DB)
	add := func(says, do string) { found = append(found, diagnosis{"orphans", verdictWarn, says, do}) }
	if err != nil && !errors.Is(err, bureau.ErrFolder) {
		_, hint := classify(ctx, err)
		add(oneLine(err), hint)
	}
	for _, name := range here {
		if filepath.Dir(name) == bureau.BoardedDir {
			add(filepath.Join(dir, name)+" is of a furnisher board that did not end, or is making it: no row knows it",
				"repeat that command: the next furnisher board removes it")
			continue
		}
		add(filepath.Join(dir, name)+" is of a command that did not end, or is making it: no row knows it, nobody may send it",
			"repeat that command; the next night, another attempt or furnisher files replace moves it into "+filepath.Join(dir, bureau.Orphaned))
	}
	for _, name := range aside {
		add(filepath.Join(dir, name)+" is of a command that did not end: no row knows it", "remove it")
	}
	return found
}

// diagnoseDestinations looks at the addresses; sent are the destinations that get files.
func (a *app) diagnoseDestinations(sent []inquiry.Destination) []diagnosis {
	d := diagnosis{About: "destinations", Verdict: verdictOK}
	known, err := a.destinations("")
	switch {
	case err != nil:
		_, d.Do = classify(context.Background(), err)
		d.Verdict, d.Says = verdictBad, oneLine(err)
		return []diagnosis{d}
	case len(known) == 0:
		d.Says = "none; files are sent by hand"
		return []diagnosis{d}
	}
	d.Says = fmt.Sprintf("%d, their folders and keys are there", len(known))
	if err := a.tryDestinations(known, true); err != nil {
		d.Verdict, d.Says, d.Do = verdictWarn, oneLine(err), "correct the file of the destinations, or the file or folder that it names"
		if a.tryDestinations(known, false) != nil { // without these no night begins
			d.Verdict = verdictBad
		}
	}
	found := []diagnosis{d}
	for _, to := range sent {
		if _, is := delivery.Of(known, to.Program, to.Name); !is {
			name := to.Program + "/" + to.Name
			found = append(found, diagnosis{"destinations", verdictWarn, name + " has no address: nobody delivers its files",
				fmt.Sprintf("add [destination.%q.address.NAME], or send them by hand", name)})
		}
	}
	return found
}

// megabytes is a number of bytes for people.
func megabytes(bytes int64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(bytes)/1e6), ".0") + " MB"
}
