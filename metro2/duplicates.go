package metro2

import "hash/maphash"

// accountSet remembers which accounts a file has held, as a keyed 16-byte hash
// and a record number each: no account number stays in memory, and two accounts
// would have to agree in 128 bits to be taken for one.
type accountSet struct {
	seeds [2]maphash.Seed
	seen  map[[2]uint64]uint32
	key   []byte
}

func newAccountSet() accountSet {
	return accountSet{
		seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		seen:  map[[2]uint64]uint32{},
	}
}

// add returns the number of the first record with the same identification and
// account number, or 0 when there was none.
func (s *accountSet) add(identification, account string, record int) (earlier int) {
	// No field holds a control character that was not reported, so the
	// separator keeps AB+C apart from A+BC.
	s.key = append(append(append(s.key[:0], identification...), 0), account...)
	hash := [2]uint64{maphash.Bytes(s.seeds[0], s.key), maphash.Bytes(s.seeds[1], s.key)}
	if first, ok := s.seen[hash]; ok {
		return int(first)
	}
	s.seen[hash] = uint32(record)
	return 0
}
