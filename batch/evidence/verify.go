package evidence

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/furnisher/furnisher/batch/merkle"
)

// ErrPack: a file is not an evidence pack as it was made.
var ErrPack = errors.New("this is not an evidence pack as it was made")

// Report says what was checked.
type Report struct {
	About   About        `json:"about"`
	Members int          `json:"members"`
	Proofs  int          `json:"proofs"`
	Head    *merkle.Head `json:"head"` // of the proofs; nil: there are none
}

func bad(says string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrPack, fmt.Sprintf(says, args...))
}

// Verify checks a pack: the signature, each member, and each proof. It reads the pack alone, and unpacks nothing.
//
// Errors to branch on: ErrPack.
func Verify(file io.ReaderAt, size int64, key note.Verifier) (*Report, error) {
	if size > maxBytes+maxMembers*512 {
		return nil, bad("it has more than %d MB", maxBytes>>20)
	}
	members, err := read(file, size)
	if err != nil {
		return nil, err
	}
	text, signature := members[manifestName], members[signatureName]
	if text == nil || signature == nil {
		return nil, bad("it has no signed manifest")
	}
	signed, err := merkle.OpenText(signature, key)
	if err != nil {
		return nil, bad("its manifest is not signed by the key %s", key.Name())
	}
	if signed != signedText(text) {
		return nil, bad("its manifest is not the one that was signed")
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil || m.Format != format {
		return nil, bad("its manifest cannot be read")
	}
	if len(m.Members) != len(members)-2 {
		return nil, bad("its manifest lists %d members, and it has %d", len(m.Members), len(members)-2)
	}
	for _, l := range m.Members {
		got, is := members[l.Name]
		switch {
		case !is:
			return nil, bad("the member %s is missing", l.Name)
		case int64(len(got)) != l.Bytes || sum(got) != l.SHA256:
			return nil, bad("the member %s differs from the manifest", l.Name)
		}
	}
	r := &Report{About: m.About, Members: len(m.Members)}
	return r, r.prove(m, members, key)
}

// prove checks the proofs.
func (r *Report) prove(m manifest, members map[string][]byte, key note.Verifier) error {
	var head merkle.Head
	if signed, is := members[headName]; is {
		var err error
		if head, err = merkle.OpenHead(signed, key); err != nil {
			return bad("%s is not signed by the key %s", headName, key.Name())
		}
		r.Head = &head
	}
	for _, l := range m.Members {
		name, is := strings.CutPrefix(l.Name, "proofs/")
		if !is || l.Name == headName {
			continue
		}
		proof, err := merkle.ParseProof(string(members[l.Name]))
		if err == nil {
			err = proof.Check(head)
		}
		if err != nil {
			return bad("%s: %v", l.Name, err)
		}
		if content, is := members["contents/"+name]; is && merkle.Digest(content) != proof.Says() {
			return bad("contents/%s is not what was logged", name)
		}
		r.Proofs++
	}
	return nil
}

// read reads the members of a ZIP that is as Write makes it.
func read(file io.ReaderAt, size int64) (map[string][]byte, error) {
	z, err := zip.NewReader(file, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, bad("it is not a whole ZIP file")
	}
	if len(z.File) > maxMembers+2 {
		return nil, bad("it has more than %d members", maxMembers)
	}
	if z.Comment != "" {
		return nil, bad("it has a comment")
	}
	members := make(map[string][]byte, len(z.File))
	used := int64(22) // the end of a ZIP; its members follow each other from its beginning
	for i, f := range z.File {
		switch {
		case !goodName(f.Name):
			return nil, bad("member %d has a name that leads elsewhere or is not plain", i+1)
		case members[f.Name] != nil:
			return nil, bad("the member %s is there twice", f.Name)
		case f.Method != zip.Store || f.CompressedSize64 != f.UncompressedSize64 || f.Flags != 0:
			return nil, bad("the member %s is compressed or encrypted", f.Name)
		case f.UncompressedSize64 > uint64(size):
			return nil, bad("the member %s is longer than the pack", f.Name)
		case f.Mode() != 0o600 || len(f.Extra) > 0 || f.Comment != "":
			return nil, bad("the member %s is not a plain file", f.Name)
		}
		text, err := content(f)
		if err == nil {
			err = sameHeader(file, f)
		}
		if err != nil {
			return nil, bad("the member %s is damaged or cut off", f.Name)
		}
		members[f.Name] = text
		used += 30 + 46 + 2*int64(len(f.Name)) + int64(len(text))
	}
	if used != size {
		return nil, bad("it has %d bytes beside its members", size-used)
	}
	return members, nil
}

// sameHeader compares what stands before a member with what the end of the ZIP says of it: other programs go by the former.
func sameHeader(file io.ReaderAt, f *zip.File) error {
	want := binary.LittleEndian.AppendUint32(nil, 0x04034b50)
	for _, n := range []uint16{f.ReaderVersion, f.Flags, f.Method, f.ModifiedTime, f.ModifiedDate} {
		want = binary.LittleEndian.AppendUint16(want, n)
	}
	for _, n := range []uint32{f.CRC32, uint32(f.CompressedSize64), uint32(f.UncompressedSize64)} {
		want = binary.LittleEndian.AppendUint32(want, n)
	}
	want = binary.LittleEndian.AppendUint32(want, uint32(len(f.Name))) // and no extra field
	want = append(want, f.Name...)
	offset, err := f.DataOffset()
	if err != nil || offset < int64(len(want)) {
		return ErrPack
	}
	got := make([]byte, len(want))
	if _, err := file.ReadAt(got, offset-int64(len(want))); err != nil || !bytes.Equal(got, want) {
		return ErrPack
	}
	return nil
}

// content reads a member, with its checksum.
func content(f *zip.File) (text []byte, err error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	text, err = io.ReadAll(io.LimitReader(r, int64(f.UncompressedSize64)+1))
	if text == nil {
		text = []byte{}
	}
	return text, err
}
