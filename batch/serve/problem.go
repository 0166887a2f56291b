package serve

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// Errors of the API itself.
var (
	errNoToken   = errors.New("no token that works")
	errForbidden = errors.New("the role of the token may not do that")
	errTooMany   = errors.New("too many requests")
	errType      = errors.New("a body of another type")
	errMethod    = errors.New("no such method")
	errNoRoute   = errors.New("no such address")
	errAway      = errors.New("the database does not answer")
)

// ErrNoRecord is returned by Config.ExplainRecord for a record that the file does not have.
var ErrNoRecord = errors.New("the file has no such record")

// kind is a kind of problem. Its name is an interface: never change one, only add.
type kind struct {
	status      int
	name, title string
	detail      string
}

// kinds gives the kind of problem of the errors that other packages return.
var kinds = []struct {
	is error
	kind
}{
	{errNoToken, kind{401, "unauthorized", "No token", "The request needs a bearer token that has neither ended nor been revoked."}},
	{errForbidden, kind{403, "forbidden", "Not allowed", "The role of the token may not do that."}},
	{servicing.ErrForbidden, kind{403, "not-supervisor", "Not allowed", "Only a supervisor may do that, and the token's name is not among them."}},
	{errTooMany, kind{429, "rate", "Too many requests", "The token sends more requests than it may; wait, then send the request again."}},
	{errType, kind{415, "media-type", "Another type of body", "The body is not of a type that the document names for this operation."}},
	{errMethod, kind{405, "method", "No such method", "The address is known, but not with this method; the header Allow says with which."}},
	{errNoRoute, kind{404, "no-route", "No such address", "The API has no such address; /openapi.yaml lists them."}},
	{servicing.ErrUnknown, kind{404, "unknown", "Not found", "The book has nothing with that id."}},
	{inquiry.ErrNotFound, kind{404, "unknown", "Not found", "The book has nothing with that id."}},
	{ErrNoRecord, kind{404, "no-record", "No such record", "The file has no such record, or is not a Metro 2 file; /v1/metro2/validate says what it is."}},
	{inquiry.ErrSeveral, kind{409, "several", "Several loans", "Several loans have that account number; use the loan's id."}},
	{inquiry.ErrBadPage, kind{400, "page", "No such page", "The list has no such page; begin without a cursor."}},
	{servicing.ErrBulkFile, kind{400, "invalid", "Wrong request", "The body is not a file of operations."}},
	{servicing.ErrInvalid, kind{400, "invalid", "Wrong request", "The request is wrong whatever the book holds."}},
	{servicing.ErrRefused, kind{409, "refused", "Refused", "As things are, a rule refuses it."}},
	{servicing.ErrKeyUsed, kind{422, "key-used", "Idempotency key used", "The idempotency key belongs to another request; use another one."}},
	{servicing.ErrBusy, kind{503, "busy", "Busy", "An import or a night holds the loans; send the same request again."}},
}

// unsure is what to do after an error that may have come when a change was committed already.
const unsure = ". Send the same request again, with an idempotency key if it changes something: it is done once."

// kindOf is the kind of problem of an error.
func (s *Server) kindOf(ctx context.Context, err error) kind {
	var tooLarge *http.MaxBytesError
	var wrong *mistakes
	switch {
	case errors.As(err, &tooLarge):
		return kind{413, "too-large", "Body too large", "The body has more bytes than this server takes."}
	case errors.As(err, &wrong):
		return kind{400, "invalid", "Wrong request", "The request is not as the document says; errors lists where."}
	}
	for _, k := range kinds {
		if errors.Is(err, k.is) {
			return k.kind
		}
	}
	if ctx.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded) {
		return kind{503, "timeout", "Too late", "It took too long" + unsure}
	}
	if errors.Is(err, errAway) || s.Away != nil && s.Away(err) {
		return kind{503, "away", "Database away", "The database cannot be reached, or was lost" + unsure}
	}
	return kind{500, "internal", "Failed", "The server failed; its log says why, by the id of the request" + unsure}
}

// failed answers a request with the problem of an error.
func (s *Server) failed(w http.ResponseWriter, r *http.Request, err error) {
	about := of(r.Context())
	k := s.kindOf(r.Context(), err)
	about.problem = k.name
	if k.status == http.StatusInternalServerError {
		s.Log.WithFields(map[string]any{"request": about.id, "route": about.route, "error": about.without(err.Error())}).Error("request failed")
	}
	p := Problem{Type: "urn:furnisher:problem:" + k.name, Title: k.title, Status: k.status, Detail: k.detail, Instance: about.id}
	var wrong *mistakes
	if errors.As(err, &wrong) {
		p.Errors = &wrong.found
	}
	if refusal, is := errors.AsType[*rules.Refusal](err); is {
		p.Rule = &refusal.Rule
	}
	if why := reason(err); why != "" {
		p.Detail = about.without(why)
	}
	s.write(w, k.status, &p)
}

// badRequest answers a request that the generated code could not read. The check against the document comes before it, so it
// is rare; the error's text repeats what the request said.
func (s *Server) badRequest(w http.ResponseWriter, r *http.Request, _ error) {
	s.failed(w, r, &mistakes{found: []mistake{{"request", "form"}}})
}

func (s *Server) write(w http.ResponseWriter, status int, p *Problem) {
	text, err := json.Marshal(p)
	if err != nil {
		panic("serve: " + err.Error()) // texts and numbers can be marshalled
	}
	w.Header().Set("Content-Type", "application/problem+json")
	switch status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Bearer realm="furnisher"`)
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "1")
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "5")
	}
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // who asked has gone
}

// reason is what a rule or an operation says when it refuses a request; empty for other errors.
func reason(err error) string {
	if refusal, is := errors.AsType[*rules.Refusal](err); is {
		return sentence(refusal.Why)
	}
	for _, refused := range []error{servicing.ErrRefused, servicing.ErrInvalid, servicing.ErrBulkFile} {
		if errors.Is(err, refused) {
			_, why, _ := strings.Cut(err.Error(), refused.Error()+": ")
			return sentence(why)
		}
	}
	return ""
}

// sentence makes a sentence of a clause.
func sentence(clause string) string {
	if clause == "" {
		return ""
	}
	return strings.ToUpper(clause[:1]) + clause[1:] + "."
}

// shortest is the length from which a text tells something.
const shortest = 3

// without is a text without what the request said.
func (q *request) without(text string) string {
	said := slices.Clone(q.said)
	slices.SortFunc(said, func(x, y string) int { return len(y) - len(x) }) // one may be a part of another
	for _, value := range said {
		text = strings.ReplaceAll(text, value, "…")
		text = strings.ReplaceAll(text, strings.Trim(strconv.Quote(value), `"`), "…")
	}
	return text
}

// ownID is an id that a request may bring.
var ownID = regexp.MustCompile(`^[A-Za-z0-9._-]{16,64}$`)

// requestID is the id that a request brings, or a new one.
func requestID(brought string) string {
	if ownID.MatchString(brought) {
		return brought
	}
	return rand.Text()
}
