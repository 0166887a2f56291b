package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/merkle"
)

// Errors of this package that a caller branches on.
var (
	// ErrTampered: the record, or its log, is not what was signed.
	ErrTampered = errors.New("the record was changed after it was logged")
	// ErrOtherKey: another key has signed the heads of this book.
	ErrOtherKey = errors.New("another key has signed the heads of this book")
	// ErrNoRow: the log knows no such row.
	ErrNoRow = errors.New("the log has no such row")
)

// SignedHead is a head with its signature.
type SignedHead struct {
	merkle.Head
	Signed []byte
}

// headRow is a row of proof_head.
type headRow struct {
	Entries int64  `db:"entries"`
	Peaks   []byte `db:"peaks"`
	Signed  string `db:"signed"`
}

// Head signs what the log holds now, and keeps the head. What it returns is on disk, and so is all that it knows. With nothing new it
// is the last head again. It goes on from the last head: it never signs another past than that one.
//
// Errors to branch on: ErrOtherKey, ErrTampered.
func Head(ctx context.Context, db *sqlx.DB, key *merkle.Key, now time.Time) (head SignedHead, err error) {
	if _, err := bureau.ProveOlder(ctx, db); err != nil {
		return head, fmt.Errorf("log older tradelines: %w", err)
	}
	err = database.InDurableTx(ctx, db, func(tx *sqlx.Tx) (err error) {
		head, err = makeHead(ctx, tx, key, now)
		return err
	})
	if err != nil {
		return SignedHead{}, fmt.Errorf("sign a head: %w", err)
	}
	return head, nil
}

func makeHead(ctx context.Context, tx *sqlx.Tx, key *merkle.Key, now time.Time) (head SignedHead, err error) {
	if _, err := tx.ExecContext(ctx, headLock); err != nil {
		return head, err
	}
	var last headRow
	err = tx.GetContext(ctx, &last, headLast)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return head, err
	}
	var tree merkle.Tree
	known := err == nil
	if known {
		if head, tree, err = last.tree(key); err != nil {
			return head, err
		}
	}
	err = eachEntry(ctx, tx, tree.Size()-1, func(number int64, e merkle.Entry) error {
		if number != tree.Size() {
			return fmt.Errorf("%w: entry %d of the log is missing", ErrTampered, tree.Size())
		}
		tree.Add(e.Leaf())
		return nil
	})
	if err != nil || known && tree.Size() == head.Entries {
		return head, err
	}
	head.Head = merkle.Head{Entries: tree.Size(), Root: tree.Root(), At: now.UTC().Truncate(time.Second)}
	if head.Signed, err = key.Sign(head.Head); err != nil {
		return head, err
	}
	var peaks []byte
	for _, h := range tree.Peaks() {
		peaks = append(peaks, h[:]...)
	}
	if peaks == nil {
		peaks = []byte{}
	}
	_, err = tx.ExecContext(ctx, headAdd, head.Entries, peaks, string(head.Signed))
	return head, err
}

// tree is the tree of a kept head, if the key has signed it.
func (r *headRow) tree(key *merkle.Key) (head SignedHead, tree merkle.Tree, err error) {
	head.Signed = []byte(r.Signed)
	if head.Head, err = merkle.OpenHead(head.Signed, key.Verifier()); err != nil {
		return head, tree, fmt.Errorf("%w, or somebody changed the head of %d entries", ErrOtherKey, r.Entries)
	}
	var peaks []merkle.Hash
	for rest := r.Peaks; len(rest) >= len(merkle.Hash{}); rest = rest[len(merkle.Hash{}):] {
		peaks = append(peaks, merkle.Hash(rest[:len(merkle.Hash{})]))
	}
	tree, err = merkle.Grown(r.Entries, peaks)
	if err != nil || head.Entries != r.Entries || tree.Root() != head.Root {
		return head, tree, fmt.Errorf("%w: the kept head of %d entries is not the one that was signed", ErrTampered, r.Entries)
	}
	return head, tree, nil
}

// LastHead is the newest head that was given out, nil if none was.
func LastHead(ctx context.Context, db sqlx.QueryerContext) ([]byte, error) {
	var last headRow
	err := sqlx.GetContext(ctx, db, &last, headLast)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the newest head: %w", err)
	}
	return []byte(last.Signed), nil
}

// entryRow is a row of proof_entry.
type entryRow struct {
	number int64
	kind   string
	a, b   int64
	found  bool
	digest []byte
}

func (r *entryRow) places() []any {
	return []any{&r.number, &r.kind, &r.a, &r.b, &r.found, &r.digest}
}

func (r *entryRow) entry() merkle.Entry {
	e := merkle.Entry{Kind: r.kind, A: r.a, B: r.b, Found: r.found}
	copy(e.Digest[:], r.digest)
	return e
}

// eachEntry calls f with the entries after a number, in their order.
func eachEntry(ctx context.Context, tx *sqlx.Tx, after int64, f func(number int64, e merkle.Entry) error) error {
	err := database.Each(ctx, tx, (*entryRow).places, func(r *entryRow) error { return f(r.number, r.entry()) }, entryRead, after)
	if err != nil {
		return fmt.Errorf("read the log: %w", err)
	}
	return nil
}
