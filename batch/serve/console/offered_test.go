package console

import (
	"html"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch/servicing"
)

// serveAll serves all that a console asks of the program, by functions that find and do nothing.
func serveAll(c *Config) {
	config := reflect.ValueOf(c).Elem()
	for i := range config.NumField() {
		if strings.HasSuffix(config.Field(i).Type().Name(), "Actions") {
			serveEach(config.Field(i))
		}
	}
}

func serveEach(actions reflect.Value) {
	for i := range actions.NumField() {
		switch f := actions.Field(i); {
		case f.Kind() == reflect.Struct:
			serveEach(f)
		case f.Kind() == reflect.Func && f.IsNil():
			f.Set(reflect.MakeFunc(f.Type(), func([]reflect.Value) (results []reflect.Value) {
				for k := range f.Type().NumOut() {
					out := f.Type().Out(k)
					if out.Kind() == reflect.Pointer {
						results = append(results, reflect.New(out.Elem()))
					} else {
						results = append(results, reflect.Zero(out))
					}
				}
				return results
			}))
		}
	}
}

var (
	offeredForm = regexp.MustCompile(`<form[^>]*>`)
	offeredLink = regexp.MustCompile(`<a [^>]*href="([^"#]*)`)
	offeredSend = regexp.MustCompile(`formaction="([^"#]*)`)
	formAction  = regexp.MustCompile(`action="([^"#]*)"`)
)

// No page offers somebody a form that would be refused, nor leads to a page that would be.
func TestNothingIsOfferedThatIsRefused(t *testing.T) {
	s := newSite(t, readOnly(t), serveAll)
	least, mux := map[string]servicing.Role{}, http.NewServeMux()
	for _, e := range s.c.routes {
		least[e.pattern] = e.role
		mux.Handle(e.pattern, http.NotFoundHandler())
	}
	for _, role := range servicing.Roles() {
		u, forms, seen, patterns := User{Role: role}, 0, map[string]bool{}, map[string]int{}
		offer := func(at, method, to string) {
			to = html.UnescapeString(to)
			if strings.HasPrefix(to, "?") || to == "" {
				to = strings.Split(at, "?")[0] + to
			}
			_, pattern := mux.Handler(httptest.NewRequest(method, to, nil))
			needs, known := least[pattern]
			may := u.May(needs) && (role != servicing.Examiner || method == "GET")
			if known && needs != anyone && !may {
				t.Errorf("%s offers a %s %s, which needs %s", at, role, pattern, needs)
			}
		}
		queue := []string{"/month", "/tonight", "/accounts", "/accounts?q=L1000", "/accounts/L1000000", "/desk", "/files", "/simulate", "/examiner", "/cases", "/findings", "/validate"}
		for ; len(queue) > 0; queue = queue[1:] {
			at := queue[0]
			_, pattern := mux.Handler(httptest.NewRequest("GET", at, nil))
			if seen[at] || patterns[pattern] >= 3 || pattern == "" {
				continue
			}
			seen[at] = true
			patterns[pattern]++
			got := s.get(role, at)
			if got.status != 200 {
				continue
			}
			for _, tag := range offeredForm.FindAllString(got.body, -1) {
				action := formAction.FindStringSubmatch(tag)
				if action == nil || !strings.Contains(tag, `method="post"`) {
					continue
				}
				forms++
				offer(at, "POST", action[1])
			}
			for _, button := range offeredSend.FindAllStringSubmatch(got.body, -1) {
				offer(at, "POST", button[1])
			}
			for _, link := range offeredLink.FindAllStringSubmatch(got.body, -1) {
				offer(at, "GET", link[1])
				if to := html.UnescapeString(link[1]); strings.HasPrefix(to, "/") {
					queue = append(queue, to)
				}
			}
		}
		if len(seen) < 40 || forms < len(seen) && slices.Contains([]servicing.Role{servicing.Operator, servicing.Supervisor}, role) {
			t.Errorf("a %s sees %d pages with %d forms: the walk sees too little", role, len(seen), forms)
		}
	}
}
