package torch_test

import (
	"testing"

	"fringe/internal/torch"
)

// An update works through large tensors in pieces: the bytes are those of updating every pixel row alone, for gradients in any layout.
func TestAdamStepInPieces(t *testing.T) {
	do(t, func(s *torch.Scope) {
		const channels, side = 7, 70 // 34,300 elements, two pieces and a bit
		rule := torch.Adam{LearningRate: 0.1, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: 0.01, Step: 3}
		s.Seed(1)
		draw := func() *torch.Tensor { return s.Normal(torch.Float32, 1, channels, side, side) }
		p, g, m, v := draw(), draw(), draw(), s.Square(draw())
		copies := func(t *torch.Tensor) []*torch.Tensor {
			var rows []*torch.Tensor
			for y := range int64(side) {
				rows = append(rows, s.AddScalar(s.Narrow(t, 2, y, 1), 0))
			}
			return rows
		}
		ps, gs, ms, vs := copies(p), copies(g), copies(m), copies(v)
		s.AdamStep(rule, ps, gs, ms, vs)
		one := func(t *torch.Tensor) []*torch.Tensor { return []*torch.Tensor{t} }
		s.AdamStep(rule, one(p), one(s.ChannelsLast(g)), one(m), one(v))
		for i, pair := range [][2]*torch.Tensor{{p, s.Cat(2, ps...)}, {m, s.Cat(2, ms...)}, {v, s.Cat(2, vs...)}} {
			if !equal(s.Float64s(pair[0]), s.Float64s(pair[1])) {
				t.Errorf("tensor %d of parameters, m and v differs from that of single rows", i)
			}
		}
	})
}
