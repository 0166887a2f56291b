package metro2

import "unsafe"

// A layout touches every field of every record of the book, so the way from a
// row of the table to the struct field is resolved once, to an offset, instead
// of by a call through Field.Ref each time; that halves the cost of a record.
// This file is the only one that handles offsets.

// offsetOf returns where in a T the field lies that ref points to. It panics
// when ref points anywhere else.
func offsetOf[T any](ref func(*T) any) uintptr {
	rec := new(T)
	var field unsafe.Pointer
	var size uintptr
	switch p := ref(rec).(type) {
	case *string:
		field, size = unsafe.Pointer(p), unsafe.Sizeof(*p)
	case *Date:
		field, size = unsafe.Pointer(p), unsafe.Sizeof(*p)
	case *Timestamp:
		field, size = unsafe.Pointer(p), unsafe.Sizeof(*p)
	case *Dollars:
		field, size = unsafe.Pointer(p), unsafe.Sizeof(*p)
	case *Number:
		field, size = unsafe.Pointer(p), unsafe.Sizeof(*p)
	}
	offset := uintptr(field) - uintptr(unsafe.Pointer(rec))
	if field == nil || offset > unsafe.Sizeof(*rec)-size {
		panic("metro2: a row of a layout does not point into its struct")
	}
	return offset
}

// at returns the field of rec at an offset from offsetOf. V is the type that
// the kind of the step stands for.
func at[V, T any](rec *T, offset uintptr) *V {
	return (*V)(unsafe.Add(unsafe.Pointer(rec), offset))
}
