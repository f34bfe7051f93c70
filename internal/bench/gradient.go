package main

import (
	"fmt"
	"time"

	"fringe/measure"
)

// gradientGridded compares one value and gradient of χ² with MPoL's fast loss: one FFT, and the nearest cell of the (u,v) plane
// for every visibility. Ours is the exact χ² of every visibility. Both are given an image and return the gradient with
// respect to it; MPoL's own parametrisation and Adam step would come on top of its time.
func gradientGridded(s *session) ([]Row, error) {
	return gradient(s, "gridded", "MPoL gridded", 15, 0.8)
}

// gradientNUFFT compares the same with MPoL's exact loss, a NUFFT by its default table interpolation.
func gradientNUFFT(s *session) ([]Row, error) { return gradient(s, "nufft", "MPoL NUFFT", 5, 1./30) }

func gradient(s *session, path, name string, runs int, target float64) ([]Row, error) {
	const reps = 20
	p, err := s.imaging()
	if err != nil {
		return nil, err
	}
	q, err := quadratic(p)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	mpol, err := s.peer("mpol_chi2.py", s.dir, path)
	if err != nil {
		return nil, err
	}
	defer mpol.close()
	x, grad := p.truth(), make([]float64, p.grid.Len())
	ours := func() (float64, error) {
		return timed(reps, time.Millisecond, func() error { _, err := q.ValueGrad(grad, x); return err })
	}
	pairs, err := paired(runs, ours, mpol.asking("gradient"))
	if err != nil {
		return nil, err
	}
	memory, err := s.memory(mpol)
	if err != nil {
		return nil, err
	}
	size := fmt.Sprintf("%d², %d visibilities", p.grid.NX, p.vis.Len())
	return []Row{
		newRow("value and gradient, "+size+" / "+name, "ms", pairs).atMost(target),
		newRow("peak memory of that, from start to end / "+name, "MiB", []pair{memory}),
	}, nil
}

// quadratic returns ½χ² of a problem.
func quadratic(p *problem) (*measure.Quadratic, error) {
	gram, err := measure.NewGram(p.grid, p.vis)
	if err != nil {
		return nil, err
	}
	return measure.NewQuadratic(gram)
}
