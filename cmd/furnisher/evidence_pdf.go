package main

import (
	"fmt"
	"io"
	"strings"

	"codeberg.org/go-pdf/fpdf"

	"github.com/furnisher/furnisher/batch/evidence"
	"github.com/furnisher/furnisher/rules"
)

// evidencePDF prints a pack's evidence for people, US Letter. The same evidence gives the same bytes.
func evidencePDF(w io.Writer, d *evidenceDocument, about evidence.About) error {
	pdf := fpdf.New("P", "mm", "Letter", "")
	pdf.SetCreationDate(about.MadeAt)
	pdf.SetModificationDate(about.MadeAt)
	pdf.SetCatalogSort(true)
	pdf.SetCompression(false) // its bytes depend on no compressor's version
	pdf.SetTitle("Evidence", true)
	pdf.SetMargins(letterMargin, letterMargin, letterMargin)
	pdf.SetAutoPageBreak(true, letterMargin)
	pdf.AddPage()
	p := evidencePrinter{letterPrinter{pdf: pdf, text: pdf.UnicodeTranslatorFromDescriptor("")}}
	p.head(d, about)
	p.reported(d)
	p.decisions(d)
	p.people(d)
	for _, x := range d.Explanations {
		p.file(x)
	}
	return pdf.Output(w)
}

type evidencePrinter struct{ letterPrinter }

const smallLine = 3.6

// say prints a paragraph in small letters.
func (p *evidencePrinter) say(format string, args ...any) {
	p.font("", 8)
	p.pdf.MultiCell(letterWidth, smallLine, p.text(fmt.Sprintf(format, args...)), "", "L", false)
}

func (p *evidencePrinter) title(text string) {
	p.space(1)
	p.font("B", 10)
	p.line(text)
}

func (p *evidencePrinter) head(d *evidenceDocument, about evidence.About) {
	p.font("B", 14)
	p.line("What was reported of an account")
	p.space(0.5)
	p.say("Loan %s, account %s, program %s, opened on %s. Made at %s, of the files of %d months.", about.LoanID, d.Loan.AccountNumber, d.Loan.ProgramID, d.Loan.OpenedOn, about.MadeAt.Format(timeLayout), about.Months)
	p.say("Status %s since %s, servicing %s.", d.Loan.Status, d.Loan.StatusSince, d.Loan.ServicingStatus)
	p.say("evidence.json holds the same for machines; manifest.json and manifest.sig prove this page; proofs/ holds a proof from the audit log for each file, tradeline, exclusion, change of a file's state, deletion, operation, correction and answer.")
}

// reported prints what each file said, its hash, and who let it go.
func (p *evidencePrinter) reported(d *evidenceDocument) {
	p.title("Files")
	for i := range d.Files {
		f := &d.Files[i]
		out := "it went out"
		if !wasSent(f.State) {
			out = "it did not go out"
		}
		p.say("File %d to %s as of %s: %s, %s (%s), SHA-256 %s", f.File.File, f.Destination, f.AsOf, dash(f.Name), f.State, out, dash(f.SHA256))
		for _, e := range f.Events {
			p.say("    %s at %s by %s: %s", e.State, e.At.UTC().Format(timeLayout), e.Who, e.Why)
		}
		for j := range d.Tradelines {
			if t := &d.Tradelines[j]; t.File == f.File.File {
				p.say("    told: status %s, balance %d, past due %d, first delinquency %s, history %s, by rule %s", t.AccountStatus, t.CurrentBalance, t.AmountPastDue, dateOrDash(t.DateFirstDelinquency), t.PaymentHistory, t.Rule)
			}
		}
		for j := range d.Excluded {
			if x := &d.Excluded[j]; x.File == f.File.File {
				p.say("    left out: %s (%s): %s", x.Reason, x.Rule, x.Detail)
			}
		}
	}
	for _, x := range d.Deletions {
		p.say("Deletion %s in file %d, date closed %s, counts: %t", x.Code, x.File, x.DateClosed, x.Live)
	}
}

func (p *evidencePrinter) decisions(d *evidenceDocument) {
	p.title("Decisions")
	for _, c := range d.History {
		p.say("%s: %s to %s, %s, rule %s, facts %s", c.BusinessDate, c.State, c.To, strings.ToLower(c.Cause), dash(c.Rule), dash(string(c.Facts)))
	}
}

// people prints what people did: disputes and other cases, corrections, answers of bureaus, operations.
func (p *evidencePrinter) people(d *evidenceDocument) {
	p.title("Disputes and other cases, corrections, answers, operations")
	for _, c := range d.Cases {
		p.say("Case %s: %s, %s, outcome %s, opened on %s, closed on %s", c.CaseID, c.Type, dash(c.Status), dash(string(c.Outcome)), c.OpenedOn, dash(c.ClosedOn.String()))
	}
	for _, x := range d.Disputes {
		p.say("Dispute %s: due on %s, answer %s on %s; checked: %s", x.CaseID, x.DueOn, dash(string(x.Answer)), dash(x.AnsweredOn.String()), dash(x.Checked))
	}
	for _, c := range d.Corrections {
		p.say("Correction %d: field %s is %s instead of %s, %s by %s: %s; evidence: %s", c.Correction, c.Field, dash(c.Value), dash(c.Decided), c.State, c.RecordedBy, c.Reason, c.Evidence)
	}
	for _, x := range d.Answers {
		p.say("Answer %d to file %d from %s: %s %s %s, received on %s, owner %s, %s", x.Answer, x.File, x.Destination, x.Outcome, dash(x.Field), dash(strings.TrimSpace(x.Code+" "+x.Reason)), x.ReceivedOn, x.Owner, x.State)
	}
	for _, o := range d.Operations {
		p.say("Operation %d: %s at %s by %s", o.Operation, o.Kind, o.At.UTC().Format(timeLayout), because(&o.Who, o.Why))
	}
	if len(d.Cases)+len(d.Disputes)+len(d.Corrections)+len(d.Answers)+len(d.Operations) == 0 {
		p.say("none")
	}
}

// file prints each value that a file told, with its facts and rules.
func (p *evidencePrinter) file(x *answer) {
	if x.File == nil || x.LeftOut != nil {
		return
	}
	p.title(fmt.Sprintf("Each value of file %d as of %s", x.File.File, x.File.AsOf))
	if x.Missing != "" {
		p.say("The record cannot be shown: %s", x.Missing)
	}
	if x.Rebuilt != "" {
		p.say("The record was made again from what the database keeps: of the file, %s. All of its bytes were made again, and have the SHA-256 of the file that was made.", x.Rebuilt)
	}
	for i := range x.Fields {
		f := &x.Fields[i]
		var ids []string
		for _, r := range f.Rules {
			ids = append(ids, r.ID)
		}
		p.say("%s %s %s: %s; %s; rules %s", f.Segment, f.Num, f.Name, dash(f.Value), dash(strings.Join(f.Sources, "; ")), dash(strings.Join(ids, " ")))
	}
}

// dateOrDash is a date that there may not be.
func dateOrDash(d *rules.Date) string {
	if d == nil {
		return "-"
	}
	return d.String()
}
