package database

import (
	"database/sql"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jmoiron/sqlx"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	_, database := withServer(t)

	t.Run("by 8 processes at once", func(t *testing.T) {
		url := database("crowd")
		applied := 0
		var wait []func()
		for range 8 {
			cmd, output := migrating(t, url)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			wait = append(wait, func() {
				var n int
				if err := cmd.Wait(); err != nil {
					t.Errorf("%v\n%s", err, output)
				} else if _, err := fmt.Sscanf(output.String(), "applied %d", &n); err != nil {
					t.Errorf("said %q", output)
				}
				applied += n
			})
		}
		for _, done := range wait {
			done()
		}
		if applied != 2 {
			t.Errorf("2 migrations were applied %d times", applied)
		}
	})

	t.Run("says what it did", func(t *testing.T) {
		url := database("plain")
		if migrations, err := Status(t.Context(), url, testSchema); err != nil || !errors.Is(Fit(migrations), ErrSchemaBehind) {
			t.Errorf("an empty database has %+v, %v, want it behind", migrations, err)
		}
		applied, err := Migrate(t.Context(), url, testSchema)
		if err != nil || len(applied) != 2 || applied[1].Version != 2 || applied[1].Name != "00002_second.sql" {
			t.Fatalf("Migrate = %+v, %v", applied, err)
		}
		if applied, err := Migrate(t.Context(), url, testSchema); err != nil || len(applied) != 0 {
			t.Errorf("the second Migrate = %+v, %v", applied, err)
		}
		if migrations, err := Status(t.Context(), url, testSchema); err != nil || Fit(migrations) != nil {
			t.Errorf("a migrated database has %+v, %v, want it to fit", migrations, err)
		}
		db := openTest(t, url)
		var where []string
		err = db.SelectContext(t.Context(), &where, `SELECT table_schema || '.' || table_name FROM information_schema.tables
			WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY table_name`)
		if want := "[furnisher.first furnisher.goose_db_version furnisher.second]"; fmt.Sprint(where) != want || err != nil {
			t.Errorf("tables are %v, %v, want %s", where, err, want)
		}
	})

	t.Run("keeps what came before a failure", func(t *testing.T) {
		url := database("broken")
		files := fstest.MapFS{
			"schema/00001_first.sql":  testSchema["schema/00001_first.sql"],
			"schema/00002_broken.sql": {Data: []byte("-- +goose Up\nCREATE TABLE first (id bigint);\n")},
		}
		applied, err := Migrate(t.Context(), url, files)
		if err == nil || len(applied) != 1 || applied[0].Version != 1 {
			t.Errorf("Migrate = %+v, %v, want the first and an error", applied, err)
		}
		migrations, err := Status(t.Context(), url, files)
		if err != nil || len(migrations) != 2 || !migrations[0].Applied || migrations[0].AppliedAt.IsZero() || migrations[1].Applied {
			t.Errorf("Status = %+v, %v", migrations, err)
		}
	})

	t.Run("as a role that may not make schemas", func(t *testing.T) {
		url := database("poor")
		db := openTest(t, url)
		_, err := db.ExecContext(t.Context(), `CREATE ROLE poor LOGIN; CREATE SCHEMA furnisher AUTHORIZATION poor`)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Migrate(t.Context(), strings.Replace(url, "furnisher@", "poor@", 1), testSchema); err != nil {
			t.Error(err)
		}
	})
}

// openRaw opens a database that Open refuses.
func openRaw(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func openTest(t *testing.T, url string) *sqlx.DB {
	t.Helper()
	db, err := Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestConnect(t *testing.T) {
	t.Parallel()
	server, database := withServer(t)
	ctx := t.Context()

	t.Run("private", func(t *testing.T) {
		c := Config{URL: server.URL("furnisher"), Private: true, Schema: testSchema}
		for range 2 { // migrated, then found migrated
			db, err := Connect(ctx, c)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.ExecContext(ctx, "INSERT INTO first SELECT count(*) FROM first"); err != nil {
				t.Error(err)
			}
			if !db.Private {
				t.Error("the database is not said to be private")
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}
	})

	t.Run("external", func(t *testing.T) {
		url := database("external")
		pairs := fmt.Sprintf("host='%s' user=furnisher dbname=external sslmode=disable password=", filepath.Join(server.DataDir(), "sock"))
		for _, address := range []string{url, pairs} {
			_, err := Connect(ctx, Config{URL: address, Schema: testSchema})
			if !errors.Is(err, ErrSchemaBehind) || !strings.Contains(err.Error(), "furnisher migrate up") {
				t.Errorf("%s: got %v, want ErrSchemaBehind", address, err)
			}
		}
		if _, err := Migrate(ctx, pairs, testSchema); err != nil {
			t.Fatal(err)
		}
		for _, address := range []string{url, pairs} {
			db, err := Connect(ctx, Config{URL: address, Schema: testSchema})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.ExecContext(ctx, "SELECT id FROM second"); err != nil {
				t.Errorf("%s: %v", address, err)
			}
			if db.Private {
				t.Errorf("%s is said to be private", address)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String() // nobody listens there from the next line on
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{
		"postgres://user:secret@" + closed + "/x?sslmode=disable",
		"host=/nonexistent dbname=x sslmode=disable password=secret",
	} {
		_, err := Connect(t.Context(), Config{URL: address})
		if !errors.Is(err, ErrUnreachable) {
			t.Errorf("%s: got %v, want ErrUnreachable", address, err)
		}
		if strings.Contains(fmt.Sprint(err), "secret") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}

func TestBadURL(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"postgres://user:secret@host:port/x",
		"postgres://user:secret@ho st/x",
		"postgres://user:sec%ret@host/x",
		"secret",
		"host=x sslmode=sometimes password=secret",
		"postgres://user:secret@host/x?search_path=public",
	} {
		_, err := Connect(t.Context(), Config{URL: address})
		if !errors.Is(err, ErrBadURL) {
			t.Errorf("%s: got %v, want ErrBadURL", address, err)
		}
		if strings.Contains(fmt.Sprint(err), "secret") && address != "secret" {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}

func TestWithSearchPath(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"postgres://u@h/d":                         "postgres://u@h/d?search_path=furnisher",
		"postgresql://u@h/d?sslmode=disable":       "postgresql://u@h/d?sslmode=disable&search_path=furnisher",
		"postgres://u@h/d?search_path=furnisher":   "postgres://u@h/d?search_path=furnisher",
		"postgres://furnisher@/d?host=%2Fa%20b%27": "postgres://furnisher@/d?host=%2Fa%20b%27&search_path=furnisher",
		"host=h dbname=d":                          "search_path=furnisher host=h dbname=d",
		"host=h password=":                         "search_path=furnisher host=h password=",
		"host=h search_path=furnisher":             "host=h search_path=furnisher",
	} {
		if got, err := WithSearchPath(address); got != want || err != nil {
			t.Errorf("WithSearchPath(%q) = %q, %v, want %q", address, got, err, want)
		}
	}
}

func TestFromEnv(t *testing.T) {
	t.Parallel()
	environment := map[string]string{"DATABASE_URL": "a", "DATABASE_URL_DIRECT": "e"}
	if got := FromEnv(func(name string) string { return environment[name] }); got.URL != "a" || got.DirectURL != "e" {
		t.Errorf("FromEnv = %+v", got)
	}
	delete(environment, "DATABASE_URL")
	if got := FromEnv(func(name string) string { return environment[name] }); got.URL != "e" || got.DirectURL != "e" {
		t.Errorf("with the direct address alone FromEnv = %+v", got)
	}
}

// A server that lost how far goose's numbers were, but no row, takes the next migration.
func TestMigrateNumbersOn(t *testing.T) {
	_, database := withServer(t)
	url := database("numbers")
	files := fstest.MapFS{"schema/00001_a.sql": {Data: []byte("-- +goose Up\nCREATE TABLE a (a int);\n")}}
	if _, err := Migrate(t.Context(), url, files); err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "SELECT setval(pg_get_serial_sequence('furnisher.goose_db_version', 'id'), 1)"); err != nil {
		t.Fatal(err)
	}
	files["schema/00002_b.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE b (b int);\n")}
	if applied, err := Migrate(t.Context(), url, files); err != nil || len(applied) != 1 {
		t.Errorf("migrate: %v, %v, want the second migration", applied, err)
	}
}

// TestSchemaAhead: a program that is older than its database does not touch it.
func TestSchemaAhead(t *testing.T) {
	t.Parallel()
	server, database := withServer(t)
	newer := fstest.MapFS{"schema/00003_third.sql": {Data: []byte("-- +goose Up\nCREATE TABLE third (id bigint);\n")}}
	for name, file := range testSchema {
		newer[name] = file
	}
	ctx := t.Context()
	for name, url := range map[string]string{"external": database("ahead"), "private": server.URL("furnisher")} {
		if _, err := Migrate(ctx, url, newer); err != nil {
			t.Fatal(err)
		}
		_, err := Connect(ctx, Config{URL: url, Private: name == "private", Schema: testSchema})
		if !errors.Is(err, ErrSchemaAhead) || !strings.Contains(err.Error(), "version 3") {
			t.Errorf("%s: Connect gave %v, want ErrSchemaAhead", name, err)
		}
		if applied, err := Migrate(ctx, url, testSchema); !errors.Is(err, ErrSchemaAhead) || len(applied) != 0 {
			t.Errorf("%s: Migrate gave %v, %v, want ErrSchemaAhead", name, applied, err)
		}
		migrations, err := Status(ctx, url, testSchema)
		if err != nil || len(migrations) != 3 || migrations[2].Version != 3 || migrations[2].Known || !migrations[2].Applied {
			t.Errorf("%s: Status = %+v, %v, want the third migration as one that the program does not know", name, migrations, err)
		}
	}
}

// TestEncoding: a database that cannot hold every name is refused before anything is written to it.
func TestEncoding(t *testing.T) {
	t.Parallel()
	server, _ := withServer(t)
	admin := openTest(t, server.URL("postgres"))
	ctx := t.Context()
	for name, encoding := range map[string]string{"latin": "LATIN1", "ascii": "SQL_ASCII"} {
		if _, err := admin.ExecContext(ctx, "CREATE DATABASE "+name+" TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' ENCODING '"+encoding+"'"); err != nil {
			t.Fatal(err)
		}
		url := server.URL(name)
		_, errConnect := Connect(ctx, Config{URL: url, Schema: testSchema})
		_, errMigrate := Migrate(ctx, url, testSchema)
		_, errStatus := Status(ctx, url, testSchema)
		for what, err := range map[string]error{"Connect": errConnect, "Migrate": errMigrate, "Status": errStatus} {
			if !errors.Is(err, ErrEncoding) || !strings.Contains(err.Error(), encoding) {
				t.Errorf("%s: %s gave %v, want ErrEncoding", encoding, what, err)
			}
		}
		var schemas int
		admin := openRaw(t, url)
		if err := admin.QueryRowContext(ctx, "SELECT count(*) FROM pg_namespace WHERE nspname = 'furnisher'").Scan(&schemas); err != nil || schemas != 0 {
			t.Errorf("%s: %d schemas were made, %v", encoding, schemas, err)
		}
	}
}

func TestServerVersion(t *testing.T) {
	t.Parallel()
	for version, want := range map[int]error{130_014: ErrOldServer, 96_024: ErrOldServer, 140_000: nil, 150_004: nil, 190_000: nil} {
		if err := (session{Path: schemaName, Encoding: "UTF8", Version: version}).check(); !errors.Is(err, want) {
			t.Errorf("version %d: got %v, want %v", version, err, want)
		}
	}
}
