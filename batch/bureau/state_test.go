package bureau_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/metro2"
)

// content is a file without a record.
var content = func() string {
	var file bytes.Buffer
	w := metro2.NewWriter(&file, metro2.Header{
		ExperianID: "FRN1", ActivityDate: 20260930, DateCreated: 20260930,
		ReporterName: "NORTHFIELD", ReporterAddress: "1 STREET", VendorName: "FURNISHER",
	}, metro2.Options{})
	if err := w.Close(); err != nil {
		panic(err)
	}
	return file.String()
}()

// shelf is a database with files of the bureaus, and the folder that they are in.
type shelf struct {
	t   *testing.T
	db  *sqlx.DB
	dir string
}

func newShelf(t *testing.T, dir string) shelf {
	t.Helper()
	s := shelf{t, pgtest.New(t), dir}
	pgtest.PlaceFiles(t, s.db)
	s.exec(`INSERT INTO program (program_id, identification_number, reporter_name, reporter_address, calendar)
		VALUES ('NORTH', 'FRN1', 'Northfield', '1 Street', 'monthly:last')`)
	s.exec(`INSERT INTO destination (program, name) VALUES (1, 'bureaus')`)
	s.exec(`INSERT INTO run (run, business_date, plan_hash, program_version, state, who, why, last_loan, started_at, finished_at)
		VALUES (1, '2026-09-30', '', '', 'CLOSED', '', '', 3, '2026-10-01', '2026-10-01')`)
	return s
}

func (s shelf) exec(query string, args ...any) {
	s.t.Helper()
	if _, err := s.db.ExecContext(s.t.Context(), query, args...); err != nil {
		s.t.Fatal(err)
	}
}

// file puts a file of 2026-09-30 into the folder and the database, in a state, with a deletion.
func (s shelf) file(number int64, state bureau.State) (path string) {
	s.t.Helper()
	path = s.fileOf(number, state, "2026-09-30")
	s.exec(`INSERT INTO deletion (destination, loan, file, account_number, code, date_closed) VALUES (1, 7, $1, 'ACCT7', 'DF', '2026-09-20')`, number)
	return path
}

// fileOf puts a file of a date into the folder and the database, in a state.
func (s shelf) fileOf(number int64, state bureau.State, asOf string) (path string) {
	s.t.Helper()
	path = filepath.Join(s.dir, fmt.Sprintf("metro2-NORTH-%d-20260930.txt", number))
	s.write(path, content)
	sum := sha256.Sum256([]byte(content))
	s.exec(`INSERT INTO bureau_file (file, run, program, destination, as_of, previous_on, created_on, state, name, path, sha256, bytes, records)
		VALUES ($1, 1, 1, 1, $7, CAST($7 AS date) - 30, $7, $2, $3, $4, $5, $6, 0)`,
		number, state, filepath.Base(path), path, hex.EncodeToString(sum[:]), len(content), asOf)
	return path
}

func (s shelf) write(path, text string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s shelf) change(number int64, to bureau.State) error {
	_, err := bureau.Change(s.t.Context(), s.db, bureau.Move{
		File: number, To: to, Who: "operator", Why: "because", Acknowledged: []string{bureau.AllWarnings},
	}, time.Date(2026, 10, 1, 6, 0, 0, 0, time.UTC))
	return err
}

// now is what the database says of a file: its state, its events, whether its deletion counts, and its path.
func (s shelf) now(number int64) string {
	s.t.Helper()
	var now string
	err := s.db.GetContext(s.t.Context(), &now, `SELECT concat_ws(' ', f.state,
			(SELECT count(*) FROM bureau_file_event e WHERE e.file = f.file), (SELECT x.live FROM deletion x WHERE x.file = f.file), f.path)
		FROM bureau_file f WHERE f.file = $1`, number)
	if err != nil {
		s.t.Fatal(err)
	}
	return now
}

// files lists what is in the folder, without its name.
func (s shelf) files() []string {
	s.t.Helper()
	var found []string
	err := filepath.WalkDir(s.dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			found = append(found, strings.TrimPrefix(path, s.dir+"/"))
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

// TestChangeComparesFile: a file that is not the one that was made does not move on.
func TestChangeComparesFile(t *testing.T) {
	t.Parallel()
	s := newShelf(t, t.TempDir())
	path := s.file(1, bureau.Generated)
	for _, move := range []struct{ from, to bureau.State }{
		{bureau.Generated, bureau.Released}, {bureau.Released, bureau.Transmitted}, {bureau.Transmitted, bureau.Accepted},
	} {
		before := s.now(1)
		for _, c := range []struct {
			name string
			harm func() error
			says string
		}{
			{"missing", func() error { return os.Remove(path) }, path + " is missing"},
			{"cut", func() error { return os.Truncate(path, 3) }, fmt.Sprintf("%s has 3 bytes, not %d", path, len(content))},
			{"longer", func() error { return os.WriteFile(path, []byte(content+"\n"), 0o600) }, fmt.Sprintf("%s has %d bytes, not %d", path, len(content)+1, len(content))},
			{"changed", func() error { return os.WriteFile(path, []byte(strings.ToLower(content)), 0o600) }, path + " has other bytes"},
			{"a folder", func() error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) }, path + " is not a file"},
		} {
			if err := c.harm(); err != nil {
				t.Fatal(err)
			}
			err := s.change(1, move.to)
			if !errors.Is(err, bureau.ErrFileDiffers) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s to %s: got %v, want ErrFileDiffers with %q", c.name, move.to, err, c.says)
			}
			if after := s.now(1); after != before {
				t.Errorf("%s to %s: the database says %q, want %q", c.name, move.to, after, before)
			}
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
			s.write(path, content)
		}
		if err := s.change(1, move.to); err != nil {
			t.Errorf("as it was made, to %s: %v", move.to, err)
		}
	}
	if got, want := s.now(1), "ACCEPTED 3 t "+path; got != want {
		t.Errorf("in the end the database says %q, want %q", got, want)
	}
}

// TestAside: a file that was taken back does not stay under its name, and its deletions do not count (DC6).
func TestAside(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to bureau.State
		folder   string
	}{
		{bureau.Generated, bureau.Voided, "voided"},
		{bureau.Released, bureau.Voided, "voided"},
		{bureau.Transmitted, bureau.Rejected, "rejected"},
	} {
		// A folder's name is no pattern.
		s := newShelf(t, filepath.Join(t.TempDir(), "a[b]", "*", "?"))
		path := s.file(1, c.from)
		if err := s.change(1, c.to); err != nil {
			t.Fatalf("%s to %s: %v", c.from, c.to, err)
		}
		aside := filepath.Join(s.dir, c.folder, filepath.Base(path))
		if got, want := s.now(1), fmt.Sprintf("%s 1 f %s", c.to, aside); got != want {
			t.Errorf("%s to %s: the database says %q, want %q", c.from, c.to, got, want)
		}
		if diff := cmp.Diff([]string{c.folder + "/" + filepath.Base(path)}, s.files()); diff != "" {
			t.Errorf("%s to %s: files (-want +got):\n%s", c.from, c.to, diff)
		}
		s.file(2, bureau.Generated) // carries the deletion again: the law of the database lets it
		if err := s.change(1, c.to); !errors.Is(err, bureau.ErrState) {
			t.Errorf("%s a second time: got %v, want ErrState", c.to, err)
		}
	}
}

// TestAsideAfterCrash: a process that was killed between the move and the commit leaves a file that cannot be
// released by mistake, and the same command ends what it began.
func TestAsideAfterCrash(t *testing.T) {
	t.Parallel()
	s := newShelf(t, t.TempDir())
	path := s.file(1, bureau.Released)
	aside := filepath.Join(s.dir, "voided", filepath.Base(path))
	s.write(aside, "")
	if err := os.Rename(path, aside); err != nil {
		t.Fatal(err)
	}
	err := s.change(1, bureau.Transmitted)
	if !errors.Is(err, bureau.ErrFileDiffers) || !strings.Contains(err.Error(), "it was moved to "+aside) {
		t.Errorf("transmit: got %v, want ErrFileDiffers that says where the file is", err)
	}
	if err := s.change(1, bureau.Voided); err != nil {
		t.Fatal(err)
	}
	if got, want := s.now(1), "VOIDED 1 f "+aside; got != want {
		t.Errorf("the database says %q, want %q", got, want)
	}
}

// TestAsideNeverOverwrites: what lies where the file has to go stays.
func TestAsideNeverOverwrites(t *testing.T) {
	t.Parallel()
	s := newShelf(t, t.TempDir())
	path := s.file(1, bureau.Generated)
	other := filepath.Join(s.dir, "voided", filepath.Base(path))
	s.write(other, "of another database")
	if err := s.change(1, bureau.Voided); err != nil {
		t.Fatal(err)
	}
	if got, want := s.now(1), "VOIDED 1 f "+other+".2"; got != want {
		t.Errorf("the database says %q, want %q", got, want)
	}
	for file, want := range map[string]string{other: "of another database", other + ".2": content} {
		if text, err := os.ReadFile(file); err != nil || string(text) != want {
			t.Errorf("%s holds %q, %v, want %q", file, text, err, want)
		}
	}
}

// TestAsideLost: a file that is lost can be taken back; there is nothing to move.
func TestAsideLost(t *testing.T) {
	t.Parallel()
	s := newShelf(t, t.TempDir())
	path := s.file(1, bureau.Generated)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := s.change(1, bureau.Voided); err != nil {
		t.Fatal(err)
	}
	if got, want := s.now(1), "VOIDED 1 f "+path; got != want {
		t.Errorf("the database says %q, want %q", got, want)
	}
}

// TestAsideImpossible: a file that cannot be moved keeps its state.
func TestAsideImpossible(t *testing.T) {
	t.Parallel()
	s := newShelf(t, t.TempDir())
	path := s.file(1, bureau.Generated)
	s.write(filepath.Join(s.dir, "voided"), "no folder")
	before := s.now(1)
	if err := s.change(1, bureau.Voided); !errors.Is(err, bureau.ErrFolder) {
		t.Errorf("got %v, want ErrFolder", err)
	}
	if after := s.now(1); after != before {
		t.Errorf("the database says %q, want %q", after, before)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

// TestOrder: a file is sent after the released ones of earlier dates; of those that nobody released it only tells, of later ones that were
// sent before it, and of the later ones when it is taken back. None is taken back while a later one is being made.
func TestOrder(t *testing.T) {
	t.Parallel()
	s := newShelf(t, t.TempDir())
	for n, asOf := range []string{"2026-07-31", "2026-08-31", "2026-09-30"} {
		s.fileOf(int64(n+1), bureau.Released, asOf)
	}
	s.exec(`UPDATE bureau_file SET state = 'GENERATED' WHERE file = 1`)
	now := time.Date(2026, 10, 1, 6, 0, 0, 0, time.UTC)
	move := func(file int64, to bureau.State) (bureau.Effect, error) {
		m := bureau.Move{File: file, To: to, Who: "operator", Why: "because"}
		would, errWould := bureau.Preview(t.Context(), s.db, m, now)
		effect, err := bureau.Change(t.Context(), s.db, m, now)
		if diff := cmp.Diff(effect, would); diff != "" || fmt.Sprint(err) != fmt.Sprint(errWould) {
			t.Errorf("file %d to %s: the preview says %+v, %v; want %+v, %v", file, to, would, errWould, effect, err)
		}
		return effect, err
	}
	if _, err := move(3, bureau.Transmitted); !errors.Is(err, bureau.ErrOrder) || !strings.Contains(err.Error(), "file 2 is released") {
		t.Errorf("file 3 before file 2: %v", err)
	}
	if effect, err := move(2, bureau.Transmitted); err != nil || !cmp.Equal(effect.Waiting, []int64{1}) {
		t.Errorf("file 2: %+v, %v; want file 1 as one that waits", effect, err)
	}
	if effect, err := move(3, bureau.Transmitted); err != nil || !cmp.Equal(effect.Waiting, []int64{1}) || effect.Later != nil {
		t.Errorf("file 3: %+v, %v; want file 1 as one that waits", effect, err)
	}
	for _, to := range []bureau.State{bureau.Released, bureau.Transmitted} {
		if effect, err := move(1, to); err != nil || !cmp.Equal(effect.Overtaken, []int64{2, 3}) {
			t.Errorf("file 1 to %s: %+v, %v; want files 2 and 3 as sent before it", to, effect, err)
		}
	}
	s.exec(`UPDATE bureau_file SET state = 'GENERATED' WHERE file = 1`)
	if effect, err := move(2, bureau.Rejected); err != nil || !cmp.Equal(effect.Later, []int64{3}) {
		t.Errorf("file 2 is rejected: %+v, %v; want file 3 as a later one", effect, err)
	}
	s.exec(`INSERT INTO bureau_file (file, run, program, destination, as_of, previous_on, created_on, state)
		VALUES (4, 1, 1, 1, '2026-10-31', '2026-09-30', '2026-10-31', 'BUILDING')`)
	if _, err := move(1, bureau.Voided); !errors.Is(err, bureau.ErrInWork) || !strings.Contains(err.Error(), "file 4") {
		t.Errorf("file 1 is voided while file 4 is being made: %v", err)
	}
}

// TestRelease: a file is released if no rule finds an error in it, and every rule that gives a warning was acknowledged by name.
func TestRelease(t *testing.T) {
	t.Parallel()
	s := newShelf(t, t.TempDir())
	good := content
	for n, c := range []struct {
		name, content string
		acknowledged  []string
		want          error
		says, kept    string
	}{
		{name: "nothing found", content: good, kept: "{}"},
		{name: "nothing found, acknowledged", content: good, acknowledged: []string{"all"}, kept: "{}"},
		{name: "no header", content: "a text\n", acknowledged: []string{"all"}, want: bureau.ErrFindings, says: "the file has errors: "},
		{name: "a warning", content: warned(good), want: bureau.ErrWarnings, says: "not acknowledged: F02 1"},
		{name: "another acknowledged", content: warned(good), acknowledged: []string{"B12"}, want: bureau.ErrWarnings, says: "F02 1"},
		{name: "acknowledged", content: warned(good), acknowledged: []string{"B12", "F02"}, kept: "{F02}"},
		{name: "all acknowledged", content: warned(good), acknowledged: []string{"all"}, kept: "{F02}"},
	} {
		file := int64(n + 1)
		path := s.fileOf(file, bureau.Generated, fmt.Sprintf("2020-%02d-28", n+1))
		s.write(path, c.content)
		sum := sha256.Sum256([]byte(c.content))
		s.exec(`UPDATE bureau_file SET bytes = $2, sha256 = $3, as_of = '2026-09-30', previous_on = '2026-08-31', created_on = '2026-09-30' WHERE file = $1`,
			file, len(c.content), hex.EncodeToString(sum[:]))
		before := s.now(file)
		_, err := bureau.Change(t.Context(), s.db, bureau.Move{File: file, To: bureau.Released, Who: "operator", Why: "because", Acknowledged: c.acknowledged}, time.Time{})
		if !errors.Is(err, c.want) || c.want != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %v with %q", c.name, err, c.want, c.says)
		}
		if after := s.now(file); (after == before) != (c.want != nil) {
			t.Errorf("%s: the database says %q, before %q", c.name, after, before)
		}
		if c.want == nil {
			var kept string
			if err := s.db.Get(&kept, `SELECT concat(acknowledged, CASE WHEN came_from IS NULL THEN ' from nowhere' END) FROM bureau_file_event WHERE file = $1`, file); err != nil || kept != c.kept {
				t.Errorf("%s: kept %s, %v; want %s", c.name, kept, err, c.kept)
			}
		}
		s.exec(`UPDATE bureau_file SET as_of = as_of - 365 * CAST(file AS integer) WHERE file = $1`, file) // one file a date
	}
}

// TestReleaseFourEyes: nobody releases a file who ran an attempt at its date or made it again.
func TestReleaseFourEyes(t *testing.T) {
	t.Parallel()
	s := newShelf(t, t.TempDir())
	s.exec(`UPDATE run SET who = 'first'`)
	s.exec(`INSERT INTO run (run, business_date, attempt, plan_hash, program_version, state, who, why, last_loan, started_at, finished_at)
		SELECT n, day, attempt, '', '', state, who, '', 3, '2026-10-01', '2026-10-01'
		FROM (VALUES (2, CAST('2026-09-30' AS date), 2, 'CLOSED', 'second'), (3, '2026-09-30', 3, 'ABANDONED', 'nobody'),
			(4, '2026-09-30', 3, 'CLOSED', 'third'), (5, '2026-10-01', 1, 'CLOSED', 'later')) runs (n, day, attempt, state, who)`)
	s.fileOf(1, bureau.Generated, "2026-08-31") // of the first attempt, and the others' bytes
	s.fileOf(2, bureau.Generated, "2026-09-30")
	s.exec(`UPDATE bureau_file SET run = 2 WHERE file = 2`)
	s.fileOf(3, bureau.Generated, "2026-07-31")
	s.exec(`UPDATE bureau_file SET made_by = 'maker' WHERE file = 3`)
	s.exec(`INSERT INTO run_file (run, file, outcome, old_sha256, new_sha256, added, removed, changed) VALUES (4, 3, 'SAME', 'same', 'same', 0, 0, 0)`)
	release := func(file int64, who string) error {
		_, err := bureau.Preview(t.Context(), s.db, bureau.Move{
			File: file, To: bureau.Released, Who: who, Why: "because", Authority: batch.Authority{FourEyes: true},
		}, time.Time{})
		return err
	}
	for file, may := range map[int64]string{1: "nobody later maker", 2: "nobody later maker", 3: "first second nobody later"} {
		for _, who := range []string{"first", "second", "third", "nobody", "later", "maker"} {
			var want error
			if !strings.Contains(may, who) {
				want = batch.ErrFourEyes
			}
			if err := release(file, who); !errors.Is(err, want) {
				t.Errorf("%s releases file %d: %v, want %v", who, file, err, want)
			}
		}
	}
}

// warned is a file with a warning.
func warned(file string) string { return strings.Replace(file, "NORTHFIELD", "          ", 1) }

// TestChangeRefused: a file goes only the way that its states allow.
func TestChangeRefused(t *testing.T) {
	t.Parallel()
	s := newShelf(t, t.TempDir())
	states := []bureau.State{bureau.Generated, bureau.Released, bureau.Transmitted, bureau.Accepted, bureau.Voided, bureau.Rejected}
	allowed := map[bureau.State]string{
		bureau.Generated: "RELEASED VOIDED", bureau.Released: "TRANSMITTED VOIDED", bureau.Transmitted: "ACCEPTED REJECTED",
	}
	s.file(1, bureau.Generated)
	for _, from := range states {
		s.exec(`UPDATE bureau_file SET state = $1 WHERE file = 1`, from)
		before := s.now(1)
		for _, to := range states {
			if strings.Contains(allowed[from], string(to)) {
				continue
			}
			if err := s.change(1, to); !errors.Is(err, bureau.ErrState) {
				t.Errorf("%s to %s: got %v, want ErrState", from, to, err)
			}
			if after := s.now(1); after != before {
				t.Errorf("%s to %s: the database says %q, want %q", from, to, after, before)
			}
		}
	}
	if err := s.change(9, bureau.Released); !errors.Is(err, bureau.ErrNoFile) {
		t.Errorf("file 9: got %v, want ErrNoFile", err)
	}
}
