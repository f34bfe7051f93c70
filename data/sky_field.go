package data

import (
	"math"
	"math/cmplx"
)

// modes is the highest spatial frequency of a random field, in cycles per field.
const modes = 10

// field is a log-normal random field exp(contrast·g) under a soft elliptical envelope exp(−ρ⁴). g is a Gaussian random
// field of variance 1 with power spectrum k^−slope: the sum over p = 0…modes, |q| ≤ modes of Re a(p,q)·exp(2πi(px + qy)).
type field struct {
	ellipse // of the envelope; phases refer to its centre
	radius  float64
	a       *[modes + 1][2*modes + 1]complex128
}

func (f field) bounds() box { return box{}.with(f.x, f.y, 1.7*f.radius*max(1, f.stretch)) }

// moved scales the envelope and leaves the spatial frequencies.
func (f field) moved(scale, dx, dy float64) brightness {
	f.ellipse = f.ellipse.moved(scale, dx, dy)
	f.radius *= scale
	return f
}

// row sums over q once per row and over p by Horner's rule at each sample.
func (f field) row(dst []float64, x0, dx, y float64) {
	reach := 2.1 * f.radius * max(1, f.stretch) // ρ⁴ = 19: below 1e-8
	if math.Abs(y-f.y) > reach {
		return
	}
	i0, i1 := within(len(dst), x0, dx, f.x-reach, f.x+reach)
	var c [modes + 1]complex128
	step := cmplx.Exp(complex(0, 2*math.Pi*(y-f.y)))
	for p := range c {
		for q := 2 * modes; q >= 0; q-- {
			c[p] = c[p]*step + f.a[p][q]
		}
		c[p] *= cmplx.Exp(complex(0, -2*math.Pi*modes*(y-f.y)))
	}
	z := cmplx.Exp(complex(0, 2*math.Pi*(x0+float64(i0)*dx-f.x)))
	turn := cmplx.Exp(complex(0, 2*math.Pi*dx))
	for i := i0; i < i1; i++ {
		along, across := f.offset(x0+float64(i)*dx, y)
		rho2 := (along*along + across*across) / (f.radius * f.radius)
		if rho4 := rho2 * rho2; rho4 < 19 {
			sum := c[modes]
			for p := modes - 1; p >= 0; p-- {
				sum = sum*z + c[p]
			}
			dst[i] += math.Exp(real(sum) - rho4)
		}
		z *= turn
	}
}

// field draws a log-normal field: envelope radius 0.1 to 0.27 of the field, axis ratio up to 1.7, contrast (standard
// deviation of the logarithm) 0.5 to 2, slope of the power spectrum 2 to 5.
func (d drawer) field() []part {
	s, c := math.Sincos(d.angle())
	f := field{ellipse: ellipse{s: s, c: c, stretch: uniform(d.Rand, 1, 1.7)}}
	f.radius = d.span(0.15, 0.4) * d.extent / math.Sqrt(f.stretch)
	f.a = d.modes(uniform(d.Rand, 0.5, 2), uniform(d.Rand, 2, 5))
	return []part{{1, f}}
}

// modes draws the Fourier amplitudes of a real field of standard deviation contrast.
func (d drawer) modes(contrast, slope float64) *[modes + 1][2*modes + 1]complex128 {
	a := new([modes + 1][2*modes + 1]complex128)
	power := 0.0
	for p := range a {
		for q := range a[p] {
			k2 := float64(p*p + (q-modes)*(q-modes))
			if k2 == 0 || k2 > modes*modes {
				continue
			}
			scale := math.Pow(k2, -slope/4)
			a[p][q] = complex(scale*d.NormFloat64(), scale*d.NormFloat64())
			power += scale * scale
		}
	}
	for p := range a {
		for q := range a[p] {
			a[p][q] *= complex(contrast/math.Sqrt(power), 0)
		}
	}
	return a
}
