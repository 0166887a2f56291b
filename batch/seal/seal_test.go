package seal_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch/seal"
)

func newKeyset(t testing.TB) *seal.Keyset {
	t.Helper()
	k, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func sealed(t testing.TB, k *seal.Keyset, value, place string) []byte {
	t.Helper()
	s, err := k.Seal([]byte(value), []byte(place))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A value opens at its place with its key, and nowhere else; it names its key and does not tell itself.
func TestSeal(t *testing.T) {
	k, other := newKeyset(t), newKeyset(t)
	place := seal.At("customer.ssn", "C-1")
	s := sealed(t, k, "666100001", string(place))
	if again := sealed(t, k, "666100001", string(place)); bytes.Equal(s, again) || bytes.Contains(s, []byte("666100001")) {
		t.Error("a sealed value tells that it is the same as another, or itself")
	}
	if id, ok := seal.KeyOf(s); !ok || id != k.Primary() {
		t.Errorf("sealed by key %d %t, want %d", id, ok, k.Primary())
	}
	if len(s) != len("666100001")+seal.Overhead {
		t.Errorf("%d bytes sealed, want %d more than the value", len(s), seal.Overhead)
	}
	if got, err := k.Open(s, place); err != nil || string(got) != "666100001" {
		t.Errorf("opened %q, %v", got, err)
	}
	damaged := bytes.Clone(s)
	damaged[len(damaged)-1] ^= 1
	for name, c := range map[string]struct {
		k             *seal.Keyset
		sealed, place []byte
		want          error
	}{
		"another row":    {k, s, seal.At("customer.ssn", "C-2"), seal.ErrSealed},
		"another column": {k, s, seal.At("customer.date_of_birth", "C-1"), seal.ErrSealed},
		"another keyset": {other, s, place, seal.ErrSealed},
		"no keyset":      {nil, s, place, seal.ErrNoKeyset},
		"damaged":        {k, damaged, place, seal.ErrSealed},
		"cut off":        {k, s[:20], place, seal.ErrSealed},
		"nothing":        {k, nil, place, seal.ErrSealed},
	} {
		if got, err := c.k.Open(c.sealed, c.place); !errors.Is(err, c.want) || got != nil || strings.Contains(err.Error(), "666") {
			t.Errorf("%s: opened %q, %v, want %v", name, got, err, c.want)
		}
	}
}

// A hash is the same for a value and an area alone, and stays so when the keys are changed.
func TestHash(t *testing.T) {
	k := newKeyset(t)
	renewed, err := k.Renewed()
	if err != nil {
		t.Fatal(err)
	}
	hash := func(k *seal.Keyset, value, area string) string {
		h, err := k.Hash([]byte(value), []byte(area))
		if err != nil || len(h) != seal.HashBytes {
			t.Fatalf("hash of %d bytes, %v", len(h), err)
		}
		return string(h)
	}
	first := hash(k, "666100001", "customer.ssn")
	if hash(renewed, "666100001", "customer.ssn") != first {
		t.Error("the hash changed with the keys that seal")
	}
	for name, other := range map[string]string{
		"another value":        hash(k, "666100002", "customer.ssn"),
		"another area":         hash(k, "666100001", "customer.dob"),
		"another keyset":       hash(newKeyset(t), "666100001", "customer.ssn"),
		"parts cut elsewhere":  hash(k, "n666100001", "customer.ss"),
		"nothing in all of it": hash(k, "", "customer.ssn666100001"),
	} {
		if other == first {
			t.Errorf("%s: the same hash", name)
		}
	}
	if _, err := (*seal.Keyset)(nil).Hash(nil, nil); !errors.Is(err, seal.ErrNoKeyset) {
		t.Errorf("without a keyset: %v", err)
	}
}

// With a new key the old ones open and do not seal; a key that is dropped does not open.
func TestRenewed(t *testing.T) {
	k := newKeyset(t)
	old := sealed(t, k, "value", "place")
	renewed, err := k.Renewed()
	if err != nil {
		t.Fatal(err)
	}
	fresh := sealed(t, renewed, "value", "place")
	if id, _ := seal.KeyOf(fresh); id != renewed.Primary() || id == k.Primary() || len(renewed.Keys()) != 2 || renewed.Keys()[0].ID != k.Primary() {
		t.Errorf("sealed by %d with keys %v", id, renewed.Keys())
	}
	if _, err := renewed.Open(old, []byte("place")); err != nil {
		t.Errorf("the old key does not open: %v", err)
	}
	if _, err := k.Open(fresh, []byte("place")); !errors.Is(err, seal.ErrSealed) {
		t.Errorf("the keyset without the new key: %v", err)
	}
	kept, err := renewed.Alone(k.Primary())
	if err != nil || len(kept.Keys()) != 2 {
		t.Fatalf("%v, %v", kept.Keys(), err)
	}
	alone, err := renewed.Alone()
	if err != nil || len(alone.Keys()) != 1 || !alone.Keys()[0].Primary {
		t.Fatalf("%v, %v", alone.Keys(), err)
	}
	if _, err := alone.Open(old, []byte("place")); !errors.Is(err, seal.ErrSealed) {
		t.Errorf("a dropped key: %v", err)
	}
	one, err1 := k.Name()
	two, err2 := alone.Name()
	if !bytes.Equal(one, two) || err1 != nil || err2 != nil {
		t.Error("the keyset has another name after its keys were changed")
	}
}

// A file is the keyset again, belongs to its owner alone, and replaces another only when it is to.
func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keyset.json")
	k := newKeyset(t)
	if err := k.Create(path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	read, err := seal.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read.Open(sealed(t, k, "value", "place"), []byte("place")); err != nil || string(got) != "value" {
		t.Errorf("opened %q, %v", got, err)
	}
	if err := newKeyset(t).Create(path); !errors.Is(err, os.ErrExist) {
		t.Errorf("a second keyset in the same place: %v", err)
	}
	renewed, err := k.Renewed()
	if err != nil {
		t.Fatal(err)
	}
	if err := renewed.Replace(path); err != nil {
		t.Fatal(err)
	}
	if read, err = seal.Read(path); err != nil || read.Primary() != renewed.Primary() {
		t.Errorf("after the change: %v", err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 1 {
		t.Errorf("left beside it: %v, %v", names, err)
	}
}

// Files that are no keysets are refused, and what they hold is not told.
func TestReadRefuses(t *testing.T) {
	dir := t.TempDir()
	good, err := newKeyset(t).Text()
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct {
		path string
		want error
	}{
		"none":             {filepath.Join(dir, "none"), seal.ErrNoKeyset},
		"readable by all":  {write("all", string(good), 0o644), seal.ErrExposed},
		"by the group":     {write("group", string(good), 0o640), seal.ErrExposed},
		"writable by all":  {write("writable", string(good), 0o602), seal.ErrExposed},
		"text":             {write("text", "SECRET", 0o600), seal.ErrKeyset},
		"one part":         {write("part", `{"seal":{"SECRET":1}}`, 0o600), seal.ErrKeyset},
		"parts exchanged":  {write("exchanged", strings.NewReplacer(`"seal"`, `"hash"`, `"hash"`, `"seal"`).Replace(string(good)), 0o600), seal.ErrKeyset},
		"a folder":         {dir, seal.ErrExposed},
		"empty":            {write("empty", "", 0o600), seal.ErrKeyset},
		"only for reading": {write("read", string(good), 0o400), nil},
	} {
		if _, err := seal.Read(c.path); !errors.Is(err, c.want) || err != nil && strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func BenchmarkSeal(b *testing.B) {
	k := newKeyset(b)
	value := bytes.Repeat([]byte("x"), 150)
	s := sealed(b, k, string(value), "account.facts\x0012345678")
	place := []byte("account.facts\x0012345678")
	b.Run("seal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := k.Seal(value, place); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := k.Open(s, place); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("hash", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := k.Hash(value[:9], place[:13]); err != nil {
				b.Fatal(err)
			}
		}
	})
}
