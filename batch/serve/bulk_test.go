package serve_test

import (
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/furnisher/furnisher/batch/serve"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// A file of operations by the API: each row as by itself, once, with the role of the token; nothing is begun with a bad row.
func TestBulk(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book(t, db, "A1", "B1")
	nights(t, db, "2026-06-01")
	s := newService(t, db, func(c *serve.Config) { c.MaxBody = 1000 })
	two := "action,key,loanId,until,reason\nhold,h1,A1,2026-12-31,\ncancel-servicing,c1,B1,,DECEASED\n"
	for _, c := range []struct {
		name, query, text string
		role              servicing.Role
		want              string         // kind of a problem
		data              map[string]any // of what is done
		in                string         // the answer
	}{
		{"validated", "?stage=validate&why=x", two, servicing.Operator, "200", map[string]any{"read": 2., "begun": false, "done": 0.}, ""},
		{"without why", "?stage=validate", two, servicing.Operator, "200", map[string]any{"rejected": 1.}, "it does not say why"},
		{"dry", "?dryRun=true&why=x", two, servicing.Operator, "200", map[string]any{"dryRun": true, "done": 2., "verified": 0.}, ""},
		{"by who may only look", "?why=x", two, servicing.Viewer, "200", map[string]any{"begun": false, "rejected": 2., "done": 0.}, "the action needs the role operator"},
		{"done", "?why=x", two, servicing.Operator, "200", map[string]any{"begun": true, "done": 2., "verified": 2., "rows": []any{}}, ""},
		{"again", "?why=x", two, servicing.Operator, "200", map[string]any{"done": 0., "repeated": 2.}, ""},
		{"looked up", "?stage=verify&why=x", two, servicing.Operator, "200", map[string]any{"verified": 2., "missing": 0.}, ""},
		{"a removal by an operator", "?why=x", "action,customerId\nremove,CA\n", servicing.Operator, "200", map[string]any{"begun": false, "rejected": 1.}, "the action needs the role privacy_officer"},
		{"a removal that is refused", "?why=x", "action,customerId\nremove,CA\n", servicing.PrivacyOfficer, "200", map[string]any{"refused": 1.}, "loan A1 is open (CD3)"},
		{"a column that is none", "?why=x", "action,ssn\n", servicing.Operator, "400 invalid", nil, "Column 2 is none of action"},
		{"a stage that is none", "?stage=half", two, servicing.Operator, "400 invalid", nil, "query/stage"},
		{"a file that is too large", "?why=x", two + strings.Repeat("x", 1000), servicing.Operator, "413 too-large", nil, ""},
	} {
		got := s.do("POST", "/v1/bulk"+c.query, sent{role: c.role, kind: "text/csv", body: c.text})
		if got.kind() != c.want || !strings.Contains(got.text, c.in) {
			t.Errorf("%s: %s, want %s %s", c.name, got.text, c.want, c.in)
		}
		for name, want := range c.data {
			if value := got.data(name); !same(value, want) {
				t.Errorf("%s: %s is %v, want %v", c.name, name, value, want)
			}
		}
	}
	if got := rows(t, db, `SELECT kind || ' ' || role || ' ' || idempotency_key FROM operation ORDER BY operation`); got != "HOLD operator h1; CANCEL_SERVICING operator c1" {
		t.Errorf("operations: %s", got)
	}
	s.silent()
}

func same(value, want any) bool {
	if list, is := value.([]any); is {
		return len(list) == len(want.([]any))
	}
	return value == want
}

// A row needs the role that the endpoint of its operation needs.
func TestRolesOfRows(t *testing.T) {
	t.Parallel()
	endpoints := map[string]string{
		"cancel-servicing": "cancelLoanServicing", "set-status": "setLoanStatus", "hold": "holdLoan", "release": "releaseLoan",
		"pay": "settleReceivables", "waive": "settleReceivables", "reverse": "settleReceivables",
		"terminate": "terminateContract", "undo-termination": "undoTermination", "rescind-termination": "rescindTermination",
		"create-case": "createCase", "update-case": "updateCase", "delete-case": "deleteCase", "acknowledge-case": "acknowledgeCase",
		"associate-case": "associateCase", "dissociate-case": "dissociateCase", "view-case": "viewCase", "see-case": "markCaseSeen",
		"snooze-case": "snoozeCase", "unsnooze-case": "cancelSnooze", "escalate-case": "escalateCase", "deescalate-case": "deescalateCase",
		"open-dispute": "openDispute", "extend-dispute": "extendDispute", "answer-dispute": "answerDispute",
		"resolve-exceptions": "resolveExceptions", "remove": "removeCustomer",
	}
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	roles := map[string]any{}
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			roles[operation.OperationID] = operation.Extensions["x-role"]
		}
	}
	for _, x := range servicing.BulkActions() {
		if got := roles[endpoints[x.Name]]; got != string(x.Role) {
			t.Errorf("%s needs the role %s; its endpoint %q: %v", x.Name, x.Role, endpoints[x.Name], got)
		}
	}
}
