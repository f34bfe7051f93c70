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

// Classical RML and plug-and-play share the problem: χ² of the complex visibilities, and a Gaussian of two beams to start from
// that has the flux which the shortest baseline sees. The beam is 1/(longest baseline).

// RML is classical imaging as fringe image does it with --data vis, in the rounds of [infer.EHTDefaults]. The first image is
// also what the entropy prefers.
type RML struct {
	Label        string
	Regularizers string  // as infer.ParseRegularizers reads them, such as "entropy=1,tv=1"
	Systematic   float64 // fraction of each amplitude added to its noise
	Iterations   int     // L-BFGS iterations per round; 0 for those of infer.EHTDefaults
}

// Name returns the label.
func (m RML) Name() string { return m.Label }

// Image minimises ½χ² + Σ strength·regularizer.
func (m RML) Image(ctx context.Context, g radio.Grid, v *radio.Visibilities) ([]float64, error) {
	return withProblem(g, v.WithSystematic(m.Systematic), func(p infer.Problem, scale infer.Scale) (*infer.Result, error) {
		parts, err := infer.ParseRegularizers(m.Regularizers, scale)
		if err != nil {
			return nil, err
		}
		p.Terms = append(p.Terms, parts...)
		solver := infer.EHTDefaults(scale.BeamRad)
		if m.Iterations > 0 {
			solver.MaxIterations = m.Iterations
		}
		return infer.RML(ctx, p, solver)
	})
}

// PlugAndPlay is a denoiser inside the optimizer, as fringe image uses it with --data vis.
type PlugAndPlay struct {
	Label      string
	Denoiser   infer.Denoiser
	Systematic float64 // fraction of each amplitude added to its noise
	Strength   float64 // of the prior; 0 for that of infer.PnPConfig
}

// Name returns the label.
func (m PlugAndPlay) Name() string { return m.Label }

// Image alternates denoising and fitting.
func (m PlugAndPlay) Image(ctx context.Context, g radio.Grid, v *radio.Visibilities) ([]float64, error) {
	return withProblem(g, v.WithSystematic(m.Systematic), func(p infer.Problem, _ infer.Scale) (*infer.Result, error) {
		return infer.PnP(ctx, p, m.Denoiser, infer.PnPConfig{Strength: m.Strength})
	})
}

// withProblem calls solve with the problem of calibrated visibilities and the scale of its regularizers, and returns the
// image.
func withProblem(g radio.Grid, v *radio.Visibilities, solve func(p infer.Problem, scale infer.Scale) (*infer.Result, error)) ([]float64, error) {
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
	likelihood := &measure.Likelihood{Op: op, Terms: []measure.Weighted{{Term: term, Weight: 1}}}
	result, err := solve(infer.Problem{
		Grid:  g,
		Terms: []infer.Part{{Name: "vis", Weight: 1, Term: likelihood}},
		Start: start,
	}, infer.Scale{Grid: g, FluxJy: flux, BeamRad: beam, Prior: start})
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
