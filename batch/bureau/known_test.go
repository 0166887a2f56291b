package bureau

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/rules"
)

// BR9: what a correction keeps of a loan's facts says its version; what another version wrote is not taken for facts.
func TestKnownFacts(t *testing.T) {
	t.Parallel()
	hold := rules.NewDate(2026, 1, 9)
	document, err := knownFacts(&book.Facts{Loan: 7, HoldUntil: hold, Consumers: []book.Consumer{{Surname: "ALDERBROOK"}}})
	if err != nil || !strings.HasPrefix(string(document), `{"version":2,`) || strings.Contains(string(document), "ALDERBROOK") {
		t.Errorf("%s, %v", document, err)
	}
	for document, want := range map[string]bool{
		string(document): true,
		strings.Replace(string(document), `"version":2,`, "", 1):           true, // from before it was kept
		strings.Replace(string(document), `"version":2`, `"version":1`, 1): true,
		strings.Replace(string(document), `"version":2`, `"version":3`, 1): false,
		`{"version":-1}`: false, `[]`: false, ``: false,
	} {
		facts := readKnown(7, document)
		if got := facts != nil && facts.Loan == 7 && facts.HoldUntil == hold; got != want {
			t.Errorf("%.40s is read: %t, want %t", document, got, want)
		}
	}
	sum := sha256.Sum256([]byte(shape(reflect.TypeFor[book.Facts]())))
	if got, want := hex.EncodeToString(sum[:8]), "0c4850026d0d9902"; got != want {
		t.Errorf("facts have the shape %s, want %s: corrections keep them, so a change is a new knownVersion, and readKnown reads the older ones", got, want)
	}
}

// shape is how a type is written as JSON: the names and kinds of all that it holds.
func shape(t reflect.Type) string {
	if t.Implements(reflect.TypeFor[json.Marshaler]()) {
		return t.Name()
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return t.Kind().String() + " " + shape(t.Elem())
	case reflect.Struct:
		var fields []string
		for f := range t.Fields() {
			if f.IsExported() {
				fields = append(fields, f.Name+" "+shape(f.Type))
			}
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case reflect.Map, reflect.Interface, reflect.Func, reflect.Chan:
		panic(fmt.Sprintf("facts hold a %s", t))
	default:
		return t.Kind().String()
	}
}
