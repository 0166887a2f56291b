package serve_test

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// BenchmarkRequest is the cost of a request with its token, its check against the document, and its work.
func BenchmarkRequest(b *testing.B) {
	db := pgtest.New(b)
	book(b, db, "A1", "A2", "B1")
	nights(b, db, "2026-06-01")
	s := newService(b, db)
	for _, c := range []struct {
		name, method, path string
		q                  sent
	}{
		{"loan", "GET", "/v1/loans/A1", sent{role: servicing.Viewer}},
		{"loans", "GET", "/v1/loans?limit=2", sent{role: servicing.Viewer}},
		{"cancel", "POST", "/v1/loans/A1/cancel-servicing", sent{role: servicing.Operator, body: `{"reason":"DECEASED"}`}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					w := httptest.NewRecorder()
					if s.server.ServeHTTP(w, s.request(c.method, c.path, c.q)); w.Code != 200 {
						panic(fmt.Sprint(w.Code, w.Body))
					}
				}
			})
		})
	}
}
