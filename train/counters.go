package train

import (
	"fmt"

	"fringe/checkpoints"
)

// counters are the numbers of a state.
type counters struct {
	step         int     // updates made
	lossSum      float64 // over the steps since the last report
	lossCount    int
	best         float64 // largest value of the monitored metric
	bestStep     int     // 0 before the first validation
	stale        int     // validations since then
	plateauScale float64 // factor of the learning rate that the plateaus so far made
	plateauStale int     // validations since the last plateau or the best one
}

// The numbers of a state are one tensor of the checkpoint, the last one.
const (
	numbersName = "numbers"
	numbersLen  = 8
)

// tensor returns the numbers.
func (c counters) tensor() checkpoints.Tensor {
	return checkpoints.NewTensor(numbersName, []float64{
		float64(c.step), c.lossSum, float64(c.lossCount), c.best, float64(c.bestStep),
		float64(c.stale), c.plateauScale, float64(c.plateauStale),
	}, numbersLen)
}

// splitState parts the tensors of a state file from the numbers.
func splitState(all []checkpoints.Tensor) (tensors []checkpoints.Tensor, c counters, err error) {
	last := len(all) - 1
	if last < 0 || all[last].Name != numbersName {
		return nil, c, fmt.Errorf("tensor %q is missing from the state", numbersName)
	}
	n, err := checkpoints.Values[float64](all[last])
	if err != nil {
		return nil, c, err
	}
	if len(n) != numbersLen {
		return nil, c, fmt.Errorf("tensor %q has %d values, must have %d", numbersName, len(n), numbersLen)
	}
	return all[:last], counters{
		step: int(n[0]), lossSum: n[1], lossCount: int(n[2]), best: n[3], bestStep: int(n[4]),
		stale: int(n[5]), plateauScale: n[6], plateauStale: int(n[7]),
	}, nil
}
