package data

import "math"

// hotspot draws a ring with one to three hot spots, as orbit Sgr A* (Broderick & Loeb 2006, MNRAS 367, 905; Wielgus et al. 2022, A&A 665,
// L6; the EHT's data challenges of Emami et al. 2023, ApJ 955, 6). Ring: diameter 0.2 to 0.5 of the field, axis ratio 1 to 1.2, FWHM from the
// smallest width to 0.4 of the diameter, dipole up to 0.7. Spots: at 0.7 to 1.5 of the ring's radius, FWHM from the smallest width to 0.35 of the
// diameter, each with 0.05 to 0.6 of the ring's flux; half of them trail an arc of 30 to 180 degrees, into which shear draws them.
func (d drawer) hotspot() []part {
	diameter := d.span(0.2, 0.75*d.extent)
	s, c := math.Sincos(d.angle())
	e := ellipse{s: s, c: c, stretch: uniform(d.Rand, 1, 1.2)}
	unit := diameter / 2 / e.stretch
	fwhm := d.span(0, 0.4*diameter)
	parts := []part{{1, newPolar(e, unit, 4, thickRing(fwhm/unit, []mode{d.newMode(1, uniform(d.Rand, 0, 0.7))}))}}
	for range 1 + d.IntN(3) {
		share, size := d.share(0.05, 0.6), d.span(0, 0.35*diameter)
		s, c := math.Sincos(d.angle())
		r := uniform(d.Rand, 0.7, 1.5)
		if d.IntN(2) == 0 {
			parts = append(parts, part{share, newPolar(e, unit, 4, arc(r, size/unit, s, c, uniform(d.Rand, 30, 180)*math.Pi/180))})
			continue
		}
		across, along := r*unit*s, r*unit*c*e.stretch
		x, y := across*e.c+along*e.s, along*e.c-across*e.s
		parts = append(parts, part{share, gaussians{newGauss(1, x, y, size, size, 0)}})
	}
	return parts
}

// arc is a spot at radius r and the azimuth of cosine pc and sine ps that is drawn out behind it: its brightness falls over an angle
// of length, as a Gaussian, and ahead of it within its width.
func arc(r0, fwhm, ps, pc, length float64) func(r, c, s float64) float64 {
	head := fwhm / r0
	return func(r, c, s float64) float64 {
		ridge := bump(r-r0, fwhm)
		if ridge == 0 {
			return 0
		}
		behind := math.Atan2(s*pc-c*ps, c*pc+s*ps)
		if behind < -math.Pi/2 { // the tail may reach round
			behind += 2 * math.Pi
		}
		if behind < 0 {
			return ridge * bump(behind, 2*head)
		}
		return ridge * bump(behind, max(2*head, length))
	}
}

// share draws a share of the flux, uniform in its logarithm.
func (d drawer) share(lo, hi float64) float64 { return lo * math.Pow(hi/lo, d.Float64()) }
