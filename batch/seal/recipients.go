package seal

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
)

// ErrRecipients is returned by ParseRecipients.
var ErrRecipients = errors.New("not recipients of age")

// Recipients are who can open what is encrypted for an archive: the holders of the identities of any of them. The program has no
// identity, so it cannot. The zero value is nobody.
type Recipients struct{ all []age.Recipient }

// ParseRecipients reads public keys of age (age1...), separated by spaces or commas; none: nobody. An identity is refused: it would let
// this machine open what it encrypts. No error repeats what was given.
func ParseRecipients(text string) (Recipients, error) {
	var r Recipients
	for i, word := range strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' || c == '\t' || c == '\n' }) {
		if strings.HasPrefix(strings.ToUpper(word), "AGE-SECRET-KEY-") {
			return Recipients{}, fmt.Errorf("%w: the %d. is an identity, which opens archives: keep it elsewhere, and give its public key", ErrRecipients, i+1)
		}
		found, err := age.ParseRecipients(strings.NewReader(word))
		if err != nil || len(found) != 1 {
			return Recipients{}, fmt.Errorf("%w: the %d. is not a public key (age1...)", ErrRecipients, i+1)
		}
		r.all = append(r.all, found...)
	}
	return r, nil
}

// Len is how many they are.
func (r Recipients) Len() int { return len(r.all) }

// Encrypt encrypts what is written for them. It is whole when the writer was closed without an error.
func (r Recipients) Encrypt(to io.Writer) (io.WriteCloser, error) {
	if len(r.all) == 0 {
		return nil, fmt.Errorf("%w: there are none", ErrRecipients)
	}
	return age.Encrypt(to, r.all...)
}
