package delivery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// hookPatience is how long a receiver may take to answer.
const hookPatience = 15 * time.Second

// Webhook is an address that messages are posted to, signed as https://www.standardwebhooks.com says: a receiver that knows the secret
// can tell that they are ours, and by their ids drops those that come twice.
type Webhook struct {
	address *url.URL
	sign    *standardwebhooks.Webhook // nil: without a signature
	client  *http.Client
}

// HookSettings say where a webhook is. At most one of the two says its secret; whsec_ and base64, or bare base64.
type HookSettings struct {
	URL        string
	SecretFile string
	Secret     string // from the environment; never from a flag
}

// NewWebhook reads the settings of a webhook. It returns ErrSettings, which never holds the address or the secret: tokens are
// often part of an address. Without a secret nothing is signed; where that must not be, the caller asks Signed.
func NewWebhook(s HookSettings) (*Webhook, error) {
	u, err := url.Parse(s.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("%w: the webhook is not an address as https://HOST/PATH", ErrSettings)
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return nil, fmt.Errorf("%w: the webhook is on another machine: only https is taken", ErrSettings)
	}
	w := &Webhook{address: u, client: &http.Client{
		Timeout:       hookPatience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	secret := s.Secret
	if s.SecretFile != "" {
		text, err := os.ReadFile(s.SecretFile)
		if err != nil {
			return nil, fmt.Errorf("%w: read the secret of the webhook: %w", ErrSettings, err)
		}
		secret = strings.TrimSpace(string(text))
	}
	if secret != "" {
		if w.sign, err = standardwebhooks.NewWebhook(secret); err != nil {
			return nil, fmt.Errorf("%w: the secret of the webhook is not base64 as in whsec_...", ErrSettings)
		}
	}
	return w, nil
}

// Signed reports whether the webhook has a secret.
func (w *Webhook) Signed() bool { return w.sign != nil }

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// answerError is an answer that is no success. The receiver is there, unless it says that it cannot work now.
type answerError struct{ status int }

func (e *answerError) Error() string {
	return fmt.Sprintf("the webhook answered %d %s", e.status, http.StatusText(e.status))
}

// away reports whether an error is of the receiver and not of the message: others would fare the same.
func away(err error) bool {
	var answer *answerError
	return !errors.As(err, &answer) || answer.status == http.StatusTooManyRequests || answer.status >= 500
}

// Post posts a message under its id. Only an answer of success (200, 202 and the like) returns nil. Its errors do not hold the address.
func (w *Webhook) Post(ctx context.Context, id string, body []byte, now time.Time) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.address.String(), bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%w: the webhook is not an address", ErrSettings)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "furnisher")
	request.Header.Set(standardwebhooks.HeaderWebhookID, id)
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	if w.sign != nil {
		signature, err := w.sign.Sign(id, now, body)
		if err != nil {
			return fmt.Errorf("sign the message: %w", err)
		}
		request.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	}
	answer, err := w.client.Do(request)
	if err != nil {
		var of *url.Error // its text holds the address
		if errors.As(err, &of) {
			err = of.Err
		}
		return fmt.Errorf("reach the webhook: %w", err)
	}
	defer answer.Body.Close()
	if _, err := io.CopyN(io.Discard, answer.Body, 64<<10); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the answer of the webhook: %w", err)
	}
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return &answerError{answer.StatusCode}
	}
	return nil
}
