package infer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

// SearchStrengths finds the strengths with the lowest mean held-out score by a coordinate search in their logarithms, from
// coarse to fine: it multiplies or divides one strength by the step as long as that lowers the score by more than its errors, as
// [StrongestAlike] has them; then the next strength. When no strength can be improved, the step becomes its square root (see [CVConfig]),
// but not of a strength whose score is the same, within those errors, a step above and a step below: what lies between cannot be told apart.
// Two strengths take about a dozen candidates. Fits start from the images of the best candidate so far. It finds a local minimum; the score
// is usually a smooth valley. Cancelling is as for [CrossValidate].
func SearchStrengths(ctx context.Context, v Validation, start []float64, c CVConfig) (*CVTable, error) {
	if len(start) == 0 {
		return nil, errors.New("infer: cross-validation without a strength to search")
	}
	for i, s := range start {
		if !(s > 0) || !finite(s) {
			return nil, fmt.Errorf("infer: cross-validation starts with strength %d of %g, must be positive: the search multiplies it", i, s)
		}
	}
	r, err := newValidator(v, c, start)
	if err != nil {
		return nil, err
	}
	s := &search{validator: r, start: start, seen: map[string]int{}}
	// A range that is a whole number of steps includes its end; logarithms miss it by rounding.
	s.limit = int(math.Floor(math.Log(r.c.Range)/math.Log(r.c.Step)*float64(s.units()) + 1e-9))
	stop, err := s.run(ctx)
	if err != nil {
		return nil, err
	}
	table, err := r.finish(ctx, stop)
	if err != nil {
		return nil, err
	}
	for i, at := range s.positions[table.Chosen] {
		if at+1 > s.limit || at-1 < -s.limit {
			table.AtLimit = append(table.AtLimit, i)
		}
	}
	return table, nil
}

// search walks on a lattice: strength i is start·Step^(at[i]/units), so that a candidate is never tried twice.
type search struct {
	*validator
	start     []float64
	limit     int // largest |at|
	at        []int
	images    [][]float64    // of the candidate at, by fold
	seen      map[string]int // index in the table of the candidate at a position
	positions [][]int        // of the candidates in the table
}

// units is the first step on the lattice; the last one is 1.
func (s *search) units() int { return 1 << s.c.Refinements }

func (s *search) run(ctx context.Context) (Stop, error) {
	if _, err := s.move(ctx, make([]int, len(s.start))); err != nil || s.images == nil {
		return Cancelled, err
	}
	settled := make([]bool, len(s.start))
	for step := s.units(); step >= 1; step /= 2 {
		for improved := true; improved; {
			improved = false
			for i := range s.start {
				if settled[i] = settled[i] || s.flat(i, 2*step); settled[i] {
					continue
				}
				moved, err := s.line(ctx, i, step)
				if err != nil {
					return "", err
				}
				if moved {
					improved = true
					clear(settled)
				}
			}
		}
	}
	if len(s.table.Candidates) == s.c.MaxCandidates {
		return IterationCap, nil
	}
	return Converged, nil
}

// flat reports whether candidates a step above and a step below in strength i were tried, and neither can be told from where the search is.
func (s *search) flat(i, step int) bool {
	for _, direction := range []int{step, -step} {
		to := slices.Clone(s.at)
		to[i] += direction
		k, tried := s.seen[fmt.Sprint(to)]
		if !tried || !s.alike(k) {
			return false
		}
	}
	return true
}

// alike reports whether a candidate cannot be told from where the search is.
func (s *search) alike(k int) bool {
	return s.table.Candidates[k].alike(s.table.Candidates[s.seen[fmt.Sprint(s.at)]])
}

// line improves strength i by steps of one length, up or down, and reports whether it did.
func (s *search) line(ctx context.Context, i, step int) (moved bool, err error) {
	for _, direction := range []int{step, -step} {
		for {
			to := slices.Clone(s.at)
			to[i] += direction
			better, err := s.move(ctx, to)
			if err != nil {
				return moved, err
			}
			if !better {
				break
			}
			moved = true
		}
		if moved {
			break
		}
	}
	return moved, nil
}

// move tries a candidate and goes there if it is better by more than the error. One that was tried before, lies beyond the limit or is one too many is not.
func (s *search) move(ctx context.Context, to []int) (better bool, err error) {
	key := fmt.Sprint(to)
	if _, seen := s.seen[key]; seen || len(s.table.Candidates) == s.c.MaxCandidates || slices.Max(to) > s.limit || slices.Min(to) < -s.limit || ctx.Err() != nil {
		return false, nil
	}
	strengths := make([]float64, len(to))
	for i := range to {
		strengths[i] = s.start[i] * math.Pow(s.c.Step, float64(to[i])/float64(s.units()))
	}
	images, done, err := s.try(ctx, strengths, s.images)
	if err != nil || !done {
		return false, err
	}
	k := len(s.table.Candidates) - 1
	s.positions, s.seen[key] = append(s.positions, to), k
	if k > 0 && (s.alike(k) || s.table.Candidates[k].Mean >= s.table.Candidates[s.seen[fmt.Sprint(s.at)]].Mean) {
		return false, nil
	}
	s.at, s.images = to, images
	return true, nil
}
