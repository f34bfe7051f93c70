package main

import "time"

// paired runs ours and peer in turn, after one turn that does not count.
func paired(runs int, ours, peer func() (float64, error)) ([]pair, error) {
	var pairs []pair
	for run := range runs + 1 {
		x, err := ours()
		if err != nil {
			return nil, err
		}
		y, err := peer()
		if err != nil {
			return nil, err
		}
		if run > 0 {
			pairs = append(pairs, pair{x, y})
		}
	}
	return pairs, nil
}

// timed returns the mean time of n calls of f in units of unit.
func timed(n int, unit time.Duration, f func() error) (float64, error) {
	start := time.Now()
	for range n {
		if err := f(); err != nil {
			return 0, err
		}
	}
	return float64(time.Since(start)) / float64(n) / float64(unit), nil
}
