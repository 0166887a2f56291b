package merkle

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a hash of the tree.
type Hash = tlog.Hash

// ErrProof: a proof does not prove what it says.
var ErrProof = errors.New("the proof does not hold")

// Leaf is the hash of an entry. No text's Leaf is the hash of two nodes.
func Leaf(entry []byte) Hash { return tlog.RecordHash(entry) }

// Tree is a Merkle tree that grows at its end. It keeps a hash for each complete subtree, of which there are few: its memory does not
// grow with the log. The zero Tree is empty.
type Tree struct {
	size  int64
	peaks []Hash // of the complete subtrees, the largest first
}

// Grown is the tree of so many entries that has these peaks.
func Grown(size int64, peaks []Hash) (Tree, error) {
	count := 0
	for n := size; n > 0; n >>= 1 {
		count += int(n & 1)
	}
	if size < 0 || count != len(peaks) {
		return Tree{}, fmt.Errorf("a tree of %d entries has %d complete subtrees, not %d", size, count, len(peaks))
	}
	return Tree{size, peaks}, nil
}

// Add adds an entry.
func (t *Tree) Add(leaf Hash) {
	for n := t.size; n&1 == 1; n >>= 1 {
		last := len(t.peaks) - 1
		leaf, t.peaks = tlog.NodeHash(t.peaks[last], leaf), t.peaks[:last]
	}
	t.peaks, t.size = append(t.peaks, leaf), t.size+1
}

// Size is the number of entries.
func (t *Tree) Size() int64 { return t.size }

// Peaks are the hashes of the complete subtrees, for Grown.
func (t *Tree) Peaks() []Hash { return t.peaks }

// Root is the hash of all entries; that of an empty tree is the hash of nothing.
func (t *Tree) Root() Hash {
	if t.size == 0 {
		empty, _ := tlog.TreeHash(0, nil) // reads nothing
		return empty
	}
	last := len(t.peaks) - 1
	root := t.peaks[last]
	for i := last - 1; i >= 0; i-- {
		root = tlog.NodeHash(t.peaks[i], root)
	}
	return root
}

// Paths are the proofs that entries are in a log: for each the hashes beside its way to the root, from below. next gives all leaves in
// their order, once.
func Paths(size int64, entries []int64, next func() (Hash, error)) (root Hash, paths [][]Hash, err error) {
	paths = make([][]Hash, len(entries))
	all := make([]int, len(entries))
	for i, entry := range entries {
		if entry < 0 || entry >= size {
			return root, nil, fmt.Errorf("entry %d is not in a log of %d", entry, size)
		}
		all[i] = i
	}
	if size == 0 {
		return (&Tree{}).Root(), paths, nil
	}
	var walk func(lo, hi int64, within []int) (Hash, error)
	walk = func(lo, hi int64, within []int) (Hash, error) {
		if hi-lo == 1 {
			return next()
		}
		middle := lo + half(hi-lo)
		var before, after []int
		for _, i := range within {
			if entries[i] < middle {
				before = append(before, i)
			} else {
				after = append(after, i)
			}
		}
		left, err := walk(lo, middle, before)
		if err != nil {
			return left, err
		}
		right, err := walk(middle, hi, after)
		if err != nil {
			return right, err
		}
		for _, i := range before {
			paths[i] = append(paths[i], right)
		}
		for _, i := range after {
			paths[i] = append(paths[i], left)
		}
		return tlog.NodeHash(left, right), nil
	}
	root, err = walk(0, size, all)
	return root, paths, err
}

// half is where RFC 6962 cuts a tree of several entries: the largest power of two below their number.
func half(size int64) int64 {
	n := int64(1)
	for n*2 < size {
		n *= 2
	}
	return n
}

// PathRoot is the root that a proof leads to: what a log has for its root if the leaf is its entry of that number.
func PathRoot(path []Hash, entry, size int64, leaf Hash) (Hash, error) {
	if entry < 0 || entry >= size {
		return Hash{}, fmt.Errorf("%w: entry %d is not in a log of %d", ErrProof, entry, size)
	}
	root, used, err := climb(path, entry, size, leaf)
	if err == nil && used != len(path) {
		err = fmt.Errorf("%w: it has %d hashes, and a log of %d entries needs %d", ErrProof, len(path), size, used)
	}
	return root, err
}

// climb is the root of a subtree from its leaf, and how many hashes of the path it took.
func climb(path []Hash, entry, size int64, leaf Hash) (Hash, int, error) {
	if size == 1 {
		return leaf, 0, nil
	}
	middle := half(size)
	left := entry < middle
	below, n := entry, middle
	if !left {
		below, n = entry-middle, size-middle
	}
	root, used, err := climb(path, below, n, leaf)
	if err != nil {
		return root, used, err
	}
	if used >= len(path) {
		return root, used, fmt.Errorf("%w: it has %d hashes, too few for a log of %d entries", ErrProof, len(path), size)
	}
	if left {
		return tlog.NodeHash(root, path[used]), used + 1, nil
	}
	return tlog.NodeHash(path[used], root), used + 1, nil
}
