package infer

import (
	"context"
	"errors"
	"fmt"

	"fringe/internal/torch"
	"fringe/measure"
	"fringe/radio"
)

// GradientConfig sets up [GradientDescent]. The zero value works.
type GradientConfig struct {
	Steps    int     `yaml:"steps" json:"steps"`         // 0 for 100
	StepSize float64 `yaml:"step_size" json:"step_size"` // η·Norm, must lie below 2; 0 for 1
	Signed   bool    `yaml:"signed" json:"signed"`       // keep negative pixels instead of setting them to 0 after every step
}

// Validate says which field is wrong.
func (c GradientConfig) Validate() error {
	if c.Steps < 0 {
		return fmt.Errorf("infer: GradientConfig.Steps is %d, must not be negative", c.Steps)
	}
	if !(c.StepSize >= 0 && c.StepSize < 2) {
		return fmt.Errorf("infer: GradientConfig.StepSize is %g, must lie in [0, 2)", c.StepSize)
	}
	return nil
}

// GradientSteps returns x after the given number of steps x ← P(x − η(Nx − b)), where each step is [measure.Step] and P
// sets negative pixels to 0, or does nothing when signed. Shapes and η are those of measure.Step. This is what an unrolled
// network computes when its learned part is zero.
func GradientSteps(s *torch.Scope, n *measure.Normal, x, dirty, eta *torch.Tensor, steps int, signed bool) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	for range steps {
		next, _, err := measure.Step(s, n, x, dirty, eta)
		if err != nil {
			return nil, err
		}
		if !signed {
			next = s.ReLU(next)
		}
		x = next
	}
	return x, nil
}

// GradientDescent images calibrated visibilities without a prior, by projected gradient steps on χ² (Landweber 1951), in
// float64; the number of steps is what regularises. A nil start is a black image. Value is ½χ², and so is Values["vis"].
func GradientDescent(ctx context.Context, g radio.Grid, gram *measure.Gram, start []float64, c GradientConfig, progress func(Step)) (*Result, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	setDefault(&c.Steps, 100)
	setDefault(&c.StepSize, 1)
	if start == nil {
		start = make([]float64, g.Len())
	}
	if gram == nil || gram.Grid != g {
		return nil, errors.New("infer: gradient descent: the Gram belongs to another grid")
	}
	q, err := measure.NewQuadratic(gram)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	p := Problem{Grid: g, Start: start, Progress: progress, Terms: []Part{{Name: "vis", Weight: 1, Term: q}}}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	norm, err := gram.Norm()
	if err != nil {
		return nil, err
	}
	data := &Objective{Parts: p.Terms}
	r, x := newRecord(&p, start), start
	stop, err := outer(ctx, c.Steps, IterationCap, func(k int) (Stop, error) {
		next, err := gradientStep(q, gram, x, c.StepSize/norm, c.Signed)
		if err != nil {
			return "", err
		}
		value, err := data.ValueGrad(nil, next)
		if err != nil {
			return "", err
		}
		x = next
		r.add(Step{Iteration: k + 1, Value: value})
		return "", nil
	})
	if err != nil {
		return nil, err
	}
	r.result.Stop = stop
	return r.result.finish(&p, data, x)
}

// gradientStep takes one step of length eta on the host's image.
func gradientStep(q *measure.Quadratic, gram *measure.Gram, x []float64, eta float64, signed bool) (next []float64, err error) {
	err = torch.Do(func(s *torch.Scope) (err error) {
		s.NoGrad(func() {
			var y *torch.Tensor
			step := s.FromFloat64s([]float64{eta}, 1, 1, 1, 1)
			y, err = GradientSteps(s, q.Normal(), imageTensor(s, gram.Grid, x), imageTensor(s, gram.Grid, gram.Dirty), step, 1, signed)
			if err == nil {
				next = s.Float64s(y)
			}
		})
		return err
	})
	return next, err
}

func imageTensor(s *torch.Scope, g radio.Grid, x []float64) *torch.Tensor {
	return s.FromFloat64s(x, 1, 1, int64(g.NY), int64(g.NX))
}
