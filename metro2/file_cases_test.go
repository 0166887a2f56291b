package metro2

import (
	"bytes"
	"strings"
)

// lines cuts a file in character form into its records.
func lines(file []byte) [][]byte {
	out := bytes.Split(file, []byte("\r\n"))
	return out[:len(out)-1]
}

func join(records ...[]byte) []byte {
	return append(bytes.Join(records, []byte("\r\n")), "\r\n"...)
}

// on makes a case that changes one record of the file: 0 is the header, 1 the
// current loan, 2 the late one, 3 the joint one, 4 the trailer.
func on(record int, change func(line []byte) []byte) func([]byte) []byte {
	return func(file []byte) []byte {
		all := lines(file)
		all[record] = change(bytes.Clone(all[record]))
		return join(all...)
	}
}

// put writes text at a 1-based position.
func put(position int, text string) func([]byte) []byte {
	return func(line []byte) []byte {
		copy(line[position-1:], text)
		return line
	}
}

// longer appends to a record and, when rdw is given, corrects its length.
func longer(text, rdw string) func([]byte) []byte {
	return func(line []byte) []byte {
		copy(line, rdw)
		return append(line, text...)
	}
}

func pick(records ...int) func([]byte) []byte {
	return func(file []byte) []byte {
		var out [][]byte
		for _, i := range records {
			out = append(out, lines(file)[i])
		}
		return join(out...)
	}
}

func unchanged(file []byte) []byte { return file }

// putAt writes bytes at a 0-based offset of a whole file.
func putAt(offset int, text string) func([]byte) []byte {
	return func(file []byte) []byte {
		copy(file[offset:], text)
		return file
	}
}

var packedOptions = Options{Form: Packed}

// packedBase is the offset of the first base segment of a packed file: behind
// the header with its block descriptor, and its own block descriptor.
const packedBase = 4 + 366 + 4

const blankJ1 = "J1" + blanks98

const blanks98 = "                                                                                                  "

var fileCases = []fileCase{
	{"F01", Error, saysWrongRDW, Options{}, on(1, put(1, "0427")), unchanged},
	{"F01", Error, saysBadRDW, Options{}, on(1, put(1, "04X6")), unchanged},
	{"F01", Error, saysMissingRDW, Options{}, on(1, func(l []byte) []byte { return l[4:] }), unchanged},
	{"F01", Error, saysMissingRDW, Options{}, on(0, func(l []byte) []byte { return l[4:] }), unchanged},
	{"F01", Error, saysRecordCut, Options{LineEnd: NoLineEnd}, func(f []byte) []byte { return f[:len(f)-426*3-100-200] }, unchanged},
	{"F01", Error, saysSegmentCut, packedOptions, func(f []byte) []byte {
		j1 := len(f) - 370 - 100
		out := append(bytes.Clone(f[:j1+50]), f[j1+100:]...)
		block := j1 - 370
		copy(out[block:], "\x01\xa4\x00\x00\x01\xa0") // 420 and 416
		return out
	}, unchanged},
	{"F01", Error, saysTail, Options{}, on(0, longer("X", "0427")), on(0, longer(" ", "0427"))},
	{"F01", Error, saysLost, Options{LineEnd: NoLineEnd}, func(f []byte) []byte { return append(f[:426], strings.Repeat("?", 500)...) }, unchanged},
	{"F01", Error, saysLost, packedOptions, func(f []byte) []byte { return append(f[:packedBase], strings.Repeat("?", 500)...) }, unchanged},
	{"F01", Error, saysWrongRDW, packedOptions, putAt(packedBase, "\x00\x00"), unchanged},
	{"F01", Error, saysBlock, packedOptions, putAt(packedBase-4, "\x01\x00"), unchanged},
	{"F01", Error, saysLongLine, Options{}, on(1, longer(strings.Repeat("X", bufferSize), "")), unchanged},
	{"F01", Warning, saysStripped, Options{}, on(4, bytes.TrimSpace), unchanged},
	{"F01", Warning, saysStripped, Options{}, on(3, bytes.TrimSpace), unchanged},
	{"F01", Warning, saysPadding, Options{}, on(1, longer("          ", "0436")), unchanged},
	{"F01", Warning, saysMark, Options{}, func(f []byte) []byte { return append([]byte(byteOrderMark), f...) }, unchanged},
	{"F01", Warning, saysFilling, packedOptions, func(f []byte) []byte { return append(f, 0, 0, 0) }, unchanged},
	{"F02", Error, saysEmptyFile, Options{}, func([]byte) []byte { return nil }, unchanged},
	{"F02", Error, saysNoHeader, Options{}, pick(1, 2, 3, 4), unchanged},
	{"F02", Error, saysNoTrailer, Options{}, pick(0, 1, 2, 3), unchanged},
	{"F02", Error, saysManyTrailers, Options{}, pick(0, 1, 2, 3, 4, 4), unchanged},
	{"F02", Error, saysAfterTrailer, Options{}, pick(0, 1, 2, 4, 3), unchanged},
	{"F02", Warning, saysSecondHeader, Options{}, pick(0, 1, 0, 2, 3, 4), unchanged},
	{"F02", Error, saysTrailerLength, Options{}, on(4, longer("          ", "0436")), func(f []byte) []byte {
		return on(4, longer("          ", "0436"))(on(0, longer("          ", "0436"))(f))
	}},
	{"F02", Error, saysTrailerLength, Options{}, on(4, put(1, "0427")), on(0, put(1, "0427"))},
	{"F02", Warning, "when accounts were last updated", Options{}, on(0, put(48, "00000000")), unchanged},
	{"F02", Warning, "after the day the file was made", Options{}, on(0, put(48, "11032026")), on(0, put(48, "11022026"))},
	{"F02", Warning, "when the file was made", Options{}, on(0, put(56, "00000000")), unchanged},
	{"F02", Warning, "was made after the file", Options{}, on(0, put(64, "11032026")), on(0, put(64, "11022026"))},
	{"F02", Warning, "last changed before", Options{}, on(0, put(72, "12312025")), on(0, put(72, "00000000"))},
	{"F02", Warning, "of the reporter has fewer", Options{}, on(0, put(216, "0005550100")), on(0, put(216, "0000000000"))},
	{"F02", Warning, "does not name the reporter", Options{}, on(0, put(80, blanks98[:40])), func(f []byte) []byte {
		second := put(80, blanks98[:40])(bytes.Clone(lines(f)[0]))
		all := lines(f)
		return join(all[0], all[1], second, all[2], all[3], all[4])
	}},
	{"F02", Warning, "no address of the reporter", Options{}, on(0, put(120, blanks98[:96])), unchanged},
	{"F03", Error, saysConstant, Options{}, on(1, put(5, "2")), unchanged},
	{"F03", Error, saysNoRecord, Options{}, on(1, func([]byte) []byte { return []byte("SOMETHING ELSE") }), unchanged},
	{"F04", Error, saysNotDigits, Options{}, on(1, put(155, "00001521O")), unchanged},
	{"F04", Error, saysNotDigits, packedOptions, putAt(packedBase+69, "\x0a"), unchanged},
	{"F04", Error, saysNotDigits, packedOptions, putAt(packedBase+73, "\x5d"), unchanged},
	{"F04", Warning, saysBlankNumber, Options{}, on(1, put(155, "         ")), unchanged},
	{"F04", Warning, saysBlankNumber, packedOptions, putAt(packedBase+129, "     "), unchanged},
	{"F04", Warning, saysPackedSign, packedOptions, putAt(packedBase+73, "\x5f"), unchanged},
	{"F05", Error, saysNotADate, Options{}, on(1, put(76, "02292025")), on(1, put(76, "02292024"))},
	{"F05", Error, saysNotADate, Options{}, on(1, put(76, "01011899")), on(1, put(76, "01011900"))},
	{"F05", Error, saysNotATime, Options{}, on(1, put(6, "10312026236000")), on(1, put(6, "10312026235959"))},
	{"F06", Error, saysNotASCII, Options{}, on(1, put(232, "PE\xd1A")), on(1, put(232, "PENA"))},
	{"F06", Warning, saysLowerCase, Options{}, on(1, put(232, "Sample")), unchanged},
	{"F06", Warning, saysIndented, Options{}, on(1, put(232, " SAMPLE")), unchanged},
	{"F06", Warning, saysCharacter, Options{}, on(1, put(232, "O'NEIL")), unchanged},
	{"F07", Error, saysUnknownID, Options{}, on(1, longer("Z9"+blanks98, "0526")), on(1, longer("  "+blanks98, "0526"))},
	{"F07", Warning, saysPlaceholder, Options{}, on(1, longer(blankJ1, "0526")), unchanged},
	{"F07", Warning, saysPlaceholder, Options{}, on(1, longer("L1"+strings.Repeat("9", 52), "0480")), on(1, longer("L11NEW0000000001"+strings.Repeat(" ", 38), "0480"))},
	{"F07", Warning, saysOrder, Options{}, on(3, func(l []byte) []byte {
		return bytes.Join([][]byte{[]byte("0580"), l[4:426], []byte("L11NEW0000000001" + strings.Repeat(" ", 38)), l[426:]}, nil)
	}), on(3, longer("L11NEW0000000001"+strings.Repeat(" ", 38), "0580"))},
	{"F07", Warning, saysRepeated, Options{}, on(1, longer(strings.Repeat("K22TEST BUYER                     ", 2), "0494")), on(1, longer("K22TEST BUYER                     ", "0460"))},
	{"F08", Warning, saysReserved, Options{}, on(1, put(231, "1")), unchanged},
	{"T01", Error, saysWrongTotal, Options{}, on(4, put(12, "000000004")), unchanged},
	{"T01", Warning, saysWrongTotal, Options{}, on(4, put(57, "000000004")), on(4, put(57, "000000000"))},
	{"X01", Error, saysDuplicate, Options{}, pick(0, 1, 2, 1, 4), unchanged},
}
