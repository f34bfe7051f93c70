package checkpoints_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fringe/checkpoints"
	"fringe/internal/torch"
)

// What is not finite is never a checkpoint, and of two tensors of one name none is taken.
func TestBadTensorsAreRefused(t *testing.T) {
	err := torch.Do(func(s *torch.Scope) error {
		for _, v := range []float64{math.NaN(), math.Inf(-1)} {
			x := s.FromFloat64s([]float64{1, v}, 2)
			for _, x := range []*torch.Tensor{x, s.To(x, torch.Float32)} {
				if _, err := checkpoints.Gather([]torch.Param{{Name: "down.weight", Tensor: x}}); err == nil || !strings.Contains(err.Error(), `tensor "down.weight": value 1 is `) {
					t.Errorf("value %g: %v", v, err)
				}
			}
		}
		w := s.FromFloat64s([]float64{7}, 1)
		twice := []checkpoints.Tensor{checkpoints.NewTensor("w", []float64{1}, 1), checkpoints.NewTensor("w", []float64{2}, 1)}
		if err := checkpoints.Assign([]torch.Param{{Name: "w", Tensor: w}}, twice); err == nil || !strings.Contains(err.Error(), `tensor "w" is there twice`) || s.Item(w) != 7 {
			t.Errorf("a name twice: %v, and w is %g", err, s.Item(w))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestGatherAndAssign(t *testing.T) {
	before := torch.Live()
	err := torch.Do(func(s *torch.Scope) error {
		from := []torch.Param{{Name: "w", Tensor: s.FromFloat32s([]float32{1, 2, 3, 4}, 2, 2)}, {Name: "b", Tensor: s.FromFloat64s([]float64{5}, 1)}}
		to := []torch.Param{{Name: "b", Tensor: s.Zeros(torch.Float64, 1)}, {Name: "w", Tensor: s.Zeros(torch.Float32, 2, 2)}}
		ts, err := checkpoints.Gather(from)
		if err != nil {
			return err
		}
		if err := checkpoints.Assign(to, ts); err != nil {
			return err
		}
		if got := append(s.Float64s(to[1].Tensor), s.Float64s(to[0].Tensor)...); !cmp.Equal(got, []float64{1, 2, 3, 4, 5}) {
			t.Errorf("after Assign: %v", got)
		}
		for _, tt := range []struct {
			params []torch.Param
			want   string
		}{
			{to[:1], `tensor "w" is unknown to the network`},
			{append(to[:2:2], torch.Param{Name: "x", Tensor: s.Zeros(torch.Float32, 1)}), `tensor "x" is missing`},
			{[]torch.Param{to[0], {Name: "w", Tensor: s.Zeros(torch.Float32, 4)}}, `tensor "w" has shape [2 2], the network needs [4]`},
			{[]torch.Param{to[0], {Name: "w", Tensor: s.Zeros(torch.Float64, 2, 2)}}, `tensor "w" is F32, the network needs F64`},
		} {
			if err := checkpoints.Assign(tt.params, ts); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Assign: error %v, want %q", err, tt.want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if after := torch.Live(); after != before {
		t.Errorf("%d tensors live after, %d before", after, before)
	}
}
