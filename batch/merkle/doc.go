// Package merkle is the arithmetic of a tamper-evident log: a Merkle tree (RFC 6962) over the hashes of entries, heads that a key
// signs, and proofs that an entry is in the log, which anybody can check without the database.
//
//	var tree merkle.Tree
//	tree.Add(merkle.Leaf([]byte("entry 0")))
//	head := merkle.Head{Entries: tree.Size(), Root: tree.Root(), At: now}
//	note, err := key.Sign(head)                  // a text that an outside keeper holds
//	head, err = merkle.OpenHead(note, verifier)  // years later, elsewhere
//
// A head is a signed note in the format of the checkpoints of transparency logs (a name, the number of entries, the root), so that
// a keeper may use tools that others wrote. The key is Ed25519; it lies in a file that only its owner can read, never in the database.
//
// The package knows no database and no loan; package golang.org/x/mod/sumdb does the hashing and the signing.
package merkle
