package fanout

import "testing"

// Without sslmode a connection is encrypted or there is none, as it is with the program's other connections.
func TestEncrypted(t *testing.T) {
	for _, c := range []struct {
		address          string
		encrypted, plain bool // whether such a connection is tried
	}{
		{"postgres://user@host/db", true, false},
		{"postgres://user@host/db?sslmode=require", true, false},
		{"host=host user=user dbname=db", true, false},
		{"postgres://user@host/db?sslmode=verify-full", true, false},
		{"postgres://user@host/db?sslmode=prefer", true, true},
		{"postgres://user@host/db?sslmode=disable", false, true},
		{"postgres://user@/db?host=/var/run/postgresql", false, true},
	} {
		config, err := parse(c.address)
		if err != nil {
			t.Errorf("%s: %v", c.address, err)
			continue
		}
		server := config.ConnConfig
		encrypted, plain := server.TLSConfig != nil, server.TLSConfig == nil
		for _, f := range server.Fallbacks {
			encrypted, plain = encrypted || f.TLSConfig != nil, plain || f.TLSConfig == nil
		}
		if encrypted != c.encrypted || plain != c.plain {
			t.Errorf("%s: encrypted %t, plain %t, want %t and %t", c.address, encrypted, plain, c.encrypted, c.plain)
		}
	}
}
