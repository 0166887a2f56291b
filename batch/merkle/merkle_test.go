package merkle_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/furnisher/furnisher/batch/merkle"
)

// leaves are so many leaves, each another.
func leaves(n int) []merkle.Hash {
	all := make([]merkle.Hash, n)
	for i := range all {
		all[i] = merkle.Leaf(fmt.Append(nil, "entry ", i))
	}
	return all
}

// each gives leaves one after the other.
func each(leaves []merkle.Hash) func() (merkle.Hash, error) {
	return func() (merkle.Hash, error) {
		leaf := leaves[0]
		leaves = leaves[1:]
		return leaf, nil
	}
}

// stored is a log as package tlog keeps it: the oracle.
func stored(t *testing.T, leaves []merkle.Hash) tlog.HashReaderFunc {
	var all []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		list := make([]tlog.Hash, len(indexes))
		for i, k := range indexes {
			list[i] = all[k]
		}
		return list, nil
	})
	for i, leaf := range leaves {
		more, err := tlog.StoredHashesForRecordHash(int64(i), leaf, read)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, more...)
	}
	return read
}

// Roots and proofs are those of RFC 6962, as another program makes and checks them, for logs of every size to 70.
func TestTree(t *testing.T) {
	for size := range 71 {
		all := leaves(size)
		oracle := stored(t, all)
		var tree merkle.Tree
		for i, leaf := range all {
			if i == size/2 { // a tree goes on from its peaks
				grown, err := merkle.Grown(tree.Size(), tree.Peaks())
				if err != nil {
					t.Fatal(err)
				}
				tree = grown
			}
			tree.Add(leaf)
		}
		want, err := tlog.TreeHash(int64(size), oracle)
		if err != nil || tree.Root() != want {
			t.Fatalf("root of %d entries: %s, want %s, %v", size, tree.Root(), want, err)
		}
		entries := make([]int64, size)
		for i := range entries {
			entries[i] = int64(i)
		}
		root, paths, err := merkle.Paths(int64(size), entries, each(all))
		if err != nil || root != want {
			t.Fatalf("%d entries: %s, %v", size, root, err)
		}
		for i, path := range paths {
			if err := tlog.CheckRecord(path, int64(size), want, int64(i), all[i]); err != nil {
				t.Errorf("entry %d of %d: %v", i, size, err)
			}
			if root, err := merkle.PathRoot(path, int64(i), int64(size), all[i]); err != nil || root != want {
				t.Errorf("entry %d of %d: the path leads to %s, %v", i, size, root, err)
			}
			if _, err := merkle.PathRoot(append(path, want), int64(i), int64(size), all[i]); !errors.Is(err, merkle.ErrProof) {
				t.Errorf("a path that is too long: %v", err)
			}
		}
	}
	if _, err := merkle.Grown(3, leaves(1)); err == nil {
		t.Error("a tree of three entries was made of one peak")
	}
}

// A row of a page is a leaf as all others are.
func TestRowLeaf(t *testing.T) {
	says := merkle.Digest([]byte("row"))
	if got, want := merkle.RowLeaf(258, says), merkle.Leaf(append([]byte{0, 0, 0, 0, 0, 0, 1, 2}, says[:]...)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A head is opened by the key that signed it, and by no other; every change of its text is seen.
func TestHead(t *testing.T) {
	dir := t.TempDir()
	key, err := merkle.CreateKey(filepath.Join(dir, "audit.key"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := merkle.CreateKey(filepath.Join(dir, "other.key"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := merkle.CreateKey(filepath.Join(dir, "audit.key")); !errors.Is(err, os.ErrExist) {
		t.Errorf("a key was replaced: %v", err)
	}
	if again, err := merkle.ReadKey(filepath.Join(dir, "audit.key")); err != nil || again.Public() != key.Public() {
		t.Errorf("the key read again: %v", err)
	}
	want := merkle.Head{Entries: 1, Root: leaves(1)[0], At: time.Date(2026, 9, 30, 23, 0, 0, 0, time.UTC)}
	signed, err := key.Sign(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := merkle.OpenHead(signed, key.Verifier()); err != nil || got != want {
		t.Errorf("opened %+v, %v", got, err)
	}
	if _, err := merkle.OpenHead(signed, other.Verifier()); !errors.Is(err, merkle.ErrHead) {
		t.Errorf("opened by another key: %v", err)
	}
	for i := range signed {
		changed := []byte(string(signed))
		changed[i] ^= 1
		if got, err := merkle.OpenHead(changed, key.Verifier()); err == nil && got != want {
			t.Errorf("byte %d changed: opened %+v", i, got)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "audit.key"), 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := merkle.ReadKey(filepath.Join(dir, "audit.key")); !errors.Is(err, merkle.ErrExposed) {
		t.Errorf("a key that others can read: %v", err)
	}
	if _, err := merkle.ReadKey(filepath.Join(dir, "none.key")); !errors.Is(err, merkle.ErrNoKey) {
		t.Errorf("no key: %v", err)
	}
}

// A proof of a row among a million has less than 1 KB, also where the row lies in a page; it is read again as it was written; a change
// of any character is refused, or proves the same.
func TestProof(t *testing.T) {
	const rows, page = 1_000_000, 2_000
	inPage := leaves(page)
	var rowLeaves []merkle.Hash
	for i, says := range inPage {
		rowLeaves = append(rowLeaves, merkle.RowLeaf(int64(996_765+i), says))
	}
	root, paths, err := merkle.Paths(page, []int64{1234}, each(rowLeaves))
	if err != nil {
		t.Fatal(err)
	}
	entry := merkle.Entry{Kind: "tradeline", A: 24, B: 998_000, Digest: root}
	p := merkle.Proof{Entry: entry, Number: 321, Size: rows / page, Page: &merkle.PageProof{Key: 997_999, Says: inPage[1234], Number: 1234, Size: page, Path: paths[0]}}
	var log []merkle.Hash
	for i := range p.Size {
		leaf := merkle.Entry{Kind: "tradeline", A: 24, B: i, Digest: root}.Leaf()
		if i == p.Number {
			leaf = entry.Leaf()
		}
		log = append(log, leaf)
	}
	logRoot, paths, err := merkle.Paths(p.Size, []int64{p.Number}, each(log))
	if err != nil {
		t.Fatal(err)
	}
	p.Path = paths[0]
	head := merkle.Head{Entries: p.Size, Root: logRoot}
	if err := p.Check(head); err != nil {
		t.Error(err)
	}
	text := p.Text()
	if len(text) >= 1024 {
		t.Errorf("the proof has %d bytes", len(text))
	}
	again, err := merkle.ParseProof(text)
	if err != nil || again.Text() != text || again.Check(head) != nil {
		t.Errorf("read again: %v", err)
	}
	for i := range text {
		changed := []byte(text)
		changed[i] ^= 1
		if bad, err := merkle.ParseProof(string(changed)); err == nil && bad.Check(head) == nil && // the size of a page may be another
			(bad.Page.Key != p.Page.Key || bad.Says() != p.Says() || bad.Entry != p.Entry || bad.Number != p.Number) {
			t.Errorf("character %d changed, and it proves something else", i)
		}
	}
}
