package measure

import (
	"errors"
	"fmt"
	"math"

	"fringe/radio"
)

// Products are the classical images of an observation: what the data say by themselves, and what a model image leaves of
// them. All are in Jy/beam on one grid, in the order of package radio.
type Products struct {
	Grid      radio.Grid
	Weighting radio.Weighting
	// Dirty is Σ W Re(V exp(2πi(ul + vm)))/Σ W with imaging weights W: the sky convolved with Beam, plus noise.
	Dirty []float64
	// Beam is the same of V = 1, the image of a point source of 1 Jy at the phase centre; pixel (⌊NX/2⌋, ⌊NY/2⌋) is 1.
	Beam []float64
	// Restoring is the Gaussian that fits the beam's main lobe, see [FitBeam].
	Restoring radio.Beam
	// Residual is the dirty image of the data minus the model's visibilities; nil without a model.
	Residual []float64
	// Restored is the model convolved with the restoring beam, plus the residual; nil without a model.
	Restored []float64
	// NoiseJy is the standard deviation of the noise of a pixel that the visibilities' weights w = 1/σ² promise, Jy/beam:
	// √(Σ W²/w)/Σ W. NaturalNoiseJy is that of natural weighting without taper, 1/√Σw, the smallest possible.
	NoiseJy, NaturalNoiseJy float64
}

// NewProducts makes the images of the unflagged visibilities of v on g with the given weighting; model (Jy/pixel, g.Len() pixels)
// may be nil. It returns an error when all visibilities are flagged, a baseline is too long for the grid, or the baselines point
// along one line, so that the beam has no width.
func NewProducts(v *radio.Visibilities, g radio.Grid, model []float64, w radio.Weighting) (*Products, error) {
	m, err := newImager(v, g, w)
	if err != nil {
		return nil, fmt.Errorf("measure: dirty image: %w", err)
	}
	defer m.op.Close()
	p := &Products{Grid: g, Weighting: w, NaturalNoiseJy: 1 / math.Sqrt(m.sumNatural), NoiseJy: math.Sqrt(m.variance) / m.sum}
	p.Dirty = m.image(m.vis)
	p.Beam = m.image(ones(len(m.vis)))
	if p.Restoring, err = FitBeam(m.u, m.v, m.weight); err != nil {
		return nil, err
	}
	if model == nil {
		return p, nil
	}
	if len(model) != g.Len() {
		return nil, fmt.Errorf("measure: residual image: the model has %d pixels, its grid %d x %d", len(model), g.NX, g.NY)
	}
	p.Residual = m.residual(model)
	p.Restored, err = restore(model, p.Residual, g, p.Restoring)
	return p, err
}

// imager turns visibilities into images with fixed weights.
type imager struct {
	op              *NUFFT
	u, v, weight    []float64
	vis             []complex128
	sum, sumNatural float64 // Σ W and Σ w
	variance        float64 // Σ W²/w
	pixels          int
}

func newImager(v *radio.Visibilities, g radio.Grid, w radio.Weighting) (*imager, error) {
	if n := v.Len(); len(v.U) != n || len(v.V) != n || len(v.Weight) != n {
		return nil, fmt.Errorf("%d values with %d u, %d v and %d weights, must be as many", n, len(v.U), len(v.V), len(v.Weight))
	}
	m := &imager{pixels: g.Len()}
	var good []int
	for k := range v.Vis {
		if !v.Flagged(k) {
			good = append(good, k)
			m.u, m.v, m.vis = append(m.u, v.U[k]), append(m.v, v.V[k]), append(m.vis, v.Vis[k])
		}
	}
	if len(good) == 0 {
		return nil, errors.New("all visibilities are flagged, or there are none")
	}
	if err := checkPoints(g, m.u, m.v); err != nil {
		return nil, err
	}
	weights, err := w.Weights(v, g)
	if err != nil {
		return nil, err
	}
	for _, k := range good {
		m.weight = append(m.weight, weights[k])
		m.sum += weights[k]
		m.sumNatural += v.Weight[k]
		m.variance += weights[k] * weights[k] / v.Weight[k]
	}
	if !(m.sum > 0) || !finite(m.sum) || !finite(m.variance) {
		return nil, fmt.Errorf("the imaging weights add up to %g: the taper is far wider than the beam, or the weights are absurd", m.sum)
	}
	m.op, err = NewNUFFT(g, m.u, m.v, gramEps)
	return m, err
}

// image returns Σ W Re(V exp(2πi(ul + vm)))/Σ W.
func (m *imager) image(vis []complex128) []float64 {
	weighted := make([]complex128, len(vis))
	for k, value := range vis {
		weighted[k] = complex(m.weight[k]/m.sum, 0) * value
	}
	img := make([]float64, m.pixels)
	m.op.Adjoint(img, weighted)
	return img
}

// residual returns the image of data − model.
func (m *imager) residual(model []float64) []float64 {
	left := make([]complex128, len(m.vis))
	m.op.Forward(left, model)
	for k, d := range m.vis {
		left[k] = d - left[k]
	}
	return m.image(left)
}

// restore returns the model (Jy/pixel) convolved with the beam, in Jy/beam, plus the residual. The sum of the
// image over the pixels of the beam is the model's flux, and a point of F Jy becomes a peak of F where the beam is at least 1.5 pixels
// wide: a narrower one falls between the pixels, and of 1.2 pixels the peak is 0.98 F, of 1 pixel 0.89 F.
func restore(model, residual []float64, g radio.Grid, b radio.Beam) ([]float64, error) {
	restored, err := b.Blur(model, g)
	if err != nil {
		return nil, fmt.Errorf("measure: restored image: %w", err)
	}
	pixels := b.Pixels(g)
	for p, r := range residual {
		restored[p] = restored[p]*pixels + r
	}
	return restored, nil
}

func ones(n int) []complex128 {
	x := make([]complex128, n)
	for k := range x {
		x[k] = 1
	}
	return x
}
