package servicing

import (
	"testing"
	"time"

	"github.com/furnisher/furnisher/fixtures/authenticator"
)

// The test vectors of RFC 6238, appendix B, for SHA-1.
func TestCodeAt(t *testing.T) {
	t.Parallel()
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := codeAt(secret, stepOf(time.Unix(at, 0)), 8); got != want {
			t.Errorf("at %d: got %s, want %s", at, got, want)
		}
	}
}

// A code is taken if a clock differs by a step, and once; a device that took the address shows it.
func TestTakeCode(t *testing.T) {
	t.Parallel()
	secret, now := newSecret(), time.Date(2026, 11, 1, 9, 0, 10, 0, time.UTC)
	for seconds, want := range map[int]bool{-60: false, -30: true, 0: true, 30: true, 60: false} {
		code, err := authenticator.Code(enrolment("kim@example.com", secret), now.Add(time.Duration(seconds)*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		step, ok := takeCode(secret, code, 0, now)
		if ok != want {
			t.Errorf("a code of %d seconds: %v", seconds, ok)
		}
		if ok {
			if _, again := takeCode(secret, code, step, now); again {
				t.Errorf("a code of %d seconds is taken twice", seconds)
			}
		}
	}
	if _, ok := takeCode(secret, "", 0, now); ok {
		t.Error("no code is one")
	}
}

// A hash is of its password alone, says what a guess costs, and what is no hash, or asks for too much, is of none.
func TestPassword(t *testing.T) {
	t.Parallel()
	hash, again := hashPassword("correct horse battery"), hashPassword("correct horse battery")
	if hash == again || !isPassword(hash, "correct horse battery") || isPassword(hash, "correct horse batterz") {
		t.Errorf("%s", hash)
	}
	salt := make([]byte, 16)
	if harder := (hardness{memory: 64, passes: 3, threads: 2}).text("correct horse battery", salt); !isPassword(harder, "correct horse battery") {
		t.Error("a hash of another hardness is not understood")
	}
	for _, broken := range []string{"", "x", "$argon2id$v=19$m=19456,t=2,p=1$$", "$argon2id$v=19$m=99999999,t=2,p=1$AAAA$AAAA", "$argon2id$v=19$m=64,t=0,p=1$AAAA$AAAA", "$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA"} {
		if isPassword(broken, "") || isPassword(broken, "correct horse battery") {
			t.Errorf("%q is taken", broken)
		}
	}
}
