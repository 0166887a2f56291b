package metro2

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// example is one line of examples.jsonl.
type example struct {
	Kind        string
	ID          any
	Description string
	Fields      map[string]any
	Segments    []json.RawMessage
	Length      int
	Expect      string
	Line        string
	Hex         string
}

func (e example) name() string { return fmt.Sprintf("%s %v", e.Kind, e.ID) }

func readExamples(t testing.TB) []example {
	t.Helper()
	data, err := os.ReadFile("../fixtures/metro2/examples.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var out []example
	for line := range bytes.Lines(data) {
		var e example
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

// verdict turns an expectation into the rules that must be errors and warnings.
func (e example) verdict() (errors, warnings []string) {
	words := strings.Fields(e.Expect)
	switch words[0] {
	case "reject":
		return words[1:], nil
	case "warn":
		return nil, words[1:]
	}
	return nil, nil
}

func rulesOf(findings []Finding, severity Severity) []string {
	var out []string
	for _, f := range findings {
		if f.Severity == severity {
			out = append(out, f.Rule)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// everyExample are the warnings that the invented people of the examples draw,
// and that of an unused segment.
var everyExample = []string{"B27", "J01", "F07"}

// TestExampleFileRecords: header and trailer of the sample file have no fault.
func TestExampleFileRecords(t *testing.T) {
	for _, e := range readExamples(t) {
		if e.Kind != "header" && e.Kind != "trailer" {
			continue
		}
		item := readOne(t, []byte(e.Line))
		findings := item.Problems
		if e.Kind == "header" {
			findings = checkHeader(item.Header, true, findings)
		}
		if len(findings) > 0 {
			t.Errorf("%s: %v", e.name(), findings)
		}
	}
}

func TestExampleVerdicts(t *testing.T) {
	for _, e := range readExamples(t) {
		if e.Kind == "header" || e.Kind == "trailer" {
			continue
		}
		t.Run(e.name(), func(t *testing.T) {
			src, form := []byte(e.Line), Character
			if e.Kind == "packed" {
				src, _ = hex.DecodeString(e.Hex)
				form = Packed
			}
			if len(src) != e.Length {
				t.Fatalf("example has %d bytes, says %d", len(src), e.Length)
			}
			var rec Record
			findings := DecodeRecord(src, form, &rec, nil)
			findings = CheckRecord(&rec, CheckEnv{Created: 20261102, Activity: 20261031, PeriodStart: 20261001, PeriodEnd: 20261031, Decoded: true}, findings)
			wantErrors, wantWarnings := e.verdict()
			if got := rulesOf(findings, Error); !slices.Equal(got, wantErrors) {
				t.Errorf("errors %v, want %v\n%v", got, wantErrors, findings)
			}
			gotWarnings := rulesOf(findings, Warning)
			for _, want := range wantWarnings {
				if !slices.Contains(gotWarnings, want) {
					t.Errorf("warnings %v, want %s among them", gotWarnings, want)
				}
			}
			for _, got := range gotWarnings {
				if len(wantErrors) == 0 && !slices.Contains(wantWarnings, got) && !slices.Contains(everyExample, got) {
					t.Errorf("warning %s of a record that deserves none: %v", got, findings)
				}
			}
		})
	}
}
