package inquiry

import "errors"

// ErrNotFound is returned by LoanDetail and FileNumber when the database knows no such thing.
var ErrNotFound = errors.New("not found")
