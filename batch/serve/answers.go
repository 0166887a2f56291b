package serve

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// single, page and part are the answers of the document with one value, with a page of a list, and with a part of a list that
// can be turned both ways. The generated types of such answers are the same structs.
type single struct {
	Status  int
	Message string
	Data    json.RawMessage
}

type page struct {
	Status  int
	Message string
	Count   int
	Data    []json.RawMessage
	NextUrl *string // the name of the generated structs
}

type part struct {
	Status      int
	Message     string
	Count       int
	Data        []json.RawMessage
	NextUrl     *string
	PreviousUrl *string
	Total       int
}

// answer is the answer with one value.
func answer[T any](value T, err error) (a single, _ error) {
	if err == nil {
		a.Data, err = Camel(value)
	}
	a.Message, a.Status = done, http.StatusOK
	return a, err
}

// listed is the answer with a page of a list.
func listed[T any](ctx context.Context, l inquiry.List[T], err error) (a page, _ error) {
	if err == nil {
		a.Data, err = each(l.Rows)
	}
	a.Count, a.Message, a.Status, a.NextUrl = len(a.Data), done, http.StatusOK, of(ctx).turned("cursor", l.Next)
	return a, err
}

// parted is the answer with a part of a list.
func parted[T any](ctx context.Context, l inquiry.Paged[T], err error) (a part, _ error) {
	if err == nil {
		a.Data, err = each(l.Rows)
	}
	about := of(ctx)
	a.Count, a.Total, a.Message, a.Status = l.Count, l.Total, done, http.StatusOK
	a.NextUrl, a.PreviousUrl = about.turned("cursor", l.Next), about.turned("before", l.Previous)
	return a, err
}

func each[T any](rows []T) ([]json.RawMessage, error) {
	all := make([]json.RawMessage, len(rows))
	for i := range rows {
		var err error
		if all[i], err = Camel(&rows[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// turned is the address of the request for another part of its list, nil if there is none.
func (q *request) turned(parameter, key string) *string {
	if key == "" {
		return nil
	}
	query := q.address.Query()
	query.Del("cursor")
	query.Del("before")
	query.Set(parameter, key)
	next := (&url.URL{Path: q.address.Path, RawPath: q.address.RawPath, RawQuery: query.Encode()}).String()
	return &next
}

// pageOf is the page that a request asks for.
func pageOf(cursor *string, limit *int) inquiry.Page {
	return inquiry.Page{After: given(cursor), Limit: given(limit)}
}

// turnOf is the part that a request asks for.
func turnOf(cursor, before *string, limit *int) inquiry.Turn {
	return inquiry.Turn{After: given(cursor), Before: given(before), Limit: given(limit)}
}

// dateAt reads a date of a request; absent is 0.
func dateAt(path string, text *string) (rules.Date, error) {
	if text == nil {
		return 0, nil
	}
	d, err := rules.ParseDate(*text)
	if err != nil {
		return 0, wrong(path, "date")
	}
	return d, nil
}

// wrong is one mistake in a request.
func wrong(path, rule string) error { return &mistakes{found: []mistake{{path, rule}}} }

// masks hides account numbers unless a privacy officer asks for them.
func masks(ctx context.Context, unmask *bool) (func(string) string, error) {
	switch {
	case !given(unmask):
		return inquiry.MaskAccount, nil
	case of(ctx).role != servicing.PrivacyOfficer:
		return nil, errForbidden
	}
	return func(number string) string { return number }, nil
}

// number is a number as a key of a list.
func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
