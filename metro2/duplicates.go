package metro2

import "hash/maphash"

// accountSet remembers which accounts a file has held, as a keyed hash and a
// record number each: no account number stays in memory.
type accountSet struct {
	seeds [2]maphash.Seed
	seen  table[seenAccount]
	text  []byte
}

// seenAccount is an account and where it was first. Halves of the hash keep it at
// 20 bytes.
type seenAccount struct {
	hash   [4]uint32
	record uint32
}

func (a *seenAccount) key() [2]uint64 {
	return [2]uint64{
		uint64(a.hash[0])<<32 | uint64(a.hash[1]),
		uint64(a.hash[2])<<32 | uint64(a.hash[3]),
	}
}

func newAccountSet() accountSet {
	return accountSet{
		seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		seen:  newTable((*seenAccount).key),
	}
}

// add returns the number of the first record with the same identification and
// account number, or 0 when there was none.
func (s *accountSet) add(identification, account string, record int) (earlier int) {
	// No field holds a control character that was not reported, so the
	// separator keeps AB+C apart from A+BC.
	s.text = append(append(append(s.text[:0], identification...), 0), account...)
	first, second := maphash.Bytes(s.seeds[0], s.text), maphash.Bytes(s.seeds[1], s.text)
	slot := s.seen.slot([2]uint64{first, second})
	if *slot != 0 {
		return int(s.seen.at(*slot).record)
	}
	s.seen.put(slot, &seenAccount{
		hash:   [4]uint32{uint32(first >> 32), uint32(first), uint32(second >> 32), uint32(second)},
		record: uint32(record),
	})
	return 0
}
