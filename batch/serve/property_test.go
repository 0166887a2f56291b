package serve_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// operation is an operation of the document, to send random requests to.
type operation struct {
	method, path string
	*openapi3.Operation
}

// random makes requests of the document: most are as it says, many are not, and some say what is personal.
type random struct {
	*rapid.T
	texts []string // what is sent as a text
}

// chance is true so many times of ten.
func (r random) chance(ofTen int) bool { return rapid.IntRange(1, 10).Draw(r.T, "chance") <= ofTen }

func (r random) text() string { return rapid.SampledFrom(r.texts).Draw(r.T, "text") }

// junk is a value of no schema.
func (r random) junk() any {
	return rapid.SampledFrom([]any{nil, true, -1, 1e300, "", r.text(), []any{r.text()}, map[string]any{r.text(): r.text()}}).Draw(r.T, "junk")
}

// value is a value of a schema, or one that is none.
func (r random) value(s *openapi3.Schema) any {
	if r.Helper(); rapid.IntRange(1, 25).Draw(r.T, "junk") == 1 {
		return r.junk()
	}
	switch {
	case len(s.AnyOf) > 0:
		return r.value(rapid.SampledFrom(s.AnyOf).Draw(r.T, "any of").Value)
	case len(s.AllOf) > 0:
		return r.value(s.AllOf[0].Value)
	case len(s.Enum) > 0:
		return rapid.SampledFrom(s.Enum).Draw(r.T, "listed")
	case s.Type.Includes("object"):
		return r.object(s)
	case s.Type.Includes("array"):
		list := make([]any, rapid.IntRange(1, 3).Draw(r.T, "length"))
		for i := range list {
			list[i] = r.value(s.Items.Value)
		}
		return list
	case s.Type.Includes("boolean"):
		return rapid.Bool().Draw(r.T, "flag")
	case s.Type.Includes("integer"):
		return rapid.Int64Range(-2, 5000).Draw(r.T, "number")
	case s.Type.Includes("null"):
		return nil
	case s.Format == "date":
		return rapid.SampledFrom([]string{"2026-06-01", "2026-06-02", "2026-07-31", "2020-02-29", "2026-02-30", "9999-12-31", "0001-01-01", "1980-02-29"}).Draw(r.T, "date")
	case s.Pattern != "":
		return rapid.SampledFrom([]string{"0.00", "812.50", "-1.00", "999999999999.99", "12"}).Draw(r.T, "amount")
	}
	return r.text()
}

func (r random) object(s *openapi3.Schema) any {
	object := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if slices.Contains(s.Required, name) && r.chance(10) || r.chance(3) {
			object[name] = r.value(s.Properties[name].Value)
		}
	}
	if rapid.IntRange(1, 25).Draw(r.T, "made up") == 1 {
		object[r.text()] = r.text()
	}
	return object
}

// file is a file of operations, most of them wrong ones.
func (r random) file() string {
	text := rapid.SampledFrom([]string{"action,key,loanId,until,why\n", "action,customerId,approver,erasureReason\n", r.text() + "\n"}).Draw(r.T, "header")
	for range rapid.IntRange(1, 3).Draw(r.T, "rows") {
		text += rapid.SampledFrom([]string{
			"hold," + r.text() + ",A1,2026-12-31,why\n", "hold," + r.text() + "," + r.text() + ",2026-12-31,\n", "remove,CB,,\n",
			"remove," + r.text() + "," + r.text() + ",CCPA\n", "cancel-servicing,\"" + r.text() + "\",A2,,x\n", r.text() + "\n",
		}).Draw(r.T, "row")
	}
	return text
}

// request is a random request to an operation.
func (r random) request(o operation) (path string, q sent) {
	path = o.path
	query, asText := url.Values{}, func(value any) string {
		if text, is := value.(string); is {
			return text
		}
		document, _ := json.Marshal(value) // none of them is a value that JSON has not
		return string(document)
	}
	q.header = map[string]string{}
	for _, p := range o.Parameters {
		value := asText(r.value(p.Value.Schema.Value))
		switch p.Value.In {
		case "path":
			path = strings.Replace(path, "{"+p.Value.Name+"}", url.PathEscape(value), 1)
		case "query":
			if p.Value.Required || r.chance(3) {
				query.Set(p.Value.Name, value)
			}
		case "header":
			if r.chance(2) {
				q.header[p.Value.Name] = strings.Map(func(c rune) rune {
					if c < ' ' || c > '~' {
						return 'x'
					}
					return c
				}, value)
			}
		}
	}
	if rapid.IntRange(1, 30).Draw(r.T, "unknown") == 1 {
		query.Set(r.text(), r.text())
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	if o.RequestBody != nil && r.chance(9) {
		if media := o.RequestBody.Value.Content["application/json"]; media != nil {
			document, _ := json.Marshal(r.value(media.Schema.Value))
			q.body = string(document)
		} else if o.RequestBody.Value.Content["text/csv"] != nil {
			q.kind, q.body = "text/csv", r.file()
		} else {
			q.kind, q.body = "application/octet-stream", r.text()
		}
	}
	role, _ := o.Extensions["x-role"].(string)
	if q.role = servicing.Role(role); role == "anyone" || r.chance(1) {
		q.role = rapid.SampledFrom(servicing.Roles()).Draw(r.T, "role")
	}
	return path, q
}

// Random requests of the document, valid ones and others: none fails in the server, none that is refused changes anything, no
// refusal says anything personal, even of what the request said, and every answer is as the document says.
func TestRandomRequests(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book(t, db, "A1", "A2", "B1")
	nights(t, db, "2026-06-01")
	s := newService(t, db)
	s.do("POST", "/v1/cases", sent{role: servicing.Operator, body: `{"caseId":"K-1","externalId":"X-1","type":"DISPUTE","customerIds":["CA"],"why":"x"}`})
	var operations []operation
	for _, path := range slices.Sorted(maps.Keys(s.doc.Paths.Map())) {
		for _, method := range slices.Sorted(maps.Keys(s.doc.Paths.Value(path).Operations())) {
			operations = append(operations, operation{method, path, s.doc.Paths.Value(path).Operations()[method]})
		}
	}
	texts := append([]string{
		"A1", "A2", "B1", "CA", "CB", "K-1", "X-1", "ACTIVE", "P1", "PL", "open", "1", "99", "team two", "SERVICING",
		"", "..", "a/b", "100%", "\x00", "tab\tline\n", "naïve ☂", "' OR 1=1 --", "{}", "null", strings.Repeat("x", 300), "666101111", "robin@alderbrook.example",
	}, personal...)
	rapid.Check(t, func(rt *rapid.T) {
		r := random{rt, texts}
		o := rapid.SampledFrom(operations).Draw(rt, "operation")
		path, q := r.request(o)
		before := map[string]string{}
		if o.method != "GET" {
			before = everything(t, db)
		}
		got := s.do(o.method, path, q)
		switch {
		case got.status >= 500:
			rt.Fatalf("%s %s %s: %s\n%s", o.method, path, q.body, got.text, s.log)
		case got.status < 400:
			return
		}
		for _, value := range append([]string{"666101111", "robin@"}, personal...) {
			if strings.Contains(got.text, value) {
				rt.Fatalf("%s %s: the problem says %q: %s", o.method, path, value, got.text)
			}
		}
		if o.method == "GET" {
			return
		}
		if diff := cmp.Diff(before, everything(t, db)); diff != "" {
			rt.Fatalf("%s %s, refused, changed (-before +after):\n%s", o.method, path, diff)
		}
	})
	s.silent()
}
