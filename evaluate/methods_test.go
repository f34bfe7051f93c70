package evaluate

import (
	"context"
	"math"
	"slices"
	"testing"

	"fringe/data"
	"fringe/internal/torch"
	"fringe/measure"
	"fringe/radio"
)

// RML must come closer to the sky than the dirty image at its best scale, without negative pixels.
func TestRMLAndDirtyImageOnASmallPair(t *testing.T) {
	methods := []Method{
		DirtyImage{Label: "dirty", Systematic: 0.02},
		RML{Label: "rml", Regularizers: "entropy=1,tv=1", Systematic: 0.02, Iterations: 50},
	}
	scores, err := Suite{Pairs: pairs(), Split: data.Validation, Count: 1}.Run(context.Background(), methods, clock())
	if err != nil {
		t.Fatal(err)
	}
	if dirty, rml := scores[0][0], scores[1][0]; !(rml.PSNR > dirty.PSNR+3) || !(rml.NXCorr > 0.9) {
		t.Errorf("RML scores %+v, the dirty image %+v; want RML at least 3 dB better with a correlation above 0.9", rml, dirty)
	}
	p, err := pairs().Pair(data.Validation, 0)
	if err != nil {
		t.Fatal(err)
	}
	image, err := methods[1].Image(context.Background(), p.Grid, p.Vis)
	if err != nil {
		t.Fatal(err)
	}
	if low := slices.Min(image); low < 0 {
		t.Errorf("a pixel is %g, want none below zero", low)
	}
}

// The weights of every method carry the same systematic error.
func TestSystematicErrorReachesTheDirtyImage(t *testing.T) {
	p, err := pairs().Pair(data.Validation, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, systematic := range []float64{0, 0.1} {
		got, err := DirtyImage{Systematic: systematic}.Image(context.Background(), p.Grid, p.Vis)
		if err != nil {
			t.Fatal(err)
		}
		want, err := measure.NewGram(p.Grid, p.Vis.WithSystematic(systematic))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want.Dirty) {
			t.Errorf("systematic %g: the dirty image is that of other weights", systematic)
		}
	}
}

// lens is a network that looks at the weights that it is given.
type lens struct{ weight float64 }

func (l *lens) Image(g radio.Grid, v *radio.Visibilities) ([]float64, error) {
	l.weight = v.Weight[0]
	return make([]float64, g.Len()), nil
}

func TestLearnedSeesTheSystematicError(t *testing.T) {
	p, err := pairs().Pair(data.Validation, 0)
	if err != nil {
		t.Fatal(err)
	}
	var l lens
	if _, err := (Learned{Network: &l, Systematic: 0.1}).Image(context.Background(), p.Grid, p.Vis); err != nil {
		t.Fatal(err)
	}
	amplitude := math.Hypot(real(p.Vis.Vis[0]), imag(p.Vis.Vis[0]))
	want := 1 / (1/p.Vis.Weight[0] + 0.01*amplitude*amplitude)
	if math.Abs(l.weight/want-1) > 1e-12 {
		t.Errorf("weight %g, want %g", l.weight, want)
	}
}

// unchanged is a denoiser that leaves the image as it is.
type unchanged struct{}

func (unchanged) Denoise(s *torch.Scope, x *torch.Tensor, _ float64) (*torch.Tensor, error) {
	return s.MulScalar(x, 1), nil
}

func TestPlugAndPlayOnASmallPair(t *testing.T) {
	methods := []Method{DirtyImage{Label: "dirty", Systematic: 0.02}, PlugAndPlay{Label: "pnp", Denoiser: unchanged{}, Systematic: 0.02}}
	scores, err := Suite{Pairs: pairs(), Split: data.Validation, Count: 1}.Run(context.Background(), methods, clock())
	if err != nil {
		t.Fatal(err)
	}
	// Without a prior little is left but the fit from a Gaussian: still better than the dirty image at its best scale.
	if dirty, pnp := scores[0][0], scores[1][0]; !(pnp.PSNR > dirty.PSNR+1 && pnp.NXCorr > dirty.NXCorr) {
		t.Errorf("plug-and-play scores %+v, the dirty image %+v; want at least 1 dB more", pnp, dirty)
	}
}
