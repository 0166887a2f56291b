package console

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// maxForm bounds the bytes of a form.
const maxForm = 64 << 10

// form reads a form that was sent: errForm if it is too large, has a field twice or text that a database does not take.
func form(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, errForm
	}
	for _, values := range r.PostForm {
		if len(values) != 1 || !utf8.ValidString(values[0]) || strings.ContainsFunc(values[0], control) {
			return nil, errForm
		}
	}
	return r.PostForm, nil
}

// control reports whether a character is none of a text that people write.
func control(c rune) bool { return c < ' ' && c != '\n' && c != '\t' && c != '\r' }

// order is what an operation is told of a form: who sent it, why, and its key, under which it is done once. A form without a key, which
// none of ours is, is done each time. A form that was sent by its button "preview" is a dry run.
func order(r *http.Request, f url.Values) servicing.Order {
	u := who(r.Context())
	return servicing.Order{
		Key: "console-" + u.Name + "-" + cmp.Or(f.Get("key"), newNonce()), DryRun: f.Get("do") == "preview",
		By: u.Name, Why: strings.TrimSpace(f.Get("why")), Role: string(u.Role), From: remote(r),
	}
}

// dateIn reads a date of a form or of a query; empty is 0.
func dateIn(values url.Values, name string) (rules.Date, error) {
	text := values.Get(name)
	if text == "" {
		return 0, nil
	}
	d, err := rules.ParseDate(text)
	if err != nil {
		return 0, errForm
	}
	return d, nil
}
