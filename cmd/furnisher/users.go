package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"
	"golang.org/x/term"
	"rsc.io/qr"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
)

func (a *app) usersCommand() *cobra.Command {
	return group("users", "make, list, change and end the users of the console",
		a.usersCreateCommand(), a.usersListCommand(), a.usersRoleCommand(), a.usersPasswordCommand(), a.usersTOTPCommand(), a.usersEndCommand())
}

// userFlags are those of each command that changes a user.
type userFlags struct{ by, why string }

func (u *userFlags) flags(c *cobra.Command) {
	c.Flags().StringVar(&u.by, "by", "", "who asks for it (default: the user of this machine)")
	c.Flags().StringVar(&u.why, "why", "", "the reason, for the ledger")
}

// changesUser does something to users at a desk that has the book's keys.
func (a *app) changesUser(ctx context.Context, u *userFlags, command string, work func(desk *servicing.Desk) error) error {
	if u.why == "" {
		return missingWhy("furnisher users " + command)
	}
	if u.by == "" {
		u.by = a.who()
	}
	authority, err := a.authority()
	if err != nil {
		return err
	}
	return a.withDatabase(ctx, func(db *database.Database) error {
		vault, err := a.vault(ctx, db)
		if err != nil {
			return err
		}
		desk := a.desk(db.DB)
		desk.Authority, desk.Vault = authority, vault
		err = work(desk)
		switch {
		case errors.Is(err, servicing.ErrInvalid):
			return &ending{err: err, code: exitUsage, hint: hintHelp("furnisher users")}
		case errors.Is(err, servicing.ErrRefused), errors.Is(err, servicing.ErrUnknown):
			return &ending{err: err, code: exitFailed, hint: "furnisher users list"}
		}
		return err
	})
}

func (a *app) usersCreateCommand() *cobra.Command {
	var u userFlags
	var r servicing.UserRequest
	var days int
	var file string
	var asJSON bool
	c := &cobra.Command{
		Use: "create NAME --role ROLE --why TEXT", Short: "make a user, and show once what a device takes for the codes", Args: cobra.ExactArgs(1),
		Long: `Makes a user of the console (furnisher serve). The password is asked for; where there is no terminal it is the first line of the
standard input, or of the file that --password-file names. It is never an argument: others on the machine would see it. The database keeps
its argon2id hash. Printed once is the address by which an authenticator on a device (a telephone, say) takes the secret of its codes; on a
terminal as a picture, too. The secret is sealed by the book's keyset.

NAME is who the ledger says did what the user does, and is given once. A viewer reads. An examiner reads until the day after --days, and
sends no form. An operator also does what people do between nights, a supervisor also what needs a supervisor, if the name is among
FURNISHER_SUPERVISORS. A privacy_officer reads, also what is masked, and deletes customers. To make a user needs a supervisor itself
(furnisher acts).`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			r.Name = args[0]
			if days > 0 {
				r.Expires = a.now().AddDate(0, 0, days)
			}
			return a.changesUser(ctx, &u, "create "+shellWord(args[0])+" --role ROLE", func(desk *servicing.Desk) (err error) {
				if r.Password, err = a.newPassword(file); err != nil {
					return err
				}
				r.By, r.Why = u.by, u.why
				made, err := desk.CreateUser(ctx, r)
				if err != nil {
					return err
				}
				return a.showEnrolment(made, asJSON)
			})
		}),
	}
	f := c.Flags()
	f.StringVar((*string)(&r.Role), "role", "", "what the user may do, one of "+roleNames())
	numberFlag(f, &days, "days", 0, servicing.LongestExaminer, fmt.Sprintf("after how many days the user ends, at most %d; 0: never", servicing.LongestExaminer))
	f.StringVar(&file, "password-file", "", "file whose first line is the password")
	u.flags(c)
	jsonFlag(c, &asJSON)
	return c
}

func (a *app) usersListCommand() *cobra.Command {
	var p pageFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: "list the users of the console by name", Args: cobra.NoArgs,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, listing[inquiry.User]{
					name: "users", command: "furnisher users list",
					heading: []string{"user", "role", "state", "signs in by", "created", "by", "until", "ended", "by whom"},
					row: func(u *inquiry.User) []any {
						by := "password"
						if u.Provided {
							by = "provider"
						}
						return []any{
							u.Name, u.Role, u.State(a.now()), by, u.CreatedAt.UTC().Format(timeLayout), u.CreatedBy, moment(u.ExpiresAt), moment(u.EndedAt), shown(u.EndedBy),
						}
					},
					read: func(p inquiry.Page) (inquiry.List[inquiry.User], error) { return inquiry.Users(ctx, db, p) },
				}, p, asJSON)
			})
		}),
	}
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	return c
}

// moment is how a table shows a time that may be absent.
func moment(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.UTC().Format(timeLayout)
}

func (a *app) usersRoleCommand() *cobra.Command {
	var u userFlags
	var role servicing.Role
	var days int
	c := &cobra.Command{
		Use: "role NAME --role ROLE --why TEXT", Short: "give a user another role, and end the sessions", Args: cobra.ExactArgs(1),
		Long: `Gives a user another role, and with --days another end. The user is signed out at once everywhere. It needs a supervisor.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.changesUser(ctx, &u, "role "+shellWord(args[0])+" --role ROLE", func(desk *servicing.Desk) error {
				var expires time.Time
				if days > 0 {
					expires = a.now().AddDate(0, 0, days)
				}
				if err := desk.ChangeRole(ctx, args[0], role, expires, u.by, u.why); err != nil || a.settings.quiet {
					return err
				}
				return a.say("user %s is %s, and signed out everywhere\n", args[0], role)
			})
		}),
	}
	f := c.Flags()
	f.StringVar((*string)(&role), "role", "", "what the user may do, one of "+roleNames())
	numberFlag(f, &days, "days", 0, servicing.LongestExaminer, fmt.Sprintf("after how many days the user ends, at most %d; 0: never", servicing.LongestExaminer))
	u.flags(c)
	return c
}

func (a *app) usersPasswordCommand() *cobra.Command {
	var u userFlags
	var file string
	c := &cobra.Command{
		Use: "password NAME --why TEXT", Short: "give a user another password, and end the sessions", Args: cobra.ExactArgs(1),
		Long: `Gives a user another password, which is asked for as by furnisher users create. The user is signed out at once everywhere, and a
lock after failures to sign in is lifted. It needs a supervisor.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.changesUser(ctx, &u, "password "+shellWord(args[0]), func(desk *servicing.Desk) error {
				password, err := a.newPassword(file)
				if err != nil {
					return err
				}
				if err := desk.SetPassword(ctx, args[0], password, u.by, u.why); err != nil || a.settings.quiet {
					return err
				}
				return a.say("user %s has the new password, and is signed out everywhere\n", args[0])
			})
		}),
	}
	c.Flags().StringVar(&file, "password-file", "", "file whose first line is the password")
	u.flags(c)
	return c
}

func (a *app) usersTOTPCommand() *cobra.Command {
	var u userFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "totp NAME --why TEXT", Short: "give a user a new secret for the codes, and show it once", Args: cobra.ExactArgs(1),
		Long: `Makes a new secret for the codes of a user whose device is lost or new, and prints it as furnisher users create does. Codes of the
old one work no more, and the user is signed out at once everywhere. It needs a supervisor.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.changesUser(ctx, &u, "totp "+shellWord(args[0]), func(desk *servicing.Desk) error {
				changed, err := desk.ChangeDevice(ctx, args[0], u.by, u.why)
				if err != nil {
					return err
				}
				return a.showEnrolment(changed, asJSON)
			})
		}),
	}
	u.flags(c)
	jsonFlag(c, &asJSON)
	return c
}

func (a *app) usersEndCommand() *cobra.Command {
	var u userFlags
	c := &cobra.Command{
		Use: "end NAME --why TEXT", Short: "end a user, and the sessions, at once", Args: cobra.ExactArgs(1),
		Long: `Ends a user for good: the next request of each session is refused. A user who has ended stays so, and the name is given to nobody
else. It needs no supervisor: what has leaked must not wait for one.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.changesUser(ctx, &u, "end "+shellWord(args[0]), func(desk *servicing.Desk) error {
				if err := desk.EndUser(ctx, args[0], u.by, u.why); err != nil || a.settings.quiet {
					return err
				}
				return a.say("user %s has ended, and is signed out everywhere\n", args[0])
			})
		}),
	}
	u.flags(c)
	return c
}

// showEnrolment prints what a device takes; it is not shown again.
func (a *app) showEnrolment(u *servicing.User, asJSON bool) error {
	if asJSON {
		return printJSON(a.stdout, u)
	}
	if !a.settings.quiet {
		until := ""
		if u.Expires != nil {
			until = ", until " + u.Expires.UTC().Format(timeLayout)
		}
		a.tell(labelNote, fmt.Sprintf("user %s, %s%s; let an authenticator take this address, it is not shown again", u.Name, u.Role, until))
	}
	if onTerminal(a.bytes) {
		if code, err := qr.Encode(u.Enrolment, qr.M); err == nil {
			if _, err := io.WriteString(a.stdout, picture(code)); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintln(a.stdout, u.Enrolment) // also with --quiet: it was asked for, and is shown once
	return err
}

// picture draws a code for a terminal, two rows in a line, light where the code is light.
func picture(code *qr.Code) string {
	const edge = 3
	var b strings.Builder
	for y := -edge; y < code.Size+edge; y += 2 {
		for x := -edge; x < code.Size+edge; x++ {
			upper, lower := !code.Black(x, y), !code.Black(x, y+1)
			switch {
			case upper && lower:
				b.WriteString("█")
			case upper:
				b.WriteString("▀")
			case lower:
				b.WriteString("▄")
			default:
				b.WriteString(" ")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// longestPassword bounds what is read of a password.
const longestPassword = 1 << 10

// newPassword is a password that nobody else sees: asked for twice on a terminal, or the first line of a file or of the standard input.
func (a *app) newPassword(file string) (string, error) {
	if file != "" {
		return secretIn(file)
	}
	if in, is := a.stdin.(*os.File); is && term.IsTerminal(int(in.Fd())) {
		first, err := a.askPassword(in, "password: ")
		if err != nil {
			return "", err
		}
		second, err := a.askPassword(in, "once more: ")
		if err == nil && first != second {
			err = &ending{err: errors.New("the two passwords differ"), code: exitUsage, hint: "give the command again"}
		}
		return first, err
	}
	return firstLine(a.stdin)
}

func (a *app) askPassword(in *os.File, question string) (string, error) {
	fmt.Fprint(a.stderr, question)
	text, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(a.stderr)
	return string(text), err
}

// secretIn is the first line of a file that nobody else may read.
func secretIn(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", &ending{err: err, code: exitUsage, hint: "write it to a file of mode 0600"}
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	if mode := info.Mode().Perm(); info.Mode().IsRegular() && mode&0o077 != 0 && runtime.GOOS != "windows" { // whose files have no such mode
		return "", &ending{err: fmt.Errorf("%q has mode %04o: others could read what is in it", path, mode), code: exitUsage, hint: "chmod 600 " + shellWord(path)}
	}
	return firstLine(file)
}

func firstLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, longestPassword)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read a secret: %w", err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", &ending{err: errors.New("there is no secret"), code: exitUsage, hint: "give it on the standard input, or in the first line of a file"}
	}
	return line, nil
}
