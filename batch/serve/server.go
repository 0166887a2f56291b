package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/sirupsen/logrus"
	"golang.org/x/time/rate"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
)

// Config says how the API is served.
type Config struct {
	DB  *sqlx.DB
	Now func() time.Time // for time stamps, the ends of tokens and rates
	Log *logrus.Logger

	// Desk does operations for somebody at an address.
	Desk func(address string) *servicing.Desk

	// Away reports whether an error says that the database cannot be reached, or was lost.
	Away func(error) bool

	// What the API answers as commands do. Each returns a value that marshals to JSON.
	ExplainLoan   func(ctx context.Context, loan string, w inquiry.Which) (any, error)
	FileBalance   func(ctx context.Context, file int64) (any, error)         // inquiry.ErrNotFound: there is none
	Validate      func(file io.Reader) (any, error)                          // a Metro 2 file
	ExplainRecord func(file io.Reader, record int, unmask bool) (any, error) // of a Metro 2 file; ErrNoRecord

	// Console answers every address that is none of the API's; nil: there is no console.
	Console http.Handler

	// TrustedProxies are the addresses of reverse proxies whose X-Forwarded-For says who asks.
	TrustedProxies []netip.Prefix

	Address   string // host:port
	Cert, Key string // PEM files for TLS; both or none

	Rate           float64       // requests a second for each token; DefaultRate if 0
	Burst          int           // requests at once for each token; DefaultBurst if 0
	RequestTimeout time.Duration // from the last byte of a request to its answer; DefaultRequestTimeout if 0
	UploadTimeout  time.Duration // the same for an uploaded file, from its first byte; DefaultUploadTimeout if 0
	MaxBody        int64         // bytes of a body; DefaultMaxBody if 0
	MaxUpload      int64         // bytes of an uploaded file; DefaultMaxUpload if 0
}

// Defaults of Config.
const (
	DefaultAddress        = "127.0.0.1:8321"
	DefaultRate           = 100
	DefaultBurst          = 200
	DefaultRequestTimeout = 30 * time.Second
	DefaultUploadTimeout  = 10 * time.Minute
	DefaultMaxBody        = 1 << 20
	DefaultMaxUpload      = 1 << 30
)

// Bounds of a connection.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 32 << 10
)

// WithDefaults returns the configuration with defaults for what is not set.
func (c Config) WithDefaults() Config {
	fill(&c.Address, DefaultAddress)
	fill(&c.Rate, DefaultRate)
	fill(&c.Burst, DefaultBurst)
	fill(&c.RequestTimeout, DefaultRequestTimeout)
	fill(&c.UploadTimeout, DefaultUploadTimeout)
	fill(&c.MaxBody, DefaultMaxBody)
	fill(&c.MaxUpload, DefaultMaxUpload)
	return c
}

func fill[T comparable](value *T, byDefault T) {
	var zero T
	if *value == zero {
		*value = byDefault
	}
}

// ErrConfig is returned by New for a configuration that is refused.
var ErrConfig = errors.New("the API cannot be served so")

func (c Config) validate() error {
	host, _, err := net.SplitHostPort(c.Address)
	switch {
	case err != nil:
		return fmt.Errorf("%w: the address is not host:port", ErrConfig)
	case (c.Cert == "") != (c.Key == ""):
		return fmt.Errorf("%w: TLS needs both a certificate and a key", ErrConfig)
	case c.Cert == "" && !Loopback(host):
		return fmt.Errorf("%w: %q is not an address of this machine alone, and there is no TLS: tokens and answers could be read on the way", ErrConfig, c.Address)
	case c.Rate < 0 || c.Burst < 0 || c.RequestTimeout < 0 || c.UploadTimeout < 0 || c.MaxBody < 0 || c.MaxUpload < 0:
		return fmt.Errorf("%w: a bound is negative", ErrConfig)
	}
	return nil
}

// Loopback reports whether a host is this machine, and nobody else can reach it.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Server answers the API.
type Server struct {
	Config
	document *document
	handler  http.Handler

	mu    sync.Mutex
	rates map[string]*rate.Limiter // by the name of the token
}

// New returns a server of the configuration; ErrConfig if it is refused.
func New(c Config) (*Server, error) {
	c = c.WithDefaults()
	if err := c.validate(); err != nil {
		return nil, err
	}
	d, err := readDocument(documentText)
	if err != nil {
		return nil, err
	}
	s := &Server{Config: c, document: d, rates: map[string]*rate.Limiter{}}
	api := NewStrictHandlerWithOptions(&api{s}, nil, StrictHTTPServerOptions{RequestErrorHandlerFunc: s.badRequest, ResponseErrorHandlerFunc: s.failed})
	routes := http.NewServeMux()
	HandlerWithOptions(api, StdHTTPServerOptions{BaseRouter: guarded{routes, s}, ErrorHandlerFunc: s.badRequest})
	s.handler = s.logged(s.routed(routes))
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Run serves until ctx ends; then it takes no more requests, and returns when those that it took are answered. listening is told
// the address, which may be of a port that the system chose.
func (s *Server) Run(ctx context.Context, listening func(net.Addr)) error {
	settings, err := s.tls()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", s.Address)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	listening(listener.Addr())
	if settings != nil {
		listener = tls.NewListener(listener, settings)
	}
	complaints := s.Log.WriterLevel(logrus.DebugLevel) // broken handshakes and the like
	defer func() { _ = complaints.Close() }()
	server := &http.Server{
		Handler: s, MaxHeaderBytes: maxHeader, ErrorLog: log.New(complaints, "", 0),
		ReadHeaderTimeout: headerTimeout, ReadTimeout: s.RequestTimeout, WriteTimeout: 2 * s.RequestTimeout, IdleTimeout: idleTimeout,
		// A signal ends the taking of requests, not those that were taken.
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve the API: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*s.RequestTimeout)
	defer cancel()
	if err := server.Shutdown(last); err != nil {
		return errors.Join(fmt.Errorf("requests were cut off: %w", err), server.Close())
	}
	return nil
}

// tls reads certificate and key; nil without them.
func (s *Server) tls() (*tls.Config, error) {
	if s.Cert == "" {
		return nil, nil
	}
	info, err := os.Stat(s.Key)
	if err == nil && info.Mode().Perm()&0o007 != 0 && runtime.GOOS != "windows" { // whose files have no such mode
		err = fmt.Errorf("%s has mode %04o: everybody on this machine could read the key (chmod 640)", s.Key, info.Mode().Perm())
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	pair, err := tls.LoadX509KeyPair(s.Cert, s.Key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, NextProtos: []string{"http/1.1"}}, nil
}
