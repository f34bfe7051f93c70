package measure

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"fringe/radio"
)

// PrimaryBeam puts the response of the dishes in front of an operator: Forward(vis, x) = A(B·x) and Adjoint = B·Aᴴ, for a
// response B of voltage squared, 1 on axis, [ny, nx]: see [GaussianBeam] and [AiryBeam], or an image of your own. It borrows
// both fields. Like the operator it is used by one goroutine at a time.
type PrimaryBeam struct {
	Op   radio.Operator
	Beam []float64

	seen []float64
}

var _ radio.Operator = (*PrimaryBeam)(nil)

// NewPrimaryBeam returns the operator A·B. It returns an error when a value of the beam is not finite, or all are 0.
func NewPrimaryBeam(op radio.Operator, beam []float64) (*PrimaryBeam, error) {
	if err := checkBeam(beam); err != nil {
		return nil, err
	}
	return &PrimaryBeam{Op: op, Beam: beam}, nil
}

func checkBeam(beam []float64) error {
	some := false
	for p, b := range beam {
		if !finite(b) {
			return fmt.Errorf("measure: primary beam: pixel %d is %g, must be finite", p, b)
		}
		some = some || b != 0
	}
	if !some {
		return errors.New("measure: the primary beam is 0 everywhere")
	}
	return nil
}

// Len returns the number of visibilities.
func (b *PrimaryBeam) Len() int { return b.Op.Len() }

// Forward fills vis (Jy) with the visibilities of the sky img (Jy/pixel) seen through the beam. It panics on wrong lengths.
func (b *PrimaryBeam) Forward(vis []complex128, img []float64) {
	b.check(img)
	b.seen = slices.Grow(b.seen[:0], len(img))[:len(img)]
	for p, v := range img {
		b.seen[p] = b.Beam[p] * v
	}
	b.Op.Forward(vis, b.seen)
}

// Adjoint fills img with B·Re Aᴴ vis. It panics on wrong lengths.
func (b *PrimaryBeam) Adjoint(img []float64, vis []complex128) {
	b.check(img)
	b.Op.Adjoint(img, vis)
	for p := range img {
		img[p] *= b.Beam[p]
	}
}

func (b *PrimaryBeam) check(img []float64) {
	if len(img) != len(b.Beam) {
		panic(fmt.Sprintf("measure: primary beam of %d pixels got an image of %d", len(b.Beam), len(img)))
	}
}

// GaussianBeam returns exp(−4 ln 2·r²/FWHM²) on the grid, r from the pointing (l, m), in radians: an array's primary beam with the
// full width fwhm at half power.
func GaussianBeam(g radio.Grid, fwhm, l, m float64) ([]float64, error) {
	if !(fwhm > 0) {
		return nil, fmt.Errorf("measure: primary beam: the full width at half power is %g rad, must be positive", fwhm)
	}
	return radial(g, l, m, func(r float64) float64 { return math.Exp(-4 * math.Ln2 * r * r / (fwhm * fwhm)) })
}

// AiryBeam returns (2J₁(z)/z)² with z = πDr/λ on the grid, r from the pointing (l, m), in radians: the power pattern of an evenly
// lit dish (Thompson, Moran & Swenson 2017, eq. 5.7 squared). Diameter D and wavelength λ are in metres. Real dishes are lit
// less at the rim: a D some 5 % smaller comes closer (ALMA's 12 m antennas: 10.7 m).
func AiryBeam(g radio.Grid, diameter, wavelength, l, m float64) ([]float64, error) {
	if !(diameter > 0 && wavelength > 0) || math.IsInf(diameter, 0) || math.IsInf(wavelength, 0) {
		return nil, fmt.Errorf("measure: primary beam: diameter %g m and wavelength %g m, both must be positive and finite", diameter, wavelength)
	}
	return radial(g, l, m, func(r float64) float64 {
		z := math.Pi * diameter * math.Sin(r) / wavelength
		if z < 1e-8 { // 1 − z²/4 is 1 in float64
			return 1
		}
		voltage := 2 * math.J1(z) / z
		return voltage * voltage
	})
}

// radial fills the grid with a function of the distance from (l, m).
func radial(g radio.Grid, l, m float64, response func(r float64) float64) ([]float64, error) {
	if err := g.Validate(); err != nil {
		return nil, fmt.Errorf("measure: primary beam: %w", err)
	}
	if !finite(l) || !finite(m) {
		return nil, fmt.Errorf("measure: primary beam: the pointing is (%g, %g), must be finite", l, m)
	}
	beam := make([]float64, g.Len())
	for y := range g.NY {
		for x := range g.NX {
			beam[y*g.NX+x] = response(math.Hypot(g.L(x)-l, g.M(y)-m))
		}
	}
	return beam, nil
}

// WithPrimaryBeam returns the Gram of the sky before a primary beam B [ny, nx], for visibilities V = A(B·x): its N is B N B and its
// dirty image B b. It shares the kernel. It returns an error where B has another size, is not finite, 0 everywhere, or where
// the Gram has a beam already.
func (g *Gram) WithPrimaryBeam(beam []float64) (*Gram, error) {
	if g.PrimaryBeam != nil {
		return nil, errors.New("measure: the Gram has a primary beam; give the product of both to the one without")
	}
	if len(beam) != len(g.Dirty) {
		return nil, fmt.Errorf("measure: primary beam of %d pixels for a Gram of %d", len(beam), len(g.Dirty))
	}
	if err := checkBeam(beam); err != nil {
		return nil, err
	}
	with := *g
	with.PrimaryBeam, with.Dirty = beam, make([]float64, len(beam))
	for p, b := range beam {
		with.Dirty[p] = b * g.Dirty[p]
	}
	return &with, nil
}
