package console

import (
	"net/http"
	"strings"

	"github.com/furnisher/furnisher/batch/servicing"
)

// revealed is for a route that shows a page once more with something of a loan that is masked otherwise. Such a route is a POST whose
// least role is servicing.PrivacyOfficer; its form has "key" and "why". The handler calls revealed first and shows the page itself, as
// the answer of the form, only if it returns nil: who looks, at what of which loan and why is kept by then (furnisher acts), the value
// is not. There is no redirect, and nothing remembers the permission, so that the next view is masked again, and loading this one again
// asks the browser to send the form again, which is kept again.
//
//	{"POST /accounts/{loan}/reveal", servicing.PrivacyOfficer, c.revealAccount}
//
//	func (c *Console) revealAccount(w http.ResponseWriter, r *http.Request) error {
//		if err := c.revealed(w, r, servicing.MaskedAccountNumber, r.PathValue("loan")); err != nil {
//			return err
//		}
//		return c.showAccount(w, r, unmasked)
//	}
//
// A template offers it with
//
//	{{if .User.May "privacy_officer"}}<form action="{{to (printf "/accounts/%s/reveal" .Data.LoanID)}}" method="post">
//	{{template "form-key"}}{{template "why" "reveal-why"}}<button>Show the account number in this view</button></form>{{end}}
func (c *Console) revealed(w http.ResponseWriter, r *http.Request, what servicing.Masked, loanID string) error {
	f, err := form(w, r)
	if err != nil {
		return err
	}
	u := who(r.Context())
	if !u.May(servicing.PrivacyOfficer) {
		return errForbidden
	}
	return c.desk(r).Reveal(r.Context(), what, loanID, u.Name, strings.TrimSpace(f.Get("why")))
}
