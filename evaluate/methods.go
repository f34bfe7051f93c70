package evaluate

import (
	"context"
	"math"

	"fringe/data"
	"fringe/infer"
	"fringe/measure"
	"fringe/radio"
)

// DirtyImage is the dirty image with natural weights. Its unit is Jy/beam, which no factor turns into Jy/pixel; it is given
// the one that brings it closest to the truth, so it scores higher than a user could make it.
type DirtyImage struct{ Label string }

// Name returns the label.
func (m DirtyImage) Name() string { return m.Label }

// Image returns the scaled dirty image.
func (DirtyImage) Image(_ context.Context, p data.Pair) ([]float64, error) {
	gram, err := measure.NewGram(p.Grid, p.Vis)
	if err != nil {
		return nil, err
	}
	var dot, norm float64
	for i, d := range gram.Dirty {
		dot += d * p.Truth[i]
		norm += d * d
	}
	for i := range gram.Dirty {
		gram.Dirty[i] *= dot / norm
	}
	return gram.Dirty, nil
}

// RML is classical imaging: χ² of the complex visibilities with regularizers.
type RML struct {
	Label        string
	Regularizers string // as infer.ParseRegularizers reads them, such as "entropy=1,tv=1"
	Systematic   float64
	Solver       infer.RMLConfig
}

// Name returns the label.
func (m RML) Name() string { return m.Label }

// Image minimises ½χ² + Σ strength·regularizer from a Gaussian of the total flux that the shortest baseline sees.
func (m RML) Image(ctx context.Context, p data.Pair) ([]float64, error) {
	vis := p.Vis.WithSystematic(m.Systematic)
	op, err := measure.NewNUFFT(p.Grid, vis.U, vis.V, 1e-10)
	if err != nil {
		return nil, err
	}
	defer op.Close()
	term, err := measure.NewVis(vis)
	if err != nil {
		return nil, err
	}
	flux := shortestBaselineFlux(vis)
	scale := infer.Scale{Grid: p.Grid, FluxJy: flux, BeamRad: 1 / vis.UVMax()}
	parts, err := infer.ParseRegularizers(m.Regularizers, scale)
	if err != nil {
		return nil, err
	}
	likelihood := &measure.Likelihood{Op: op, Terms: []measure.Weighted{{Term: term, Weight: 1}}}
	start, err := infer.StartGaussian(p.Grid, flux, float64(p.Grid.NX)*p.Grid.CellRad/3)
	if err != nil {
		return nil, err
	}
	result, err := infer.RML(ctx, infer.Problem{
		Grid:  p.Grid,
		Terms: append([]infer.Part{{Name: "vis", Weight: 1, Term: likelihood}}, parts...),
		Start: start,
	}, m.Solver)
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
	Systematic float64
}

// Name returns the label.
func (m Learned) Name() string { return m.Label }

// Image runs the network.
func (m Learned) Image(_ context.Context, p data.Pair) ([]float64, error) {
	return m.Network.Image(p.Grid, p.Vis.WithSystematic(m.Systematic))
}
