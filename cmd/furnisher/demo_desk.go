package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// titleDemoDesk heads one operation of each kind.
const titleDemoDesk = "between the nights, one operation of each kind"

// demoDesk does one operation of each kind after the last night, so that no file of the demo tells of them, and prints what came of each.
func (a *app) demoDesk(ctx context.Context, db *database.Database, last rules.Date) error {
	desk := a.desk(db.DB)
	desk.Vault = a.opened
	loans, err := inquiry.Loans(ctx, db.DB, inquiry.LoanFilter{Status: string(rules.Active), Servicing: string(rules.Servicing)}, inquiry.Page{Limit: 4})
	if err == nil && len(loans.Rows) < 4 {
		err = fmt.Errorf("the demo has only %d loans that are active and serviced", len(loans.Rows))
	}
	if err != nil {
		return err
	}
	order := func(key, why string) servicing.Order {
		return servicing.Order{Key: "demo-" + key, By: a.who(), Why: why, On: last + 1}
	}
	var rows [][]any
	add := func(operation, of, result string) { rows = append(rows, []any{operation, of, result}) }

	cancelled, err := desk.CancelServicing(ctx, servicing.CancelRequest{Order: order("1", "a letter"), LoanID: loans.Rows[0].LoanID, Reason: "DECEASED"})
	if err != nil {
		return err
	}
	add("servicing cancel", cancelled.LoanID, fmt.Sprintf("reason %s; %s", cancelled.Reason, joinKinds(cancelled.Cancelled)))
	terminated, err := desk.TerminateContract(ctx, servicing.TerminateRequest{Order: order("2", "opened by mistake"), LoanID: loans.Rows[1].LoanID, Source: "FLTC", Reason: "ERRO"})
	if err != nil {
		return err
	}
	open, err := inquiry.OpenReceivables(ctx, db.DB, terminated.LoanID, last+1)
	if err != nil {
		return err
	}
	add("contract terminate", terminated.LoanID, fmt.Sprintf("as of %s, reason %s; its deletion waits for a balance of %s", terminated.Contract.TerminatedOn, terminated.Contract.Reason, open.Balance))
	dispute, err := desk.CreateCase(ctx, servicing.CreateCaseRequest{
		Order: order("3", "a letter"), LoanIDs: []string{loans.Rows[2].LoanID},
		CaseFields: servicing.CaseFields{Type: servicing.Give(rules.CaseDispute), ExternalID: servicing.Give("LETTER-1")},
	})
	if err != nil {
		return err
	}
	add("case create", loans.Rows[2].LoanID, fmt.Sprintf("%s %s, opened on %s", dispute.Case.Type, dispute.Case.CaseID, dispute.Case.OpenedOn))
	status, err := desk.SetStatus(ctx, servicing.StatusRequest{Order: order("4", "on the phone"), LoanID: loans.Rows[3].LoanID, Status: "CLOSED::CUSTOMER_REQUEST"})
	if err != nil {
		return err
	}
	add("status set", status.LoanID, fmt.Sprintf("%s to %s, closed on %s", status.From, status.To, status.ClosedOn))
	customer, result, err := a.demoRemoval(ctx, desk, order("5", "a letter"))
	if err != nil {
		return err
	}
	add("customers remove", customer, result)
	if a.settings.quiet {
		return nil
	}
	return printTitled(a.stdout, titleDemoDesk, []string{"operation", "of", "result"}, rows)
}

// demoRemoval asks to remove the first customer whose loans are all over. The demo is too young for that: retention refuses it (CD3).
func (a *app) demoRemoval(ctx context.Context, desk *servicing.Desk, order servicing.Order) (customer, result string, err error) {
	for after, more := int64(0), true; more; more = after != 0 {
		var found []servicing.Eligible
		if found, after, err = desk.EligibleCustomers(ctx, order.On.AddMonths(rules.DefaultRetentionMonths), after, 100); err != nil {
			return "", "", err
		}
		if len(found) == 0 {
			continue
		}
		customer = found[0].CustomerID
		done, err := desk.RemoveCustomer(ctx, servicing.RemoveRequest{Order: order, CustomerID: customer})
		if refusal, is := errors.AsType[*rules.Refusal](err); is {
			return customer, "refused: " + refusal.Error(), nil
		}
		if err != nil {
			return "", "", err
		}
		return customer, fmt.Sprintf("removed; loans that stay: %d", len(done.Loans)), nil
	}
	return "", "", errors.New("the demo has no customer whose loans are over")
}
