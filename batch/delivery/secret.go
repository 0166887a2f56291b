package delivery

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/crypto/ssh"
)

// passphrase reads a passphrase: the first line of a file, or a variable of the environment; nil if neither is named.
func (d *Deliverer) passphrase(file, variable string) ([]byte, error) {
	switch {
	case file != "":
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("%w: read the passphrase: %w", ErrSettings, err)
		}
		line, _, _ := strings.Cut(string(text), "\n")
		return []byte(strings.TrimSuffix(line, "\r")), nil
	case variable != "":
		text := d.Getenv(variable)
		if text == "" {
			return nil, fmt.Errorf("%w: the environment has no passphrase in %s", ErrSettings, variable)
		}
		return []byte(text), nil
	}
	return nil, nil
}

// signer reads the private key of an address's user. Its errors say nothing of what the file holds.
func (d *Deliverer) signer(a *Address) (ssh.Signer, error) {
	text, err := os.ReadFile(a.Key)
	if err != nil {
		return nil, fmt.Errorf("%w: read the key: %w", ErrSettings, err)
	}
	secret, err := d.passphrase(a.KeyPassphraseFile, a.KeyPassphraseEnv)
	if err != nil {
		return nil, err
	}
	var signer ssh.Signer
	if secret == nil {
		signer, err = ssh.ParsePrivateKey(text)
	} else {
		signer, err = ssh.ParsePrivateKeyWithPassphrase(text, secret)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s is no private key that can be read with the passphrase given: %w", ErrSettings, a.Key, err)
	}
	return signer, nil
}
