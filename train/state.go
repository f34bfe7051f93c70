package train

import (
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
	counters
	metrics map[string]float64 // of the last validation
}

// newState returns the state before the first step. Its tensors belong to s.
func newState(s *torch.Scope, params, buffers []torch.Param, slots []string) *state {
	st := &state{params: params, weights: slices.Concat(params, buffers), counters: counters{best: math.Inf(-1), plateauScale: 1}}
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

// saved returns the training state beside the averaged weights. Weights get a prefix, as their names are those of the
// averaged ones.
func (st *state) saved() ([]checkpoints.Tensor, error) {
	out, err := checkpoints.Gather(st.tensors())
	if err != nil {
		return nil, err
	}
	return append(out, st.counters.tensor()), nil
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
	if err := sameRun(dir, m, *run); err != nil {
		return err
	}
	_, tensors, err := checkpoints.LoadState(dir)
	if err != nil {
		return err
	}
	tensors, saved, err := splitState(tensors)
	if err != nil {
		return fmt.Errorf("train: resume from %q: %w", dir, err)
	}
	if err := errors.Join(checkpoints.Assign(st.ema, weights), checkpoints.Assign(st.tensors(), tensors)); err != nil {
		return fmt.Errorf("train: resume from %q: %w", dir, err)
	}
	st.counters, st.metrics, run.Data = saved, m.Metrics, m.Data
	return nil
}
