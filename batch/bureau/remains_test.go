package bureau

import (
	"os"
	"path/filepath"
	"testing"
)

// TestRemoveRemains: what a killed process left of a file goes, in the folder of that very name and nowhere else.
func TestRemoveRemains(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	const file, left = "metro2-NORTH-1-20260930.txt", ".metro2-NORTH-1-20260930.txt123"
	for _, dir := range []string{"a[b]", "*", "?", "b"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{file, left, ".metro2-NORTH-2-20260930.txt123"} {
			if err := os.WriteFile(filepath.Join(root, dir, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, dir := range []string{"a[b]", "*", "?"} {
		if err := removeRemains(filepath.Join(root, dir, file)); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(filepath.Join(root, dir))
		if err != nil || len(entries) != 2 || entries[0].Name() == left {
			t.Errorf("in %q there are %v, %v, want the file and the remains of another one", dir, entries, err)
		}
	}
	if _, err := os.Stat(filepath.Join(root, "b", left)); err != nil {
		t.Errorf("a folder that nobody named: %v", err)
	}
}
