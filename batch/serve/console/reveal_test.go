package console

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/servicing"
)

// What is masked is shown to a privacy officer who says why, and that is kept before: who, which loan, why, from where; nobody's name
// in it. Everybody else, and who says no reason, sees nothing, and nothing is kept.
func holdsRevealed(t *testing.T, db *sqlx.DB) {
	s := newSite(t, db)
	var loan, surname string
	if err := db.QueryRow(`SELECT k.loan_id, c.surname FROM loan_key k JOIN loan_customer l USING (loan) JOIN customer c USING (customer) WHERE c.surname <> '' ORDER BY k.loan LIMIT 1`).Scan(&loan, &surname); err != nil {
		t.Fatal(err)
	}
	shown := 0
	s.c.handler = s.c.sessionOf(s.c.guard(route{"POST /reveal", servicing.Viewer, func(w http.ResponseWriter, r *http.Request) error {
		err := s.c.revealed(w, r, servicing.MaskedAccountNumber, r.URL.Query().Get("loan"))
		if err == nil {
			shown++
		}
		return err
	}}))
	at := "/reveal?loan=" + url.QueryEscape(loan)
	why := url.Values{"key": {"k"}, "why": {"the letter of " + surname}}
	for _, role := range servicing.Roles() {
		if role != servicing.PrivacyOfficer {
			s.post(role, at, why).has(t, 403)
		}
	}
	s.post(servicing.PrivacyOfficer, at, url.Values{"why": {"  "}}).has(t, 400, "it does not say who asks for it, and why")
	s.post(servicing.PrivacyOfficer, "/reveal?loan=nobody", why).has(t, 404)
	if shown != 0 {
		t.Fatalf("shown %d times", shown)
	}
	s.post(servicing.PrivacyOfficer, at, why)
	s.post(servicing.PrivacyOfficer, at, why) // each view is kept
	var acts []string
	if err := db.Select(&acts, `SELECT concat_ws('|', kind, about, who, why, host) FROM act`); err != nil {
		t.Fatal(err)
	}
	want := "REVEAL_ACCOUNT_NUMBER|loan " + loan + "|a-privacy_officer|the letter of [removed]|192.0.2.1"
	if shown != 2 || len(acts) != 2 || acts[0] != want || acts[1] != want {
		t.Errorf("shown %d times, kept %s", shown, strings.Join(acts, "; "))
	}
	// What cannot be kept is not shown.
	if _, err := db.Exec(`ALTER TABLE act ADD CHECK (kind NOT LIKE 'REVEAL%') NOT VALID`); err != nil {
		t.Fatal(err)
	}
	s.post(servicing.PrivacyOfficer, at, why).has(t, 500)
	if shown != 2 {
		t.Error("shown, and not kept")
	}
	desk := s.c.Desk("test")
	if err := desk.Reveal(t.Context(), "everything", loan, "kim", "x"); !errors.Is(err, servicing.ErrInvalid) {
		t.Errorf("%v", err)
	}
}
