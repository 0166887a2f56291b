package localpg

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/lib/pq"
)

const (
	// socketPort names the socket's file; nothing listens on a port.
	socketPort = "5432"
	socketFile = ".s.PGSQL." + socketPort

	// socketPathLimit is what the address of a Unix socket holds on macOS; Linux holds four bytes more.
	socketPathLimit = 103
)

// socketFolder returns the folder of the server's socket: home/sock, or if clients could not use its path
// (too long, or with a comma, which separates hosts) a folder in /tmp. Not $TMPDIR: processes that
// differ in it must find the same folder.
func socketFolder(home string, a account) (string, error) {
	folder := filepath.Join(home, "sock")
	if len(filepath.Join(folder, socketFile)) > socketPathLimit || strings.Contains(folder, ",") {
		hash := sha256.Sum256([]byte(home))
		folder = fmt.Sprintf("/tmp/furnisher-pg-%d-%s", a.uid, hex.EncodeToString(hash[:6]))
	}
	switch err := os.Mkdir(folder, 0o700); {
	case err == nil:
		return folder, a.own(folder)
	case !errors.Is(err, os.ErrExist):
		return "", fmt.Errorf("make the folder of the socket: %w", err)
	}
	// Anybody may make folders in /tmp: one that is not ours would hand our clients to another server.
	info, err := os.Lstat(folder)
	if err != nil {
		return "", fmt.Errorf("check the folder of the socket: %w", err)
	}
	owner, _ := ownerOf(folder)
	if owner == 0 && a.drop { // another root process made it and is about to give it away
		return folder, a.own(folder)
	}
	if !info.IsDir() || owner != a.uid || info.Mode().Perm() != 0o700 {
		return "", fmt.Errorf("folder of the socket %q is not a folder of user id %d with mode 0700: remove it", folder, a.uid)
	}
	return folder, nil
}

// socketSetting is the value of unix_socket_directories: relative to the data where it can be, because a
// relative path needs no quoting and fits however long the whole one is.
func (s *Server) socketSetting() string {
	if s.sockets == filepath.Join(s.home, "sock") {
		return "../sock"
	}
	return s.sockets // of our own making: no quotes, commas or spaces
}

// socketURL is the address of a database behind a Unix socket. The port only names the socket's file; it
// is there because the environment may hold another one.
func socketURL(socketDir, database string) string {
	address := url.URL{Scheme: "postgres", User: url.User("furnisher"), Path: "/" + database}
	host := strings.ReplaceAll(url.QueryEscape(socketDir), "+", "%20") // a + is no space to psql
	address.RawQuery = "host=" + host + "&port=" + socketPort + "&sslmode=disable"
	return address.String()
}

// open opens connections to a database of the server. It connects nowhere yet.
func (s *Server) open(database string) (*sql.DB, error) {
	config, err := pq.NewConfig(s.URL(database))
	if err != nil {
		return nil, fmt.Errorf("read the address of the private server: %w", err)
	}
	config.Hostaddr = netip.Addr{} // from the environment it would send us elsewhere
	connector, err := pq.NewConnectorConfig(config)
	if err != nil {
		return nil, fmt.Errorf("read the address of the private server: %w", err)
	}
	return sql.OpenDB(connector), nil
}
