package metro2

// packedPlus is the sign half-byte that is written; readers also meet F, A and E.
const packedPlus = 0x0c

// putPacked writes v as packed decimal: two digits to a byte, the sign in the
// last half-byte. The caller has checked that v fits.
func putPacked(out []byte, v uint64) {
	last := len(out) - 1
	out[last] = byte(v%10)<<4 | packedPlus
	v /= 10
	for i := last - 1; i >= 0; i-- {
		out[i] = byte(v/10%10)<<4 | byte(v%10)
		v /= 100
	}
}

// parsePacked reads a packed decimal. ok is false when a half-byte is not what
// it has to be; usual is false when the sign is positive but not the written one.
func parsePacked(src []byte) (v uint64, ok, usual bool) {
	last := len(src) - 1
	for i, c := range src {
		high, low := c>>4, c&0x0f
		if high > 9 {
			return 0, false, false
		}
		v = v*10 + uint64(high)
		if i == last {
			break
		}
		if low > 9 {
			return 0, false, false
		}
		v = v*10 + uint64(low)
	}
	switch src[last] & 0x0f {
	case packedPlus:
		return v, true, true
	case 0x0f, 0x0a, 0x0e:
		return v, true, false
	}
	return 0, false, false
}
