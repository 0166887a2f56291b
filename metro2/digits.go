package metro2

import "encoding/binary"

// Eight bytes at a time: the number and blank handling of the whole package
// rests on the few functions of this file.

const (
	eightZeros  = 0x3030303030303030 // "00000000"
	eightBlanks = 0x2020202020202020 // eight spaces
)

// putDigits writes v right-justified and zero-filled over the whole of out.
// The caller has checked that v fits.
func putDigits(out []byte, v uint64) {
	n := len(out)
	if n >= 8 {
		binary.LittleEndian.PutUint64(out[n-8:], digits8(v%1e8))
		v /= 1e8
		n -= 8
	}
	for i := n - 1; i >= 0; i-- {
		out[i] = '0' + byte(v%10)
		v /= 10
	}
}

// digits8 returns the eight digit characters of v < 100,000,000, first digit in
// the lowest byte: split in fours, in pairs, in single digits, each step for
// all parts at once.
func digits8(v uint64) uint64 {
	fours := v/10000 | v%10000<<32
	hundreds := fours * 10486 >> 20 & 0x0000007f0000007f
	pairs := hundreds | (fours-100*hundreds)<<16
	tens := pairs * 103 >> 10 & 0x000f000f000f000f
	return tens | (pairs-10*tens)<<8 | eightZeros
}

// parse8 reads eight digit characters held as by digits8.
func parse8(w uint64) (v uint64, ok bool) {
	w ^= eightZeros
	if (w+0x7676767676767676|w)&0x8080808080808080 != 0 {
		return 0, false
	}
	w = w*10 + w>>8
	v = (w&0x000000ff000000ff*0x000f424000000064 + w>>16&0x000000ff000000ff*0x0000271000000001) >> 32
	return v, true
}

// parseDigits reads a field of digit characters; ok is false when any byte is
// something else.
func parseDigits(src []byte) (v uint64, ok bool) {
	n := len(src)
	if n < 8 {
		return parseFew(src)
	}
	tail, ok := parse8(binary.LittleEndian.Uint64(src[n-8:]))
	if !ok || n == 8 {
		return tail, ok
	}
	head, ok := parseFew(src[:n-8])
	return head*1e8 + tail, ok
}

func parseFew(src []byte) (v uint64, ok bool) {
	for _, c := range src {
		d := c - '0'
		if d > 9 {
			return 0, false
		}
		v = v*10 + uint64(d)
	}
	return v, true
}

// trimmedLen returns the length of src without the blanks at its end.
func trimmedLen(src []byte) int {
	n := len(src)
	for n >= 8 && binary.LittleEndian.Uint64(src[n-8:n]) == eightBlanks {
		n -= 8
	}
	for n > 0 && src[n-1] == ' ' {
		n--
	}
	return n
}

// upperOnly reports whether every byte is a printable ASCII character below
// the lower-case letters. Most records are, so most need no closer look.
func upperOnly(src []byte) bool {
	var bad uint64
	for len(src) >= 8 {
		w := binary.LittleEndian.Uint64(src)
		// High bit per byte: set already, or set by adding 0x20 (0x60 and
		// up), or borrowed by taking 0x20 away (below 0x20).
		bad |= w | (w&0x7f7f7f7f7f7f7f7f + eightBlanks) | (w - eightBlanks)
		src = src[8:]
	}
	if bad&0x8080808080808080 != 0 {
		return false
	}
	for _, c := range src {
		if c < ' ' || c >= 0x60 {
			return false
		}
	}
	return true
}
