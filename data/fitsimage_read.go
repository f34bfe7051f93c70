package data

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/astrogo/fitsio"

	"fringe/radio"
)

// ReadImage reads the primary image of a FITS file: two axes, or more when the others have length 1; any BITPIX, BSCALE
// and BZERO applied. Columns or rows are reversed when CDELT1 is positive or CDELT2 negative, so that the result is in
// the order of package radio. Pixels keep the file's unit, which the header names. A file without CDELT has
// CellRad = 0 in its grid: the caller must know the cell. Source is CRVAL, wherever CRPIX is.
//
// It refuses pixels that are not square, and pixels that are not finite.
func ReadImage(path string) (img []float64, g radio.Grid, h ImageHeader, err error) {
	img, g, h, err = readImage(path)
	if err != nil {
		return nil, radio.Grid{}, ImageHeader{}, fmt.Errorf("data: read image %q: %w", path, err)
	}
	return img, g, h, nil
}

func readImage(path string) (img []float64, g radio.Grid, h ImageHeader, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, g, h, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, g, h, err
	}
	return DecodeImage(f, info.Size())
}

// DecodeImage is [ReadImage] for the size bytes of r.
func DecodeImage(r io.ReaderAt, size int64) (img []float64, g radio.Grid, h ImageHeader, err error) {
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
	if img, err = pixels(io.NewSectionReader(r, 0, size), g.Len()); err != nil {
		return nil, g, h, err
	}
	if err = scalePixels(img, &hdu.header); err != nil {
		return nil, g, h, err
	}
	if err = orient(img, &g, &hdu.header); err != nil {
		return nil, g, h, err
	}
	return img, g, h, checkPixels(img, g.NX)
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
	var ra, dec, bmaj, bmin, bpa float64
	h := ImageHeader{Unit: k.str("BUNIT"), MJD: parseDate(k.str("DATE-OBS")), History: k.history}
	h.Source.Name = k.str("OBJECT")
	var errs []error
	for _, field := range []struct {
		key string
		x   *float64
	}{{"CRVAL1", &ra}, {"CRVAL2", &dec}, {"FREQ", &h.FreqHz}, {"BMAJ", &bmaj}, {"BMIN", &bmin}, {"BPA", &bpa}, {"MJD-OBS", &h.MJD}} {
		x, err := k.number(field.key, *field.x)
		*field.x, errs = x, append(errs, err)
	}
	h.Source.RARad, h.Source.DecRad = radians(ra), radians(dec)
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

func scalePixels(img []float64, h *header) error {
	scale, err := h.number("BSCALE", 1)
	if err != nil {
		return err
	}
	zero, err := h.number("BZERO", 0)
	if err != nil {
		return err
	}
	for i := range img {
		img[i] = img[i]*scale + zero
	}
	return nil
}

// orient sets the cell and reverses columns or rows that run the other way.
func orient(img []float64, g *radio.Grid, h *header) error {
	dx, err := h.number("CDELT1", 0)
	if err != nil {
		return err
	}
	dy, err := h.number("CDELT2", 0)
	if err != nil {
		return err
	}
	// Single-precision headers agree to some 1e-7.
	if math.Abs(math.Abs(dx)-math.Abs(dy)) > 1e-5*math.Abs(dx) {
		return fmt.Errorf("pixels are not square: CDELT1 = %g, CDELT2 = %g", dx, dy)
	}
	g.CellRad = radians(math.Abs(dy))
	if dx > 0 {
		for y := range g.NY {
			slices.Reverse(img[y*g.NX : (y+1)*g.NX])
		}
	}
	if dy < 0 {
		for y := range g.NY / 2 {
			a, b := img[y*g.NX:(y+1)*g.NX], img[(g.NY-1-y)*g.NX:(g.NY-y)*g.NX]
			for x := range a {
				a[x], b[x] = b[x], a[x]
			}
		}
	}
	return nil
}
