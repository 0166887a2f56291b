package metro2

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// checkCase is what a check must hit, and what is as close as can be and must not be hit.
type checkCase struct{ trip, miss func(t *testing.T) []Finding }

// checkCases sorts every case of the tables by the checks that it is about.
func checkCases(t *testing.T) map[string][]checkCase {
	t.Helper()
	cases := map[string][]checkCase{}
	add := func(c checkCase, about func(Finding) bool) {
		ids := map[string]bool{}
		for _, f := range c.trip(t) {
			if about(f) {
				ids[f.Check()] = true
			}
		}
		for id := range ids {
			cases[id] = append(cases[id], c)
		}
	}
	for _, c := range slices.Concat(recordCases(), firstJointCases()) {
		add(checkCase{found(c.trip), found(c.miss)}, func(f Finding) bool { return c.matches(f.Rule, f.Severity, f.Message) })
	}
	for _, c := range fileCases {
		add(checkCase{
			func(t *testing.T) []Finding { return foundIn(t, c.trip(cleanFile(t, c.options))) },
			func(t *testing.T) []Finding { return foundIn(t, c.miss(cleanFile(t, c.options))) },
		}, c.matches)
	}
	for _, c := range slices.Concat(historyCases, examinerPairs) {
		add(checkCase{
			func(t *testing.T) []Finding { return c.trip.findingsAfter(t, c.before) },
			func(t *testing.T) []Finding { return c.miss.findings(t) },
		}, func(f Finding) bool { return c.hits([]Finding{f}) })
	}
	for _, c := range examinerCases {
		add(checkCase{examined(c.trip), examined(c.miss)}, func(f Finding) bool { return f.Rule == c.id })
	}
	for _, c := range fieldCases(t) {
		add(c.checkCase, func(f Finding) bool { return f.Segment == c.segment && f.Field == c.field })
	}
	add(checkCase{orderOf(1, 3, 2), orderOf(1, 2, 3)}, func(f Finding) bool { return f.Rule == "X01" })
	return cases
}

func changed(change func(*Record)) *Record {
	rec := cleanRecord()
	if change != nil {
		change(rec)
	}
	return rec
}

func found(change func(*Record)) func(*testing.T) []Finding {
	return func(*testing.T) []Finding { return CheckRecord(changed(change), testEnv, nil) }
}

func examined(change func(*Record)) func(*testing.T) []Finding {
	return func(*testing.T) []Finding { return CheckExaminer(changed(change), examinerEnv, nil) }
}

func foundIn(t *testing.T, file []byte) []Finding {
	_, findings := validateBytes(t, file)
	return findings
}

// firstJointCases are the cases of a consumer in a J1 segment, which has no address.
func firstJointCases() []ruleCase {
	onJ1 := func(change func(*J2)) func(*Record) {
		return func(r *Record) {
			joint(r)
			j := &r.J1[0]
			c := J2{
				Surname: j.Surname, FirstName: j.FirstName, GenerationCode: j.GenerationCode, SSN: j.SSN,
				DateOfBirth: j.DateOfBirth, Phone: j.Phone, ECOACode: j.ECOACode, ConsumerInfo: j.ConsumerInfo,
			}
			if change != nil {
				change(&c)
			}
			*j = J1{
				Surname: c.Surname, FirstName: c.FirstName, GenerationCode: c.GenerationCode, SSN: c.SSN,
				DateOfBirth: c.DateOfBirth, Phone: c.Phone, ECOACode: c.ECOACode, ConsumerInfo: c.ConsumerInfo,
			}
		}
	}
	var out []ruleCase
	for _, c := range baseConsumerCases {
		out = append(out, ruleCase{"J01", c.severity, c.says, onJ1(c.trip), onJ1(c.miss)})
	}
	return out
}

// fieldCase breaks one field of a file that holds one of every segment.
type fieldCase struct {
	checkCase
	segment, field string
}

// fieldCases break every field by its sort: a letter among digits, a day that
// does not exist, a mark in a text, something in a reserved area, one too many in
// a counter.
func fieldCases(t *testing.T) []fieldCase {
	t.Helper()
	rec := segmentRecord()
	file := writeFile(t, 20261102, rec)
	all := lines(file)
	starts := map[string][2]int{"header": {0, 0}, "base": {1, 0}, "trailer": {2, 0}}
	at := baseLayout.Size(Character)
	for _, l := range Layouts()[2:10] {
		starts[l.Name] = [2]int{1, at}
		at += l.Size
	}
	if at != len(all[1]) {
		t.Fatalf("the record has %d bytes, its segments %d", len(all[1]), at)
	}
	var out []fieldCase
	add := func(segment string, f FieldInfo, text string) {
		place := starts[segment]
		broken := func(t *testing.T) []Finding {
			records := lines(bytes.Clone(file))
			copy(records[place[0]][place[1]+f.Start-1:], text)
			return foundIn(t, join(records...))
		}
		out = append(out, fieldCase{checkCase{broken, func(t *testing.T) []Finding { return foundIn(t, file) }}, segment, f.Key})
	}
	for _, l := range Layouts() {
		for _, f := range l.Fields {
			switch f.Type {
			case "number", "amount":
				add(l.Name, f, strings.Repeat("X", f.Width))
				if l.Name == "trailer" {
					add(l.Name, f, fmt.Sprintf("%09d", 77))
				}
			case "date":
				add(l.Name, f, "02302026")
				add(l.Name, f, "0230202X")
			case "time stamp":
				add(l.Name, f, "10312026240000")
				add(l.Name, f, "1031202623000X")
			case "text":
				add(l.Name, f, "*")
			case "reserved":
				add(l.Name, f, "1")
			}
		}
	}
	return out
}

// orderOf checks a file in which accounts stand in an order.
func orderOf(accounts ...int) func(t *testing.T) []Finding {
	return func(t *testing.T) []Finding {
		var records []*Record
		for _, n := range accounts {
			rec := cleanRecord()
			rec.Base.AccountNumber = fmt.Sprintf("ACCT%010d", n)
			records = append(records, rec)
		}
		v := NewValidator(CheckEnv{})
		v.AccountOrder = true
		return validateFiles(t, v, writeFile(t, 20261102, records...))
	}
}

// leastChecks is how many checks the catalogue promises.
const leastChecks = 450

// TestChecks is the test of every check, under its id: something that it must
// hit, and something as close as can be that it must not.
func TestChecks(t *testing.T) {
	cases, checks := checkCases(t), Checks()
	if len(checks) < leastChecks {
		t.Errorf("the catalogue has %d checks, and promises %d", len(checks), leastChecks)
	}
	seen := map[string]bool{}
	for _, c := range checks {
		if seen[c.ID] {
			t.Errorf("two checks have the id %s", c.ID)
		}
		seen[c.ID] = true
		t.Run(c.ID, func(t *testing.T) {
			if len(cases[c.ID]) == 0 {
				t.Fatal("no case breaks it")
			}
			for i, example := range cases[c.ID] {
				if !holds(example.trip(t), c) {
					t.Errorf("case %d: silent about what it must hit", i)
				}
				if got := example.miss(t); holds(got, c) {
					t.Errorf("case %d: hits the near miss: %v", i, got)
				}
			}
		})
	}
	for id := range cases {
		if !seen[id] {
			t.Errorf("a finding names %s, which is no check of the catalogue", id)
		}
	}
}

func holds(findings []Finding, c Check) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool {
		return f.Check() == c.ID && f.Rule == c.RuleInfo.ID && f.Severity == c.Severity
	})
}

// TestChecksAreWhole: what a person needs to know is said of each, and an id can
// be typed.
func TestChecksAreWhole(t *testing.T) {
	form := regexp.MustCompile(`^[A-Z][A-Za-z0-9]*([.-][A-Za-z0-9_-]+)*$`)
	for _, c := range Checks() {
		if !form.MatchString(c.ID) || c.Sentence == "" || c.Source == "" || c.Why == "" || c.Layer == "" {
			t.Errorf("%+v", c)
		}
		if c.Remedy == "" || !strings.HasSuffix(c.Remedy, ".") {
			t.Errorf("%s does not say what to do: %q", c.ID, c.Remedy)
		}
		if named := positionOf(c.Segment, c.Field) > 0; named && (c.Number == "" || c.Name == "") {
			t.Errorf("%s does not name its field", c.ID)
		}
	}
	for id := range remedies {
		if !slices.ContainsFunc(Checks(), func(c Check) bool { return strings.HasPrefix(c.RuleInfo.ID, id) }) {
			t.Errorf("remedy for %s, which is no rule", id)
		}
	}
}

// TestEveryFindingIsInTheCatalogue takes the findings of all cases, not only
// those that a case is about.
func TestEveryFindingIsInTheCatalogue(t *testing.T) {
	known := map[string]bool{}
	for _, c := range Checks() {
		known[c.ID] = true
	}
	for _, list := range checkCases(t) {
		for _, c := range list {
			for _, f := range c.trip(t) {
				if !known[f.Check()] {
					t.Errorf("%v is of %s, which is no check", f, f.Check())
				}
			}
		}
	}
}
