package torch

import lib "github.com/sugarme/gotch/libtch"

// RFFT2 returns the discrete Fourier transform of the last two dimensions of a real tensor, zero-padded or cropped to
// ny × nx, without scaling: shape […, ny, nx/2+1], complex.
func (s *Scope) RFFT2(x *Tensor, ny, nx int64) *Tensor {
	return s.unary("RFFT2", func(out *lib.Ctensor, c lib.Ctensor) {
		lib.AtgFftRfft2(out, c, []int64{ny, nx}, 2, []int64{-2, -1}, 2, "backward")
	}, x)
}

// IRFFT2 inverts RFFT2 (scaled by 1/(ny·nx)): shape […, ny, nx], real.
func (s *Scope) IRFFT2(x *Tensor, ny, nx int64) *Tensor {
	return s.unary("IRFFT2", func(out *lib.Ctensor, c lib.Ctensor) {
		lib.AtgFftIrfft2(out, c, []int64{ny, nx}, 2, []int64{-2, -1}, 2, "backward")
	}, x)
}
