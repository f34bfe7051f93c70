package data

import "fmt"

// elementBytes returns |BITPIX|/8.
func (h *header) elementBytes() (int64, error) {
	switch h.str("BITPIX") {
	case "8":
		return 1, nil
	case "16":
		return 2, nil
	case "32", "-32":
		return 4, nil
	case "64", "-64":
		return 8, nil
	}
	return 0, fmt.Errorf("header keyword BITPIX is %q, must be 8, 16, 32, 64, -32 or -64", h.str("BITPIX"))
}

// measure sets dataBytes = |BITPIX|/8 · GCOUNT · (PCOUNT + Π NAXISn), FITS 4.0 sections 4.4 and 6, and refuses a size
// that the file of the given size cannot hold. Padding of the last block may be missing.
func (h *fitsHDU) measure(size int64) error {
	axes, err := h.axes()
	if err != nil || len(axes) == 0 {
		return err
	}
	element, err := h.elementBytes()
	if err != nil {
		return err
	}
	if h.isGroups() {
		axes = axes[1:]
	}
	pcount, err := h.count("PCOUNT", 0)
	if err != nil {
		return err
	}
	gcount, err := h.count("GCOUNT", 1)
	if err != nil {
		return err
	}
	bytes, ok := dataSize(axes, pcount, gcount, element)
	if !ok {
		return fmt.Errorf("absurd size: NAXIS, PCOUNT and GCOUNT multiply to more than 2^62 bytes")
	}
	if missing := bytes - (size - h.dataAt); missing > 0 {
		return fmt.Errorf("%w: the header announces %d bytes of data at byte %d, %d bytes are missing", ErrTruncated, bytes, h.dataAt, missing)
	}
	h.dataBytes = bytes
	return nil
}

// dataSize multiplies out a data size; ok is false when it exceeds 2^62.
func dataSize(axes []int64, pcount, gcount, element int64) (bytes int64, ok bool) {
	const limit = 1 << 62
	times := func(a, b int64) (int64, bool) {
		if a != 0 && b > limit/a {
			return 0, false
		}
		return a * b, true
	}
	n := int64(1)
	for _, a := range axes {
		if n, ok = times(n, a); !ok {
			return 0, false
		}
	}
	if pcount > limit || n > limit-pcount {
		return 0, false
	}
	if n, ok = times(n+pcount, gcount); !ok {
		return 0, false
	}
	return times(n, element)
}

// next returns the offset of the following HDU.
func (h *fitsHDU) next() int64 {
	return h.dataAt + (h.dataBytes+blockBytes-1)/blockBytes*blockBytes
}
