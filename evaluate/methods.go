package evaluate

import (
	"context"
	"math"

	"fringe/infer"
	"fringe/measure"
	"fringe/radio"
)

// DirtyImage is the dirty image with natural weights, in Jy/beam, which no factor turns into Jy/pixel: it is [Unitless].
type DirtyImage struct {
	Label      string
	Systematic float64 // fraction of each amplitude added to its noise
}

var _ Unitless = DirtyImage{}

// Name returns the label.
func (m DirtyImage) Name() string { return m.Label }

// Unitless marks the image as one in Jy/beam.
func (DirtyImage) Unitless() {}

// Image returns the dirty image.
func (m DirtyImage) Image(_ context.Context, g radio.Grid, v *radio.Visibilities) ([]float64, error) {
	gram, err := measure.NewGram(g, v.WithSystematic(m.Systematic))
	if err != nil {
		return nil, err
	}
	return gram.Dirty, nil
}

// RML is classical imaging as fringe image does it with --data vis: χ² of the complex visibilities with regularizers, from a
// Gaussian of two beams that is also the prior of the entropy, in the rounds of [infer.EHTDefaults].
type RML struct {
	Label        string
	Regularizers string  // as infer.ParseRegularizers reads them, such as "entropy=1,tv=1"
	Systematic   float64 // fraction of each amplitude added to its noise
	Iterations   int     // L-BFGS iterations per round; 0 for those of infer.EHTDefaults
}

// Name returns the label.
func (m RML) Name() string { return m.Label }

// Image minimises ½χ² + Σ strength·regularizer. The Gaussian has the flux that the shortest baseline sees; the beam is
// 1/(longest baseline).
func (m RML) Image(ctx context.Context, g radio.Grid, v *radio.Visibilities) ([]float64, error) {
	v = v.WithSystematic(m.Systematic)
	op, err := measure.NewNUFFT(g, v.U, v.V, 1e-10)
	if err != nil {
		return nil, err
	}
	defer op.Close()
	term, err := measure.NewVis(v)
	if err != nil {
		return nil, err
	}
	flux, beam := shortestBaselineFlux(v), 1/v.UVMax()
	start, err := infer.StartGaussian(g, flux, 2*beam)
	if err != nil {
		return nil, err
	}
	parts, err := infer.ParseRegularizers(m.Regularizers, infer.Scale{Grid: g, FluxJy: flux, BeamRad: beam, Prior: start})
	if err != nil {
		return nil, err
	}
	solver := infer.EHTDefaults(beam)
	if m.Iterations > 0 {
		solver.MaxIterations = m.Iterations
	}
	likelihood := &measure.Likelihood{Op: op, Terms: []measure.Weighted{{Term: term, Weight: 1}}}
	result, err := infer.RML(ctx, infer.Problem{
		Grid:  g,
		Terms: append([]infer.Part{{Name: "vis", Weight: 1, Term: likelihood}}, parts...),
		Start: start,
	}, solver)
	if err != nil {
		return nil, err
	}
	return result.Image, nil
}

// shortestBaselineFlux returns the amplitude of the visibility nearest to the origin, which is close to the total flux.
func shortestBaselineFlux(v *radio.Visibilities) float64 {
	best, flux := -1.0, 0.0
	for k := range v.Vis {
		if r := v.U[k]*v.U[k] + v.V[k]*v.V[k]; v.Weight[k] > 0 && (best < 0 || r < best) {
			best, flux = r, real(v.Vis[k])*real(v.Vis[k])+imag(v.Vis[k])*imag(v.Vis[k])
		}
	}
	return math.Sqrt(flux)
}

// Imager makes an image (Jy/pixel on g) of calibrated visibilities in one go, such as an unrolled network.
type Imager interface {
	Image(g radio.Grid, v *radio.Visibilities) ([]float64, error)
}

// Learned is a trained network.
type Learned struct {
	Label      string
	Network    Imager
	Systematic float64 // fraction of each amplitude added to its noise
}

// Name returns the label.
func (m Learned) Name() string { return m.Label }

// Image runs the network.
func (m Learned) Image(_ context.Context, g radio.Grid, v *radio.Visibilities) ([]float64, error) {
	return m.Network.Image(g, v.WithSystematic(m.Systematic))
}
