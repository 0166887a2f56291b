package console

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// act is something that a person may do to an account: a page with a form, what it would do, and that it is done.
type act struct {
	name   string         // of its address
	role   servicing.Role // the least that may, as in the HTTP API
	Title  string
	Lead   string
	inputs func(c *Console, a *inquiry.Account) []input
	do     func(c *Console, r *http.Request, o servicing.Order, loan string, f *filledForm) (*outcome, error)
	offers func(c *Console, a *inquiry.Account) bool // nil: always
}

// At is its path below that of the account.
func (a act) At() string { return a.name }

// input is a field of a form.
type input struct {
	Name, Label, Hint string
	Kind              string // text, date, number, select or check
	Value             string
	Options           []option // of a select
	Required          bool
}

// option is a choice of a select.
type option struct{ Value, Text string }

// outcome is what an operation did, or would do.
type outcome struct {
	Changes []change
	Notes   []string
	Said    string // done: the sentence that the next page shows
}

// change is a value before and after.
type change struct{ What, Before, After string }

// filledForm is a form as it was filled in; the first value that cannot be read is its error.
type filledForm struct {
	url.Values
	err error
}

func (f *filledForm) date(name, what string) rules.Date {
	text := strings.TrimSpace(f.Get(name))
	if text == "" {
		return 0
	}
	d, err := rules.ParseDate(text)
	if err != nil {
		f.wrong(what + " is no date such as 2026-09-30")
	}
	return d
}

func (f *filledForm) amount(name, what string) *rules.Cents {
	text := strings.TrimSpace(f.Get(name))
	if text == "" {
		return nil
	}
	amount, err := rules.ParseCents(text)
	if err != nil {
		f.wrong(what + " is no amount such as 12.34")
	}
	return &amount
}

func (f *filledForm) text(name string) string { return strings.TrimSpace(f.Get(name)) }

func (f *filledForm) wrong(says string) {
	if f.err == nil {
		f.err = &badField{says}
	}
}

// badField is a field of a form that cannot be read; it is servicing.ErrInvalid.
type badField struct{ says string }

func (b *badField) Error() string { return b.says }
func (b *badField) Unwrap() error { return servicing.ErrInvalid }

// errNoReason is what a form is refused with that does not say why.
var errNoReason error = &badField{"it does not say why"}

// formPage is what the page of an act shows.
type formPage struct {
	LoanID  string
	Act     act
	Inputs  []input
	Why     string
	Sent    url.Values // the values of a preview, which the form that does it sends again
	Preview *outcome
	Refused *refusal
}

// Hidden are the values of a preview but what each form has anew.
func (p *formPage) Hidden() []option {
	var list []option
	for _, in := range p.Inputs {
		if v := p.Sent.Get(in.Name); v != "" {
			list = append(list, option{in.Name, v})
		}
	}
	return append(list, option{"why", p.Why})
}

// refusal is why an operation was not done.
type refusal struct{ Words, Rule, Sentence string }

// actRoutes are the routes of the acts: each has a page with its form, and the form is sent there.
func (c *Console) actRoutes() (all []route) {
	for _, a := range accountActs {
		all = append(all,
			route{"GET /accounts/{loan}/" + a.name, a.role, func(w http.ResponseWriter, r *http.Request) error { return c.actPage(w, r, a) }},
			route{"POST /accounts/{loan}/" + a.name, a.role, func(w http.ResponseWriter, r *http.Request) error { return c.actSent(w, r, a) }})
	}
	return all
}

// actsFor lists what somebody may do to an account.
func (c *Console) actsFor(u User, a *inquiry.Account) (list []act) {
	for _, x := range accountActs {
		if u.May(x.role) && (x.offers == nil || x.offers(c, a)) {
			list = append(list, x)
		}
	}
	return list
}

// theAccount reads the account of a form.
func (c *Console) theAccount(r *http.Request, a act) (*inquiry.Account, error) {
	found, err := inquiry.ShowAccount(r.Context(), c.DB, r.PathValue("loan"), filesShown, rules.DateOf(c.Now()))
	if err == nil && a.offers != nil && !a.offers(c, found) {
		err = errNoPage
	}
	return found, err
}

func (c *Console) actPage(w http.ResponseWriter, r *http.Request, a act) error {
	found, err := c.theAccount(r, a)
	if err != nil {
		return err
	}
	return c.showAct(w, r, 0, &formPage{LoanID: found.LoanID, Act: a, Inputs: a.inputs(c, found)})
}

// actSent does what a form asks for, or says what it would do. What is refused is said beside the form, as it was filled in.
func (c *Console) actSent(w http.ResponseWriter, r *http.Request, a act) error {
	values, err := form(w, r)
	if err != nil {
		return err
	}
	loan, o := r.PathValue("loan"), order(r, values)
	f := &filledForm{Values: values}
	var done *outcome
	if err = errNoReason; o.Why != "" {
		done, err = a.do(c, r, o, loan, f)
	}
	if err == nil && !o.DryRun {
		return c.went(w, r, accountAt(loan), done.Said)
	}
	status, refused := refusalOf(err)
	if err != nil && refused == nil {
		return err
	}
	found, failed := inquiry.ShowAccount(r.Context(), c.DB, loan, filesShown, rules.DateOf(c.Now()))
	if failed != nil {
		return failed
	}
	p := &formPage{LoanID: loan, Act: a, Inputs: a.inputs(c, found), Why: o.Why, Sent: values, Preview: done, Refused: refused}
	for i := range p.Inputs {
		p.Inputs[i].Value = values.Get(p.Inputs[i].Name)
	}
	return c.showAct(w, r, status, p)
}

// refusalOf says why an operation was not done, and by which status; nil if the error is none that a person can mend in the form.
func refusalOf(err error) (int, *refusal) {
	if !errors.Is(err, servicing.ErrInvalid) && !errors.Is(err, servicing.ErrRefused) {
		return 0, nil
	}
	status, said := http.StatusConflict, &refusal{Words: sayingOf(err)}
	if errors.Is(err, servicing.ErrInvalid) {
		status = http.StatusBadRequest
	}
	if r, is := errors.AsType[*rules.Refusal](err); is {
		said.Rule, said.Words = r.Rule, sentenced(r.Why)
		if known := rules.RuleByID(r.Rule); known != nil {
			said.Sentence = known.Sentence
		}
	}
	return status, said
}

// sayingOf is what is wrong, without what was being done and how errors of the kind begin.
func sayingOf(err error) string {
	text := err.Error()
	for _, kind := range []error{servicing.ErrInvalid, servicing.ErrRefused} {
		if _, says, found := strings.Cut(text, kind.Error()+": "); found && errors.Is(err, kind) {
			text = says
		}
	}
	return sentenced(text)
}

// sentenced is a text of an error as a sentence.
func sentenced(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:] + "."
}

func (c *Console) showAct(w http.ResponseWriter, r *http.Request, status int, p *formPage) error {
	return c.show(w, r, page{Name: "account-act", Title: p.Act.Title + ": account " + p.LoanID, Room: "account", Status: status, Data: p})
}
