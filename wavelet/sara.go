package wavelet

import (
	"fmt"
	"math/bits"
	"slices"

	"fringe/internal/torch"
)

// Bases is the number of bases in the dictionary: the pixels and db1 to db8.
const Bases = 1 + wavelets

// atom is the share 1/√9 of each basis in the dictionary.
const atom = 1.0 / 3

// defaultLevels is the usual depth of the decomposition.
const defaultLevels = 4

// SARA is the dictionary for images of one size. It holds no tensors and is safe for concurrent use.
type SARA struct {
	ny, nx           int // size of the image
	paddedY, paddedX int // size of a plane of coefficients
	levels           int
}

// NewSARA returns the dictionary of ny × nx pixels with that many levels of decomposition, each halving the resolution; 0 for
// four, or fewer where the image is smaller than 16 pixels. 2^levels must not exceed the shorter side.
func NewSARA(ny, nx, levels int) (*SARA, error) {
	if ny < 1 || nx < 1 {
		return nil, fmt.Errorf("wavelet: the image has %d x %d pixels, want at least one", ny, nx)
	}
	deepest := max(bits.Len(uint(min(ny, nx)))-1, 1)
	if levels < 0 || levels > deepest {
		return nil, fmt.Errorf("wavelet: %d levels do not fit %d x %d pixels: want 1 to %d, or 0 for a default", levels, ny, nx, deepest)
	}
	if levels == 0 {
		levels = min(defaultLevels, deepest)
	}
	block := 1 << levels
	up := func(n int) int { return (n + block - 1) / block * block }
	return &SARA{ny: ny, nx: nx, paddedY: up(ny), paddedX: up(nx), levels: levels}, nil
}

// Size returns the rows and columns of a plane of coefficients: those of the image, rounded up to a multiple of 2^levels.
func (w *SARA) Size() (ny, nx int) { return w.paddedY, w.paddedX }

// Analyse returns the coefficients [batch, 9, ny', nx'] of images [batch, 1, ny, nx], with ny' and nx' from [SARA.Size]. Plane 0
// holds the pixels, plane N those of dbN; all are divided by 3. A wavelet's plane is nested: the first half of the rows and columns
// is the approximation, again a plane; beyond it are the details along x, along y, and along both. Images whose sides are not
// multiples of 2^levels are continued with zeros, which keeps lengths and inner products.
func (w *SARA) Analyse(s *torch.Scope, x *torch.Tensor) (c *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if err := w.check("an image", x, 1, w.ny, w.nx); err != nil {
		return nil, err
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		x = s.MulScalar(s.Pad2D(x, 0, int64(w.paddedX-w.nx), 0, int64(w.paddedY-w.ny)), atom)
		return s.Cat(1, x, newBank(s, x).analyse(s, x, w.levels))
	}), nil
}

// Synthesise returns the images [batch, 1, ny, nx] of coefficients as [SARA.Analyse] lays them out. It is Analyse's adjoint.
func (w *SARA) Synthesise(s *torch.Scope, c *torch.Tensor) (x *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if err := w.check("coefficients", c, Bases, w.paddedY, w.paddedX); err != nil {
		return nil, err
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		waves := newBank(s, c).synthesise(s, s.Narrow(c, 1, 1, wavelets), 1, w.levels)
		sum := s.MulScalar(s.Add(s.Narrow(c, 1, 0, 1), waves), atom)
		return s.Contiguous(s.Narrow(s.Narrow(sum, 2, 0, int64(w.ny)), 3, 0, int64(w.nx)))
	}), nil
}

func (w *SARA) check(what string, x *torch.Tensor, planes, ny, nx int) error {
	shape := x.Shape()
	if len(shape) != 4 || !slices.Equal(shape[1:], []int64{int64(planes), int64(ny), int64(nx)}) {
		return fmt.Errorf("wavelet: want %s of shape [batch, %d, %d, %d], got %v", what, planes, ny, nx, shape)
	}
	if d := x.DType(); d != torch.Float32 && d != torch.Float64 {
		return fmt.Errorf("wavelet: want %s in float32 or float64, got element type %d", what, d)
	}
	return nil
}
