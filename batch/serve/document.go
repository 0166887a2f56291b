package serve

import (
	_ "embed"
	"fmt"
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"

	"github.com/furnisher/furnisher/batch/servicing"
)

//go:embed openapi.yaml
var documentText []byte

// anyone is the x-role of what needs no token.
const anyone = "anyone"

// endpoint is an operation of the document.
type endpoint struct {
	pattern string // as the router knows it: "POST /v1/loans/{loanId}/hold"
	route   *routers.Route
	plain   *routers.Route // the same, for the validator of OpenAPI 3.0
	role    servicing.Role // anyone: no token
	upload  bool           // its body is a stream, and longer than others
	queries []string       // the parameters that it knows
}

// document is the OpenAPI document.
type document struct {
	*openapi3.T
	endpoints map[string]*endpoint // by pattern
	words     map[string]bool      // names of properties and values of lists: an error may say these
}

// readDocument reads the document, which is part of the program.
func readDocument(text []byte) (*document, error) {
	loader := openapi3.NewLoader()
	parsed, err := loader.LoadFromData(text)
	if err == nil {
		err = parsed.Validate(loader.Context)
	}
	if err != nil {
		return nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}
	d := &document{parsed, map[string]*endpoint{}, map[string]bool{}}
	for path, item := range parsed.Paths.Map() {
		for method, operation := range item.Operations() {
			e, err := newEndpoint(parsed, path, method, item, operation)
			if err != nil {
				return nil, err
			}
			d.endpoints[e.pattern] = e
		}
	}
	for _, schema := range parsed.Components.Schemas {
		d.learn(schema.Value)
	}
	return d, nil
}

func newEndpoint(parsed *openapi3.T, path, method string, item *openapi3.PathItem, operation *openapi3.Operation) (*endpoint, error) {
	role, _ := operation.Extensions["x-role"].(string)
	if role != anyone && !slices.Contains(servicing.Roles(), servicing.Role(role)) {
		return nil, fmt.Errorf("the OpenAPI document names no role for %s %s", method, path)
	}
	open := *operation
	open.Security = openapi3.NewSecurityRequirements() // admit does that; the validator would read an uploaded file as a whole for it
	operation = &open
	e := &endpoint{
		pattern: method + " " + path, role: servicing.Role(role),
		route: &routers.Route{Spec: parsed, Path: path, PathItem: item, Method: method, Operation: operation, Server: parsed.Servers[0]},
	}
	plain := *e.route
	plain.Spec = &openapi3.T{OpenAPI: "3.0.3"}
	e.plain = &plain
	for _, p := range operation.Parameters {
		if p.Value.In == openapi3.ParameterInQuery {
			e.queries = append(e.queries, p.Value.Name)
		}
	}
	if operation.RequestBody != nil {
		content := operation.RequestBody.Value.Content
		e.upload = content[typeStream] != nil || content[typeCSV] != nil
	}
	return e, nil
}

// The types of the bodies that are read as they come.
const (
	typeStream = "application/octet-stream"
	typeCSV    = "text/csv"
)

// learn notes the names of a schema's properties and the values of its lists, and those below.
func (d *document) learn(s *openapi3.Schema) {
	for _, value := range s.Enum {
		if word, is := value.(string); is {
			d.words[word] = true
		}
	}
	for name, property := range s.Properties {
		d.words[name] = true
		d.learn(property.Value)
	}
	if s.Items != nil {
		d.learn(s.Items.Value)
	}
}

// guarded is a router each of whose handlers is guarded as the document says.
type guarded struct {
	*http.ServeMux
	server *Server
}

// HandleFunc registers the handler of an endpoint.
func (g guarded) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	e := g.server.document.endpoints[pattern]
	if e == nil {
		panic("serve: the document has no " + pattern) // api.gen.go is of another document
	}
	g.ServeMux.Handle(pattern, g.server.guard(e, http.HandlerFunc(handler)))
}
