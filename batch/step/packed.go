package step

import (
	"cmp"
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"github.com/furnisher/furnisher/rules"
)

// packedVersion begins every packed ledger. A ledger of another version is packed anew.
const packedVersion = 1

// newLedger returns the ledger of entries and dues, which are ordered in place: the same ones in any order make the
// same ledger, those of one day too.
func newLedger(entries []rules.Entry, dues []rules.Due) rules.Ledger {
	slices.SortFunc(entries, func(a, b rules.Entry) int {
		return cmp.Or(cmp.Compare(a.Effective, b.Effective), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Amount, b.Amount), cmp.Compare(a.UndoneOn, b.UndoneOn))
	})
	return rules.NewLedger(entries, dues)
}

// pack writes a ledger of newLedger as bytes: the version, the number of entries, and for each its kind, amount, days
// since the entry before, and days until it was undone plus one; then the number of cycles, and for each its number,
// days since the cycle before and minimum due. All are varints but the kind.
func pack(l rules.Ledger) []byte {
	packed := append(make([]byte, 0, 8+8*len(l.Entries)+8*len(l.Dues)), packedVersion)
	packed = binary.AppendUvarint(packed, uint64(len(l.Entries)))
	var before rules.Date
	for _, e := range l.Entries {
		packed = append(packed, byte(e.Kind-1))
		packed = binary.AppendVarint(packed, int64(e.Amount))
		packed = binary.AppendVarint(packed, int64(e.Effective-before))
		undone := int64(0)
		if e.UndoneOn != 0 {
			undone = int64(e.UndoneOn-e.Effective) + 1
		}
		packed = binary.AppendVarint(packed, undone)
		before = e.Effective
	}
	packed = binary.AppendUvarint(packed, uint64(len(l.Dues)))
	before = 0
	for _, c := range l.Dues {
		packed = binary.AppendVarint(packed, int64(c.No))
		packed = binary.AppendVarint(packed, int64(c.DueOn-before))
		packed = binary.AppendVarint(packed, int64(c.MinimumDue))
		before = c.DueOn
	}
	return packed
}

var errPacked = errors.New("a packed ledger is damaged")

// unpack reads what pack wrote.
func unpack(packed []byte) (rules.Ledger, error) {
	if len(packed) == 0 || packed[0] != packedVersion {
		return rules.Ledger{}, errPacked
	}
	r := unpacker{rest: packed[1:]}
	l := rules.Ledger{Entries: make([]rules.Entry, r.count())}
	var before rules.Date
	for k := range l.Entries {
		e := &l.Entries[k]
		e.Kind = r.kind()
		e.Amount = rules.Cents(r.number())
		e.Effective = before + r.days()
		if undone := r.days(); undone != 0 {
			e.UndoneOn = e.Effective + undone - 1
		}
		before = e.Effective
	}
	l.Dues = make([]rules.Due, r.count())
	before = 0
	for k := range l.Dues {
		c := &l.Dues[k]
		c.No = int(r.number())
		c.DueOn = before + r.days()
		c.MinimumDue = rules.Cents(r.number())
		before = c.DueOn
	}
	if r.damaged || len(r.rest) != 0 {
		return rules.Ledger{}, errPacked
	}
	return l, nil
}

type unpacker struct {
	rest    []byte
	damaged bool
}

func (r *unpacker) number() int64 {
	n, size := binary.Varint(r.rest)
	r.skip(size)
	return n
}

// days reads how many days one date lies after another.
func (r *unpacker) days() rules.Date {
	n := r.number()
	if n < 0 || n > math.MaxInt32 {
		r.damaged = true
	}
	return rules.Date(n)
}

// count reads how many items follow: never more than there are bytes.
func (r *unpacker) count() int {
	n, size := binary.Uvarint(r.rest)
	r.skip(size)
	if n > uint64(len(r.rest)) {
		r.damaged = true
		return 0
	}
	return int(n)
}

func (r *unpacker) kind() rules.Kind {
	if len(r.rest) == 0 || !rules.Kind(r.rest[0]+1).Valid() {
		r.damaged = true
		return rules.Origination
	}
	kind := rules.Kind(r.rest[0] + 1)
	r.skip(1)
	return kind
}

func (r *unpacker) skip(size int) {
	if size <= 0 {
		r.rest, r.damaged = nil, true
		return
	}
	r.rest = r.rest[size:]
}
