package servicing

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"
)

// Codes of a device by RFC 6238 as every authenticator makes them: SHA-1, six digits, a new one every 30 seconds.
const (
	codeSeconds = 30
	codeDigits  = 6
	secretBytes = 20
	// codeSlack is by how many steps the clock of a device may differ.
	codeSlack = 1
)

// newSecret makes the secret of a device.
func newSecret() []byte {
	secret := make([]byte, secretBytes)
	_, _ = rand.Read(secret) // it never fails
	return secret
}

// enrolment is the address by which a device takes a secret.
func enrolment(user string, secret []byte) string {
	q := url.Values{"secret": {base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)}, "issuer": {"furnisher"}}
	return "otpauth://totp/furnisher:" + url.PathEscape(user) + "?" + q.Encode()
}

// stepOf is the step of a time.
func stepOf(t time.Time) int64 { return t.Unix() / codeSeconds }

// codeAt is the code of a step (RFC 4226, section 5.3).
func codeAt(secret []byte, step int64, digits int) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step)
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	number := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	bound := uint32(1)
	for range digits {
		bound *= 10
	}
	return fmt.Sprintf("%0*d", digits, number%bound)
}

// takeCode is the step of a code, if it is one of now and later than the last that was taken.
func takeCode(secret []byte, code string, last int64, now time.Time) (step int64, ok bool) {
	for at := stepOf(now) - codeSlack; at <= stepOf(now)+codeSlack; at++ {
		if subtle.ConstantTimeCompare([]byte(codeAt(secret, at, codeDigits)), []byte(code)) == 1 && at > last {
			step, ok = at, true
		}
	}
	return step, ok
}
