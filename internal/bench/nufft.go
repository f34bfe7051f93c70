package main

import (
	"fmt"
	"time"

	"fringe/measure"
)

// nufft compares one forward and one adjoint NUFFT, accuracy 1e-6, with the FINUFFT Python package on the same points. Ours
// is for real images, as skies are: it transforms half of the spectrum. Theirs is given and returns complex ones, as it always does.
func nufft(s *session) ([]Row, error) {
	const eps, reps = 1e-6, 5
	p, err := s.imaging()
	if err != nil {
		return nil, err
	}
	op, err := measure.NewNUFFT(p.grid, p.vis.U, p.vis.V, eps)
	if err != nil {
		return nil, err
	}
	defer op.Close()
	python, err := s.peer("finufft_pair.py", s.dir, fmt.Sprint(eps), fmt.Sprint(reps), fmt.Sprint(threads))
	if err != nil {
		return nil, err
	}
	defer python.close()
	img, vis := p.truth(), make([]complex128, p.vis.Len())
	ours := func() (float64, error) {
		return timed(reps, time.Millisecond, func() error { op.Forward(vis, img); op.Adjoint(img, vis); return nil })
	}
	pairs, err := paired(15, ours, python.asking("pair"))
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("NUFFT forward + adjoint, %d², %d / FINUFFT Python", p.grid.NX, p.vis.Len())
	return []Row{newRow(name, "ms", pairs).atMost(1.2)}, nil
}
