package serve

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// mistakes are what of a request is not as the document says, by place and rule. What the request said is never among it, nor
// the validator's messages, which repeat it.
type mistakes struct {
	words map[string]bool // that a path may hold
	found []mistake
}

// mistake is one of them.
type mistake = struct {
	Path string `json:"path"`
	Rule string `json:"rule"`
}

// Error says how many there are; it is an error so that handlers can return it.
func (m *mistakes) Error() string { return strconv.Itoa(len(m.found)) + " mistakes in the request" }

func (m *mistakes) add(path, rule string) {
	if next := (mistake{path, rule}); !slices.Contains(m.found, next) && len(m.found) < 20 {
		m.found = append(m.found, next)
	}
}

func (m *mistakes) err() error {
	if len(m.found) == 0 {
		return nil
	}
	slices.SortFunc(m.found, func(x, y mistake) int { return strings.Compare(x.Path+" "+x.Rule, y.Path+" "+y.Rule) })
	return m
}

// against holds a request against the document. Parameters are plain values: the validator of OpenAPI 3.0 knows all that their
// schemas say, and does not compile them anew for each request, as that of 3.1 does.
func (m *mistakes) against(r *http.Request, e *endpoint, params map[string]string, withBody bool) {
	input := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, QueryParams: r.URL.Query(), Route: e.plain,
		Options: &openapi3filter.Options{MultiError: true, SkipSettingDefaults: true, ExcludeRequestBody: true},
	}
	if err := openapi3filter.ValidateRequest(r.Context(), input); err != nil {
		m.take(err, "")
	}
	if !withBody {
		return
	}
	input.Route, input.Options = e.route, &openapi3filter.Options{MultiError: true, SkipSettingDefaults: true}
	if err := openapi3filter.ValidateRequestBody(r.Context(), input, e.route.Operation.RequestBody.Value); err != nil {
		m.take(err, "")
	}
}

func (e *endpoint) needsBody() bool {
	return e.route.Operation.RequestBody != nil && e.route.Operation.RequestBody.Value.Required
}

// take takes places and rules out of a validator's error, which is a tree.
func (m *mistakes) take(err error, at string) {
	var schema *openapi3.SchemaError
	switch e := err.(type) { // errors.As would find the first of several
	case openapi3.MultiError:
		for _, one := range e {
			m.take(one, at)
		}
		return
	case *openapi3filter.RequestError:
		at = "body"
		if e.Parameter != nil {
			at = e.Parameter.In + "/" + e.Parameter.Name
		}
		if e.Err != nil {
			m.take(e.Err, at)
			return
		}
	}
	switch {
	case errors.Is(err, openapi3filter.ErrInvalidRequired):
		m.add(at, "required")
	case errors.As(err, &schema) && schema.SchemaField == "properties":
		m.add(m.place(at, schema.JSONPointer()), "unknown") // one that the document does not have
	case errors.As(err, &schema) && schema.SchemaField != "":
		m.add(m.place(at, schema.JSONPointer()), schema.SchemaField)
	default:
		m.add(at, "form")
	}
}

// place is the part of a pointer that the document knows: what follows may be a name that the request made up.
func (m *mistakes) place(at string, pointer []string) string {
	for _, part := range pointer {
		if _, err := strconv.Atoi(part); err != nil && !m.words[part] {
			break
		}
		at += "/" + part
	}
	return at
}
