package main

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// TestHelp: each command that does something has a group and two examples, and the program takes each example.
func TestHelp(t *testing.T) {
	t.Parallel()
	a := &app{getenv: func(string) string { return "" }, now: time.Now}
	shown := map[string]bool{}
	var each func(c *cobra.Command)
	each = func(c *cobra.Command) {
		path := strings.TrimPrefix(c.CommandPath(), "furnisher ")
		if !c.HasParent() || path == "help" || strings.HasPrefix(path, "completion") || c.Hidden {
			return
		}
		if c.Parent().HasParent() == (c.GroupID != "") {
			t.Errorf("%s: group %q", path, c.GroupID)
		}
		if len(c.Commands()) == 0 && len(examples[path]) < 2 {
			t.Errorf("%s: %d examples", path, len(examples[path]))
		}
		shown[path] = true
	}
	visit(a.root(), each)
	for path, lines := range examples {
		if !shown[path] {
			t.Errorf("there is no command %q", path)
		}
		for _, line := range lines {
			words := append(strings.Fields(path), shellWords(strings.TrimPrefix(line, path))...)
			if line == "--version" {
				continue
			}
			c, rest, err := a.root().Find(words)
			if err == nil {
				err = c.ParseFlags(rest)
			}
			if err == nil && c.Args != nil {
				err = c.Args(c, c.Flags().Args())
			}
			if err != nil || strings.TrimPrefix(c.CommandPath(), "furnisher ") != path {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
}

// visit does something with a command and all below it.
func visit(c *cobra.Command, do func(*cobra.Command)) {
	do(c)
	for _, below := range c.Commands() {
		visit(below, do)
	}
}

// shellWords are the words of a command line with single quotes.
func shellWords(line string) []string {
	var words []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}
