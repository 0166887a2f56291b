package merkle

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// Entry is an entry of the log: which row it is of, and a hash of what never changes of that row.
type Entry struct {
	Kind   string // the table
	A, B   int64  // the row's key; B is 0 where A is enough
	Found  bool   // the row was there before the log began, and is logged as it was found
	Digest Hash
}

// Leaf is the entry's hash in the tree.
func (e Entry) Leaf() Hash {
	text := append(make([]byte, 0, 96), e.Kind...)
	text = strconv.AppendInt(append(text, ' '), e.A, 10)
	text = strconv.AppendInt(append(text, ' '), e.B, 10)
	if e.Found {
		text = append(text, " found"...)
	}
	return Leaf(append(append(text, '\n'), e.Digest[:]...))
}

// Digest is the hash of what a row says.
func Digest(content []byte) Hash { return sha256.Sum256(content) }

// Proof proves that a row is in the log as a head knows it. A row of a page is proved to be in the page, and the page in the log.
type Proof struct {
	Entry  Entry
	Number int64  // of the entry
	Size   int64  // of the log
	Path   []Hash // from the entry to the root
	Page   *PageProof
}

// PageProof proves that a row is in a page, whose root is the entry's digest.
type PageProof struct {
	Key          int64 // of the row
	Says         Hash  // Digest of what it says
	Number, Size int64
	Path         []Hash
}

// RowLeaf is the hash of a row in the tree of its page: the Leaf of its key and of what it says, without memory of its own, since a night
// asks for it with every tradeline.
func RowLeaf(key int64, says Hash) Hash {
	var text [1 + 8 + len(says)]byte // the first byte is that of a leaf: 0
	binary.BigEndian.PutUint64(text[1:], uint64(key))
	copy(text[9:], says[:])
	return sha256.Sum256(text[:])
}

// root is the root of the page.
func (p *PageProof) root() (Hash, error) {
	return PathRoot(p.Path, p.Number, p.Size, RowLeaf(p.Key, p.Says))
}

// Says is the hash of what the row says.
func (p *Proof) Says() Hash {
	if p.Page != nil {
		return p.Page.Says
	}
	return p.Entry.Digest
}

// Check proves the row against a head.
func (p *Proof) Check(h Head) error {
	if p.Size != h.Entries {
		return fmt.Errorf("%w: it is of a log of %d entries, and the head is of %d", ErrProof, p.Size, h.Entries)
	}
	if p.Page != nil {
		if root, err := p.Page.root(); err != nil || root != p.Entry.Digest {
			return cmp.Or(err, fmt.Errorf("%w: the row is not in its page", ErrProof))
		}
	}
	root, err := PathRoot(p.Path, p.Number, p.Size, p.Entry.Leaf())
	if err != nil {
		return err
	}
	if root != h.Root {
		return fmt.Errorf("%w: the row is not in the log of the head", ErrProof)
	}
	return nil
}

const proofTitle = "furnisher audit proof"

// Text is the proof as a text, for ParseProof: the entry, what its row says, where it is and the path from it; for a row of a page that
// row instead, and then the page. The hash of a page follows from its row.
func (p *Proof) Text() string {
	found := ""
	if p.Entry.Found {
		found = " found"
	}
	text := fmt.Sprintf("%s\n%s %d %d%s\n", proofTitle, p.Entry.Kind, p.Entry.A, p.Entry.B, found)
	if page := p.Page; page != nil {
		text += fmt.Sprintf("row %d\n%s\n%d of %d\n%s\n", page.Key, joined(page.Says), page.Number, page.Size, joined(page.Path...))
	} else {
		text += joined(p.Entry.Digest) + "\n"
	}
	return text + fmt.Sprintf("%d of %d\n%s\n", p.Number, p.Size, joined(p.Path...))
}

// ParseProof reads what Text wrote. Any error is ErrProof.
func ParseProof(text string) (*Proof, error) {
	if len(text) > maxProof {
		return nil, fmt.Errorf("%w: no proof has more than %d bytes", ErrProof, maxProof)
	}
	p := &Proof{}
	lines := strings.Split(text, "\n")
	if n := len(lines); n != 6 && n != 9 || lines[0] != proofTitle {
		return nil, fmt.Errorf("%w: its lines are not those of a proof", ErrProof)
	}
	row, found := strings.CutSuffix(lines[1], " found")
	p.Entry.Found = found
	if _, err := fmt.Sscanf(row, "%s %d %d", &p.Entry.Kind, &p.Entry.A, &p.Entry.B); err != nil {
		return nil, fmt.Errorf("%w: its second line names no row", ErrProof)
	}
	var err error
	if len(lines) == 9 {
		p.Page = &PageProof{}
		if _, err := fmt.Sscanf(lines[2], "row %d", &p.Page.Key); err != nil {
			return nil, fmt.Errorf("%w: its third line names no row", ErrProof)
		}
		if p.Page.Says, err = parseHash(lines[3]); err != nil {
			return nil, err
		}
		if p.Page.Number, p.Page.Size, p.Page.Path, err = parsePath(lines[4:6]); err != nil {
			return nil, err
		}
		if p.Entry.Digest, err = p.Page.root(); err != nil {
			return nil, err
		}
	} else if p.Entry.Digest, err = parseHash(lines[2]); err != nil {
		return nil, err
	}
	if p.Number, p.Size, p.Path, err = parsePath(lines[len(lines)-3:]); err != nil {
		return nil, err
	}
	if p.Text() != text {
		return nil, fmt.Errorf("%w: it is not written as proofs are", ErrProof)
	}
	return p, nil
}

// maxProof bounds a proof: one among a million rows has less than a kilobyte.
const maxProof = 8192

// parsePath reads a place and a path.
func parsePath(lines []string) (number, size int64, path []Hash, err error) {
	if _, err := fmt.Sscanf(lines[0], "%d of %d", &number, &size); err != nil {
		return 0, 0, nil, fmt.Errorf("%w: a place cannot be read", ErrProof)
	}
	all, err := base64.RawStdEncoding.DecodeString(lines[1])
	if err != nil || len(all)%len(Hash{}) != 0 {
		return 0, 0, nil, fmt.Errorf("%w: a path cannot be read", ErrProof)
	}
	for ; len(all) > 0; all = all[len(Hash{}):] {
		path = append(path, Hash(all[:len(Hash{})]))
	}
	return number, size, path, nil
}

func parseHash(line string) (Hash, error) {
	hash, err := base64.RawStdEncoding.DecodeString(line)
	if err != nil || len(hash) != len(Hash{}) {
		return Hash{}, fmt.Errorf("%w: a hash cannot be read", ErrProof)
	}
	return Hash(hash), nil
}

// joined is hashes as a text, in one piece.
func joined(hashes ...Hash) string {
	all := make([]byte, 0, len(hashes)*len(Hash{}))
	for _, h := range hashes {
		all = append(all, h[:]...)
	}
	return base64.RawStdEncoding.EncodeToString(all)
}
