package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/rules"
)

// grid is the payment history of an account at a destination, as the last file tells it that counts: a row a year, a cell a month.
type grid struct {
	Destination string
	AsOf        rules.Date
	File        int64
	Months      []string
	Years       []gridYear
}

// gridYear is a year of a payment history.
type gridYear struct {
	Year  int
	Cells []gridCell
}

// gridCell is a month of a payment history.
type gridCell struct {
	Month   string // "September 2026"
	Code    string // empty: the file says nothing of the month
	Meaning string
	Grade   string // good, late, bad or none
	File    int64  // that was made of the month; 0: none
	Own     bool   // the month of the file itself
}

// codeMeaning is a code with its words.
type codeMeaning struct{ Code, Meaning, Grade string }

// historyMonths are the months of a payment history before the month of its file.
const historyMonths = 24

// gridOf makes the grid of a destination from the newest of an account's files, newest first; nil if none tells of the account.
func (c *Console) gridOf(files []inquiry.AccountFile, destination string) *grid {
	var last *inquiry.AccountFile
	byMonth := map[int]int64{}
	for i := range files {
		f := &files[i]
		if f.Destination != destination || !f.Counts() || !f.Told || f.DateAccountInfo == nil {
			continue
		}
		if last == nil {
			last = f
		}
		if month := f.DateAccountInfo.MonthIndex(); byMonth[month] == 0 {
			byMonth[month] = f.File
		}
	}
	if last == nil {
		return nil
	}
	g := &grid{Destination: destination, AsOf: last.AsOf, File: last.File}
	for m := time.January; m <= time.December; m++ {
		g.Months = append(g.Months, m.String()[:3])
	}
	newest := last.DateAccountInfo.MonthIndex()
	codes := last.HistoryCharacter + last.PaymentHistory
	for year := newest / 12; year >= (newest-historyMonths)/12; year-- {
		row := gridYear{Year: year}
		for month := range 12 {
			index := year*12 + month
			cell := gridCell{Month: fmt.Sprintf("%s %d", time.Month(month+1), year), File: byMonth[index], Own: index == newest}
			if back := newest - index; back >= 0 && back < len(codes) && back <= historyMonths {
				cell.Code = codes[back : back+1]
				cell.Meaning, cell.Grade = c.meaning("payment_history", cell.Code), gradeOf(cell.Code)
			}
			row.Cells = append(row.Cells, cell)
		}
		g.Years = append(g.Years, row)
	}
	return g
}

// gradeOf says how a character of the payment history is coloured, beside being shown.
func gradeOf(code string) string {
	switch {
	case strings.Contains("0E", code):
		return "good"
	case strings.Contains("12", code):
		return "late"
	case strings.Contains("BD", code):
		return "none"
	}
	return "bad"
}

// legend lists the codes that grids show, each once, in the order of the record format.
func (c *Console) legend(grids []grid) (all []codeMeaning) {
	seen := map[string]bool{}
	for _, g := range grids {
		for _, y := range g.Years {
			for _, cell := range y.Cells {
				seen[cell.Code] = true
			}
		}
	}
	for _, code := range strings.Split("0123456BDEGHJKL", "") {
		if seen[code] {
			all = append(all, codeMeaning{code, c.meaning("payment_history", code), gradeOf(code)})
		}
	}
	return all
}

// meaning is a code of a field in words, "" if it has none.
func (c *Console) meaning(field, code string) string {
	if c.Account.Meaning == nil || code == "" {
		return ""
	}
	return c.Account.Meaning(field, code)
}
