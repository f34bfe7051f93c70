package torch

import (
	"fmt"
	"strings"
)

// Error says which tensor operation failed, on which shapes, and why.
type Error struct {
	Op      string    // the operation, such as "Conv2d"
	Shapes  [][]int64 // shapes of its tensor arguments
	Message string    // LibTorch's reason, first line
}

// Error returns one line, such as: torch: Add of [2 3] and [4]: The size of tensor a must match …
func (e *Error) Error() string {
	var shapes []string
	for _, s := range e.Shapes {
		shapes = append(shapes, fmt.Sprint(s))
	}
	where := ""
	if len(shapes) > 0 {
		where = " of " + strings.Join(shapes, " and ")
	}
	return fmt.Sprintf("torch: %s%s: %s", e.Op, where, e.Message)
}

// Catch, deferred at the edge of a package, turns the panic of a failed tensor operation into *err. Other panics go on.
//
//	func (m *Model) Forward(s *torch.Scope, x *torch.Tensor) (y *torch.Tensor, err error) {
//		defer torch.Catch(&err)
func Catch(err *error) {
	switch r := recover().(type) {
	case nil:
	case *Error:
		*err = r
	default:
		panic(r)
	}
}

// fail panics with an Error; Catch or Do turns it into a returned error.
func fail(op, message string, args ...*Tensor) {
	if i := strings.IndexByte(message, '\n'); i >= 0 {
		message = message[:i]
	}
	e := &Error{Op: op, Message: message}
	for _, t := range args {
		if t != nil && t.c != nil {
			e.Shapes = append(e.Shapes, t.Shape())
		}
	}
	panic(e)
}
