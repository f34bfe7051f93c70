package train

import (
	"fmt"
	"slices"

	"fringe/data"
	"fringe/measure"
	"fringe/radio"
)

// Observed is a batch of simulated observations in network units (see measure.Scaled), in host memory.
type Observed struct {
	Grid     radio.Grid
	Problems []measure.Scaled
	Truth    []float32 // [batch, 1, ny, nx]
	Peak     []float32 // [batch, 1, 1, 1], the largest pixel of each truth
}

// Len returns the number of examples.
func (o *Observed) Len() int { return len(o.Peak) }

// Observations makes batches of observed skies.
type Observations struct {
	Pairs      data.PairConfig
	Systematic float64 // fraction of each amplitude added to its noise, as in imaging; see radio.WithSystematic
	Batch      int
}

// BatchOf returns the batch of one step of a split: examples step·Batch, step·Batch + 1, …. It depends on nothing else and
// touches no tensors, so loader goroutines may call it.
func (o Observations) BatchOf(split data.Split, step int) (*Observed, error) {
	b := &Observed{Grid: o.Pairs.Grid()}
	for i := range o.Batch {
		pair, err := o.Pairs.Pair(split, uint64(step*o.Batch+i))
		if err != nil {
			return nil, err
		}
		if err := b.add(pair, o.Systematic); err != nil {
			return nil, fmt.Errorf("train: %s example %d: %w", split, pair.Index, err)
		}
	}
	return b, nil
}

// add appends an example.
func (o *Observed) add(p data.Pair, systematic float64) error {
	gram, err := measure.NewGram(p.Grid, p.Vis.WithSystematic(systematic))
	if err != nil {
		return err
	}
	scaled, err := gram.NetworkUnits()
	if err != nil {
		return err
	}
	o.Problems = append(o.Problems, scaled)
	for _, v := range p.Truth {
		o.Truth = append(o.Truth, float32(v/scaled.Scale))
	}
	o.Peak = append(o.Peak, float32(slices.Max(p.Truth)/scaled.Scale))
	return nil
}
