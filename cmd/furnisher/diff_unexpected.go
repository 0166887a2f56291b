package main

import (
	"errors"
	"io"

	"github.com/furnisher/furnisher/metro2"
)

// monthly are the fields of the base segment that a month changes by itself. Where such a change contradicts the file before, a rule
// that compares the two says so (X02 to X04, H16).
var monthly = map[string]bool{
	"timestamp": true, "date_account_info": true, "current_balance": true, "amount_past_due": true, "actual_payment": true,
	"scheduled_payment": true, "date_last_payment": true, "payment_history": true, "payment_rating": true, "account_status": true,
	"date_first_delinquency": true, "date_closed": true,
}

// highestCredit is monthly for revolving accounts; for a loan it is what was lent.
const highestCredit = "highest_credit"

// month is what two files of neighbouring months say of each other's records.
type month struct {
	final     bits             // records of the first file that are the last of their account
	opened    bits             // records of the second one whose account was opened since the first
	revolving bits             // records of the second one of a line of credit, a revolving or an open account
	says      map[int][]string // what contradicts the first file, by the record of the second
}

// bits are a set of record numbers.
type bits []uint64

func (b *bits) set(n int) {
	for len(*b) <= n/64 {
		*b = append(*b, 0)
	}
	(*b)[n/64] |= 1 << (n % 64)
}

func (b bits) has(n int) bool { return n/64 < len(b) && b[n/64]&(1<<(n%64)) != 0 }

// mostContradictions bounds the records of which it is kept what contradicts.
const mostContradictions = 100_000

// finalStatuses are those after which an account need not be reported any more: paid, transferred, deleted, and charged off, surrendered
// or foreclosed without a balance.
var finalStatuses = map[string]bool{
	"05": true, "13": true, "61": true, "62": true, "63": true, "64": true, "65": true, "DA": true, "DF": true, "88": true, "89": true, "94": true, "95": true,
}

// readMonth reads two files, the earlier one first.
func readMonth(a, b io.Reader) (*month, error) {
	m := &month{says: map[int][]string{}}
	v := metro2.NewValidator(metro2.CheckEnv{})
	v.Examiner, v.History = true, true
	var before metro2.Date
	var findings []metro2.Finding
	each := func(r io.Reader, work func(*metro2.Item)) error {
		reader := metro2.NewReader(r)
		for {
			item, err := reader.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			findings = v.Check(item, findings[:0])
			work(item)
		}
	}
	err := each(a, func(item *metro2.Item) {
		switch item.Kind {
		case metro2.KindHeader:
			before = item.Header.ActivityDate
		case metro2.KindData:
			if base := &item.Record.Base; finalStatuses[base.AccountStatus] {
				m.final.set(item.RecordNo)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	v.NextFile()
	return m, each(b, func(item *metro2.Item) {
		if item.Kind != metro2.KindData {
			return
		}
		if item.Record.Base.DateOpened > before {
			m.opened.set(item.RecordNo)
		}
		switch item.Record.Base.PortfolioType {
		case "C", "R", "O":
			m.revolving.set(item.RecordNo)
		}
		for i := range findings {
			if f := &findings[i]; contradicts(f.Rule) && len(m.says) < mostContradictions {
				m.says[item.RecordNo] = append(m.says[item.RecordNo], f.Rule+": "+f.Message)
			}
		}
	})
}

// contradicts reports whether a rule compares a record with the one of the month before.
func contradicts(rule string) bool {
	switch rule {
	case "X02", "X03", "X04", "H15", "H16":
		return true
	}
	return false
}

// unexpected leaves of a difference what the month does not bring, and says why it is not. Nothing left: it was expected.
func (m *month) unexpected(d metro2.Difference) (left metro2.Difference, why []string) {
	if d.Kind != metro2.KindData.String() {
		d.Fields = nil // header and trailer have other dates and counts each month
		if d.Kind == metro2.KindUnknown.String() {
			why = append(why, "the record is of no known kind")
		}
		return d, why
	}
	why = m.says[d.RecordB]
	switch d.Change {
	case metro2.Added:
		if !m.opened.has(d.RecordB) {
			why = append(why, "it is new here, and was opened before the earlier file")
		}
	case metro2.Removed:
		if !m.final.has(d.RecordA) {
			why = append(why, "it is gone, and its last record was not final")
		}
	case metro2.Changed:
		var fields []metro2.FieldChange
		for _, f := range d.Fields {
			byItself := f.Segment == "base" && (monthly[f.Key] || f.Key == highestCredit && m.revolving.has(d.RecordB))
			if !byItself || len(why) > 0 {
				fields = append(fields, f)
			}
		}
		d.Fields = fields
	}
	return d, why
}
