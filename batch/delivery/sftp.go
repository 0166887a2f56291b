package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// Errors of a server that a person must see to.
var (
	// ErrHostKey: the server's host key is not the one that is known, or none is known.
	ErrHostKey = errors.New("the server's host key is not the known one")
	// ErrKeyRefused: the server does not take the user's key.
	ErrKeyRefused = errors.New("the server refused the key")
	// ErrOccupied: another file has the name there.
	ErrOccupied = errors.New("another file of that name is already there")
)

const (
	// silence is how long a server may say nothing while something is expected of it.
	silence = time.Minute
	// uploads bounds the pieces of a file that are under way at once.
	uploads = 64
)

// server is a folder on an SFTP server.
type server struct {
	line   *line
	ssh    *ssh.Client
	client *sftp.Client
	dir    string
	key    string
}

// line is a connection that ends when nothing moves on it for a time, or when its context does: neither library has a limit.
type line struct {
	net.Conn
	patience time.Duration
	timer    *time.Timer
	stop     func() bool
}

func newLine(ctx context.Context, conn net.Conn, patience time.Duration) *line {
	return &line{
		Conn: conn, patience: patience,
		timer: time.AfterFunc(patience, func() { _ = conn.Close() }),
		stop:  context.AfterFunc(ctx, func() { _ = conn.Close() }),
	}
}

func (l *line) moved(n int) {
	if n > 0 {
		l.timer.Reset(l.patience)
	}
}

func (l *line) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	l.moved(n)
	return n, err
}

func (l *line) Write(p []byte) (int, error) {
	n, err := l.Conn.Write(p)
	l.moved(n)
	return n, err
}

func (l *line) Close() error {
	l.timer.Stop()
	l.stop()
	return l.Conn.Close()
}

// connect opens the folder of an address on its server.
func (d *Deliverer) connect(ctx context.Context, a *Address) (*server, error) {
	signer, known, err := d.credentials(a)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: d.Patience}
	conn, err := dialer.DialContext(ctx, "tcp", a.url.Host)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	s := &server{line: newLine(ctx, conn, d.Patience), dir: a.url.Path}
	if err := s.begin(a, signer, known); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// credentials are the key of the user, and the host keys that are known.
func (d *Deliverer) credentials(a *Address) (ssh.Signer, ssh.HostKeyCallback, error) {
	signer, err := d.signer(a)
	if err != nil {
		return nil, nil, err
	}
	known, err := knownhosts.New(a.KnownHosts)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: read known_hosts: %w", ErrSettings, err)
	}
	return signer, known, nil
}

func (s *server) begin(a *Address, signer ssh.Signer, known ssh.HostKeyCallback) error {
	var refused error // of the host key
	config := &ssh.ClientConfig{
		User: a.url.User.Username(), Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)},
		HostKeyAlgorithms: algorithms(known, a.url.Host),
		HostKeyCallback: func(host string, remote net.Addr, key ssh.PublicKey) error {
			s.key = ssh.FingerprintSHA256(key)
			if err := known(host, remote, key); err != nil {
				refused = fmt.Errorf("%w: it showed %s %s, and %s knows %s", ErrHostKey, key.Type(), s.key, a.KnownHosts, wanted(err))
			}
			return refused
		},
	}
	conn, channels, requests, err := ssh.NewClientConn(s.line, a.url.Host, config)
	var network net.Error
	switch {
	case refused != nil:
		return refused
	case err != nil && s.key != "" && !errors.Is(err, io.EOF) && !errors.As(err, &network):
		return fmt.Errorf("%w of user %s: %w", ErrKeyRefused, config.User, err)
	case err != nil:
		return fmt.Errorf("connect: %w", err)
	}
	s.ssh = ssh.NewClient(conn, channels, requests)
	if s.client, err = sftp.NewClient(s.ssh); err != nil {
		return fmt.Errorf("open SFTP: %w", err)
	}
	return nil
}

// wanted says what is known of a host whose key is refused.
func wanted(err error) string {
	var key *knownhosts.KeyError
	if !errors.As(err, &key) {
		return "it as revoked"
	}
	if len(key.Want) == 0 {
		return "no key of the host"
	}
	return key.Want[0].Key.Type() + " " + ssh.FingerprintSHA256(key.Want[0].Key)
}

// algorithms are those of the keys that are known of a host: asked for any, the server could show one of another kind. Of an unknown
// host they are all.
func algorithms(known ssh.HostKeyCallback, host string) (names []string) {
	var none *knownhosts.KeyError
	if !errors.As(known(host, &net.TCPAddr{IP: net.IPv4zero}, noKey{}), &none) {
		return nil
	}
	for _, want := range none.Want {
		if kind := want.Key.Type(); kind == ssh.KeyAlgoRSA {
			names = append(names, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		} else {
			names = append(names, kind)
		}
	}
	return names
}

// noKey is a key that no host has: what is known of a host is said when it is refused.
type noKey struct{}

func (noKey) Type() string                        { return "none" }
func (noKey) Marshal() []byte                     { return []byte("none") }
func (noKey) Verify([]byte, *ssh.Signature) error { return ErrHostKey }

func (s *server) close() {
	_ = s.line.Close() // first: a server that says nothing keeps the others waiting
	if s.client != nil {
		_ = s.client.Close()
	}
	if s.ssh != nil {
		_ = s.ssh.Close()
	}
}

func (s *server) hostKey() string { return s.key }

func (s *server) in(name string) string { return path.Join(s.dir, name) }

func (s *server) size(name string) (int64, error) {
	info, err := s.client.Stat(s.in(name))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (s *server) open(name string) (io.ReadCloser, error) { return s.client.Open(s.in(name)) }

func (s *server) remove(name string) { _ = s.client.Remove(s.in(name)) }

func (s *server) put(ctx context.Context, p parcel, name, temporary string) (bool, error) {
	if err := s.write(ctx, p, temporary); err != nil {
		s.remove(temporary)
		return false, fmt.Errorf("upload %s: %w", s.in(temporary), err)
	}
	err := s.rename(temporary, name)
	if err == nil {
		return true, nil
	}
	said := refusal(err)
	if said {
		s.remove(temporary)
	}
	return !said, fmt.Errorf("rename %s to %s: %w", s.in(temporary), s.in(name), err)
}

func (s *server) write(ctx context.Context, p parcel, temporary string) error {
	from, err := os.Open(p.path)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := s.client.OpenFile(s.in(temporary), os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	brought := newSum()
	_, err = to.ReadFromWithConcurrency(io.TeeReader(&interruptible{ctx, from}, brought), uploads)
	if _, offered := s.client.HasExtension("fsync@openssh.com"); err == nil && offered {
		err = to.Sync()
	}
	if err := errors.Join(err, to.Close()); err != nil {
		return err
	}
	there, err := s.size(temporary)
	if err != nil {
		return err
	}
	return p.check(brought, there)
}

// rename never replaces a file: SFTP's own rename refuses where the name is taken. Some servers refuse it always; there the other one
// is used, which would replace, if nothing has the name.
func (s *server) rename(from, to string) error {
	err := s.client.Rename(s.in(from), s.in(to))
	if err == nil || !refusal(err) {
		return err
	}
	if _, missing := s.size(to); !errors.Is(missing, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", ErrOccupied, err)
	}
	if _, offered := s.client.HasExtension("posix-rename@openssh.com"); offered {
		return s.client.PosixRename(s.in(from), s.in(to))
	}
	return err
}

// refusal reports whether the server itself said no: it is known then that nothing was done.
func refusal(err error) bool {
	var status *sftp.StatusError
	return errors.As(err, &status) || errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrOccupied)
}
