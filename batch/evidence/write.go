package evidence

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/furnisher/furnisher/batch/merkle"
)

// Names of the members that every pack has.
const (
	manifestName  = "manifest.json"
	signatureName = "manifest.sig"
	headName      = "proofs/head.txt"
)

// Bounds of a pack.
const (
	maxBytes   = 64 << 20
	maxMembers = 2000
	maxName    = 100
)

// ErrTooLarge: a pack would be larger than anybody takes it.
var ErrTooLarge = fmt.Errorf("an evidence pack has at most %d MB and %d members", maxBytes>>20, maxMembers)

// Pack is what a pack holds.
type Pack struct {
	About   About
	Members []Member
}

// About says what a pack is of.
type About struct {
	LoanID   string    `json:"loan_id"`
	Account  string    `json:"account_number"` // masked
	MadeAt   time.Time `json:"made_at"`
	Months   int       `json:"months"`
	Unmasked bool      `json:"unmasked"`
}

// Member is a file of the pack.
type Member struct {
	Name string
	Text []byte
}

// listed is a member as the manifest lists it.
type listed struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// manifest is manifest.json.
type manifest struct {
	Format  string   `json:"format"`
	About   About    `json:"about"`
	Members []listed `json:"members"`
}

const format = "furnisher evidence 1"

// Proofs are the members that prove rows against a head. content is nil for a row of which the pack tells only the hash.
func Proofs(name string, proof *merkle.Proof, content []byte) []Member {
	members := []Member{{"proofs/" + name + ".txt", []byte(proof.Text())}}
	if content != nil {
		members = append(members, Member{"contents/" + name + ".txt", content})
	}
	return members
}

// Head is the member with the head of the proofs.
func Head(signed []byte) Member { return Member{headName, signed} }

// sum is the SHA-256 of a text.
func sum(text []byte) string {
	hash := sha256.Sum256(text)
	return hex.EncodeToString(hash[:])
}

// Write writes a pack, signed by the key. Its members come in the order of their names.
func Write(w io.Writer, p Pack, key *merkle.Key) error {
	members := slices.Clone(p.Members)
	slices.SortFunc(members, func(a, b Member) int { return strings.Compare(a.Name, b.Name) })
	m := manifest{Format: format, About: p.About, Members: []listed{}}
	total := 0
	for i, member := range members {
		if !goodName(member.Name) || i > 0 && members[i-1].Name == member.Name {
			return fmt.Errorf("a member cannot be named %q", member.Name)
		}
		m.Members = append(m.Members, listed{member.Name, int64(len(member.Text)), sum(member.Text)})
		total += len(member.Text)
	}
	if total > maxBytes || len(members) > maxMembers {
		return ErrTooLarge
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	signature, err := key.SignText(signedText(text))
	if err != nil {
		return fmt.Errorf("sign the manifest: %w", err)
	}
	members = append(members, Member{manifestName, text}, Member{signatureName, signature})
	z := zip.NewWriter(w)
	for _, member := range members {
		if err := add(z, member, p.About.MadeAt); err != nil {
			return fmt.Errorf("write the evidence pack: %w", errors.Join(err, z.Close()))
		}
	}
	return z.Close()
}

// signedText is what is signed of a manifest.
func signedText(text []byte) string { return format + "\nmanifest " + sum(text) + "\n" }

// add writes a member as it is: neither the writer's version nor a compressor decides about a byte of it.
func add(z *zip.Writer, m Member, at time.Time) error {
	header := &zip.FileHeader{
		Name: m.Name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(m.Text),
		CompressedSize64: uint64(len(m.Text)), UncompressedSize64: uint64(len(m.Text)),
	}
	header.SetMode(0o600)
	header.ModifiedDate, header.ModifiedTime = dosTime(at.UTC())
	w, err := z.CreateRaw(header)
	if err != nil {
		return err
	}
	_, err = w.Write(m.Text)
	return err
}

// dosTime is a time as a ZIP holds it.
func dosTime(t time.Time) (date, clock uint16) {
	return uint16(t.Day() + int(t.Month())<<5 + (t.Year()-1980)<<9), uint16(t.Second()/2 + t.Minute()<<5 + t.Hour()<<11)
}

// goodName reports whether a name is plain: small letters, digits, points, hyphens, and at most one slash in its middle.
func goodName(name string) bool {
	folder, file, deep := strings.Cut(name, "/")
	if !deep {
		file, folder = folder, "x"
	}
	return len(name) <= maxName && plain(folder) && plain(file)
}

func plain(s string) bool {
	if s == "" || s[0] == '.' {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '-'
	})
}
