package seal

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Errors of this package. None tells a key or a value.
var (
	// ErrNoKeyset: there is no keyset where one is needed.
	ErrNoKeyset = errors.New("there is no keyset for personal data")
	// ErrKeyset: a keyset is not one.
	ErrKeyset = errors.New("the keyset cannot be read")
	// ErrExposed: a keyset file can be read by others than its owner.
	ErrExposed = errors.New("the keyset file can be read by others than its owner")
	// ErrSealed: a sealed value is damaged, stands in a place where it was not sealed, or is of a key that the keyset lacks.
	ErrSealed = errors.New("a sealed value does not open: it is damaged, or its key is missing")
)

// Overhead is how many bytes longer a sealed value is.
const Overhead = prefixBytes + nonceBytes + tagBytes

const (
	prefixBytes = 5 // a version and the id of the key
	nonceBytes  = 12
	tagBytes    = 16
)

// HashBytes is the length of a hash.
const HashBytes = 16

// Keyset holds the keys of a book. A nil one is no keyset: its methods return ErrNoKeyset. It may be used by many at once.
type Keyset struct {
	sealing, hashing *keyset.Handle
	aead             tink.AEAD
	prf              prf.PRF
	primary          uint32
}

// New makes a keyset with new keys.
func New() (*Keyset, error) {
	sealing, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	hashing, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return of(sealing, hashing)
}

// of makes a keyset of handles, and makes its primitives once: to find them for each value takes longer than to seal it.
func of(sealing, hashing *keyset.Handle) (*Keyset, error) {
	k := &Keyset{sealing: sealing, hashing: hashing}
	var err error
	if k.aead, err = aead.New(sealing); err != nil {
		return nil, fmt.Errorf("%w: its keys do not seal", ErrKeyset)
	}
	set, err := prf.NewPRFSet(hashing)
	if err != nil {
		return nil, fmt.Errorf("%w: its key does not hash", ErrKeyset)
	}
	k.prf = set.PRFs[set.PrimaryID]
	primary, err := sealing.Primary()
	if err != nil {
		return nil, fmt.Errorf("%w: it has no primary key", ErrKeyset)
	}
	k.primary = primary.KeyID()
	return k, nil
}

// Key is a key that seals.
type Key struct {
	ID      uint32
	Primary bool // it seals; all others only open
}

// Keys are the keys that seal, the oldest first.
func (k *Keyset) Keys() []Key {
	var keys []Key
	for i := range k.sealing.Len() {
		if entry, err := k.sealing.Entry(i); err == nil {
			keys = append(keys, Key{entry.KeyID(), entry.IsPrimary()})
		}
	}
	return keys
}

// Primary is the id of the key that seals.
func (k *Keyset) Primary() uint32 { return k.primary }

// KeyOf is the id of the key that sealed a value; false: it is not a sealed value.
func KeyOf(sealed []byte) (id uint32, ok bool) {
	if len(sealed) < Overhead || sealed[0] != 1 {
		return 0, false
	}
	return binary.BigEndian.Uint32(sealed[1:prefixBytes]), true
}

// Renewed is the keyset with a new key, which is the primary one. The old ones still open.
func (k *Keyset) Renewed() (*Keyset, error) {
	manager := keyset.NewManagerFromHandle(k.sealing)
	id, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err == nil {
		err = manager.SetPrimary(id)
	}
	if err != nil {
		return nil, fmt.Errorf("add a key: %w", err)
	}
	sealing, err := manager.Handle()
	if err != nil {
		return nil, fmt.Errorf("add a key: %w", err)
	}
	return of(sealing, k.hashing)
}

// Alone is the keyset with its primary key and those that are named, without all others.
func (k *Keyset) Alone(keep ...uint32) (*Keyset, error) {
	manager := keyset.NewManagerFromHandle(k.sealing)
	for _, key := range k.Keys() {
		if key.Primary || slices.Contains(keep, key.ID) {
			continue
		}
		if err := manager.Delete(key.ID); err != nil {
			return nil, fmt.Errorf("drop a key: %w", err)
		}
	}
	sealing, err := manager.Handle()
	if err != nil {
		return nil, fmt.Errorf("drop keys: %w", err)
	}
	return of(sealing, k.hashing)
}

// At is the place of a value, to which it is sealed: a column, and the key of its row.
func At(column, key string) []byte {
	return append(append(append(make([]byte, 0, len(column)+1+len(key)), column...), 0), key...)
}

// AtNumber is At for a row whose key is a number. It appends to dst, so that a loop over many rows needs no memory for each.
func AtNumber(dst []byte, column string, key int64) []byte {
	return binary.BigEndian.AppendUint64(append(append(dst, column...), 0), uint64(key))
}

// Seal encrypts a value for its place.
func (k *Keyset) Seal(value, place []byte) ([]byte, error) {
	if k == nil {
		return nil, ErrNoKeyset
	}
	return k.aead.Encrypt(value, place)
}

// Open is the value that Seal was given, if it was given for the same place. Any error is ErrNoKeyset or ErrSealed.
func (k *Keyset) Open(sealed, place []byte) ([]byte, error) {
	if k == nil {
		return nil, ErrNoKeyset
	}
	value, err := k.aead.Decrypt(sealed, place)
	if err != nil {
		return nil, ErrSealed // what the library says depends on where it failed
	}
	return value, nil
}

// Hash is a keyed hash of a value for an area: the same for the same value and area. Without the key nobody can try values.
func (k *Keyset) Hash(value, area []byte) ([]byte, error) {
	if k == nil {
		return nil, ErrNoKeyset
	}
	text := append(binary.AppendUvarint(make([]byte, 0, 2+len(area)+len(value)), uint64(len(area))), area...)
	return k.prf.ComputePRF(append(text, value...), HashBytes)
}

// Name tells keysets of different books apart: it is the same for a keyset and those that were made of it.
func (k *Keyset) Name() ([]byte, error) { return k.Hash(nil, []byte("keyset")) }

// written is a keyset as it is kept: two keysets of package tink.
type written struct {
	Seal json.RawMessage `json:"seal"`
	Hash json.RawMessage `json:"hash"`
}

// Parse reads a keyset from what Text wrote.
func Parse(text []byte) (*Keyset, error) {
	var w written
	if err := json.Unmarshal(text, &w); err != nil {
		return nil, fmt.Errorf("%w: it is not JSON with the keysets seal and hash", ErrKeyset)
	}
	sealing, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(w.Seal)))
	if err != nil {
		return nil, fmt.Errorf("%w: its part seal is not a keyset", ErrKeyset)
	}
	hashing, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(w.Hash)))
	if err != nil {
		return nil, fmt.Errorf("%w: its part hash is not a keyset", ErrKeyset)
	}
	return of(sealing, hashing)
}

// Text is the keyset in clear, for Parse: whoever has it can open what is sealed.
func (k *Keyset) Text() ([]byte, error) {
	if k == nil {
		return nil, ErrNoKeyset
	}
	var sealing, hashing bytes.Buffer
	if err := insecurecleartextkeyset.Write(k.sealing, keyset.NewJSONWriter(&sealing)); err != nil {
		return nil, fmt.Errorf("write the keyset: %w", err)
	}
	if err := insecurecleartextkeyset.Write(k.hashing, keyset.NewJSONWriter(&hashing)); err != nil {
		return nil, fmt.Errorf("write the keyset: %w", err)
	}
	text, err := json.MarshalIndent(written{sealing.Bytes(), hashing.Bytes()}, "", "  ")
	return append(text, '\n'), err
}
