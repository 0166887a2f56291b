package servicing_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	facts "github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/authenticator"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

const goodPassword = "correct horse battery"

// door is a desk whose clock a test moves, with users.
type door struct {
	*servicing.Desk
	t   *testing.T
	now time.Time
}

func newDoor(t *testing.T) *door {
	d := &door{t: t, now: clock()}
	d.Desk = &servicing.Desk{DB: pgtest.New(t), Now: func() time.Time { return d.now }, Vault: vault, Authority: batch.Authority{Host: "test"}}
	return d
}

// user makes a user, and returns what the device took.
func (d *door) user(name string, role servicing.Role, expires time.Time) string {
	d.t.Helper()
	made, err := d.CreateUser(d.t.Context(), servicing.UserRequest{Name: name, Role: role, Password: goodPassword, Expires: expires, By: "ada", Why: "test"})
	if err != nil {
		d.t.Fatal(err)
	}
	return made.Enrolment
}

func (d *door) code(enrolment string) string {
	d.t.Helper()
	code, err := authenticator.Code(enrolment, d.now)
	if err != nil {
		d.t.Fatal(err)
	}
	return code
}

func (d *door) tries(name, password, code string) bool {
	d.t.Helper()
	got, err := d.SignIn(d.t.Context(), servicing.SignIn{Name: name, Password: password, Code: code})
	if err != nil && !errors.Is(err, servicing.ErrSignIn) {
		d.t.Fatal(err)
	}
	if err == nil && got != name {
		d.t.Errorf("signed in as %q", got)
	}
	return err == nil
}

// Who has name, password and code signs in; each code once; nobody with less.
func TestSignIn(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	device := d.user("kim", servicing.Operator, time.Time{})
	other := d.user("lee", servicing.Operator, time.Time{})
	if d.tries("kim", goodPassword, "") || d.tries("kim", goodPassword, d.code(other)) || d.tries("kim", "wrong horse battery", d.code(device)) || d.tries("", "", "") ||
		d.tries("kim", goodPassword+strings.Repeat("x", 300), d.code(device)) {
		t.Fatal("signed in with less")
	}
	if !d.tries("kim", goodPassword, d.code(device)) {
		t.Fatal("not signed in")
	}
	if d.tries("kim", goodPassword, d.code(device)) {
		t.Error("the code worked twice")
	}
	d.now = d.now.Add(30 * time.Second)
	if !d.tries("kim", goodPassword, d.code(device)) {
		t.Error("the next code does not work")
	}
	// A password or device that is changed, an end, an expiry.
	if err := d.SetPassword(t.Context(), "kim", goodPassword+"!", "ada", "test"); err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(time.Minute)
	if d.tries("kim", goodPassword, d.code(device)) || !d.tries("kim", goodPassword+"!", d.code(device)) {
		t.Error("the old password works, or the new one does not")
	}
	changed, err := d.ChangeDevice(t.Context(), "kim", "ada", "test")
	if err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(time.Minute)
	if d.tries("kim", goodPassword+"!", d.code(device)) || !d.tries("kim", goodPassword+"!", d.code(changed.Enrolment)) {
		t.Error("the old device works, or the new one does not")
	}
	d.now = d.now.Add(time.Minute)
	if err := d.EndUser(t.Context(), "kim", "ada", "test"); err != nil {
		t.Fatal(err)
	}
	if d.tries("kim", goodPassword+"!", d.code(changed.Enrolment)) {
		t.Error("who has ended signs in")
	}
	examiner := d.user("ex", servicing.Examiner, d.now.Add(time.Hour))
	d.now = d.now.Add(time.Hour)
	if d.tries("ex", goodPassword, d.code(examiner)) {
		t.Error("an examiner signs in after the end")
	}
}

// After five failures a name is locked, whether it is somebody's or not; guesses at once are counted one by one; the lock ends, and a
// new password lifts it.
func TestSignInLocks(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	device := d.user("kim", servicing.Operator, time.Time{})
	guess := func(name string, times int) {
		var all sync.WaitGroup
		for range times {
			all.Go(func() { d.tries(name, "a guess of the password", "000000") })
		}
		all.Wait()
	}
	guess("kim", servicing.MostFailures-1)
	if !d.tries("kim", goodPassword, d.code(device)) {
		t.Error("locked too early")
	}
	guess("kim", servicing.MostFailures)
	guess("nobody", servicing.MostFailures)
	d.now = d.now.Add(30 * time.Second)
	if d.tries("kim", goodPassword, d.code(device)) {
		t.Error("not locked")
	}
	var locked int
	if err := d.DB.Get(&locked, `SELECT count(*) FROM sign_in_attempt WHERE failed = 0 AND locked_until = $1`, clock().Add(servicing.LockedFor)); err != nil || locked != 2 {
		t.Errorf("%d names are locked: %v", locked, err)
	}
	users, err := inquiry.Users(t.Context(), d.DB, inquiry.Page{})
	if err != nil || len(users.Rows) != 1 || users.Rows[0].State(d.now) != inquiry.UserLocked {
		t.Errorf("%+v, %v", users, err)
	}
	d.now = d.now.Add(servicing.LockedFor)
	if !d.tries("kim", goodPassword, d.code(device)) {
		t.Error("still locked")
	}
	guess("kim", servicing.MostFailures)
	if err := d.SetPassword(t.Context(), "kim", goodPassword+"!", "ada", "test"); err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(30 * time.Second)
	if !d.tries("kim", goodPassword+"!", d.code(device)) {
		t.Error("locked after a new password")
	}
	// What people type as a name is not kept, and goes.
	d.now = d.now.Add(25 * time.Hour)
	d.tries("kim", "", "")
	if err := d.DB.Get(&locked, `SELECT count(*) FROM sign_in_attempt`); err != nil || locked != 1 {
		t.Errorf("%d attempts are kept: %v", locked, err)
	}
}

// To make or change a user is an act of a supervisor, and ending one an act of everybody; what is refused leaves no act.
func TestUserActs(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.user("kim", servicing.Operator, time.Time{})
	d.Authority = batch.Authority{Supervisors: []string{"ada"}}
	for name, err := range map[string]error{
		"create":   second(d.CreateUser(t.Context(), servicing.UserRequest{Name: "lee", Role: servicing.Viewer, Password: goodPassword, By: "mallory", Why: "x"})),
		"role":     d.ChangeRole(t.Context(), "kim", servicing.Supervisor, time.Time{}, "kim", "x"),
		"password": d.SetPassword(t.Context(), "kim", goodPassword, "mallory", "x"),
		"device":   second(d.ChangeDevice(t.Context(), "kim", "mallory", "x")),
	} {
		if !errors.Is(err, batch.ErrNotSupervisor) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := d.EndUser(t.Context(), "kim", "mallory", "leaked"); err != nil {
		t.Error(err)
	}
	if err := d.ChangeRole(t.Context(), "kim", servicing.Viewer, time.Time{}, "ada", "x"); !errors.Is(err, servicing.ErrRefused) {
		t.Errorf("a user who has ended: %v", err)
	}
	if err := d.EndUser(t.Context(), "nobody", "ada", "x"); !errors.Is(err, servicing.ErrUnknown) {
		t.Errorf("nobody: %v", err)
	}
	var acts string
	if err := d.DB.Get(&acts, `SELECT string_agg(kind || ' ' || who, ', ' ORDER BY act) FROM act`); err != nil || acts != "CREATE_USER ada, END_USER mallory" {
		t.Errorf("acts: %s, %v", acts, err)
	}
}

func second[T any](_ T, err error) error { return err }

// A session ends when nobody uses it, at its last hour, and with its user's end or change; the role is the one of now.
func TestSessions(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.user("kim", servicing.Operator, time.Time{})
	s := servicing.Sessions{DB: d.DB, Now: d.Now}
	begin := func(token, user string) {
		t.Helper()
		if err := s.Add(t.Context(), token, user, []byte("data")); err != nil {
			t.Fatal(err)
		}
	}
	find := func(token string) *servicing.Session {
		t.Helper()
		found, err := s.Find(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	keep := func(token string, known *servicing.Session) {
		t.Helper()
		if err := s.Keep(t.Context(), token, known, []byte("more")); err != nil {
			t.Fatal(err)
		}
	}
	begin("a", "kim")
	if found := find("a"); found == nil || found.User != "kim" || found.Role != servicing.Operator || string(found.Data) != "data" {
		t.Fatalf("%+v", found)
	}
	if find("b") != nil || find("") != nil {
		t.Error("a token of nobody is found")
	}
	var clear int
	if err := d.DB.Get(&clear, `SELECT count(*) FROM console_session WHERE sha256 = 'a'`); err != nil || clear != 0 {
		t.Errorf("the token is kept: %v", err)
	}
	for minutes := 0; minutes < 12*60; minutes += 14 { // used all the time
		found := find("a")
		if found == nil {
			t.Fatalf("ended after %d minutes", minutes)
		}
		keep("a", found)
		d.now = d.now.Add(14 * time.Minute)
	}
	if find("a") != nil {
		t.Error("it outlives its lifetime")
	}
	begin("b", "kim") // and sweeps
	d.now = d.now.Add(servicing.DefaultIdle)
	if find("b") != nil {
		t.Error("it outlives its idle time")
	}
	begin("c", "kim")
	known := find("c")
	if err := s.End(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	keep("c", known) // by a request beside the end
	if find("c") != nil {
		t.Error("it came back")
	}
	begin("d", "kim")
	begin("e", "")
	if err := d.ChangeRole(t.Context(), "kim", servicing.Viewer, time.Time{}, "ada", "test"); err != nil {
		t.Fatal(err)
	}
	if find("d") != nil || find("e") == nil {
		t.Error("a change of the role ends other sessions than the user's")
	}
	begin("f", "kim")
	if found := find("f"); found == nil || found.Role != servicing.Viewer {
		t.Errorf("%+v", found)
	}
	if _, err := d.DB.Exec(`UPDATE console_user SET ended_at = $1, ended_by = 'ada'`, d.now); err != nil {
		t.Fatal(err)
	}
	if find("f") != nil {
		t.Error("a session of a user who has ended")
	}
	d.now = d.now.Add(time.Hour)
	begin("g", "")
	var left int
	if err := d.DB.Get(&left, `SELECT count(*) FROM console_session`); err != nil || left != 1 {
		t.Errorf("%d sessions are left: %v", left, err)
	}
}

// What a user's device has is sealed anew with everything else, so that its older key may be dropped.
func TestUserResealed(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	device := d.user("kim", servicing.Operator, time.Time{})
	renewed, err := vault.Keys.Renewed()
	if err != nil {
		t.Fatal(err)
	}
	newer := facts.Vault{Keys: renewed}
	if err := promoted(t, d.DB, newer); err != nil {
		t.Fatal(err)
	}
	done, err := bureau.Reseal(t.Context(), d.DB, newer)
	if err != nil || done.Users != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	uses, err := facts.KeyUses(t.Context(), d.DB)
	if err != nil {
		t.Fatal(err)
	}
	for _, use := range uses {
		if (use.Key == renewed.Primary()) != (use.Sealed == 1) {
			t.Errorf("%+v", use)
		}
	}
	alone, err := renewed.Alone()
	if err != nil {
		t.Fatal(err)
	}
	d.Vault = facts.Vault{Keys: alone}
	if !d.tries("kim", goodPassword, d.code(device)) {
		t.Error("not signed in by the new key")
	}
}

func promoted(t *testing.T, db *sqlx.DB, v facts.Vault) error {
	tx := db.MustBegin()
	if err := v.Promote(t.Context(), tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// The roles include each other as they should; an examiner sees what a viewer sees, and no more.
func TestRoles(t *testing.T) {
	t.Parallel()
	includes := map[servicing.Role]string{
		servicing.Viewer: "viewer", servicing.Examiner: "viewer examiner", servicing.Operator: "viewer operator",
		servicing.Supervisor: "viewer operator supervisor", servicing.PrivacyOfficer: "viewer privacy_officer",
	}
	for _, role := range servicing.Roles() {
		var may []string
		for _, needed := range servicing.Roles() {
			if role.May(needed) {
				may = append(may, string(needed))
			}
		}
		if got := strings.Join(may, " "); got != includes[role] {
			t.Errorf("%s may do what needs %s", role, got)
		}
	}
}
