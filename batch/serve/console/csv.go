package console

import (
	"encoding/csv"
	"net/http"
	"time"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/serve"
)

// csvTime is how long one part of a list may take to reach who asked for it.
const csvTime = time.Minute

// asked reports whether a page is asked for as CSV.
func asked(r *http.Request) bool { return r.URL.Query().Get("csv") == "1" }

// writeCSV answers with a whole list as a file, a part at a time, so that memory does not grow with it. An answer that fails half-way
// breaks off: nobody is to take a part for the whole.
func writeCSV[T any](c *Console, w http.ResponseWriter, r *http.Request, name string, heading []string, row func(*T) []string, read func(inquiry.Page) (inquiry.List[T], error)) error {
	part, err := read(inquiry.Page{Limit: inquiry.MaxLimit})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Time{}) // a test's recorder has no connection
	stalled := time.AfterFunc(csvTime, func() { _ = control.SetWriteDeadline(time.Unix(1, 0)) })
	defer stalled.Stop()
	out := csv.NewWriter(w)
	err = out.Write(heading)
	for {
		for i := range part.Rows {
			_ = out.Write(inquiry.NoFormula(row(&part.Rows[i])...)) // its error sticks
		}
		if out.Flush(); err == nil {
			err = out.Error()
		}
		if err == nil && part.Next == "" {
			return nil
		}
		stalled.Reset(csvTime)
		if err == nil {
			part, err = read(inquiry.Page{After: part.Next, Limit: inquiry.MaxLimit})
		}
		if err != nil {
			c.Log.WithField("request", serve.RequestID(r.Context())).WithError(err).Error("a list broke off")
			panic(http.ErrAbortHandler)
		}
	}
}
