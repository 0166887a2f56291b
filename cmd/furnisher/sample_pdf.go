package main

import (
	"fmt"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"github.com/furnisher/furnisher/batch/sample"
)

// Widths of the columns of a sheet on paper, in millimetres: field, reported, derived, verdict.
var sheetColumns = [4]float64{62, 46, 46, 32}

// sheetPDF prints a sheet for people: what was drawn, then each account with its values, and a line to sign on. The same sheet gives
// the same bytes.
func sheetPDF(w io.Writer, d *drawn) error {
	made, err := time.Parse("2006-01-02T15:04:05Z", d.At)
	if err != nil {
		return fmt.Errorf("the time of the sheet: %w", err)
	}
	pdf := fpdf.New("P", "mm", "Letter", "")
	pdf.SetCreationDate(made)
	pdf.SetModificationDate(made)
	pdf.SetCatalogSort(true)
	pdf.SetTitle("Sample of a furnished file", true)
	pdf.SetMargins(letterMargin, letterMargin, letterMargin)
	pdf.SetAutoPageBreak(true, letterMargin)
	pdf.AddPage()
	p := letterPrinter{pdf: pdf, text: pdf.UnicodeTranslatorFromDescriptor("")}
	p.sheetHead(d)
	for i := range d.Sheet.Accounts {
		p.sheetAccount(&d.Sheet.Accounts[i])
	}
	p.space(3)
	p.font("", 9)
	p.line("Signed by " + d.Who + " at " + d.At + ":  ______________________________")
	return pdf.Output(w)
}

func (p *letterPrinter) sheetHead(d *drawn) {
	s := d.Sheet
	p.font("B", 14)
	p.line(fmt.Sprintf("Sample %d of file %d", d.Sample, s.File))
	p.font("", 9)
	p.line(fmt.Sprintf("Program %s, destination %s, as of %s. Seed %d, %d accounts asked for, %d drawn.", s.Program, s.Destination, s.AsOf, s.Seed, s.Asked, s.Drawn))
	p.line("SHA-256 of the file: " + s.FileSHA256)
	p.line("SHA-256 of this sheet: " + d.SHA256)
	p.line(fmt.Sprintf("Values compared %d, differing %d, left to a person %d.", s.Compared, s.Differing, s.ByHand))
	p.space(1)
	p.font("", 8)
	for _, x := range s.Strata {
		p.line(fmt.Sprintf("%s: %d of %d", x.Name, x.Drawn, x.InFile))
	}
}

func (p *letterPrinter) sheetAccount(a *sample.Account) {
	p.space(1)
	p.font("B", 9)
	p.line(fmt.Sprintf("Loan %s, account %s, record %d: %s", a.LoanID, a.Account, a.Record, a.Stratum))
	for _, f := range a.Fields {
		style, verdict := "", string(f.Verdict)
		if f.Verdict == sample.Differs {
			style = "B"
		}
		if f.Why != "" {
			verdict += ": " + f.Why
		}
		p.font(style, 7)
		for i, cell := range []string{f.Field, f.Reported, f.Derived, verdict} {
			next := 0
			if i == len(sheetColumns)-1 {
				next = 1
			}
			p.pdf.CellFormat(sheetColumns[i], 3.4, p.text(cell), "", next, "L", false, 0, "")
		}
	}
}
