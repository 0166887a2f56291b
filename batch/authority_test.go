package batch

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// TestPermit: who is named, or is a member of the role if there is one, may do what needs a supervisor; everybody if neither is so.
// Four eyes want another person. What was done is noted, what was refused is not.
func TestPermit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		authority Authority
		role      string // "", "made", "member"
		before    []string
		want      error
	}{
		{name: "nobody named, no role"},
		{name: "named", authority: Authority{Supervisors: []string{"kim", "ada"}}},
		{name: "others named", authority: Authority{Supervisors: []string{"kim", "adam"}}, want: ErrNotSupervisor},
		{name: "nobody named, not in the role", role: "made", want: ErrNotSupervisor},
		{name: "nobody named, in the role", role: "member"},
		{name: "others named, in the role", authority: Authority{Supervisors: []string{"kim"}}, role: "member"},
		{name: "named, not in the role", authority: Authority{Supervisors: []string{"ada"}}, role: "made"},
		{name: "ran the night", before: []string{"ada"}},
		{name: "four eyes, ran the night under the name in capitals", authority: Authority{FourEyes: true}, before: []string{"Ada "}, want: ErrFourEyes},
		{name: "four eyes, ran the night", authority: Authority{FourEyes: true}, before: []string{"kim", "ada"}, want: ErrFourEyes},
		{name: "four eyes, another ran the night", authority: Authority{FourEyes: true}, before: []string{"kim"}},
		{name: "four eyes, no night", authority: Authority{FourEyes: true}},
		{name: "four eyes, no supervisor", authority: Authority{FourEyes: true, Supervisors: []string{"kim"}}, before: []string{"kim"}, want: ErrNotSupervisor},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := pgtest.New(t)
			tx := db.MustBegin() // what is made of roles goes with it: they belong to the whole server
			defer tx.Rollback()  //nolint:errcheck // nothing else can be done
			tx.MustExec(`CREATE ROLE authority_test; GRANT USAGE ON SCHEMA furnisher TO authority_test; GRANT ALL ON ALL TABLES IN SCHEMA furnisher TO authority_test`)
			if c.role != "" {
				tx.MustExec(`CREATE ROLE furnisher_supervisor`)
			}
			if c.role == "member" {
				tx.MustExec(`GRANT furnisher_supervisor TO authority_test`)
			}
			tx.MustExec(`SET SESSION AUTHORIZATION authority_test`)
			a := c.authority
			a.Host = "console"
			err := a.Permit(t.Context(), tx, Act{Kind: ActRelease, About: "file 3", Who: "ada", Why: "because", Before: c.before}, time.Date(2026, 12, 1, 6, 0, 0, 0, time.UTC))
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			var noted []string
			if err := tx.Select(&noted, `SELECT concat_ws(' ', kind, about, who, why, host, came_from) FROM act`); err != nil {
				t.Fatal(err)
			}
			want := "[RELEASE_FILE file 3 ada because console authority_test@local]"
			if c.want != nil {
				want = "[]"
			}
			if got := fmt.Sprint(noted); got != want {
				t.Errorf("noted %s, want %s", got, want)
			}
		})
	}
}
