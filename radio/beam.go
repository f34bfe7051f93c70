package radio

import (
	"fmt"
	"math"
)

// Beam is an elliptical Gaussian on the sky: the full width at half maximum of its axes and the position angle of the
// major one, East of North, in radians, as BMAJ, BMIN and BPA of a FITS header. The zero value means "no beam".
type Beam struct{ MajRad, MinRad, PARad float64 }

// fwhmPerSigma is √(8 ln 2), the full width at half maximum of a Gaussian of standard deviation 1.
const fwhmPerSigma = 2.35482004503094938

// IsZero reports whether there is no beam.
func (b Beam) IsZero() bool { return b == Beam{} }

// Validate says what is wrong with a beam: both widths must be positive and finite, the first not the smaller one.
func (b Beam) Validate() error {
	if !(b.MinRad > 0) || !(b.MajRad >= b.MinRad) || math.IsInf(b.MajRad, 0) {
		return fmt.Errorf("radio: beam has widths of %g and %g rad, want major at least minor, both positive", b.MajRad, b.MinRad)
	}
	if !finite(b.PARad) {
		return fmt.Errorf("radio: beam has position angle %g rad, must be finite", b.PARad)
	}
	return nil
}

// String returns widths and position angle, such as "21.6 x 16.8 uas at 66 deg".
func (b Beam) String() string {
	size, unit := AngleUnit(b.MajRad)
	return fmt.Sprintf("%.3g x %.3g %s at %.3g deg", b.MajRad/size, b.MinRad/size, unit, b.PARad*180/math.Pi)
}

// BeamOfCovariance returns the Gaussian whose second central moments are ⟨ll⟩, ⟨lm⟩ and ⟨mm⟩ (rad²), with a position
// angle in [−π/2, π/2]. The matrix must be positive definite; otherwise the result does not pass Validate.
func BeamOfCovariance(ll, lm, mm float64) Beam {
	mean, spread := (ll+mm)/2, math.Hypot((mm-ll)/2, lm)
	b := Beam{MajRad: fwhmPerSigma * math.Sqrt(mean+spread), PARad: math.Atan2(2*lm, mm-ll) / 2}
	// The smaller eigenvalue is the determinant over the larger one. Relative to the larger one its error is that of rounding, as in
	// mean − spread: of an axial ratio of r it keeps all but 2·log₁₀ r of the 16 digits.
	b.MinRad = fwhmPerSigma * math.Sqrt((ll*mm-lm*lm)/(mean+spread))
	return b
}

// Covariance returns the second central moments ⟨ll⟩, ⟨lm⟩ and ⟨mm⟩ of the Gaussian (rad²). The major axis points to
// (l, m) = (sin PA, cos PA): l is positive to the East, m to the North. Every other method follows from this one.
func (b Beam) Covariance() (ll, lm, mm float64) {
	s, c := math.Sincos(b.PARad)
	major, minor := b.MajRad/fwhmPerSigma, b.MinRad/fwhmPerSigma
	major, minor = major*major, minor*minor
	return major*s*s + minor*c*c, (major - minor) * s * c, major*c*c + minor*s*s
}

// Response returns the Gaussian with peak 1 at the offset (l, m) in radians.
func (b Beam) Response(l, m float64) float64 {
	ll, lm, mm := b.Covariance()
	return math.Exp(-0.5 * (mm*l*l - 2*lm*l*m + ll*m*m) / (ll*mm - lm*lm))
}

// Transform returns the visibility at (u, v), in wavelengths, of the Gaussian with total flux 1: exp(−2π² (u v) Σ (u v)ᵀ),
// Σ its covariance.
func (b Beam) Transform(u, v float64) float64 {
	ll, lm, mm := b.Covariance()
	return math.Exp(-2 * math.Pi * math.Pi * (ll*u*u + 2*lm*u*v + mm*v*v))
}

// Pixels returns the beam's solid angle π·major·minor/(4 ln 2) in pixels of g: the sum of an image in Jy/beam divided by it
// is a flux in Jy.
func (b Beam) Pixels(g Grid) float64 {
	return math.Pi * b.MajRad * b.MinRad / (4 * math.Ln2 * g.CellRad * g.CellRad)
}

// BaselineFWHM converts between the full widths at half maximum of a circular Gaussian on the sky (radians) and of its
// Fourier transform (wavelengths): their product is 4 ln 2/π = 0.8825.
func BaselineFWHM(fwhm float64) float64 { return 4 * math.Ln2 / (math.Pi * fwhm) }
