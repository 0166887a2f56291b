package servicing

import "encoding/json"

// Given is a value of a request that changes something: not given, which leaves what is there, given as nothing (JSON null), which
// takes it away, or given. The zero value is not given.
type Given[T any] struct {
	Set   bool
	Value *T // nil: nothing
}

// Give gives a value.
func Give[T any](value T) Given[T] { return Given[T]{Set: true, Value: &value} }

// Take gives nothing: what is there is taken away.
func Take[T any]() Given[T] { return Given[T]{Set: true} }

// IsZero reports whether nothing was given; a field of JSON is left out then (omitzero).
func (g Given[T]) IsZero() bool { return !g.Set }

// MarshalJSON writes the value, or null.
func (g Given[T]) MarshalJSON() ([]byte, error) { return json.Marshal(g.Value) }

// UnmarshalJSON reads a value or null: both are given.
func (g *Given[T]) UnmarshalJSON(text []byte) error {
	*g = Given[T]{Set: true}
	return json.Unmarshal(text, &g.Value)
}

// into changes a value, the zero value being nothing.
func (g Given[T]) into(value *T) {
	if !g.Set {
		return
	}
	var nothing T
	if *value = nothing; g.Value != nil {
		*value = *g.Value
	}
}

// orNil changes a value that nil stands for the absence of.
func (g Given[T]) orNil(value **T) {
	if g.Set {
		*value = g.Value
	}
}
