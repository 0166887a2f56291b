package console

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/furnisher/furnisher/batch/serve"
	"github.com/furnisher/furnisher/batch/servicing"
)

// Provider says which provider of the lender signs people in by OpenID Connect, and what they may do.
type Provider struct {
	Issuer           string // https://login.example.com
	ClientID, Secret string
	Roles            Mapping
}

// Mapping gives a role to members of groups: the first one that fits.
type Mapping struct {
	Claim  string // of the id token, with the groups
	Groups []Group
}

// Group is a group of the provider, and what its members may do.
type Group struct {
	Name string
	Role servicing.Role
}

// ParseMapping reads a mapping: "groups:book-admins=supervisor,book-desk=operator,staff=viewer".
func ParseMapping(text string) (m Mapping, err error) {
	claim, list, found := strings.Cut(text, ":")
	if !found || claim == "" {
		return m, fmt.Errorf("%w: the roles of the provider are like groups:admins=supervisor,staff=viewer", ErrConfig)
	}
	m.Claim = claim
	for entry := range strings.SplitSeq(list, ",") {
		i := strings.LastIndex(entry, "=")
		if i < 1 {
			return m, fmt.Errorf("%w: %q gives no role to a group", ErrConfig, entry)
		}
		g := Group{strings.TrimSpace(entry[:i]), servicing.Role(strings.TrimSpace(entry[i+1:]))}
		if g.Role == servicing.Examiner || !slices.Contains(servicing.Roles(), g.Role) {
			return m, fmt.Errorf("%w: a provider cannot give the role %q", ErrConfig, g.Role)
		}
		m.Groups = append(m.Groups, g)
	}
	return m, nil
}

// role is the role of somebody by the claims of a token; empty for none.
func (m Mapping) role(claims map[string]json.RawMessage) servicing.Role {
	var groups []string
	if raw := claims[m.Claim]; json.Unmarshal(raw, &groups) != nil {
		var one string
		if json.Unmarshal(raw, &one) == nil {
			groups = []string{one}
		}
	}
	for _, g := range m.Groups {
		for _, name := range groups {
			if name == g.Name {
				return g.Role
			}
		}
	}
	return ""
}

func (p *Provider) validate() error {
	u, err := url.Parse(p.Issuer)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && serve.Loopback(u.Hostname())):
		return fmt.Errorf("%w: the issuer of the provider is like https://login.example.com", ErrConfig)
	case p.ClientID == "" || p.Secret == "":
		return fmt.Errorf("%w: the provider needs the id and the secret of this client", ErrConfig)
	case len(p.Roles.Groups) == 0:
		return fmt.Errorf("%w: no group of the provider has a role", ErrConfig)
	}
	return nil
}

// providerTimeout bounds each question to the provider.
const providerTimeout = 10 * time.Second

// providing asks the provider. It is found when the first person comes: the console is served also while it is away.
type providing struct {
	Provider
	client *http.Client

	mu    sync.Mutex
	found *oidc.Provider
}

func newProviding(p *Provider) (*providing, error) {
	if p == nil {
		return nil, nil
	}
	if err := p.validate(); err != nil {
		return nil, err
	}
	return &providing{Provider: *p, client: &http.Client{Timeout: providerTimeout}}, nil
}

func (p *providing) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client)
}

// errProvider is what people read when the provider cannot be asked, or says something else than who signs in.
var errProvider = errors.New("the provider did not sign you in")

func (p *providing) find(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		found, err := oidc.NewProvider(p.context(ctx), p.Issuer)
		if err != nil {
			return nil, fmt.Errorf("%w: find it: %w", errProvider, err)
		}
		p.found = found
	}
	return p.found, nil
}

// providerRoutes are the routes of signing in by the provider, if there is one.
func (c *Console) providerRoutes() []route {
	if c.provider == nil {
		return nil
	}
	return []route{
		{"GET /sign-in/provider", anyone, c.toProvider},
		{"GET /sign-in/provider/answer", anyone, c.fromProvider},
	}
}

// client is this console as the provider knows it.
func (c *Console) client(r *http.Request, found *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: c.provider.ClientID, ClientSecret: c.provider.Secret, Endpoint: found.Endpoint(),
		RedirectURL: c.origin(r) + c.to("/sign-in/provider/answer"), Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}
}

// toProvider sends somebody to the provider. What comes back is held against the session that begins here.
func (c *Console) toProvider(w http.ResponseWriter, r *http.Request) error {
	if !c.doors.open(remote(r), c.Now()) {
		return c.showSignIn(w, r, http.StatusTooManyRequests, signInForm{After: "/", Failed: tooMany})
	}
	found, err := c.provider.find(r.Context())
	if err != nil {
		return c.notProvided(w, r, err)
	}
	state, once, verifier := newNonce(), newNonce(), oauth2.GenerateVerifier()
	for key, value := range map[string]string{"state": state, "once": once, "verifier": verifier, "after": within(r.URL.Query().Get("after"))} {
		c.sessions.Put(r.Context(), "provider-"+key, value)
	}
	http.Redirect(w, r, c.client(r, found).AuthCodeURL(state, oidc.Nonce(once), oauth2.S256ChallengeOption(verifier)), http.StatusSeeOther)
	return nil
}

// fromProvider takes what the provider says, once.
func (c *Console) fromProvider(w http.ResponseWriter, r *http.Request) error {
	said := map[string]string{}
	for _, key := range []string{"state", "once", "verifier", "after"} {
		said[key] = c.sessions.PopString(r.Context(), "provider-"+key)
	}
	q := r.URL.Query()
	if said["state"] == "" || subtle.ConstantTimeCompare([]byte(said["state"]), []byte(q.Get("state"))) != 1 {
		return c.notProvided(w, r, fmt.Errorf("%w: it answers a question that was not asked here", errProvider))
	}
	if iss := q.Get("iss"); iss != "" && iss != c.provider.Issuer {
		return c.notProvided(w, r, fmt.Errorf("%w: another issuer answers", errProvider))
	}
	if q.Get("error") != "" || q.Get("code") == "" {
		return c.notProvided(w, r, fmt.Errorf("%w: it says so", errProvider))
	}
	p, err := c.provided(r, q.Get("code"), said["verifier"], said["once"])
	if err != nil {
		return c.notProvided(w, r, err)
	}
	name, err := c.desk(r).SignInProvided(r.Context(), p)
	switch {
	case errors.Is(err, servicing.ErrSignIn), errors.Is(err, servicing.ErrInvalid), errors.Is(err, servicing.ErrRefused):
		return c.notProvided(w, r, fmt.Errorf("%w: %w", errProvider, err))
	case err != nil:
		return err
	}
	return c.signedInAs(w, r, name, said["after"])
}

// provided exchanges a code for the token that says who signs in, and holds the token against who asked.
func (c *Console) provided(r *http.Request, code, verifier, once string) (p servicing.Provided, err error) {
	ctx := c.provider.context(r.Context())
	found, err := c.provider.find(ctx)
	if err != nil {
		return p, err
	}
	answer, err := c.client(r, found).Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		var refused *oauth2.RetrieveError
		if errors.As(err, &refused) { // whose own text holds the whole answer
			err = fmt.Errorf("status %d", refused.Response.StatusCode)
		}
		return p, fmt.Errorf("%w: exchange the code: %w", errProvider, err)
	}
	text, _ := answer.Extra("id_token").(string)
	token, err := found.Verifier(&oidc.Config{ClientID: c.provider.ClientID, Now: c.Now}).Verify(ctx, text)
	if err != nil {
		return p, fmt.Errorf("%w: its token is not for us: %w", errProvider, err)
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(once)) != 1 {
		return p, fmt.Errorf("%w: its token is of another session", errProvider)
	}
	claims := map[string]json.RawMessage{}
	if err := token.Claims(&claims); err != nil {
		return p, fmt.Errorf("%w: its token has no claims", errProvider)
	}
	p = servicing.Provided{Subject: token.Issuer + " " + token.Subject, Role: c.provider.Roles.role(claims)}
	for _, claim := range []string{"preferred_username", "email"} {
		if p.Name == "" {
			_ = json.Unmarshal(claims[claim], &p.Name)
		}
	}
	if p.Role == "" {
		return p, fmt.Errorf("%w: no group of theirs has a role here", errProvider)
	}
	return p, nil
}

// notProvided says that the provider did not sign somebody in; why is for the log.
func (c *Console) notProvided(w http.ResponseWriter, r *http.Request, why error) error {
	c.noted(r).WithError(why).Warn("not signed in by the provider")
	return c.showSignIn(w, r, http.StatusUnprocessableEntity, signInForm{After: "/", Failed: "The provider did not sign you in, or you have no role here. Try again; then ask who runs this console: the log says why, by the id of the request."})
}
