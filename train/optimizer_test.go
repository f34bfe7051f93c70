package train_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fringe/internal/torch"
	"fringe/train"
)

// quartic is the task to minimise Σ aw²/2 + w⁴/4.
type quartic struct{ params []torch.Param }

func newQuartic(t *testing.T) *quartic {
	t.Helper()
	q := &quartic{}
	err := torch.Do(func(s *torch.Scope) error {
		w := s.Keep(s.RequireGrad(s.FromFloat64s([]float64{1, -2, 0.3, 0}, 4)))
		q.params = []torch.Param{{Name: "w", Tensor: w}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.params[0].Tensor.Drop)
	return q
}

func (q *quartic) Params() []torch.Param { return q.params }

func (q *quartic) Loss(s *torch.Scope, _ int) (loss *torch.Tensor, err error) {
	defer torch.Catch(&err)
	square := s.Square(q.params[0].Tensor)
	curve := s.FromFloat64s([]float64{0.5, 0.1, 1.5, 0.25}, 4)
	return s.Sum(s.Add(s.Mul(curve, square), s.MulScalar(s.Square(square), 0.25))), nil
}

// testdata/optimizers.py made the paths with PyTorch 2.1.2.
func TestOptimizersFollowPyTorch(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "optimizers.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name                        string
		WeightDecay                 float64 `json:"weight_decay"`
		Momentum, Beta1, Beta2, Eps float64
		Nesterov                    bool
		Path                        [][]float64
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		task, live := newQuartic(t), torch.Live()
		cfg := train.LoopConfig{
			Steps: 20, Batch: 1, LearningRate: 0.05, WeightDecay: c.WeightDecay, ClipNorm: 1e9, ReportEvery: 1,
			Schedule:  train.ScheduleConfig{Name: "constant"},
			Optimizer: train.OptimizerConfig{Name: c.Name, Momentum: c.Momentum, Nesterov: c.Nesterov, Beta1: c.Beta1, Beta2: c.Beta2, Eps: c.Eps},
		}
		watch := train.Hook{Name: "watch", Do: func(r train.Report) error {
			return torch.Do(func(s *torch.Scope) error {
				for i, w := range s.Float64s(task.params[0].Tensor) {
					// The same formulas in float64: a few roundings in each of 20 steps.
					if want := c.Path[r.Step-1][i]; math.Abs(w-want) > 1e-13 {
						t.Errorf("%+v, step %d: w[%d] = %.16g, PyTorch has %.16g", cfg.Optimizer, r.Step, i, w, want)
					}
				}
				return nil
			})
		}}
		result, err := train.Run(context.Background(), cfg, task, func(step int) (int, error) { return step, nil }, watch)
		if err != nil || result.Step != 20 {
			t.Fatalf("%+v: %+v, %v", cfg.Optimizer, result, err)
		}
		if now := torch.Live(); now != live {
			t.Errorf("%s: %d tensors live after, %d before", c.Name, now, live)
		}
	}
	if len(cases) != 8 {
		t.Errorf("%d cases, want 8", len(cases))
	}
}

func TestOptimizerErrorsNameTheField(t *testing.T) {
	for want, c := range map[string]train.OptimizerConfig{
		`optimizer.name is "lion", must be`:        {Name: "lion"},
		"optimizer.momentum is 0.9, but Adam's is": {Momentum: 0.9},
		"nesterov needs name: sgd":                 {Name: "sgd", Nesterov: true},
		"sgd has no beta1":                         {Name: "sgd", Beta2: 0.9},
		"optimizer.beta1 is NaN":                   {Beta1: math.NaN()},
	} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
