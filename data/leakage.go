package data

import (
	"math"
	"math/cmplx"
	"math/rand/v2"

	"fringe/radio"
)

// Leakage is what circular feeds that are not quite circular make of Stokes I = (RR + LL)/2. Each feed hears a fraction d, the
// D-term, of the other hand. For an unpolarized source the effect is of second order, |d|²; the D-terms mix linear
// polarization into I to first order, turning with the parallactic angles. All four correlations are computed, nothing is
// linearized. The source's polarization is the same everywhere. The zero value does nothing.
type Leakage struct {
	// DTerm is the standard deviation of the real and of the imaginary part of each D-term, constant in time.
	DTerm float64 `yaml:"d_term,omitempty"`
	// LinearFraction and EVPADeg are the source's linear polarization: fraction of I, and angle from North through East.
	LinearFraction float64 `yaml:"linear_fraction,omitempty"`
	EVPADeg        float64 `yaml:"evpa_deg,omitempty"`
}

func (l Leakage) validate() error {
	return check("leakage", interval{"d_term", l.DTerm, 0, 1}, interval{"linear_fraction", l.LinearFraction, 0, 1},
		interval{"evpa_deg", l.EVPADeg, -360, 360})
}

// jones is the response of a pair of feeds, on the sky, to right and left circular polarization.
type jones [2][2]complex128

func newJones(dRight, dLeft complex128, parallactic float64) jones {
	turn := cmplx.Rect(1, 2*parallactic)
	return jones{{1, dRight * turn}, {dLeft * cmplx.Conj(turn), 1}}
}

// stokesI returns (RR + LL)/2 of J_a·C·J_bᴴ, with C = [[RR, RL], [LR, LL]] of the sky (Hamaker, Bregman & Sault 1996, A&AS 117,
// 137, eq. 11, in the circular basis).
func stokesI(a, b jones, c jones) complex128 {
	var sum complex128
	for hand := range 2 {
		for i := range 2 {
			for j := range 2 {
				sum += a[hand][i] * c[i][j] * cmplx.Conj(b[hand][j])
			}
		}
	}
	return sum / 2
}

func (l Leakage) apply(rng *rand.Rand, vis *radio.Visibilities, frame radio.Frame) {
	if l.DTerm == 0 {
		return
	}
	n := len(vis.Stations)
	d := make([][2]complex128, n)
	for s := range d {
		for hand := range 2 {
			d[s][hand] = complex(l.DTerm*rng.NormFloat64(), l.DTerm*rng.NormFloat64())
		}
	}
	q := cmplx.Rect(l.LinearFraction, 2*l.EVPADeg*math.Pi/180) // (Q + iU)/I
	sky := jones{{1, q}, {cmplx.Conj(q), 1}}
	feeds := make([]jones, n)
	for k, t := range vis.TimeSec {
		if k == 0 || t != vis.TimeSec[k-1] {
			for s, station := range vis.Stations {
				feeds[s] = newJones(d[s][0], d[s][1], radio.ParallacticAngle(station, vis.Source, frame, vis.RefMJD+t/86400))
			}
		}
		vis.Vis[k] *= stokesI(feeds[vis.Ant1[k]], feeds[vis.Ant2[k]], sky)
	}
}
