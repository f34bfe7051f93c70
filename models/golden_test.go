package models_test

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"fringe/internal/torch"
	"fringe/models"
)

// counted returns numbers in [−1, 1) that anybody can compute: a multiplicative hash of a counter, as testdata/networks.py.
func counted(start uint64, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = float64(uint32((start+uint64(i))*2654435761))/(1<<31) - 1
	}
	return v
}

// fill sets parameters and buffers to the numbers that testdata/networks.py gives to tensors of these names.
func fill(s *torch.Scope, params []torch.Param, rename func(string) string) {
	for _, p := range params {
		name, shape := rename(p.Name), p.Tensor.Shape()
		sum := uint64(0)
		for _, c := range []byte(name) {
			sum += uint64(c)
		}
		v := counted(1000*sum, p.Tensor.Len())
		shift, gain := 0.0, 0.1
		switch {
		case len(shape) > 1 && name != "log_scale":
			gain = math.Sqrt(float64(shape[0]) / float64(len(v)))
		case strings.HasSuffix(name, "weight") || strings.HasSuffix(name, "running_var"):
			shift, gain = 1, 0.5
		}
		for i := range v {
			v[i] = shift + gain*v[i]
		}
		s.Copy(p.Tensor, s.FromFloat64s(v, shape...))
	}
}

func same(name string) string { return name }

// golden reads what the reference implementations returned.
func golden(t *testing.T) map[string][]float64 {
	t.Helper()
	data, err := os.ReadFile("testdata/networks.json")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]float64{}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

// expect compares y with what the reference returned, which is stored with 10 digits; deepinv's gradient step is float32.
func expect(t *testing.T, s *torch.Scope, want []float64, y *torch.Tensor, tolerance float64) {
	t.Helper()
	got := s.Float64s(y)
	if len(got) != len(want) {
		t.Fatalf("%d values, the reference has %d", len(got), len(want))
	}
	scale, worst := maxAbs(want), 0.0
	for i := range got {
		worst = max(worst, math.Abs(got[i]-want[i]))
	}
	if !(worst <= tolerance*scale) {
		t.Errorf("largest difference from the reference %g of %g, want at most %g of it", worst, scale, tolerance)
	}
}

// The tolerances of expect: rounding of the stored numbers, and of float32 through some ten layers.
const exact, single = 1e-9, 1e-5

func TestNetworksEqualTheReferences(t *testing.T) {
	want := golden(t)
	input := func(s *torch.Scope) *torch.Tensor { return s.FromFloat64s(counted(1, 2*16*16), 2, 1, 16, 16) }
	const sigma = 0.3
	type denoiser interface {
		network
		Denoise(s *torch.Scope, x *torch.Tensor, sigma float64) (*torch.Tensor, error)
	}
	check := func(name string, net denoiser, err error, tolerance float64) {
		t.Run(name, func(t *testing.T) {
			if err != nil {
				t.Fatal(err)
			}
			defer net.Drop()
			do(t, func(s *torch.Scope) error {
				fill(s, net.Params(), same)
				y, err := net.Denoise(s, input(s), sigma)
				if err != nil {
					return err
				}
				expect(t, s, want[name], y, tolerance)
				return nil
			})
		})
	}
	drunet, err := models.NewDRUNet(models.DRUNetConfig{Width: 2, Blocks: 2, Float64: true}, rng())
	check("drunet", drunet, err, exact)
	step, err := models.NewGradientStep(models.DRUNetConfig{Width: 2, Float64: true}, rng())
	check("gradient step", step, err, single)
	swinir, err := models.NewSwinIR(models.SwinIRConfig{Level: sigma, Width: 8, Groups: 2, Blocks: 2, Heads: 2, Window: 4, Float64: true}, rng())
	check("swinir", swinir, err, exact)
	dncnn, err := models.NewDnCNN(models.DnCNNConfig{Level: sigma, Depth: 5, Width: 4, Float64: true}, rng())
	check("dncnn", dncnn, err, exact)
	srcnn, err := models.NewSRCNN(models.SRCNNConfig{Level: sigma, Width: 4, Float64: true}, rng())
	check("srcnn 9-1-5", srcnn, err, exact)
	wide, err := models.NewSRCNN(models.SRCNNConfig{Level: sigma, Width: 4, Middle: 5, Float64: true}, rng())
	check("srcnn 9-5-5", wide, err, exact)
	mlp, err := models.NewPatchMLP(models.PatchMLPConfig{Level: sigma, Patch: 7, Hidden: 10, Layers: 3, Float64: true}, rng())
	check("patch mlp", mlp, err, exact)
	ridge, err := models.NewRidge(models.RidgeConfig{Filters: 3, Inner: 2, Kernel: 3, Knots: 4, Steps: 5, Float64: true}, rng())
	check("ridge", ridge, err, exact)
}

func TestRidgeEnergyEqualsTheReference(t *testing.T) {
	net, err := models.NewRidge(models.RidgeConfig{Filters: 3, Inner: 2, Kernel: 3, Knots: 4, Float64: true}, rng())
	if err != nil {
		t.Fatal(err)
	}
	defer net.Drop()
	want := golden(t)["ridge energy"]
	do(t, func(s *torch.Scope) error {
		fill(s, net.Params(), same)
		e, err := net.Energy(s, s.FromFloat64s(counted(1, 2*16*16), 2, 1, 16, 16), level(s))
		if err != nil {
			return err
		}
		expect(t, s, want, e, exact)
		return nil
	})
}

// The default element type is float32: the same numbers to its rounding.
func TestFloat32EqualsTheReference(t *testing.T) {
	want := golden(t)["drunet"]
	net, err := models.NewDRUNet(models.DRUNetConfig{Width: 2, Blocks: 2}, rng())
	if err != nil {
		t.Fatal(err)
	}
	defer net.Drop()
	do(t, func(s *torch.Scope) error {
		fill(s, net.Params(), same)
		y, err := net.Denoise(s, s.FromFloat64s(counted(1, 2*16*16), 2, 1, 16, 16), 0.3)
		if err != nil {
			return err
		}
		expect(t, s, want, y, single)
		return nil
	})
}

func TestUNetEqualsFastMRI(t *testing.T) {
	want := golden(t)["unet"]
	for _, layout := range []string{"plain", "channels_last", "auto"} {
		c := models.FastMRIUNet(4, 2)
		c.Float64, c.Layout = true, layout
		net, err := models.NewUNet(c, rng())
		if err != nil {
			t.Fatal(err)
		}
		defer net.Drop()
		do(t, func(s *torch.Scope) error {
			fill(s, net.Params(), func(name string) string {
				there := models.FastMRIName(2, name)
				if there == "" {
					t.Errorf("%s has no name in fastMRI", name)
				}
				return there
			})
			y, err := net.Forward(s, s.FromFloat64s(counted(1, 2*16*16), 2, 1, 16, 16))
			if err != nil {
				return err
			}
			expect(t, s, want, y, exact)
			return nil
		})
	}
}

func TestBatchNormEqualsTheReference(t *testing.T) {
	want := golden(t)
	net, err := models.NewDnCNN(models.DnCNNConfig{Depth: 4, Width: 4, BatchNorm: true, Float64: true}, rng())
	if err != nil {
		t.Fatal(err)
	}
	defer net.Drop()
	do(t, func(s *torch.Scope) error {
		fill(s, net.Params(), same)
		fill(s, net.Buffers(), same)
		x := s.FromFloat64s(counted(1, 2*16*16), 2, 1, 16, 16)
		for _, training := range []bool{false, true} {
			net.Train(training)
			y, err := net.Forward(s, x)
			if err != nil {
				return err
			}
			name := "dncnn normed"
			if training {
				name += " training"
			}
			expect(t, s, want[name], y, exact)
		}
		moved := net.Buffers()
		if moved[0].Name != "model.3.running_mean" || moved[1].Name != "model.3.running_var" {
			t.Fatalf("the first buffers are %s and %s", moved[0].Name, moved[1].Name)
		}
		expect(t, s, want["dncnn normed mean"], moved[0].Tensor, exact)
		expect(t, s, want["dncnn normed variance"], moved[1].Tensor, exact)
		return nil
	})
}
