package evidence_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/furnisher/furnisher/batch/evidence"
	"github.com/furnisher/furnisher/batch/merkle"
)

func newKey(t *testing.T) *merkle.Key {
	t.Helper()
	key, err := merkle.CreateKey(filepath.Join(t.TempDir(), "audit.key"))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// pack is a pack with a proof, and its bytes.
func pack(t *testing.T, key *merkle.Key) (evidence.Pack, []byte) {
	t.Helper()
	entry := merkle.Entry{Kind: "operation", A: 5, Digest: merkle.Digest([]byte("what it says"))}
	signed, err := key.Sign(merkle.Head{Entries: 1, Root: entry.Leaf(), At: time.Date(2026, 9, 30, 23, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	proof := merkle.Proof{Entry: entry, Size: 1}
	p := evidence.Pack{
		About: evidence.About{LoanID: "L-1", Account: "****0001", MadeAt: time.Date(2026, 10, 1, 12, 30, 8, 0, time.UTC), Months: 24},
		Members: append(evidence.Proofs("operation-5", &proof, []byte("what it says")), evidence.Head(signed),
			evidence.Member{Name: "evidence.json", Text: []byte("{}\n")}, evidence.Member{Name: "empty.txt"}),
	}
	var out bytes.Buffer
	if err := evidence.Write(&out, p, key); err != nil {
		t.Fatal(err)
	}
	return p, out.Bytes()
}

func verify(key *merkle.Key, text []byte) (*evidence.Report, error) {
	return evidence.Verify(bytes.NewReader(text), int64(len(text)), key.Verifier())
}

// The same pack has the same bytes, is verified, and no byte of it can be another.
func TestPack(t *testing.T) {
	key := newKey(t)
	p, text := pack(t, key)
	var again bytes.Buffer
	if err := evidence.Write(&again, p, key); err != nil || !bytes.Equal(again.Bytes(), text) {
		t.Errorf("written again it has other bytes, %v", err)
	}
	r, err := verify(key, text)
	if err != nil || r.About != p.About || r.Members != 5 || r.Proofs != 1 || r.Head.Entries != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	if _, err := verify(newKey(t), text); !errors.Is(err, evidence.ErrPack) || !strings.Contains(err.Error(), "not signed by the key") {
		t.Errorf("of another key: %v", err)
	}
	passed := 0
	for i := range text {
		changed := bytes.Clone(text)
		changed[i] ^= 1
		if _, err := verify(key, changed); err == nil {
			passed++
		} else if !errors.Is(err, evidence.ErrPack) {
			t.Fatalf("byte %d: %v", i, err)
		}
	}
	// The maker's version, the kind of text and the disk that a ZIP notes of each member are nobody's evidence.
	if most := 7 * 8; passed > most {
		t.Errorf("%d bytes may be others", passed)
	}
	for i := range text {
		if _, err := verify(key, text[:i]); !errors.Is(err, evidence.ErrPack) {
			t.Fatalf("cut off at %d: %v", i, err)
		}
	}
}

// What a ZIP may hold that no pack does is refused, with a reason.
func TestBadPacks(t *testing.T) {
	key := newKey(t)
	_, good := pack(t, key)
	build := func(change func(z *zip.Writer)) []byte {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		change(z)
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	member := func(z *zip.Writer, h zip.FileHeader, text string) {
		w, err := z.CreateHeader(&h)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	raw := func(z *zip.Writer, name, text string, declared uint64) {
		h := &zip.FileHeader{Name: name, Method: zip.Store, CompressedSize64: declared, UncompressedSize64: declared}
		h.SetMode(0o600)
		w, err := z.CreateRaw(h)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		text []byte
		want string
	}{
		{"nothing", nil, "not a whole ZIP file"},
		{"no ZIP", []byte("hello"), "not a whole ZIP file"},
		{"a bomb", build(func(z *zip.Writer) {
			member(z, zip.FileHeader{Name: "a", Method: zip.Deflate}, strings.Repeat("0", 10<<20))
		}), "compressed or encrypted"},
		{"a path that leads out", build(func(z *zip.Writer) { raw(z, "../../etc/passwd", "", 0) }), "leads elsewhere"},
		{"a path from the root", build(func(z *zip.Writer) { raw(z, "/etc/passwd", "", 0) }), "leads elsewhere"},
		{"a path of another system", build(func(z *zip.Writer) { raw(z, `..\x`, "", 0) }), "leads elsewhere"},
		{"a hidden name", build(func(z *zip.Writer) { raw(z, ".profile", "", 0) }), "not plain"},
		{"a name twice", build(func(z *zip.Writer) { raw(z, "a", "", 0); raw(z, "a", "", 0) }), "there twice"},
		{"a length that is not true", build(func(z *zip.Writer) { raw(z, "a", "x", 1<<40) }), "longer than the pack"},
		{"a link", build(func(z *zip.Writer) {
			h := zip.FileHeader{Name: "a"}
			h.SetMode(0o777 | 1<<27)
			member(z, h, "/etc/passwd")
		}), "compressed or encrypted"},
		{"no manifest", build(func(z *zip.Writer) { raw(z, "a", "", 0) }), "no signed manifest"},
		{"bytes before it", append([]byte("#!/bin/sh\n"), good...), "10 bytes beside its members"},
		{"a comment", build(func(z *zip.Writer) { _ = z.SetComment("hello") }), "a comment"},
	} {
		if _, err := verify(key, c.text); !errors.Is(err, evidence.ErrPack) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	for _, name := range []string{"../a", "a/b/c", "", "A", "a b", strings.Repeat("a", 101)} {
		if err := evidence.Write(&bytes.Buffer{}, evidence.Pack{Members: []evidence.Member{{Name: name}}}, key); err == nil {
			t.Errorf("a member is named %q", name)
		}
	}
}
