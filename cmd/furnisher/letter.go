package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"github.com/furnisher/furnisher/batch/inquiry"
)

// Measures of a letter on US Letter paper, in millimetres.
const (
	letterMargin = 22.0
	letterWidth  = 215.9 - 2*letterMargin
	letterLine   = 5.0
)

// statementLetter prints a final statement as a letter (FS2). One page holds some thirty postings; more go on to the next page.
// The same statement gives the same bytes.
func statementLetter(w io.Writer, l *inquiry.StatementLetter) error {
	made, err := time.Parse(time.DateOnly, l.PeriodEnd)
	if err != nil {
		return fmt.Errorf("the statement's period: %w", err)
	}
	pdf := fpdf.New("P", "mm", "Letter", "")
	pdf.SetCreationDate(made)
	pdf.SetModificationDate(made)
	pdf.SetCatalogSort(true)
	pdf.SetCompression(false) // a letter has a few kilobytes
	pdf.SetTitle("Final statement", true)
	pdf.SetMargins(letterMargin, letterMargin, letterMargin)
	pdf.SetAutoPageBreak(true, letterMargin)
	pdf.AddPage()
	p := letterPrinter{pdf: pdf, text: pdf.UnicodeTranslatorFromDescriptor("")}
	p.head(l)
	p.summary(l)
	p.postings(l)
	p.ending(l)
	return pdf.Output(w)
}

// letterPrinter prints the parts of a letter one below the other.
type letterPrinter struct {
	pdf  *fpdf.Fpdf
	text func(string) string // to the character set of the built-in fonts
}

func (p *letterPrinter) font(style string, size float64) { p.pdf.SetFont("Helvetica", style, size) }

func (p *letterPrinter) line(s string) {
	p.pdf.CellFormat(letterWidth, letterLine, p.text(s), "", 1, "L", false, 0, "")
}

func (p *letterPrinter) space(lines float64) { p.pdf.Ln(lines * letterLine) }

func (p *letterPrinter) head(l *inquiry.StatementLetter) {
	p.font("B", 12)
	p.line(l.LenderName)
	p.font("", 9)
	p.line(l.LenderAddress)
	if l.LenderPhone != "" {
		p.line("Telephone " + l.LenderPhone)
	}
	p.space(3)
	p.font("", 11)
	for _, line := range []string{l.Name, l.Address1, l.Address2, strings.TrimSpace(l.City + ", " + l.State + " " + l.PostalCode)} {
		if line != "" {
			p.line(line)
		}
	}
	p.space(2)
	p.font("B", 14)
	p.line("Final statement")
	p.space(0.5)
}

func (p *letterPrinter) summary(l *inquiry.StatementLetter) {
	p.font("", 10)
	for _, row := range [][2]string{
		{"Account", l.AccountNumber + "  " + l.ProductName},
		{"Period", l.PeriodStart + " to " + l.PeriodEnd},
		{"Closed on", l.DateClosed},
		{"Balance at the beginning", l.OpeningBalance},
		{"Balance at the end", l.ClosingBalance},
	} {
		p.pdf.CellFormat(60, letterLine, row[0], "", 0, "L", false, 0, "")
		p.pdf.CellFormat(letterWidth-60, letterLine, p.text(row[1]), "", 1, "L", false, 0, "")
	}
	p.space(1)
}

func (p *letterPrinter) postings(l *inquiry.StatementLetter) {
	row := func(date, what, amount, border string) {
		p.pdf.CellFormat(30, letterLine, date, border, 0, "L", false, 0, "")
		p.pdf.CellFormat(letterWidth-65, letterLine, p.text(what), border, 0, "L", false, 0, "")
		p.pdf.CellFormat(35, letterLine, amount, border, 1, "R", false, 0, "")
	}
	p.font("B", 10)
	row("Date", "Transaction", "Amount", "B")
	p.font("", 10)
	for _, e := range l.Transactions {
		row(e.EffectiveOn, entryWords(e), e.Effect, "")
	}
	if len(l.Transactions) == 0 {
		row("", "no transaction in this period", "", "")
	}
	p.space(1)
}

// nothing is an amount of zero.
const nothing = "0.00"

func (p *letterPrinter) ending(l *inquiry.StatementLetter) {
	p.font("B", 10)
	switch {
	case l.Owed != nothing:
		p.line("You still owe " + l.Owed + ".")
	case l.OwedBack != nothing:
		p.line("We owe you " + l.OwedBack + ".")
	default:
		p.line("Nothing is owed.")
	}
	p.font("", 9)
	p.line("This account is closed. No further periodic statement follows.")
}
