package console

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch/servicing"
)

// issuer is a provider on this machine: it signs in whom the test says, and checks what a client must prove.
type issuer struct {
	*httptest.Server
	t      *testing.T
	h      *house
	key    *rsa.PrivateKey
	asked  url.Values      // what the client asked last
	claims map[string]any  // of the next token, besides what belongs there
	signer *rsa.PrivateKey // another one than its own
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &issuer{t: t, key: key, signer: key}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, r *http.Request) {
		encode := base64.RawURLEncoding.EncodeToString
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": []any{map[string]any{
			"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1", "n": encode(p.key.N.Bytes()), "e": encode(big.NewInt(int64(p.key.E)).Bytes()),
		}}})
	})
	mux.HandleFunc("POST /token", p.token)
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

// token gives the token of the code, to the client that began with its verifier.
func (p *issuer) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	challenge := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if id != "console" || secret != "secret-of-the-client" || r.PostFormValue("code") != "a-code" || r.PostFormValue("redirect_uri") != p.asked.Get("redirect_uri") ||
		p.asked.Get("code_challenge_method") != "S256" || base64.RawURLEncoding.EncodeToString(challenge[:]) != p.asked.Get("code_challenge") {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	claims := map[string]any{
		"iss": p.URL, "aud": "console", "sub": "248289761001", "nonce": p.asked.Get("nonce"),
		"iat": p.h.now.Unix(), "exp": p.h.now.Add(time.Minute).Unix(),
	}
	for name, value := range p.claims {
		claims[name] = value
	}
	parts := []any{map[string]any{"alg": "RS256", "kid": "1"}, claims}
	var text []string
	for _, part := range parts {
		document, _ := json.Marshal(part)
		text = append(text, base64.RawURLEncoding.EncodeToString(document))
	}
	sum := sha256.Sum256([]byte(strings.Join(text, ".")))
	signature, err := rsa.SignPKCS1v15(rand.Reader, p.signer, crypto.SHA256, sum[:])
	if err != nil {
		p.t.Error(err)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": strings.Join(text, ".") + "." + base64.RawURLEncoding.EncodeToString(signature)})
}

// newProvidedHouse is a house with a provider beside its own users.
func newProvidedHouse(t *testing.T) (*house, *issuer, *strings.Builder) {
	p := newIssuer(t)
	said := &strings.Builder{}
	p.h = newHouse(t, func(c *Config) {
		roles, err := ParseMapping("groups:book admins=supervisor,desk=operator,staff=viewer")
		if err != nil {
			t.Fatal(err)
		}
		c.Provider = &Provider{Issuer: p.URL, ClientID: "console", Secret: "secret-of-the-client", Roles: roles}
		c.Log = logrus.New()
		c.Log.SetOutput(said)
	})
	return p.h, p, said
}

// goes sends a browser to the provider, which sends it back with a code.
func (b *browser) goes(p *issuer, change func(q url.Values)) answer {
	b.t.Helper()
	got := b.do("GET", "/sign-in/provider?after=%2Fprobe", nil)
	to, err := url.Parse(got.header.Get("Location"))
	if err != nil || got.status != 303 || !strings.HasPrefix(to.String(), p.URL+"/authorize?") {
		b.t.Fatalf("%d to %q", got.status, got.header.Get("Location"))
	}
	p.asked = to.Query()
	back := url.Values{"code": {"a-code"}, "state": {p.asked.Get("state")}, "iss": {p.URL}}
	if change != nil {
		change(back)
	}
	return b.do("GET", "/sign-in/provider/answer?"+back.Encode(), nil)
}

// The provider signs somebody in: the role is by groups, the name is that of the first time, a changed role ends the sessions, and who
// is ended here stays out. Users with a password are beside it.
func TestProvider(t *testing.T) {
	h, p, _ := newProvidedHouse(t)
	h.get("", "/sign-in?after=%2Fmonth").has(t, 200, `href="/sign-in/provider?after=%2fmonth"`)
	b := &browser{house: h}
	p.claims = map[string]any{"preferred_username": "Kim@example.com", "groups": []string{"everybody", "staff", "desk"}}
	before := b.cookie
	if got := b.goes(p, nil); got.status != 303 || got.header.Get("Location") != "/probe" {
		t.Fatalf("%d to %q: %s", got.status, got.header.Get("Location"), got.body)
	}
	if before == b.cookie || p.asked.Get("redirect_uri") != "http://example.com/sign-in/provider/answer" {
		t.Errorf("asked %v", p.asked)
	}
	b.in("kim@example.com operator")
	p.claims["preferred_username"], p.claims["groups"] = "lee", "staff"
	second := &browser{house: h}
	second.goes(p, nil)
	second.in("kim@example.com viewer")
	b.in("")
	var acts string
	if err := h.db.Get(&acts, `SELECT string_agg(concat_ws(' ', kind, about, who), ', ' ORDER BY act) FROM act`); err != nil ||
		acts != "CREATE_USER user kim@example.com, operator the provider, CHANGE_USER_ROLE user kim@example.com, operator to viewer the provider" {
		t.Errorf("acts %q, %v", acts, err)
	}
	if err := h.c.Desk("test").EndUser(t.Context(), "kim@example.com", "ada", "test"); err != nil {
		t.Fatal(err)
	}
	second.in("")
	second.goes(p, nil).has(t, 422, "The provider did not sign you in")
	second.in("")
	// Nobody signs in by the password that such a user does not have.
	b.signs("kim@example.com", "", "").has(t, 422)
	device := h.user("lee", servicing.Supervisor)
	p.claims["sub"] = "another"
	second.goes(p, nil).has(t, 422) // lee is somebody else's name
	local := &browser{house: h}
	local.signs("lee", password, h.code(device))
	local.in("lee supervisor")
	if err := h.c.Desk("test").SetPassword(t.Context(), "kim@example.com", password, "ada", "test"); err == nil {
		t.Error("a user of the provider has a password")
	}
}

// What is not the provider's answer to this session, once, signs nobody in, and the log holds no secret of it.
func TestProviderRefused(t *testing.T) {
	h, p, said := newProvidedHouse(t)
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	good := func() {
		p.claims, p.signer = map[string]any{"preferred_username": "kim", "groups": []string{"staff"}}, p.key
	}
	for name, c := range map[string]struct {
		claims map[string]any
		back   func(url.Values)
		signer *rsa.PrivateKey
	}{
		"another state":    {back: func(q url.Values) { q.Set("state", "guessed") }},
		"no state":         {back: func(q url.Values) { q.Del("state") }},
		"another issuer":   {back: func(q url.Values) { q.Set("iss", "https://evil.example") }},
		"an error":         {back: func(q url.Values) { q.Del("code"); q.Set("error", "access_denied") }},
		"another code":     {back: func(q url.Values) { q.Set("code", "b-code") }},
		"another nonce":    {claims: map[string]any{"nonce": "x"}},
		"another audience": {claims: map[string]any{"aud": "someone-else"}},
		"of an issuer":     {claims: map[string]any{"iss": "https://evil.example"}},
		"expired":          {claims: map[string]any{"exp": clock().Add(-time.Minute).Unix()}},
		"signed by others": {signer: stranger},
		"no group":         {claims: map[string]any{"groups": []string{"visitors"}}},
		"groups of no use": {claims: map[string]any{"groups": 7}},
		"no name":          {claims: map[string]any{"preferred_username": ""}},
		"a strange name":   {claims: map[string]any{"preferred_username": "<script>alert(1)</script>"}},
	} {
		good()
		for claim, value := range c.claims {
			p.claims[claim] = value
		}
		if c.signer != nil {
			p.signer = c.signer
		}
		b := &browser{house: h}
		if got := b.goes(p, c.back); got.status != 422 || strings.Contains(got.body, "<script>alert") {
			t.Errorf("%s: status %d", name, got.status)
		}
		b.in("")
		h.now = h.now.Add(time.Minute)
	}
	// The answer of one browser is nothing to another, and is taken once.
	good()
	victim, attacker := &browser{house: h}, &browser{house: h}
	attacker.do("GET", "/sign-in/provider", nil)
	victim.goes(p, func(q url.Values) {
		attacker.do("GET", "/sign-in/provider/answer?"+q.Encode(), nil).has(t, 422)
	})
	victim.in("kim viewer")
	attacker.in("")
	victim.do("GET", "/sign-in/provider/answer?code=a-code&state="+p.asked.Get("state"), nil).has(t, 422)
	for _, secret := range []string{"secret-of-the-client", "a-code", "b-code", p.asked.Get("state"), p.asked.Get("nonce"), "eyJ"} {
		if strings.Contains(said.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	var users int
	if err := h.db.Get(&users, `SELECT count(*) FROM console_user`); err != nil || users != 1 {
		t.Errorf("%d users: %v", users, err)
	}
	// While the provider is away, the page says so, and others sign in.
	p.Close()
	again := newHouse(t, func(c *Config) { c.Provider = &h.c.provider.Provider })
	again.get("", "/sign-in/provider").has(t, 422, "The provider did not sign you in")
	again.get("", "/sign-in").has(t, 200)
}

// What is asked of a provider is complete, and its roles are ours.
func TestProviderConfig(t *testing.T) {
	good := Provider{Issuer: "https://login.example.com", ClientID: "x", Secret: "y", Roles: Mapping{"groups", []Group{{"staff", servicing.Viewer}}}}
	for name, change := range map[string]func(*Provider){
		"in clear": func(p *Provider) { p.Issuer = "http://login.example.com" }, "no address": func(p *Provider) { p.Issuer = "login" },
		"no client": func(p *Provider) { p.ClientID = "" }, "no secret": func(p *Provider) { p.Secret = "" }, "no roles": func(p *Provider) { p.Roles = Mapping{} },
	} {
		p := good
		change(&p)
		if _, err := New(Config{Provider: &p}); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	for _, text := range []string{"", "groups", "groups:", ":a=viewer", "groups:a", "groups:=viewer", "groups:a=clerk", "groups:a=examiner", "groups:a=viewer,"} {
		if m, err := ParseMapping(text); err == nil {
			t.Errorf("%q is %v", text, m)
		}
	}
	if m, err := ParseMapping("roles:cn=a=viewer, b =operator"); err != nil || fmt.Sprint(m) != "{roles [{cn=a viewer} {b operator}]}" {
		t.Errorf("%v, %v", m, err)
	}
}
