package intake

import (
	"hash/maphash"
	"math/bits"
)

// repeats remembers keys well enough to say of nearly every key that it is new: a Bloom filter of three
// bits a key. What it takes for known is looked at exactly, in the database; what it takes for new needs
// no look, which spares a sort of the whole file there.
type repeats struct {
	seed maphash.Seed
	bits []uint64
}

// maxRepeats bounds the memory of the filter: beyond a file of 5 GB it takes more new keys for known.
const maxRepeats = 256 << 20

// newRepeats makes a filter for a file of so many bytes. A row of 80 bytes has 32 bits, and one new key in
// a thousand is taken for known.
func newRepeats(size int64) *repeats {
	return &repeats{maphash.MakeSeed(), make([]uint64, min(size/20, maxRepeats)/8+64)}
}

// again reports whether the key may have come before, and remembers it.
func (f *repeats) again(key []byte) bool {
	hash := maphash.Bytes(f.seed, key)
	known := true
	for range 3 {
		word, _ := bits.Mul64(hash, uint64(len(f.bits)))
		bit := uint64(1) << (hash & 63)
		known = known && f.bits[word]&bit != 0
		f.bits[word] |= bit
		hash = hash*0x9e3779b97f4a7c15 + 0x7f4a7c159e3779b9
	}
	return known
}
