package main

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/spf13/pflag"

	"github.com/furnisher/furnisher/batch/serve/console"
	"github.com/furnisher/furnisher/batch/servicing"
)

// proxyFlags say how people reach the console, and how long they stay.
type proxyFlags struct {
	base, origin   string
	proxied        bool
	trusted        []string
	idle, lifetime time.Duration
}

func (p *proxyFlags) flags(f *pflag.FlagSet) {
	f.StringVar(&p.base, "base", "", "path under which a reverse proxy serves the console, like /furnisher")
	f.BoolVar(&p.proxied, "proxied", false, "people reach the console by HTTPS through a reverse proxy: cookies never go in clear")
	f.StringVar(&p.origin, "origin", "", "address by which people reach the console through a reverse proxy, like https://console.example.com")
	f.StringSliceVar(&p.trusted, "trusted-proxy", nil, "address of a reverse proxy, like 127.0.0.1/32, whose X-Forwarded-For says who asks")
	p.idle, p.lifetime = servicing.DefaultIdle, servicing.DefaultLifetime
	durationFlag(f, &p.idle, "idle", time.Minute, "how long a session of the console lasts without a request")
	durationFlag(f, &p.lifetime, "lifetime", time.Minute, "how long a session of the console lasts at most")
}

// prefixes are the addresses of trusted proxies.
func (p *proxyFlags) prefixes() ([]netip.Prefix, error) {
	var found []netip.Prefix
	for _, text := range p.trusted {
		prefix, err := netip.ParsePrefix(text)
		if err != nil || prefix != prefix.Masked() {
			return nil, &ending{err: fmt.Errorf("--trusted-proxy %q is no range of addresses", text), code: exitUsage, hint: "furnisher serve --trusted-proxy 127.0.0.1/32"}
		}
		found = append(found, prefix)
	}
	return found, nil
}

// provider is what the settings say of the provider that signs people in; nil: nothing.
func (a *app) provider() (*console.Provider, error) {
	p := &console.Provider{Issuer: a.getenv("FURNISHER_OIDC_ISSUER"), ClientID: a.getenv("FURNISHER_OIDC_CLIENT_ID")}
	if p.Issuer == "" {
		return nil, nil
	}
	path := a.getenv("FURNISHER_OIDC_CLIENT_SECRET")
	if path == "" {
		return nil, &ending{err: errors.New("FURNISHER_OIDC_CLIENT_SECRET names no file"), code: exitUsage, hint: "write the secret that the provider has given the console to a file of mode 0600"}
	}
	var err error
	if p.Secret, err = secretIn(path); err != nil {
		return nil, err
	}
	if p.Roles, err = console.ParseMapping(a.getenv("FURNISHER_OIDC_ROLES")); err != nil {
		return nil, &ending{err: err, code: exitUsage, hint: "FURNISHER_OIDC_ROLES=groups:admins=supervisor,staff=viewer"}
	}
	return p, nil
}
