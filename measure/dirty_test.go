package measure_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"fringe/measure"
	"fringe/radio"
)

// almaLike returns 40 stations within about 300 m at ALMA's site, 40 integrations during two hours: 31,000 visibilities, dense in the
// middle of the (u,v) plane and sparse outside.
func almaLike(t *testing.T) *radio.Visibilities {
	t.Helper()
	rng := rand.New(rand.NewPCG(2, 3))
	site := [3]float64{2225061, -5440057, -2481681}
	stations := make([]radio.Station, 40)
	for i := range stations {
		stations[i].XYZ = site
		for d := range 3 {
			stations[i].XYZ[d] += 150 * rng.NormFloat64()
		}
	}
	var mjd []float64
	for i := range 40 {
		mjd = append(mjd, 57854.1+float64(i)/480)
	}
	v, err := radio.Coverage(stations, radio.Source{RARad: 2.7, DecRad: -0.66}, mjd, 230e9, 0)
	if err != nil {
		t.Fatal(err)
	}
	if v.Len() < 30000 {
		t.Fatalf("%d visibilities", v.Len())
	}
	for k := range v.Weight {
		v.Weight[k] = 1e4 * (0.5 + rng.Float64())
	}
	return v
}

// almaGrid has the pixels and the field for almaLike.
var almaGrid = radio.Grid{NX: 128, NY: 120, CellRad: 0.1 * radio.Arcsecond}

// predict fills in the visibilities of an image, without noise.
func predict(t *testing.T, v *radio.Visibilities, g radio.Grid, img []float64) {
	t.Helper()
	op, err := measure.NewNUFFT(g, v.U, v.V, 1e-13)
	if err != nil {
		t.Fatal(err)
	}
	defer op.Close()
	op.Forward(v.Vis, img)
}

// corner is a source of 0.253 Jy that no symmetry hides: a bright point North-East, a fainter one South-West nearer to the centre.
func corner(g radio.Grid) []float64 {
	img := make([]float64, g.Len())
	img[(g.NY/2+20)*g.NX+g.NX/2-30] = 0.2
	img[(g.NY/2-8)*g.NX+g.NX/2+12] = 0.053
	return img
}

func products(t *testing.T, v *radio.Visibilities, g radio.Grid, model []float64, w radio.Weighting) *measure.Products {
	t.Helper()
	p, err := measure.NewProducts(v, g, model, w)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// apart returns the largest difference of two images.
func apart(a, b []float64) float64 {
	d := 0.0
	for i := range a {
		d = math.Max(d, math.Abs(a[i]-b[i]))
	}
	return d
}

func TestBeamPeakIsOne(t *testing.T) {
	v := almaLike(t).Select(func(k int) bool { return k%7 == 0 })
	for _, g := range []radio.Grid{almaGrid, {NX: 99, NY: 81, CellRad: almaGrid.CellRad}, {NX: 64, NY: 33, CellRad: almaGrid.CellRad}} {
		for _, w := range []radio.Weighting{{}, {Scheme: radio.Uniform}, {Scheme: radio.Briggs, Robust: -1}, {Scheme: radio.Briggs, Robust: 0.5}, {Taper: radio.Beam{MajRad: 1e-5, MinRad: 5e-6}}} {
			p := products(t, v, g, nil, w)
			centre := g.NY/2*g.NX + g.NX/2
			if math.Abs(p.Beam[centre]-1) > 1e-12 {
				t.Errorf("%d x %d, %v: beam at the phase centre is 1%+.2g", g.NX, g.NY, w, p.Beam[centre]-1)
			}
			for i, b := range p.Beam {
				if b > 1+1e-12 {
					t.Errorf("%d x %d, %v: pixel %d of the beam is %g", g.NX, g.NY, w, i, b)
				}
			}
			if p.Residual != nil || p.Restored != nil {
				t.Error("residual without a model")
			}
		}
	}
}

// disc is a source of 0.253 Jy extended over some thirty beams, as protoplanetary discs are: two unequal Gaussians off the centre.
func disc(t *testing.T, g radio.Grid) []float64 {
	t.Helper()
	img := make([]float64, g.Len())
	img[(g.NY/2+6)*g.NX+g.NX/2-15], img[(g.NY/2-10)*g.NX+g.NX/2+10] = 0.17, 0.083
	img, err := radio.Beam{MajRad: 3 * radio.Arcsecond, MinRad: 1.5 * radio.Arcsecond, PARad: 40 * degree}.Blur(img, g)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// Briggs' weights run from uniform at R = −2 to natural at R = +2. Images differ by as much as beams times the flux in them: for an
// unresolved source of 0.253 Jy the last limit would be 0.253 · 6e-4.
func TestBriggsLimits(t *testing.T) {
	v := almaLike(t)
	predict(t, v, almaGrid, disc(t, almaGrid))
	at := func(w radio.Weighting) *measure.Products { return products(t, v, almaGrid, nil, w) }
	natural, uniform := at(radio.Weighting{}), at(radio.Weighting{Scheme: radio.Uniform})
	low, mid, high := at(radio.Weighting{Scheme: radio.Briggs, Robust: -2}), at(radio.Weighting{Scheme: radio.Briggs}), at(radio.Weighting{Scheme: radio.Briggs, Robust: 2})
	for _, c := range []struct {
		name      string
		got, most float64
	}{
		{"R = -2 against uniform, beam", apart(low.Beam, uniform.Beam), 1e-4}, {"R = -2 against uniform, image", apart(low.Dirty, uniform.Dirty), 1e-4},
		{"R = +2 against natural, beam", apart(high.Beam, natural.Beam), 1.5e-3}, {"R = +2 against natural, image", apart(high.Dirty, natural.Dirty), 3e-5},
	} {
		t.Logf("%s: %.2g", c.name, c.got)
		if !(c.got < c.most) {
			t.Errorf("%s: differ by %.2g, want less than %g", c.name, c.got, c.most)
		}
	}
	if d := apart(natural.Beam, uniform.Beam); d < 0.1 {
		t.Errorf("natural and uniform beams differ by %g only: the limits say nothing", d)
	}
	if !(uniform.Restoring.MajRad < mid.Restoring.MajRad && mid.Restoring.MajRad < natural.Restoring.MajRad) {
		t.Errorf("major axes %g, %g, %g from uniform to natural", uniform.Restoring.MajRad, mid.Restoring.MajRad, natural.Restoring.MajRad)
	}
	if !(natural.NoiseJy < mid.NoiseJy && mid.NoiseJy < uniform.NoiseJy) || natural.NoiseJy/natural.NaturalNoiseJy-1 > 1e-12 {
		t.Errorf("noise %g, %g, %g, natural %g", natural.NoiseJy, mid.NoiseJy, uniform.NoiseJy, natural.NaturalNoiseJy)
	}
}

// The dirty image is the direct sum over the visibilities, by a second implementation.
func TestDirtyImageIsDirectSum(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for _, g := range grids[:4] {
		v := observation(rng, 200)
		v.Weight[3], v.Vis[4] = 0, complex(math.NaN(), 0)
		w := radio.Weighting{Scheme: radio.Briggs, Robust: 0.3, Taper: radio.Beam{MajRad: 3 * cell, MinRad: 2 * cell, PARad: 0.5}}
		p := products(t, v, g, nil, w)
		weights, err := w.Weights(v, g)
		if err != nil {
			t.Fatal(err)
		}
		for i := range p.Dirty {
			dirty, sum := 0.0, 0.0
			for k, weight := range weights {
				if weight > 0 {
					s, c := math.Sincos(2 * math.Pi * (v.U[k]*g.L(i%g.NX) + v.V[k]*g.M(i/g.NX)))
					dirty += weight * (real(v.Vis[k])*c - imag(v.Vis[k])*s)
					sum += weight
				}
			}
			if math.Abs(dirty/sum-p.Dirty[i]) > 1e-12 { // of values of order 1
				t.Fatalf("%d x %d, pixel %d: %.15g, direct sum %.15g", g.NX, g.NY, i, p.Dirty[i], dirty/sum)
			}
		}
	}
}

// An off-centre, asymmetric source is at its place in every product: in the dirty image, in the residual of no model, and in the
// restored image, where its peaks and its flux are the model's; the residual of the true model is nothing.
func TestProductsShowTheSourceWhereItIs(t *testing.T) {
	v := almaLike(t)
	for _, g := range []radio.Grid{almaGrid, {NX: 111, NY: 95, CellRad: almaGrid.CellRad}} {
		truth := corner(g)
		predict(t, v, g, truth)
		bright, faint := (g.NY/2+20)*g.NX+g.NX/2-30, (g.NY/2-8)*g.NX+g.NX/2+12
		for _, w := range []radio.Weighting{{}, {Scheme: radio.Uniform}, {Scheme: radio.Briggs, Robust: 0.5}} {
			name := fmt.Sprintf("%d x %d, %v", g.NX, g.NY, w)
			p := products(t, v, g, truth, w)
			empty := products(t, v, g, make([]float64, g.Len()), w)
			for what, img := range map[string][]float64{"dirty": p.Dirty, "residual of nothing": empty.Residual, "restored": p.Restored, "restored from nothing": empty.Restored} {
				// Sidelobes of the other point, 0.053 Jy at most a tenth of it, move neither peak.
				if at := argmax(img); at != bright {
					t.Errorf("%s: %s peaks at (%d, %d), want (%d, %d)", name, what, at%g.NX, at/g.NX, bright%g.NX, bright/g.NX)
				}
			}
			if worst := apart(p.Residual, make([]float64, g.Len())); worst > 1e-11 { // the transforms' accuracies
				t.Errorf("%s: residual of the truth is up to %g Jy/beam", name, worst)
			}
			if apart(empty.Residual, p.Dirty) > 1e-15 || apart(empty.Restored, p.Dirty) > 1e-15 {
				t.Errorf("%s: without a model residual and restored image are not the dirty image", name)
			}
			// Samples of a beam of 4 pixels or more add up to its area within 1e-20; the other point is 8 beams away.
			if math.Abs(p.Restored[bright]-0.2) > 1e-9 || math.Abs(p.Restored[faint]-0.053) > 1e-9 {
				t.Errorf("%s: restored peaks are %g and %g Jy/beam", name, p.Restored[bright], p.Restored[faint])
			}
			flux := 0.0
			for _, x := range p.Restored {
				flux += x / p.Restoring.Pixels(g)
			}
			if math.Abs(flux-0.253) > 1e-9 {
				t.Errorf("%s: restored flux %g Jy", name, flux)
			}
		}
	}
}

func argmax(x []float64) int {
	best := 0
	for i := range x {
		if x[i] > x[best] {
			best = i
		}
	}
	return best
}

// The noise of a pixel is what the weights promise.
func TestDirtyImageNoise(t *testing.T) {
	v := almaLike(t).Select(func(k int) bool { return k%11 == 0 })
	rng := rand.New(rand.NewPCG(6, 6))
	for _, w := range []radio.Weighting{{}, {Scheme: radio.Uniform}, {Scheme: radio.Briggs}} {
		sum, n := 0.0, 0.0
		noise := 0.0
		for range 20 {
			for k := range v.Vis {
				v.Vis[k] = complex(rng.NormFloat64(), rng.NormFloat64()) * complex(v.Sigma(k), 0)
			}
			p := products(t, v, almaGrid, nil, w)
			for _, x := range p.Dirty {
				sum, n = sum+x*x, n+1
			}
			noise = p.NoiseJy
		}
		// 20 images of some 1000 beams each: 0.5 %; twice that is allowed.
		if got := math.Sqrt(sum / n); math.Abs(got/noise-1) > 0.01 {
			t.Errorf("%v: rms %g Jy/beam, predicted %g", w, got, noise)
		}
	}
}

func TestProductsRefuse(t *testing.T) {
	v := observation(rand.New(rand.NewPCG(1, 1)), 5)
	g := grids[0]
	flagged := v.Clone()
	clear(flagged.Weight)
	ragged := v.Clone()
	ragged.Weight = ragged.Weight[:3]
	line := v.Clone()
	copy(line.V, line.U)
	for want, try := range map[string]func() error{
		"3 weights": func() error { _, err := measure.NewProducts(ragged, g, nil, radio.Weighting{}); return err },
		"flagged":   func() error { _, err := measure.NewProducts(flagged, g, nil, radio.Weighting{}); return err },
		"cell of at most": func() error {
			_, err := measure.NewProducts(v, radio.Grid{NX: 9, NY: 9, CellRad: 3 * cell}, nil, radio.Weighting{})
			return err
		},
		"robust is 3": func() error {
			_, err := measure.NewProducts(v, g, nil, radio.Weighting{Scheme: radio.Briggs, Robust: 3})
			return err
		},
		"model has 7 pixels": func() error { _, err := measure.NewProducts(v, g, make([]float64, 7), radio.Weighting{}); return err },
		"along one line":     func() error { _, err := measure.NewProducts(line, g, nil, radio.Weighting{}); return err },
		"weights add up to 0": func() error {
			_, err := measure.NewProducts(v, g, nil, radio.Weighting{Taper: radio.Beam{MajRad: 1, MinRad: 1}})
			return err
		},
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}
