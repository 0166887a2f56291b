package seal_test

import (
	"errors"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/furnisher/furnisher/batch/seal"
)

// Recipients are public keys alone; an error repeats nothing of what was given.
func TestParseRecipients(t *testing.T) {
	t.Parallel()
	one, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	public, secret := one.Recipient().String(), one.String()
	for text, want := range map[string]int{"": 0, " \n": 0, public: 1, public + " " + public: 2, public + "," + public: 2} {
		if r, err := seal.ParseRecipients(text); err != nil || r.Len() != want {
			t.Errorf("%d characters: %d recipients, %v, want %d", len(text), r.Len(), err, want)
		}
	}
	for _, text := range []string{secret, strings.ToLower(secret), public[:40], public + " x", "kim@example.com", "# " + public} {
		r, err := seal.ParseRecipients(text)
		if !errors.Is(err, seal.ErrRecipients) || r.Len() != 0 || strings.Contains(strings.ToUpper(err.Error()), secret[20:]) || strings.Contains(err.Error(), public[10:40]) {
			t.Errorf("%d characters: %d recipients, %v", len(text), r.Len(), err)
		}
	}
	if _, err := (seal.Recipients{}).Encrypt(nil); !errors.Is(err, seal.ErrRecipients) {
		t.Errorf("for nobody: %v", err)
	}
}
