package main

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/furnisher/furnisher/metro2"
)

// profile says which findings of a file are expected: left out, or an error that is a warning. Each with a reason.
type profile struct {
	out    map[string]string // reason by check
	lower  map[string]string // reason by check
	fields map[string]string // reason by field, "base.ssn": all its findings are left out
}

//go:embed profiles/*.toml
var profileTexts embed.FS

// ownProfiles are the profiles that the program brings.
var ownProfiles = []string{"deidentified", "foreign"}

// maxProfile bounds the file of a profile.
const maxProfile = 1 << 20

// readProfiles puts the profiles of the names together; a name that is none of the program's own is a file.
func readProfiles(names []string) (*profile, error) {
	if len(names) == 0 {
		return nil, nil
	}
	all := &profile{map[string]string{}, map[string]string{}, map[string]string{}}
	for _, name := range names {
		text, err := profileText(name)
		if err != nil {
			return nil, withReadHint(fmt.Errorf("profile %q: %w", name, err))
		}
		p, err := parseProfile(text)
		if err != nil {
			return nil, &ending{
				err: fmt.Errorf("profile %q: %w", name, err), code: exitUsage,
				hint: "furnisher checks lists the ids; furnisher metro2 validate --help says what a profile holds",
			}
		}
		maps.Copy(all.out, p.out)
		maps.Copy(all.lower, p.lower)
		maps.Copy(all.fields, p.fields)
	}
	return all, nil
}

func profileText(name string) (string, error) {
	if slices.Contains(ownProfiles, name) {
		text, err := profileTexts.ReadFile("profiles/" + name + ".toml")
		return string(text), err
	}
	f, err := os.Open(name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("%w; the program's own are %s", fs.ErrNotExist, strings.Join(ownProfiles, ", "))
		}
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxProfile+1))
	if err == nil && len(text) > maxProfile {
		err = fmt.Errorf("longer than %d bytes", maxProfile)
	}
	return string(text), err
}

// parseProfile reads a profile, and refuses what it names and does not exist.
func parseProfile(text string) (*profile, error) {
	tables := map[string]map[string]any{}
	if _, err := toml.Decode(text, &tables); err != nil {
		var syntax toml.ParseError
		if errors.As(err, &syntax) {
			return nil, fmt.Errorf("line %d: it is not TOML", syntax.Position.Line)
		}
		return nil, errors.New("only tables of reasons are allowed")
	}
	p := &profile{map[string]string{}, map[string]string{}, map[string]string{}}
	for table, rows := range tables {
		for id, value := range flat("", rows) {
			reason, isText := value.(string)
			if !isText || strings.TrimSpace(reason) == "" {
				return nil, fmt.Errorf("%s: %q has no reason", table, id)
			}
			if err := p.take(table, id, strings.TrimSpace(reason)); err != nil {
				return nil, err
			}
		}
	}
	for id := range p.lower {
		if p.out[id] != "" {
			return nil, fmt.Errorf("%q is left out and lowered", id)
		}
	}
	return p, nil
}

func (p *profile) take(table, id, reason string) error {
	switch table {
	case "leave_out":
		return takeChecks(p.out, id, reason, func(metro2.Check) bool { return true }, "there is no check or rule %q")
	case "lower":
		return takeChecks(p.lower, id, reason, func(c metro2.Check) bool { return c.Severity == metro2.Error }, "no error is found by a check or rule %q")
	case "leave_out_fields":
		if !knownField(id) {
			return fmt.Errorf("there is no field %q", id)
		}
		p.fields[id] = reason
		return nil
	}
	return fmt.Errorf("there is no table %q; there are leave_out, leave_out_fields and lower", table)
}

// takeChecks writes down the reason for a check, or for all checks of a rule.
func takeChecks(reasons map[string]string, id, reason string, is func(metro2.Check) bool, none string) error {
	found := false
	for _, c := range metro2.Checks() {
		if (c.ID == id || c.RuleInfo.ID == id) && is(c) {
			reasons[c.ID], found = reason, true
		}
	}
	if !found {
		return fmt.Errorf(none, id)
	}
	return nil
}

func knownField(name string) bool {
	for _, l := range metro2.Layouts() {
		for _, f := range l.Fields {
			if l.Name+"."+f.Key == name {
				return true
			}
		}
	}
	return false
}

// leavesOut says whether a finding is expected; the nil profile expects none.
func (p *profile) leavesOut(check string, f *metro2.Finding) bool {
	if p == nil {
		return false
	}
	return p.out[check] != "" || f.Field != "" && p.fields[f.Segment+"."+f.Field] != ""
}

// graded is the severity that a finding has under the profile.
func (p *profile) graded(check string, f *metro2.Finding) metro2.Severity {
	if p != nil && p.lower[check] != "" {
		return metro2.Warning
	}
	return f.Severity
}
