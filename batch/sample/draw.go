package sample

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sort"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/seal"
	"github.com/furnisher/furnisher/metro2"
)

// Options say what is drawn.
type Options struct {
	Accounts int          // default 60
	Seed     int64        // the same file and seed draw the same accounts
	Keys     *seal.Keyset // of the book: social security numbers and birth dates are compared, too
}

// DefaultAccounts is how many accounts a sample has if nothing else is said; MaxAccounts bounds what is held in memory.
const (
	DefaultAccounts = 60
	MaxAccounts     = 10_000
)

// Errors that a caller tells apart.
var (
	// ErrNoFile: there is no such file, or it is still being made.
	ErrNoFile = errors.New("there is no such file")
	// ErrOtherBytes: the file in its place is not the one that was made.
	ErrOtherBytes = errors.New("the file is not the one that was made: its hash differs")
)

// Newest returns the newest file of each destination.
func Newest(ctx context.Context, db *sqlx.DB) (files []int64, err error) {
	err = db.SelectContext(ctx, &files, sampleNewest)
	return files, err
}

// Draw draws accounts from a file and derives their values anew.
func Draw(ctx context.Context, db *sqlx.DB, file int64, o Options) (*Sheet, error) {
	if o.Accounts <= 0 {
		o.Accounts = DefaultAccounts
	}
	o.Accounts = min(o.Accounts, MaxAccounts)
	var sheet *Sheet
	err := database.InSnapshot(ctx, db, func(tx *sqlx.Tx) (err error) {
		sheet, err = draw(ctx, tx, file, o)
		return err
	})
	return sheet, err
}

func draw(ctx context.Context, tx *sqlx.Tx, file int64, o Options) (*Sheet, error) {
	var f sourceFile
	if err := tx.GetContext(ctx, &f, sampleFile, file); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			return nil, ErrNoFile
		}
		return nil, fmt.Errorf("read file %d: %w", file, err)
	}
	p := picker{file: &f, seed: o.Seed, sizes: make([]int, len(strata))}
	if err := p.read(ctx, p.count); err != nil {
		return nil, err
	}
	p.wanted = allot(o.Accounts, p.sizes)
	p.picked = make([][]pick, len(strata))
	if err := p.read(ctx, p.pick); err != nil {
		return nil, err
	}
	sheet := newSheet(&p, o)
	for _, pick := range p.all() {
		if err := sheet.add(ctx, tx, &f, &pick, o.Keys); err != nil {
			return nil, fmt.Errorf("record %d: %w", pick.number, err)
		}
	}
	return sheet, nil
}

// picker goes through a file twice: once to count, once to pick. It holds no more records than are picked.
type picker struct {
	file   *sourceFile
	seed   int64
	sizes  []int // of the strata
	wanted []int
	picked [][]pick // by stratum, in the order of their lots
}

// pick is a record that was picked.
type pick struct {
	lot     [sha256.Size]byte
	number  int // of the record in the file
	stratum int
	record  metro2.Record
}

// read calls each for every record of the file, and holds that the file is the one that was made.
func (p *picker) read(ctx context.Context, each func(number int, r *metro2.Record)) (err error) {
	in, err := os.Open(p.file.Path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	hash := sha256.New()
	all := io.TeeReader(in, hash)
	reader := metro2.NewReader(all)
	for ctx.Err() == nil {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if item.Kind == metro2.KindData {
			each(item.RecordNo, item.Record)
		}
	}
	if _, err := io.Copy(io.Discard, all); err != nil {
		return err
	}
	if hex.EncodeToString(hash.Sum(nil)) != p.file.SHA256 {
		return ErrOtherBytes
	}
	return ctx.Err()
}

func (p *picker) count(_ int, r *metro2.Record) { p.sizes[stratumOf(r, p.file)]++ }

// pick keeps the records of the smallest lots: a lot is a hash of seed, file and account, so that the same seed draws the
// same accounts and nobody can choose them.
func (p *picker) pick(number int, r *metro2.Record) {
	i := stratumOf(r, p.file)
	list, lot := p.picked[i], p.lot(r.Base.AccountNumber)
	place := sort.Search(len(list), func(k int) bool { return bytes.Compare(list[k].lot[:], lot[:]) >= 0 })
	if place == p.wanted[i] {
		return
	}
	list = slices.Insert(list, place, pick{lot: lot, number: number, stratum: i, record: clone(r)})
	p.picked[i] = list[:min(len(list), p.wanted[i])]
}

func (p *picker) lot(account string) [sha256.Size]byte {
	text := binary.BigEndian.AppendUint64(nil, uint64(p.seed))
	text = append(append(text, p.file.SHA256...), account...)
	return sha256.Sum256(text)
}

// all are the picked records in the order of the file.
func (p *picker) all() []pick {
	all := slices.Concat(p.picked...)
	slices.SortFunc(all, func(x, y pick) int { return x.number - y.number })
	return all
}

// clone copies a record that the reader will use again.
func clone(r *metro2.Record) metro2.Record {
	c := *r
	c.J1, c.J2 = slices.Clone(r.J1), slices.Clone(r.J2)
	c.K1, c.K2, c.K3, c.K4, c.L1, c.N1 = copyOf(r.K1), copyOf(r.K2), copyOf(r.K3), copyOf(r.K4), copyOf(r.L1), copyOf(r.N1)
	return c
}

func copyOf[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}
