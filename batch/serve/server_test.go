package serve_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch/serve"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// lists are the lists of the document that the rules have.
func lists() map[string][]string {
	return map[string][]string{
		"StopReason": rules.StopReasons(), "AccountStatus": texts(rules.Statuses()), "CaseType": texts(rules.CaseTypes()),
		"Disposition": texts(rules.Dispositions()), "DisputeKind": texts(rules.DisputeKinds()), "AssociationKind": texts(rules.AssociationKinds()),
		"CaseOutcome": outcomes(), "DisputeChannel": texts(rules.DisputeChannels()), "Bureau": rules.Bureaus(),
	}
}

func texts[T ~string](words []T) []string {
	all := make([]string, len(words))
	for i, word := range words {
		all[i] = string(word)
	}
	return all
}

// outcomes are those that a case of some type can have.
func outcomes() (all []string) {
	for _, t := range rules.CaseTypes() {
		for _, kind := range append([]rules.DisputeKind{""}, rules.DisputeKinds()...) {
			for _, outcome := range t.Outcomes(kind) {
				if !slices.Contains(all, string(outcome)) {
					all = append(all, string(outcome))
				}
			}
		}
	}
	slices.Sort(all)
	return all
}

// Without TLS nothing beyond this machine is served.
func TestConfig(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		config serve.Config
		good   bool
	}{
		{"nothing", serve.Config{}, true},
		{"this machine", serve.Config{Address: "127.0.0.9:0"}, true},
		{"this machine by IPv6", serve.Config{Address: "[::1]:0"}, true},
		{"this machine by name", serve.Config{Address: "localhost:0"}, true},
		{"every address", serve.Config{Address: ":8321"}, false},
		{"every address of IPv4", serve.Config{Address: "0.0.0.0:8321"}, false},
		{"an address of a network", serve.Config{Address: "10.0.0.5:8321"}, false},
		{"a name that may be any address", serve.Config{Address: "api.example:8321"}, false},
		{"no port", serve.Config{Address: "127.0.0.1"}, false},
		{"a network with TLS", serve.Config{Address: "10.0.0.5:8321", Cert: "c", Key: "k"}, true},
		{"half of TLS", serve.Config{Cert: "c"}, false},
		{"a negative rate", serve.Config{Rate: -1}, false},
	} {
		if _, err := serve.New(c.config); errors.Is(err, serve.ErrConfig) == c.good {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Stopped, the server answers what it took, over TLS too, and takes nothing more.
func TestRunEnds(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	cert, key, trusted := selfSigned(t)
	log := logrus.New()
	log.SetOutput(io.Discard)
	entered, leave := make(chan struct{}), make(chan struct{})
	server, err := serve.New(serve.Config{DB: db, Now: clock, Log: log, Address: "127.0.0.1:0", Cert: cert, Key: key, Desk: func(string) *servicing.Desk {
		close(entered)
		<-leave
		return &servicing.Desk{DB: db, Now: clock, Today: day("2026-06-02")}
	}})
	if err != nil {
		t.Fatal(err)
	}
	made, err := (&servicing.Desk{DB: db, Now: clock}).CreateToken(t.Context(), servicing.TokenRequest{
		Name: "x", Role: servicing.Operator, Expires: clock().Add(time.Hour), By: "ada", Why: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	at, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() { ended <- server.Run(ctx, func(a net.Addr) { at <- a }) }()
	address := "https://" + (<-at).String()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}}}
	status := make(chan int, 1)
	go func() {
		r, _ := http.NewRequest("POST", address+"/v1/loans/A1/cancel-servicing", nil)
		r.Header.Set("Authorization", "Bearer "+made.Secret)
		answer, err := client.Do(r)
		if err != nil {
			t.Error(err)
			status <- 0
			return
		}
		answer.Body.Close()
		status <- answer.StatusCode
	}()
	<-entered
	stop()
	for { // until the listener is closed
		if c, err := net.Dial("tcp", address[len("https://"):]); err != nil {
			break
		} else {
			c.Close()
		}
	}
	close(leave)
	if got := <-status; got != http.StatusNotFound {
		t.Errorf("the request under way: %d", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("end: %v", err)
	}
}

// A key that everybody on the machine can read serves nothing.
func TestOpenKey(t *testing.T) {
	t.Parallel()
	cert, key, _ := selfSigned(t)
	for mode, good := range map[os.FileMode]bool{0o644: false, 0o604: false, 0o602: false, 0o640: true, 0o600: true, 0o400: true} {
		if err := os.Chmod(key, mode); err != nil {
			t.Fatal(err)
		}
		log := logrus.New()
		log.SetOutput(io.Discard)
		server, err := serve.New(serve.Config{Now: clock, Log: log, Address: "127.0.0.1:0", Cert: cert, Key: key})
		if err != nil {
			t.Fatal(err)
		}
		ended, end := context.WithCancel(t.Context())
		end()
		if err := server.Run(ended, func(net.Addr) {}); errors.Is(err, serve.ErrConfig) == good || good && err != nil {
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
}

// selfSigned writes a certificate of 127.0.0.1 and its key.
func selfSigned(t *testing.T) (cert, key string, trusted *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, made, made, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	trusted = x509.NewCertPool()
	write := func(name, kind string, bytes []byte) string {
		text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes})
		trusted.AppendCertsFromPEM(text)
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", secret), trusted
}
