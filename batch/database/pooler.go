package database

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// openPooled opens a pool of connections to a pooler of transactions, as pgbouncer is.
//
// It asks for no search_path, because pgbouncer refuses what it cannot set on every session that it
// changes to; the role or the pooler has to set it, and that is checked. Parameters go out together with
// their statement (binary_parameters): in a round trip of its own a statement would be prepared in one
// session and executed in another.
func openPooled(ctx context.Context, database string) (*sqlx.DB, error) {
	database, err := WithSearchPath(database)
	if err != nil {
		return nil, err
	}
	config, err := pq.NewConfig(database)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadURL, withoutURL(err))
	}
	delete(config.Runtime, "search_path")
	config.BinaryParameters = true
	db, err := newPool(config)
	if err != nil {
		return nil, err
	}
	return firstUse(ctx, db)
}

// refusedByPooler reports whether a connection was refused for its search_path: a server takes it.
func refusedByPooler(err error) bool {
	refusal := pq.As(err, pqerror.ProtocolViolation)
	return refusal != nil && strings.HasPrefix(refusal.Message, "unsupported startup parameter")
}

// sessionRounds is how often checkSession asks. Once is enough where nobody else uses the pooler.
const sessionRounds = 3

// checkSession returns ErrPooler if connections do not keep their session of the server. Two that are open
// at once are in a session each and stay there; in a pool of transactions the second is given what the
// first has just left, or one that asks twice is given two.
func checkSession(ctx context.Context, db *sqlx.DB) (err error) {
	var conns [2]*sqlx.Conn
	for i := range conns {
		if conns[i], err = db.Connx(ctx); err != nil {
			return fmt.Errorf("%w: %w", ErrUnreachable, err)
		}
		defer conns[i].Close()
	}
	var sessions [2]int
	for range sessionRounds {
		for i := range 2 * len(conns) {
			var now int
			of := i / 2
			if err := conns[of].GetContext(ctx, &now, "SELECT pg_backend_pid()"); err != nil {
				return fmt.Errorf("%w: %w", ErrUnreachable, err)
			}
			if sessions[of] != 0 && sessions[of] != now {
				return ErrPooler
			}
			sessions[of] = now
		}
		if sessions[0] == sessions[1] {
			return ErrPooler
		}
	}
	return nil
}

// checkSame refuses a direct address of another database than the pooler's: locks taken there would lock
// nothing here. A lock of a key that nobody else has is taken on one way and looked for on the other.
func checkSame(ctx context.Context, database *Database) (err error) {
	var random [8]byte
	rand.Read(random[:]) //nolint:errcheck // it never fails
	key := int64(binary.BigEndian.Uint64(random[:]))
	conn, err := database.Direct.Connx(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", key); err != nil {
		return fmt.Errorf("compare DATABASE_URL and DATABASE_URL_DIRECT: %w", err)
	}
	defer func() {
		_, unlock := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", key)
		err = errors.Join(err, unlock)
	}()
	var same bool
	err = database.DB.GetContext(ctx, &same, `SELECT EXISTS (
		SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
		WHERE l.locktype = 'advisory' AND d.datname = current_database()
		  AND (CAST(l.classid AS bigint) << 32) | CAST(l.objid AS bigint) = $1)`, key)
	if err != nil {
		return fmt.Errorf("compare DATABASE_URL and DATABASE_URL_DIRECT: %w", err)
	}
	if !same {
		return fmt.Errorf("%w: DATABASE_URL_DIRECT is another database than DATABASE_URL", ErrBadURL)
	}
	return nil
}
