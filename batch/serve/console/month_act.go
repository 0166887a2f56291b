package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
)

// FileAct is what somebody wants to do with a file of the bureaus.
type FileAct struct {
	File           int64
	To             string // the state it is to go to; empty for a look and a replacement
	Who, Why, From string
	SHA256         string   // of the file that was looked at
	Acknowledged   []string // rules whose warnings are right

	Progress func(done, of int) // hears how far a look at the book is
}

// MonthFileActions do with a file what the commands do. Each returns when what it did is durable, and a *Refusal where nothing was done.
type MonthFileActions struct {
	Look    func(ctx context.Context, a FileAct) (*Told, error) // before its release
	Preview func(ctx context.Context, a FileAct) (*Told, error) // of a release: all of it, and nothing is kept
	Change  func(ctx context.Context, a FileAct) (*Told, error)
	Replace func(ctx context.Context, a FileAct) (*Told, error)
}

// monthMove is a form by which a file changes its state.
type monthMove struct {
	verb   string // in the address
	to     string
	from   []string
	role   servicing.Role
	Title  string
	Button string
	Hint   string
}

// monthMoves are the forms, in their order on the page.
var monthMoves = []monthMove{
	{"transmit", "TRANSMITTED", []string{"RELEASED"}, servicing.Operator, "Record that it was sent", "Record as sent", "If a person sends it from a folder. What the program delivers itself it records itself."},
	{"accept", "ACCEPTED", []string{"TRANSMITTED"}, servicing.Operator, "Record that the bureaus accepted it", "Record as accepted", "When the receipts of all bureaus are there."},
	{"void", "VOIDED", []string{"GENERATED", "RELEASED", "BOARDED"}, servicing.Supervisor, "Take it back", "Void the file", "Only before it was sent. What it deletes goes into the next file; a new file can replace it."},
	{"reject", "REJECTED", []string{"TRANSMITTED"}, servicing.Supervisor, "Record that the bureaus rejected it as a whole", "Reject the file", "What it deletes goes into the next file; a new file can replace it. Single records that were refused are answers of bureaus."},
}

// At is the end of the form's address.
func (m monthMove) At() string { return m.verb }

// monthActRoutes are the routes of what people do with files.
func (c *Console) monthActRoutes() []route {
	routes := []route{
		{"POST /month/files/{file}/look", servicing.Operator, c.lookForm},
		{"POST /month/files/{file}/release", servicing.Supervisor, c.releaseForm},
		{"POST /month/files/{file}/replace", servicing.Operator, c.replaceForm},
		{"GET /month/jobs/{job}", servicing.Viewer, c.jobPage},
	}
	for _, m := range monthMoves {
		routes = append(routes, route{"POST /month/files/{file}/" + m.verb, m.role, func(w http.ResponseWriter, r *http.Request) error {
			return c.fileForm(w, r, m.to, c.Month.Files.Change, "Reason")
		}})
	}
	return routes
}

// acknowledges begins the name of a check box by which a rule's warnings are acknowledged.
const acknowledges = "acknowledge-"

// actOf reads the form of an act; needsWhy names the field that must not be empty.
func (c *Console) actOf(w http.ResponseWriter, r *http.Request, needsWhy string) (a FileAct, o servicing.Order, f url.Values, err error) {
	if a.File, err = number(r, "file"); err != nil {
		return a, o, f, err
	}
	if f, err = form(w, r); err != nil {
		return a, o, f, err
	}
	o = order(r, f)
	if f.Get("key") == "" {
		return a, o, f, errForm
	}
	if needsWhy != "" && o.Why == "" {
		return a, o, f, fmt.Errorf("%w: %s is empty", servicing.ErrInvalid, needsWhy)
	}
	a.Who, a.Why, a.From, a.SHA256 = o.By, o.Why, o.From, f.Get("sha256")
	for name := range f {
		if rule, is := strings.CutPrefix(name, acknowledges); is {
			a.Acknowledged = append(a.Acknowledged, rule)
		}
	}
	slices.Sort(a.Acknowledged)
	if _, err = inquiry.FileOfMonth(r.Context(), c.DB, a.File); err != nil {
		return a, o, f, err
	}
	return a, o, f, nil
}

// fileForm does what a form asks for with a file.
func (c *Console) fileForm(w http.ResponseWriter, r *http.Request, kind string, do func(context.Context, FileAct) (*Told, error), needsWhy string) error {
	a, o, _, err := c.actOf(w, r, needsWhy)
	if err != nil {
		return err
	}
	a.To = kind
	return c.beginAct(w, r, o, a, kind, do)
}

func (c *Console) beginAct(w http.ResponseWriter, r *http.Request, o servicing.Order, a FileAct, kind string, do func(context.Context, FileAct) (*Told, error)) error {
	if do == nil {
		return errNoPage
	}
	o.DryRun = false
	return c.begin(w, r, o, job{
		kind: kind, about: fmt.Sprintf("file %d", a.File), at: fmt.Sprintf("/month/files/%d", a.File),
		asked: [2]any{a.SHA256, a.Acknowledged},
		work: func(ctx context.Context, progress func(done, of int)) (*Told, error) {
			a.Progress = progress
			return do(ctx, a)
		},
	})
}

func (c *Console) lookForm(w http.ResponseWriter, r *http.Request) error {
	return c.fileForm(w, r, "LOOK", c.Month.Files.Look, "")
}

func (c *Console) replaceForm(w http.ResponseWriter, r *http.Request) error {
	return c.fileForm(w, r, "REPLACE", c.Month.Files.Replace, "Reason")
}

// releaseForm shows what a release would be, and releases what was shown: the form says of which bytes that was.
func (c *Console) releaseForm(w http.ResponseWriter, r *http.Request) error {
	a, o, _, err := c.actOf(w, r, "")
	if err != nil {
		return err
	}
	a.To = "RELEASED"
	if o.DryRun {
		return c.beginAct(w, r, o, a, "PREVIEW", c.Month.Files.Preview)
	}
	switch {
	case o.Why == "":
		return fmt.Errorf("%w: Reason is empty", servicing.ErrInvalid)
	case a.SHA256 == "":
		return fmt.Errorf("%w: preview the release first, and sign what it shows", servicing.ErrInvalid)
	}
	return c.beginAct(w, r, o, a, "RELEASED", c.Month.Files.Change)
}

// moves are the forms that a file's state allows to a role.
func (v *monthFileView) moves(u User) (moves []monthMove) {
	for _, m := range monthMoves {
		if slices.Contains(m.from, v.State) && u.May(m.role) {
			moves = append(moves, m)
		}
	}
	return moves
}
