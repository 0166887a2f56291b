package metro2

import (
	"encoding/binary"
	"math/bits"
	"strings"
)

// Eight bytes at a time: the number and blank handling of the whole package
// rests on the few functions of this file.

const (
	eightZeros  = 0x3030303030303030 // "00000000"
	eightBlanks = 0x2020202020202020 // eight spaces
)

// pairs holds the two digit characters of 0 to 99, the first in the low byte.
var pairs = func() (table [100]uint16) {
	for v := range table {
		table[v] = uint16('0'+v/10) | uint16('0'+v%10)<<8
	}
	return table
}()

// putPair writes v < 100 into the first two bytes of out.
func putPair(out []byte, v uint32) {
	binary.LittleEndian.PutUint16(out, pairs[v])
}

// putDigits writes the last digits of v, right-justified and zero-filled, over
// the whole of out, which is at most 14 bytes.
func putDigits(out []byte, v uint64) {
	v %= uint64(powersOfTen[len(out)])
	for i := range out {
		out[i] = '0'
	}
	putSignificant(out, v)
}

// putSignificant writes v right-justified into a field of zeros. The caller has
// checked that v fits.
func putSignificant(out []byte, v uint64) {
	i := len(out)
	if i >= 8 {
		i -= 8
		low := v
		if v >= 1e8 {
			low = v % 1e8
		}
		binary.LittleEndian.PutUint64(out[i:], digits8(low))
		if v < 1e8 {
			return
		}
		v /= 1e8
	}
	for v >= 10 {
		i -= 2
		putPair(out[i:i+2], uint32(v%100))
		v /= 100
	}
	if v > 0 {
		out[i-1] = '0' + byte(v)
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
	w, ok = parsePairs(w)
	v = (w&0x000000ff000000ff*0x000f424000000064 + w>>16&0x000000ff000000ff*0x0000271000000001) >> 32
	return v, ok
}

// parsePairs reads eight digit characters as four numbers of two digits, the
// first in the lowest byte, the others 16, 32 and 48 bits above it; the bytes
// between hold nothing of use.
func parsePairs(w uint64) (v uint64, ok bool) {
	w ^= eightZeros
	return w*10 + w>>8, (w+0x7676767676767676|w)&0x8080808080808080 == 0
}

// parseDate reads MMDDYYYY, zeros as absent; ok is false when that is no valid
// date.
func parseDate(w uint64) (d Date, ok bool) {
	if w == eightZeros {
		return 0, true
	}
	w, ok = parsePairs(w)
	month, day, year := uint32(w&0xff), uint32(w>>16&0xff), uint32(w>>32&0xff)*100+uint32(w>>48&0xff)
	return Date(year*10000 + month*100 + day), ok && isDate(year, month, day)
}

// parseDigits reads a field of digit characters; ok is false when any byte is
// something else.
func parseDigits(src []byte) (v uint64, ok bool) {
	if len(src) < 8 {
		return parseFew(src)
	}
	head := len(src) - 8
	if tail := binary.LittleEndian.Uint64(src[head:]); tail != eightZeros {
		if v, ok = parse8(tail); !ok {
			return 0, false
		}
	}
	scale := uint64(1e8)
	for i := head - 1; i >= 0; i-- {
		digit := src[i] - '0'
		if digit > 9 {
			return 0, false
		}
		v += uint64(digit) * scale
		scale *= 10
	}
	return v, true
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
	for n >= 8 {
		// The last byte of the eight is the highest of the word, so the
		// zero bits at the top of the difference are the blanks.
		rest := binary.LittleEndian.Uint64(src[n-8:n]) ^ eightBlanks
		if rest != 0 {
			return n - bits.LeadingZeros64(rest)>>3
		}
		n -= 8
	}
	for n > 0 && src[n-1] == ' ' {
		n--
	}
	return n
}

// shortTexts holds every usual text of at most two characters, so that a code
// need not be copied out of its record.
var shortTexts = func() (table [64 * 64]string) {
	for place := range table {
		table[place] = strings.TrimRight(string([]byte{' ' + byte(place>>6), ' ' + byte(place&63)}), " ")
	}
	return table
}()

// placeOfShort returns where a text of two characters stands in shortTexts; odd
// is not zero when it does not stand there or begins with a blank.
func placeOfShort(first, second byte) (place, odd uint16) {
	high, low := uint16(first)-' ', uint16(second)-' '
	if high == 0 && low != 0 {
		return 0, 1
	}
	return (high&63)<<6 | low&63, (high | low) &^ 63
}

// upperOnly reports whether every byte is a printable ASCII character below
// the lower-case letters. Most records are, so most need no closer look.
func upperOnly(src []byte) bool {
	// The high bit of a byte tells: set by adding 0x20 (0x60 and up) or by
	// taking it away (below 0x20; 0xe0 and up). A carry into the next byte
	// only comes from one that tells already.
	var bad uint64
	for len(src) >= 32 {
		a, b := binary.LittleEndian.Uint64(src), binary.LittleEndian.Uint64(src[8:])
		c, d := binary.LittleEndian.Uint64(src[16:]), binary.LittleEndian.Uint64(src[24:])
		bad |= a + eightBlanks | (a - eightBlanks) | (b + eightBlanks) | (b - eightBlanks) |
			(c + eightBlanks) | (c - eightBlanks) | (d + eightBlanks) | (d - eightBlanks)
		src = src[32:]
	}
	for len(src) >= 8 {
		a := binary.LittleEndian.Uint64(src)
		bad |= a + eightBlanks | (a - eightBlanks)
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
