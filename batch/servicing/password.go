package servicing

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// Bounds of a password.
const (
	shortestPassword = 12  // characters
	longestPassword  = 256 // bytes
)

// hardness is what a guess of a password costs: passes over memory. A hash says its own, so that it can be raised.
type hardness struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// today is the hardness of new passwords, the first one that OWASP recommends for argon2id.
var today = hardness{memory: 19 << 10, passes: 2, threads: 1}

// mostMemory bounds what a hash may ask for: a row of the table must not take the machine down.
const mostMemory = 1 << 20 // KiB

func checkPassword(name, password string) error {
	switch {
	case !utf8.ValidString(password) || utf8.RuneCountInString(password) < shortestPassword || len(password) > longestPassword:
		return invalid("a password has at least %d characters and at most %d bytes", shortestPassword, longestPassword)
	case strings.Contains(strings.ToLower(password), name):
		return invalid("the password holds the user's name")
	}
	return nil
}

// hashPassword is what is kept of a password.
func hashPassword(password string) string {
	var salt [16]byte
	_, _ = rand.Read(salt[:]) // it never fails
	return today.text(password, salt[:])
}

func (h hardness) text(password string, salt []byte) string {
	key := argon2.IDKey([]byte(password), salt, h.passes, h.memory, h.threads, 32)
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, h.passes, h.threads, encode(salt), encode(key))
}

// isPassword reports whether a hash is of a password. A hash that cannot be read is of none, and costs as much.
func isPassword(hash, password string) bool {
	var h hardness
	var version int
	head, key, _ := cutLast(hash)
	settings, salted, _ := cutLast(head)
	n, err := fmt.Sscanf(settings, "$argon2id$v=%d$m=%d,t=%d,p=%d", &version, &h.memory, &h.passes, &h.threads)
	salt, wrong := base64.RawStdEncoding.DecodeString(salted)
	if err != nil || n != 4 || wrong != nil || key == "" || version != argon2.Version || h.memory == 0 || h.memory > mostMemory || h.passes == 0 || h.threads == 0 {
		today.text(password, make([]byte, 16))
		return false
	}
	return subtle.ConstantTimeCompare([]byte(h.text(password, salt)), []byte(hash)) == 1
}

// cutLast cuts a text at its last dollar sign.
func cutLast(text string) (before, after string, found bool) {
	if i := strings.LastIndexByte(text, '$'); i >= 0 {
		return text[:i], text[i+1:], true
	}
	return text, "", false
}
