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

// windowSize is how far the reader looks ahead: the largest record of either
// form, and the beginning of the next.
const windowSize = 1 << 16

// byteOrderMark is what some editors put in front of a text.
const byteOrderMark = "\xef\xbb\xbf"

// detect looks at the first record, and one beyond it, to see what kind of file
// this is. See the notes of [Reader].
func (r *Reader) detect() error {
	head, err := r.in.Peek(windowSize)
	if len(head) == 0 {
		if err == nil || errors.Is(err, io.EOF) {
			return io.EOF
		}
		return err
	}
	r.started = true
	if hasPrefix(head, byteOrderMark) {
		r.marked = true
		if err := r.skip(len(byteOrderMark)); err != nil {
			return err
		}
		head = head[len(byteOrderMark):]
	}
	r.front = r.headerBehind(head)
	head = head[r.front:]
	rdwAt := 0
	switch {
	case r.headerAt(head, 4):
	case r.headerAt(head, 8):
		r.framing, rdwAt = byBlock, 4
	case r.headerAt(head, 0):
		r.noRDW = true
	default:
		r.ebcdic = len(head) > 0 && head[0] >= 0xf0 && head[0] <= 0xf9
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

// headerBehind returns where a header begins behind something that is no record,
// such as the label of a tape; 0 when the file begins with a record or a line.
func (r *Reader) headerBehind(head []byte) int {
	if len(head) < minRecord || head[4] == '1' || head[4] == 0xf1 {
		return 0
	}
	at := bytes.Index(head, []byte(headerID))
	if at < 0 {
		at = bytes.Index(head, []byte(headerEBCDIC))
	}
	if at <= 8 || bytes.ContainsAny(head[:at], "\r\n") {
		return 0
	}
	zeros := func(i int) bool { return head[i] == 0 && head[i+1] == 0 }
	digits := func(i int) bool { _, ok := r.digitsRDW(head[i:]); return ok }
	r.headerAt(head, at) // sets the character set
	switch {
	case zeros(at - 2):
		size := binary.BigEndian.Uint16(head[at-4:])
		if zeros(at-6) && binary.BigEndian.Uint16(head[at-8:]) >= size+4 {
			return at - 8
		}
	case digits(at-4) && digits(at-8):
		return at - 8
	}
	return at - 4
}

const (
	headerID     = "HEADER"
	headerEBCDIC = "\xc8\xc5\xc1\xc4\xc5\xd9"
)

// headerAt finds the header identifier, and with it the character set.
func (r *Reader) headerAt(head []byte, at int) bool {
	if len(head) < at+6 {
		return false
	}
	id := head[at : at+6]
	r.ebcdic = string(id) == headerEBCDIC
	return r.ebcdic || string(id) == headerID
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
	r.consumed, r.astray = 0, false
	if r.front > 0 {
		r.item.Offset, r.astray, r.consumed, r.front = r.offset, true, r.front, 0
		return r.in.Peek(r.consumed)
	}
	if r.framing == byLine {
		return r.nextLine()
	}
	if r.form == Character {
		if err := r.skipLineEnds(); err != nil {
			return nil, err
		}
	}
	if r.framing == byBlock {
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

// openBlock reads a block descriptor word where one stands. What it says is
// believed only as far as the records agree.
func (r *Reader) openBlock() error {
	head, err := r.in.Peek(2 * beginning)
	if len(head) == 0 {
		return err
	}
	if !r.blockBegins(head) {
		if r.block == 0 && !r.recordIDAt(head, 4) { // a trailer may stand without one
			r.problem("F01", Error, saysBlock)
		}
		return nil
	}
	size, ok := r.blockSize(head)
	if !ok || r.block > 0 {
		r.problem("F01", Error, saysBlock)
	}
	r.block = max(size-4, 0)
	return r.skip(4)
}

// blockBegins tells a block descriptor word from the descriptor word of a
// record. Both may be followed by what looks like the begin of a record: then
// the first one is that of a block if it has room for the second.
func (r *Reader) blockBegins(head []byte) bool {
	if len(head) < 4+minRecord {
		return false
	}
	here, behind := r.begins(head), r.begins(head[4:])
	size, sized := r.blockSize(head)
	switch {
	case here && behind:
		length, ok := r.statedLength(head[4:])
		return r.block == 0 && sized && ok && size >= length+4
	case here || behind:
		return behind
	}
	return r.block == 0 && sized
}

// blockSize reads a block descriptor word: binary, or digits.
func (r *Reader) blockSize(head []byte) (int, bool) {
	size, ok := r.digitsRDW(head)
	if head[2] == 0 && head[3] == 0 {
		size, ok = int(binary.BigEndian.Uint16(head)), true
	}
	return size, ok && size >= 4+minRecord
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

// nextByRDW returns a record by its length, or what stands where none begins.
func (r *Reader) nextByRDW() ([]byte, error) {
	r.item.Offset = r.offset
	window, err := r.in.Peek(windowSize)
	if err != nil && !errors.Is(err, io.EOF) || len(window) == 0 {
		return nil, err
	}
	length := r.recordLength(window, err != nil)
	if r.framing == byBlock {
		if length > r.block && r.block > 0 {
			r.problem("F01", Error, saysBlock)
		}
		r.block = max(r.block-length, 0)
	}
	r.consumed = length
	return window[:length], nil
}

// recordLength returns the length of the record that begins a window. Its
// descriptor word is trusted if what stands there is the end of the file or the
// begin of another record, and else if its segments do not say better and no
// other record begins before. Where no record begins, that is the length of what
// has to be skipped. last says that the file ends with the window.
func (r *Reader) recordLength(window []byte, last bool) int {
	stated, ok := r.statedLength(window)
	inBlock := r.framing != byBlock || r.block == 0 || stated <= r.block
	if ok && inBlock && r.endsAt(window, stated, last) {
		return stated
	}
	counted := r.lengthBySegments(window)
	if counted > 0 && counted != stated && r.endsAt(window, counted, last) {
		return counted
	}
	limit := len(window)
	if ok {
		limit = min(stated, limit)
	}
	switch next := r.nextBegin(window, limit, last); {
	case ok || next < len(window) && r.begins(window):
		return next
	case counted > 0 && counted <= len(window):
		return counted
	default:
		r.astray = true
		return next
	}
}

// statedLength returns what the descriptor word says, if that can be a length.
func (r *Reader) statedLength(data []byte) (length int, ok bool) {
	if r.noRDW {
		return 0, false
	}
	if r.form == Packed {
		length, ok = rdwOf(data, Packed)
	} else {
		length, ok = r.digitsRDW(data)
	}
	return length, ok && length >= baseLayout.Size(r.form)
}

// endsAt reports whether a record that ends at n is followed by what may follow
// a record.
func (r *Reader) endsAt(window []byte, n int, last bool) bool {
	if n >= len(window) {
		return n == len(window) && last
	}
	rest := window[n:]
	if c := r.ascii(rest[0]); r.form == Character && (c == '\r' || c == '\n') || isFilling(rest[0]) {
		return true
	}
	return r.begins(rest) || r.framing == byBlock && r.begins(rest[min(4, len(rest)):])
}

// nextBegin returns where the next record begins for sure: with an identifier
// or a good descriptor word. If none does, that is limit, or a little less where
// a record may begin that is cut by the window.
func (r *Reader) nextBegin(window []byte, limit int, last bool) int {
	for at := 1; at < limit; at++ {
		rest := window[at:]
		if !r.begins(rest) {
			continue
		}
		if _, ok := r.statedLength(rest); ok || r.noRDW {
			if size, sized := r.blockSize(window[max(at-4, 0):]); r.framing == byBlock && at > 4 && sized && size > 0 {
				return at - 4
			}
			return at
		}
	}
	if limit == len(window) && !last {
		return max(limit-beginning, 1)
	}
	return limit
}

// beginning is what it takes to tell the begin of a record: descriptor word,
// identifier and time stamp.
const beginning = 20

// begins reports whether a record seems to begin here: a header, a trailer, or
// the processing indicator with a time stamp behind it. The descriptor word need
// not be right.
func (r *Reader) begins(data []byte) bool {
	idAt := 4
	if r.noRDW {
		idAt = 0
	}
	if len(data) < idAt+7 {
		return false
	}
	switch r.ascii(data[idAt]) {
	case '1':
		return len(data) >= beginning && r.stampAt(data[idAt+1:])
	case 'H', 'T':
		return r.recordIDAt(data, idAt)
	}
	return false
}

// stampAt reports whether a time stamp stands here, one of zeros included.
func (r *Reader) stampAt(data []byte) bool {
	if r.form == Packed {
		v, ok, _ := parsePacked(data[:8])
		return ok && (v == 0 || timestampOfDigits(v).Valid())
	}
	var digits [14]byte
	for i := range digits {
		digits[i] = r.ascii(data[i])
	}
	v, ok := parseDigits(digits[:])
	return ok && (v == 0 || timestampOfDigits(v).Valid())
}

// lengthBySegments follows the segment identifiers of a record, or returns 0
// where none begins.
func (r *Reader) lengthBySegments(window []byte) int {
	base, idAt := baseLayout.Size(r.form), 4
	if r.noRDW {
		base, idAt = base-4, 0
	}
	if len(window) < base || !r.recordIDAt(window, idAt) && r.ascii(window[idAt]) != '1' {
		return 0
	}
	at := base
	if r.recordIDAt(window, idAt) {
		return at
	}
	for at+1 < len(window) {
		order := segmentAt([]byte{r.ascii(window[at]), r.ascii(window[at+1])})
		if order < 0 {
			break
		}
		at += segmentKinds[order].size
	}
	return at
}

// isFilling reports whether a byte is what files are filled up with: NUL, or the
// end-of-file mark of old systems.
func isFilling(c byte) bool { return c == 0 || c == 0x1a }

// filledUp reports whether there is nothing but filling, with blanks and line
// ends between.
func (r *Reader) filledUp(data []byte) (filled bool) {
	for _, c := range data {
		switch a := r.ascii(c); {
		case isFilling(c):
			filled = true
		case a != ' ' && a != '\r' && a != '\n':
			return false
		}
	}
	return filled
}

// skipFilling skips what is behind a trailer if it is nothing but filling, and
// reports whether there was any. raw is kept from being overwritten.
func (r *Reader) skipFilling(raw []byte) (kept []byte, filled bool, err error) {
	r.kept = append(r.kept[:0], raw...)
	if err := r.skip(r.consumed); err != nil {
		return nil, false, err
	}
	r.consumed = 0
	rest, err := r.in.Peek(windowSize)
	switch {
	case err == nil: // there is more than a window holds
		return r.kept, false, nil
	case !errors.Is(err, io.EOF):
		return nil, false, err
	case !r.filledUp(rest):
		return r.kept, false, nil
	}
	return r.kept, true, r.skip(len(rest))
}
