package serve

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
)

// What stands in X-Forwarded-For counts if a trusted proxy sent it, and as far as trusted proxies wrote it.
func TestClientOf(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		from    string
		headers []string
		want    string
	}{
		{"192.0.2.1:4000", nil, "192.0.2.1"},
		{"192.0.2.1:4000", []string{"203.0.113.7"}, "192.0.2.1"}, // nobody's proxy
		{"127.0.0.1:4000", []string{"203.0.113.7"}, "203.0.113.7"},
		{"127.0.0.1:4000", []string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7"}, // the first is what the client wrote
		{"127.0.0.1:4000", []string{"198.51.100.1", "203.0.113.7, 10.1.2.3"}, "203.0.113.7"},
		{"127.0.0.1:4000", []string{"10.1.2.3"}, "10.1.2.3"},
		{"127.0.0.1:4000", nil, "127.0.0.1"},
		{"127.0.0.1:4000", []string{"<script>"}, "127.0.0.1"},
		{"127.0.0.1:4000", []string{"203.0.113.7, x"}, "127.0.0.1"},
		{"[fd00::1]:4000", []string{"2001:db8::9"}, "2001:db8::9"},
		{"[::ffff:127.0.0.1]:4000", []string{"203.0.113.7"}, "203.0.113.7"},
		{"@", []string{"203.0.113.7"}, "unknown"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.from
		for _, h := range c.headers {
			r.Header.Add("X-Forwarded-For", h)
		}
		if got := clientOf(r, trusted); got != c.want {
			t.Errorf("from %s for %q: got %s, want %s", c.from, c.headers, got, c.want)
		}
	}
}

// The console is asked for its own addresses, also with a slash at the end, under the address of who asks; others are nobody's.
func TestRoutedToConsole(t *testing.T) {
	t.Parallel()
	var from string
	asked := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { from = r.RemoteAddr })
	s := &Server{Config: Config{Console: asked, Now: func() time.Time { return time.Unix(0, 0) }, Log: logrus.New(), TrustedProxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}}
	s.Log.SetLevel(logrus.PanicLevel)
	handler := s.logged(s.routed(http.NewServeMux()))
	for at, want := range map[string]string{"/": "203.0.113.7:0", "/furnisher/": "203.0.113.7:0", "/month": "203.0.113.7:0", "/a/../b": "", "/a//": "", "/./": "", "/v1/loans/": "", "/v1": ""} {
		from = ""
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path = at
		r.Header.Set("X-Forwarded-For", "203.0.113.7")
		handler.ServeHTTP(httptest.NewRecorder(), r)
		if from != want {
			t.Errorf("%s: the console is asked from %q, want %q", at, from, want)
		}
	}
}
