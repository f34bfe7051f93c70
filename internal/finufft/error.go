package finufft

import "C"

import "fmt"

// Error is a failure that the C library reported.
type Error struct {
	Op   string // what was being done
	Code int    // the library's return value
}

// warnEps is the library's word that it could not quite reach Eps; the transform is done all the same.
const warnEps = 1

// reasons are the documented meanings of the return values that this binding can meet.
var reasons = map[int]string{
	2:  "the fine grid would exceed the library's size limit; use fewer modes or a larger Eps",
	3:  "the fine grid is smaller than the spreading kernel",
	5:  "out of memory while sorting the points",
	7:  "upsampling factor too small",
	8:  "upsampling factor without a kernel polynomial",
	11: "out of memory",
	14: "invalid number of points or modes",
	16: "invalid plan",
	20: "invalid number of points",
	21: "invalid argument",
	23: "invalid number of threads",
}

// Error returns one line with the library's code and its meaning.
func (e *Error) Error() string {
	reason, known := reasons[e.Code]
	if !known {
		reason = "unknown reason"
	}
	return fmt.Sprintf("finufft: %s: %s (code %d)", e.Op, reason, e.Code)
}

// failure turns a return value into an error; the warning about Eps is none.
func failure(op string, code C.int) error {
	if code == 0 || code == warnEps {
		return nil
	}
	return &Error{Op: op, Code: int(code)}
}
