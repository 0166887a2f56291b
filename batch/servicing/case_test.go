package servicing_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// fields are the fields of a case of a type.
func fields(kind rules.CaseType) servicing.CaseFields {
	return servicing.CaseFields{Type: servicing.Give(kind)}
}

// create is a request for a case of the customer CA.
func create(key string, kind rules.CaseType, id, external string) servicing.CreateCaseRequest {
	r := servicing.CreateCaseRequest{Order: order(key), CaseID: id, CaseFields: fields(kind), CustomerIDs: []string{"CA"}}
	if external != "" {
		r.ExternalID = servicing.Give(external)
	}
	return r
}

func named(key, id string) servicing.CaseRequest {
	return servicing.CaseRequest{Order: order(key), CaseID: id}
}

func parties(key, id string, of ...string) servicing.AssociateRequest {
	r := servicing.AssociateRequest{Order: order(key), CaseID: id}
	for _, o := range of {
		kind, reference, _ := strings.Cut(o, " ")
		r.Associations = append(r.Associations, servicing.CaseAssociation{Kind: rules.AssociationKind(kind), Reference: reference})
	}
	return r
}

// woken are the loans that cases have woken since the last night.
func woken(t *testing.T, db *sqlx.DB) string {
	t.Helper()
	return rows(t, db, `SELECT k.loan_id FROM loan_wake w JOIN loan_key k USING (loan) WHERE w.state = 'STALE' AND w.why = 'cases' ORDER BY 1`)
}

// must returns what an operation did.
func must[T any](t *testing.T) func(done T, err error) T {
	t.Helper()
	return func(done T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
}

// CA1: a case is created, changed and deleted; each act is an operation with the case before and after it, and wakes every loan of
// the customer.
func TestCaseLife(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book("A1", "A2", "B1").load(t, db)
	nights(t, db, t.TempDir(), "2026-06-01")
	did, d := must[*servicing.CaseResult](t), desk(db)
	r := create("k1", rules.CaseBankruptcy, "", "X-1")
	r.Chapter, r.FiledOn, r.CourtCaseNumber = servicing.Give(7), servicing.Give(day("2026-05-28")), servicing.Give("26-10334")
	r.ListedOutstandingDebt = servicing.Give(true)
	done := did(d.CreateCase(t.Context(), r))
	listed := true
	want := servicing.CaseView{
		CaseID: "X-1", CaseEntry: rules.CaseEntry{
			ExternalID: "X-1", Type: rules.CaseBankruptcy, Status: "open", OpenedOn: day("2026-06-02"), Chapter: 7,
			FiledOn: day("2026-05-28"), DebtListed: &listed,
		}, CustomerIDs: []string{"CA"}, LoanIDs: []string{}, Associations: []servicing.CaseAssociation{},
	}
	if diff := cmp.Diff(want, done.Case); diff != "" || !done.Created || !done.Changed {
		t.Errorf("created %v, changed %v (-want +got):\n%s", done.Created, done.Changed, diff)
	}
	if got := woken(t, db); got != "A1; A2" {
		t.Errorf("the new case has woken %s", got)
	}
	nights(t, db, t.TempDir(), "2026-06-02")

	u := servicing.UpdateCaseRequest{Order: order("k2"), CaseID: "X-1"}
	u.ClosedOn, u.Disposition, u.Chapter = servicing.Give(day("2026-06-03")), servicing.Give(rules.Dismissed), servicing.Take[int]()
	done = did(d.UpdateCase(t.Context(), u))
	want.ClosedOn, want.Status, want.Disposition, want.Chapter = day("2026-06-03"), "closed", rules.Dismissed, 0
	if diff := cmp.Diff(want, done.Case); diff != "" || done.Created || !done.Changed || woken(t, db) != "A1; A2" {
		t.Errorf("updated; woken %s (-want +got):\n%s", woken(t, db), diff)
	}
	if again := did(d.UpdateCase(t.Context(), servicing.UpdateCaseRequest{Order: order(""), CaseID: "X-1", CaseFields: u.CaseFields})); again.Changed || again.Operation != 0 {
		t.Errorf("what changes nothing: %+v", again)
	}
	done = did(d.DeleteCase(t.Context(), named("k3", "X-1")))
	want.DeletedOn = day("2026-06-03")
	if diff := cmp.Diff(want, done.Case); diff != "" {
		t.Errorf("deleted (-want +got):\n%s", diff)
	}
	if got := rows(t, db, `SELECT format('%s %s %s %s %s->%s', kind, who, why, cardinality(loans), before ->> 'status', after ->> 'deletedOn') FROM operation ORDER BY operation`); got !=
		"CREATE_CASE ada letter of 2 June 2 ->; UPDATE_CASE ada letter of 2 June 2 open->; DELETE_CASE ada letter of 2 June 2 closed->2026-06-03" {
		t.Errorf("operations: %s", got)
	}
	if got := rows(t, db, `SELECT CAST(to_jsonb(o) AS text) FROM operation o`); strings.Contains(got, "26-10334") {
		t.Errorf("the court's number is in an operation: %s", got)
	}
	if got := rows(t, db, `SELECT court_case_number FROM case_file`); got != "26-10334" {
		t.Errorf("the court's number is %s", got)
	}
}

// CA1: who sends a case with a known external id again changes nothing; what differs is taken over, and the case keeps its id.
func TestCaseExternalID(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book("A1", "B1").load(t, db)
	nights(t, db, t.TempDir(), "2026-06-01")
	did, d := must[*servicing.CaseResult](t), desk(db)
	did(d.CreateCase(t.Context(), create("", rules.CaseDispute, "K1", "X-1")))
	before := everything(t, db)
	same := did(d.CreateCase(t.Context(), create("", rules.CaseDispute, "", "X-1")))
	if same.Changed || same.Created || same.Case.CaseID != "K1" {
		t.Errorf("sent again: %+v", same)
	}
	if diff := cmp.Diff(before, everything(t, db)); diff != "" {
		t.Errorf("sent again it changed:\n%s", diff)
	}
	r := create("", rules.CaseDispute, "K1", "X-1")
	r.DisputeKind, r.CustomerIDs, r.LoanIDs = servicing.Give(rules.DisputeFCRA), nil, []string{"B1"}
	done := did(d.CreateCase(t.Context(), r))
	if done.Created || !done.Changed || done.Case.DisputeKind != rules.DisputeFCRA || strings.Join(done.Case.LoanIDs, "") != "B1" || len(done.Case.CustomerIDs) != 1 {
		t.Errorf("sent with more: %+v", done)
	}
	if got := woken(t, db); got != "A1; B1" {
		t.Errorf("woken %s", got)
	}
	if got := did(d.CreateCase(t.Context(), create("", rules.CaseOther, "", ""))); got.Case.CaseID != fmt.Sprintf("case-%d", got.Operation) {
		t.Errorf("a case without an id is %q", got.Case.CaseID)
	}
}

// CA1: views, snoozes, escalations and associations with what other systems keep decide nothing and wake nobody; customers and loans
// do.
func TestCaseActs(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book("A1", "B1").load(t, db)
	nights(t, db, t.TempDir(), "2026-05-31")
	did, d := must[*servicing.CaseResult](t), desk(db)
	r := create("", rules.CaseMilitary, "K1", "")
	r.AutoCreated = servicing.Give(true)
	did(d.CreateCase(t.Context(), r))
	nights(t, db, t.TempDir(), "2026-06-01")

	viewed := did(d.ViewCase(t.Context(), servicing.CaseRequest{Order: servicing.Order{By: "bob"}, CaseID: "K1"}))
	if viewed.Case.ViewedBy != "bob" || viewed.Case.ViewedAt == nil || !viewed.Case.ViewedAt.Equal(clock()) {
		t.Errorf("viewed: %+v", viewed.Case)
	}
	snoozed := did(d.SnoozeCase(t.Context(), servicing.SnoozeRequest{Order: order(""), CaseID: "K1", Until: day("2026-07-01")}))
	if snoozed.Case.SnoozedUntil != day("2026-07-01") {
		t.Errorf("snoozed: %+v", snoozed.Case)
	}
	if awake := did(d.UnsnoozeCase(t.Context(), named("", "K1"))); awake.Case.SnoozedUntil != 0 {
		t.Errorf("no more snoozed: %+v", awake.Case)
	}
	if up := did(d.EscalateCase(t.Context(), servicing.EscalateRequest{Order: order(""), CaseID: "K1", Assignee: "legal"})); !up.Case.Escalated {
		t.Errorf("escalated: %+v", up.Case)
	}
	if down := did(d.DeescalateCase(t.Context(), named("", "K1"))); down.Case.Escalated {
		t.Errorf("de-escalated: %+v", down.Case)
	}
	told := did(d.AssociateCase(t.Context(), parties("", "K1", "DOCUMENT scan 12", "INTERACTION i/7", "CASE K0")))
	want := []servicing.CaseAssociation{{Kind: "CASE", Reference: "K0"}, {Kind: "DOCUMENT", Reference: "scan 12"}, {Kind: "INTERACTION", Reference: "i/7"}}
	if diff := cmp.Diff(want, told.Case.Associations); diff != "" {
		t.Errorf("associations (-want +got):\n%s", diff)
	}
	if again := did(d.AssociateCase(t.Context(), parties("", "K1", "CASE K0"))); again.Changed {
		t.Errorf("associated again: %+v", again)
	}
	if less := did(d.DissociateCase(t.Context(), parties("", "K1", "CASE K0", "DOCUMENT scan 12"))); len(less.Case.Associations) != 1 {
		t.Errorf("less: %+v", less.Case)
	}
	if got := woken(t, db); got != "" {
		t.Errorf("woken %s", got)
	}

	more := did(d.AssociateCase(t.Context(), parties("", "K1", "LOAN A1", "CUSTOMER CB")))
	if strings.Join(more.Case.CustomerIDs, " ") != "CA CB" || strings.Join(more.Case.LoanIDs, " ") != "A1" || woken(t, db) != "A1; B1" {
		t.Errorf("more parties: %+v; woken %s", more.Case, woken(t, db))
	}
	nights(t, db, t.TempDir(), "2026-06-02")
	less := did(d.DissociateCase(t.Context(), parties("", "K1", "CUSTOMER CB")))
	if strings.Join(less.Case.CustomerIDs, " ") != "CA" || woken(t, db) != "A1; B1" {
		t.Errorf("fewer parties: %+v; woken %s", less.Case, woken(t, db))
	}
	nights(t, db, t.TempDir(), "2026-06-03")
	if known := did(d.AcknowledgeCase(t.Context(), named("", "K1"))); !known.Case.Acknowledged || woken(t, db) != "A1" {
		t.Errorf("acknowledged: %+v; woken %s", known.Case, woken(t, db))
	}
	did(d.EscalateCase(t.Context(), servicing.EscalateRequest{Order: order(""), CaseID: "K1"}))
	if gone := did(d.DeleteCase(t.Context(), named("", "K1"))); gone.Case.Escalated {
		t.Errorf("a deleted case is escalated: %+v", gone.Case)
	}
	if got := rows(t, db, `SELECT format('%s %s %s', coalesce(assignee, '-'), raised_on, ended_on) FROM case_escalation ORDER BY escalation`); got !=
		"legal 2026-06-02 2026-06-02; - 2026-06-04 2026-06-04" {
		t.Errorf("escalations: %s", got)
	}
}

// Each operation with each error that it can have: nothing has changed.
func TestCaseRefusals(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book("A1", "B1")
	e.add("customers.csv", "CR,ALDERBROOKR,ROBIN,666109999,1980-02-29,6145550100,1 ELM ST,SPRINGFIELD,IL,62701,OLD MILL,MILLER")
	e.load(t, db)
	nights(t, db, t.TempDir(), "2026-06-01")
	did, d := must[*servicing.CaseResult](t), desk(db)
	did(d.CreateCase(t.Context(), create("used", rules.CaseDispute, "K1", "X-1")))
	did(d.CreateCase(t.Context(), create("", rules.CaseOther, "GONE", "X-2")))
	did(d.DeleteCase(t.Context(), named("", "GONE")))
	must[*servicing.RemoveResult](t)(d.RemoveCustomer(t.Context(), servicing.RemoveRequest{Order: order(""), CustomerID: "CR"}))
	before := everything(t, db)

	with := func(r servicing.CreateCaseRequest, change func(*servicing.CreateCaseRequest)) servicing.CreateCaseRequest {
		change(&r)
		return r
	}
	sound := create("", rules.CaseDispute, "K2", "")
	for name, c := range map[string]struct {
		request servicing.CreateCaseRequest
		want    error
	}{
		"nobody asks":         {with(sound, func(r *servicing.CreateCaseRequest) { r.By = "" }), servicing.ErrInvalid},
		"no reason":           {with(sound, func(r *servicing.CreateCaseRequest) { r.Why = "" }), servicing.ErrInvalid},
		"no type":             {with(sound, func(r *servicing.CreateCaseRequest) { r.Type = servicing.Given[rules.CaseType]{} }), servicing.ErrInvalid},
		"another type":        {with(sound, func(r *servicing.CreateCaseRequest) { r.Type = servicing.Give(rules.CaseType("FLOOD")) }), servicing.ErrInvalid},
		"another outcome":     {with(sound, func(r *servicing.CreateCaseRequest) { r.Outcome = servicing.Give(rules.OutcomeConfirmed) }), servicing.ErrInvalid},
		"of another type":     {with(sound, func(r *servicing.CreateCaseRequest) { r.Chapter = servicing.Give(7) }), servicing.ErrInvalid},
		"closed, open":        {with(sound, func(r *servicing.CreateCaseRequest) { r.Status = servicing.Give("closed") }), servicing.ErrInvalid},
		"a long id":           {with(sound, func(r *servicing.CreateCaseRequest) { r.CaseID = strings.Repeat("x", 65) }), servicing.ErrInvalid},
		"a long word":         {with(sound, func(r *servicing.CreateCaseRequest) { r.CourtCaseNumber = servicing.Give(strings.Repeat("x", 65)) }), servicing.ErrInvalid},
		"too many":            {with(sound, func(r *servicing.CreateCaseRequest) { r.LoanIDs = make([]string, 1001) }), servicing.ErrInvalid},
		"unknown customer":    {with(sound, func(r *servicing.CreateCaseRequest) { r.CustomerIDs = []string{"CA", "CX"} }), servicing.ErrUnknown},
		"unknown loan":        {with(sound, func(r *servicing.CreateCaseRequest) { r.LoanIDs = []string{"X1"} }), servicing.ErrUnknown},
		"about nobody":        {with(sound, func(r *servicing.CreateCaseRequest) { r.CustomerIDs = nil }), servicing.ErrRefused},
		"a removed customer":  {with(sound, func(r *servicing.CreateCaseRequest) { r.CustomerIDs = []string{"CR"} }), servicing.ErrRefused},
		"in the future":       {with(sound, func(r *servicing.CreateCaseRequest) { r.OpenedOn = servicing.Give(day("2027-01-01")) }), servicing.ErrRefused},
		"a closed date":       {with(sound, func(r *servicing.CreateCaseRequest) { r.On = day("2026-06-01") }), servicing.ErrRefused},
		"a known id":          {with(sound, func(r *servicing.CreateCaseRequest) { r.CaseID = "K1" }), servicing.ErrRefused},
		"of another case":     {with(sound, func(r *servicing.CreateCaseRequest) { r.ExternalID = servicing.Give("X-1") }), servicing.ErrRefused},
		"of a deleted case":   {create("", rules.CaseOther, "", "X-2"), servicing.ErrRefused},
		"of one of a type":    {create("", rules.CaseDisaster, "", "X-1"), servicing.ErrRefused},
		"the key of another":  {create("used", rules.CaseDisaster, "K2", ""), servicing.ErrKeyUsed},
		"taken as id, though": {with(create("", rules.CaseOther, "", "K1"), func(r *servicing.CreateCaseRequest) {}), servicing.ErrRefused},
	} {
		if done, err := d.CreateCase(t.Context(), c.request); !errors.Is(err, c.want) {
			t.Errorf("create, %s: %+v, %v, want %v", name, done, err, c.want)
		}
	}

	closing := func(id string, change func(*servicing.CaseFields)) func(o servicing.Order) error {
		return func(o servicing.Order) error {
			r := servicing.UpdateCaseRequest{Order: o, CaseID: id}
			change(&r.CaseFields)
			_, err := d.UpdateCase(t.Context(), r)
			return err
		}
	}
	on := func(act func(context.Context, servicing.CaseRequest) (*servicing.CaseResult, error), id string) func(servicing.Order) error {
		return func(o servicing.Order) error {
			_, err := act(t.Context(), servicing.CaseRequest{Order: o, CaseID: id})
			return err
		}
	}
	associating := func(act func(context.Context, servicing.AssociateRequest) (*servicing.CaseResult, error), id string, of ...string) func(servicing.Order) error {
		return func(o servicing.Order) error {
			r := parties("", id, of...)
			r.Order = o
			_, err := act(t.Context(), r)
			return err
		}
	}
	snoozing := func(id, until string) func(servicing.Order) error {
		return func(o servicing.Order) error {
			_, err := d.SnoozeCase(t.Context(), servicing.SnoozeRequest{Order: o, CaseID: id, Until: day(until)})
			return err
		}
	}
	escalating := func(id, to string) func(servicing.Order) error {
		return func(o servicing.Order) error {
			_, err := d.EscalateCase(t.Context(), servicing.EscalateRequest{Order: o, CaseID: id, Assignee: to})
			return err
		}
	}
	close := func(f *servicing.CaseFields) { f.ClosedOn = servicing.Give(day("2026-06-02")) }
	sane := order("")
	for name, c := range map[string]struct {
		order servicing.Order
		act   func(servicing.Order) error
		want  error
	}{
		"update: unknown":               {sane, closing("K9", close), servicing.ErrUnknown},
		"update: no case":               {sane, closing("", close), servicing.ErrInvalid},
		"update: no reason":             {servicing.Order{By: "ada"}, closing("K1", close), servicing.ErrInvalid},
		"update: deleted":               {sane, closing("GONE", close), servicing.ErrRefused},
		"update: type":                  {sane, closing("K1", func(f *servicing.CaseFields) { f.Type = servicing.Give(rules.CaseDisaster) }), servicing.ErrRefused},
		"update: external id":           {sane, closing("K1", func(f *servicing.CaseFields) { f.ExternalID = servicing.Take[string]() }), servicing.ErrRefused},
		"update: made by":               {sane, closing("K1", func(f *servicing.CaseFields) { f.AutoCreated = servicing.Give(true) }), servicing.ErrRefused},
		"update: before the opening":    {sane, closing("K1", func(f *servicing.CaseFields) { f.ClosedOn = servicing.Give(day("2026-06-01")) }), servicing.ErrRefused},
		"update: long":                  {sane, closing("K1", func(f *servicing.CaseFields) { f.Status = servicing.Give(strings.Repeat("x", 65)) }), servicing.ErrInvalid},
		"update: key":                   {order("used"), closing("K1", close), servicing.ErrKeyUsed},
		"delete: unknown":               {sane, on(d.DeleteCase, "K9"), servicing.ErrUnknown},
		"delete: no reason":             {servicing.Order{By: "ada"}, on(d.DeleteCase, "K1"), servicing.ErrInvalid},
		"delete: deleted":               {sane, on(d.DeleteCase, "GONE"), servicing.ErrRefused},
		"delete: key":                   {order("used"), on(d.DeleteCase, "K1"), servicing.ErrKeyUsed},
		"acknowledge: unknown":          {sane, on(d.AcknowledgeCase, "K9"), servicing.ErrUnknown},
		"acknowledge: made by a person": {sane, on(d.AcknowledgeCase, "K1"), servicing.ErrRefused},
		"acknowledge: deleted":          {sane, on(d.AcknowledgeCase, "GONE"), servicing.ErrRefused},
		"view: unknown":                 {sane, on(d.ViewCase, "K9"), servicing.ErrUnknown},
		"view: nobody":                  {servicing.Order{}, on(d.ViewCase, "K1"), servicing.ErrInvalid},
		"snooze: unknown":               {sane, snoozing("K9", "2026-07-01"), servicing.ErrUnknown},
		"snooze: over":                  {sane, snoozing("K1", "2026-06-01"), servicing.ErrRefused},
		"snooze: far":                   {sane, snoozing("K1", "2028-06-01"), servicing.ErrRefused},
		"snooze: deleted":               {sane, snoozing("GONE", "2026-07-01"), servicing.ErrRefused},
		"unsnooze: not snoozed":         {sane, on(d.UnsnoozeCase, "K1"), servicing.ErrRefused},
		"unsnooze: unknown":             {sane, on(d.UnsnoozeCase, "K9"), servicing.ErrUnknown},
		"escalate: unknown":             {sane, escalating("K9", ""), servicing.ErrUnknown},
		"escalate: deleted":             {sane, escalating("GONE", ""), servicing.ErrRefused},
		"escalate: long":                {sane, escalating("K1", strings.Repeat("x", 201)), servicing.ErrInvalid},
		"de-escalate: not escalated":    {sane, on(d.DeescalateCase, "K1"), servicing.ErrRefused},
		"de-escalate: unknown":          {sane, on(d.DeescalateCase, "K9"), servicing.ErrUnknown},
		"associate: unknown":            {sane, associating(d.AssociateCase, "K9", "LOAN A1"), servicing.ErrUnknown},
		"associate: none":               {sane, associating(d.AssociateCase, "K1"), servicing.ErrInvalid},
		"associate: kind":               {sane, associating(d.AssociateCase, "K1", "BOAT 1"), servicing.ErrInvalid},
		"associate: no reference":       {sane, associating(d.AssociateCase, "K1", "DOCUMENT "), servicing.ErrInvalid},
		"associate: long":               {sane, associating(d.AssociateCase, "K1", "DOCUMENT "+strings.Repeat("x", 201)), servicing.ErrInvalid},
		"associate: unknown loan":       {sane, associating(d.AssociateCase, "K1", "DOCUMENT x", "LOAN X1"), servicing.ErrUnknown},
		"associate: unknown customer":   {sane, associating(d.AssociateCase, "K1", "CUSTOMER CX"), servicing.ErrUnknown},
		"associate: removed customer":   {sane, associating(d.AssociateCase, "K1", "CUSTOMER CR"), servicing.ErrRefused},
		"associate: deleted":            {sane, associating(d.AssociateCase, "GONE", "LOAN A1"), servicing.ErrRefused},
		"dissociate: the last":          {sane, associating(d.DissociateCase, "K1", "CUSTOMER CA"), servicing.ErrRefused},
		"dissociate: unknown":           {sane, associating(d.DissociateCase, "K9", "CUSTOMER CA"), servicing.ErrUnknown},
	} {
		if err := c.act(c.order); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	dry := sound
	dry.DryRun, dry.Key = true, "dry"
	if done, err := d.CreateCase(t.Context(), dry); err != nil || !done.DryRun || !done.Created || done.Operation != 0 || done.Case.CaseID != "K2" {
		t.Errorf("dry run: %+v, %v", done, err)
	}
	if diff := cmp.Diff(before, everything(t, db)); diff != "" {
		t.Errorf("something changed:\n%s", diff)
	}
	if done, err := d.DissociateCase(t.Context(), parties("", "K1", "LOAN B1")); err != nil || done.Changed {
		t.Errorf("a loan that is not in it: %+v, %v", done, err)
	}
}

// The same key gives the first result again; two at once with one key, and two with one external id, make one case.
func TestCaseKey(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book("A1", "B1").load(t, db)
	nights(t, db, t.TempDir(), "2026-06-01")
	for name, pair := range map[string][2]servicing.CreateCaseRequest{
		"key":         {create("k1", rules.CaseDispute, "K1", ""), create("k1", rules.CaseDispute, "K1", "")},
		"external id": {create("k2", rules.CaseDispute, "", "X-1"), create("k3", rules.CaseDispute, "", "X-1")},
	} {
		release := block(t, db, `SELECT loan FROM loan_wake FOR UPDATE`)
		first := beside(func() (*servicing.CaseResult, error) { return desk(db).CreateCase(context.Background(), pair[0]) })
		second := beside(func() (*servicing.CaseResult, error) { return desk(db).CreateCase(context.Background(), pair[1]) })
		waiting(t, db, 2)
		release()
		one, err := first()
		two, again := second()
		if err != nil || again != nil {
			t.Fatal(name, err, again)
		}
		if name == "key" && (one.Repeated == two.Repeated || one.Operation != two.Operation) || name != "key" && one.Created == two.Created {
			t.Errorf("%s: %+v and %+v, want one case", name, one, two)
		}
		if diff := cmp.Diff(one.Case, two.Case); diff != "" {
			t.Errorf("%s (-first +second):\n%s", name, diff)
		}
	}
	if got := rows(t, db, `SELECT case_id FROM case_file ORDER BY 1`); got != "K1; X-1" {
		t.Errorf("cases: %s", got)
	}
	u := servicing.UpdateCaseRequest{Order: order("k9"), CaseID: "K1", CaseFields: servicing.CaseFields{DisputeKind: servicing.Give(rules.DisputeFCBA)}}
	did := must[*servicing.CaseResult](t)
	did(desk(db).UpdateCase(t.Context(), u))
	before := everything(t, db)
	if again := did(desk(db).UpdateCase(t.Context(), u)); !again.Repeated || again.Case.DisputeKind != rules.DisputeFCBA {
		t.Errorf("the same key: %+v", again)
	}
	u.DisputeKind = servicing.Take[rules.DisputeKind]()
	if _, err := desk(db).UpdateCase(t.Context(), u); !errors.Is(err, servicing.ErrKeyUsed) {
		t.Errorf("the key for another request: %v", err)
	}
	if diff := cmp.Diff(before, everything(t, db)); diff != "" {
		t.Errorf("repeating changed something:\n%s", diff)
	}
}

// A case that is created while a night decides a loan of its customer waits for that chunk; the night closes, and the next one
// decides by the case.
func TestCaseBesideANight(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	dir := t.TempDir()
	book("A1", "B1").load(t, db)
	nights(t, db, dir, "2026-07-20")
	release := block(t, db, `SELECT FROM loan_state s JOIN loan_key k USING (loan) WHERE k.loan_id = 'A1' FOR UPDATE OF s`)
	running := beside(func() (*batch.Summary, error) { return night(db, dir, "2026-07-25") })
	waiting(t, db, 1) // the night holds A1's version, and waits to write that it is delinquent
	operation := beside(func() (*servicing.CaseResult, error) {
		return desk(db).CreateCase(context.Background(), create("k1", rules.CaseMilitary, "K1", ""))
	})
	waiting(t, db, 2)
	release()
	done, err := operation()
	if err != nil {
		t.Fatal(err)
	}
	summary, err := running()
	if err != nil || summary.State != "CLOSED" {
		t.Fatalf("the night: %+v, %v", summary, err)
	}
	if done.On < day("2026-07-25") || woken(t, db) != "A1" {
		t.Errorf("on %s; woken %s", done.On, woken(t, db))
	}
	nights(t, db, dir, "2026-07-27")
	if got := rows(t, db, states); got != "A1 NOT_SERVICING MILITARY; B1 SERVICING CB1+PB1+SB1" {
		t.Errorf("after the next night: %s", got)
	}
}

// CA3, CA5, CA1: what a case says goes out with the next file, and of a deleted one nothing; where its notation had gone out, its
// removal does, once (Q61).
func TestCaseOnTradeline(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	book("A1", "B1", "D1", "E1").load(t, db)
	nights(t, db, dir, "2026-06-01")
	did, d := must[*servicing.CaseResult](t), desk(db)
	of := func(r servicing.CreateCaseRequest, customer string) servicing.CreateCaseRequest {
		r.CustomerIDs = []string{customer}
		return r
	}
	bankrupt := create("", rules.CaseBankruptcy, "KA", "")
	bankrupt.Chapter, bankrupt.FiledOn = servicing.Give(13), servicing.Give(day("2026-05-28"))
	did(d.CreateCase(t.Context(), bankrupt))
	did(d.CreateCase(t.Context(), of(create("", rules.CaseDispute, "KB", ""), "CB")))
	did(d.CreateCase(t.Context(), of(create("", rules.CaseDispute, "KD", ""), "CD")))
	did(d.DeleteCase(t.Context(), named("", "KD")))
	nights(t, db, dir, "2026-06-30")
	said := `SELECT format('%s [%s] %s', l.loan_id, t.consumers, t.compliance_code)
		FROM tradeline t JOIN loan l USING (loan) JOIN bureau_file f USING (file) WHERE f.as_of = $1 ORDER BY l.loan_id`
	if got := rows(t, db, said, "2026-06-30"); got != "A1 [1:1:base:1:D] ; B1 [] XB; D1 [] ; E1 [] " {
		t.Errorf("said: %s", got)
	}
	did(d.DeleteCase(t.Context(), named("", "KB")))
	nights(t, db, dir, "2026-07-31")
	if got := rows(t, db, said, "2026-07-31"); got != "A1 [1:1:base:1:D] ; B1 [] XR; D1 [] ; E1 [] " {
		t.Errorf("said a month later: %s", got)
	}
}

// CA8: a case that the night cannot apply is no error of the operation, but an exception of its loan.
func TestCaseNotApplied(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	book("A1", "B1").load(t, db)
	nights(t, db, dir, "2026-06-01")
	r := create("", rules.CaseBankruptcy, "K1", "")
	r.Chapter = servicing.Give(7)
	must[*servicing.CaseResult](t)(desk(db).CreateCase(t.Context(), r))
	nights(t, db, dir, "2026-06-30")
	if got := rows(t, db, `SELECT DISTINCT l.loan_id || ' ' || x.code FROM run_exception x JOIN loan l USING (loan) WHERE resolved_run IS NULL`); got != "A1 CASE_NOT_APPLIED" {
		t.Errorf("exceptions: %s", got)
	}
}
