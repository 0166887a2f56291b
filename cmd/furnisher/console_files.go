package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/audit"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/merkle"
	"github.com/furnisher/furnisher/batch/serve/console"
	"github.com/furnisher/furnisher/metro2"
)

// What the console's pages of files show, as the commands metro2 dump, explain, validate, stats and diff, files and audit do.

// consoleFiles reads files for the console. What reads whole files is done one at a time: a second one waits, as long as somebody waits
// for it.
type consoleFiles struct {
	a     *app
	db    *sqlx.DB
	alone chan struct{} // holds who reads
}

// enter waits for the turn of who asks; leave ends it. Who has gone meanwhile gets none.
func (f *consoleFiles) enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case f.alone <- struct{}{}:
		return func() { <-f.alone }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (a *app) consoleFiles(db *sqlx.DB) console.FileActions {
	f := &consoleFiles{a: a, db: db, alone: make(chan struct{}, 1)}
	return console.FileActions{Lines: f.lines, Find: f.find, Record: f.record, Disk: f.disk, Proof: f.proof, Compare: f.compare, Check: checkForeign}
}

// place is where a file is; console.ErrFileGone if its bytes are not to be had.
func (f *consoleFiles) place(ctx context.Context, file int64) (*inquiry.Place, error) {
	p, err := inquiry.PlaceOf(ctx, f.db, file)
	switch {
	case err != nil:
		return nil, err
	case p.PurgedAt != nil:
		return nil, fmt.Errorf("%w: %s", console.ErrFileGone, purgedText(p.PurgedAt, p.PurgedBy))
	case p.Path == "":
		return nil, fmt.Errorf("%w: it is not written yet", console.ErrFileGone)
	case bureau.IsArchived(p.Path):
		return nil, fmt.Errorf("%w: %w", console.ErrFileGone, bureau.ErrArchived)
	}
	return p, nil
}

// goneIf says it in words if a file is not where it was made.
func goneIf(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %s", console.ErrFileGone, recordAway)
	case errors.Is(err, bureau.ErrNoRecord):
		return console.ErrNoRecord
	}
	return err
}

func (f *consoleFiles) lines(ctx context.Context, file, from int64, most int) ([]console.RecordLine, error) {
	p, err := f.place(ctx, file)
	if err != nil {
		return nil, err
	}
	found, err := bureau.Lines(p.Path, p.Marks, from, most)
	if err != nil {
		return nil, goneIf(err)
	}
	lines := make([]console.RecordLine, len(found))
	for i := range found {
		if lines[i], err = lineOf(&found[i]); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

func lineOf(at *bureau.Located) (console.RecordLine, error) {
	line := console.RecordLine{Number: at.Number}
	reader := metro2.NewReader(bytes.NewReader(at.Record))
	item, err := reader.Next()
	if err != nil {
		return line, err
	}
	line.Kind, line.Faults = item.Kind.String(), len(item.Problems)
	if item.Kind != metro2.KindData {
		return line, nil
	}
	line.Account = masked(item.Record.Base.AccountNumber)
	for _, v := range reader.Explain(false) {
		if v.Segment != "base" {
			break
		}
		switch v.Key {
		case "account_status":
			line.Status = v.Value
			if v.Meaning != "" {
				line.Status += ", " + v.Meaning
			}
		case "current_balance":
			line.Balance = v.Value
		case "amount_past_due":
			line.PastDue = v.Value
		case "date_opened":
			line.Opened = v.Value
		}
	}
	return line, nil
}

func (f *consoleFiles) find(ctx context.Context, file int64, account string) (int64, error) {
	p, err := f.place(ctx, file)
	if err != nil {
		return 0, err
	}
	at, err := bureau.Locate(p.Path, p.Marks, account)
	return at.Number, goneIf(err)
}

func (f *consoleFiles) record(ctx context.Context, file, number int64, unmask bool) (*console.FileRecord, error) {
	p, err := f.place(ctx, file)
	if err != nil {
		return nil, err
	}
	found, err := bureau.Lines(p.Path, p.Marks, number, 1)
	if err != nil {
		return nil, goneIf(err)
	}
	if len(found) == 0 {
		return nil, console.ErrNoRecord
	}
	reader := metro2.NewReader(bytes.NewReader(found[0].Record))
	item, err := reader.Next()
	if err != nil {
		return nil, err
	}
	e := explainer{unmask: unmask}
	out := recordOf(e.tell(reader, item, recordFindings(item)))
	out.Number = number
	for i := range out.Findings {
		out.Findings[i].Record = number
	}
	if item.Kind != metro2.KindData {
		return out, nil
	}
	return out, f.addBook(ctx, out, file, item.Record.Base.AccountNumber, found[0].Record)
}

// recordFindings is what rules find in a record by itself.
func recordFindings(item *metro2.Item) []metro2.Finding {
	var findings []metro2.Finding
	for _, p := range item.Problems {
		findings = append(findings, p)
	}
	if item.Kind != metro2.KindData {
		return findings
	}
	return metro2.CheckExaminer(item.Record, metro2.CheckEnv{}, metro2.CheckRecord(item.Record, metro2.CheckEnv{}, findings))
}

// addBook adds what the book knows of a record: its loan, what looks before the release found, and which rules decided its fields.
func (f *consoleFiles) addBook(ctx context.Context, r *console.FileRecord, file int64, account string, record []byte) error {
	e, err := inquiry.Explain(ctx, f.db, account, inquiry.Which{File: file})
	if errors.Is(err, inquiry.ErrNotFound) || errors.Is(err, inquiry.ErrSeveral) {
		return nil
	}
	if err != nil {
		return err
	}
	r.LoanID = e.Loan.LoanID
	if r.Looked, err = inquiry.FindingsOfRecord(ctx, f.db, file, r.LoanID); err != nil {
		return err
	}
	t := e.Tradeline
	if t == nil || t.File != file {
		return nil
	}
	fields, err := bureau.Explain(record, bureau.Stored{Rule: t.Rule, Facts: t.Facts, Consumers: t.Consumers}, false)
	if err != nil {
		return fmt.Errorf("record %d of file %d: %w", r.Number, file, err)
	}
	decided := map[string][]string{}
	for i := range fields {
		for _, rule := range fields[i].Rules {
			at := segmentName(fields[i].Segment, fields[i].Index) + "." + fields[i].Key
			decided[at] = append(decided[at], rule.ID)
		}
	}
	for i := range r.Segments {
		for k := range r.Segments[i].Fields {
			field := &r.Segments[i].Fields[k]
			field.Rules = decided[r.Segments[i].Title+"."+field.Key]
		}
	}
	return nil
}

// recordOf is an explanation as the console shows it.
func recordOf(x explanation) *console.FileRecord {
	out := &console.FileRecord{Number: int64(x.Record), Kind: x.Kind, Bytes: x.Bytes, Account: x.Account}
	for _, v := range x.Fields {
		title := segmentName(v.Segment, v.Index)
		if n := len(out.Segments); n == 0 || out.Segments[n-1].Title != title {
			out.Segments = append(out.Segments, console.RecordSegment{Title: title})
		}
		s := &out.Segments[len(out.Segments)-1]
		s.Fields = append(s.Fields, console.RecordField{
			Num: v.Num, Name: v.Name, Key: v.Key, Position: v.Position, Value: v.Value, Meaning: v.Meaning, Hidden: v.Hidden,
		})
		out.Masked = out.Masked || v.Hidden
	}
	for _, f := range x.Findings {
		out.Findings = append(out.Findings, recordFindingOf(f))
	}
	return out
}

func recordFindingOf(f finding) console.RecordFinding {
	where := f.Segment
	if f.Field != "" {
		where += "." + f.Field
	}
	return console.RecordFinding{
		Record: int64(f.Record), Account: f.Account, Where: where, Position: f.Position, Rule: f.Rule, Severity: f.Severity, Message: f.Message, Count: 1,
	}
}

func (f *consoleFiles) disk(ctx context.Context, file int64) (console.DiskCheck, error) {
	leave, err := f.enter(ctx)
	if err != nil {
		return console.DiskCheck{}, err
	}
	defer leave()
	check := console.DiskCheck{At: f.a.now()}
	if _, err := f.place(ctx, file); errors.Is(err, console.ErrFileGone) {
		check.Words = "The bytes are not compared: " + console.WhyGone(err) + "."
		return check, nil
	} else if err != nil {
		return check, err
	}
	switch err := bureau.OnDisk(ctx, f.db, file); {
	case err == nil:
		check.Same, check.Words = true, "The bytes on the disk are those that were made: their SHA-256 is the ledger's."
	case errors.Is(err, bureau.ErrFileDiffers):
		check.Words = "The file on the disk is missing or has other bytes than were made. Keep it as it is, and make the file again: furnisher files rebuild."
	default:
		return check, err
	}
	return check, nil
}

func (f *consoleFiles) proof(ctx context.Context, file int64) (console.FileProof, error) {
	leave, err := f.enter(ctx)
	if err != nil {
		return console.FileProof{}, err
	}
	defer leave()
	no := func(why string) (console.FileProof, error) {
		return console.FileProof{}, fmt.Errorf("%w: %s", console.ErrNoProof, why)
	}
	key, err := f.a.auditVerifier("")
	if errors.Is(err, merkle.ErrNoKey) {
		return no("no head of the log was signed; furnisher audit head signs one")
	}
	if err != nil {
		return console.FileProof{}, err
	}
	signed, err := audit.LastHead(ctx, f.db)
	if err != nil {
		return console.FileProof{}, err
	}
	if signed == nil {
		return no("no head of the log was signed; furnisher audit head signs one")
	}
	head, err := merkle.OpenHead(signed, key)
	if err != nil {
		return console.FileProof{}, err
	}
	proved, err := audit.Prove(ctx, f.db, []audit.Row{{Table: "bureau_file", A: file}}, head)
	if errors.Is(err, audit.ErrNoRow) {
		return no("the newest head was signed before the file was made")
	}
	if err != nil {
		return console.FileProof{}, err
	}
	return console.FileProof{Text: proved[0].Proof.Text(), Entries: head.Entries}, nil
}

// mostDifferences bounds the differences that a comparison lists.
const mostDifferences = 500

func (f *consoleFiles) compare(ctx context.Context, a, b int64, unexpected bool) (*console.Comparison, error) {
	leave, err := f.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var open [2]*os.File
	for i, file := range []int64{a, b} {
		p, err := f.place(ctx, file)
		if err != nil {
			return nil, err
		}
		if open[i], err = os.Open(p.Path); err != nil {
			return nil, goneIf(err)
		}
		defer open[i].Close()
	}
	info, err := open[0].Stat()
	if err != nil {
		return nil, err
	}
	m := &month{}
	if unexpected {
		if m, err = readMonth(open[0], open[1]); err != nil {
			return nil, err
		}
		for _, file := range open {
			if _, err := file.Seek(0, io.SeekStart); err != nil {
				return nil, err
			}
		}
	}
	out := &console.Comparison{}
	fields := map[string]*console.FieldCount{}
	s, err := metro2.Diff(io.NewSectionReader(open[0], 0, info.Size()), open[1], metro2.DiffOptions{}, func(d metro2.Difference) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var why []string
		if unexpected {
			if d, why = m.unexpected(d); len(why) == 0 && len(d.Fields) == 0 {
				out.Expected++
				return nil
			}
		}
		for _, x := range d.Fields {
			at := segmentName(x.Segment, x.Index) + "." + x.Key
			if fields[at] == nil {
				fields[at] = &console.FieldCount{Field: at, Name: x.Name}
			}
			fields[at].Count++
		}
		if len(out.Differences) == mostDifferences {
			out.More++
			return nil
		}
		out.Differences = append(out.Differences, differenceOf(d, why))
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.Equal, out.Changed, out.Added, out.Removed = s.Equal, s.Changed, s.Added, s.Removed
	for _, at := range slices.Sorted(maps.Keys(fields)) {
		out.Fields = append(out.Fields, *fields[at])
	}
	slices.SortStableFunc(out.Fields, func(x, y console.FieldCount) int { return cmp.Compare(y.Count, x.Count) })
	return out, nil
}

func differenceOf(d metro2.Difference, why []string) console.Difference {
	out := console.Difference{
		Change: string(d.Change), Kind: d.Kind, Account: d.AccountNumber, RecordA: int64(d.RecordA), RecordB: int64(d.RecordB), Why: why,
	}
	for _, x := range d.Fields {
		out.Fields = append(out.Fields, console.FieldDifference{
			Field: segmentName(x.Segment, x.Index) + "." + x.Key, Name: x.Name, From: withMeaning(x.From, x.FromText), To: withMeaning(x.To, x.ToText),
		})
	}
	return out
}

// checkForeign checks a file as it comes, counts what it holds, and explains one of its records.
func checkForeign(r io.Reader, wanted int) (*console.CheckedFile, error) {
	out := &console.CheckedFile{}
	reader, v := metro2.NewReader(r), newValidator()
	var stats metro2.Stats
	examples := map[string]*console.RecordFinding{} // as many as the catalogue has checks
	add := func(account string, findings []metro2.Finding) {
		for i := range findings {
			f := &findings[i]
			if f.Severity == metro2.Error {
				out.Errors++
			} else {
				out.Warnings++
			}
			if known := examples[f.Check()]; known != nil {
				known.Count++
				continue
			}
			example := recordFindingOf(findingOf("", account, f))
			example.Rule = f.Check()
			examples[f.Check()] = &example
		}
	}
	var findings []metro2.Finding
	for {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		stats.Add(item)
		findings = v.Check(item, findings[:0])
		if item.RecordNo == wanted {
			e := explainer{}
			out.Record = recordOf(e.tell(reader, item, findings))
		}
		account := ""
		if item.Kind == metro2.KindData && len(findings) > 0 {
			account = masked(item.Record.Base.AccountNumber)
		}
		add(account, findings)
	}
	findings = v.Finish(findings[:0])
	add("", findings)
	if out.Records, out.Unknown, out.Accounts = stats.Records, stats.Unknown, stats.Accounts(); out.Records == out.Unknown {
		return nil, console.ErrNotMetro2
	}
	for _, check := range slices.Sorted(maps.Keys(examples)) {
		out.Findings = append(out.Findings, *examples[check])
	}
	slices.SortStableFunc(out.Findings, func(x, y console.RecordFinding) int { return cmp.Compare(y.Count, x.Count) })
	out.Groups = groupsOf(&stats)
	return out, nil
}

// groupsOf are the countings of a file, without what does not occur.
func groupsOf(stats *metro2.Stats) (groups []console.StatsGroup) {
	for _, group := range stats.Groups() {
		g := console.StatsGroup{Name: group.Name}
		for _, l := range group.Lines {
			if l.Count > 0 {
				g.Lines = append(g.Lines, console.StatsLine{Value: l.Value, Meaning: l.Meaning, Count: l.Count, Balance: int64(l.Balance), PastDue: int64(l.PastDue)})
			}
		}
		if len(g.Lines) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}
