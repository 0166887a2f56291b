package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestPackaging: what units and jobs start is a command that the program takes, and each command has its manual page.
func TestPackaging(t *testing.T) {
	t.Parallel()
	a := &app{getenv: func(string) string { return "" }, now: time.Now}
	takes := func(file string, words []string) {
		c, rest, err := a.root().Find(words)
		if err == nil {
			err = c.ParseFlags(rest)
		}
		if err == nil && c.Args != nil {
			err = c.Args(c, c.Flags().Args())
		}
		if err != nil || !c.HasParent() {
			t.Errorf("%s: %q: %v", file, words, err)
		}
	}
	starts := regexp.MustCompile(`(?m)^ExecStart=/usr/local/bin/furnisher (.*)$`)
	args := regexp.MustCompile(`(?m)^ +args: \[(.*)\]$`)
	found := 0
	for file, line := range map[string]*regexp.Regexp{
		"packaging/systemd/furnisher.service": starts, "packaging/systemd/furnisher-schedule.service": starts, "packaging/systemd/furnisher-serve.service": starts, "packaging/kubernetes/cronjob.yaml": args,
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range line.FindAllStringSubmatch(string(text), -1) {
			found++
			takes(file, strings.Fields(strings.ReplaceAll(match[1], ",", " ")))
		}
	}
	if found != 4 {
		t.Errorf("%d commands", found)
	}

	dir := t.TempDir()
	root := a.root()
	a.stdout, a.stderr = os.Stdout, os.Stderr
	root.SetArgs([]string{"man", dir})
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"furnisher.1", "furnisher-run.1", "furnisher-files-release.1"} {
		text, err := os.ReadFile(filepath.Join(dir, page))
		if err != nil || !strings.Contains(string(text), ".SH EXAMPLE") && page != "furnisher.1" {
			t.Errorf("%s: %v\n%s", page, err, text)
		}
	}
}
