package rules_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/rules"
)

// people makes consumers of words: the ECOA code, "c" for a company, and the number of the household.
func people(words ...string) []rules.Consumer {
	var all []rules.Consumer
	for i, w := range words {
		c := rules.Consumer{ID: int64(10 + i), Position: i + 1, ECOA: w[:1], Business: w[0] == 'W' || strings.Contains(w, "c"), Household: 1}
		if n := w[len(w)-1]; len(w) > 1 && n >= '2' && n <= '9' {
			c.Household = int(n - '0')
		}
		all = append(all, c)
	}
	return all
}

// placed tells where the consumers of a tradeline are: for each the position, segment and ECOA code.
func placed(r *rules.Tradeline) string {
	var all []string
	for _, c := range r.Placed {
		all = append(all, strings.TrimRight(fmt.Sprintf("%d %s %s %s", c.Position, c.Segment, c.ECOA, c.CII), " "))
	}
	return strings.Join(all, ", ")
}

// owingBy is an account that owes and has consumers.
func owingBy(consumers []rules.Consumer, before ...rules.Furnished) *rules.Account {
	a := account("2026-03-31", originated("2026-01-10", 1000_00), due("2026-04-10", 100_00))
	a.Consumers, a.Tradelines = consumers, before
	return a
}

// Q58, FORMAT 3.18: who is in the base segment, and J1 against J2 by address.
func TestPlace(t *testing.T) {
	for _, c := range []struct {
		name   string
		people []rules.Consumer
		want   string
	}{
		{"alone", people("1"), "1 base 1"},
		{"two at one address", people("2", "2"), "1 base 2, 2 j1 2"},
		{"two at two addresses", people("2", "2.2"), "1 base 2, 2 j2 2"},
		{"an authorized user before the owner", people("3", "1.2"), "1 j2 3, 2 base 1"},
		{"two authorized users who live with each other, not with the owner", people("3", "3", "1.2"), "1 j2 3, 2 j2 3, 3 base 1"},
		{"Q58 a business alone", people("W"), "1 base W"},
		{"Q58 a business that is not marked so by its code", people("1c"), "1 base 1"},
		{"Q58 a business before a person", people("W", "1"), "1 j2 W, 2 base 1"},
		{"Q58 a business after a person, at the same address", people("1", "W"), "1 base 1, 2 j2 W"},
		{"Q58 two businesses", people("W", "W"), "1 base W, 2 j2 W"},
		{"Q58 a business with an authorized user", people("3", "W"), "1 j1 3, 2 base W"},
		{"a maker and a guarantor", people("7", "5"), "1 base 7, 2 j1 5"},
		{"Q66 one who is deceased stays where he was, once", people("X", "2"), "1 base X, 2 j1 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := placed(report(t, owingBy(c.people))); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	for name, nobody := range map[string][]rules.Consumer{
		"nobody": nil, "nobody at position 1": people("1", "1")[1:], "only authorized users": people("3", "3"),
	} {
		_, _, err := rules.Furnish(owingBy(nobody))
		var undecidable *rules.Undecidable
		if !errors.As(err, &undecidable) || undecidable.Code != rules.CodeNoConsumer {
			t.Errorf("%s: got %v, want %s", name, err, rules.CodeNoConsumer)
		}
	}
}

// Q54, Q66: a code that ends the association goes out once; the survivor then moves into the base, with the code unchanged.
func TestConsumersLeave(t *testing.T) {
	for _, c := range []struct {
		name   string
		people []rules.Consumer
		want   []string // of three files
	}{
		{"Q66 the first dies", people("X", "2.2", "2.2"), []string{"1 base X, 2 j2 2, 3 j2 2", "1  X, 2 base 2, 3 j1 2", "1  X, 2 base 2, 3 j1 2"}},
		{"the second is terminated", people("1", "T"), []string{"1 base 1, 2 j1 T", "1 base 1, 2  T", "1 base 1, 2  T"}},
		{"the second was reported in error", people("1", "Z.2"), []string{"1 base 1, 2 j2 Z", "1 base 1, 2  Z", "1 base 1, 2  Z"}},
		{"Q54 Q58 a business is left", people("X", "W"), []string{"1 base X, 2 j2 W", "1  X, 2 base W", "1  X, 2 base W"}},
		{"Q54 the only one dies", people("X"), []string{"1 base X", "NOBODY_LIABLE Q54", "NOBODY_LIABLE Q54"}},
		{"Q54 an authorized user is left", people("X", "3"), []string{"1 base X, 2 j1 3", "NOBODY_LIABLE Q54", "NOBODY_LIABLE Q54"}},
		{"nothing is special", people("2", "2"), []string{"1 base 2, 2 j1 2", "1 base 2, 2 j1 2", "1 base 2, 2 j1 2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var said []rules.Furnished
			var got []string
			for range 3 {
				a := owingBy(c.people, said...)
				r, excluded, err := rules.Furnish(a)
				switch {
				case err != nil:
					t.Fatal(err)
				case excluded != nil:
					got = append(got, excluded.Reason+" "+excluded.Rule)
				default:
					got = append(got, placed(r))
					said = []rules.Furnished{kept(t, r)}
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("Q66 the consumer is known by the key: the lender may change positions", func(t *testing.T) {
		both := people("X", "2")
		first := kept(t, report(t, owingBy(both)))
		both[0].Position, both[1].Position = 2, 1
		both[0], both[1] = both[1], both[0]
		if got := placed(report(t, owingBy(both, first))); got != "1 base 2, 2  X" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("FORMAT 3.8 a deletion covers everyone, also who had left", func(t *testing.T) {
		both := people("X", "2")
		a := cancelled("FRAD", originated("2025-06-01", 5000_00))
		a.Tradelines[0].Consumers = kept(t, report(t, owingBy(both))).Consumers
		a.Consumers = both
		if got := placed(report(t, a)); got != "1 base X, 2 j1 2" {
			t.Errorf("got %s", got)
		}
	})
}

// kept is a tradeline as the next file reads it: its consumers and segments come back from their texts.
func kept(t *testing.T, r *rules.Tradeline) rules.Furnished {
	t.Helper()
	f := r.Furnished
	f.Consumers = nil
	var err error
	if f.Segments, err = rules.ParseSegments(r.Segments.String()); err != nil {
		t.Fatal(err)
	}
	if err := f.Consumers.Scan(r.Consumers.String()); err != nil {
		t.Fatal(err)
	}
	return f
}

// What is kept of consumers comes back as it was, and is nothing for a loan without anything special.
func TestFurnishedConsumers(t *testing.T) {
	if r := report(t, owingBy(people("2", "2", "3.2"))); r.Consumers != nil || r.Consumers.String() != "" {
		t.Errorf("kept %q, want nothing", r.Consumers)
	}
	all := rules.FurnishedConsumers{
		{ID: 7, Position: 1, Segment: rules.SegmentBase, ECOA: "1", CII: "A"},
		{ID: 123456789012, Position: 2, Segment: rules.LeftOut, ECOA: "X"}, {ID: 9, Position: 3, Segment: rules.SegmentJ2, ECOA: "2", CII: "1A"},
	}
	var got rules.FurnishedConsumers
	if err := got.Scan([]byte(all.String())); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(all, got); diff != "" {
		t.Errorf("%q (-want +got):\n%s", all, diff)
	}
	for _, broken := range []any{"1", "x:1:base:1:", "1:x:base:1:", 7, nil} {
		if err := got.Scan(broken); err == nil {
			t.Errorf("%v was read", broken)
		}
	}
}
