package book

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/furnisher/furnisher/batch/seal"
)

// A packed row is its version, the length of what is sealed in four bytes, the consumers, sealed as one value, and all else. A
// loan without consumers has nothing sealed.
const (
	packedHead    = 5
	packedColumn  = "account.facts"
	personalBytes = 512 // room for the consumers of most loans
)

// pack is the row of a loan's facts.
func (v Vault) pack(f *Facts) ([]byte, error) {
	if len(f.Consumers) == 0 {
		return joinPacked(nil, f), nil
	}
	sealed, err := v.Keys.Seal(f.appendPersonal(make([]byte, 0, personalBytes)), packedPlace(f.Loan))
	if err != nil {
		return nil, err
	}
	return joinPacked(sealed, f), nil
}

// unpack reads what pack wrote into the facts of the same loan.
func (v Vault) unpack(f *Facts, row []byte) error {
	sealed, open, err := splitPacked(row)
	if err != nil {
		return err
	}
	if err := f.readOpen(open); err != nil {
		return err
	}
	if len(sealed) == 0 {
		f.Consumers = f.Consumers[:0]
		return nil
	}
	personal, err := v.Keys.Open(sealed, packedPlace(f.Loan))
	if err != nil {
		return err
	}
	return f.readPersonal(personal)
}

func packedPlace(loan int64) []byte {
	return seal.AtNumber(make([]byte, 0, len(packedColumn)+9), packedColumn, loan)
}

// joinPacked is a row of sealed consumers and all else of a loan's facts.
func joinPacked(sealed []byte, f *Facts) []byte {
	return f.appendOpen(packedHeadOf(sealed))
}

// packedHeadOf is the beginning of a row: all but what is open of a loan's facts.
func packedHeadOf(sealed []byte) []byte {
	row := make([]byte, 0, 2*personalBytes+len(sealed))
	return append(binary.BigEndian.AppendUint32(append(row, packedVersion), uint32(len(sealed))), sealed...)
}

// splitPacked are the parts of a row.
func splitPacked(row []byte) (sealed, open []byte, err error) {
	if len(row) < packedHead || row[0] != packedVersion {
		return nil, nil, errPacked
	}
	n := binary.BigEndian.Uint32(row[1:])
	if n > math.MaxInt32 || int(n) > len(row)-packedHead {
		return nil, nil, errPacked
	}
	return row[packedHead : packedHead+n], row[packedHead+n:], nil
}

// same reports whether two loans have the same facts: a sealed row is another one each time.
func (f *Facts) same(o *Facts) bool {
	return bytes.Equal(f.appendPersonal(f.appendOpen(nil)), o.appendPersonal(o.appendOpen(nil)))
}
