package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/localpg"
	"github.com/furnisher/furnisher/fixtures"
)

// demoMark is the file that says a folder is the demo's: only such a folder is ever emptied. The folder of the bureaus' files may hold real
// ones: the demo's go to a folder of their own in it.
const (
	demoMark  = "furnisher-demo"
	demoFiles = "demo"
)

// titleDemoDeletions heads what the demo is for.
const titleDemoDeletions = "deleted accounts, as the files say"

// titleDemoChecks heads what the checks find.
const titleDemoChecks = "furnisher metro2 validate --profile deidentified, for these files"

// demoCalendar is why the demo runs month-ends only, and nights of invented dates.
const demoCalendar = "the demo has its own calendar"

// demo is a folder with a private server of its own: it never touches a real book.
type demo struct {
	dir     string
	extract string
	files   string
	marks   []*os.File // locked as long as the demo runs
}

func (a *app) demoCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use: "demo", Short: "import an invented portfolio and run three nights, in a database of its own", Args: cobra.NoArgs,
		Long: `Makes a portfolio of invented loans in a folder of its own, with a private database of its own, runs its three nights,
shows that each deleted account appears in exactly one file, and does one operation of each kind. The files of the first two months go to
the bureaus; those of the last one wait for you in the console, which it says how to open. Each demo starts from scratch. It never touches a real book. The files
are in the folder of the demo, or with --files or FURNISHER_FILES in the folder demo of that one.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			if dir == "" {
				data, err := a.dataDir()
				if err != nil {
					return err
				}
				dir = filepath.Join(data, "demo")
			}
			d, err := openDemo(dir, cmp.Or(a.settings.files, a.getenv("FURNISHER_FILES")))
			if err != nil {
				return err
			}
			return errors.Join(a.demo(ctx, d), d.close())
		}),
	}
	c.Flags().StringVar(&dir, "dir", "", "folder of the demo; default demo in the data folder")
	return c
}

func (a *app) demo(ctx context.Context, d *demo) error {
	own := a.storage()
	own.external.URL, own.private.DataDir = "", d.dir
	if err := d.empty(ctx, own.private); err != nil {
		return err
	}
	return own.use(ctx, func(db *database.Database) (err error) {
		if a.opened.Keys, _, err = ownKeyset(filepath.Join(d.dir, keysetName)); err != nil {
			return err
		}
		options := fixtures.Options{Seed: 1, Out: d.extract}.WithDefaults()
		if _, err := fixtures.Generate(ctx, options); err != nil {
			return err
		}
		if err := a.say("Importing the portfolio in %s\n", d.extract); err != nil {
			return err
		}
		if err := a.intake(ctx, db, intake.Options{Dir: d.extract, Now: a.now}.WithDefaults(), false); err != nil {
			return err
		}
		files, err := a.demoNights(ctx, db, d, options)
		if err != nil {
			return err
		}
		if err := a.demoDeletions(ctx, files); err != nil {
			return err
		}
		nights := options.NightDates()
		if err := a.demoDesk(ctx, db, nights[len(nights)-1]); err != nil {
			return err
		}
		if err := a.say("\nfiles:       %s\nlook around: furnisher --data %s loans\n", d.files, d.dir); err != nil {
			return err
		}
		return a.demoConsole(ctx, db.DB, d)
	})
}

// demoNights runs the nights that the portfolio is made for and returns their files.
func (a *app) demoNights(ctx context.Context, db *database.Database, d *demo, o fixtures.Options) ([]batch.FileSummary, error) {
	var files, last []batch.FileSummary
	for _, date := range o.NightDates() {
		if len(last) > 0 {
			if err := a.demoFurnish(ctx, db, d, last); err != nil {
				return nil, err
			}
		}
		if err := a.say("\nNight of %s\n", date); err != nil {
			return nil, err
		}
		summary, err := a.night(ctx, db, night{date: date, workers: workersFlag{here: batch.DefaultWorkers}, why: "demo", allow: demoCalendar, allowGap: demoCalendar, dir: d.files})
		if summary != nil {
			err = errors.Join(err, a.printNight(summary, false))
		}
		if err != nil {
			return nil, err
		}
		last = summary.Files
		files = append(files, last...)
	}
	// The last month is left to whoever looks around; of the one before a bureau has refused a record.
	before := files[:len(files)-len(last)]
	return files, a.demoRefusal(ctx, db.DB, before[len(before)-1], o.NightDates()[len(o.NightDates())-1])
}

// demoDeletions prints every deleted account with the one file that deletes it, as the files themselves say.
func (a *app) demoDeletions(ctx context.Context, files []batch.FileSummary) error {
	var found []deletion
	var promised int64
	for _, f := range files {
		inFile, err := a.readDeletions(ctx, f.Path)
		if err != nil {
			return err
		}
		found = append(found, inFile...)
		promised += f.Deletions
	}
	if err := onlyOnce(found, promised); err != nil {
		return &ending{err: err, code: exitFailed, hint: "keep the folder and report this: it must never happen"}
	}
	slices.SortFunc(found, deletion.compare)
	rows := make([][]any, len(found))
	for i, x := range found {
		rows[i] = []any{x.account, x.code, x.closed, filepath.Base(x.file)}
	}
	if a.settings.quiet {
		return nil
	}
	if err := printTitled(a.stdout, titleDemoDeletions, []string{"account", "code", "date closed", "file"}, rows); err != nil {
		return err
	}
	if err := a.say("\neach of these accounts appears as deleted in one file and in no other\n\n%s\n", titleDemoChecks); err != nil {
		return err
	}
	return a.demoChecks(ctx, files)
}

// demoChecks shows what the checks find in the files, but for what the invented people draw.
func (a *app) demoChecks(ctx context.Context, files []batch.FileSummary) error {
	v := validation{profiles: []string{"deidentified"}, wanted: ruleChoice(nil).withoutDoubtful("")}
	var err error
	if v.profile, err = readProfiles(v.profiles); err != nil {
		return err
	}
	paths := make([]string, len(files))
	for i, f := range files {
		paths[i] = f.Path
	}
	return a.validateAll(ctx, paths, &v)
}

// say prints a line of the demo.
func (a *app) say(format string, args ...any) error {
	if a.settings.quiet {
		return nil
	}
	_, err := fmt.Fprintf(a.stdout, format, args...)
	return err
}

// openDemo takes a folder for the demo, and one in the folder of the bureaus' files if that is named: new or empty ones, or those that an
// earlier demo made.
func openDemo(dir, files string) (*demo, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	d := &demo{dir: dir, extract: filepath.Join(dir, "extract"), files: filepath.Join(dir, "files")}
	err = d.take(dir, 0o755, "furnisher demo --dir FOLDER, with a new or empty folder") // the server's account passes through it
	if err == nil && files != "" {
		if d.files, err = filepath.Abs(filepath.Join(files, demoFiles)); err == nil {
			err = d.take(d.files, 0o700, "furnisher demo --files FOLDER: the demo's files go to the folder "+demoFiles+" in it")
		}
	}
	if err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

// close gives the folders back.
func (d *demo) close() (err error) {
	for _, mark := range d.marks {
		err = errors.Join(err, mark.Close())
	}
	return err
}

// take marks a folder as the demo's for as long as it runs.
func (d *demo) take(dir string, mode os.FileMode, hint string) error {
	usage := func(err error) error { return &ending{err: err, code: exitUsage, hint: hint} }
	if err := os.MkdirAll(dir, mode); err != nil {
		return usage(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return usage(err)
	}
	if len(entries) > 0 && !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == demoMark }) {
		return usage(fmt.Errorf("folder %q already contains data that is not the demo's", dir))
	}
	mark, err := os.OpenFile(filepath.Join(dir, demoMark), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return usage(err)
	}
	if err := syscall.Flock(int(mark.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return errors.Join(&ending{err: fmt.Errorf("another demo is running in %q", dir), code: exitLocked, hint: "wait until it ends, or use furnisher demo --dir FOLDER"}, mark.Close())
	}
	d.marks = append(d.marks, mark)
	return nil
}

// empty removes what the last demo made. A server that a killed demo left behind is joined first, so that
// leaving it stops it.
func (d *demo) empty(ctx context.Context, config localpg.Config) error {
	homes, err := localpg.Homes(d.dir)
	if err != nil {
		return err
	}
	if len(homes) > 0 {
		if server, err := localpg.Start(ctx, config); err == nil {
			if err := server.Close(); err != nil {
				return err
			}
		} else if ctx.Err() != nil {
			return err
		}
	}
	for _, made := range append(homes, d.extract, filepath.Join(d.dir, "files")) {
		if err := os.RemoveAll(made); err != nil {
			return err
		}
	}
	if len(d.marks) == 1 {
		return nil
	}
	left, err := os.ReadDir(d.files) // elsewhere: its mark stays
	for _, file := range left {
		if file.Name() != demoMark {
			err = errors.Join(err, os.RemoveAll(filepath.Join(d.files, file.Name())))
		}
	}
	return err
}
