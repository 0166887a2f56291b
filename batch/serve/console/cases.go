package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

func (c *Console) caseRoutes() []route {
	return []route{
		{"GET /cases", servicing.Viewer, c.casesPage},
		{"POST /cases", servicing.Operator, c.createCase},
		{"GET /cases/{case}", servicing.Viewer, c.casePage},
		{"POST /cases/{case}", servicing.Operator, c.caseForm},
	}
}

// caseList is a page of cases.
type caseList struct {
	inquiry.Paged[inquiry.Case]
	Customer, Loan, Type, Status string
	Open                         bool // only those that are not deleted
	Types                        []rules.CaseType
	NextAt, PreviousAt           string
	MayChange                    bool
}

func (c *Console) casesPage(w http.ResponseWriter, r *http.Request) error {
	asks := r.URL.Query()
	f := inquiry.CaseFilter{CustomerID: asks.Get("customer"), LoanID: asks.Get("loan"), Type: rules.CaseType(asks.Get("type")), Status: asks.Get("status")}
	data := caseList{Customer: f.CustomerID, Loan: f.LoanID, Type: string(f.Type), Status: f.Status, Types: rules.CaseTypes(), MayChange: who(r.Context()).May(servicing.Operator)}
	var err error
	data.Paged, err = inquiry.Cases(r.Context(), c.DB, f, inquiry.Turn{After: asks.Get("after"), Before: asks.Get("before"), Limit: rowsAPage})
	if err != nil {
		return err
	}
	at := func(way, key string) string {
		values := url.Values{way: {key}}
		for _, name := range []string{"customer", "loan", "type", "status"} {
			if asks.Get(name) != "" {
				values.Set(name, asks.Get(name))
			}
		}
		return "/cases?" + values.Encode()
	}
	if data.Next != "" {
		data.NextAt = at("after", data.Next)
	}
	if data.Previous != "" {
		data.PreviousAt = at("before", data.Previous)
	}
	return c.show(w, r, page{Name: "cases", Title: "Cases", Room: "desk", Data: data})
}

// caseField is a field of a case in its form.
type caseField struct {
	Name, Label, Value string
	Kind               string   // of the input: text, date, or choice
	Choices            []string // of a choice, beside nothing
}

// caseView is a page of a case.
type caseView struct {
	*inquiry.Case
	At          string // of the page
	Escalations []inquiry.Escalation
	Operations  []inquiry.CaseOperation
	More        bool // more was done than is shown
	Fields      []caseField
	Kinds       []rules.AssociationKind
	Disputed    bool // it has a page of a dispute
	Snoozed     bool
	MayChange   bool
	Preview     string // what a form would change
	Sent        url.Values
	Today       rules.Date
}

func (c *Console) casePage(w http.ResponseWriter, r *http.Request) error {
	return c.showCase(w, r, "", nil)
}

// showCase shows a case, with what a form would change that was sent as a preview.
func (c *Console) showCase(w http.ResponseWriter, r *http.Request, preview string, sent url.Values) error {
	ctx, id := r.Context(), r.PathValue("case")
	found, err := inquiry.CaseDetail(ctx, c.DB, id)
	if err != nil {
		return err
	}
	v := caseView{
		Case: found, At: "/cases/" + url.PathEscape(found.CaseID), Fields: caseFields(found), Kinds: rules.AssociationKinds(), Today: rules.DateOf(c.Now()),
		MayChange: who(ctx).May(servicing.Operator) && found.DeletedOn == 0, Preview: preview, Sent: sent,
	}
	v.Disputed = found.Type == rules.CaseDispute || found.Type == rules.CaseFraudClaim || found.Type == rules.CaseIdentityTheft
	v.Snoozed = found.SnoozedUntil >= v.Today
	raised, err := inquiry.Escalations(ctx, c.DB, found.CaseID, false, inquiry.Turn{Limit: inquiry.MaxLimit})
	if err != nil {
		return err
	}
	v.Escalations = raised.Rows
	acts, err := c.caseActs(ctx, found.CaseID, r.URL.Query().Get("acts"))
	if err != nil {
		return err
	}
	v.Operations, v.More = acts.Rows, acts.Next != ""
	return c.show(w, r, page{Name: "case", Title: "Case " + found.CaseID, Room: "desk", Data: v})
}

// caseActs reads what was done with a case: the first that many, or the first of a page.
func (c *Console) caseActs(ctx context.Context, id, limit string) (inquiry.Paged[inquiry.CaseOperation], error) {
	n, err := strconv.Atoi(limit)
	if err != nil {
		n = rowsAPage
	}
	return inquiry.CaseOperations(ctx, c.DB, id, inquiry.Turn{Limit: n})
}

// caseFields are the fields that people change, as they are.
func caseFields(c *inquiry.Case) []caseField {
	texts := func(of any) (list []string) {
		return strings.Fields(strings.Trim(fmt.Sprint(of), "[]"))
	}
	amount, chapter, listed := "", "", ""
	if c.DisputedAmount != nil {
		amount = c.DisputedAmount.String()
	}
	if c.Chapter != 0 {
		chapter = strconv.Itoa(c.Chapter)
	}
	if c.DebtListed != nil {
		listed = strconv.FormatBool(*c.DebtListed)
	}
	fields := []caseField{
		{"status", "Status", c.Status, "text", nil},
		{"outcome", "Outcome", string(c.Outcome), "choice", texts(c.Type.Outcomes(c.DisputeKind))},
		{"opened_on", "Opened on", c.OpenedOn.String(), "date", nil},
		{"closed_on", "Closed on", c.ClosedOn.String(), "date", nil},
		{"external_id", "External id", c.ExternalID, "text", nil},
	}
	switch c.Type {
	case rules.CaseBankruptcy:
		fields = append(fields,
			caseField{"chapter", "Chapter", chapter, "choice", []string{"7", "11", "12", "13"}}, caseField{"filed_on", "Filed on", c.FiledOn.String(), "date", nil},
			caseField{"disposition", "Disposition", string(c.Disposition), "choice", texts(rules.Dispositions())},
			caseField{"disposition_on", "Disposition on", c.DispositionOn.String(), "date", nil},
			caseField{"debt_listed", "Debt is listed in the filing", listed, "choice", []string{"true", "false"}})
	case rules.CaseDispute:
		fields = append(fields,
			caseField{"dispute_kind", "Kind", string(c.DisputeKind), "choice", texts(rules.DisputeKinds())},
			caseField{"disputed_amount", "Disputed amount", amount, "text", nil}, caseField{"received_on", "Received on", c.ReceivedOn.String(), "date", nil})
	case rules.CaseFraudClaim, rules.CaseIdentityTheft:
		fields = append(fields, caseField{"received_on", "Received on", c.ReceivedOn.String(), "date", nil})
	}
	return fields
}

// changedText gives a field of a form that says something else than the page that it was sent from: what somebody else has changed
// meanwhile is not set back.
func changedText[T any](f url.Values, name string, given *servicing.Given[T], parse func(string) (T, error)) error {
	text, sent := f[name]
	if !sent || f.Get("was-"+name) == text[0] {
		return nil
	}
	if text[0] == "" {
		*given = servicing.Take[T]()
		return nil
	}
	value, err := parse(strings.TrimSpace(text[0]))
	if err != nil {
		return fmt.Errorf("%w: %q is not read as %s", servicing.ErrInvalid, text[0], strings.ReplaceAll(name, "_", " "))
	}
	*given = servicing.Give(value)
	return nil
}

// word reads a text as it is.
func word[T ~string](text string) (T, error) { return T(text), nil }

// caseChanges reads what a form changes of a case.
func caseChanges(f url.Values) (x servicing.CaseFields, err error) {
	for _, each := range []error{
		changedText(f, "status", &x.Status, word[string]), changedText(f, "outcome", &x.Outcome, word[rules.CaseOutcome]),
		changedText(f, "opened_on", &x.OpenedOn, rules.ParseDate), changedText(f, "closed_on", &x.ClosedOn, rules.ParseDate),
		changedText(f, "external_id", &x.ExternalID, word[string]), changedText(f, "chapter", &x.Chapter, strconv.Atoi),
		changedText(f, "filed_on", &x.FiledOn, rules.ParseDate), changedText(f, "disposition", &x.Disposition, word[rules.Disposition]),
		changedText(f, "disposition_on", &x.DispositionOn, rules.ParseDate), changedText(f, "debt_listed", &x.ListedOutstandingDebt, strconv.ParseBool),
		changedText(f, "dispute_kind", &x.DisputeKind, word[rules.DisputeKind]), changedText(f, "disputed_amount", &x.DisputedAmount, rules.ParseCents),
		changedText(f, "received_on", &x.ReceivedOn, rules.ParseDate),
	} {
		if each != nil {
			return x, each
		}
	}
	return x, nil
}

// createCase opens a case of customers and loans.
func (c *Console) createCase(w http.ResponseWriter, r *http.Request) error {
	f, err := form(w, r)
	if err != nil {
		return err
	}
	q := servicing.CreateCaseRequest{Order: order(r, f), CaseID: strings.TrimSpace(f.Get("case")), LoanIDs: strings.Fields(f.Get("loan")), CustomerIDs: strings.Fields(f.Get("customer"))}
	if q.CaseFields, err = caseChanges(f); err != nil {
		return err
	}
	q.Type = servicing.Give(rules.CaseType(f.Get("type")))
	done, err := c.desk(r).CreateCase(r.Context(), q)
	if err != nil {
		return err
	}
	said := "Case " + done.Case.CaseID + " is open."
	if !done.Created {
		said = "Case " + done.Case.CaseID + " was there before."
	}
	return c.went(w, r, "/cases/"+url.PathEscape(done.Case.CaseID), said)
}

// caseForm does what a form of a case asks for.
func (c *Console) caseForm(w http.ResponseWriter, r *http.Request) error {
	f, err := form(w, r)
	if err != nil {
		return err
	}
	id, o, desk := r.PathValue("case"), order(r, f), c.desk(r)
	request := servicing.CaseRequest{Order: o, CaseID: id}
	var done *servicing.CaseResult
	said := ""
	switch f.Get("act") {
	case "update":
		q := servicing.UpdateCaseRequest{Order: o, CaseID: id}
		if q.CaseFields, err = caseChanges(f); err != nil {
			return err
		}
		done, err = desk.UpdateCase(r.Context(), q)
		said = "The case is changed; the next night decides its accounts by it."
	case "delete":
		done, err = desk.DeleteCase(r.Context(), request)
		said = "The case is deleted; from the next night on it has no effect."
	case "acknowledge":
		done, err = desk.AcknowledgeCase(r.Context(), request)
		said = "The match is acknowledged; bureau codes go by it from the next night on."
	case "view":
		done, err = desk.ViewCase(r.Context(), request)
		said = "It is noted that you viewed the case."
	case "seen":
		var seen *servicing.SeenResult
		if seen, err = desk.Seen(r.Context(), servicing.SeenRequest{Order: o, CaseID: id}); err == nil {
			return c.went(w, r, "/cases/"+url.PathEscape(id), "Marked "+plural(len(seen.Changes), "change", "changes")+" in files as seen.")
		}
	case "escalate":
		done, err = desk.EscalateCase(r.Context(), servicing.EscalateRequest{Order: o, CaseID: id, Assignee: strings.TrimSpace(f.Get("assignee"))})
		said = "The case is escalated."
	case "deescalate":
		done, err = desk.DeescalateCase(r.Context(), request)
		said = "The escalation has ended."
	case "snooze":
		var until rules.Date
		if until, err = dateIn(f, "until"); err != nil {
			return err
		}
		done, err = desk.SnoozeCase(r.Context(), servicing.SnoozeRequest{Order: o, CaseID: id, Until: until})
		said = "The case is snoozed until " + until.String() + ". Its protection goes on."
	case "unsnooze":
		done, err = desk.UnsnoozeCase(r.Context(), request)
		said = "The snooze has ended."
	case "associate", "dissociate":
		q := servicing.AssociateRequest{Order: o, CaseID: id, Associations: []servicing.CaseAssociation{{Kind: rules.AssociationKind(f.Get("kind")), Reference: strings.TrimSpace(f.Get("reference"))}}}
		if f.Get("act") == "associate" {
			done, err = desk.AssociateCase(r.Context(), q)
			said = "The association is added."
		} else {
			done, err = desk.DissociateCase(r.Context(), q)
			said = "The association is removed."
		}
	default:
		return errForm
	}
	switch {
	case err != nil:
		return err
	case o.DryRun:
		return c.showCase(w, r, caseDifference(done), f)
	case !done.Changed:
		said = "It was so before: nothing was changed."
	}
	return c.went(w, r, "/cases/"+url.PathEscape(done.Case.CaseID), said)
}

// caseDifference says what a form would change.
func caseDifference(done *servicing.CaseResult) string {
	if !done.Changed {
		return "It is so already: nothing would change."
	}
	x := done.Case
	words := []string{"status " + x.Status}
	for _, part := range [][2]string{
		{"outcome", string(x.Outcome)}, {"opened on", x.OpenedOn.String()}, {"closed on", x.ClosedOn.String()}, {"deleted on", x.DeletedOn.String()},
		{"disposition", string(x.Disposition)}, {"received on", x.ReceivedOn.String()},
	} {
		if part[1] != "" {
			words = append(words, part[0]+" "+part[1])
		}
	}
	return "The case would be: " + strings.Join(words, ", ") + ". The next night would decide " + plural(len(x.LoanIDs)+len(x.CustomerIDs), "party", "parties") + " by it."
}
