package serve

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientOf is the address of who asks. A reverse proxy that is trusted says in X-Forwarded-For for whom it asks: whatever stands there
// before the last address that is no trusted proxy's, anybody may have written.
func clientOf(r *http.Request, trusted []netip.Prefix) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return "unknown"
	}
	of := func(text string) (netip.Addr, bool) {
		at, err := netip.ParseAddr(text)
		at = at.Unmap().WithZone("")
		return at, err == nil && slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(at) })
	}
	if _, proxy := of(host); !proxy {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		at, proxy := of(strings.TrimSpace(hop))
		if !at.IsValid() {
			return host // the proxy says nothing, or nothing that is an address
		}
		if host = at.String(); !proxy {
			return host
		}
	}
	return host
}
