package models

import "fringe/internal/torch"

// windows cuts x [batch, ny, nx, channels] into [batch·windows, window², channels].
func windows(s *torch.Scope, x *torch.Tensor, window int64) *torch.Tensor {
	n := x.Shape()
	x = s.Permute(s.Reshape(x, n[0], n[1]/window, window, n[2]/window, window, n[3]), 0, 1, 3, 2, 4, 5)
	return s.Reshape(x, -1, window*window, n[3])
}

// unwindow is the inverse of windows, for the shape n of its argument.
func unwindow(s *torch.Scope, x *torch.Tensor, n []int64, window int64) *torch.Tensor {
	x = s.Permute(s.Reshape(x, n[0], n[1]/window, n[2]/window, window, window, n[3]), 0, 1, 3, 2, 4, 5)
	return s.Reshape(x, n...)
}

// farApart is what a mask adds to the scores of two pixels that a cyclic shift brought together: their attention becomes e⁻¹⁰⁰.
const farApart = -100

// shiftMask returns what to add to the scores of the windows of an image like x [batch, channels, ny, nx] that was shifted by half a
// window: zero for neighbours, farApart for pixels from opposite edges, [windows, window², window²].
func shiftMask(s *torch.Scope, x *torch.Tensor, window int64) *torch.Tensor {
	ny, nx := x.Shape()[2], x.Shape()[3]
	side := func(i, n int64) float64 { // which edge a row or column lies at after the shift
		switch {
		case i < n-window:
			return 0
		case i < n-window/2:
			return 1
		}
		return 2
	}
	region := make([]float64, 0, ny*nx)
	for y := range ny {
		for x := range nx {
			region = append(region, 3*side(y, ny)+side(x, nx))
		}
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		of := windows(s, s.ToDevice(s.To(s.FromFloat64s(region, 1, ny, nx, 1), x.DType()), x.Device()), window)
		apart := s.Abs(s.Sub(of, s.Transpose(of, 1, 2)))
		return s.MulScalar(s.ClampMax(apart, 1), farApart)
	})
}
