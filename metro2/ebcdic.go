package metro2

// fromEBCDIC maps code page 037, the one of US mainframes, to ASCII. What has
// no place in a Metro 2 file becomes a control character, which the decoder
// reports.
var fromEBCDIC = func() (table [256]byte) {
	for i := range table {
		table[i] = 0x1a
	}
	for _, run := range []struct {
		from  byte
		chars string
	}{
		{0x40, " "},
		{0x4b, ".<(+|&"},
		{0x5a, "!$*);"},
		{0x60, "-/"},
		{0x6b, ",%_>?"},
		{0x79, "`:#@'=\""},
		{0x81, "abcdefghi"},
		{0x91, "jklmnopqr"},
		{0xa1, "~stuvwxyz"},
		{0xb0, "^"},
		{0xba, "[]"},
		{0xc0, "{ABCDEFGHI"},
		{0xd0, "}JKLMNOPQR"},
		{0xe0, "\\"},
		{0xe2, "STUVWXYZ"},
		{0xf0, "0123456789"},
		{0x0d, "\r"},
		{0x15, "\n"},
		{0x25, "\n"},
	} {
		for i := range len(run.chars) {
			table[int(run.from)+i] = run.chars[i]
		}
	}
	return table
}()

// translate turns a record of a character file into ASCII.
func (r *Reader) translate(data []byte) []byte {
	r.work = append(r.work[:0], data...)
	toASCII(r.work)
	return r.work
}

// translatePacked turns the texts of a packed record into ASCII and leaves its
// packed numbers alone.
func (r *Reader) translatePacked(data []byte, kind Kind) []byte {
	r.work = append(r.work[:0], data...)
	switch kind {
	case KindHeader:
		headerLayout.textToASCII(r.work)
	case KindTrailer:
		trailerLayout.textToASCII(r.work)
	default:
		baseLayout.textToASCII(r.work)
	}
	return r.work
}

func (l *Layout[T]) textToASCII(record []byte) {
	p := &l.plans[Packed]
	for i := range p.steps {
		if s := &p.steps[i]; !s.packed && int(s.end) <= len(record) {
			toASCII(record[s.start:s.end])
		}
	}
	if len(record) > p.size {
		toASCII(record[p.size:])
	}
}

func toASCII(data []byte) {
	for i, c := range data {
		data[i] = fromEBCDIC[c]
	}
}
