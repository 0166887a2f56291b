package serve_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/batch/serve"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// call is a request, what it must be answered with, and values of the answer's data.
type call struct {
	name, method, path string
	role               servicing.Role
	body               string
	want               string // status and kind of problem
	says               string // in the answer
	data               map[string]any
}

// calls sends requests in order. With an error nothing has changed.
func (s *service) calls(list []call) {
	s.t.Helper()
	for _, c := range list {
		before := map[string]string{}
		failing := !strings.HasPrefix(c.want, "200")
		if failing {
			before = everything(s.t, s.db)
		}
		got := s.do(c.method, c.path, sent{role: c.role, body: c.body})
		if got.kind() != c.want || !strings.Contains(got.text, c.says) {
			s.t.Errorf("%s: %s, want %s with %q", c.name, got.text, c.want, c.says)
		}
		for path, want := range c.data {
			if diff := cmp.Diff(want, got.data(path)); diff != "" {
				s.t.Errorf("%s: %s (-want +got):\n%s", c.name, path, diff)
			}
		}
		if failing {
			if diff := cmp.Diff(before, everything(s.t, s.db)); diff != "" {
				s.t.Errorf("%s changed (-before +after):\n%s", c.name, diff)
			}
		}
		for _, value := range personal {
			if strings.Contains(got.text, value) {
				s.t.Errorf("%s: the answer says %q: %s", c.name, value, got.text)
			}
		}
	}
	s.silent()
}

// ST2, ST4, ST5: a status, a hold and its end by hand, with who and why; what rules refuse is refused with the rule.
func TestStatusByHand(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book(t, db, "A1")
	nights(t, db, "2026-06-01")
	s := newService(t, db)
	const loan = "/v1/loans/A1"
	s.calls([]call{
		{"hold", "POST", loan + "/hold", servicing.Operator, `{"until":"2026-06-30","why":"under review"}`, "200", "", map[string]any{"loanId": "A1", "holdUntilBefore": "", "holdUntil": "2026-06-30"}},
		{"hold in the past", "POST", loan + "/hold", servicing.Operator, `{"until":"2026-05-30","why":"under review"}`, "409 refused", `A hold until … is over on 2026-06-02.`, nil},
		{"a date that is none", "POST", loan + "/hold", servicing.Operator, `{"until":"2026-02-30","why":"x"}`, "400 invalid", `"path":"body/until"`, nil},
		{"hold without why", "POST", loan + "/hold", servicing.Operator, `{"until":"2026-06-30"}`, "400 invalid", `{"path":"body/why","rule":"required"}`, nil},
		{"hold without a body", "POST", loan + "/hold", servicing.Operator, ``, "400 invalid", `{"path":"body","rule":"required"}`, nil},
		{"hold of an unknown loan", "POST", "/v1/loans/A9/hold", servicing.Operator, `{"until":"2026-06-30","why":"x"}`, "404 unknown", "", nil},
		{"release", "POST", loan + "/release", servicing.Operator, `{"why":"reviewed"}`, "200", "", map[string]any{"holdUntilBefore": "2026-06-30", "holdUntil": ""}},
		{"release twice", "POST", loan + "/release", servicing.Operator, `{"why":"reviewed"}`, "409 refused", `"rule":"ST5"`, nil},
		{"an unknown status", "POST", loan + "/status", servicing.Operator, `{"status":"CLOSED::BORED","why":"x"}`, "400 invalid", `{"path":"body/status","rule":"enum"}`, nil},
		{"a date closed of an open loan", "POST", loan + "/status", servicing.Operator, `{"status":"ACTIVE","closedOn":"2026-06-01","why":"x"}`, "400 invalid", `"rule":"PO5"`, nil},
		{"an amount that is none", "POST", loan + "/status", servicing.Operator, `{"status":"CLOSED::CHARGE_OFF","chargeOffAmount":"12","why":"x"}`, "400 invalid", `{"path":"body/chargeOffAmount","rule":"pattern"}`, nil},
		{"status, dry", "POST", loan + "/status?dryRun=true", servicing.Operator, `{"status":"CLOSED::FRAUD","why":"their report"}`, "200", `"dryRun":true`, map[string]any{"to": "CLOSED::FRAUD"}},
		{"status", "POST", loan + "/status", servicing.Operator, `{"status":"CLOSED::CHARGE_OFF","closedOn":"2026-06-01","chargeOffAmount":"812.50","why":"agreed"}`, "200", "", map[string]any{"from": "ACTIVE", "to": "CLOSED::CHARGE_OFF", "closedOn": "2026-06-01"}},
		{"the same status again", "POST", loan + "/status", servicing.Operator, `{"status":"CLOSED::CHARGE_OFF","closedOn":"2026-06-01","chargeOffAmount":"812.50","why":"agreed"}`, "409 refused", `"rule":"ST4"`, nil},
		{"status by a viewer", "POST", loan + "/status", servicing.Viewer, `{"status":"ACTIVE","why":"x"}`, "403 forbidden", "", nil},
		{"an exception that is not open", "POST", loan + "/resolve-exceptions", servicing.Supervisor, `{"why":"seen"}`, "409 refused", `No such exception of the loan is open.`, nil},
	})
	if got := rows(t, db, `SELECT concat_ws(' ', kind, who, role, came_from, why) FROM operation ORDER BY operation`); got != "HOLD a-operator operator 192.0.2.1 under review; "+
		"RELEASE a-operator operator 192.0.2.1 reviewed; SET_STATUS a-operator operator 192.0.2.1 agreed" {
		t.Errorf("operations: %s", got)
	}
	got := s.do("GET", "/v1/operations?limit=2", sent{role: servicing.Viewer})
	if next, _ := got.body["nextUrl"].(string); got.body["count"] != 2.0 || !strings.HasPrefix(next, "/v1/operations?cursor=") || !strings.HasSuffix(next, "&limit=2") {
		t.Errorf("the newest operations: %s", got.text)
	} else if rest := s.do("GET", next, sent{role: servicing.Viewer}); rest.body["count"] != 1.0 || rest.body["nextUrl"] != nil || !strings.Contains(rest.text, `"kind":"HOLD"`) {
		t.Errorf("the rest: %s", rest.text)
	}
}

// DC1, DC3 to DC5: a contract is terminated with its reason, what is open is listed, and it is undone before a file tells of it.
func TestContracts(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book(t, db, "A1", "B1")
	nights(t, db, "2026-06-01")
	s := newService(t, db)
	const loan = "/v1/loans/A1"
	op := servicing.Operator
	s.calls([]call{
		{"a flat cancel without a reason", "POST", loan + "/terminate", op, `{"source":"FLTC","why":"x"}`, "400 invalid", `A flat cancel has a reason.","instance"`, nil},
		{"neither source nor reason", "POST", loan + "/terminate", op, `{"why":"x"}`, "400 invalid", `"rule":"DC4"`, nil},
		{"an unknown reason", "POST", loan + "/terminate", op, `{"reason":"BORED","why":"x"}`, "409 refused", `"rule":"Q70"`, nil},
		{"an unknown code", "POST", loan + "/terminate", op, `{"reportAsDeleted":"DX","why":"x"}`, "400 invalid", `{"path":"body/reportAsDeleted","rule":"enum"}`, nil},
		{"a date that is none", "POST", loan + "/terminate", op, `{"reason":"ERRO","terminatedOn":"2026-06-31","why":"x"}`, "400 invalid", `"path":"body/terminatedOn"`, nil},
		{"an unknown loan", "POST", "/v1/loans/A9/terminate", op, `{"reason":"ERRO","why":"x"}`, "404 unknown", "", nil},
		{"by a viewer", "POST", loan + "/terminate", servicing.Viewer, `{"reason":"ERRO","why":"x"}`, "403 forbidden", "", nil},
		{"nothing to undo", "POST", loan + "/undo-termination", op, `{"why":"x"}`, "409 refused", "", nil},
		{"terminated, dry", "POST", loan + "/terminate?dryRun=true", op, `{"source":"FLTC","reason":"ERRO","why":"a mistake"}`, "200", `"dryRun":true`, nil},
		{"terminated", "POST", loan + "/terminate", op, `{"source":"FLTC","reason":"ERRO","why":"a mistake"}`, "200", "", map[string]any{"terminated": true, "termination.terminatedOn": "2026-06-02", "termination.reason": "ERRO"}},
		{"what is open", "GET", loan + "/receivables?asOf=2026-06-02", servicing.Viewer, ``, "200", "", map[string]any{"open": true, "balance": "1000.00", "charges": "0.00"}},
		{"what is open of an unknown loan", "GET", "/v1/loans/A9/receivables", servicing.Viewer, ``, "404 unknown", "", nil},
		{"more is paid than is open", "POST", loan + "/receivables", op, `{"how":"PAY","amount":"1000.01","why":"x"}`, "409 refused", `"rule":"DC3"`, nil},
		{"no amount", "POST", loan + "/receivables", op, `{"how":"PAY","why":"x"}`, "400 invalid", `"rule":"DC3"`, nil},
		{"no way to settle", "POST", loan + "/receivables", op, `{"how":"FORGET","why":"x"}`, "400 invalid", `{"path":"body/how","rule":"enum"}`, nil},
		{"a date that is none, too", "POST", loan + "/receivables", op, `{"how":"PAY","amount":"1.00","effectiveOn":"2026-06-31","why":"x"}`, "400 invalid", `"path":"body/effectiveOn"`, nil},
		{"a reversal of nothing known", "POST", loan + "/receivables", op, `{"how":"REVERSE","reverses":"T-NONE","why":"x"}`, "404 unknown", "", nil},
		{"settled by a viewer", "POST", loan + "/receivables", servicing.Viewer, `{"how":"PAY","amount":"1.00","why":"x"}`, "403 forbidden", "", nil},
		{"paid in part", "POST", loan + "/receivables", op, `{"how":"PAY","amount":"400.00","transactionId":"T-77","why":"cheque 77"}`, "200", "", map[string]any{"transactionId": "T-77", "type": "PAYMENT", "balance": "600.00", "open": true}},
		{"paid with the same id", "POST", loan + "/receivables", op, `{"how":"PAY","amount":"400.00","transactionId":"T-77","why":"cheque 77"}`, "409 refused", "", nil},
		{"undone", "POST", loan + "/undo-termination", op, `{"why":"the wrong loan"}`, "200", "", map[string]any{"terminated": false}},
		{"nothing to rescind", "POST", loan + "/rescind-termination", op, `{"why":"x"}`, "409 refused", "", nil},
		{"surrendered", "POST", loan + "/terminate", op, `{"reason":"VOLU","terminatedOn":"2026-06-01","why":"brought back"}`, "200", "", map[string]any{"termination.reason": "VOLU"}},
		{"rescinded on a day that is none", "POST", loan + "/rescind-termination", op, `{"rescindedOn":"2026-06-31","why":"x"}`, "400 invalid", `"path":"body/rescindedOn"`, nil},
		{"rescinded", "POST", loan + "/rescind-termination", op, `{"why":"paid up"}`, "200", "", map[string]any{"termination.rescindedOn": "2026-06-02"}},
		{"reported as deleted", "POST", "/v1/loans/B1/terminate", op, `{"reportAsDeleted":"DA","why":"agreed"}`, "200", "", map[string]any{"termination.reportAsDeleted": "DA"}},
	})
}

// CD1 to CD3: a customer is deleted for good, by a privacy officer; what the rules keep is refused with its reason.
func TestRemoveCustomer(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book(t, db, "A1", "B1")
	nights(t, db, "2026-06-01")
	db.MustExec(`UPDATE customer SET legal_hold = TRUE WHERE customer_id = 'CB'`)
	db.MustExec(`DELETE FROM loan_customer WHERE customer = (SELECT customer FROM customer WHERE customer_id = 'CB')`)
	s := newService(t, db)
	officer := servicing.PrivacyOfficer
	s.calls([]call{
		{"an open loan", "DELETE", "/v1/customers/CA?why=asked", officer, ``, "409 refused", `"rule":"CD3"`, nil},
		{"its reason", "DELETE", "/v1/customers/CA?why=asked", officer, ``, "409 refused", `Loan A1 is open.`, nil},
		{"an erasure without its approver", "DELETE", "/v1/customers/CA?why=asked&erasureReason=CCPA", officer, ``, "409 refused", `"rule":"CD3"`, nil},
		{"legal hold", "DELETE", "/v1/customers/CB?why=asked", officer, ``, "409 refused", `The customer is under legal hold.`, nil},
		{"an unknown customer", "DELETE", "/v1/customers/CX?why=asked", officer, ``, "404 unknown", "", nil},
		{"without why", "DELETE", "/v1/customers/CB", officer, ``, "400 invalid", `{"path":"query/why","rule":"required"}`, nil},
		{"by a supervisor", "DELETE", "/v1/customers/CB?why=asked", servicing.Supervisor, ``, "403 forbidden", "", nil},
	})
	db.MustExec(`UPDATE customer SET legal_hold = FALSE`)
	s.calls([]call{
		{"who may be deleted", "GET", "/v1/removable-customers", officer, ``, "200", `"customerId":"CB"`, nil},
		{"a list of another day", "GET", "/v1/removable-customers?asOf=2026-13-01", officer, ``, "400 invalid", `"path":"query/asOf"`, nil},
		{"a page that is none", "GET", "/v1/removable-customers?cursor=x", officer, ``, "400 page", "", nil},
		{"deleted, dry", "DELETE", "/v1/customers/CB?why=asked&dryRun=true", officer, ``, "200", `"dryRun":true`, nil},
		{"deleted", "DELETE", "/v1/customers/CB?why=asked", officer, ``, "200", "", map[string]any{"customerId": "CB", "loans": []any{}}},
		{"deleted twice", "DELETE", "/v1/customers/CB?why=asked", officer, ``, "409 refused", `"rule":"CD2"`, nil},
	})
	if got := rows(t, db, `SELECT concat_ws(' ', customer_id, nullif(surname, '')) FROM customer ORDER BY 1`); got != "CA ALDERBROOKA; CB" {
		t.Errorf("customers: %s", got)
	}
}

// CA1, CA2: the life of a case.
func TestCases(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book(t, db, "A1", "B1")
	nights(t, db, "2026-06-01")
	s := newService(t, db)
	op, viewer := servicing.Operator, servicing.Viewer
	const c = "/v1/cases/K-1"
	s.calls([]call{
		{"created", "POST", "/v1/cases", op, `{"caseId":"K-1","externalId":"X-1","type":"BANKRUPTCY","chapter":7,"filedOn":"2026-05-28","courtCaseNumber":"26-6661","customerIds":["CA"],"why":"notice"}`, "200", "", map[string]any{"created": true, "changed": true, "case.caseId": "K-1", "case.status": "open", "case.openedOn": "2026-06-02"}},
		{"sent again", "POST", "/v1/cases", op, `{"externalId":"X-1","type":"BANKRUPTCY","chapter":7,"filedOn":"2026-05-28","customerIds":["CA"],"why":"notice"}`, "200", "", map[string]any{"created": false, "changed": false, "operation": 0.0, "case.caseId": "K-1"}},
		{"an id that is taken", "POST", "/v1/cases", op, `{"caseId":"K-1","type":"OTHER","customerIds":["CA"],"why":"x"}`, "409 refused", "", nil},
		{"an unknown customer", "POST", "/v1/cases", op, `{"type":"OTHER","customerIds":["CX"],"why":"x"}`, "404 unknown", "", nil},
		{"nobody", "POST", "/v1/cases", op, `{"type":"OTHER","why":"x"}`, "409 refused", "", nil},
		{"an unknown type", "POST", "/v1/cases", op, `{"type":"DIVORCE","customerIds":["CA"],"why":"x"}`, "400 invalid", `{"path":"body/type","rule":"enum"}`, nil},
		{"a date that is none", "POST", "/v1/cases", op, `{"type":"OTHER","openedOn":"2026-02-30","customerIds":["CA"],"why":"x"}`, "400 invalid", "", nil},
		{"a chapter that is none", "POST", "/v1/cases", op, `{"type":"BANKRUPTCY","chapter":8,"customerIds":["CA"],"why":"x"}`, "400 invalid", `{"path":"body/chapter","rule":"enum"}`, nil},
		{"one more", "POST", "/v1/cases", op, `{"caseId":"K/2","type":"DISPUTE","loanIds":["B1"],"autoCreated":true,"why":"match"}`, "200", "", map[string]any{"case.acknowledged": false}},

		{"read", "GET", "/v1/cases/X-1", viewer, ``, "200", `"courtCaseNumber":"***6661"`, map[string]any{"caseId": "K-1", "chapter": 7.0, "customerIds": []any{"CA"}}},
		{"read by an id with a slash", "GET", "/v1/cases/K%2F2", viewer, ``, "200", "", map[string]any{"caseId": "K/2"}},
		{"an unknown case", "GET", "/v1/cases/K-9", viewer, ``, "404 unknown", "", nil},
		{"changed", "PATCH", c, op, `{"disposition":"DISCHARGED","dispositionOn":"2026-06-01","courtCaseNumber":null,"why":"order"}`, "200", "", map[string]any{"changed": true, "case.disposition": "DISCHARGED"}},
		{"a value that is none", "PATCH", c, op, `{"disposition":"BORED","why":"x"}`, "400 invalid", `"path":"body/disposition"`, nil},
		{"nothing given", "PATCH", c, op, `{"why":"x"}`, "200", "", map[string]any{"changed": false}},
		{"associated", "POST", c + "/associations", op, `{"associations":[{"kind":"LOAN","reference":"B1"},{"kind":"DOCUMENT","reference":"scan-12"}],"why":"its paper"}`, "200", "", map[string]any{"case.loanIds": []any{"B1"}}},
		{"associated with an unknown loan", "POST", c + "/associations", op, `{"associations":[{"kind":"LOAN","reference":"B9"}],"why":"x"}`, "404 unknown", "", nil},
		{"dissociated", "DELETE", c + "/associations?kind=DOCUMENT&reference=scan-12&why=wrong", op, ``, "200", "", map[string]any{"changed": true, "case.associations": []any{}}},
		{"dissociated without a kind", "DELETE", c + "/associations?reference=scan-12&why=wrong", op, ``, "400 invalid", `{"path":"query/kind","rule":"required"}`, nil},
		{"viewed", "POST", c + "/viewed", op, ``, "200", "", map[string]any{"case.viewedBy": "a-operator"}},
		{"escalated", "POST", c + "/escalate", op, `{"assignee":"team two","why":"a lawyer wrote"}`, "200", "", map[string]any{"case.escalated": true}},
		{"escalated twice", "POST", c + "/escalate", op, `{"why":"x"}`, "409 refused", "", nil},
		{"its escalations", "GET", c + "/escalations?open=true", viewer, ``, "200", `"assignee":"team two"`, nil},
		{"escalations of an unknown case", "GET", "/v1/cases/K-9/escalations", viewer, ``, "404 unknown", "", nil},
		{"the company's escalations", "GET", "/v1/escalations", viewer, ``, "200", `"caseId":"K-1"`, nil},
		{"de-escalated", "POST", c + "/de-escalate", op, `{"why":"answered"}`, "200", "", map[string]any{"case.escalated": false}},
		{"de-escalated twice", "POST", c + "/de-escalate", op, `{"why":"answered"}`, "409 refused", "", nil},
		{"snoozed", "POST", c + "/snooze", op, `{"until":"2026-06-30","why":"waits for the court"}`, "200", "", map[string]any{"case.snoozedUntil": "2026-06-30"}},
		{"snoozed into the past", "POST", c + "/snooze", op, `{"until":"2026-06-01","why":"x"}`, "409 refused", "", nil},
		{"the snooze ended", "POST", c + "/cancel-snooze", op, `{"why":"it answered"}`, "200", "", map[string]any{"changed": true}},
		{"no snooze to end", "POST", c + "/cancel-snooze", op, `{"why":"x"}`, "409 refused", "", nil},
		{"acknowledged", "POST", "/v1/cases/K%2F2/acknowledge", op, `{"why":"it is him"}`, "200", "", map[string]any{"case.acknowledged": true}},
		{"acknowledged twice", "POST", "/v1/cases/K%2F2/acknowledge", op, `{"why":"x"}`, "409 refused", "", nil},
		{"seen", "POST", c + "/seen", op, `{"why":"as it should be"}`, "200", "", map[string]any{"changes": []any{}}},
		{"an unknown case seen", "POST", "/v1/cases/K-9/seen", op, `{"why":"x"}`, "404 unknown", "", nil},
		{"the review list", "GET", "/v1/reviews", viewer, ``, "200", `"data":[`, nil},
		{"the cases of nobody", "GET", "/v1/customers/CX/cases", viewer, ``, "404 unknown", "", nil},
		{"the cases of a borrower", "GET", "/v1/customers/CA/cases", viewer, ``, "200", `"total":1`, nil},
		{"deleted", "DELETE", c + "?why=mistake", op, ``, "200", "", map[string]any{"case.deletedOn": "2026-06-02"}},
		{"deleted twice", "DELETE", c + "?why=mistake", op, ``, "409 refused", "", nil},
		{"by a viewer", "DELETE", c + "?why=mistake", viewer, ``, "403 forbidden", "", nil},
	})

	// Lists turn both ways.
	first := s.do("GET", "/v1/cases?limit=1", sent{role: viewer})
	next, _ := first.body["nextUrl"].(string)
	second := s.do("GET", next, sent{role: viewer})
	back, _ := second.body["previousUrl"].(string)
	if first.body["total"] != 2.0 || first.body["previousUrl"] != nil || second.body["nextUrl"] != nil || back == "" {
		t.Errorf("pages: %s, then %s", first.text, second.text)
	} else if again := s.do("GET", back, sent{role: viewer}); again.text != first.text {
		t.Errorf("back: %s, want %s", again.text, first.text)
	}
	if got := s.do("GET", "/v1/cases?deleted=false&type=DISPUTE&loanId=B1", sent{role: viewer}); got.body["count"] != 1.0 {
		t.Errorf("wanted cases: %s", got.text)
	}
}

// BR10: disputes are opened, extended and answered, and read by the days left.
func TestDisputes(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book(t, db, "A1", "B1", "C1")
	nights(t, db, "2026-06-01")
	s := newService(t, db)
	op, viewer := servicing.Operator, servicing.Viewer
	const acdv = `{"loanId":"A1","caseId":"D-1","channel":"ACDV","bureau":"EXPERIAN","controlNumber":"4711","codes":["106"],"receivedOn":"2026-06-01","bureauDueOn":"2026-06-22","why":"e-OSCAR"}`
	const d = "/v1/disputes/D-1"
	s.calls([]call{
		{"by a viewer", "POST", "/v1/disputes", viewer, acdv, "403 forbidden", "", nil},
		{"tried", "POST", "/v1/disputes?dryRun=true", op, acdv, "200", "", map[string]any{"dryRun": true, "operation": 0.0, "dispute.dueOn": "2026-06-22"}},
		{"opened", "POST", "/v1/disputes", op, acdv, "200", "", map[string]any{"changed": true, "dispute.caseId": "D-1", "dispute.type": "DISPUTE", "dispute.dueOn": "2026-06-22"}},
		{"opened again", "POST", "/v1/disputes", op, acdv, "200", "", map[string]any{"changed": false, "operation": 0.0, "dispute.caseId": "D-1"}},
		{"of another loan", "POST", "/v1/disputes", op, strings.Replace(acdv, "A1", "B1", 1), "409 refused", "", nil},
		{"an unknown loan", "POST", "/v1/disputes", op, `{"loanId":"Z1","channel":"DIRECT","why":"x"}`, "404 unknown", "", nil},
		{"an unknown channel", "POST", "/v1/disputes", op, `{"loanId":"B1","channel":"FAX","why":"x"}`, "400 invalid", `{"path":"body/channel","rule":"enum"}`, nil},
		{"an ACDV without a number", "POST", "/v1/disputes", op, `{"loanId":"B1","channel":"ACDV","bureau":"EXPERIAN","why":"x"}`, "400 invalid", "", nil},
		{"a code of letters", "POST", "/v1/disputes", op, strings.Replace(acdv, "106", "1O6", 1), "400 invalid", `"rule":"pattern"`, nil},
		{"a date that is none", "POST", "/v1/disputes", op, strings.Replace(acdv, "2026-06-22", "2026-02-30", 1), "400 invalid", "", nil},
		{"a theft", "POST", "/v1/disputes", op, `{"loanId":"B1","caseId":"D-2","channel":"THEFT","why":"police report"}`, "200", "", map[string]any{"dispute.type": "IDENTITY_THEFT", "dispute.dueOn": "2026-07-02"}},
		{"due", "GET", "/v1/due-disputes?limit=1", viewer, ``, "200", `"caseId":"D-1"`, nil},
		{"read", "GET", d, viewer, ``, "200", "", map[string]any{"daysLeft": -152.0, "controlNumber": "4711", "loanIds": []any{"A1"}}},
		{"read one that there is not", "GET", "/v1/disputes/D-9", viewer, ``, "404 unknown", "", nil},
		{"extended", "POST", d + "/extend", op, `{"informedOn":"2026-06-02","bureauDueOn":"2026-07-06","why":"a receipt"}`, "200", "", map[string]any{"dispute.dueOn": "2026-07-06"}},
		{"extended twice", "POST", d + "/extend", op, `{"why":"a receipt"}`, "409 refused", `"rule":"BR10"`, nil},
		{"answered without a check", "POST", d + "/answer", op, `{"answer":"VERIFIED","why":"x"}`, "400 invalid", `{"path":"body/checked","rule":"required"}`, nil},
		{"an update of nothing", "POST", d + "/answer", op, `{"answer":"UPDATED","checked":"ledger","why":"x"}`, "400 invalid", "", nil},
		{"an update of a name", "POST", d + "/answer", op, `{"answer":"UPDATED","checked":"ledger","fields":[{"field":"surname","value":"KIM"}],"why":"x"}`, "409 refused", "", nil},
		{"updated", "POST", d + "/answer", op, `{"answer":"UPDATED","checked":"ledger","fields":[{"field":"21","value":"900"}],"copies":["INNOVIS"],"why":"paid"}`, "200", "", map[string]any{"dispute.outcome": "XH", "dispute.corrections": []any{1.0}, "dispute.copies": []any{"INNOVIS"}}},
		{"answered twice", "POST", d + "/answer", op, `{"answer":"DELETED","checked":"ledger","why":"x"}`, "409 refused", `"rule":"BR10"`, nil},
		{"all", "GET", "/v1/disputes", viewer, ``, "200", `"field":"current_balance"`, nil},
		{"those of a loan that wait", "GET", "/v1/disputes?loanId=A1&open=true", viewer, ``, "200", `"data":[]`, nil},
		{"the case of the dispute", "GET", "/v1/cases/D-1", viewer, ``, "200", "", map[string]any{"outcome": "XH", "status": "closed"}},
	})
}

// A supervisor's token resolves exceptions only if its name is among the supervisors where there are some.
func TestSupervisorByName(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book(t, db, "A1")
	nights(t, db, "2026-06-01")
	db.MustExec(`INSERT INTO run_exception (run, step, loan, code, detail, first_run) SELECT r.run, 'delinquency', l.loan, 'ODD', 'odd', r.run FROM run r, loan l`)
	var names []string
	s := newService(t, db, func(c *serve.Config) {
		desk := c.Desk
		c.Desk = func(address string) *servicing.Desk {
			d := desk(address)
			d.Authority.Supervisors = names
			return d
		}
	})
	resolve := call{"resolved", "POST", "/v1/loans/A1/resolve-exceptions", servicing.Supervisor, `{"code":"ODD","why":"seen to"}`, "403 not-supervisor", "", nil}
	names = []string{"rivera"}
	s.calls([]call{resolve})
	names = []string{"rivera", "a-supervisor"}
	resolve.want, resolve.says = "200", `"code":"ODD"`
	s.calls([]call{resolve})
	if got := rows(t, db, `SELECT concat_ws(' ', kind, who, host) FROM act WHERE kind <> 'CREATE_TOKEN'`); got != "RESOLVE_EXCEPTION a-supervisor 192.0.2.1" {
		t.Errorf("acts: %s", got)
	}
}
