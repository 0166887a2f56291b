package console

import (
	"context"
	"net/http"

	"github.com/furnisher/furnisher/batch/servicing"
)

// signRoutes are the routes of signing in and out.
func (c *Console) signRoutes() []route {
	return []route{
		{"GET /sign-in", anyone, c.signInPage},
		{"POST /sign-out", anyone, c.signOut},
	}
}

// signedIn finds who asks by the session.
func (c *Console) signedIn(ctx context.Context) (User, bool) {
	name := c.sessions.GetString(ctx, "user")
	return User{Name: name, Role: servicing.Role(c.sessions.GetString(ctx, "role"))}, name != ""
}

// askToSignIn sends who has no session to sign in, and back afterwards.
func (c *Console) askToSignIn(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		c.sessions.Put(r.Context(), "after", r.URL.RequestURI())
	}
	http.Redirect(w, r, c.to("/sign-in"), http.StatusSeeOther)
}

func (c *Console) signInPage(w http.ResponseWriter, r *http.Request) error {
	return c.show(w, r, page{Name: "sign-in", Title: "Sign in"})
}

func (c *Console) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := c.sessions.Destroy(r.Context()); err != nil {
		return err
	}
	http.Redirect(w, r, c.to("/sign-in"), http.StatusSeeOther)
	return nil
}
