package radio

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Scheme says how the density of the (u,v) coverage enters imaging weights.
type Scheme string

// The schemes, with ω = 1/σ² the statistical weight of a visibility and W the sum of ω over its (u,v) cell.
const (
	Natural Scheme = "natural" // ω: least noise, widest beam
	Uniform Scheme = "uniform" // ω/W: every occupied cell counts alike; narrow beam, more noise
	Briggs  Scheme = "briggs"  // ω/(1 + W f²): between the two, as Robust says
)

// ParseScheme returns the scheme of that name.
func ParseScheme(name string) (Scheme, error) {
	known := []Scheme{Natural, Uniform, Briggs}
	if s := Scheme(name); slices.Contains(known, s) {
		return s, nil
	}
	return "", fmt.Errorf("radio: weighting %q is unknown: known are natural, uniform, briggs", name)
}

// MaxRobust bounds |Robust|: beyond ±2 Briggs' weights hardly differ from natural and uniform ones.
const MaxRobust = 2

// Weighting says how visibilities are weighted in an image. The zero value is natural weighting without taper.
type Weighting struct {
	Scheme Scheme  // "" means natural
	Robust float64 // of Briggs: −2 (almost uniform) to 2 (almost natural)
	// Taper multiplies the weights by the Fourier transform of this Gaussian, so that the beam becomes about as wide. Zero means
	// no taper. [BaselineFWHM] turns a width in wavelengths into one on the sky.
	Taper Beam
}

// Validate says which field is wrong and what it may be.
func (w Weighting) Validate() error {
	if w.Scheme != "" {
		if _, err := ParseScheme(string(w.Scheme)); err != nil {
			return err
		}
	}
	if w.Scheme == Briggs && !(math.Abs(w.Robust) <= MaxRobust) {
		return fmt.Errorf("radio: robust is %g, must lie between -%d (uniform) and %d (natural)", w.Robust, MaxRobust, MaxRobust)
	}
	if !w.Taper.IsZero() {
		if err := w.Taper.Validate(); err != nil {
			return fmt.Errorf("radio: taper: %w", err)
		}
	}
	return nil
}

// String describes the weighting in a few words.
func (w Weighting) String() string {
	var b strings.Builder
	b.WriteString(string(w.Scheme))
	switch w.Scheme {
	case "":
		b.WriteString(string(Natural))
	case Briggs:
		fmt.Fprintf(&b, ", robust %g", w.Robust)
	}
	if !w.Taper.IsZero() {
		fmt.Fprintf(&b, ", taper %v", w.Taper)
	}
	return b.String()
}

// Weights returns an imaging weight for each visibility, 0 where it is flagged; only their ratios matter to an image. The
// density is that of the cells of g (see [Cells]), to which each visibility and its mirror image (−u,−v) contribute. With the
// mean density W̄ = Σ ω W/Σ ω of the visibilities, Briggs' weights have f² = (5·10^−R)²/W̄ (Briggs 1995, thesis, section 3.2;
// CASA's "norm"). As in CASA the taper comes last and does not enter the density. It returns an error when a baseline is too
// long for the grid.
func (w Weighting) Weights(v *Visibilities, g Grid) ([]float64, error) {
	if err := w.Validate(); err != nil {
		return nil, err
	}
	density, err := v.density(g)
	if err != nil {
		return nil, err
	}
	weights := make([]float64, v.Len())
	sum, mean := 0.0, 0.0
	for k, d := range density {
		if d > 0 {
			weights[k] = v.Weight[k]
			sum += v.Weight[k]
			mean += v.Weight[k] * d
		}
	}
	mean /= sum
	f := 5 * math.Pow(10, -w.Robust)
	for k, d := range density {
		if d == 0 {
			continue
		}
		switch w.Scheme {
		case Uniform:
			weights[k] /= d
		case Briggs:
			weights[k] /= 1 + f*f*d/mean
		}
		if !w.Taper.IsZero() {
			weights[k] *= w.Taper.Transform(v.U[k], v.V[k])
		}
	}
	return weights, nil
}

// density returns for each visibility the sum of the weights in its cell, mirror images included; 0 where it is flagged.
func (v *Visibilities) density(g Grid) ([]float64, error) {
	c, err := NewCells(g)
	if err != nil {
		return nil, err
	}
	index, sums := make([]int, v.Len()), make([]float64, c.Len())
	for k, w := range v.Weight {
		if v.Flagged(k) {
			continue
		}
		if index[k], _, err = c.Index(v.U[k], v.V[k]); err != nil {
			return nil, err
		}
		sums[index[k]] += w
	}
	sums[c.origin()] *= 2
	density := make([]float64, v.Len())
	for k := range density {
		if !v.Flagged(k) {
			density[k] = sums[index[k]]
		}
	}
	return density, nil
}
