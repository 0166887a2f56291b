package rules

import (
	"errors"
	"strconv"
)

// Cents is an amount of money in US cents.
type Cents int64

// maxCents bounds an amount so that sums over a book cannot overflow: 10 billion dollars.
const maxCents = 1_000_000_000_000

var errMoney = errors.New("not an amount with at most two decimals below 10 billion")

// ParseCents reads a decimal amount with at most two places and no sign.
func ParseCents(s string) (Cents, error) {
	var n int64
	digits, places := 0, -1
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			if n = n*10 + int64(c-'0'); n > maxCents {
				return 0, errMoney
			}
			digits++
			if places >= 0 {
				places++
			}
		case c == '.' && places < 0 && digits > 0:
			places = 0
		default:
			return 0, errMoney
		}
	}
	switch {
	case digits == 0 || places == 0 || places > 2:
		return 0, errMoney
	case places < 0:
		n *= 100
	case places == 1:
		n *= 10
	}
	if n >= maxCents {
		return 0, errMoney
	}
	return Cents(n), nil
}

// ParseSignedCents reads an amount that may begin with a minus or plus sign.
func ParseSignedCents(s string) (Cents, error) {
	if len(s) > 0 && s[0] == '-' {
		c, err := ParseCents(s[1:])
		return -c, err
	}
	if len(s) > 0 && s[0] == '+' {
		s = s[1:]
	}
	return ParseCents(s)
}

// String formats c in dollars with two places.
func (c Cents) String() string { return string(c.append(nil)) }

// append appends c in dollars with two places.
func (c Cents) append(dst []byte) []byte {
	n := uint64(c)
	if c < 0 {
		dst, n = append(dst, '-'), -n
	}
	dst = append(strconv.AppendUint(dst, n/100, 10), '.')
	return append(dst, byte('0'+n/10%10), byte('0'+n%10))
}

// MarshalJSON makes c a JSON string in dollars with two places, so that no reader makes it a float.
func (c Cents) MarshalJSON() ([]byte, error) { return append(c.append([]byte{'"'}), '"'), nil }

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Cents) UnmarshalJSON(text []byte) (err error) {
	if len(text) < 2 || text[0] != '"' || text[len(text)-1] != '"' {
		return errMoney
	}
	*c, err = ParseSignedCents(string(text[1 : len(text)-1]))
	return err
}

// maxDollars is the largest amount that a nine-digit field holds; larger ones are reported as it (FORMAT.md 3.4).
const maxDollars = 999_999_999

// Dollars returns c as bureaus get it (BR5): whole dollars, cents dropped, never negative, at most 999,999,999.
func (c Cents) Dollars() int64 { return min(max(int64(c)/100, 0), maxDollars) }
