package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/furnisher/furnisher/fixtures/bench"
)

// Sizes of the books: one that takes some minutes, and one whose nights take as long as each other within a
// tenth.
const (
	benchLoans = 1_000_000
	checkLoans = 20_000
	checkTimes = 5
)

func (a *app) benchCommand() *cobra.Command {
	o := bench.Options{}.WithDefaults()
	var asJSON bool
	c := &cobra.Command{
		Use: "bench", Short: shortBench, Long: longBench, Args: cobra.NoArgs,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			if (o.Keep || o.Reuse) && o.Dir == "" {
				return &ending{err: errNoBenchDir, code: exitUsage, hint: hintBenchDir}
			}
			return a.benchIn(o, func(b *bench.Bench) error {
				report, err := b.Run(ctx)
				if report != nil && len(report.Nights) > 0 {
					err = errors.Join(err, a.printBench(report, asJSON))
				}
				return err
			})
		}),
	}
	benchFlags(c.Flags(), &o)
	c.Flags().IntVar(&o.Loans, "loans", 0, flagBenchLoans)
	c.Flags().BoolVar(&o.Keep, "keep", false, flagKeep)
	c.Flags().BoolVar(&o.Reuse, "reuse", false, flagReuse)
	c.Flags().BoolVar(&o.Kill, "kill", false, flagKill)
	c.Flags().BoolVar(&o.Warm, "warm", false, flagWarm)
	c.Flags().BoolVar(&asJSON, "json", false, flagJSON)
	c.AddCommand(a.benchCheckCommand())
	return c
}

func (a *app) benchCheckCommand() *cobra.Command {
	o := bench.Options{Loans: checkLoans}.WithDefaults()
	var baseline, benchmarks string
	var repeat int
	var write, asJSON bool
	c := &cobra.Command{
		Use: "check --baseline FILE --benchmarks FILE", Short: shortBenchCheck, Long: longBenchCheck, Args: cobra.NoArgs,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			if baseline == "" || benchmarks == "" || repeat < 1 {
				return &ending{err: errNoBaseline, code: exitUsage, hint: hintHelp("furnisher bench check")}
			}
			return a.benchIn(o, func(b *bench.Bench) error {
				measured, err := measure(ctx, b, repeat, benchmarks)
				if err != nil {
					return err
				}
				if write {
					return measured.Write(baseline)
				}
				return a.compare(baseline, measured, asJSON)
			})
		}),
	}
	benchFlags(c.Flags(), &o)
	c.Flags().IntVar(&o.Loans, "loans", o.Loans, flagLoans)
	c.Flags().IntVar(&repeat, "repeat", checkTimes, flagRepeat)
	c.Flags().StringVar(&baseline, "baseline", "", flagBaseline)
	c.Flags().StringVar(&benchmarks, "benchmarks", "", flagBenchmarks)
	c.Flags().BoolVar(&write, "write", false, flagWriteBaseline)
	c.Flags().BoolVar(&asJSON, "json", false, flagJSON)
	return c
}

// benchFlags are the flags that both commands share.
func benchFlags(f *pflag.FlagSet, o *bench.Options) {
	f.Uint64Var(&o.Seed, "seed", 1, flagSeed)
	f.IntVar(&o.Months, "months", o.Months, flagMonths)
	f.StringVar(&o.Dir, "dir", "", flagBenchDir)
}

// benchIn lends a bench a folder: the one that was named, or a temporary one.
func (a *app) benchIn(o bench.Options, work func(*bench.Bench) error) (err error) {
	ignoreClientSettings()
	if o.Loans == 0 && !o.Reuse {
		o.Loans = benchLoans
	}
	if o.Dir == "" {
		if o.Dir, err = os.MkdirTemp("", "furnisher-bench-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(o.Dir)) }()
		if err := os.Chmod(o.Dir, 0o755); err != nil { // the server's account passes through it
			return err
		}
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	err = work(&bench.Bench{
		Options: o, Program: bench.Program{Path: self, Dir: o.Dir}, Now: a.now, Say: a.sayBench(),
	})
	if errors.Is(err, bench.ErrFolder) {
		return &ending{err: err, code: exitUsage, hint: hintBenchDir}
	}
	return err
}

// sayBench returns what tells a person how far a bench has come.
func (a *app) sayBench() func(string) {
	if a.settings.quiet {
		return nil
	}
	begun := a.now()
	return func(what string) {
		a.tell(labelBench, fmt.Sprintf(textBenchBegun, a.now().Sub(begun).Seconds(), what))
	}
}

// measure measures the ratios of a baseline.
func measure(ctx context.Context, b *bench.Bench, repeat int, benchmarks string) (*bench.Baseline, error) {
	output, err := os.Open(benchmarks)
	if err != nil {
		return nil, err
	}
	defer output.Close()
	measured, err := b.Measure(ctx, repeat)
	if err != nil {
		return nil, err
	}
	return measured, measured.AddEncode(output)
}

// compare prints what was measured beside the baseline, and fails if it is too much.
func (a *app) compare(baseline string, measured *bench.Baseline, asJSON bool) error {
	base, err := bench.ReadBaseline(baseline)
	if err != nil {
		return err
	}
	verdicts, err := base.Compare(measured)
	if err != nil {
		return err
	}
	if err := a.printVerdicts(verdicts, measured, asJSON); err != nil {
		return err
	}
	for _, v := range verdicts {
		if v.Regressed {
			return &ending{err: errRegressed, code: exitFailed, hint: hintRegressed}
		}
	}
	return nil
}
