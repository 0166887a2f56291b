package metro2

import "encoding/binary"

// What decoding says about a record as a whole.
const (
	saysWrongRDW    = "record descriptor word differs from the length of the record"
	saysBadRDW      = "record descriptor word is not a length"
	saysRecordCut   = "record is shorter than its first segment"
	saysPadding     = "record is longer than its segments, padded with blanks"
	saysUnknownID   = "unknown segment identifier; the rest of the record is not read"
	saysPlaceholder = "unused segment, skipped"
	saysOrder       = "segment stands out of order"
	saysRepeated    = "segment may occur once; only the first is kept"
)

// wholeRecord is the segment name of findings about a record as a whole.
const wholeRecord = "record"

// DecodeRecord reads one data record, RDW included and line end excluded, into
// rec and returns problems extended by what it had to complain about. It always
// fills rec as well as the bytes allow. The texts of a segment are substrings of one
// string that holds nothing else.
func DecodeRecord(src []byte, form Form, rec *Record, problems []Problem) []Problem {
	problems = checkRDW(src, form, problems)
	src, problems = padTo(src, baseLayout.Size(form), problems)
	size := baseLayout.Size(form)
	problems = baseLayout.decode(src[:size], form, 0, &rec.Base, problems)
	rec.J1, rec.J2 = rec.J1[:0], rec.J2[:0]
	rec.K1, rec.K2, rec.K3, rec.K4, rec.L1, rec.N1 = nil, nil, nil, nil, nil, nil
	if len(src) == size {
		return problems
	}
	w := segmentWalk{src: src, rec: rec, problems: problems}
	w.run(size)
	return w.problems
}

func recordProblem(position int, rule string, severity Severity, says string) Problem {
	return Problem{Segment: wholeRecord, Position: position, Rule: rule, Severity: severity, Message: says}
}

// rdwOf reads the length in the first four bytes of a record.
func rdwOf(src []byte, form Form) (length int, ok bool) {
	if len(src) < 4 {
		return 0, false
	}
	if form == Packed {
		return int(binary.BigEndian.Uint16(src)), src[2] == 0 && src[3] == 0
	}
	v, ok := parseFew(src[:4])
	return int(v), ok
}

func checkRDW(src []byte, form Form, problems []Problem) []Problem {
	length, ok := rdwOf(src, form)
	switch {
	case !ok:
		return append(problems, recordProblem(1, "F01", Error, saysBadRDW))
	case length != len(src):
		return append(problems, recordProblem(1, "F01", Error, saysWrongRDW))
	}
	return problems
}

// padTo fills a record that is too short for its first segment with blanks.
func padTo(src []byte, size int, problems []Problem) ([]byte, []Problem) {
	if len(src) >= size {
		return src, problems
	}
	problems = append(problems, recordProblem(len(src)+1, "F01", Error, saysRecordCut))
	return appendBlanks(append(make([]byte, 0, size), src...), size-len(src)), problems
}

func appendBlanks(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, ' ')
	}
	return dst
}

// segmentKind is one kind of appended segment: its place in the order of the
// format is its place in the table.
type segmentKind struct {
	id     string
	size   int
	decode func(w *segmentWalk, src []byte)
}

var segmentKinds = []segmentKind{
	{"J1", j1Layout.Size(Character), func(w *segmentWalk, src []byte) {
		w.rec.J1 = append(w.rec.J1, J1{})
		n := len(w.rec.J1)
		w.problems = j1Layout.decode(src, Character, n, &w.rec.J1[n-1], w.problems)
	}},
	{"J2", j2Layout.Size(Character), func(w *segmentWalk, src []byte) {
		w.rec.J2 = append(w.rec.J2, J2{})
		n := len(w.rec.J2)
		w.problems = j2Layout.decode(src, Character, n, &w.rec.J2[n-1], w.problems)
	}},
	{"K1", k1Layout.Size(Character), func(w *segmentWalk, src []byte) { decodeOnce(w, k1Layout, &w.rec.K1, src) }},
	{"K2", k2Layout.Size(Character), func(w *segmentWalk, src []byte) { decodeOnce(w, k2Layout, &w.rec.K2, src) }},
	{"K3", k3Layout.Size(Character), func(w *segmentWalk, src []byte) { decodeOnce(w, k3Layout, &w.rec.K3, src) }},
	{"K4", k4Layout.Size(Character), func(w *segmentWalk, src []byte) { decodeOnce(w, k4Layout, &w.rec.K4, src) }},
	{"L1", l1Layout.Size(Character), func(w *segmentWalk, src []byte) { decodeOnce(w, l1Layout, &w.rec.L1, src) }},
	{"N1", n1Layout.Size(Character), func(w *segmentWalk, src []byte) { decodeOnce(w, n1Layout, &w.rec.N1, src) }},
}

func decodeOnce[T any](w *segmentWalk, l *Layout[T], slot **T, src []byte) {
	if *slot != nil {
		w.problems = append(w.problems, Problem{Segment: l.name, Position: 1, Rule: "F07", Severity: Warning, Message: saysRepeated})
		return
	}
	*slot = new(T)
	w.problems = l.decode(src, Character, 0, *slot, w.problems)
}

// segmentAt returns the place of a segment identifier in the order of the
// format, or -1 when src does not begin with one.
func segmentAt(src []byte) int {
	if len(src) < 2 {
		return -1
	}
	for i := range segmentKinds {
		if id := segmentKinds[i].id; src[0] == id[0] && src[1] == id[1] {
			return i
		}
	}
	return -1
}

// segmentWalk reads the segments behind a base segment.
type segmentWalk struct {
	src      []byte
	rec      *Record
	problems []Problem
}

func (w *segmentWalk) run(at int) {
	last := 0
	for at < len(w.src) {
		order := segmentAt(w.src[at:])
		if order < 0 {
			w.stop(at)
			return
		}
		kind := &segmentKinds[order]
		end := at + kind.size
		if end > len(w.src) {
			w.note(at, "F01", Error, saysSegmentCut)
			w.src = appendBlanks(append(make([]byte, 0, end), w.src...), end-len(w.src))
		}
		if isPlaceholder(w.src[at:end]) {
			w.note(at, "F07", Warning, saysPlaceholder)
		} else {
			if order < last {
				w.note(at, "F07", Warning, saysOrder)
			}
			last = order
			kind.decode(w, w.src[at:end])
		}
		at = end
	}
}

// stop ends the walk where no segment begins: at padding, or at something that
// the format does not know.
func (w *segmentWalk) stop(at int) {
	if trimmedLen(w.src[at:]) == 0 {
		w.note(at, "F01", Warning, saysPadding)
		return
	}
	w.note(at, "F07", Error, saysUnknownID)
}

func (w *segmentWalk) note(at int, rule string, severity Severity, says string) {
	w.problems = append(w.problems, recordProblem(at+1, rule, severity, says))
}

// isPlaceholder reports whether a segment holds nothing behind its identifier
// but blanks, or but zeros and nines: a file of fixed-length records carries
// such segments where a record does not need them.
func isPlaceholder(segment []byte) bool {
	if len(segment) <= 2 {
		return true
	}
	body := segment[2:]
	if body[0] == ' ' {
		return trimmedLen(body) == 0
	}
	for _, c := range body {
		if c != '0' && c != '9' {
			return false
		}
	}
	return true
}
