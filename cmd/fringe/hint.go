package main

import (
	"errors"
	"fmt"
	"io"
)

// hintError is an error together with what the user can do about it.
type hintError struct {
	cause error
	hint  string
}

func (e *hintError) Error() string { return e.cause.Error() }
func (e *hintError) Unwrap() error { return e.cause }

// withHint adds advice to an error; a nil error stays nil.
func withHint(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &hintError{err, fmt.Sprintf(format, args...)}
}

// report prints the cause on one line and the hint, if there is one, on the next.
func report(w io.Writer, err error) {
	fmt.Fprintf(w, "fringe: %v\n", err)
	var h *hintError
	if errors.As(err, &h) {
		fmt.Fprintf(w, "hint: %s\n", h.hint)
	}
}
