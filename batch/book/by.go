package book

import "github.com/furnisher/furnisher/rules"

// By says on which business date something of a loan is changed, and by whom: by a run, or by an operation between nights
// with the person or system that asked for it.
type By struct {
	On        rules.Date
	Run       int64 // 0: an operation
	Operation int64 // 0: a run
	Who, Why  string
}

// cause is how the history names it (ST4).
func (b By) cause() string {
	if b.Run != 0 {
		return "NIGHT"
	}
	return "OPERATION"
}

func (b By) run() *int64       { return given(b.Run) }
func (b By) operation() *int64 { return given(b.Operation) }
func (b By) who() *string      { return given(b.Who) }
func (b By) why() *string      { return given(b.Why) }

// given is nil for a value that is absent.
func given[T comparable](value T) *T {
	var absent T
	if value == absent {
		return nil
	}
	return &value
}
