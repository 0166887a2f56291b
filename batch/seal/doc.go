// Package seal keeps values from those who can read the database, its files or a copy of them: it encrypts and authenticates
// them (AEAD) by a keyset that lies elsewhere.
//
//	keys, err := seal.Read("/etc/furnisher/keyset.json")          // 0600, else refused
//	sealed, err := keys.Seal(value, seal.At("customer.ssn", id))  // another text each time
//	value, err = keys.Open(sealed, seal.At("customer.ssn", id))   // of the same place alone
//	hash, err := keys.Hash(value, []byte("customer.ssn"))         // the same each time: for equality and search
//
// A keyset holds keys that seal, of which the primary one seals and every one opens, and a key that hashes. A sealed value
// names its key in its bytes 2 to 5 (KeyOf): what an older key sealed is found without opening anything. The key that hashes
// stays the same when the others are changed, so that a hash finds what was hashed before.
//
// What is sealed is bound to its place by associated data: a value that somebody copies to another row or column does not
// open there.
//
// The package refuses a keyset file that others than its owner can read, and to tell a key or a value in an error. It knows
// no database and no loan; package tink does the cryptography.
package seal
