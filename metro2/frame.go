package metro2

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// NoLineEnd is the [Options] value for a file without any line ends.
const NoLineEnd = "none"

// BlockCount says what the trailer field "block count" (field 8) holds. The
// guide asks for it "if applicable", and readers disagree.
type BlockCount uint8

const (
	// BlocksAreRecords counts one block for each record, header and trailer
	// included.
	BlocksAreRecords BlockCount = iota
	// NoBlockCount writes zero.
	NoBlockCount
)

// Blocks says which records stand behind a block descriptor word, the four
// bytes with the length of all records of the block and of itself (FORMAT.md
// 1.3): binary in packed form, digits in character form.
type Blocks uint8

const (
	// UsualBlocks are none in character form and one for each record in packed
	// form.
	UsualBlocks Blocks = iota
	// NoBlocks writes no block descriptor words.
	NoBlocks
	// RecordBlocks gives each record, the trailer included, a block of its own.
	RecordBlocks
	// FullBlocks puts as many records into a block as it holds: 32,760 bytes in
	// packed form, 9,999 in character form, whose descriptor has four digits.
	FullBlocks
)

// Room is how many segments of each kind every record of a fixed-length file
// carries, used or not. J1 and J2 may repeat, of the others there is at most
// one.
type Room struct {
	J1, J2, K1, K2, K3, K4, L1, N1 int
}

// repeatableKinds of segments stand first in the order of the format: J1, J2.
const repeatableKinds = 2

// counts returns the numbers in the order of the format, that of segmentKinds.
func (r Room) counts() [8]int {
	return [...]int{r.J1, r.J2, r.K1, r.K2, r.K3, r.K4, r.L1, r.N1}
}

// Options say how a file is written. The zero value is the usual file:
// character form, records of variable length, no blocks, CR LF behind each.
type Options struct {
	// Form of all records.
	Form Form
	// LineEnd stands behind each record, the trailer included: "\r\n", "\n" or
	// [NoLineEnd]. When empty it is CR LF, and none in a file of blocks. A
	// packed file has none whatever is asked for, since its numbers may hold
	// any byte. No descriptor word counts it.
	LineEnd string
	// Blocks says which records stand behind a block descriptor word.
	Blocks Blocks
	// Fixed gives every record, header and trailer included, one length: that
	// of a base segment with the segments of Room. A segment that a record does
	// not need carries its identifier and blanks, the header and the trailer
	// end in blanks (FORMAT.md 1.2). A record that needs more is refused.
	Fixed bool
	// Room is what each record of a fixed-length file has place for.
	Room Room
	// BlockCount chooses the content of the trailer's block count.
	BlockCount BlockCount
}

func (o Options) lineEnd() (string, error) {
	switch o.LineEnd {
	case "\r\n", "\n":
		if o.Form == Packed {
			return "", nil
		}
		return o.LineEnd, nil
	case NoLineEnd:
		return "", nil
	case "":
		if o.Form == Packed || o.blockLimit() > 0 {
			return "", nil
		}
		return "\r\n", nil
	}
	return "", fmt.Errorf("metro2: line end %q is neither CR LF, LF nor none", o.LineEnd)
}

// Largest blocks, descriptor included.
const (
	maxCharacterBlock = 9999  // four digits
	maxPackedBlock    = 32760 // what mainframes allow
)

// blockLimit returns the size of the largest block, or 0 for a file without
// blocks.
func (o Options) blockLimit() int {
	switch {
	case o.Blocks == NoBlocks, o.Blocks == UsualBlocks && o.Form == Character:
		return 0
	case o.Form == Packed:
		return maxPackedBlock
	}
	return maxCharacterBlock
}

var (
	errNotFixed  = errors.New("metro2: room for segments is for records of fixed length")
	errRoom      = errors.New("metro2: room for fewer than no segments of a kind, or for more than one K, L or N")
	errRoomLarge = errors.New("metro2: room for more segments than a record holds")
)

// fixedLength returns the length of each record, or 0 when it is variable.
func (o Options) fixedLength() (int, error) {
	if !o.Fixed {
		if o.Room != (Room{}) {
			return 0, errNotFixed
		}
		return 0, nil
	}
	length := baseLayout.Size(o.Form)
	for i, n := range o.Room.counts() {
		if n < 0 || n > 1 && i >= repeatableKinds {
			return 0, errRoom
		}
		if n > maxPackedRecord { // before it is multiplied
			return 0, errRoomLarge
		}
		length += n * segmentKinds[i].size
	}
	if length > o.recordLimit() {
		return 0, errRoomLarge
	}
	return length, nil
}

func (o Options) recordLimit() int {
	limit := maxCharacterRecord
	if o.Form == Packed {
		limit = maxPackedRecord
	}
	if block := o.blockLimit(); block > 0 {
		limit = min(limit, block-4)
	}
	return limit
}

// framer puts encoded records one behind the other, with what stands around
// them in the file: block descriptors in front, line ends behind.
type framer struct {
	options Options
	lineEnd string
	length  int // of every record of a fixed-length file, else 0
	data    []byte
	block   int // where in data the last block begins
	size    int // of the last block, 0 when none is open
}

func newFramer(o Options) (framer, error) {
	lineEnd, err := o.lineEnd()
	if err != nil {
		return framer{}, err
	}
	length, err := o.fixedLength()
	return framer{options: o, lineEnd: lineEnd, length: length}, err
}

// frame appends one record. After an error nothing has changed.
func (f *framer) frame(appendTo func([]byte) ([]byte, error)) error {
	start := len(f.data)
	limit := f.options.blockLimit()
	joins := f.options.Blocks == FullBlocks && f.size > 0
	dst := f.data
	if limit > 0 && !joins {
		dst = append(dst, 0, 0, 0, 0)
	}
	record := len(dst)
	dst, err := appendTo(dst)
	size := len(dst) - record
	if err == nil && limit > 0 && size > limit-4 {
		err = &FieldError{Segment: baseLayout.name, Reason: reasonTooMany}
	}
	if err != nil {
		f.data = dst[:start]
		return err
	}
	if joins && f.size+size > limit {
		dst, joins = slices.Insert(dst, record, 0, 0, 0, 0), false
	}
	if !joins {
		f.block, f.size = start, 4
	}
	f.size += size
	if limit > 0 {
		f.putBlock(dst[f.block:])
	}
	f.data = append(dst, f.lineEnd...)
	return nil
}

func (f *framer) putBlock(dst []byte) {
	if f.options.Form == Packed {
		binary.BigEndian.PutUint16(dst, uint16(f.size))
		return
	}
	putDigits(dst[:4], uint64(f.size))
}

// settled returns how many bytes of data no further record changes: all but a
// block that has room left.
func (f *framer) settled() int {
	if f.options.Blocks == FullBlocks && f.size > 0 {
		return f.block
	}
	return len(f.data)
}

// drop takes the first n bytes away, once they are written.
func (f *framer) drop(n int) {
	f.data = f.data[:copy(f.data, f.data[n:])]
	if f.block -= n; f.block < 0 {
		f.block, f.size = 0, 0
	}
}

// appendRecord appends a data record, of fixed or variable length.
func (f *framer) appendRecord(dst []byte, rec *Record) ([]byte, error) {
	if !f.options.Fixed {
		return AppendRecord(dst, rec, f.options.Form)
	}
	return appendFixedRecord(dst, rec, f.options.Form, f.options.Room)
}

func (f *framer) appendHeader(dst []byte, h *Header) ([]byte, error) {
	n := len(dst)
	dst, err := AppendHeader(dst, h, f.options.Form)
	return f.pad(dst, n, err)
}

func (f *framer) appendTrailer(dst []byte, t *Trailer) ([]byte, error) {
	n := len(dst)
	dst, err := AppendTrailer(dst, t, f.options.Form)
	return f.pad(dst, n, err)
}

// pad fills a header or trailer that begins at n up to the fixed length.
func (f *framer) pad(dst []byte, n int, err error) ([]byte, error) {
	if err != nil || f.length == 0 {
		return dst, err
	}
	dst = appendBlanks(dst, n+f.length-len(dst))
	return dst, putRDW(dst[n:], f.options.Form)
}

// appendFixedRecord is [AppendRecord] with room for segments.
func appendFixedRecord(dst []byte, rec *Record, form Form, room Room) ([]byte, error) {
	n := len(dst)
	out, err := baseLayout.append(dst, &rec.Base, form, 0)
	for kind, places := range room.counts() {
		if err == nil {
			out, err = roomKinds[kind](out, rec, form, places)
		}
	}
	if err == nil {
		err = putRDW(out[n:], form)
	}
	if err != nil {
		return dst[:n], err
	}
	return out, nil
}

// roomKinds goes with segmentKinds.
var roomKinds = [...]func(dst []byte, rec *Record, form Form, places int) ([]byte, error){
	func(dst []byte, rec *Record, form Form, n int) ([]byte, error) {
		return appendRoom(dst, j1Layout, rec.J1, form, n)
	},
	func(dst []byte, rec *Record, form Form, n int) ([]byte, error) {
		return appendRoom(dst, j2Layout, rec.J2, form, n)
	},
	func(dst []byte, rec *Record, form Form, n int) ([]byte, error) {
		return appendRoom(dst, k1Layout, listOf(rec.K1), form, n)
	},
	func(dst []byte, rec *Record, form Form, n int) ([]byte, error) {
		return appendRoom(dst, k2Layout, listOf(rec.K2), form, n)
	},
	func(dst []byte, rec *Record, form Form, n int) ([]byte, error) {
		return appendRoom(dst, k3Layout, listOf(rec.K3), form, n)
	},
	func(dst []byte, rec *Record, form Form, n int) ([]byte, error) {
		return appendRoom(dst, k4Layout, listOf(rec.K4), form, n)
	},
	func(dst []byte, rec *Record, form Form, n int) ([]byte, error) {
		return appendRoom(dst, l1Layout, listOf(rec.L1), form, n)
	},
	func(dst []byte, rec *Record, form Form, n int) ([]byte, error) {
		return appendRoom(dst, n1Layout, listOf(rec.N1), form, n)
	},
}

func listOf[T any](segment *T) []T {
	if segment == nil {
		return nil
	}
	return []T{*segment}
}

// appendRoom appends segments and, for those that are missing, their identifier
// with blanks behind it.
func appendRoom[T any](dst []byte, l *Layout[T], segments []T, form Form, room int) (_ []byte, err error) {
	if len(segments) > room {
		return nil, &FieldError{Segment: l.name, Index: repeatIndex(l.name, room+1), Reason: reasonNoRoom}
	}
	for i := range segments {
		if dst, err = l.appendAfterBase(dst, &segments[i], form, repeatIndex(l.name, i+1)); err != nil {
			return nil, err
		}
	}
	for range room - len(segments) {
		n := len(dst)
		dst = appendBlanks(dst, l.Size(form))
		copy(dst[n:], l.fields[0].Fixed)
	}
	return dst, nil
}

// repeatIndex is the number of a segment of a kind that may repeat, else 0.
func repeatIndex(name string, i int) int {
	if name == j1Layout.name || name == j2Layout.name {
		return i
	}
	return 0
}

const reasonNoRoom = "has no room in the records of fixed length"
