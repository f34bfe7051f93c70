package data

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// uvLayout says where each datum of a group is and what it means. The array axes may come in any order.
type uvLayout struct {
	element     int     // bytes of a value
	scale, zero float64 // BSCALE, BZERO
	params      int     // PCOUNT: values before the array
	part        int     // stride of the COMPLEX axis: re, im, weight
	hands       []int   // offsets of the products whose mean is Stokes I
}

// axis is one array axis: its length, its stride in values, and its linear world coordinate.
type axis struct {
	length, stride      int
	crval, crpix, cdelt float64
}

// world returns the coordinate of element i, from 0.
func (a axis) world(i int) float64 { return a.crval + (float64(i+1)-a.crpix)*a.cdelt }

// newUVLayout reads the array axes of a random-groups header and finds the products that make the wanted Stokes I or hand.
func newUVLayout(h *fitsHDU, stokes string) (l uvLayout, err error) {
	if l.element, err = floatBytes(&h.header); err != nil {
		return l, err
	}
	if err = checkAxes(&h.header); err != nil {
		return l, err
	}
	if l.scale, err = h.number("BSCALE", 1); err != nil {
		return l, err
	}
	if l.zero, err = h.number("BZERO", 0); err != nil {
		return l, err
	}
	params, err := h.count("PCOUNT", 0)
	if err != nil {
		return l, err
	}
	l.params = int(params)
	parts, err := findAxis(&h.header, "COMPLEX")
	if err != nil {
		return l, err
	}
	if parts.length != 3 {
		return l, fmt.Errorf("axis COMPLEX has length %d, must be 3 (real, imaginary, weight); compressed data must be expanded first", parts.length)
	}
	l.part = parts.stride
	l.hands, err = stokesHands(&h.header, stokes)
	return l, err
}

// floatBytes returns the size of a floating-point element. AIPS and its successors write BITPIX −32 only.
func floatBytes(h *header) (int, error) {
	switch h.str("BITPIX") {
	case "-32":
		return 4, nil
	case "-64":
		return 8, nil
	}
	return 0, fmt.Errorf("header keyword BITPIX is %q, visibilities must have -32 or -64", h.str("BITPIX"))
}

// checkAxes refuses empty axes, and axes of more than one element that this reader would have to ignore.
func checkAxes(h *header) error {
	axes, err := h.axes()
	if err != nil {
		return err
	}
	if len(axes) < 2 {
		return fmt.Errorf("header keyword NAXIS is %d, visibilities have axes", len(axes))
	}
	if gcount, err := h.count("GCOUNT", 1); err != nil || gcount == 0 {
		return errors.Join(errors.New("it holds no visibilities (GCOUNT is 0)"), err)
	}
	for i, n := range axes[1:] {
		name := axisName(h, i+2)
		known := slices.Contains([]string{"COMPLEX", "STOKES", "FREQ", "IF"}, name)
		if n < 1 || (n > 1 && !known) {
			return fmt.Errorf("axis %d (CTYPE %q) has length %d, must be 1", i+2, name, n)
		}
	}
	return nil
}

// axisName returns the CTYPE of axis number n without the projection (RA---SIN).
func axisName(h *header, n int) string {
	name, _, _ := strings.Cut(h.str("CTYPE"+strconv.Itoa(n)), "-")
	return strings.TrimSpace(name)
}

// findAxis returns the array axis with that CTYPE. An absent axis has length 1.
func findAxis(h *header, name string) (axis, error) {
	a := axis{length: 1, stride: 1, crpix: 1, cdelt: 1}
	axes, err := h.axes()
	if err != nil {
		return a, err
	}
	for i := 1; i < len(axes); i++ {
		if axisName(h, i+1) != name {
			a.stride *= int(axes[i])
			continue
		}
		a.length = int(axes[i])
		n := strconv.Itoa(i + 1)
		var errs [3]error
		a.crval, errs[0] = h.number("CRVAL"+n, 0)
		a.crpix, errs[1] = h.number("CRPIX"+n, 1)
		a.cdelt, errs[2] = h.number("CDELT"+n, 1)
		return a, errors.Join(errs[:]...)
	}
	return a, nil
}

// decode converts the big-endian values of a group.
func (l *uvLayout) decode(values []float64, record []byte) {
	for i := range values {
		if l.element == 8 {
			values[i] = math.Float64frombits(binary.BigEndian.Uint64(record[8*i:]))
		} else {
			values[i] = float64(math.Float32frombits(binary.BigEndian.Uint32(record[4*i:])))
		}
	}
}

// stokesI returns Stokes I of a spectral element and its weight, 0 when no hand is valid.
func (l *uvLayout) stokesI(values []float64, e spectralElement) (vis complex128, weight float64) {
	var sum HandSum
	for _, hand := range l.hands {
		at := l.params + e.start + hand
		re := values[at]*l.scale + l.zero
		im := values[at+l.part]*l.scale + l.zero
		sum.Add(complex(re, im), values[at+2*l.part]*l.scale+l.zero)
	}
	return sum.StokesI()
}
