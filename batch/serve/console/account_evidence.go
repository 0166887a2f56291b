package console

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/furnisher/furnisher/batch/servicing"
)

// EvidenceOrder asks for all that is known of what was furnished of an account.
type EvidenceOrder struct {
	LoanID  string
	Months  int
	Unmask  bool // for a privacy officer, noted among the acts
	By, Why string
	From    string
}

// EvidencePack is a signed ZIP.
type EvidencePack struct {
	Name string
	ZIP  []byte
}

// Months of an evidence pack: how many it has if nobody says, and at most.
const (
	evidenceMonths     = 24
	mostEvidenceMonths = 120
)

func (c *Console) evidenceRoutes() []route {
	return []route{
		{"GET /accounts/{loan}/evidence", servicing.Viewer, c.evidencePage},
		{"POST /accounts/{loan}/evidence", servicing.Viewer, c.evidenceMade},
	}
}

// evidenceForm is what the page of an evidence pack shows.
type evidenceForm struct {
	LoanID    string
	Months    int
	Most      int
	MayUnmask bool
	Refused   string
}

func (c *Console) evidencePage(w http.ResponseWriter, r *http.Request) error {
	return c.showEvidence(w, r, 0, evidenceForm{Months: evidenceMonths})
}

func (c *Console) showEvidence(w http.ResponseWriter, r *http.Request, status int, e evidenceForm) error {
	if c.Account.Evidence == nil {
		return errNoPage
	}
	e.LoanID, e.Most, e.MayUnmask = r.PathValue("loan"), mostEvidenceMonths, who(r.Context()).May(servicing.PrivacyOfficer)
	return c.show(w, r, page{Name: "account-evidence", Title: "Evidence pack of account " + e.LoanID, Room: "account", Status: status, Data: e})
}

// evidenceMade answers with the pack. What is masked for others is shown to a privacy officer with a reason.
func (c *Console) evidenceMade(w http.ResponseWriter, r *http.Request) error {
	if c.Account.Evidence == nil {
		return errNoPage
	}
	f, err := form(w, r)
	if err != nil {
		return err
	}
	months, err := strconv.Atoi(f.Get("months"))
	if err != nil || months < 1 || months > mostEvidenceMonths {
		return c.showEvidence(w, r, http.StatusBadRequest, evidenceForm{Months: evidenceMonths, Refused: "The months are a number from 1 to " + strconv.Itoa(mostEvidenceMonths) + "."})
	}
	u := who(r.Context())
	e := EvidenceOrder{
		LoanID: r.PathValue("loan"), Months: months, Unmask: f.Get("unmask") != "", By: u.Name, Why: strings.TrimSpace(f.Get("why")), From: remote(r),
	}
	switch {
	case e.Unmask && !u.May(servicing.PrivacyOfficer):
		return errForbidden
	case e.Unmask && e.Why == "":
		return c.showEvidence(w, r, http.StatusBadRequest, evidenceForm{Months: months, Refused: "Say why it is to be shown unmasked: that is kept with your name."})
	}
	pack, err := c.Account.Evidence(r.Context(), e)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": pack.Name}))
	h.Set("Content-Length", strconv.Itoa(len(pack.ZIP)))
	_, _ = w.Write(pack.ZIP)
	return nil
}
