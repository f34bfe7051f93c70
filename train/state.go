package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"fringe/checkpoints"
	"fringe/internal/torch"
)

// state is all that changes while a run goes on.
type state struct {
	params       []torch.Param   // what the optimizer changes
	weights, ema []torch.Param   // params and buffers, and their moving average
	running      [][]torch.Param // what the optimizer remembers, slot by slot
	step         int             // updates made
	lossSum      float64         // over the steps since the last report
	lossCount    int
	best         float64 // largest value of the monitored metric
	bestStep     int     // 0 before the first validation
	stale        int     // validations since then

	plateauScale float64            // factor of the learning rate that the plateaus so far made
	plateauStale int                // validations since the last plateau or the best one
	metrics      map[string]float64 // of the last validation
}

// newState returns the state before the first step. Its tensors belong to s.
func newState(s *torch.Scope, params, buffers []torch.Param, slots []string) *state {
	st := &state{params: params, weights: slices.Concat(params, buffers), best: math.Inf(-1), plateauScale: 1}
	copies := func(of []torch.Param, prefix string, scale float64) (out []torch.Param) {
		s.NoGrad(func() {
			for _, p := range of {
				out = append(out, torch.Param{Name: prefix + p.Name, Tensor: s.MulScalar(s.Detach(p.Tensor), scale)})
			}
		})
		return out
	}
	st.ema = copies(st.weights, "", 1)
	for _, prefix := range slots {
		st.running = append(st.running, copies(params, prefix, 0))
	}
	return st
}

// The numbers of a state in the checkpoint, in this order.
const (
	numbersName = "numbers"
	numbersLen  = 8
	staleAt     = 5
)

// splitState parts the tensors of a state file from the numbers, which are the last of them.
func splitState(all []checkpoints.Tensor) (tensors []checkpoints.Tensor, numbers []float64, err error) {
	last := len(all) - 1
	if last < 0 || all[last].Name != numbersName {
		return nil, nil, fmt.Errorf("tensor %q is missing from the state", numbersName)
	}
	if numbers, err = checkpoints.Values[float64](all[last]); err != nil {
		return nil, nil, err
	}
	if len(numbers) != numbersLen {
		return nil, nil, fmt.Errorf("tensor %q has %d values, must have %d", numbersName, len(numbers), numbersLen)
	}
	return all[:last], numbers, nil
}

// saved returns the training state beside the averaged weights. Weights get a prefix, as their names are those of the
// averaged ones.
func (st *state) saved() ([]checkpoints.Tensor, error) {
	numbers := []float64{
		float64(st.step), st.lossSum, float64(st.lossCount), st.best, float64(st.bestStep),
		float64(st.stale), st.plateauScale, float64(st.plateauStale),
	}
	out, err := checkpoints.Gather(st.tensors())
	if err != nil {
		return nil, err
	}
	return append(out, checkpoints.NewTensor(numbersName, numbers, numbersLen)), nil
}

// tensors returns the tensors of the state file.
func (st *state) tensors() []torch.Param {
	var all []torch.Param
	for _, p := range st.weights {
		all = append(all, torch.Param{Name: "weights." + p.Name, Tensor: p.Tensor})
	}
	return append(all, slices.Concat(st.running...)...)
}

// save writes the checkpoint of the run.
func (st *state) save(dir string, m checkpoints.Manifest) error {
	m.Step, m.Metrics = st.step, st.metrics
	weights, err := checkpoints.Gather(st.ema)
	if err != nil {
		return err
	}
	more, err := st.saved()
	if err != nil {
		return err
	}
	return checkpoints.Save(dir, m, weights, more)
}

// BestName is the folder in a run with the averaged weights of the best validation.
const BestName = "best"

// saveBest writes the averaged weights alone.
func (st *state) saveBest(dir string, m checkpoints.Manifest) error {
	m.Step, m.Metrics = st.step, st.metrics
	weights, err := checkpoints.Gather(st.ema)
	if err != nil {
		return err
	}
	return checkpoints.Save(filepath.Join(dir, BestName), m, weights, nil)
}

// resume replaces the state by that of the checkpoint in dir, which must come from the same config, and what run says of the data by
// what was said when it started.
func (st *state) resume(dir string, run *checkpoints.Manifest) error {
	m, weights, err := checkpoints.Load(dir)
	if err != nil {
		return err
	}
	if err := sameRun(m, *run); err != nil {
		return fmt.Errorf("train: resume from %q: %w", dir, err)
	}
	_, tensors, err := checkpoints.LoadState(dir)
	if err != nil {
		return err
	}
	tensors, numbers, err := splitState(tensors)
	if err != nil {
		return fmt.Errorf("train: resume from %q: %w", dir, err)
	}
	if err := errors.Join(checkpoints.Assign(st.ema, weights), checkpoints.Assign(st.tensors(), tensors)); err != nil {
		return fmt.Errorf("train: resume from %q: %w", dir, err)
	}
	st.step, st.lossSum, st.lossCount = int(numbers[0]), numbers[1], int(numbers[2])
	st.best, st.bestStep, st.metrics = numbers[3], int(numbers[4]), m.Metrics
	run.Data = m.Data
	st.stale, st.plateauScale, st.plateauStale = int(numbers[staleAt]), numbers[6], int(numbers[7])
	return nil
}

// Resumed returns the manifest of the run in dir that a run with the manifest want would go on from, or says why it would not.
func Resumed(dir string, want checkpoints.Manifest) (checkpoints.Manifest, error) {
	m, err := checkpoints.LoadManifest(dir)
	if err != nil {
		return m, err
	}
	if err := sameRun(m, want); err != nil {
		return m, fmt.Errorf("train: resume from %q: %w", dir, err)
	}
	return m, nil
}

// ended reports whether the run in dir has nothing left to do: all steps are made, or loop.patience ended it. Of a run whose state cannot be read that is
// not known, and resuming says why.
func ended(dir string, m checkpoints.Manifest) bool {
	var c struct {
		Loop struct{ Steps, Patience int }
	}
	if json.Unmarshal(m.Config, &c) != nil {
		return false
	}
	if c.Loop.Steps > 0 && m.Step >= c.Loop.Steps {
		return true
	}
	if c.Loop.Patience == 0 {
		return false
	}
	_, tensors, err := checkpoints.LoadState(dir)
	if err != nil {
		return false
	}
	_, numbers, err := splitState(tensors)
	return err == nil && int(numbers[staleAt]) >= c.Loop.Patience
}

// sameRun says how the run of a checkpoint differs from the run that is wanted.
func sameRun(got, want checkpoints.Manifest) error {
	if got.Kind != want.Kind || got.Seed != want.Seed {
		return fmt.Errorf("it is %s with seed %d, the config asks for %s with seed %d", KindName(got.Kind), got.Seed, KindName(want.Kind), want.Seed)
	}
	var a, b map[string]any
	if err := errors.Join(decodeExactly(got.Config, &a), decodeExactly(want.Config, &b)); err != nil {
		return fmt.Errorf("read field config: %w", err)
	}
	if field := difference(a, b, ""); field != "" {
		return fmt.Errorf("it was trained with another config (%s differs); resume with the same one, or start in another folder", field)
	}
	return nil
}
