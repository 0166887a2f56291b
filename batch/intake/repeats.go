package intake

import (
	"hash/maphash"
	"math/bits"
)

// repeats remembers the keys of a file by 31 bits of their hashes: of one key in some hundred million that are new it
// says that it may have come before. That is looked at exactly, in the database; for all others no look is needed, which
// spares a sort of the whole file there.
type repeats struct {
	seed   maphash.Seed
	tables []tagTable // each of twice the size of the one before, which is full
	room   int        // tags for which there is memory beyond tables
	seen   uint32     // what look saw
}

// maxRepeats bounds the memory of the tags. Beyond some fifty million rows of a file each further one may have come before.
const maxRepeats = 256 << 20

// tagTable is a hash table of tags, 0 where there is none. It is not filled beyond three quarters.
type tagTable struct {
	tags []uint32
	free int
}

func newTagTable(size int) tagTable { return tagTable{make([]uint32, size), size - size/4} }

// newRepeats makes a table for a file of so many bytes, whose rows are often of 40 to 80.
func newRepeats(size int64) *repeats {
	f := &repeats{seed: maphash.MakeSeed(), room: maxRepeats / 4}
	f.grow(int(min(size/32, maxRepeats/4)) + 64)
	return f
}

// grow adds a table, as far as there is memory for it.
func (f *repeats) grow(size int) {
	size = min(size, f.room)
	f.room -= size
	if size > 0 {
		f.tables = append(f.tables, newTagTable(size))
	}
}

func (f *repeats) hash(key []byte) uint64 { return maphash.Bytes(f.seed, key) }

// look has the processor fetch the places of many keys at once. One after the other, each is waited for.
func (f *repeats) look(marks []mark) {
	for _, t := range f.tables {
		seen := f.seen
		for i := range marks {
			at, _ := bits.Mul64(marks[i].hash, uint64(len(t.tags)))
			seen ^= t.tags[at]
		}
		f.seen = seen
	}
}

// again reports whether the key of a hash may have come before, and remembers it.
func (f *repeats) again(hash uint64) bool {
	tag := uint32(hash) | 1
	last := &f.tables[len(f.tables)-1]
	if last.free == 0 {
		f.grow(2 * len(last.tags))
		last = &f.tables[len(f.tables)-1]
	}
	for i := range f.tables {
		t := &f.tables[i]
		at, known := t.find(hash, tag)
		switch {
		case known || (t == last && t.free == 0):
			return true
		case t == last:
			t.tags[at] = tag
			t.free--
		}
	}
	return false
}

// find returns the place of the tag, or the free place where it belongs.
func (t *tagTable) find(hash uint64, tag uint32) (at uint64, known bool) {
	at, _ = bits.Mul64(hash, uint64(len(t.tags)))
	for t.tags[at] != 0 {
		if t.tags[at] == tag {
			return at, true
		}
		if at++; at == uint64(len(t.tags)) {
			at = 0
		}
	}
	return at, false
}
