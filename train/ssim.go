package train

import (
	"fmt"
	"math"

	"fringe/internal/torch"
)

// The window of the structural similarity: a Gaussian of 1.5 pixels, cut at 11 x 11 (Wang et al. 2004, section III.C).
const (
	windowSide  = 11
	windowSigma = 1.5
)

// scaleWeights are the exponents of the scales, from fine to coarse (Wang, Simoncelli & Bovik 2003, section 3.2).
func scaleWeights() []float64 { return []float64{0.0448, 0.2856, 0.3001, 0.2363, 0.1333} }

// SSIM returns the mean structural similarity of each pair of images x and y [batch, 1, ny, nx] whose values span peak: [batch, 1, 1, 1], 1 for
// equal ones (Wang et al. 2004, eq. 13, with K₁ = 0.01, K₂ = 0.03). Windows that leave the image do not count, so sides are at least 11.
func SSIM(s *torch.Scope, x, y *torch.Tensor, peak float64) (mean *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if err := checkSides(x, y); err != nil {
		return nil, err
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		luminance, structure := similarity(s, x, y, peak)
		return imageMean(s, s.Mul(luminance, structure))
	}), nil
}

// MultiScaleSSIM returns the multi-scale structural similarity of each pair of images, as [SSIM] (Wang, Simoncelli & Bovik 2003, eq. 7):
// the product over scales, each half as fine as the one before, of the mean similarity of structure to the scale's exponent, with the
// luminance at the coarsest. Images that are too small for five scales (below 176 pixels) have as many as there are sides of at least 11,
// and exponents scaled to the sum that five have. Means below 1e-6 count as that: a negative one has no root.
func MultiScaleSSIM(s *torch.Scope, x, y *torch.Tensor, peak float64) (product *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if err := checkSides(x, y); err != nil {
		return nil, err
	}
	weights := weightsFor(x.Shape())
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		const floor = 1e-6
		var sum *torch.Tensor
		for k, weight := range weights {
			if k > 0 {
				x, y = s.AvgPool2D(x, 2), s.AvgPool2D(y, 2)
			}
			luminance, structure := similarity(s, x, y, peak)
			if k == len(weights)-1 {
				structure = s.Mul(luminance, structure)
			}
			mean := s.AddScalar(s.ReLU(s.AddScalar(imageMean(s, structure), -floor)), floor)
			term := s.MulScalar(s.Log(mean), weight)
			if sum == nil {
				sum = term
			} else {
				sum = s.Add(sum, term)
			}
		}
		return s.Exp(sum)
	}), nil
}

// weightsFor returns the exponents of as many scales as fit an image.
func weightsFor(shape []int64) []float64 {
	all := scaleWeights()
	weights, sum, total := all[:0:0], 0.0, 0.0
	for k, w := range all {
		total += w
		if min(shape[2], shape[3])>>k >= windowSide {
			weights, sum = append(weights, w), sum+w
		}
	}
	for k := range weights {
		weights[k] *= total / sum
	}
	return weights
}

func checkSides(x, y *torch.Tensor) error {
	a, b := x.Shape(), y.Shape()
	if fmt.Sprint(a) != fmt.Sprint(b) || len(a) != 4 || a[1] != 1 || a[2] < windowSide || a[3] < windowSide {
		return fmt.Errorf("train: structural similarity of %v and %v: both must be [batch, 1, ny, nx] with sides of at least %d", a, b, windowSide)
	}
	return nil
}

// similarity returns the maps of the similarity of luminance, and of contrast and structure together.
func similarity(s *torch.Scope, x, y *torch.Tensor, peak float64) (luminance, structure *torch.Tensor) {
	c1, c2 := math.Pow(0.01*peak, 2), math.Pow(0.03*peak, 2)
	n := x.Shape()[0]
	means := windowed(s, s.Cat(0, x, y, s.Square(x), s.Square(y), s.Mul(x, y)))
	part := func(k int64) *torch.Tensor { return s.Narrow(means, 0, k*n, n) }
	mx, my := part(0), part(1)
	mxy, mxx, myy := s.Mul(mx, my), s.Square(mx), s.Square(my)
	vx, vy, vxy := s.Sub(part(2), mxx), s.Sub(part(3), myy), s.Sub(part(4), mxy)
	ratio := func(a, b *torch.Tensor, c float64) *torch.Tensor { return s.Div(s.AddScalar(a, c), s.AddScalar(b, c)) }
	return ratio(s.MulScalar(mxy, 2), s.Add(mxx, myy), c1), ratio(s.MulScalar(vxy, 2), s.Add(vx, vy), c2)
}

// windowed returns the weighted mean around each pixel whose window lies in the image.
func windowed(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	taps, sum := make([]float64, windowSide), 0.0
	for i := range taps {
		d := (float64(i) - (windowSide-1)/2) / windowSigma
		taps[i] = math.Exp(-d * d / 2)
		sum += taps[i]
	}
	for i := range taps {
		taps[i] /= sum
	}
	row := s.To(s.FromFloat64s(taps, 1, 1, 1, windowSide), x.DType())
	return s.ConvGrouped2D(s.ConvGrouped2D(x, row, 1, 1, 1), s.Reshape(row, 1, 1, windowSide, 1), 1, 1, 1)
}

// imageMean returns the mean of each image: [batch, 1, 1, 1].
func imageMean(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	shape := x.Shape()
	return s.MulScalar(s.SumDims(x, 1, 2, 3), 1/float64(shape[1]*shape[2]*shape[3]))
}
