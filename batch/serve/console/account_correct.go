package console

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// Correcting is a correction of fields that go together (BR9).
type Correcting struct {
	LoanID                             string
	Fields                             []CorrectedField
	Reason, Evidence, Source, Approver string
	File                               int64 // whose record was wrong; 0: none is named
	By                                 string
	DryRun                             bool
}

// CorrectedField is a field by its key, with the value that it shall have, and the one that was decided.
type CorrectedField struct{ Field, Value string }

// Corrected is a correction of one field as it was recorded.
type Corrected struct {
	Number int64
	Field  string
	Known  bool // it was there already
}

// correctedTogether is how many fields a form corrects.
const correctedTogether = 4

func correctInputs(_ *Console, a *inquiry.Account) (list []input) {
	fields := []option{{"", "None"}}
	for _, key := range rules.Correctable() {
		fields = append(fields, option{key, spaced(key)})
	}
	for i := 1; i <= correctedTogether; i++ {
		n := strconv.Itoa(i)
		list = append(list,
			input{Name: "field" + n, Label: "Field " + n, Kind: "select", Options: fields, Required: i == 1},
			input{Name: "value" + n, Label: "Value " + n, Kind: "text", Hint: "dates as 2026-09-30, amounts in whole dollars, empty for a blank"})
	}
	var files []option
	for i := range a.Files {
		if a.Files[i].Told {
			files = append(files, option{strconv.FormatInt(a.Files[i].File, 10), fmt.Sprintf("File %d, %s, %s", a.Files[i].File, a.Files[i].Destination, a.Files[i].AsOf)})
		}
	}
	return append(list,
		input{Name: "file", Label: "File whose record was wrong", Kind: "select", Options: append([]option{{"", "None in particular"}}, files...)},
		input{Name: "source", Label: "Where it comes from", Kind: "select", Required: true, Options: []option{
			{"", "Choose a source"}, {"AUD", "AUD: keyed at the bureaus"}, {"DISPUTE", "A dispute"}, {"HAND", "Found by us"},
		}},
		input{Name: "evidence", Label: "Evidence", Kind: "text", Required: true, Hint: "what proves it: a receipt, a letter, by its number"},
		input{Name: "approver", Label: "Approved by", Kind: "text", Hint: "a supervisor, another person than you, without whom a date of first delinquency moves to no later date"})
}

func correct(c *Console, r *http.Request, o servicing.Order, loan string, f *filledForm) (*outcome, error) {
	x := Correcting{
		LoanID: loan, Reason: o.Why, Evidence: f.text("evidence"), Source: f.text("source"), Approver: f.text("approver"), By: o.By, DryRun: o.DryRun,
	}
	for i := 1; i <= correctedTogether; i++ {
		n := strconv.Itoa(i)
		if field := f.text("field" + n); field != "" {
			x.Fields = append(x.Fields, CorrectedField{field, f.text("value" + n)})
		} else if f.text("value"+n) != "" {
			f.wrong("value " + n + " has no field")
		}
	}
	if text := f.text("file"); text != "" {
		var err error
		if x.File, err = strconv.ParseInt(text, 10, 64); err != nil {
			f.wrong("the file is no number")
		}
	}
	if f.err != nil {
		return nil, f.err
	}
	var err error
	if x.Approver, err = c.second(r.Context(), x.Approver); err != nil {
		return nil, err
	}
	found, err := inquiry.ShowAccount(r.Context(), c.DB, loan, filesShown, rules.DateOf(c.Now()))
	if err != nil {
		return nil, err
	}
	added, err := c.Account.Correct(r.Context(), x)
	if err != nil {
		return nil, err
	}
	out, values := &outcome{}, map[string]string{}
	for _, given := range x.Fields {
		values[given.Field] = given.Value
	}
	for _, a := range added {
		says := fmt.Sprintf("correction %d locks %s", a.Number, spaced(a.Field))
		if a.Known {
			says = fmt.Sprintf("correction %d locked %s before", a.Number, spaced(a.Field))
			out.Notes = append(out.Notes, "The same correction is there already: "+says+".")
		}
		out.Said = strings.TrimPrefix(out.Said+", "+says, ", ")
		out.Changes = append(out.Changes, change{spaced(a.Field), saidOf(found, a.Field), blank(values[a.Field])})
	}
	if out.Said != "" {
		out.Said = strings.ToUpper(out.Said[:1]) + out.Said[1:] + "."
	}
	return out, nil
}

// Unlocking ends the lock of a correction.
type Unlocking struct {
	Correction        int64
	By, Approver, Why string
	DryRun            bool
}

// locksOf are the corrections of an account that lock a field.
func locksOf(a *inquiry.Account) (locks []inquiry.Correction) {
	for i := range a.Corrections {
		if a.Corrections[i].State == "LIVE" {
			locks = append(locks, a.Corrections[i])
		}
	}
	return locks
}

func unlockInputs(_ *Console, a *inquiry.Account) []input {
	var list []option
	for _, l := range locksOf(a) {
		list = append(list, option{strconv.FormatInt(l.Correction, 10), fmt.Sprintf("Correction %d: %s is %s", l.Correction, spaced(l.Field), blank(l.Value))})
	}
	return []input{
		{Name: "correction", Label: "Lock", Kind: "select", Options: list, Required: true},
		{Name: "approver", Label: "Approved by", Kind: "text", Hint: "a supervisor, another person than you", Required: true},
	}
}

// unlock ends a lock of the account of the form, and of no other one.
func unlock(c *Console, r *http.Request, o servicing.Order, loan string, f *filledForm) (*outcome, error) {
	number, err := strconv.ParseInt(f.text("correction"), 10, 64)
	if err != nil {
		return nil, &badField{"it does not say which lock"}
	}
	found, err := inquiry.ShowAccount(r.Context(), c.DB, loan, filesShown, rules.DateOf(c.Now()))
	if err != nil {
		return nil, err
	}
	for i := range found.Corrections {
		l := &found.Corrections[i]
		if l.Correction != number {
			continue
		}
		out := &outcome{
			Changes: []change{{spaced(l.Field), "locked to " + blank(l.Value), "decided by the facts"}},
			Said:    fmt.Sprintf("Correction %d is released: %s is decided by the facts again.", number, spaced(l.Field)),
		}
		if l.State == "RELEASED" && *l.ReleasedBy == o.By && *l.ReleaseWhy == o.Why { // the form was sent before
			return out, nil
		}
		approver, err := c.second(r.Context(), f.text("approver"))
		if err != nil {
			return nil, err
		}
		return out, c.Account.Unlock(r.Context(), Unlocking{Correction: number, By: o.By, Approver: approver, Why: o.Why, DryRun: o.DryRun})
	}
	return nil, fmt.Errorf("%w: the loan has no correction %d", servicing.ErrUnknown, number)
}

// spaced is the key of a field as people read it.
func spaced(key string) string { return strings.ReplaceAll(key, "_", " ") }

// saidOf is what the last file that counts said of a field that corrections lock.
func saidOf(a *inquiry.Account, field string) string {
	for i := range a.Files {
		if f := &a.Files[i]; f.Told && f.Counts() {
			t := rules.Tradeline{Furnished: rules.Furnished{
				ScheduledPayment: f.ScheduledPayment, AccountStatus: f.AccountStatus, PaymentRating: f.PaymentRating, PaymentHistory: f.PaymentHistory,
				SpecialComment: f.SpecialComment, CurrentBalance: f.CurrentBalance, AmountPastDue: f.AmountPastDue, OriginalChargeOff: f.OriginalChargeOff,
				DateFirstDelinquency: orZero(f.DateFirstDelinquency), DateClosed: orZero(f.DateClosed), DateLastPayment: orZero(f.DateLastPayment),
			}}
			return blank(rules.FieldText(&t, field))
		}
	}
	return ""
}

func orZero(d *rules.Date) rules.Date {
	if d == nil {
		return 0
	}
	return *d
}

func blank(text string) string {
	if text == "" {
		return "blank"
	}
	return text
}
