package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/metro2"
)

// finding is a finding of `metro2 validate --json`. Account is masked; "" for a record without one.
type finding struct {
	File     string `json:"file"`
	Record   int    `json:"record"`
	Account  string `json:"account"`
	Segment  string `json:"segment"`
	Field    string `json:"field"`
	Position int    `json:"position"`
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
}

func (a *app) validateCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "validate FILE...", Short: shortValidate, Long: longValidate, Args: cobra.MinimumNArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) error { return a.validateAll(ctx, args, asJSON) }),
	}
	c.Flags().BoolVar(&asJSON, "json", false, flagJSON)
	return c
}

func (a *app) validateAll(ctx context.Context, names []string, asJSON bool) error {
	w := bufio.NewWriterSize(a.stdout, 1<<16)
	out := &findingWriter{w: w, asJSON: asJSON}
	out.begin()
	var sum metro2.Summary
	for _, name := range names {
		err := a.readMetro2(ctx, name, func(r io.Reader) error {
			s, err := validateOne(r, func(account string, f *metro2.Finding) { out.add(name, account, f) })
			sum.Records, sum.Errors, sum.Warnings = sum.Records+s.Records, sum.Errors+s.Errors, sum.Warnings+s.Warnings
			return err
		})
		if err != nil {
			return errors.Join(err, w.Flush())
		}
	}
	out.finish(len(names), sum)
	if err := errors.Join(out.err, w.Flush()); err != nil {
		return err
	}
	if sum.Errors > 0 {
		return &ending{err: fmt.Errorf(textInvalid, sum.Errors), code: exitInvalid, hint: hintInvalid}
	}
	return nil
}

// validateOne passes on each finding of a file with the masked account number of its record.
func validateOne(r io.Reader, each func(account string, f *metro2.Finding)) (metro2.Summary, error) {
	reader, v := metro2.NewReader(r), metro2.NewValidator(metro2.CheckEnv{})
	var findings []metro2.Finding
	for {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return v.Summary(), err
		}
		findings = v.Check(item, findings[:0])
		if len(findings) == 0 {
			continue
		}
		account := ""
		if item.Kind == metro2.KindData {
			account = masked(item.Record.Base.AccountNumber)
		}
		for i := range findings {
			each(account, &findings[i])
		}
	}
	findings = v.Finish(findings[:0])
	for i := range findings {
		each("", &findings[i])
	}
	return v.Summary(), nil
}

// findingWriter prints findings as they come, because a broken file has as many as it has bytes. Its
// first error sticks.
type findingWriter struct {
	w      io.Writer
	asJSON bool
	count  int
	err    error
}

func (o *findingWriter) printf(format string, args ...any) {
	if o.err == nil {
		_, o.err = fmt.Fprintf(o.w, format, args...)
	}
}

func (o *findingWriter) begin() {
	if o.asJSON {
		o.printf(`{"findings":[`)
	}
}

func (o *findingWriter) add(file, account string, f *metro2.Finding) {
	o.count++
	if !o.asJSON {
		o.printf(lineFinding, file, f.Record, dash(account), place(f), f.Position, f.Severity, f.Rule, f.Message)
		return
	}
	segment := f.Segment
	if f.Index > 0 {
		segment = fmt.Sprintf("%s[%d]", f.Segment, f.Index)
	}
	text, err := json.Marshal(finding{file, f.Record, account, segment, f.Field, f.Position, f.Rule, f.Severity.String(), f.Message})
	if err != nil && o.err == nil {
		o.err = err
	}
	if o.count > 1 {
		o.printf(",")
	}
	o.printf("\n%s", text)
}

func (o *findingWriter) finish(files int, sum metro2.Summary) {
	if o.asJSON {
		o.printf("],\n\"files\":%d,\"records\":%d,\"errors\":%d,\"warnings\":%d}\n", files, sum.Records, sum.Errors, sum.Warnings)
		return
	}
	o.printf(textValidated, files, sum.Records, sum.Errors, sum.Warnings)
}
