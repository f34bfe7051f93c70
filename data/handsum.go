package data

// HandSum makes Stokes I of the parallel hands of a feed, RR and LL or XX and YY, those of them that are valid.
type HandSum struct {
	vis      complex128
	variance float64
	n        int
}

// Add adds a hand: its visibility (Jy) and weight (1/σ² per real component). One with a weight that is not positive or with a number
// that is not finite is left out.
func (s *HandSum) Add(vis complex128, weight float64) {
	if !(weight > 0) || !finite(weight) || !finite(real(vis)) || !finite(imag(vis)) {
		return
	}
	s.vis += vis
	s.variance += 1 / weight
	s.n++
}

// StokesI returns the mean of the hands and its weight, 0 and 0 when there is none. For two hands I = (a+b)/2, so σ² = (σa²+σb²)/4 and
// the weight is 4/(1/wa + 1/wb): twice the weight of one of two equal hands.
func (s *HandSum) StokesI() (vis complex128, weight float64) {
	vis, weight = s.vis/complex(float64(s.n), 0), float64(s.n*s.n)/s.variance
	if s.n == 0 || !finite(real(vis)) || !finite(imag(vis)) || !finite(weight) {
		return 0, 0
	}
	return vis, weight
}
