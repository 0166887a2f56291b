package step_test

import (
	"slices"
	"testing"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/rules"
)

// What may have a policy for closed days is the night and each step of its plan.
func TestPolicyEntries(t *testing.T) {
	want := append([]string{rules.NightEntry}, step.Nightly(bureau.Files{}).Names()...)
	if got := rules.PolicyEntries(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
