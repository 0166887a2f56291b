package metro2

// chunkSize is how many entries are allocated at once: a table that grows by
// chunks never holds an entry twice.
const chunkSize = 1 << 12

// table holds small entries, found by a hash of 128 bits: two keys would have to
// agree in all of them to be taken for one. Entries are numbered from 1 on; slots
// is an open-addressed index of these numbers. What a map would take for the same
// is more than twice as much.
type table[E any] struct {
	key    func(*E) [2]uint64
	slots  []uint32
	chunks [][]E
	count  uint32 // entries
	heads  uint32 // used slots
}

func newTable[E any](key func(*E) [2]uint64) table[E] {
	return table[E]{key: key, slots: make([]uint32, 1<<12)}
}

func (t *table[E]) at(number uint32) *E {
	return &t.chunks[(number-1)/chunkSize][(number-1)%chunkSize]
}

// slot returns where the number of the entry with a key stands, or 0 where it
// would stand. It is good until the next put.
func (t *table[E]) slot(key [2]uint64) *uint32 {
	mask := uint64(len(t.slots) - 1)
	for i := key[1] & mask; ; i = (i + 1) & mask {
		if n := &t.slots[i]; *n == 0 || t.key(t.at(*n)) == key {
			return n
		}
	}
}

// put adds an entry and lets the slot of its key say so, which forgets the entry
// that stood there unless the new one knows its number.
func (t *table[E]) put(slot *uint32, e *E) {
	if *slot == 0 {
		t.heads++
	}
	if int(t.count) == len(t.chunks)*chunkSize {
		t.chunks = append(t.chunks, make([]E, chunkSize))
	}
	t.count++
	*slot = t.count
	*t.at(t.count) = *e
	if int(t.heads) > len(t.slots)/4*3 {
		t.grow()
	}
}

// grow doubles the index.
func (t *table[E]) grow() {
	old := t.slots
	t.slots = make([]uint32, 2*len(old))
	for _, n := range old {
		if n != 0 {
			*t.slot(t.key(t.at(n))) = n
		}
	}
}

// clear forgets all entries and keeps their room.
func (t *table[E]) clear() {
	clear(t.slots)
	t.count, t.heads = 0, 0
}
