package metro2

import (
	"fmt"
	"strings"
	"testing"
)

// TestEveryText holds for each text field of each layout in both forms: texts of
// one, of two and of more characters go ways of their own.
func TestEveryText(t *testing.T) {
	fields := everyText(t, headerLayout) + everyText(t, baseLayout) + everyText(t, j1Layout) + everyText(t, j2Layout) +
		everyText(t, k1Layout) + everyText(t, k2Layout) + everyText(t, k3Layout) + everyText(t, k4Layout) +
		everyText(t, l1Layout) + everyText(t, n1Layout)
	if fields != 2*70 {
		t.Errorf("%d text fields, want 70 in each form", fields)
	}
}

func everyText[T any](t *testing.T, l *Layout[T]) (fields int) {
	for _, form := range []Form{Character, Packed} {
		for i := range l.plans[form].steps {
			s := &l.plans[form].steps[i]
			if !s.isText() {
				continue
			}
			fields++
			t.Run(fmt.Sprint(l.name, " ", s.field.Key, " ", form), func(t *testing.T) {
				everyTextDecodes(t, l, form, s)
				everyTextEncodes(t, l, form, s)
			})
		}
	}
	return fields
}

func everyTextDecodes[T any](t *testing.T, l *Layout[T], form Form, s *step[T]) {
	width := s.end - s.start
	full := strings.Repeat("A", width)
	for _, c := range []struct{ raw, want, says string }{
		{strings.Repeat(" ", width), "", ""},
		{full, full, ""},
		{"Z" + full[1:], "Z" + full[1:], ""},
		{full[1:] + "_", full[1:] + "_", ""},
		{full[1:] + "a", full[1:] + "a", saysLowerCase},
		{full[1:] + "`", full[1:] + "`", ""},
		{full[1:] + "\x1f", full[1:] + "\x1f", saysNotASCII},
		{full[1:] + "\x7f", full[1:] + "\x7f", saysNotASCII},
		{full[1:] + "\xc1", full[1:] + "\xc1", saysNotASCII},
		{"A" + strings.Repeat(" ", width-1), "A", ""},
		{strings.Repeat(" ", width-1) + "A", "A", saysIndented},
	} {
		says := c.says
		switch {
		case s.kind == kindRawText && c.want != "":
			c.want = c.raw
			if says == saysIndented {
				says = ""
			}
		case width == 1 && says == saysIndented:
			says = ""
		}
		segment := append([]byte(nil), l.plans[form].blank...)
		copy(segment[s.start:], c.raw)
		var rec T
		problems := l.decode(segment, form, 0, &rec, nil)
		if got := *at[string](&rec, s.offset); got != c.want {
			t.Errorf("%q is read as %q, want %q", c.raw, got, c.want)
		}
		if got := sayings(problems); got != says || got != "" && problems[0].Position != s.field.position {
			t.Errorf("%q: problems %q, want %q at %d", c.raw, got, says, s.field.position)
		}
	}
}

func sayings(problems []Problem) string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Message)
	}
	return strings.Join(out, "; ")
}

func everyTextEncodes[T any](t *testing.T, l *Layout[T], form Form, s *step[T]) {
	width := s.end - s.start
	full := strings.Repeat("A", width)
	for _, c := range []struct{ value, reason string }{
		{"", ""},
		{"A", ""},
		{full, ""},
		{full[1:] + "`", ""},
		{full + "A", reasonTooLong},
		{" " + full[1:], reasonBlank},
		{full[1:] + "a", reasonLowerCase},
		{full[1:] + "\n", reasonControl},
		{full[1:] + "\x7f", reasonNonASCII},
	} {
		reason := c.reason
		if s.kind == kindRawText && reason == reasonBlank {
			reason = ""
		}
		var rec T
		*at[string](&rec, s.offset) = c.value
		want := append([]byte(nil), l.plans[form].blank...)
		copy(want[s.start:s.end], c.value)
		got, err := l.append(nil, &rec, form, 0)
		if reason != "" {
			failed, ok := err.(*FieldError)
			if !ok || failed.Reason != reason || failed.Field != s.field.Key {
				t.Errorf("%q: error %v, want %q", c.value, err, reason)
			}
		} else if err != nil || string(got) != string(want) {
			t.Errorf("%q is written as %q with error %v, want %q", c.value, got, err, want)
		}
	}
}
