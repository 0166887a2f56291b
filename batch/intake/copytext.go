package intake

import "strconv"

// appendCopyText appends one value of PostgreSQL's COPY text format: backslash, tab and line ends are
// escaped, everything else stands for itself. NULL is \N and is not a value.
func appendCopyText(dst, value []byte) []byte {
	plain := 0
	for plain < len(value) && value[plain] != '\\' && value[plain] >= ' ' {
		plain++
	}
	dst = append(dst, value[:plain]...)
	for _, c := range value[plain:] {
		switch c {
		case '\\':
			dst = append(dst, '\\', '\\')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// appendCopyRow appends a row of a staging table as one line of COPY text, nil as NULL: its line, whether its key may have
// come before, whether its references are others than those of the row before, and the values. It ends without a line
// end: the driver adds one to each block.
func appendCopyRow(dst []byte, line int64, again, fresh bool, values [][]byte) []byte {
	dst = strconv.AppendInt(dst, line, 10)
	for _, mark := range [...]bool{again, fresh} {
		if mark {
			dst = append(dst, "\tt"...)
		} else {
			dst = append(dst, "\tf"...)
		}
	}
	for _, v := range values {
		if v == nil {
			dst = append(dst, '\t', '\\', 'N')
		} else {
			dst = appendCopyText(append(dst, '\t'), v)
		}
	}
	return dst
}
