package infer

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"fringe/internal/torch"
	"fringe/radio"
)

// Denoiser removes noise of standard deviation sigma from an image x, float32 [1, 1, ny, nx] in units where the peak is
// about 1 (sigma in the same units). It borrows x and returns a tensor of the scope, of the same shape.
type Denoiser interface {
	Denoise(s *torch.Scope, x *torch.Tensor, sigma float64) (*torch.Tensor, error)
}

// denoise returns D(image) for an image in units of the peak, plane by plane, shown to the denoiser in the orientation number
// view. The error of float32, 6e-8 of the peak, is far below any σ.
func denoise(d Denoiser, g radio.Grid, image []float64, sigma float64, view int) ([]float64, error) {
	out := make([]float64, 0, len(image))
	for ; len(image) > 0; image = image[g.Len():] {
		plane, err := denoisePlane(d, g, image[:g.Len()], sigma, view)
		if err != nil {
			return nil, err
		}
		out = append(out, plane...)
	}
	return out, nil
}

func denoisePlane(d Denoiser, g radio.Grid, image []float64, sigma float64, view int) ([]float64, error) {
	var out []float64
	err := torch.Do(func(s *torch.Scope) (err error) {
		s.NoGrad(func() {
			x := s.To(s.FromFloat64s(image, 1, 1, int64(g.NY), int64(g.NX)), torch.Float32)
			var y *torch.Tensor
			if y, err = d.Denoise(s, orient(s, x, view), sigma); err != nil {
				return
			}
			if y == nil {
				err = errors.New("it returned no image")
				return
			}
			y = unorient(s, y, view)
			if !slices.Equal(y.Shape(), x.Shape()) {
				err = fmt.Errorf("it returned the shape %v for %v", y.Shape(), x.Shape())
				return
			}
			out = s.Float64s(y)
		})
		return err
	})
	if err == nil && !allFinite(out) {
		err = errors.New("it returned a NaN or an infinity: check its weights and the noise level")
	}
	if err != nil {
		return nil, fmt.Errorf("infer: denoiser at noise level %.3g: %w", sigma, err)
	}
	return out, nil
}

// views is the number of orientations that keep the shape: 8 for a square, 4 otherwise.
func views(g radio.Grid) int {
	if g.NX == g.NY {
		return 8
	}
	return 4
}

// orient turns x to the orientation number view: bit 0 flips columns, bit 1 flips rows, bit 2 (squares only) turns by 90°.
func orient(s *torch.Scope, x *torch.Tensor, view int) *torch.Tensor {
	if view&1 != 0 {
		x = s.Flip(x, 3)
	}
	if view&2 != 0 {
		x = s.Flip(x, 2)
	}
	if view&4 != 0 {
		x = s.Rot90(x, 1)
	}
	return s.Contiguous(x)
}

// unorient undoes orient.
func unorient(s *torch.Scope, x *torch.Tensor, view int) *torch.Tensor {
	if view&4 != 0 {
		x = s.Rot90(x, -1)
	}
	if view&2 != 0 {
		x = s.Flip(x, 2)
	}
	if view&1 != 0 {
		x = s.Flip(x, 3)
	}
	return x
}

// noiseLevels returns n levels from high to low, equally spaced in the logarithm; one level is low.
func noiseLevels(high, low float64, n int) []float64 {
	levels := make([]float64, n)
	for k := range levels {
		levels[k] = low
		if n > 1 {
			levels[k] = high * math.Pow(low/high, float64(k)/float64(n-1))
		}
	}
	return levels
}

func validateNoise(name string, high, low float64) error {
	if !(low > 0) || !(high >= low) || math.IsInf(high, 0) {
		return fmt.Errorf("infer: %s has noise levels from %g to %g: want SigmaMax ≥ SigmaMin > 0, in units of the peak", name, high, low)
	}
	return nil
}

// peak returns the brightest pixel, 0 for a black image.
func peak(x []float64) float64 { return max(0, slices.Max(x)) }

// scaled returns f·x.
func scaled(f float64, x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = f * v
	}
	return y
}
