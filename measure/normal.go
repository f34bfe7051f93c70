package measure

import (
	"fmt"
	"slices"

	"fringe/internal/torch"
)

// Normal applies N = AᴴWA/Σw to a batch of images, each with its own kernel: two FFTs on the doubled grid, whatever the
// number of visibilities. It is differentiable any number of times. It borrows its kernel tensor.
type Normal struct {
	ny, nx int64
	kernel *torch.Tensor
}

// NewNormal returns the operator on images of ny × nx pixels whose kernels [batch, 1, 2ny, nx+1] are those of [Gram],
// float32 or float64. With batch 1 the kernel serves images of any batch. The Normal lives as long as the kernel.
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
	return &Normal{ny: int64(ny), nx: int64(nx), kernel: kernel}, nil
}

// Apply returns Nx for x [batch, 1, ny, nx] (Jy/pixel) of the kernel's element type: [batch, 1, ny, nx], Jy/beam.
func (n *Normal) Apply(s *torch.Scope, x *torch.Tensor) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if err := n.check(x); err != nil {
		return nil, err
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		ny, nx := 2*n.ny, 2*n.nx
		y := s.IRFFT2(s.Mul(s.RFFT2(x, ny, nx), n.kernel), ny, nx)
		return s.Narrow(s.Narrow(y, 2, 0, n.ny), 3, 0, n.nx)
	}), nil
}

func (n *Normal) check(x *torch.Tensor) error {
	shape, batch := x.Shape(), n.kernel.Shape()[0]
	if len(shape) != 4 || !slices.Equal(shape[1:], []int64{1, n.ny, n.nx}) || (batch != 1 && batch != shape[0]) {
		return fmt.Errorf("measure: images have shape %v, want [batch 1 %d %d] with the kernel's batch of %d", shape, n.ny, n.nx, batch)
	}
	if x.DType() != n.kernel.DType() {
		return fmt.Errorf("measure: images have element type %d, the kernel has %d; convert one", x.DType(), n.kernel.DType())
	}
	return nil
}
