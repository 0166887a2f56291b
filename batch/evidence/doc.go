// Package evidence writes and checks evidence packs: one ZIP with all that is known of what was reported of an account, signed, which
// an examiner or a court checks without the program's database.
//
//	err := evidence.Write(w, pack, key)                 // members, manifest.json, manifest.sig
//	report, err := evidence.Verify(file, size, public)  // what differs is in the error
//
// manifest.json lists each member with its length and SHA-256; manifest.sig is a signed note over the SHA-256 of the manifest. Members
// proofs/NAME.txt are proofs of the audit log (package merkle) against the head in proofs/head.txt, and contents/NAME.txt, where it is
// there, is what was hashed for one.
//
// # What is refused
//
// Members are stored as they are, so nothing unfolds: a pack is no larger than its file. Names are plain and below the pack, each once,
// each in the manifest. What a ZIP may hold beside its members (comments, hidden bytes, links, encrypted or compressed members) is
// refused, as is a pack of more than 64 MB or 2,000 members. Nothing is ever unpacked to a disk.
//
// The same members and time give the same bytes.
package evidence
