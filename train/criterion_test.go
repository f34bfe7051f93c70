package train_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"fringe/internal/torch"
	"fringe/train"
)

// fixed is a network that always paints the same image.
type fixed struct{ image []float64 }

func (fixed) Params() []torch.Param { return nil }

func (f fixed) Forward(s *torch.Scope, x, _ *torch.Tensor) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return s.To(s.FromFloat64s(f.image, x.Shape()...), torch.Float32), nil
}

// Each loss against a plain loop over the pixels, on two images with noise of 0.1 and 0.4.
func TestLossesAreTheirFormulas(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const side, n = 32, 32 * 32
	b := train.DenoisingBatch{Side: side, Sigma: []float32{0.1, 0.4}}
	out := make([]float64, 2*n)
	for i := range out {
		b.Clean = append(b.Clean, float32(rng.Float64()))
		out[i] = float64(float32(float64(b.Clean[i]) + 0.2*rng.NormFloat64()))
	}
	b.Noisy = b.Clean
	mean := func(f func(e, sigma float64) float64) (sum float64) {
		for i := range out {
			sum += f(out[i]-float64(b.Clean[i]), float64(b.Sigma[i/n])) / (2 * n)
		}
		return sum
	}
	clean := make([]float64, len(out))
	for i, v := range b.Clean {
		clean[i] = float64(v)
	}
	logarithm := func(k int) float64 { // of the mean square error of image k, in units of its noise
		sum := 0.0
		for i := k * n; i < (k+1)*n; i++ {
			e := (out[i] - float64(b.Clean[i])) / float64(b.Sigma[k])
			sum += e * e / n
		}
		return math.Log(sum)
	}
	ssim := 1 - (plainSSIM(out[:n], clean[:n], side)+plainSSIM(out[n:], clean[n:], side))/2
	for _, tt := range []struct {
		loss train.LossConfig
		want float64
	}{
		{train.LossConfig{}, mean(func(e, s float64) float64 { return e * e / s / s })},
		{train.LossConfig{Name: "mse", Form: "image"}, mean(func(e, s float64) float64 { return e * e })},
		{train.LossConfig{Name: "mse", Form: "image", SigmaPower: 2}, mean(func(e, s float64) float64 { return e * e / s / s })},
		{train.LossConfig{Name: "l1"}, mean(func(e, s float64) float64 { return math.Abs(e) / s })},
		{train.LossConfig{Name: "l1", Form: "image", SigmaPower: -1}, mean(func(e, s float64) float64 { return math.Abs(e) * s })},
		{train.LossConfig{Name: "charbonnier", Form: "image", Epsilon: 0.1}, mean(func(e, s float64) float64 { return math.Hypot(e, 0.1) - 0.1 })},
		{train.LossConfig{Name: "charbonnier"}, mean(func(e, s float64) float64 { return math.Hypot(e/s, 1e-3) - 1e-3 })},
		{train.LossConfig{Name: "log_mse"}, (logarithm(0) + logarithm(1)) / 2},
		{train.LossConfig{Name: "ssim"}, ssim},
	} {
		task, err := train.NewDenoising(fixed{out}, train.DenoisingConfig{Pixels: side, Validation: 1, Loss: tt.loss}, 1)
		if err != nil {
			t.Fatal(err)
		}
		live := torch.Live()
		err = torch.Do(func(s *torch.Scope) error {
			loss, err := task.Loss(s, b)
			if err != nil {
				return err
			}
			// Sums of 2048 float32 numbers; a logarithm may be near zero, where their rounding is absolute.
			if got := s.Item(loss); math.Abs(got-tt.want) > 1e-5*math.Abs(tt.want)+1e-6 {
				t.Errorf("%+v: loss %g, want %g", tt.loss, got, tt.want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if now := torch.Live(); now != live {
			t.Errorf("%+v: %d tensors live after, %d before", tt.loss, now, live)
		}
	}
}

func TestLossErrorsNameTheField(t *testing.T) {
	for want, c := range map[string]train.LossConfig{
		`loss.name is "huber", must be`:   {Name: "huber"},
		`loss.form is "noise"`:            {Form: "noise"},
		"loss.form is residual, but ssim": {Name: "ssim", Form: "residual"},
		"loss.sigma_power is NaN":         {SigmaPower: math.NaN()},
		"loss.sigma_power is 1, but log_": {Name: "log_mse", SigmaPower: 1},
		"loss.epsilon is 0.1, must be":    {Epsilon: 0.1},
	} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
