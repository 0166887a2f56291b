package console

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// AccountActions is what the pages of accounts do as commands do. What is nil is not offered.
type AccountActions struct {
	// Meaning is a code of a field of the record format in words, "" if it is none: account_status and "11".
	Meaning func(field, code string) string

	// Explain is furnisher explain; inquiry.ErrNotFound if no such file was made.
	Explain func(ctx context.Context, loan string, w inquiry.Which) (*Explanation, error)

	// Correct is furnisher corrections add. What is wrong with the correction is servicing.ErrInvalid or servicing.ErrRefused.
	Correct func(ctx context.Context, c Correcting) ([]Corrected, error)

	// Unlock is furnisher corrections release, with the same errors.
	Unlock func(ctx context.Context, u Unlocking) error

	// Evidence is furnisher evidence.
	Evidence func(ctx context.Context, e EvidenceOrder) (*EvidencePack, error)
}

// accountRoutes are the routes of accounts.
func (c *Console) accountRoutes() []route {
	return []route{
		{"GET /accounts", servicing.Viewer, c.searchPage},
		{"POST /accounts", servicing.PrivacyOfficer, c.searchBySSN},
		{"GET /accounts/{loan}", servicing.Viewer, c.accountPage},
		{"POST /accounts/{loan}/reveal", servicing.PrivacyOfficer, c.revealAccount},
		{"GET /accounts/{loan}/timeline", servicing.Viewer, c.timelinePage},
		{"GET /accounts/{loan}/files", servicing.Viewer, c.toldPage},
		{"GET /accounts/{loan}/explain", servicing.Viewer, c.explainPage},
	}
}

// accountAt is the path of an account's page, or of one below it.
func accountAt(loan string, below ...string) string {
	return strings.Join(append([]string{"/accounts", url.PathEscape(loan)}, below...), "/")
}

// search is what the search for accounts shows.
type search struct {
	Query     string
	Searched  bool
	Secret    bool // what was looked for is no matter of an address
	Found     inquiry.List[inquiry.FoundAccount]
	Customers []servicing.FoundCustomer // by their social security number
	BySSN     bool
	MayBySSN  bool
}

// likeSSN is a text that is written as social security numbers are.
var likeSSN = regexp.MustCompile(`^\d{3}[- ]\d{2}[- ]\d{4}$`)

// searchPage finds accounts; one that is found alone is shown at once.
func (c *Console) searchPage(w http.ResponseWriter, r *http.Request) error {
	asked := r.URL.Query()
	s := search{Query: strings.TrimSpace(asked.Get("q")), MayBySSN: who(r.Context()).May(servicing.PrivacyOfficer)}
	s.Searched = s.Query != ""
	if likeSSN.MatchString(s.Query) {
		s.Query, s.Secret = "", true
		return c.show(w, r, page{Name: "account-search", Title: "Accounts", Room: "account", Data: s})
	}
	if s.Searched {
		if strings.ContainsFunc(s.Query, control) || len(s.Query) > maxSearch {
			return errForm
		}
		var err error
		if s.Found, err = inquiry.FindAccounts(r.Context(), c.DB, s.Query, inquiry.Page{After: asked.Get("after"), Limit: rowsAPage}); err != nil {
			return err
		}
		if len(s.Found.Rows) == 1 && asked.Get("after") == "" {
			http.Redirect(w, r, c.to(accountAt(s.Found.Rows[0].LoanID)), http.StatusSeeOther)
			return nil
		}
	}
	return c.show(w, r, page{Name: "account-search", Title: "Accounts", Room: "account", Data: s})
}

// maxSearch bounds what is looked for.
const maxSearch = 200

// searchBySSN finds customers by their social security number, which is in the body of the request alone and on no page.
func (c *Console) searchBySSN(w http.ResponseWriter, r *http.Request) error {
	f, err := form(w, r)
	if err != nil {
		return err
	}
	s := search{Searched: true, BySSN: true, MayBySSN: true}
	if s.Customers, err = c.desk(r).FindBySSN(r.Context(), f.Get("ssn")); err != nil {
		return err
	}
	if len(s.Customers) == 1 && len(s.Customers[0].Loans) == 1 {
		http.Redirect(w, r, c.to(accountAt(s.Customers[0].Loans[0])), http.StatusSeeOther)
		return nil
	}
	return c.show(w, r, page{Name: "account-search", Title: "Accounts", Room: "account", Data: s})
}

// account is what an account's page shows.
type account struct {
	*inquiry.Account
	Present   []inquiry.AccountFile // the last file of each destination, whether it tells of the loan or not
	Grids     []grid
	Legend    []codeMeaning
	Locks     []inquiry.Correction // that lock a field
	Happened  []inquiry.Happening  // the newest
	Told      []inquiry.AccountFile
	Acts      []act
	Refusals  []inquiry.Answer // that wait for an answer
	Removed   int              // consumers who were removed
	Evidence  bool
	Explained bool
	Whole     string // the account number, where somebody who may has asked for it
}

// Bounds of an account's page: files from which the grids are made, the newest of which are listed, and what happened last.
const (
	filesOfGrid = 400
	filesShown  = 8
	newsShown   = 12
)

func (c *Console) accountPage(w http.ResponseWriter, r *http.Request) error {
	return c.showAccount(w, r, "")
}

// revealAccount shows an account with its whole number, once that is kept.
func (c *Console) revealAccount(w http.ResponseWriter, r *http.Request) error {
	if err := c.revealed(w, r, servicing.MaskedAccountNumber, r.PathValue("loan")); err != nil {
		return err
	}
	number, err := inquiry.AccountNumber(r.Context(), c.DB, r.PathValue("loan"))
	if err != nil {
		return err
	}
	return c.showAccount(w, r, number)
}

// showAccount shows all of an account on one page.
func (c *Console) showAccount(w http.ResponseWriter, r *http.Request, whole string) error {
	loan, u := r.PathValue("loan"), who(r.Context())
	found, err := inquiry.ShowAccount(r.Context(), c.DB, loan, filesOfGrid, rules.DateOf(c.Now()))
	if err != nil {
		return err
	}
	news, err := inquiry.Timeline(r.Context(), c.DB, loan, "", inquiry.Page{Limit: newsShown})
	if err != nil {
		return err
	}
	a := account{
		Account: found, Present: presentOf(found.Files), Happened: news.Rows, Told: found.Files[:min(filesShown, len(found.Files))],
		Acts: c.actsFor(u, found), Evidence: c.Account.Evidence != nil && u.Sends(), Explained: c.Account.Explain != nil,
		Whole: whole,
	}
	for i := range a.Present {
		if g := c.gridOf(found.Files, a.Present[i].Destination); g != nil {
			a.Grids = append(a.Grids, *g)
		}
	}
	a.Legend = c.legend(a.Grids)
	a.Locks = locksOf(found)
	for i := range found.Answers {
		if found.Answers[i].State == "OPEN" {
			a.Refusals = append(a.Refusals, found.Answers[i])
		}
	}
	for i := range found.Consumers {
		if found.Consumers[i].RemovedOn != nil {
			a.Removed++
		}
	}
	return c.show(w, r, page{Name: "account", Title: "Account " + loan, Room: "account", Data: a})
}

// presentOf picks the last file that counts of each destination, by name; the files are newest first.
func presentOf(files []inquiry.AccountFile) (last []inquiry.AccountFile) {
	for i := range files {
		f := &files[i]
		if f.Counts() && !slices.ContainsFunc(last, func(o inquiry.AccountFile) bool { return o.Destination == f.Destination }) {
			last = append(last, *f)
		}
	}
	slices.SortFunc(last, func(a, b inquiry.AccountFile) int { return strings.Compare(a.Destination, b.Destination) })
	return last
}

// timeline is what an account's timeline shows.
type timeline struct {
	LoanID string
	Kind   string
	Kinds  []string
	List   inquiry.List[inquiry.Happening]
	After  bool // it does not begin at the start
}

// timelinePage lists what happened with an account.
func (c *Console) timelinePage(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	t := timeline{LoanID: r.PathValue("loan"), Kind: query.Get("kind"), Kinds: inquiry.HappeningKinds(), After: query.Get("after") != ""}
	if t.Kind != "" && !slices.Contains(t.Kinds, t.Kind) {
		return errForm
	}
	if asked(r) {
		return writeCSV(c, w, r, "timeline", []string{"date", "kind", "about", "was", "became", "amount", "rule", "detail", "run", "operation", "file", "who", "why"}, happeningRow,
			func(p inquiry.Page) (inquiry.List[inquiry.Happening], error) {
				return inquiry.Timeline(r.Context(), c.DB, t.LoanID, t.Kind, p)
			})
	}
	var err error
	if t.List, err = inquiry.Timeline(r.Context(), c.DB, t.LoanID, t.Kind, inquiry.Page{After: query.Get("after"), Limit: rowsAPage}); err != nil {
		return err
	}
	return c.show(w, r, page{Name: "account-timeline", Title: "Timeline of account " + t.LoanID, Room: "account", Data: t})
}

// told is what the files said of an account.
type told struct {
	LoanID string
	List   inquiry.List[inquiry.AccountFile]
	After  bool
}

// toldPage lists what each bureau was told of an account, and when.
func (c *Console) toldPage(w http.ResponseWriter, r *http.Request) error {
	t := told{LoanID: r.PathValue("loan"), After: r.URL.Query().Get("after") != ""}
	if asked(r) {
		heading := []string{"as_of", "destination", "file", "name", "state", "record_refused", "account_status", "payment_rating", "payment_history", "balance", "past_due", "left_out", "detail", "rule", "sha256", "run"}
		return writeCSV(c, w, r, "files", heading, toldRow, func(p inquiry.Page) (inquiry.List[inquiry.AccountFile], error) {
			return inquiry.AccountFiles(r.Context(), c.DB, t.LoanID, p)
		})
	}
	var err error
	if t.List, err = inquiry.AccountFiles(r.Context(), c.DB, t.LoanID, inquiry.Page{After: r.URL.Query().Get("after"), Limit: rowsAPage}); err != nil {
		return err
	}
	return c.show(w, r, page{Name: "account-files", Title: "What bureaus were told of account " + t.LoanID, Room: "account", Data: t})
}

// happeningRow is an entry of a timeline as a row of CSV.
func happeningRow(h *inquiry.Happening) []string {
	amount := ""
	if h.Amount != nil {
		amount = h.Amount.String()
	}
	return []string{
		h.On.String(), h.Kind, h.About, h.Was, h.Became, amount, h.Rule, h.Detail, numberOrNone(h.Run), numberOrNone(h.Operation), numberOrNone(h.File), h.Who, h.Why,
	}
}

// toldRow is what a file said of an account as a row of CSV.
func toldRow(f *inquiry.AccountFile) []string {
	name, balance, pastDue := "", "", ""
	if f.FileName != nil {
		name = *f.FileName
	}
	if f.Told {
		balance, pastDue = strconv.FormatInt(f.CurrentBalance, 10), strconv.FormatInt(f.AmountPastDue, 10)
	}
	return []string{
		f.AsOf.String(), f.Destination, strconv.FormatInt(f.File, 10), name, f.FileState, strconv.FormatBool(f.Refused), f.AccountStatus, f.PaymentRating,
		f.PaymentHistory, balance, pastDue, f.Reason, f.Detail, f.Rule, f.SHA256, numberOrNone(f.Run),
	}
}

// numberOrNone is a number, "" for 0.
func numberOrNone(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
