package measure

import (
	"fmt"
	"slices"

	"fringe/internal/torch"
)

// Normal applies N = AᴴWA/Σw to a batch of images, each with its own kernel: two FFTs on the doubled grid, whatever the
// number of visibilities. It is differentiable any number of times. A batch may be one of observations, or the channels of a
// spectral cube.
type Normal struct {
	ny, nx int64
	kernel *torch.Tensor // as Toeplitz wants it
	beam   *torch.Tensor // primary beam, nil for none
}

// NewNormal returns the operator on images of ny × nx pixels whose kernels [batch, 1, 2ny, nx+1] are those of [Gram],
// float32 or float64, on any device: the images must be there too. With batch 1 the kernel serves images of any batch. The
// Normal holds a copy of the kernel that belongs to s, and lives as long as s.
func NewNormal(s *torch.Scope, ny, nx int, kernel *torch.Tensor) (n *Normal, err error) {
	defer torch.Catch(&err)
	if ny < 1 || nx < 1 {
		return nil, fmt.Errorf("measure: normal operator of %d x %d pixels, both must be at least 1", nx, ny)
	}
	shape := kernel.Shape()
	if len(shape) != 4 || !slices.Equal(shape[1:], []int64{1, int64(2 * ny), int64(nx + 1)}) {
		return nil, fmt.Errorf("measure: kernel has shape %v, want [batch 1 %d %d] for images of %d rows and %d columns",
			shape, 2*ny, nx+1, ny, nx)
	}
	if d := kernel.DType(); d != torch.Float32 && d != torch.Float64 {
		return nil, fmt.Errorf("measure: kernel has element type %d, want float32 or float64", d)
	}
	ready := s.Tidy(func(s *torch.Scope) *torch.Tensor { return s.ToeplitzKernel(s.Detach(kernel), int64(ny), int64(nx)) })
	return &Normal{ny: int64(ny), nx: int64(nx), kernel: ready}, nil
}

// WithBeam returns the operator of the sky before the primary beam B: B N B, for a beam [batch or 1, 1, ny, nx] of the
// kernel's element type and device, which is borrowed and must live as long as the operator. It takes the place of a beam
// that n has.
func (n *Normal) WithBeam(beam *torch.Tensor) (with *Normal, err error) {
	defer torch.Catch(&err)
	shape, batch := beam.Shape(), n.kernel.Shape()[0]
	if len(shape) != 4 || !slices.Equal(shape[1:], []int64{1, n.ny, n.nx}) || (shape[0] != 1 && batch != 1 && shape[0] != batch) {
		return nil, fmt.Errorf("measure: the primary beam has shape %v, want [%d or 1, 1, %d, %d]", shape, batch, n.ny, n.nx)
	}
	if beam.DType() != n.kernel.DType() || beam.Device() != n.kernel.Device() {
		return nil, fmt.Errorf("measure: the primary beam has element type %d on %v, the kernel %d on %v; convert one",
			beam.DType(), beam.Device(), n.kernel.DType(), n.kernel.Device())
	}
	return &Normal{ny: n.ny, nx: n.nx, kernel: n.kernel, beam: beam}, nil
}

// Apply returns Nx for x [batch, 1, ny, nx] (Jy/pixel) of the kernel's element type and device: [batch, 1, ny, nx], Jy/beam.
// Its bytes do not depend on the number of threads.
func (n *Normal) Apply(s *torch.Scope, x *torch.Tensor) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if err := n.check(x); err != nil {
		return nil, err
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		if n.beam == nil {
			return s.Toeplitz(x, n.kernel)
		}
		return s.Mul(n.beam, s.Toeplitz(s.Mul(n.beam, x), n.kernel))
	}), nil
}

func (n *Normal) check(x *torch.Tensor) error {
	shape, batch := x.Shape(), n.kernel.Shape()[0]
	if len(shape) != 4 || !slices.Equal(shape[1:], []int64{1, n.ny, n.nx}) || (batch != 1 && batch != shape[0]) {
		return fmt.Errorf("measure: images have shape %v, want [batch 1 %d %d] with the kernel's batch of %d", shape, n.ny, n.nx, batch)
	}
	if x.DType() != n.kernel.DType() || x.Device() != n.kernel.Device() {
		return fmt.Errorf("measure: images have element type %d on %v, the kernel has %d on %v; convert one",
			x.DType(), x.Device(), n.kernel.DType(), n.kernel.Device())
	}
	return nil
}
