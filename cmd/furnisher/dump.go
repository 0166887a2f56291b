package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/metro2"
)

func (a *app) dumpCommand() *cobra.Command {
	var asJSON, unmask bool
	c := &cobra.Command{
		Use: "dump FILE", Short: "show the records of a Metro 2 file", Args: cobra.ExactArgs(1),
		Long: `Shows each record of FILE on one line. "-" reads standard input; gzip is unpacked. Without --json nothing is shown that
identifies a person. With --json what does is masked, and account numbers but for their last four characters; for bytes that are
not a record only their pattern is shown, X for letters and 9 for digits. With --json --unmask every field is shown as it is, and for
a record with problems its bytes, so that furnisher metro2 convert can restore the file.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.readMetro2(ctx, args[0], func(r io.Reader) error { return a.dump(r, args[0], asJSON, unmask) })
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line")
	c.Flags().BoolVar(&unmask, "unmask", false, flagUnmask)
	return c
}

func (a *app) dump(r io.Reader, name string, asJSON, unmask bool) error {
	w := bufio.NewWriterSize(a.stdout, 1<<16)
	reader := metro2.NewReader(r)
	var line []byte
	known := 0
	for {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errors.Join(err, w.Flush())
		}
		if item.Kind != metro2.KindUnknown {
			known++
		}
		if asJSON {
			if line, err = appendDump(line[:0], reader, item, unmask); err == nil {
				_, err = w.Write(append(line, '\n'))
			}
		} else {
			err = dumpLine(w, item)
		}
		if err != nil {
			return err
		}
	}
	if known == 0 {
		return errors.Join(notMetro2(name), w.Flush())
	}
	return w.Flush()
}

// problem is a problem of a record, as `metro2 dump --json` prints it.
type problem struct {
	Segment  string `json:"segment"`
	Field    string `json:"field"`
	Position int    `json:"position"`
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
}

// appendDump appends a record as a JSON object, with its problems if it has any. Unless unmask is set what identifies a person is
// masked; bytes that are not a record may be part of anything, so only their pattern is shown.
func appendDump(line []byte, r *metro2.Reader, item *metro2.Item, unmask bool) ([]byte, error) {
	members := map[string]any{}
	switch {
	case unmask:
		line = r.AppendJSON(line)
	case item.Kind == metro2.KindUnknown:
		line = metro2.AppendJSON(line, item)
		members["masked"], members["raw"] = true, pattern(item.Raw)
	default:
		line = metro2.AppendMaskedJSON(line, item)
	}
	if len(item.Problems) > 0 {
		problems := make([]problem, len(item.Problems))
		for i, p := range item.Problems {
			problems[i] = problem{segmentName(p.Segment, p.Index), p.Field, p.Position, p.Rule, p.Severity.String(), p.Message}
		}
		members["problems"] = problems
	}
	if len(members) == 0 {
		return line, nil
	}
	more, err := json.Marshal(members)
	return append(append(line[:len(line)-1], ','), more[1:]...), err
}

// pattern shows the kind of each character: X a letter, 9 a digit, ? one that is not printable.
func pattern(raw []byte) string {
	out := make([]byte, len(raw))
	for i, c := range raw {
		switch {
		case c >= '0' && c <= '9':
			out[i] = '9'
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z':
			out[i] = 'X'
		case c < ' ' || c > '~':
			out[i] = '?'
		default:
			out[i] = c
		}
	}
	return string(out)
}

// dumpLine prints a record without anything that identifies a person.
func dumpLine(w io.Writer, item *metro2.Item) (err error) {
	switch item.Kind {
	case metro2.KindHeader:
		h := item.Header
		_, err = fmt.Fprintf(w, "%8d header   %4d bytes  %s  as of %s  made on %s\n", item.RecordNo, item.RDW, dash(h.ReporterName), dash(h.ActivityDate.String()), dash(h.DateCreated.String()))
	case metro2.KindTrailer:
		t := item.Trailer
		_, err = fmt.Fprintf(w, "%8d trailer  %4d bytes  %d base, %d J1, %d J2 segments, %d DA, %d DF\n", item.RecordNo, item.RDW, t.TotalBase, t.TotalJ1, t.TotalJ2, t.StatusDA, t.StatusDF)
	case metro2.KindData:
		b := &item.Record.Base
		_, err = fmt.Fprintf(w, "%8d data     %4d bytes  %-8s  status %-2s  rating %s  balance %9d  past due %9d  first delinquency %-10s  closed %-10s  history %s  %s\n", item.RecordNo, item.RDW, masked(b.AccountNumber), b.AccountStatus, dash(b.PaymentRating),
			b.CurrentBalance, b.AmountPastDue, dash(b.DateFirstDelinquency.String()), dash(b.DateClosed.String()), b.PaymentHistory, segments(item.Record))
	default:
		_, err = fmt.Fprintf(w, "%8d unknown  %4d bytes\n", item.RecordNo, len(item.Raw))
	}
	for _, p := range item.Problems {
		if err == nil {
			_, err = fmt.Fprintf(w, "         %s position %d: %s %s: %s\n", place(&p), p.Position, p.Severity, p.Rule, p.Message)
		}
	}
	return err
}

// segments lists the segments that follow the base segment.
func segments(r *metro2.Record) string {
	var names []string
	for _, s := range []struct {
		name  string
		count int
	}{
		{"j1", len(r.J1)},
		{"j2", len(r.J2)},
		{"k1", one(r.K1)},
		{"k2", one(r.K2)},
		{"k3", one(r.K3)},
		{"k4", one(r.K4)},
		{"l1", one(r.L1)},
		{"n1", one(r.N1)},
	} {
		switch {
		case s.count > 1:
			names = append(names, fmt.Sprintf("%s×%d", s.name, s.count))
		case s.count == 1:
			names = append(names, s.name)
		}
	}
	return dash(strings.Join(names, " "))
}

func one[T any](segment *T) int {
	if segment == nil {
		return 0
	}
	return 1
}
