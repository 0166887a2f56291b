package bureau_test

import (
	"testing"

	"github.com/furnisher/furnisher/batch/bureau"
)

// TestPreflightAnswers: V28, BR11: what a bureau refused or changed is found until a file that was made after it tells of the account, or a
// person closes it.
func TestPreflightAnswers(t *testing.T) {
	t.Parallel()
	l := cancelled(t)
	changed := func(account string) bureau.Answer {
		return bureau.Answer{AccountNumber: account, Outcome: bureau.RecordChanged, Field: "21", Code: "C1"}
	}
	if got := l.answer(2, changed("ACCTFRD"), changed("ACCTOK")); got != "2 new 0 known 0 given back" {
		t.Fatal(got)
	}
	l.night("2026-03-31") // it tells of OK, and no more of FRD
	closed := func(account string) {
		t.Helper()
		var answer int64
		if err := l.db.Get(&answer, `SELECT answer FROM answer JOIN loan_key k USING (loan) WHERE k.loan_id = $1 AND state = 'OPEN' ORDER BY answer DESC LIMIT 1`, account); err != nil {
			t.Fatal(err)
		}
		if err := bureau.CloseAnswer(t.Context(), l.db, answer, "rivera", "the bureau was right", clock()); err != nil {
			t.Fatal(err)
		}
	}
	const told = "of the records of files up to 2 that bureaus refused or changed, "
	for _, step := range []struct {
		name string
		does func()
		want string
	}{
		{"one account is not told of", func() {}, "OPEN " + told + "1 are not answered, the oldest since 2026-03-05"},
		{"an answer that came late", func() { l.answer(2, refusal("ACCTOK", "E9")) }, "OPEN " + told +
			"2 are not answered, the oldest since 2026-03-05; of 1 the bureau told after this file was made"},
		{"one is closed", func() { closed("FRD") }, "OPEN " + told +
			"1 are not answered, the oldest since 2026-03-05; of 1 the bureau told after this file was made"},
		{"the other is closed", func() { closed("OK") }, "FIXED " + told +
			"1 are not answered, the oldest since 2026-03-05; of 1 the bureau told after this file was made"},
	} {
		step.does()
		l.looked(3)
		if got := l.row(`SELECT string_agg(concat_ws(' ', state, says), ', ') FROM finding WHERE rule = 'V28'`); got != step.want {
			t.Errorf("%s: %s", step.name, got)
		}
	}
}
