//go:build casacore

package casacore

// #cgo LDFLAGS: -ldl
// #include "load.h"
import "C"

import (
	"errors"
	"fmt"
	"strings"
	"unsafe"
)

// Kind says what a column holds.
type Kind int

// The kinds of columns. Real includes integers and truth values.
const (
	Absent Kind = iota
	Real
	Complex
	Text
	Other
)

// library is the path of the native library, which scripts/casacore.sh builds. The linker sets it: -ldflags -X.
var library string

// Table is an open table. It holds memory and files until Close. After an error every further call but Close returns that error.
type Table struct {
	name     string
	api      *C.fringe_tables
	t        *C.fringe_table
	rows     int64
	writable bool

	failure error // the first one: casacore may crash when it goes on with a table that it could not read
}

// Open opens a table, or a subtable as "TABLE::SUBTABLE". A writable table is locked against other writers until Close; that it
// is locked already is an error. Reading takes no lock.
func Open(name string, writable bool) (*Table, error) {
	if library == "" {
		return nil, errors.New("casacore: the program was linked without the path of its library: build it with make build-casacore")
	}
	clibrary, cname := C.CString(library), C.CString(name)
	defer C.free(unsafe.Pointer(clibrary))
	defer C.free(unsafe.Pointer(cname))
	t := &Table{name: name, writable: writable}
	if err := failure(C.fringe_load(clibrary, &t.api)); err != nil {
		return nil, fmt.Errorf("casacore: cannot load its library, build it again with make build-casacore: %w", err)
	}
	mode, rows := C.int(0), C.int64_t(0)
	if writable {
		mode = 1
	}
	if err := failure(C.fringe_open(t.api, cname, mode, &t.t, &rows)); err != nil {
		return nil, fmt.Errorf("casacore: %w", err)
	}
	t.rows = int64(rows)
	return t, nil
}

// Close writes what is not written yet and closes the table. Closing twice does nothing.
func (t *Table) Close() error {
	if t.t == nil {
		return nil
	}
	err := failure(C.fringe_close(t.api, t.t))
	t.t = nil
	if err != nil {
		return fmt.Errorf("casacore: close %q: %w", t.name, err)
	}
	return nil
}

// Rows returns the number of rows.
func (t *Table) Rows() int64 { return t.rows }

// Kind returns what a column holds, [Absent] when there is no such column.
func (t *Table) Kind(column string) (Kind, error) {
	kind := C.int(0)
	err := t.with(column, func(c *C.char) *C.char { return C.fringe_kind(t.api, t.t, c, &kind) })
	return Kind(kind), err
}

// maxAxes is the largest number of axes of a cell.
const maxAxes = 8

// Shape returns the lengths of the axes of a cell, fastest first: empty for a scalar, nil for a cell that holds nothing.
func (t *Table) Shape(column string, row int64) ([]int, error) {
	axes, shape := C.int(0), [maxAxes]C.int64_t{}
	err := t.with(column, func(c *C.char) *C.char { return C.fringe_shape(t.api, t.t, c, C.int64_t(row), &axes, &shape[0]) })
	if err != nil || axes < 0 {
		return nil, err
	}
	out := make([]int, axes)
	for i := range out {
		out[i] = int(shape[i])
	}
	return out, nil
}

// Get reads the cells of some rows, which must have one shape, into out, one after the other in Shape's order; complex numbers
// take two places each. out must be as long as they are in all.
func (t *Table) Get(column string, rows []int64, out []float64) error {
	if len(rows) == 0 || len(out) == 0 {
		return nil
	}
	return t.with(column, func(c *C.char) *C.char {
		return C.fringe_get(t.api, t.t, c, (*C.int64_t)(&rows[0]), C.int64_t(len(rows)), (*C.double)(&out[0]), C.int64_t(len(out)))
	})
}

// Text returns the text of a cell.
func (t *Table) Text(column string, row int64) (string, error) {
	var text *C.char
	err := t.with(column, func(c *C.char) *C.char { return C.fringe_text(t.api, t.t, c, C.int64_t(row), &text) })
	return take(text), err
}

// Frame returns the reference frame of a cell, such as UTC or J2000, "" when the column names none.
func (t *Table) Frame(column string, row int64) (string, error) {
	var text *C.char
	err := t.with(column, func(c *C.char) *C.char { return C.fringe_frame(t.api, t.t, c, C.int64_t(row), &text) })
	return take(text), err
}

// AddComplex adds a column of complex64 matrices of any shape, empty at first. tile is the size of its pieces on disk: both
// axes of a matrix, and rows.
func (t *Table) AddComplex(column string, tile [3]int) error {
	if !t.writable {
		return t.notWritable()
	}
	size := [3]C.int64_t{C.int64_t(tile[0]), C.int64_t(tile[1]), C.int64_t(tile[2])}
	return t.with(column, func(c *C.char) *C.char { return C.fringe_add_complex(t.api, t.t, c, &size[0]) })
}

// PutComplex writes matrices of one shape, one for each row, fastest axis first, rounded to complex64.
func (t *Table) PutComplex(column string, rows []int64, shape [2]int, values []complex128) error {
	if !t.writable {
		return t.notWritable()
	}
	if len(rows) == 0 || len(values) == 0 {
		return nil
	}
	if len(values) != len(rows)*shape[0]*shape[1] {
		return fmt.Errorf("casacore: column %s of %q: %d values for %d cells of %d x %d", column, t.name, len(values), len(rows), shape[0], shape[1])
	}
	size := [2]C.int64_t{C.int64_t(shape[0]), C.int64_t(shape[1])}
	return t.with(column, func(c *C.char) *C.char {
		return C.fringe_put_complex(t.api, t.t, c, (*C.int64_t)(&rows[0]), C.int64_t(len(rows)), &size[0], (*C.double)(unsafe.Pointer(&values[0])))
	})
}

func (t *Table) notWritable() error {
	return fmt.Errorf("casacore: table %q is open for reading only", t.name)
}

// with calls f with the name of a column in C's form; errors name table and column.
func (t *Table) with(column string, f func(c *C.char) *C.char) error {
	if t.t == nil {
		return fmt.Errorf("casacore: table %q is closed", t.name)
	}
	if t.failure != nil {
		return t.failure
	}
	c := C.CString(column)
	defer C.free(unsafe.Pointer(c))
	if err := failure(f(c)); err != nil {
		t.failure = fmt.Errorf("casacore: column %s of %q: %w", column, t.name, err)
	}
	return t.failure
}

// failure turns an error text into an error of one line, and frees it.
func failure(text *C.char) error {
	if text == nil {
		return nil
	}
	return errors.New(strings.Join(strings.Fields(take(text)), " "))
}

// take copies a C text, "" for none, and frees it.
func take(text *C.char) string {
	defer C.free(unsafe.Pointer(text))
	return C.GoString(text)
}
