package main

import "math"

// truth compares the reduced χ² of the true image: 1 within the noise for an exact model of the data. MPoL's fast loss moves
// every visibility to the nearest cell, and its own truth does not fit.
func truth(s *session) ([]Row, error) {
	p, err := s.imaging()
	if err != nil {
		return nil, err
	}
	q, err := quadratic(p)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	half, err := q.ValueGrad(nil, p.truth())
	if err != nil {
		return nil, err
	}
	mpol, err := s.peer("mpol_chi2.py", s.dir, "gridded")
	if err != nil {
		return nil, err
	}
	defer mpol.close()
	gridded, err := mpol.ask("truth")
	if err != nil {
		return nil, err
	}
	row := newRow("reduced χ² of the true image / MPoL gridded", "", []pair{{half / float64(p.vis.Len()), gridded}})
	row.Target, row.Met = "ours within 1 ± 0.01", math.Abs(row.Ours-1) <= 0.01
	return []Row{row}, nil
}
