package intake

import "strconv"

// appendCopyText appends one value of PostgreSQL's COPY text format: backslash, tab and line ends are
// escaped, everything else stands for itself. NULL is \N and is not a value.
func appendCopyText(dst, value []byte) []byte {
	for _, c := range value {
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

// appendCopyRow appends a row of a staging table as one line of COPY text: its line, whether its key came before (which
// is put in later, at the place returned), whether its references are others than those of the row before (two places
// further), and the values. It ends without a line end: the driver adds one to each block.
func appendCopyRow(dst []byte, line int64, fresh bool, r *row) (block []byte, again int) {
	dst = strconv.AppendInt(dst, line, 10)
	again = len(dst) + 1
	if fresh {
		dst = append(dst, "\tf\tt"...)
	} else {
		dst = append(dst, "\tf\tf"...)
	}
	for _, v := range r.values {
		switch {
		case v == nil:
			dst = append(dst, '\t', '\\', 'N')
		case r.escaped:
			dst = appendCopyText(append(dst, '\t'), v)
		default: // it has no control character either
			dst = append(append(dst, '\t'), v...)
		}
	}
	return dst, again
}
