package data

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/astrogo/fitsio"

	"fringe/radio"
)

// ReadImage reads the image of a FITS or PNG file; the file's first bytes tell which.
//
// FITS: the primary image of two axes, or more when the others have length 1; any BITPIX, BSCALE and BZERO applied. The world
// coordinates are those of CDELT, or of the CD or PC matrix. Columns or rows are reversed when they run from West to East or
// from North to South, so that the result is in the order of package radio. Pixels keep the file's unit, which the header
// names. A file without CDELT has CellRad = 0 in its grid: the caller must know the cell. Source is the position of the
// grid's centre pixel, wherever CRPIX is, so the image stays where it is on the sky. It refuses rotated images, pixels that
// are not square, and pixels that are blank or not finite.
//
// PNG: see [DecodePNG].
func ReadImage(path string) (img []float64, g radio.Grid, h ImageHeader, err error) {
	type result struct {
		img []float64
		g   radio.Grid
		h   ImageHeader
	}
	out, err := readFile(path, func(r io.ReaderAt, size int64) (out result, err error) {
		out.img, out.g, out.h, err = DecodeImage(r, size)
		return out, err
	})
	if err != nil {
		return nil, radio.Grid{}, ImageHeader{}, fmt.Errorf("data: read image %w", err)
	}
	return out.img, out.g, out.h, nil
}

// DecodeImage is [ReadImage] for the size bytes of r.
func DecodeImage(r io.ReaderAt, size int64) (img []float64, g radio.Grid, h ImageHeader, err error) {
	if img, g, h, err = decodeImage(r, size); err != nil {
		return nil, g, h, err
	}
	return img, g, h, checkPixels(img, g.NX)
}

// decodeImage is DecodeImage with pixels that may be without a value.
func decodeImage(r io.ReaderAt, size int64) (img []float64, g radio.Grid, h ImageHeader, err error) {
	if isPNG(r) {
		img, g, err = DecodePNG(r, size)
		return img, g, ImageHeader{}, err
	}
	hdu, err := readHDU(r, size, 0)
	if errors.Is(err, io.EOF) {
		err = errors.New("the file is empty")
	}
	if err != nil {
		return nil, g, h, err
	}
	if g, err = imageSize(hdu); err != nil {
		return nil, g, h, err
	}
	if h, err = imageHeader(&hdu.header); err != nil {
		return nil, g, h, err
	}
	w, err := readWCS(&hdu.header)
	if err != nil {
		return nil, g, h, err
	}
	if img, err = pixels(io.NewSectionReader(r, 0, size), g.Len()); err != nil {
		return nil, g, h, err
	}
	if err = scalePixels(img, &hdu.header); err != nil {
		return nil, g, h, err
	}
	g.CellRad = w.cellRad()
	w.orient(img, g)
	h.Source.RARad, h.Source.DecRad = w.centre(g)
	return img, g, h, nil
}

func imageSize(h *fitsHDU) (radio.Grid, error) {
	axes, err := h.axes()
	if err != nil {
		return radio.Grid{}, err
	}
	if h.isGroups() {
		return radio.Grid{}, errors.New("it holds visibilities, not an image")
	}
	if len(axes) < 2 || slices.Min(axes) < 1 {
		return radio.Grid{}, fmt.Errorf("the primary HDU has axes %v, an image needs at least two", axes)
	}
	for i, n := range axes[2:] {
		if n != 1 {
			return radio.Grid{}, fmt.Errorf("axis %d has length %d, must be 1: give a file with one image", i+3, n)
		}
	}
	element, err := h.elementBytes()
	if err != nil {
		return radio.Grid{}, err
	}
	if axes[0]*axes[1] != h.dataBytes/element { // PCOUNT or GCOUNT other than 0 and 1
		return radio.Grid{}, fmt.Errorf("%d x %d pixels do not make up the %d bytes of data", axes[0], axes[1], h.dataBytes)
	}
	return radio.Grid{NX: int(axes[0]), NY: int(axes[1])}, nil
}

func imageHeader(k *header) (ImageHeader, error) {
	var bmaj, bmin, bpa float64
	h := ImageHeader{Unit: k.str("BUNIT"), MJD: parseDate(k.str("DATE-OBS")), History: k.history}
	h.Source.Name = k.str("OBJECT")
	var errs []error
	for _, field := range []struct {
		key string
		x   *float64
	}{{"FREQ", &h.FreqHz}, {"BMAJ", &bmaj}, {"BMIN", &bmin}, {"BPA", &bpa}, {"MJD-OBS", &h.MJD}} {
		x, err := k.number(field.key, *field.x)
		*field.x, errs = x, append(errs, err)
	}
	h.Beam = radio.Beam{MajRad: radians(bmaj), MinRad: radians(bmin), PARad: radians(bpa)}
	return h, errors.Join(errs...)
}

// pixels decodes the n pixels of the primary HDU. The header's sizes have been checked against the file before; a
// header that fitsio cannot digest makes it panic, which becomes an error here.
func pixels(r io.Reader, n int) (img []float64, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("malformed header: %v", p)
		}
	}()
	hdu, err := fitsio.NewDecoder(r).DecodeHDU()
	if err != nil {
		return nil, err
	}
	image, ok := hdu.(fitsio.Image)
	if !ok {
		return nil, errors.New("the primary HDU is no image")
	}
	switch bitpix := hdu.Header().Bitpix(); bitpix {
	case 8:
		return pixelsOf[byte](image, n)
	case 16:
		return pixelsOf[int16](image, n)
	case 32:
		return pixelsOf[int32](image, n)
	case 64:
		return pixelsOf[int64](image, n)
	case -32:
		return pixelsOf[float32](image, n)
	case -64:
		return pixelsOf[float64](image, n)
	default:
		return nil, fmt.Errorf("header keyword BITPIX is %d", bitpix)
	}
}

func pixelsOf[T byte | int16 | int32 | int64 | float32 | float64](image fitsio.Image, n int) ([]float64, error) {
	raw := make([]T, n)
	if err := image.Read(&raw); err != nil {
		return nil, err
	}
	img := make([]float64, n)
	for i, x := range raw {
		img[i] = float64(x)
	}
	return img, nil
}

// scalePixels applies BSCALE and BZERO. A pixel of an integer image that equals BLANK has no value (FITS 4.0, section 5.3).
func scalePixels(img []float64, h *header) error {
	scale, err := h.number("BSCALE", 1)
	if err != nil {
		return err
	}
	zero, err := h.number("BZERO", 0)
	if err != nil {
		return err
	}
	blank, err := h.number("BLANK", math.NaN())
	if err != nil {
		return err
	}
	integers := !strings.HasPrefix(h.str("BITPIX"), "-")
	for i, x := range img {
		if integers && x == blank {
			return fmt.Errorf("pixel number %d is BLANK: fill the image first", i+1)
		}
		img[i] = x*scale + zero
	}
	return nil
}
