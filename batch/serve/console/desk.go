package console

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// DeskActions are what the desk does by packages that the console does not know. What is nil has no form. What a rule refuses is
// servicing.ErrRefused.
type DeskActions struct {
	// CloseAnswer closes a bureau's answer by hand (BR11).
	CloseAnswer func(ctx context.Context, answer int64, who, why string) error
	// ReleaseCorrection releases the lock of a correction, with a second person (BR9).
	ReleaseCorrection func(ctx context.Context, correction int64, who, approver, why string) error
	// Field is what people call a field of the record, by its key.
	Field func(key string) string
}

func (c *Console) deskRoutes() []route {
	return []route{
		{"GET /desk", servicing.Viewer, c.deskPage},
		{"GET /desk/{queue}", servicing.Viewer, c.queuePage},
		{"GET /desk/{queue}/item", servicing.Viewer, c.queueItemPage},
		{"POST /desk/{queue}", servicing.Operator, c.queueForm},
		{"POST /desk/removals", servicing.PrivacyOfficer, c.queueForm},
		{"GET /desk/acdv", servicing.Viewer, c.acdvPage},
		{"GET /desk/aud", servicing.Viewer, c.audPage},
	}
}

// queueWords are what people read of a queue.
type queueWords struct {
	Queue    rules.Queue
	Title    string
	Says     string // what is in it
	Empty    string
	What     string         // heading of its column of codes
	Resolves string         // the button that takes items off it; empty: something else does
	Leaves   string         // how an item leaves it
	Role     servicing.Role // that sees it
	Resolver servicing.Role // that takes items off it
}

// queues are the desk's, in the order of rules.Queues.
var queues = []queueWords{
	{
		rules.QueueDisputes, "Disputes", "Disputes, fraud claims and theft reports that wait for their answer, by the days left.",
		"No dispute waits for an answer.", "Type", "", "Open the dispute and answer it.", servicing.Viewer, servicing.Operator,
	},
	{
		rules.QueueExceptions, "Exceptions", "Loans that a night could not decide.",
		"Every loan could be decided.", "Code", "Resolve", "Put right what the exception names; the next night decides the loan. A supervisor resolves what stands until somebody has seen to it.",
		servicing.Viewer, servicing.Supervisor,
	},
	{
		rules.QueueReviews, "Cases to review", "What cases changed in files, cases that could not be applied, and matches that nobody acknowledged.",
		"Nothing that a case changed is unseen.", "Change", "Mark as seen", "Mark it as seen, or open the case and acknowledge the match.", servicing.Viewer, servicing.Operator,
	},
	{
		rules.QueueRejects, "Rejects", "Records that a bureau refused or changed, and nobody has answered.",
		"No answer of a bureau is open.", "Outcome", "Close", "A later file that tells of the account answers it. Close it by hand if no file has to.", servicing.Viewer, servicing.Operator,
	},
	{
		rules.QueueDeletions, "Waiting deletions", "Accounts that are to be deleted at the bureaus, and still have an open receivable. No file tells of them meanwhile.",
		"No deletion waits.", "Destination", "", "Settle what is open, or undo the termination.", servicing.Viewer, servicing.Operator,
	},
	{
		rules.QueueReopened, "Reopened after a purge", "Loans that reopened after their schedules were cancelled. Schedules do not come back by themselves.",
		"No such loan reopened.", "Status", "Done", "Set up again what the customer needs, then take it off the list.", servicing.Viewer, servicing.Operator,
	},
	{
		rules.QueueCorrections, "Corrections to keep", "Corrected fields that the next file must repeat.",
		"No correction locks a field.", "Field", "Release", "A newer fact ends the lock. A supervisor releases it with the approval of another person.", servicing.Viewer, servicing.Supervisor,
	},
	{
		rules.QueueRemovals, "Customers to remove", "Customers whose retention has ended and who may be deleted.",
		"No night has listed a customer. The list is made where FURNISHER_ELIGIBLE=true switches it on.", "State", "Remove", "A privacy officer removes the customer. It cannot be undone.", servicing.PrivacyOfficer, servicing.PrivacyOfficer,
	},
}

// queueOf finds the queue that an address names, for who may see it.
func queueOf(r *http.Request) (queueWords, error) {
	named := r.PathValue("queue")
	if named == "" { // the route is of one queue
		named = path.Base(r.URL.Path)
	}
	for _, q := range queues {
		if string(q.Queue) == named {
			if !who(r.Context()).May(q.Role) {
				return q, errForbidden
			}
			return q, nil
		}
	}
	return queueWords{}, errNoPage
}

// worker is the role that assigns its items and notes on them.
func (q *queueWords) worker() servicing.Role {
	if q.Role == servicing.PrivacyOfficer {
		return q.Role
	}
	return servicing.Operator
}

// standing is a queue on the front of the desk.
type standing struct {
	Words queueWords
	inquiry.QueueStanding
	Age int // of its oldest item, in days
}

func (c *Console) deskPage(w http.ResponseWriter, r *http.Request) error {
	today := rules.DateOf(c.Now())
	found, err := inquiry.QueueStandings(r.Context(), c.DB, today)
	if err != nil {
		return err
	}
	var shown []standing
	for _, q := range queues {
		if !who(r.Context()).May(q.Role) {
			continue
		}
		i := slices.IndexFunc(found, func(s inquiry.QueueStanding) bool { return s.Queue == q.Queue })
		shown = append(shown, standing{q, found[i], ageOn(today, found[i].Oldest)})
	}
	return c.show(w, r, page{Name: "desk", Title: "Desk", Room: "desk", Data: shown})
}

// ageOn is how many days a date lies back.
func ageOn(today, since rules.Date) int {
	if since == 0 {
		return 0
	}
	return max(0, int(today-since))
}

// queueRow is an item as a page shows it.
type queueRow struct {
	inquiry.QueueItem
	Age  int
	Left int  // days until it is due
	Due  bool // it has a due date
	At   string
	N    int // its place on the page
}

// queueList is a page of a queue.
type queueList struct {
	queueWords
	Rows       []queueRow
	Owner      string
	Program    string
	ByAge      bool
	Programs   []inquiry.ProgramCalendar
	Next, Self string // addresses
	CSV        string
	MayAssign  bool
	MayResolve bool
	DueByHand  bool
}

func (c *Console) queuePage(w http.ResponseWriter, r *http.Request) error {
	q, err := queueOf(r)
	if err != nil {
		return err
	}
	asks := r.URL.Query()
	f := inquiry.QueueFilter{Queue: q.Queue, Owner: asks.Get("owner"), Program: asks.Get("program"), ByAge: asks.Get("sort") == "age"}
	if asked(r) {
		return c.queueCSV(w, r, &q, f)
	}
	l, err := inquiry.QueueItems(r.Context(), c.DB, f, inquiry.Page{After: asks.Get("after"), Limit: rowsAPage})
	if err != nil {
		return err
	}
	data := queueList{queueWords: q, Owner: f.Owner, Program: f.Program, ByAge: f.ByAge, DueByHand: q.Queue.CheckDue() == nil}
	if data.Programs, err = inquiry.Programs(r.Context(), c.DB); err != nil {
		return err
	}
	for i := range l.Rows {
		data.Rows = append(data.Rows, c.queueRow(&q, l.Rows[i], i))
	}
	u := who(r.Context())
	data.MayAssign, data.MayResolve = u.May(q.worker()), q.Resolves != "" && u.May(q.Resolver) && c.resolvesMany(q.Queue)
	at := func(set, to string) string {
		values := url.Values{}
		for _, name := range []string{"owner", "program", "sort"} {
			if asks.Get(name) != "" {
				values.Set(name, asks.Get(name))
			}
		}
		if set != "" {
			values.Set(set, to)
		}
		return strings.TrimSuffix("/desk/"+string(q.Queue)+"?"+values.Encode(), "?")
	}
	data.Self, data.CSV = at("", ""), at("csv", "1")
	if l.Next != "" {
		data.Next = at("after", l.Next)
	}
	return c.show(w, r, page{Name: "desk-queue", Title: q.Title, Room: "desk", Data: data})
}

// listedRow is a row that knows its list.
type listedRow struct {
	queueRow
	List queueList
}

func rowOf(l queueList, row queueRow) listedRow { return listedRow{row, l} }

func (c *Console) queueRow(q *queueWords, i inquiry.QueueItem, n int) queueRow {
	today := rules.DateOf(c.Now())
	if q.Queue == rules.QueueCorrections {
		i.What = c.keyed(i.What)
	}
	row := queueRow{QueueItem: i, Age: ageOn(today, i.Since), Due: i.DueOn != 0, Left: int(i.DueOn - today), N: n}
	row.At = "/desk/" + string(q.Queue) + "/item?" + url.Values{"item": {i.Item}}.Encode()
	return row
}

func (c *Console) queueCSV(w http.ResponseWriter, r *http.Request, q *queueWords, f inquiry.QueueFilter) error {
	heading := []string{"item", "what", "detail", "loan", "account", "program", "case", "customer", "since", "age_days", "due_on", "owner", "note", "noted_by"}
	return writeCSV(c, w, r, "desk-"+string(q.Queue), heading, func(i *inquiry.QueueItem) []string {
		row := c.queueRow(q, *i, 0)
		due := ""
		if row.Due {
			due = row.DueOn.String()
		}
		return []string{
			row.Item, row.What, row.Detail, row.LoanID, row.AccountNumber, row.Program, row.CaseID, row.CustomerID, row.Since.String(),
			strconv.Itoa(row.Age), due, row.Owner, row.Note, row.NotedBy,
		}
	}, func(p inquiry.Page) (inquiry.List[inquiry.QueueItem], error) {
		return inquiry.QueueItems(r.Context(), c.DB, f, p)
	})
}

// queueItemView is the page of one item.
type queueItemView struct {
	queueWords
	Row        queueRow
	MayAssign  bool
	MayResolve bool
	DueByHand  bool
	Approver   bool // taking it off needs the name of another person
	Final      bool // taking it off cannot be undone

	Open *inquiry.Receivables // of a deletion that waits: what it waits for
}

func (c *Console) queueItemPage(w http.ResponseWriter, r *http.Request) error {
	q, err := queueOf(r)
	if err != nil {
		return err
	}
	i, err := inquiry.QueueItemDetail(r.Context(), c.DB, q.Queue, r.URL.Query().Get("item"))
	if err != nil {
		return err
	}
	u := who(r.Context())
	data := queueItemView{
		queueWords: q, Row: c.queueRow(&q, *i, 0), MayAssign: u.May(q.worker()), DueByHand: q.Queue.CheckDue() == nil,
		MayResolve: q.Resolves != "" && u.May(q.Resolver) && c.resolves(q.Queue), Approver: q.Queue == rules.QueueCorrections, Final: q.Queue == rules.QueueRemovals,
	}
	if q.Queue == rules.QueueDeletions {
		if data.Open, err = inquiry.OpenReceivables(r.Context(), c.DB, i.LoanID, rules.DateOf(c.Now())); err != nil {
			return err
		}
	}
	title := q.Title + ": " + firstOf(i.LoanID, i.CaseID, i.CustomerID, i.Item)
	return c.show(w, r, page{Name: "desk-item", Title: title, Room: "desk", Data: data})
}

// firstOf is the first text that says something.
func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// resolves reports whether the console can take an item off a queue by a form of the queue.
func (c *Console) resolves(q rules.Queue) bool {
	switch q {
	case rules.QueueRejects:
		return c.DeskActions.CloseAnswer != nil
	case rules.QueueCorrections:
		return c.DeskActions.ReleaseCorrection != nil
	}
	return true
}

// resolvesMany reports whether it can take several off at once: what names a second person, or cannot be undone, is done singly.
func (c *Console) resolvesMany(q rules.Queue) bool {
	return q != rules.QueueCorrections && q != rules.QueueRemovals && c.resolves(q)
}

// queueForm does what the forms of a queue and of its items ask for: assign, note, resolve.
func (c *Console) queueForm(w http.ResponseWriter, r *http.Request) error {
	q, err := queueOf(r)
	if err != nil {
		return err
	}
	f, err := form(w, r)
	if err != nil {
		return err
	}
	items := pickedItems(f)
	if len(items) == 0 {
		return fmt.Errorf("%w: pick at least one item of the list", servicing.ErrInvalid)
	}
	said := ""
	switch o := order(r, f); f.Get("act") {
	case "assign":
		said, err = c.assign(r, f, servicing.QueueRequest{Order: o, Queue: q.Queue, Items: items})
	case "note":
		var done *servicing.QueueResult
		if done, err = c.desk(r).NoteItems(r.Context(), servicing.QueueRequest{Order: o, Queue: q.Queue, Items: items}); err == nil {
			said = "Noted on " + plural(len(done.Items), "item", "items") + goneWords(done)
		}
	case "resolve":
		said, err = c.resolve(r, f, &q, o, items)
	case "settle":
		said, err = c.settle(r, f, &q, o, items)
	default:
		return errForm
	}
	if err != nil {
		return err
	}
	return c.went(w, r, "/desk/"+string(q.Queue), said)
}

// pickedItems are the items whose boxes were ticked, item-0 to item-49, in the order of the list.
func pickedItems(f url.Values) (items []string) {
	for n := range rowsAPage {
		if item := f.Get("item-" + strconv.Itoa(n)); item != "" && !slices.Contains(items, item) {
			items = append(items, item)
		}
	}
	return items
}

func goneWords(done *servicing.QueueResult) string {
	if len(done.Gone) == 0 {
		return "."
	}
	return "; " + plural(len(done.Gone), "item", "items") + " had left the queue."
}

// assign gives items to the owner and the due date that a form names; a box "none" takes them away.
func (c *Console) assign(r *http.Request, f url.Values, q servicing.QueueRequest) (said string, err error) {
	request := servicing.AssignRequest{QueueRequest: q}
	owner := strings.TrimSpace(f.Get("owner"))
	switch {
	case f.Get("me") != "":
		request.Owner = servicing.Give(who(r.Context()).Name)
	case owner != "":
		request.Owner = servicing.Give(owner)
	case f.Get("nobody") != "":
		request.Owner = servicing.Take[string]()
	}
	due, err := dateIn(f, "due")
	if err != nil {
		return "", err
	}
	if due != 0 {
		request.DueOn = servicing.Give(due)
	} else if f.Get("no-due") != "" {
		request.DueOn = servicing.Take[rules.Date]()
	}
	if request.Owner.Set {
		to := ""
		if request.Owner.Value != nil {
			to = *request.Owner.Value
		}
		if err := c.notTaken(r.Context(), q.Queue, f, to); err != nil {
			return "", err
		}
	}
	done, err := c.desk(r).Assign(r.Context(), request)
	if err != nil {
		return "", err
	}
	return "Assigned " + plural(len(done.Items), "item", "items") + goneWords(done), nil
}

// notTaken holds that the picked items still have the owners that the page showed, or the one that they are to have: nobody takes away
// unseen what somebody else took meanwhile.
func (c *Console) notTaken(ctx context.Context, queue rules.Queue, f url.Values, owner string) error {
	for n := range rowsAPage {
		item, shown := f.Get("item-"+strconv.Itoa(n)), f["was-"+strconv.Itoa(n)]
		if item == "" || shown == nil {
			continue
		}
		i, err := inquiry.QueueItemDetail(ctx, c.DB, queue, item)
		switch {
		case errors.Is(err, inquiry.ErrNotFound): // it has left the queue, as the answer says
		case err != nil:
			return err
		case i.Owner != shown[0] && i.Owner != owner: // the same form again finds what it did
			return fmt.Errorf("%w: %s is with %s since you loaded the page", servicing.ErrRefused, firstOf(i.LoanID, i.CaseID, i.CustomerID, item), firstOf(i.Owner, "nobody"))
		}
	}
	return nil
}

// resolve takes items off a queue by the operation of its kind, each by itself: one that is refused stops no other.
func (c *Console) resolve(r *http.Request, f url.Values, q *queueWords, o servicing.Order, items []string) (said string, err error) {
	if !who(r.Context()).May(q.Resolver) {
		return "", errForbidden
	}
	if q.Resolves == "" || !c.resolves(q.Queue) || len(items) > 1 && !c.resolvesMany(q.Queue) {
		return "", errForm
	}
	if o.DryRun && q.Queue != rules.QueueRemovals { // the others have no preview: it would be done, and be said not to be
		return "", errForm
	}
	if q.Queue == rules.QueueReopened {
		done, err := c.desk(r).CloseItems(r.Context(), servicing.QueueRequest{Order: o, Queue: q.Queue, Items: items})
		if err != nil {
			return "", err
		}
		return plural(len(done.Items), "item is", "items are") + " off the list" + goneWords(done), nil
	}
	resolved := 0
	var gone, refusals []string
	for _, item := range items {
		i, err := inquiry.QueueItemDetail(r.Context(), c.DB, q.Queue, item)
		if err == nil {
			err = c.resolveOne(r, f, q, o, i)
		}
		switch {
		case err == nil:
			resolved++
		case errors.Is(err, inquiry.ErrNotFound): // somebody else was first, or the form was sent twice
			gone = append(gone, item)
		case len(items) > 1 && errors.Is(err, servicing.ErrRefused):
			refusals = append(refusals, firstOf(i.LoanID, i.CaseID, item))
		default:
			return "", err
		}
	}
	if o.DryRun {
		return "Preview: nothing speaks against it. Nothing was changed.", nil
	}
	said = "Resolved " + plural(resolved, "item", "items") + "."
	if len(gone) > 0 {
		said += " No longer in the queue: " + plural(len(gone), "item", "items") + "."
	}
	if len(refusals) > 0 {
		said += " Refused by a rule: " + strings.Join(refusals, ", ") + "; open each to see why."
	}
	return said, nil
}

// settle pays, waives or reverses what a deletion waits for (DC3).
func (c *Console) settle(r *http.Request, f url.Values, q *queueWords, o servicing.Order, items []string) (said string, err error) {
	if q.Queue != rules.QueueDeletions || len(items) != 1 {
		return "", errForm
	}
	i, err := inquiry.QueueItemDetail(r.Context(), c.DB, q.Queue, items[0])
	if err != nil {
		return "", err
	}
	request := servicing.SettleRequest{Order: o, LoanID: i.LoanID, How: rules.Settling(f.Get("how"))}
	if request.How == rules.Reverse {
		request.Reverses = strings.TrimSpace(f.Get("reverses"))
	} else if request.Amount, err = rules.ParseCents(strings.TrimSpace(f.Get("amount"))); err != nil {
		return "", fmt.Errorf("%w: an amount is like 12.50", servicing.ErrInvalid)
	}
	done, err := c.desk(r).Settle(r.Context(), request)
	if err != nil {
		return "", err
	}
	said = "Posted " + done.Amount.String() + ". "
	if o.DryRun {
		said = "Preview, nothing was changed: " + done.Amount.String() + " would be posted. "
	}
	if done.Open {
		return said + "The loan still has something open: its balance is " + done.Balance.String() + ".", nil
	}
	return said + "Nothing of the loan is open any more: the next file carries the deletion.", nil
}

// resolveOne takes one item off its queue.
func (c *Console) resolveOne(r *http.Request, f url.Values, q *queueWords, o servicing.Order, i *inquiry.QueueItem) error {
	ctx, desk := r.Context(), c.desk(r)
	if o.Why == "" {
		return fmt.Errorf("%w: it does not say why", servicing.ErrInvalid)
	}
	each := fnv.New64a() // an operation of its own for each item
	_, _ = each.Write([]byte(i.Item))
	o.Key += "-" + strconv.FormatUint(each.Sum64(), 36)
	switch q.Queue {
	case rules.QueueRejects, rules.QueueCorrections:
		number, err := strconv.ParseInt(i.Item, 10, 64)
		switch {
		case err != nil:
			return inquiry.ErrNotFound
		case q.Queue == rules.QueueRejects:
			return c.DeskActions.CloseAnswer(ctx, number, o.By, o.Why)
		}
		approver, err := c.second(ctx, f.Get("approver"))
		if err != nil {
			return err
		}
		return c.DeskActions.ReleaseCorrection(ctx, number, o.By, approver, o.Why)
	case rules.QueueExceptions:
		_, err := desk.ResolveExceptions(ctx, servicing.ResolveRequest{Order: o, LoanID: i.LoanID, Code: i.What})
		return err
	case rules.QueueReviews:
		done, err := desk.Seen(ctx, servicing.SeenRequest{Order: o, CaseID: i.CaseID})
		if err == nil && len(done.Changes) == 0 && !done.Repeated {
			err = fmt.Errorf("%w: it is not seen, but acknowledged or put right, on the page of case %q (CA2, CA8)", servicing.ErrRefused, i.CaseID)
		}
		return err
	case rules.QueueRemovals:
		_, err := desk.RemoveCustomer(ctx, servicing.RemoveRequest{Order: o, CustomerID: i.CustomerID})
		return err
	}
	return errForm
}
