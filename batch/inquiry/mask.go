package inquiry

import "strings"

// shownCharacters of an account number are left by MaskAccount, as on a borrower's letters.
const shownCharacters = 4

// MaskAccount hides an account number but for its last four characters, and a shorter one whole:
// "ACCT000123" is "******0123".
func MaskAccount(number string) string {
	runes := []rune(number)
	hidden := len(runes)
	if hidden > shownCharacters {
		hidden -= shownCharacters
	}
	return strings.Repeat("*", hidden) + string(runes[hidden:])
}
