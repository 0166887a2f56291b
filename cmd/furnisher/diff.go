package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/metro2"
)

func (a *app) diffCommand() *cobra.Command {
	var asJSON, exitCode bool
	var options metro2.DiffOptions
	c := &cobra.Command{
		Use: "diff A B", Short: "compare two Metro 2 files account by account", Args: cobra.ExactArgs(2),
		Long: `Shows what was added, removed and changed from A to B, by account (identification and account number) and field, whatever
the order of the records and the form of the files. What identifies a person is masked; --unmask shows it. The exit status
is 0 whether or not the files differ, or with --exit-code 1 if they differ. "-" reads standard input; gzip is unpacked.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			if args[0] == "-" && args[1] == "-" {
				return &ending{err: errors.New("standard input can be read only once"), code: exitUsage, hint: hintHelp("furnisher metro2 diff")}
			}
			summary, err := a.diff(ctx, args[0], args[1], options, asJSON)
			if err == nil && exitCode && summary.Different() {
				return &ending{err: errors.New("the files differ"), code: exitFailed}
			}
			return err
		}),
	}
	jsonFlag(c, &asJSON)
	c.Flags().BoolVar(&options.Unmask, "unmask", false, flagUnmask)
	c.Flags().BoolVar(&exitCode, "exit-code", false, "exit with status 1 if the files differ")
	return c
}

func (a *app) diff(ctx context.Context, nameA, nameB string, options metro2.DiffOptions, asJSON bool) (summary metro2.DiffSummary, err error) {
	section, closeA, err := a.randomAccess(ctx, nameA)
	if err != nil {
		return summary, err
	}
	defer closeA()
	w := bufio.NewWriterSize(a.stdout, 1<<16)
	out := &differenceWriter{w: w, asJSON: asJSON}
	err = a.readMetro2(ctx, nameB, func(r io.Reader) error {
		summary, err = metro2.Diff(section, r, options, out.add)
		return err
	})
	if err != nil {
		out.abandon()
		return summary, errors.Join(err, w.Flush())
	}
	out.finish(summary)
	err = errors.Join(out.err, w.Flush())
	switch {
	case err != nil:
	case summary.KnownA == 0:
		err = notMetro2(nameA)
	case summary.KnownB == 0:
		err = notMetro2(nameB)
	}
	return summary, err
}

// randomAccess opens a file for reading at any position. Standard input and compressed files are unpacked into a
// temporary file that has no name any more, so it cannot be left behind.
func (a *app) randomAccess(ctx context.Context, name string) (*io.SectionReader, func(), error) {
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, nil, withReadHint(err)
		}
		info, err := f.Stat()
		magic := make([]byte, len(gzipMagic))
		_, readErr := f.ReadAt(magic, 0)
		if err == nil && info.Mode().IsRegular() && (readErr != nil || string(magic) != string(gzipMagic)) {
			return io.NewSectionReader(f, 0, info.Size()), func() { f.Close() }, nil
		}
		f.Close()
	}
	f, err := os.CreateTemp("", "furnisher-")
	if err != nil {
		return nil, nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, nil, err
	}
	var size int64
	err = a.readMetro2(ctx, name, func(r io.Reader) (err error) {
		size, err = io.Copy(f, r)
		return err
	})
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return io.NewSectionReader(f, 0, size), func() { f.Close() }, nil
}

// differenceWriter prints differences as they come. Its first error sticks.
type differenceWriter struct {
	w      io.Writer
	asJSON bool
	begun  bool
	count  int
	err    error
}

func (o *differenceWriter) printf(format string, args ...any) {
	if o.err == nil {
		_, o.err = fmt.Fprintf(o.w, format, args...)
	}
}

func (o *differenceWriter) begin() {
	if o.asJSON && !o.begun {
		o.begun = true
		o.printf(`{"differences":[`)
	}
}

// abandon ends the document, if one was begun, without a summary.
func (o *differenceWriter) abandon() {
	if o.begun {
		o.printf("],\n\"summary\":null}\n")
	}
}

func (o *differenceWriter) add(d metro2.Difference) error {
	o.begin()
	if o.count++; o.asJSON {
		if d.Fields == nil {
			d.Fields = []metro2.FieldChange{}
		}
		text, err := json.Marshal(d)
		if err != nil {
			return err
		}
		if o.count > 1 {
			o.printf(",")
		}
		o.printf("\n%s", text)
		return o.err
	}
	o.printf("%-8s %-8s %s %s  record %s -> %s\n", d.Change, d.Kind, dash(d.IdentificationNumber), dash(d.AccountNumber), recordNumber(d.RecordA), recordNumber(d.RecordB))
	for _, f := range d.Fields {
		o.printf("  %-8s %s.%s position %d: %s -> %s\n", f.Change, segmentName(f.Segment, f.Index), f.Key, f.Position, withMeaning(f.From, f.FromText), withMeaning(f.To, f.ToText))
	}
	return o.err
}

func recordNumber(n int) string {
	if n == 0 {
		return "-"
	}
	return strconv.Itoa(n)
}

func withMeaning(value, meaning string) string {
	if meaning == "" {
		return dash(value)
	}
	return fmt.Sprintf("%s (%s)", dash(value), meaning)
}

func (o *differenceWriter) finish(s metro2.DiffSummary) {
	if !o.asJSON {
		o.printf("equal %d, changed %d, added %d, removed %d\n", s.Equal, s.Changed, s.Added, s.Removed)
		return
	}
	o.begin()
	text, err := json.Marshal(s)
	if err != nil && o.err == nil {
		o.err = err
	}
	o.printf("],\n\"summary\":%s}\n", text)
}
