package step_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// Each brake of files stops a night before the file has its name: what the chunks made for it is taken back. Accepted, the file
// is that of a night without brakes. The first file of a program is never stopped.
func TestEachFileBrakeStops(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, setting, want string
		change              func(e extract)
	}{
		{"deleted", "deleted=0.5%,3", "deleted of P1 as of 2026-07-31 5 (at most 3; before: 0)", deleteFive},
		{"excluded", "excluded=2%,3", "excluded of P1 as of 2026-07-31 5 (at most 3; before: 0)", leaveOutFive},
		{"file-records", "file-records=10%,1", "file-records of P1 as of 2026-07-31 15 (usual are 20, give or take 2; before: 20)", leaveOutFive},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db, dir := pgtest.New(t), t.TempDir()
			e := loans(20)
			for i := range 20 {
				e.entry(fmt.Sprintf("L%03d", i), "PAYMENT", "300.00", "2026-06-10", "")
			}
			e.load(t, db)
			r := braking(t, db, dir)
			r.Limits = batch.Limits{}
			if err := r.Limits.Set(c.setting); err != nil {
				t.Fatal(err)
			}
			for _, date := range []string{"2026-06-15", "2026-06-30"} {
				if _, err := through(r, day(date)); err != nil {
					t.Fatal(err)
				}
			}
			c.change(e)
			e.load(t, db)
			for range 2 {
				_, err := through(r, day("2026-07-31"))
				var braked *batch.BrakedError
				if !errors.As(err, &braked) || len(braked.Brakes) != 1 || braked.Brakes[0].String() != c.want {
					t.Fatalf("got %v, want it braked by %s", err, c.want)
				}
				if n := count(t, db, `SELECT count(*) FROM tradeline JOIN bureau_file USING (file) WHERE run = 3`); n != 0 {
					t.Errorf("%d tradelines are left", n)
				}
				if files := fileHashes(t, dir); len(files) != 1 {
					t.Errorf("files %v, want June's", files)
				}
			}
			r.Who, r.Accept, r.AcceptWhy = "supervisor", []string{c.name}, "as announced"
			summary, err := through(r, day("2026-07-31"))
			if err != nil || summary.State != "CLOSED" || len(summary.Files) != 1 || len(summary.Brakes) != 1 || summary.Brakes[0].State != "ACCEPTED" {
				t.Fatalf("accepted: %+v, %v", summary, err)
			}
			if _, err := os.Stat(summary.Files[0].Path); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff([]string{summary.Files[0].Name}, added(t, dir, "metro2-P1-1-20260630.txt")); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

// added lists the files of a folder besides one.
func added(t testing.TB, dir, known string) (names []string) {
	t.Helper()
	for name := range fileHashes(t, dir) {
		if name != known {
			names = append(names, name)
		}
	}
	return names
}

// deleteFive terminates five loans as opened by mistake (DC1).
func deleteFive(e extract) {
	e["terminations"] = "loan_id,terminated_on,source,reason\n"
	for i := range 5 {
		e.add("terminations", "L%03d,2026-07-10,,ERRO", i)
		e.entry(fmt.Sprintf("L%03d", i), "PAYMENT", "700.00", "2026-07-10", "")
	}
}

// leaveOutFive makes five loans ones that are not furnished.
func leaveOutFive(e extract) {
	lines := strings.Split(strings.TrimSpace(e["loans"]), "\n")
	for i := range lines {
		switch {
		case i == 0:
			lines[i] += ",furnish"
		case i <= 5:
			lines[i] += ",false"
		default:
			lines[i] += ",true"
		}
	}
	e["loans"] = strings.Join(lines, "\n") + "\n"
}
