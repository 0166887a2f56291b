package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module = "github.com/furnisher/furnisher/"
	top    = "../.." // of the repository
)

// allowance is what the non-test files of a folder may import. A name that ends in /... stands for a
// folder and all below it; "std" for the standard library but for what never lists.
type allowance struct {
	folder string
	may    string
	never  string
}

// allowances is the table of the architecture, the most particular folder first. It is the law of the
// house: a build that fails it is mended by moving code, not by another word in here.
var allowances = []allowance{
	{folder: "rules", may: `errors fmt cmp maps math slices sort strconv strings time unicode database/sql/driver
		github.com/shopspring/decimal`},
	{folder: "sql", may: "embed"},
	{folder: "metro2", may: "std", never: "os os/... net net/... log log/... database/... context syscall time math/rand math/rand/v2"},

	{folder: "batch/localpg", may: "std github.com/lib/pq github.com/lib/pq/pqerror github.com/sirupsen/logrus"},
	{folder: "batch/seal", may: `std filippo.io/age github.com/tink-crypto/tink-go/v2/aead github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset
		github.com/tink-crypto/tink-go/v2/keyset github.com/tink-crypto/tink-go/v2/prf github.com/tink-crypto/tink-go/v2/tink`},
	{folder: "batch/merkle", may: "std golang.org/x/mod/sumdb/note golang.org/x/mod/sumdb/tlog"},
	{folder: "batch/database", may: `std sql github.com/jmoiron/sqlx github.com/lib/pq github.com/lib/pq/pqerror
		github.com/pressly/goose/v3 github.com/pressly/goose/v3/lock github.com/sirupsen/logrus`},
	{folder: "batch/book", may: everyRoom + "batch batch/database batch/seal rules"},
	{folder: "batch/bureau", may: everyRoom + "batch batch/database batch/book batch/merkle batch/seal metro2 rules github.com/google/renameio/v2"},
	{folder: "batch/evidence", may: everyRoom + "batch/merkle golang.org/x/mod/sumdb/note"},
	{folder: "batch/audit", may: everyRoom + "batch/database batch/bureau batch/merkle golang.org/x/mod/sumdb/note"},
	{folder: "batch/step", may: everyRoom + "batch batch/database batch/book batch/bureau metro2 rules"},
	{folder: "batch/intake", may: everyRoom + "batch batch/database batch/book batch/seal metro2 rules"},
	{folder: "batch/servicing", may: everyRoom + "batch batch/database batch/book rules golang.org/x/crypto/argon2", never: "net/http"},
	{folder: "batch/inquiry", may: everyRoom + "batch/database rules"},
	{folder: "batch/sample", may: everyRoom + "batch/database batch/seal metro2"}, // derives anew: neither rules nor tradelines
	{folder: "batch/fanout", may: everyRoom + `batch batch/database
		github.com/riverqueue/river github.com/riverqueue/river/rivermigrate
		github.com/riverqueue/river/riverdriver/riverpgxv5 github.com/riverqueue/river/rivertype
		github.com/jackc/pgx/v5 github.com/jackc/pgx/v5/pgconn github.com/jackc/pgx/v5/pgxpool
		github.com/sirupsen/logrus/hooks/slog`},
	{folder: "batch/delivery", may: everyRoom + `batch/database batch/bureau rules
		github.com/ProtonMail/gopenpgp/v3/crypto github.com/pkg/sftp golang.org/x/crypto/ssh golang.org/x/crypto/ssh/knownhosts
		github.com/standard-webhooks/standard-webhooks/libraries/go`},
	{folder: "batch/serve/console", may: everyRoom + `batch/serve batch/servicing batch/inquiry rules
		github.com/alexedwards/scs/v2 golang.org/x/time/rate github.com/coreos/go-oidc/v3/oidc golang.org/x/oauth2`},
	{folder: "batch/serve", may: everyRoom + `batch/servicing batch/inquiry rules
		github.com/oapi-codegen/runtime github.com/getkin/kin-openapi/openapi3 github.com/getkin/kin-openapi/openapi3filter
		github.com/getkin/kin-openapi/routers golang.org/x/time/rate`},
	{folder: "batch", may: everyRoom + "batch/database rules"},

	{folder: "fixtures", may: `std rules metro2 sql batch/localpg batch/database batch/seal fixtures/...
		github.com/jmoiron/sqlx github.com/lib/pq github.com/lib/pq/pqerror
		golang.org/x/crypto/ssh golang.org/x/crypto/ssh/knownhosts`},
	{folder: "cmd", may: `std rules metro2 sql batch/... fixtures
		github.com/jmoiron/sqlx github.com/lib/pq github.com/sirupsen/logrus golang.org/x/term
		github.com/robfig/cron/v3 github.com/spf13/cobra github.com/spf13/cobra/doc github.com/spf13/pflag
		github.com/jedib0t/go-pretty/v6/... github.com/schollz/progressbar/v3 golang.org/x/mod/sumdb/note
		codeberg.org/go-pdf/fpdf github.com/prometheus/client_golang/... github.com/BurntSushi/toml rsc.io/qr`},
}

// everyRoom is what every room of batch may import.
const everyRoom = `std github.com/jmoiron/sqlx github.com/lib/pq github.com/lib/pq/pqerror github.com/sirupsen/logrus
	github.com/shopspring/decimal golang.org/x/sync/errgroup `

func (a allowance) allows(imported string) bool {
	if own, ok := strings.CutPrefix(imported, module); ok {
		imported = own
	} else if !strings.Contains(strings.Split(imported, "/")[0], ".") {
		if named(a.never, imported) {
			return false
		}
		if named(a.may, "std") {
			return true
		}
	}
	return named(a.may, imported)
}

// named reports whether a list holds a name.
func named(list, name string) bool {
	return slices.ContainsFunc(strings.Fields(list), func(pattern string) bool {
		folder, below := strings.CutSuffix(pattern, "/...")
		return name == folder || below && strings.HasPrefix(name, folder+"/")
	})
}

// source is a parsed file that is no test.
type source struct {
	name   string // below the root, with slashes
	folder string
	file   *ast.File
	set    *token.FileSet
}

func sources(t *testing.T) []source {
	t.Helper()
	var found []source
	err := filepath.WalkDir(top, func(p string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && (name == "testdata" || p != top && strings.HasPrefix(name, ".")):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		relative, err := filepath.Rel(top, p)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, p, nil, parser.SkipObjectResolution)
		name := filepath.ToSlash(relative)
		found = append(found, source{name, path.Dir(name), file, set})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 50 {
		t.Fatalf("only %d files were found", len(found))
	}
	return found
}

func (s source) at(n ast.Node) string {
	return s.name + ":" + strconv.Itoa(s.set.Position(n.Pos()).Line)
}

// TestImports holds every package to the table.
func TestImports(t *testing.T) {
	for _, s := range sources(t) {
		i := slices.IndexFunc(allowances, func(a allowance) bool { return named(a.folder+"/...", s.folder) })
		if i < 0 {
			t.Errorf("%s: the folder is not in the table of the architecture", s.name)
			continue
		}
		for _, spec := range s.file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if !allowances[i].allows(imported) {
				t.Errorf("%s: %s may not import %q", s.at(spec), allowances[i].folder, imported)
			}
		}
	}
}

// TestCalls holds that nothing but cmd and fixtures reads the clock or ends the process, and that rules
// start no goroutine.
func TestCalls(t *testing.T) {
	never := map[string][]string{
		"time": {"Now", "Since", "Until", "Local"},
		"os":   {"Exit"},
		"log":  {"Fatal", "Fatalf", "Fatalln"},
	}
	for _, s := range sources(t) {
		if named("cmd/... fixtures/...", s.folder) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && slices.Contains(never[x.Name], n.Sel.Name) {
					t.Errorf("%s: %s.%s belongs to cmd", s.at(n), x.Name, n.Sel.Name)
				}
			case *ast.GoStmt:
				if named("rules", s.folder) {
					t.Errorf("%s: rules start no goroutine", s.at(n))
				}
			}
			return true
		})
	}
}

// TestNoSQL holds that neither cmd nor the HTTP API has SQL text.
func TestNoSQL(t *testing.T) {
	statement := regexp.MustCompile(`(?is)^\s*(select\s.+\sfrom|insert\s+into|update\s.+\sset|delete\s+from|(create|drop|alter)\s+(or|unique|temp\w*|unlogged|materialized|table|index|view|function|trigger|type|sequence|schema|role|user|database|extension)|with\s+\w+\s+as)\s`)
	for _, s := range sources(t) {
		if !named("cmd/... batch/serve/...", s.folder) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil && statement.MatchString(text) {
					t.Errorf("%s: SQL text belongs to package sql", s.at(n))
				}
			}
			return true
		})
	}
}

// TestTopLevel holds that the repository's top level is the one of the architecture.
func TestTopLevel(t *testing.T) {
	out, err := exec.Command("git", "-c", "safe.directory=*", "-C", top, "ls-files").Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	const known = "cmd batch metro2 rules sql fixtures Makefile go.mod go.sum README.md LICENSE CHANGELOG.md Dockerfile"
	for line := range strings.Lines(string(out)) {
		entry, _, _ := strings.Cut(strings.TrimSpace(line), "/")
		if !named(known, entry) && !strings.HasPrefix(entry, ".") {
			t.Errorf("%s does not belong to the top level", entry)
		}
	}
}

// TestTable holds that the table itself refuses what it is there to refuse.
func TestTable(t *testing.T) {
	for _, c := range []struct {
		folder, imported string
		want             bool
	}{
		{"rules", "github.com/shopspring/decimal", true},
		{"rules", "database/sql/driver", true},
		{"rules", "database/sql", false},
		{"rules", "io", false},
		{"rules", "context", false},
		{"rules", "math/rand", false},
		{"rules", module + "sql", false},
		{"metro2", "encoding/json", true},
		{"metro2", "os", false},
		{"metro2", "os/exec", false},
		{"metro2", "github.com/shopspring/decimal", false},
		{"metro2", module + "rules", false},
		{"sql", "embed", true},
		{"sql", "strings", false},
		{"batch", module + "batch/database", true},
		{"batch", module + "batch/localpg", false},
		{"batch", module + "batch/bureau", false},
		{"batch", module + "fixtures", false},
		{"batch", module + "cmd/furnisher", false},
		{"batch", "github.com/pressly/goose/v3", false},
		{"batch", "github.com/robfig/cron/v3", false},
		{"batch", "github.com/riverqueue/river", false},
		{"batch/database", "github.com/pressly/goose/v3", true},
		{"batch/database", module + "batch/localpg", false},
		{"batch/database", module + "rules", false},
		{"batch/seal", "github.com/tink-crypto/tink-go/v2/aead", true},
		{"batch/seal", module + "batch/database", false},
		{"batch/seal", "github.com/jmoiron/sqlx", false},
		{"batch/merkle", "golang.org/x/mod/sumdb/tlog", true},
		{"batch/merkle", module + "batch/database", false},
		{"batch/audit", module + "batch/bureau", true},
		{"batch/audit", module + "batch/step", false},
		{"batch/localpg", module + "batch/database", false},
		{"batch/localpg", "github.com/jmoiron/sqlx", false},
		{"batch/localpg", "github.com/pressly/goose/v3", false},
		{"batch/sample", module + "metro2", true},
		{"batch/sample", module + "batch/bureau", false},
		{"batch/sample", module + "batch/book", false},
		{"batch/sample", module + "rules", false},
		{"batch/book", module + "batch", true},
		{"batch/book", module + "batch/step", false},
		{"batch/book", module + "batch/bureau", false},
		{"batch/bureau", module + "batch/book", true},
		{"batch/bureau", module + "batch/step", false},
		{"batch/bureau", "github.com/google/renameio/v2", true},
		{"batch/step", module + "batch/bureau", true},
		{"batch/step", module + "batch/intake", false},
		{"batch/intake", module + "batch/book", true},
		{"batch/intake", module + "batch/bureau", false},
		{"batch/servicing", module + "batch/book", true},
		{"batch/servicing", module + "batch/step", false},
		{"batch/servicing", "github.com/spf13/pflag", false},
		{"batch/servicing", "net/http", false},
		{"batch/inquiry", module + "batch/database", true},
		{"batch/inquiry", module + "batch/bureau", false},
		{"batch/fanout", "github.com/riverqueue/river", true},
		{"batch/fanout", module + "batch/step", false},
		{"batch/delivery", "github.com/pkg/sftp", true},
		{"batch/delivery", module + "batch/step", false},
		{"batch/serve", module + "batch/servicing", true},
		{"batch/serve", module + "batch/inquiry", true},
		{"batch/serve", "net/http", true},
		{"batch/serve", module + "batch/database", false},
		{"batch/serve", module + "batch/book", false},
		{"batch/serve", module + "batch/step", false},
		{"batch/serve", module + "batch/intake", false},
		{"batch/serve", module + "sql", false},
		{"fixtures", module + "batch", false},
		{"fixtures", module + "cmd/furnisher", false},
		{"cmd", "github.com/robfig/cron/v3", true},
		{"cmd", "github.com/pressly/goose/v3", false},
	} {
		i := slices.IndexFunc(allowances, func(a allowance) bool { return a.folder == c.folder })
		if got := allowances[i].allows(c.imported); got != c.want {
			t.Errorf("%s may import %s: got %v, want %v", c.folder, c.imported, got, c.want)
		}
	}
}
