package models_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"fringe/internal/torch"
	"fringe/models"
)

func TestUntrainedDenoiserIsTheIdentity(t *testing.T) {
	net, err := models.NewDenoiser(models.UNetConfig{Width: 8}, rng())
	if err != nil {
		t.Fatal(err)
	}
	defer net.Drop()
	do(t, func(s *torch.Scope) error {
		for _, x := range []*torch.Tensor{
			s.FromFloat64s(normals(rng(), 31*17), 1, 1, 31, 17),
			s.Zeros(torch.Float32, 2, 1, 8, 8),
		} {
			for _, sigma := range []float64{0, 0.1} {
				y, err := net.Denoise(s, x, sigma)
				if err != nil {
					return err
				}
				if y.DType() != x.DType() {
					t.Errorf("element type %v, want %v", y.DType(), x.DType())
				}
				// The network computes in float32: one rounding of values below 4.
				if d := maxAbs(s.Float64s(s.Sub(y, x))); !(d < 4e-7) {
					t.Errorf("untrained denoiser at sigma %g changes the image by %g", sigma, d)
				}
			}
		}
		return nil
	})
}

func TestDenoiserScalesWithTheUnit(t *testing.T) {
	net, err := models.NewDenoiser(models.UNetConfig{Width: 8, Float64: true}, rng())
	if err != nil {
		t.Fatal(err)
	}
	defer net.Drop()
	do(t, func(s *torch.Scope) error {
		r := rng()
		for _, p := range net.Params() {
			if strings.HasPrefix(p.Name, "out.") {
				s.Copy(p.Tensor, s.FromFloat64s(normals(r, int64(p.Tensor.Len())), p.Tensor.Shape()...))
			}
		}
		x := s.FromFloat64s(normals(r, 16*16), 1, 1, 16, 16)
		one, err := net.Denoise(s, x, 0.5)
		if err != nil {
			return err
		}
		two, err := net.Denoise(s, s.MulScalar(x, 2), 1)
		if err != nil {
			return err
		}
		// The guard 1e-5 under the root of the first normalisation, against variances of about 0.1 that the factor 2 makes 0.4,
		// is all that breaks the scaling: by ½·1e-5·(1/0.1 − 1/0.4) = 4e-5. Twice that and a little is allowed.
		d := maxAbs(s.Float64s(s.Sub(two, s.MulScalar(one, 2)))) / maxAbs(s.Float64s(s.Sub(x, one)))
		if d > 1e-4 {
			t.Errorf("D(2x, 2σ) differs from 2·D(x, σ) by %g of what D removes", d)
		}
		return nil
	})
}

// The denoiser is the image minus noise: a U-net that adds the image itself is refused. So are noise levels that are not one number for each image.
func TestDenoiserRefusesWhatBreaksItsContract(t *testing.T) {
	if _, err := models.NewDenoiser(models.UNetConfig{Width: 8, Residual: true}, rng()); err == nil || !strings.Contains(err.Error(), "residual") {
		t.Errorf("residual: %v", err)
	}
	net, err := models.NewDenoiser(models.UNetConfig{Width: 8, Pools: 1}, rng())
	if err != nil {
		t.Fatal(err)
	}
	defer net.Drop()
	do(t, func(s *torch.Scope) error {
		x := s.Zeros(torch.Float32, 2, 1, 8, 8)
		for _, shape := range [][]int64{{3, 1, 1, 1}, {2, 1, 8, 8}, {2}} {
			if _, err := net.Forward(s, x, s.Zeros(torch.Float32, shape...)); err == nil || !strings.Contains(err.Error(), "denoiser noise level has shape") {
				t.Errorf("noise level of shape %v: %v", shape, err)
			}
		}
		return nil
	})
}

func TestErrorsNameTheField(t *testing.T) {
	tests := []struct {
		c    models.UNetConfig
		want string
	}{
		{models.UNetConfig{Width: -1}, "width is -1, must be between 1 and 512"},
		{models.UNetConfig{Pools: 9}, "pools is 9, must be between 1 and 6"},
		{models.UNetConfig{Width: 20}, "groups is 8, must divide width 20"},
		{models.UNetConfig{Activation: "tanh"}, `activation is "tanh", must be silu or leaky_relu`},
		{models.UNetConfig{Norm: "batch"}, `norm is "batch", must be group, instance or none`},
		{models.UNetConfig{Layout: "rows"}, `layout is "rows", must be plain, channels_last or auto`},
		{models.UNetConfig{In: 3}, "denoiser has 3 input"},
	}
	for _, tt := range tests {
		_, err := models.NewDenoiser(tt.c, rng())
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("NewDenoiser(%+v): error %v, want one with %q", tt.c, err, tt.want)
		}
	}
}

func TestWrongInputsAreErrors(t *testing.T) {
	net, err := models.NewDenoiser(models.UNetConfig{Width: 8}, rng())
	if err != nil {
		t.Fatal(err)
	}
	defer net.Drop()
	do(t, func(s *torch.Scope) error {
		for _, shape := range [][]int64{{8, 8}, {1, 2, 8, 8}, {1, 1, 0, 8}} {
			if _, err := net.Denoise(s, s.Zeros(torch.Float32, shape...), 0.1); err == nil {
				t.Errorf("shape %v is accepted", shape)
			}
		}
		for _, sigma := range []float64{-1, math.NaN(), math.Inf(1)} {
			if _, err := net.Denoise(s, s.Zeros(torch.Float32, 1, 1, 8, 8), sigma); err == nil || !strings.Contains(err.Error(), "sigma") {
				t.Errorf("sigma %g: error %v", sigma, err)
			}
		}
		return nil
	})
}

func TestDenoiseRecordsNoGradient(t *testing.T) {
	net, err := models.NewDenoiser(models.UNetConfig{Width: 8}, rng())
	if err != nil {
		t.Fatal(err)
	}
	defer net.Drop()
	do(t, func(s *torch.Scope) error {
		y, err := net.Denoise(s, s.Zeros(torch.Float32, 1, 1, 8, 8), 0.1)
		if err != nil {
			return err
		}
		failed := torch.Do(func(*torch.Scope) error { s.Grad(s.Sum(y), []*torch.Tensor{net.Params()[0].Tensor}, false); return nil })
		if failed == nil {
			t.Error("the result of Denoise has a gradient")
		}
		return nil
	})
	if got := net.Config(); !slices.Equal([]int{got.In, got.Out, got.Width, got.Pools}, []int{2, 1, 8, 3}) {
		t.Errorf("Config() = %+v", got)
	}
}
