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

// accountActs are what people do to an account, in the order in which its page offers them.
var accountActs = []act{
	{
		name: "correct", role: servicing.Operator, Title: "Correct a field",
		Lead: "The corrected value goes into the next file and is locked until a newer fact decides another one (BR9). " +
			"Give fields that go together in one form: all of them are locked, or none.",
		inputs: correctInputs, do: correct, offers: func(c *Console, _ *inquiry.Account) bool { return c.Account.Correct != nil },
	},
	{
		name: "unlock", role: servicing.Operator, Title: "Release a lock",
		Lead:   "The field is decided again as if it had not been corrected (BR9). It needs a second person.",
		inputs: unlockInputs, do: unlock,
		offers: func(c *Console, a *inquiry.Account) bool { return c.Account.Unlock != nil && len(locksOf(a)) > 0 },
	},
	{
		name: "dispute", role: servicing.Operator, Title: "Open a dispute",
		Lead:   "The account bears its notation from the day of receipt on, and the clock of the answer runs (BR10).",
		inputs: disputeInputs, do: openDispute,
	},
	{
		name: "hold", role: servicing.Operator, Title: "Hold the status",
		Lead: "Nights leave the status of the account alone until the date, inclusive (ST5).",
		inputs: func(*Console, *inquiry.Account) []input {
			return []input{{Name: "until", Label: "Hold until", Kind: "date", Required: true}}
		}, do: hold,
	},
	{
		name: "release", role: servicing.Operator, Title: "Release the hold", Lead: "The next night decides the status again (ST5).",
		inputs: func(*Console, *inquiry.Account) []input { return nil }, do: release,
		offers: func(_ *Console, a *inquiry.Account) bool { return a.HoldUntil != nil },
	},
	{
		name: "status", role: servicing.Operator, Title: "Set the status",
		Lead:   "A status that a person sets stands for the night of the same business date; a closed one stays (ST2, ST5).",
		inputs: statusInputs, do: setStatus,
	},
	{
		name: "terminate", role: servicing.Operator, Title: "Terminate the contract",
		Lead:   "The next file tells of it. A deletion because the contract was a mistake waits until nothing of the loan is open (DC1 to DC5).",
		inputs: terminateInputs, do: terminate,
	},
	{
		name: "undo-termination", role: servicing.Operator, Title: "Undo the termination",
		Lead:   "As if it had never been. Possible until a file that tells of it was released; later only a rescission helps.",
		inputs: func(*Console, *inquiry.Account) []input { return nil }, do: undoTermination, offers: isTerminated,
	},
	{
		name: "rescind", role: servicing.Operator, Title: "Rescind the termination",
		Lead: "From a date on. The months before stay as they were reported.",
		inputs: func(*Console, *inquiry.Account) []input {
			return []input{{Name: "on", Label: "Rescinded on", Kind: "date", Hint: "empty: the business date"}}
		}, do: rescind, offers: isTerminated,
	},
	{
		name: "cancel-servicing", role: servicing.Operator, Title: "Cancel servicing",
		Lead:   "Stops servicing and cancels planned payments, calls, emails and text messages at once (SP5). It does not come back by itself.",
		inputs: cancelInputs, do: cancelServicing,
	},
	{
		name: "resolve", role: servicing.Supervisor, Title: "Resolve exceptions",
		Lead:   "Notes that you have seen to them. The next night decides the loan again, and lists it again if it still cannot.",
		inputs: resolveInputs, do: resolveExceptions, offers: func(_ *Console, a *inquiry.Account) bool { return len(a.Exceptions) > 0 },
	},
}

func isTerminated(_ *Console, a *inquiry.Account) bool { return a.TerminatedOn != nil }

// choices are options whose texts are their values in words, the first one being an empty choice if none says it.
func choices(none string, values ...string) (list []option) {
	if none != "" {
		list = append(list, option{"", none})
	}
	for _, v := range values {
		list = append(list, option{v, inWords(v)})
	}
	return list
}

// keyWords are the words of keys that the letters of a key do not give.
var keyWords = map[string]string{
	"TAKEOVER": "Boarding", "API_REQUEST": "API request", "NO_LOGIN_2M": "No login for 2 months", "NO_PAYMENT_OR_PLAN_3M": "No payment or plan for 3 months",
	"NO_PLAN_PAYMENT_2M": "No payment of a plan for 2 months", "NO_PAYMENT_OR_PLAN_4M": "No payment or plan for 4 months", "LMS_CLOSED": "Closed in the servicing system",
	"CLOSED::PAID_OFF": "Closed: paid off", "AUD": "AUD", "HAND": "Found by us", "SMS": "SMS", "NOT_SERVICING": "Not serviced", "SERVICING": "Serviced",
}

// inWords writes a stable key as people read it: CLOSED::SURPLUS_BALANCE is "Closed: surplus balance". Other texts stay.
func inWords(key string) string {
	if words, known := keyWords[key]; known {
		return words
	}
	if key == "" || strings.ToUpper(key) != key || strings.ContainsAny(key, "0123456789") {
		return key
	}
	text := strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(key, "::", ": "), "_", " "))
	return strings.ToUpper(text[:1]) + text[1:]
}

func texts[T ~string](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}

// done is the sentence of an operation that was done, or had been.
func done(r servicing.Receipt, says string) string {
	if r.Repeated {
		return fmt.Sprintf("Done before, as operation %d: %s", r.Operation, says)
	}
	return fmt.Sprintf("%s Operation %d, business date %s.", says, r.Operation, r.On)
}

// dayOrNone is a date in words.
func dayOrNone(d rules.Date) string {
	if d == 0 {
		return "none"
	}
	return d.String()
}

func hold(c *Console, r *http.Request, o servicing.Order, loan string, f *filledForm) (*outcome, error) {
	until := f.date("until", "Hold until")
	if f.err == nil && until == 0 {
		f.wrong("it does not say until when")
	}
	if f.err != nil {
		return nil, f.err
	}
	x, err := c.desk(r).Hold(r.Context(), servicing.HoldRequest{Order: o, LoanID: loan, Until: until})
	if err != nil {
		return nil, err
	}
	return &outcome{
		Changes: []change{{"Hold until", dayOrNone(x.Before), dayOrNone(x.Until)}},
		Said:    done(x.Receipt, "The status is held until "+x.Until.String()+"."),
	}, nil
}

func release(c *Console, r *http.Request, o servicing.Order, loan string, _ *filledForm) (*outcome, error) {
	x, err := c.desk(r).Release(r.Context(), servicing.ReleaseRequest{Order: o, LoanID: loan})
	if err != nil {
		return nil, err
	}
	return &outcome{Changes: []change{{"Hold until", dayOrNone(x.Before), "none"}}, Said: done(x.Receipt, "The hold is released.")}, nil
}

func statusInputs(*Console, *inquiry.Account) []input {
	return []input{
		{Name: "status", Label: "Status", Kind: "select", Options: choices("Choose a status", texts(rules.Statuses())...), Required: true},
		{Name: "closed", Label: "Closed on", Kind: "date", Hint: "of a closed status; empty: the business date"},
		{Name: "amount", Label: "Amount charged off", Kind: "text", Hint: "of a charge-off, such as 1234.56"},
	}
}

func setStatus(c *Console, r *http.Request, o servicing.Order, loan string, f *filledForm) (*outcome, error) {
	request := servicing.StatusRequest{
		Order: o, LoanID: loan, Status: rules.Status(f.text("status")), ClosedOn: f.date("closed", "Closed on"), ChargeOff: f.amount("amount", "The amount charged off"),
	}
	if f.err != nil {
		return nil, f.err
	}
	x, err := c.desk(r).SetStatus(r.Context(), request)
	if err != nil {
		return nil, err
	}
	changes := []change{{"Status", inWords(string(x.From)), inWords(string(x.To))}}
	if x.ClosedOn != 0 {
		changes = append(changes, change{"Closed on", "", x.ClosedOn.String()})
	}
	return &outcome{Changes: changes, Said: done(x.Receipt, "The status is set: "+inWords(string(x.To))+".")}, nil
}

func cancelInputs(*Console, *inquiry.Account) []input {
	return []input{{Name: "reason", Label: "Reason of the stop", Kind: "select", Options: choices("Choose a reason", rules.StopReasons()...), Required: true}}
}

func cancelServicing(c *Console, r *http.Request, o servicing.Order, loan string, f *filledForm) (*outcome, error) {
	if f.text("reason") == "" {
		return nil, &badField{"it does not say why servicing stops"}
	}
	x, err := c.desk(r).CancelServicing(r.Context(), servicing.CancelRequest{Order: o, LoanID: loan, Reason: f.text("reason")})
	if err != nil {
		return nil, err
	}
	out := &outcome{Said: done(x.Receipt, "Servicing is cancelled: "+inWords(x.Reason)+".")}
	if x.LoansUpdated == 0 {
		out.Notes = append(out.Notes, "The loan is not serviced already. It keeps its first reason and date (SP4).")
	} else {
		out.Changes = append(out.Changes, change{"Servicing", "serviced", "not serviced: " + inWords(x.Reason)})
	}
	for _, kind := range rules.PurgeKinds {
		if n := x.Cancelled[kind]; n > 0 {
			out.Notes = append(out.Notes, fmt.Sprintf("%s: %d cancelled", inWords(strings.ToUpper(kind)), n))
		}
	}
	return out, nil
}

func terminateInputs(*Console, *inquiry.Account) []input {
	return []input{
		{Name: "source", Label: "Who asks for it", Kind: "text", Hint: "such as CUSTOMER or LENDER"},
		{Name: "reason", Label: "Reason of the termination", Kind: "select", Options: choices("None", rules.TerminationReasons()...), Hint: "ERRO deletes the account as a mistake, FRAD as a fraud"},
		{Name: "on", Label: "Terminated on", Kind: "date", Hint: "empty: the business date"},
		{Name: "deleted", Label: "Report as deleted", Kind: "select", Options: []option{{"", "No"}, {"DA", "DA: delete the account"}, {"DF", "DF: delete it because of fraud"}}},
	}
}

// contractOutcome says what became of a contract.
func contractOutcome(x *servicing.TerminationResult, says string) *outcome {
	v := x.Contract
	out := &outcome{Said: done(x.Receipt, says)}
	state := "stands"
	if x.Terminated {
		state = "terminated"
	}
	out.Changes = append(out.Changes, change{"Contract", "", state})
	for _, row := range []change{
		{"Terminated on", "", v.TerminatedOn.String()}, {"Who asked for it", "", v.Source}, {"Reason", "", v.Reason},
		{"Report as deleted", "", v.ReportAsDeleted}, {"Rescinded on", "", v.RescindedOn.String()},
	} {
		if row.After != "" {
			out.Changes = append(out.Changes, row)
		}
	}
	return out
}

func terminate(c *Console, r *http.Request, o servicing.Order, loan string, f *filledForm) (*outcome, error) {
	request := servicing.TerminateRequest{
		Order: o, LoanID: loan, Source: f.text("source"), Reason: f.text("reason"), TerminatedOn: f.date("on", "Terminated on"), ReportAsDeleted: f.text("deleted"),
	}
	if f.err != nil {
		return nil, f.err
	}
	x, err := c.desk(r).TerminateContract(r.Context(), request)
	if err != nil {
		return nil, err
	}
	open, err := inquiry.OpenReceivables(r.Context(), c.DB, loan, x.On)
	if err != nil {
		return nil, err
	}
	out := contractOutcome(x, "The contract is terminated.")
	if open.Open {
		out.Notes = append(out.Notes, fmt.Sprintf("Open as of %s: balance %s, charges that nothing covers %s. A deletion because the contract was a mistake waits until each is paid, waived or reversed (DC3).",
			open.AsOf, open.Balance, open.Charges))
	}
	return out, nil
}

func undoTermination(c *Console, r *http.Request, o servicing.Order, loan string, _ *filledForm) (*outcome, error) {
	x, err := c.desk(r).UndoTermination(r.Context(), servicing.UndoTerminationRequest{Order: o, LoanID: loan})
	if err != nil {
		return nil, err
	}
	return contractOutcome(x, "The termination is undone."), nil
}

func rescind(c *Console, r *http.Request, o servicing.Order, loan string, f *filledForm) (*outcome, error) {
	on := f.date("on", "Rescinded on")
	if f.err != nil {
		return nil, f.err
	}
	x, err := c.desk(r).RescindTermination(r.Context(), servicing.RescindRequest{Order: o, LoanID: loan, RescindedOn: on})
	if err != nil {
		return nil, err
	}
	return contractOutcome(x, "The termination is rescinded."), nil
}

func disputeInputs(_ *Console, a *inquiry.Account) []input {
	consumers := []option{{"", "The account as a whole"}}
	for i := range a.Consumers {
		if a.Consumers[i].RemovedOn == nil {
			consumers = append(consumers, option{a.Consumers[i].CustomerID, "Customer " + a.Consumers[i].CustomerID})
		}
	}
	return []input{
		{Name: "channel", Label: "How it came", Kind: "select", Required: true, Options: []option{
			{"", "Choose a channel"}, {"DIRECT", "The consumer wrote to us"}, {"ACDV", "A bureau passed it on (ACDV)"}, {"THEFT", "A report of an identity theft"},
		}},
		{Name: "received", Label: "Received on", Kind: "date", Hint: "empty: the business date"},
		{Name: "customer", Label: "Who disputes", Kind: "select", Options: consumers},
		{Name: "fraud", Label: "The consumer claims fraud", Kind: "check"},
		{Name: "kind", Label: "Law", Kind: "select", Options: []option{{"", "Fair Credit Reporting Act"}, {"FCBA", "Fair Credit Billing Act: a billing error of a card"}, {"RESPA", "Real Estate Settlement Procedures Act: a notice of error of a mortgage"}}},
		{Name: "amount", Label: "Disputed amount", Kind: "text", Hint: "of a billing error or a notice of error, such as 150.00"},
		{Name: "bureau", Label: "Bureau", Kind: "select", Options: choices("None", rules.Bureaus()...), Hint: "of an ACDV, as what follows"},
		{Name: "control", Label: "Control number", Kind: "text"},
		{Name: "codes", Label: "Dispute codes", Kind: "text", Hint: "one or two of three digits, with a blank between them"},
		{Name: "due", Label: "The bureau wants its answer by", Kind: "date"},
	}
}

func openDispute(c *Console, r *http.Request, o servicing.Order, loan string, f *filledForm) (*outcome, error) {
	request := servicing.OpenDisputeRequest{
		Order: o, LoanID: loan, Channel: rules.DisputeChannel(f.text("channel")), ReceivedOn: f.date("received", "Received on"), CustomerID: f.text("customer"),
		ClaimsFraud: f.text("fraud") != "", Kind: rules.DisputeKind(f.text("kind")), DisputedAmount: f.amount("amount", "The disputed amount"),
		Bureau: f.text("bureau"), ControlNumber: f.text("control"), Codes: strings.Fields(f.text("codes")), BureauDueOn: f.date("due", "The date of the bureau"),
	}
	if f.err != nil {
		return nil, f.err
	}
	x, err := c.desk(r).OpenDispute(r.Context(), request)
	if err != nil {
		return nil, err
	}
	d := x.Dispute
	out := &outcome{
		Changes: []change{
			{"Case", "", inWords(string(d.Type))}, {"Received on", "", d.ReceivedOn.String()}, {"Must be answered by", "", d.DueOn.String()},
		},
		Said: done(x.Receipt, "Dispute "+d.CaseID+" is open. It must be answered by "+d.DueOn.String()+"."),
	}
	if !x.Changed {
		out.Notes = append(out.Notes, "This ACDV was opened before, as case "+d.CaseID+".")
		out.Said = "This ACDV was opened before, as case " + d.CaseID + "."
	}
	return out, nil
}

func resolveInputs(_ *Console, a *inquiry.Account) []input {
	codes := []option{{"", "Every open one"}}
	seen := map[string]bool{}
	for i := range a.Exceptions {
		if code := a.Exceptions[i].Code; !seen[code] {
			seen[code] = true
			codes = append(codes, option{code, inWords(code)})
		}
	}
	return []input{{Name: "code", Label: "Which", Kind: "select", Options: codes}}
}

func resolveExceptions(c *Console, r *http.Request, o servicing.Order, loan string, f *filledForm) (*outcome, error) {
	x, err := c.desk(r).ResolveExceptions(r.Context(), servicing.ResolveRequest{Order: o, LoanID: loan, Code: f.text("code")})
	if err != nil {
		return nil, err
	}
	out := &outcome{Said: done(x.Receipt, "Noted on "+plural(len(x.Resolved), "exception", "exceptions")+".")}
	for _, e := range x.Resolved {
		out.Changes = append(out.Changes, change{e.Step + " " + inWords(e.Code), "open, run " + strconv.FormatInt(e.Run, 10), "noted by " + o.By})
	}
	return out, nil
}
