package wavelet

import "fringe/internal/torch"

// bank transforms with all wavelets at once: they are the groups of a convolution, first along the rows, then along the columns.
type bank struct {
	alongX *torch.Tensor // [16, 1, 1, taps]: low and high of every wavelet
	alongY *torch.Tensor // [32, 1, taps, 1]: low and high for each of these
}

// newBank returns filters of the type and on the device of x.
func newBank(s *torch.Scope, x *torch.Tensor) bank {
	filters := s.ToDevice(s.To(s.FromFloat64s(filterBank(), wavelets, 1, 2, taps), x.DType()), x.Device())
	return bank{
		alongX: s.Reshape(filters, 2*wavelets, 1, 1, taps),
		alongY: s.Reshape(s.Contiguous(s.Expand(filters, wavelets, 2, 2, taps)), 4*wavelets, 1, taps, 1),
	}
}

// analyse returns a plane per wavelet of x, which has one plane for all or one for each (Mallat 2009, section 7.7).
func (b bank) analyse(s *torch.Scope, x *torch.Tensor, levels int) *torch.Tensor {
	if levels == 0 {
		return x
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		shape := x.Shape()
		rows := s.ConvGrouped2D(wrap(s, x, 3), b.alongX, 1, 2, shape[1])
		all := s.ConvGrouped2D(wrap(s, rows, 2), b.alongY, 2, 1, 2*wavelets)
		quarters := s.Reshape(all, shape[0], wavelets, 4, shape[2]/2, shape[3]/2) // low, high along y; for low, high along x
		quarter := func(k int64) *torch.Tensor {
			return s.Reshape(s.Narrow(quarters, 2, k, 1), shape[0], wavelets, shape[2]/2, shape[3]/2)
		}
		approximation := b.analyse(s, quarter(0), levels-1)
		return s.Cat(2, s.Cat(3, approximation, quarter(2)), s.Cat(3, quarter(1), quarter(3)))
	})
}

// synthesise is the adjoint of analyse: it returns one plane, the sum over the wavelets, or one for each.
func (b bank) synthesise(s *torch.Scope, c *torch.Tensor, planes int64, levels int) *torch.Tensor {
	if levels == 0 {
		return c
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		shape := c.Shape()
		ny, nx := shape[2]/2, shape[3]/2
		quarter := func(y, x int64) *torch.Tensor { return s.Narrow(s.Narrow(c, 2, y*ny, ny), 3, x*nx, nx) }
		approximation := b.synthesise(s, quarter(0, 0), wavelets, levels-1)
		five := func(q *torch.Tensor) *torch.Tensor { return s.Reshape(q, shape[0], wavelets, 1, ny, nx) }
		quarters := s.Cat(2, five(approximation), five(quarter(1, 0)), five(quarter(0, 1)), five(quarter(1, 1)))
		all := s.Reshape(quarters, shape[0], 4*wavelets, ny, nx)
		rows := fold(s, s.ConvTransposeGrouped2D(all, b.alongY, 2, 1, 2*wavelets), 2)
		return fold(s, s.ConvTransposeGrouped2D(rows, b.alongX, 1, 2, planes), 3)
	})
}

// overlap is how far a filter that starts at the last pair of pixels reaches beyond the border.
const overlap = taps - 2

// wrap continues x periodically by the overlap beyond the end of dim.
func wrap(s *torch.Scope, x *torch.Tensor, dim int64) *torch.Tensor {
	n := x.Shape()[dim]
	parts := []*torch.Tensor{x}
	for missing := int64(overlap); missing > 0; missing -= n {
		parts = append(parts, s.Narrow(x, dim, 0, min(n, missing)))
	}
	return s.Cat(dim, parts...)
}

// fold is the adjoint of wrap: it adds what lies beyond the end of dim to where it was taken from.
func fold(s *torch.Scope, x *torch.Tensor, dim int64) *torch.Tensor {
	length := x.Shape()[dim]
	n := length - overlap
	sum := s.Narrow(x, dim, 0, n)
	for start := n; start < length; start += n {
		m := min(n, length-start)
		first := s.Add(s.Narrow(sum, dim, 0, m), s.Narrow(x, dim, start, m))
		sum = s.Cat(dim, first, s.Narrow(sum, dim, m, n-m))
	}
	return sum
}
