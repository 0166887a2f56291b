package metro2

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// framing says how records are told apart.
type framing uint8

const (
	byRDW   framing = iota // each begins with its length
	byLine                 // each is a line
	byBlock                // by length, in blocks that begin with theirs
)

// minRecord is the shortest thing that can be told to be a record.
const minRecord = 12

// detect looks at the first record, and one beyond it, to see what kind of file
// this is. See the notes of [Reader].
func (r *Reader) detect() error {
	head, err := r.in.Peek(maxCharacterRecord + 64)
	if len(head) == 0 {
		if err == nil || errors.Is(err, io.EOF) {
			return io.EOF
		}
		return err
	}
	r.started = true
	rdwAt := 0
	switch {
	case r.headerAt(head, 4):
	case r.headerAt(head, 8):
		r.framing, rdwAt = byBlock, 4
	case r.headerAt(head, 0):
		r.noRDW = true
	default:
		r.ebcdic = head[0] >= 0xf0 && head[0] <= 0xf9
	}
	if len(head) >= rdwAt+4 && !r.noRDW && head[rdwAt+2] == 0 && head[rdwAt+3] == 0 {
		r.form = Packed
		return nil
	}
	if r.framing == byRDW && r.hasLines(head) {
		r.framing = byLine
	}
	return nil
}

// headerAt finds the header identifier, and with it the character set.
func (r *Reader) headerAt(head []byte, at int) bool {
	if len(head) < at+6 {
		return false
	}
	id := head[at : at+6]
	r.ebcdic = string(id) == "\xc8\xc5\xc1\xc4\xc5\xd9"
	return r.ebcdic || string(id) == "HEADER"
}

// hasLines decides whether records are lines. A line end right behind the first
// record says so; one elsewhere says so too, unless another record follows the
// first one without it.
func (r *Reader) hasLines(head []byte) bool {
	at := -1
	ends := []byte{'\n', '\r'}
	if r.ebcdic {
		ends = []byte{0x15, 0x25, 0x0d}
	}
	for _, c := range ends {
		if at = bytes.IndexByte(head, c); at >= 0 {
			r.lineEnd = c
			break
		}
	}
	if at < 0 {
		return false
	}
	first := at
	if first > 0 && head[first-1] == '\r' {
		first--
	}
	length, ok := r.digitsRDW(head)
	if r.noRDW {
		length, ok = headerLayout.Size(Character)-4, true
	}
	if !ok || length < minRecord || first <= length || length+minRecord > len(head) {
		return true
	}
	return !r.recordBegins(head[length:])
}

// recordBegins reports whether a data record or trailer seems to begin here.
func (r *Reader) recordBegins(data []byte) bool {
	if len(data) < minRecord {
		return false
	}
	var start [11]byte
	for i := range start {
		start[i] = r.ascii(data[i])
	}
	if r.noRDW {
		return start[0] == '1' || hasPrefix(start[:], "TRAILER")
	}
	_, ok := parseFew(start[:4])
	return ok && (start[4] == '1' || hasPrefix(start[4:], "TRAILER") || hasPrefix(start[4:], "HEADER"))
}

func (r *Reader) ascii(c byte) byte {
	if r.ebcdic {
		return fromEBCDIC[c]
	}
	return c
}

// digitsRDW reads a descriptor word of four digit characters.
func (r *Reader) digitsRDW(data []byte) (int, bool) {
	if len(data) < 4 {
		return 0, false
	}
	v, ok := parseFew([]byte{r.ascii(data[0]), r.ascii(data[1]), r.ascii(data[2]), r.ascii(data[3])})
	return int(v), ok
}

// nextFrame returns the bytes of the next record. They are a window into the
// buffer, so what they take up is skipped only by the next call.
func (r *Reader) nextFrame() ([]byte, error) {
	if err := r.skip(r.consumed); err != nil {
		return nil, err
	}
	r.consumed = 0
	if r.lost {
		return nil, io.EOF
	}
	if r.framing == byLine {
		return r.nextLine()
	}
	if r.form == Character {
		if err := r.skipLineEnds(); err != nil {
			return nil, err
		}
	}
	if r.framing == byBlock && r.block == 0 {
		if err := r.openBlock(); err != nil {
			return nil, err
		}
	}
	return r.nextByRDW()
}

func (r *Reader) skip(n int) error {
	n, err := r.in.Discard(n)
	r.offset += int64(n)
	return err
}

// nextLine skips empty lines; a line that no record can fill is cut.
func (r *Reader) nextLine() ([]byte, error) {
	for {
		r.item.Offset = r.offset
		line, err := r.in.ReadSlice(r.lineEnd)
		r.offset += int64(len(line))
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			r.problem("F01", Error, saysLongLine)
		}
		if len(line) == 0 {
			return nil, io.EOF
		}
		body := line
		if body[len(body)-1] == r.lineEnd {
			body = body[:len(body)-1]
		}
		if len(body) > 0 && body[len(body)-1] == '\r' {
			body = body[:len(body)-1]
		}
		if len(body) > 0 {
			return body, nil
		}
	}
}

func (r *Reader) skipLineEnds() error {
	for {
		next, err := r.in.Peek(1)
		if err != nil {
			return err
		}
		c := r.ascii(next[0])
		if c != '\r' && c != '\n' {
			return nil
		}
		if err := r.skip(1); err != nil {
			return err
		}
	}
}

// openBlock reads a block descriptor word. A trailer may stand without one.
func (r *Reader) openBlock() error {
	head, err := r.in.Peek(minRecord)
	if len(head) < 4 {
		return err
	}
	if r.recordIDAt(head, 4) {
		return nil
	}
	size, ok := r.digitsRDW(head)
	if binarySize := int(binary.BigEndian.Uint16(head)); head[2] == 0 && head[3] == 0 {
		size, ok = binarySize, true
	}
	if !ok || size < 4+minRecord {
		r.lost = true // nextByRDW says so
		return nil
	}
	r.block = size - 4
	return r.skip(4)
}

func (r *Reader) recordIDAt(head []byte, at int) bool {
	if len(head) < at+7 {
		return false
	}
	var id [7]byte
	for i := range id {
		id[i] = r.ascii(head[at+i])
	}
	return string(id[:]) == "TRAILER" || string(id[:6]) == "HEADER"
}

// nextByRDW returns a record by its length. Where there is none, the segment
// identifiers of the record have to do.
func (r *Reader) nextByRDW() ([]byte, error) {
	r.item.Offset = r.offset
	window, err := r.in.Peek(maxCharacterRecord)
	if len(window) == 0 {
		return nil, err
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	length := r.recordLength(window)
	if length == 0 {
		r.lost = true
		r.problem("F01", Error, saysLost)
		r.consumed = len(window)
		return window, nil
	}
	if r.framing == byBlock && r.block > 0 {
		if length > r.block {
			r.problem("F01", Error, saysBlock)
		}
		r.block = max(r.block-length, 0)
	}
	raw, err := r.in.Peek(length)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	r.consumed = len(raw)
	return raw, nil
}

// recordLength returns the length of the record that begins here, or 0.
func (r *Reader) recordLength(window []byte) int {
	if r.lost {
		return 0
	}
	if r.form == Packed {
		if length, ok := rdwOf(window, Packed); ok && length >= minRecord {
			return length
		}
		return 0
	}
	if length, ok := r.digitsRDW(window); ok && !r.noRDW && length >= baseLayout.Size(Character) {
		return length
	}
	return r.lengthBySegments(window)
}

func (r *Reader) lengthBySegments(window []byte) int {
	base := baseLayout.Size(Character)
	idAt := 4
	if r.noRDW {
		base, idAt = base-4, 0
	}
	if r.recordIDAt(window, idAt) {
		return base
	}
	if len(window) < base || r.ascii(window[idAt]) != '1' {
		return 0
	}
	at := base
	for at < len(window) {
		order := segmentAt([]byte{r.ascii(window[at]), r.ascii(window[min(at+1, len(window)-1)])})
		if order < 0 {
			break
		}
		at += segmentKinds[order].size
	}
	return at
}
