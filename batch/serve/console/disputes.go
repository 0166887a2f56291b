package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

func (c *Console) disputeRoutes() []route {
	return []route{
		{"GET /disputes/{case}", servicing.Viewer, c.disputePage},
		{"POST /disputes/{case}", servicing.Operator, c.disputeForm},
	}
}

// disputeView is the page of a dispute.
type disputeView struct {
	*inquiry.Dispute
	At        string
	Open      bool // it waits for its answer
	Left      int  // days
	Stale     bool // its clock has run out
	Notation  string
	FieldRows []correctedRow
	Loan      string // whose records an update corrects
	MayAnswer bool
	Preview   string
	Sent      url.Values
	Answers   []answerChoice
	Bureaus   []string
	Places    []int // of fields that an update corrects
}

type correctedRow struct {
	inquiry.DisputeCorrection
	Label string
}

// answerChoice is one of the four answers, and what it does.
type answerChoice struct {
	Answer rules.DisputeAnswer
	Says   string
}

var answerChoices = []answerChoice{
	{rules.AnswerVerified, "What is furnished is right. The notation ends; a fraud claim or theft report is rejected."},
	{rules.AnswerUpdated, "Fields are corrected and locked; the next file tells of it."},
	{rules.AnswerDeleted, "The next file deletes the account (DA), once. It stays in servicing."},
	{rules.AnswerDeletedFraud, "The fraud is confirmed: the next file deletes the account (DF), once; of several liable consumers, the one who was named leaves it."},
}

// correctable is how many fields the form of an answer corrects at once.
const correctable = 4

func (c *Console) disputePage(w http.ResponseWriter, r *http.Request) error {
	return c.showDispute(w, r, "", nil)
}

func (c *Console) showDispute(w http.ResponseWriter, r *http.Request, preview string, sent url.Values) error {
	d, err := inquiry.DisputeDetail(r.Context(), c.DB, r.PathValue("case"), rules.DateOf(c.Now()))
	if err != nil {
		return err
	}
	v := disputeView{
		Dispute: d, At: "/disputes/" + url.PathEscape(d.CaseID), Open: d.DaysLeft != nil, Preview: preview, Sent: sent, Answers: answerChoices,
		Bureaus: rules.Bureaus(), Notation: notation(d),
	}
	if v.Open {
		v.Left, v.Stale = *d.DaysLeft, *d.DaysLeft < 0
	}
	for _, x := range d.Corrections {
		v.FieldRows = append(v.FieldRows, correctedRow{x, c.keyed(x.Field)})
	}
	for n := range correctable {
		v.Places = append(v.Places, n)
	}
	if len(d.LoanIDs) == 1 {
		v.Loan = d.LoanIDs[0]
	}
	v.MayAnswer = v.Open && who(r.Context()).May(servicing.Operator)
	return c.show(w, r, page{Name: "dispute", Title: "Dispute " + d.CaseID, Room: "desk", Data: v})
}

// notation is what the account's record bears of a dispute.
func notation(d *inquiry.Dispute) string {
	switch {
	case d.DeletedOn != 0:
		return "None: the case was deleted."
	case d.Outcome != "":
		return "The next file tells of its end: " + string(d.Outcome) + "."
	case d.Type == rules.CaseIdentityTheft:
		return "None: the account is left out of every file while the theft report runs (CA9)."
	case d.Kind == rules.DisputeFCBA:
		return "XF, disputed by the consumer under the FCBA."
	}
	return "XB, disputed by the consumer."
}

// disputeForm answers a dispute, or notes new information.
func (c *Console) disputeForm(w http.ResponseWriter, r *http.Request) error {
	f, err := form(w, r)
	if err != nil {
		return err
	}
	id, o := r.PathValue("case"), order(r, f)
	var done *servicing.DisputeResult
	switch f.Get("act") {
	case "extend":
		q := servicing.ExtendDisputeRequest{Order: o, CaseID: id}
		if q.InformedOn, err = dateIn(f, "informed"); err != nil {
			return err
		}
		if q.BureauDueOn, err = dateIn(f, "bureau-due"); err != nil {
			return err
		}
		done, err = c.desk(r).ExtendDispute(r.Context(), q)
	case "answer":
		q := answerRequest(o, id, f)
		if q.Approver, err = c.second(r.Context(), q.Approver); err != nil {
			return err
		}
		done, err = c.desk(r).AnswerDispute(r.Context(), q)
	default:
		return errForm
	}
	if err != nil {
		return err
	}
	said := answerWords(&done.Dispute, o.DryRun)
	if o.DryRun {
		return c.showDispute(w, r, said, f)
	}
	return c.went(w, r, "/disputes/"+url.PathEscape(done.Dispute.CaseID), said)
}

// answerRequest reads the form of an answer.
func answerRequest(o servicing.Order, id string, f url.Values) servicing.AnswerDisputeRequest {
	q := servicing.AnswerDisputeRequest{
		Order: o, CaseID: id, Answer: rules.DisputeAnswer(f.Get("answer")), Checked: strings.TrimSpace(f.Get("checked")),
		Disagrees: f.Get("disagrees") != "", Removes: f.Get("removes") != "", Approver: strings.TrimSpace(f.Get("approver")),
	}
	for _, bureau := range rules.Bureaus() {
		if f.Get("copy-"+bureau) != "" {
			q.Copies = append(q.Copies, bureau)
		}
	}
	for n := range correctable {
		if field := strings.TrimSpace(f.Get("field-" + strconv.Itoa(n))); field != "" {
			q.Fields = append(q.Fields, servicing.CorrectedField{Field: field, Value: strings.TrimSpace(f.Get("value-" + strconv.Itoa(n)))})
		}
	}
	return q
}

// answerWords say what became of a dispute, or would.
func answerWords(d *servicing.DisputeView, preview bool) string {
	is := "is"
	if preview {
		is = "would be"
	}
	if d.Answer == "" {
		return fmt.Sprintf("The dispute %s due on %s.", is, d.DueOn)
	}
	said := fmt.Sprintf("The dispute %s answered %s, outcome %s.", is, strings.ToLower(strings.ReplaceAll(string(d.Answer), "_", "-")), d.Outcome)
	if len(d.Corrections) > 0 {
		said += " " + plural(len(d.Corrections), "field is", "fields are") + " corrected and locked."
	}
	if d.FraudCaseID != "" {
		said += " A case confirms the fraud."
	}
	if len(d.Copies) > 0 {
		said += " Carbon copies: " + strings.Join(d.Copies, ", ") + "."
	}
	return said
}
