package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/sbinet/npyio/npy"
	"github.com/sbinet/npyio/npz"
)

// ndarray is a NumPy array of one or two dimensions as complex numbers, in rows.
type ndarray struct {
	name   string
	shape  []int
	values []complex128
}

// npzFile finds arrays in an npz archive.
type npzFile struct {
	*npz.Reader
	limit int64 // largest size of an array, unpacked
}

// maxExpansion bounds how much larger an array may be than the whole file. Visibilities are noise, which packs to a few times
// less; a file that expands further was made to fill the memory.
const maxExpansion = 64

func openNPZ(r io.ReaderAt, size int64) (*npzFile, error) {
	archive, err := npz.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w or damaged: the list of its arrays, which comes last, cannot be read (%w)", ErrTruncated, err)
	}
	return &npzFile{Reader: archive, limit: 1<<20 + maxExpansion*size}, nil
}

// find returns the first array that has one of the names, nil when none has.
func (f *npzFile) find(names ...string) (*ndarray, error) {
	for _, name := range names {
		if !slices.Contains(f.Keys(), name+".npy") {
			continue
		}
		a, err := f.array(name)
		if err != nil {
			return nil, fmt.Errorf("array %s: %w", name, err)
		}
		return a, nil
	}
	return nil, nil
}

// array reads one array. npyio takes what one Read call gives for the whole of a value, so it gets a bytes.Reader.
func (f *npzFile) array(name string) (*ndarray, error) {
	entry, err := f.Open(name + ".npy")
	if err != nil {
		return nil, err
	}
	defer entry.Close()
	raw, err := io.ReadAll(io.LimitReader(entry, f.limit+1))
	if err != nil {
		return nil, fmt.Errorf("damaged: %w", err)
	}
	if int64(len(raw)) > f.limit {
		return nil, fmt.Errorf("it unpacks to more than %d bytes, %d times the file", f.limit, maxExpansion)
	}
	a, err := decodeNPY(raw)
	if err != nil {
		return nil, err
	}
	a.name = name
	return a, nil
}

// decodeNPY decodes an array. A header that npyio cannot digest makes it panic, which becomes an error here; so does a
// header that announces other than the data that follow.
func decodeNPY(raw []byte) (a *ndarray, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("malformed header: %v", p)
		}
	}()
	data, err := npyData(raw)
	if err != nil {
		return nil, err
	}
	r, err := npy.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	d := r.Header.Descr
	if len(d.Shape) > 2 {
		return nil, fmt.Errorf("its shape is %v, must have one or two dimensions", d.Shape)
	}
	kind := npy.TypeFrom(d.Type)
	if kind == nil {
		return nil, fmt.Errorf("its type %q is not numeric", d.Type)
	}
	n := 1
	for _, length := range d.Shape {
		if length < 0 || length > len(raw) {
			return nil, fmt.Errorf("its shape is %v, but it has %d bytes of data", d.Shape, len(data))
		}
		n *= length
	}
	if n*int(kind.Size()) != len(data) {
		return nil, fmt.Errorf("its shape is %v of %s, but it has %d bytes of data", d.Shape, d.Type, len(data))
	}
	a = &ndarray{shape: d.Shape}
	if a.values, err = npyValues(r, d.Type); err != nil {
		return nil, err
	}
	if d.Fortran && len(d.Shape) == 2 {
		a.values = transposed(a.values, d.Shape[0], d.Shape[1])
	}
	return a, nil
}

// npyData returns the bytes after the header, whose length stands at byte 8 (NumPy's format specification).
func npyData(raw []byte) ([]byte, error) {
	if len(raw) < 12 || !bytes.HasPrefix(raw, npy.Magic[:]) {
		return nil, errors.New("not a NumPy array")
	}
	begin := int64(10) + int64(binary.LittleEndian.Uint16(raw[8:]))
	if raw[6] >= 2 {
		begin = 12 + int64(binary.LittleEndian.Uint32(raw[8:]))
	}
	if begin > int64(len(raw)) {
		return nil, errors.New("its header is cut short")
	}
	return raw[begin:], nil
}

// npyValues reads the values as complex numbers; true is 1.
func npyValues(r *npy.Reader, dtype string) ([]complex128, error) {
	switch npy.TypeFrom(dtype).String() {
	case "bool":
		return valuesOf(r, func(x bool) complex128 {
			if x {
				return 1
			}
			return 0
		})
	case "int32":
		return valuesOf(r, func(x int32) complex128 { return complex(float64(x), 0) })
	case "int64":
		return valuesOf(r, func(x int64) complex128 { return complex(float64(x), 0) })
	case "float32":
		return valuesOf(r, func(x float32) complex128 { return complex(float64(x), 0) })
	case "float64":
		return valuesOf(r, func(x float64) complex128 { return complex(x, 0) })
	case "complex64":
		return valuesOf(r, func(x complex64) complex128 { return complex128(x) })
	case "complex128":
		return valuesOf(r, func(x complex128) complex128 { return x })
	}
	return nil, fmt.Errorf("its type %q is not one of bool, int32, int64, float32, float64, complex64, complex128", dtype)
}

func valuesOf[T any](r *npy.Reader, convert func(T) complex128) ([]complex128, error) {
	var typed []T
	if err := r.Read(&typed); err != nil {
		return nil, err
	}
	values := make([]complex128, len(typed))
	for i, x := range typed {
		values[i] = convert(x)
	}
	return values, nil
}

// transposed turns columns-first into rows-first order.
func transposed(values []complex128, rows, columns int) []complex128 {
	out := make([]complex128, len(values))
	for r := range rows {
		for c := range columns {
			out[r*columns+c] = values[c*rows+r]
		}
	}
	return out
}
