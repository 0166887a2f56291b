package metro2

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"
)

// TestRecordComments holds the comments of the record's fields to the layout
// tables: people write by them.
func TestRecordComments(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "record.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	checkComments(t, file, headerLayout)
	checkComments(t, file, baseLayout)
	checkComments(t, file, j1Layout)
	checkComments(t, file, j2Layout)
	checkComments(t, file, k1Layout)
	checkComments(t, file, k2Layout)
	checkComments(t, file, k3Layout)
	checkComments(t, file, k4Layout)
	checkComments(t, file, l1Layout)
	checkComments(t, file, n1Layout)
	checkComments(t, file, trailerLayout)
}

func checkComments[T any](t *testing.T, file *ast.File, l *Layout[T]) {
	t.Helper()
	record := reflect.TypeFor[T]()
	var spec *ast.StructType
	ast.Inspect(file, func(n ast.Node) bool {
		if named, ok := n.(*ast.TypeSpec); ok && named.Name.Name == record.Name() {
			spec = named.Type.(*ast.StructType)
		}
		return spec == nil
	})
	if len(spec.Fields.List) != record.NumField() {
		t.Fatalf("%s: %d fields in the source, %d in the type", l.name, len(spec.Fields.List), record.NumField())
	}
	for i, field := range spec.Fields.List {
		want := ""
		for _, s := range l.plans[Character].steps {
			if s.hasValue() && s.offset == record.Field(i).Offset {
				want = fmt.Sprintf("%s, at %d", s.field.Num, s.start+1)
				if s.end > s.start+1 {
					want += fmt.Sprintf("-%d", s.end)
				}
			}
		}
		got, _, _ := strings.Cut(strings.TrimSpace(field.Comment.Text()), ":")
		if got != want {
			t.Errorf("%s.%s: %q, want %q", l.name, record.Field(i).Name, got, want)
		}
	}
}
