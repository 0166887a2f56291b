package servicing

import (
	"errors"
	"fmt"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/rules"
)

// Errors of operations. With any of them nothing has changed.
var (
	// ErrUnknown: the book has no such loan or customer.
	ErrUnknown = errors.New("unknown")
	// ErrInvalid: the request is wrong whatever the book holds.
	ErrInvalid = errors.New("invalid request")
	// ErrRefused: a rule refuses the request as things are.
	ErrRefused = errors.New("refused")
	// ErrKeyUsed: the idempotency key belongs to another request.
	ErrKeyUsed = errors.New("the idempotency key was used for another request")
	// ErrForbidden: it needs a supervisor, and who asks for it is none.
	ErrForbidden = batch.ErrNotSupervisor
	// ErrBusy: an import or a night held the loans for too long.
	ErrBusy = errors.New("the loans are busy")
)

// refused wraps what rules refuse.
func refused(sentinel, err error) error {
	if refusal, ok := errors.AsType[*rules.Refusal](err); ok {
		return fmt.Errorf("%w: %w", sentinel, refusal)
	}
	return err
}

func unknown(what, id string) error {
	return fmt.Errorf("%w: the book has no %s %q", ErrUnknown, what, id)
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...))
}
