package bureau

import (
	"encoding/binary"
	"slices"
)

// More than half of a record is blanks and zeros. A page holds each run of 2 to 14 of them as one byte, so that the server
// takes, logs and gives half the bytes. The bytes are control characters, which no record holds, but for those that COPY
// writes as two and those that stand between its columns.
const (
	longestRun = 14
	blankRuns  = "\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10"
	zeroRuns   = "\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d"
	blanks     = "              "
	zeros      = "00000000000000"
)

const (
	eightBlanks = 0x2020202020202020
	eightZeros  = 0x3030303030303030
)

// appendSqueezed appends a record to dst, its runs as single bytes.
func appendSqueezed(dst, record []byte) []byte {
	n := len(dst)
	dst = slices.Grow(dst, len(record))
	out := dst[n : n+len(record)]
	o := 0
	for i := 0; i < len(record); o++ {
		c := record[i]
		out[o] = c
		i++
		if c != ' ' && c != '0' || i == len(record) || record[i] != c {
			continue
		}
		length, codes := runLength(record[i-1:]), blankRuns
		if c == '0' {
			codes = zeroRuns
		}
		i += length - 1
		for ; length > longestRun; length -= longestRun {
			out[o] = codes[longestRun-2]
			o++
		}
		out[o] = c
		if length >= 2 {
			out[o] = codes[length-2]
		}
	}
	return dst[:n+o]
}

// runLength returns how often the first byte of data stands at its beginning: a blank or zero.
func runLength(data []byte) int {
	eight := uint64(eightBlanks)
	if data[0] == '0' {
		eight = eightZeros
	}
	n := 1
	for n+8 <= len(data) && binary.LittleEndian.Uint64(data[n:]) == eight {
		n += 8
	}
	for n < len(data) && data[n] == data[0] {
		n++
	}
	return n
}

// runs are what the bytes of runs stand for; empty: the byte itself.
var runs = func() (table [256]string) {
	for i := range longestRun - 1 {
		table[blankRuns[i]], table[zeroRuns[i]] = blanks[:i+2], zeros[:i+2]
	}
	return table
}()

// appendExpanded appends squeezed records to dst as they were.
func appendExpanded(dst, squeezed []byte) []byte {
	for _, c := range squeezed {
		if c >= ' ' {
			dst = append(dst, c)
		} else {
			dst = append(dst, runs[c]...)
		}
	}
	return dst
}
