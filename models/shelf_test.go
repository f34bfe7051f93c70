package models_test

import (
	"math"
	"strings"
	"testing"

	"fringe/internal/torch"
	"fringe/models"
)

// As the papers and their authors' programs count them. The large networks cost a second each.
func TestParameterCounts(t *testing.T) {
	tests := []struct {
		name  string
		make  func() (network, error)
		want  int
		large bool
	}{
		{"fastMRI U-net", func() (network, error) { return models.NewUNet(models.FastMRIUNet(32, 4), rng()) }, 7_756_097, true},
		{"DnCNN-17", func() (network, error) { return models.NewDnCNN(models.DnCNNConfig{}, rng()) }, 555_137, false},
		{"DnCNN-17 with batch norm", func() (network, error) { return models.NewDnCNN(models.DnCNNConfig{BatchNorm: true}, rng()) }, 557_057, false},
		{"DnCNN-20", func() (network, error) { return models.NewDnCNN(models.DnCNNConfig{Depth: 20}, rng()) }, 665_921, false},
		{"DRUNet", func() (network, error) { return models.NewDRUNet(models.DRUNetConfig{}, rng()) }, 32_638_656, true},
		{"small DRUNet", func() (network, error) { return models.NewDRUNet(models.DRUNetConfig{Width: 16, Blocks: 2}, rng()) }, 1_063_344, false},
		{"gradient step", func() (network, error) { return models.NewGradientStep(models.DRUNetConfig{}, rng()) }, 17_008_320, true},
		{"SwinIR light", func() (network, error) { return models.NewSwinIR(models.SwinIRConfig{}, rng()) }, 903_121, false},
		{"patch MLP", func() (network, error) { return models.NewPatchMLP(models.PatchMLPConfig{}, rng()) }, 289*2047 + 2047 + 3*(2047*2047+2047) + 2047*289 + 289, true},
		{"SRCNN 9-1-5", func() (network, error) { return models.NewSRCNN(models.SRCNNConfig{}, rng()) }, 8_032 + 97, false},
		{"SRCNN 9-5-5", func() (network, error) { return models.NewSRCNN(models.SRCNNConfig{Middle: 5}, rng()) }, 57_184 + 97, false},
		{"nonexpansive", func() (network, error) { return models.NewNonexpansive(models.NonexpansiveConfig{}, rng()) }, 24*(32*16*9+3*32) + 2*16, false},
		{"ridge", func() (network, error) { return models.NewRidge(models.RidgeConfig{}, rng()) }, 8*49 + 32*8*49 + 32*10 + 1, false},
	}
	for _, tt := range tests {
		if tt.large && testing.Short() {
			continue
		}
		net, err := tt.make()
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, p := range net.Params() {
			n += p.Tensor.Len()
		}
		net.Drop()
		if n != tt.want {
			t.Errorf("%s has %d parameters, want %d", tt.name, n, tt.want)
		}
	}
}

func TestConfigErrorsNameTheField(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{models.DnCNNConfig{Depth: 1}.Validate(), "dncnn depth is 1, must be between 2 and 100"},
		{models.DRUNetConfig{Activation: "tanh"}.Validate(), `drunet activation is "tanh", must be relu or elu`},
		{models.DRUNetConfig{Blocks: -1}.Validate(), "drunet blocks is -1"},
		{models.SRCNNConfig{Middle: 4}.Validate(), "srcnn middle is 4, must be odd"},
		{models.PatchMLPConfig{Patch: 16}.Validate(), "patch mlp patch is 16, must be odd"},
		{models.PatchMLPConfig{Stride: 18}.Validate(), "patch mlp stride is 18, must be between 1 and 17"},
		{models.SwinIRConfig{Heads: 7}.Validate(), "swinir heads is 7, must divide width 60"},
		{models.SwinIRConfig{Window: 7}.Validate(), "swinir window is 7, must be even"},
		{models.RidgeConfig{MaxSlope: -1}.Validate(), "ridge max_slope is -1, must be between 0, for none, and 1e6"},
		{models.NonexpansiveConfig{Pools: 7}.Validate(), "nonexpansive pools is 7, must be between 1 and 6"},
		{models.RidgeConfig{Kernel: 4}.Validate(), "ridge kernel is 4, must be odd"},
		{models.UNetConfig{Residual: true, In: 1, Out: 2}.Validate(), "unet residual needs an input channel for each of the 2 outputs, not 1"},
	}
	for _, tt := range tests {
		if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("error %v, want one with %q", tt.err, tt.want)
		}
	}
}

// Without bias and normalisation a network of rectifiers is positively homogeneous.
func TestDRUNetScalesWithTheUnit(t *testing.T) {
	net, err := models.NewDRUNet(models.DRUNetConfig{Width: 4, Pools: 2, Blocks: 1, Float64: true}, rng())
	if err != nil {
		t.Fatal(err)
	}
	defer net.Drop()
	scales(t, net, 1e-12)
}

// scales checks D(3x, 3σ) = 3·D(x, σ) to rounding.
func scales(t *testing.T, net interface {
	Denoise(s *torch.Scope, x *torch.Tensor, sigma float64) (*torch.Tensor, error)
}, tolerance float64) {
	t.Helper()
	do(t, func(s *torch.Scope) error {
		x := s.FromFloat64s(normals(rng(), 12*12), 1, 1, 12, 12)
		one, err := net.Denoise(s, x, 0.5)
		if err != nil {
			return err
		}
		three, err := net.Denoise(s, s.MulScalar(x, 3), 1.5)
		if err != nil {
			return err
		}
		if d := maxAbs(s.Float64s(s.Sub(three, s.MulScalar(one, 3)))) / maxAbs(s.Float64s(one)); !(d <= tolerance) {
			t.Errorf("D(3x, 3σ) differs from 3·D(x, σ) by %g of it", d)
		}
		return nil
	})
}

// The first weights are orthogonal with gain 0.2: W·Wᵀ = 0.04 for a wide matrix.
func TestDRUNetStartsOrthogonal(t *testing.T) {
	net, err := models.NewDRUNet(models.DRUNetConfig{Width: 4, Pools: 1, Blocks: 1, Float64: true}, rng())
	if err != nil {
		t.Fatal(err)
	}
	defer net.Drop()
	do(t, func(s *torch.Scope) error {
		for _, p := range net.Params() {
			if p.Name != "m_body.0.res.0.weight" {
				continue
			}
			w := s.Reshape(p.Tensor, 1, 8, 72)
			gram := s.Float64s(s.MatMul(w, s.Transpose(w, 1, 2)))
			for i, v := range gram {
				want := 0.0
				if i%9 == 0 {
					want = 0.04
				}
				if math.Abs(v-want) > 1e-15 { // rounding of 72 products near 1e-3
					t.Errorf("element %d of W·Wᵀ is %g, want %g", i, v, want)
				}
			}
			return nil
		}
		t.Error("there is no m_body.0.res.0.weight")
		return nil
	})
}

// x − D(x) is the gradient of the energy, found here by differentiating it, and Denoise works where nothing is recorded.
func TestGradientStepDescendsOnItsEnergy(t *testing.T) {
	net, err := models.NewGradientStep(models.DRUNetConfig{Width: 3, Pools: 1, Blocks: 1, Float64: true}, rng())
	if err != nil {
		t.Fatal(err)
	}
	defer net.Drop()
	do(t, func(s *torch.Scope) error {
		shake(s, net)
		x := s.RequireGrad(s.FromFloat64s(normals(rng(), 64), 1, 1, 8, 8))
		energy, err := net.Energy(s, x, s.FromFloat64s([]float64{0.3}, 1, 1, 1, 1))
		if err != nil {
			return err
		}
		want := s.Sub(x, s.Grad(s.Sum(energy), []*torch.Tensor{x}, false)[0])
		got, err := net.Denoise(s, x, 0.3)
		if err != nil {
			return err
		}
		// Two orders of the same sums in float64.
		if d := maxAbs(s.Float64s(s.Sub(got, want))) / maxAbs(s.Float64s(want)); !(d < 1e-12) {
			t.Errorf("D(x) differs from x − ∇g(x) by %g of it", d)
		}
		return nil
	})
}
