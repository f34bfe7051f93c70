package models_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"fringe/internal/torch"
	"fringe/models"
)

func rng() *rand.Rand { return rand.New(rand.NewPCG(7, 11)) }

// network is what the tests need of every model: a map from image channels to an image.
type network interface {
	Params() []torch.Param
	Drop()
}

type forward func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error)

// entry is a network with its channels, the smallest side of its images, and its Forward.
type entry struct {
	net     network
	in, out int64
	least   int64
	forward forward
}

// small returns one small network of each kind, computing in float64.
func small(t *testing.T) map[string]entry {
	t.Helper()
	nets := map[string]entry{}
	add := func(name string, e entry, err error) {
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(e.net.Drop)
		nets[name] = e
	}
	c := models.UNetConfig{In: 2, Out: 3, Width: 4, Pools: 2, Groups: 2, Float64: true}
	unet := func(name string, c models.UNetConfig) {
		net, err := models.NewUNet(c, rng())
		add(name, entry{net, int64(c.In), int64(c.Out), 1, net.Forward}, err)
	}
	unet("unet", c)
	leaky, none, last := c, c, c
	leaky.Activation = "leaky_relu"
	unet("unet leaky", leaky)
	none.Norm, none.Residual, none.In = "none", true, 3
	unet("unet none residual", none)
	last.Layout, last.NormUp = "channels_last", true
	unet("unet channels last", last)

	blind := func(name string, net interface {
		network
		Forward(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error)
	}, least int64, err error) {
		add(name, entry{net, 1, 1, least, net.Forward}, err)
	}
	dncnn, err := models.NewDnCNN(models.DnCNNConfig{Depth: 4, Width: 3, Float64: true}, rng())
	blind("dncnn", dncnn, 1, err)
	normed, err := models.NewDnCNN(models.DnCNNConfig{Depth: 4, Width: 3, BatchNorm: true, Float64: true}, rng())
	blind("dncnn normed", normed, 1, err)
	srcnn, err := models.NewSRCNN(models.SRCNNConfig{Width: 4, Middle: 3, Float64: true}, rng())
	blind("srcnn", srcnn, 1, err)
	mlp, err := models.NewPatchMLP(models.PatchMLPConfig{Patch: 5, Hidden: 7, Layers: 2, Stride: 2, Float64: true}, rng())
	blind("patch mlp", mlp, 1, err)
	swinir, err := models.NewSwinIR(models.SwinIRConfig{Width: 4, Groups: 1, Blocks: 2, Heads: 2, Window: 4, Float64: true}, rng())
	blind("swinir", swinir, 3, err)

	level := func(name string, net interface {
		network
		Forward(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error)
	}, err error) {
		add(name, entry{net, 1, 1, 1, func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error) {
			return net.Forward(s, x, s.FromFloat64s(slices.Repeat([]float64{0.3}, int(x.Shape()[0])), x.Shape()[0], 1, 1, 1))
		}}, err)
	}
	c.In, c.Out = 0, 0
	denoiser, err := models.NewDenoiser(c, rng())
	level("denoiser", denoiser, err)
	drunet, err := models.NewDRUNet(models.DRUNetConfig{Width: 2, Pools: 2, Blocks: 1, Float64: true}, rng())
	level("drunet", drunet, err)
	step, err := models.NewGradientStep(models.DRUNetConfig{Width: 2, Pools: 2, Blocks: 1, Float64: true}, rng())
	level("gradient step", step, err)
	ridge, err := models.NewRidge(models.RidgeConfig{Filters: 3, Inner: 2, Kernel: 3, Knots: 4, Steps: 3, Float64: true}, rng())
	level("ridge", ridge, err)
	flat, err := models.NewRidge(models.RidgeConfig{Filters: 3, Inner: 2, Kernel: 3, Knots: 4, Steps: 3, MaxSlope: 2, Float64: true}, rng())
	level("ridge capped", flat, err)
	firm, err := models.NewNonexpansive(models.NonexpansiveConfig{Layers: 1, Pools: 1, Width: 3, Hidden: 4, Float64: true}, rng())
	level("nonexpansive", firm, err)
	wide, err := models.NewNonexpansive(models.NonexpansiveConfig{Layers: 1, Pools: 1, Width: 3, Hidden: 4, Kernel: 5, Float64: true}, rng())
	level("nonexpansive wide", wide, err)
	return nets
}

// Fused layers work in float32 alone, from 16 channels on.
func TestLayoutsAgree(t *testing.T) {
	for _, c := range []models.UNetConfig{{Width: 24}, {Width: 16, Norm: "none", Pools: 2}, models.FastMRIUNet(16, 2)} {
		do(t, func(s *torch.Scope) error {
			var first []*torch.Tensor
			for _, layout := range []string{"plain", "channels_last", "auto"} {
				c.Layout = layout
				net, err := models.NewUNet(c, rng())
				if err != nil {
					return err
				}
				defer net.Drop()
				x := s.RequireGrad(s.To(s.FromFloat64s(normals(rng(), 2*25*40), 2, 1, 25, 40), torch.Float32))
				y, err := net.Forward(s, x)
				if err != nil {
					return err
				}
				leaves := []*torch.Tensor{x}
				for _, p := range net.Params() {
					leaves = append(leaves, p.Tensor)
				}
				all := append([]*torch.Tensor{y}, s.Grad(s.Mean(s.Square(y)), leaves, false)...)
				if first == nil {
					first = all
				}
				for i := range all {
					got, want := s.Float64s(s.To(all[i], torch.Float64)), s.Float64s(s.To(first[i], torch.Float64))
					for k := range got {
						got[k] -= want[k]
					}
					// Rounding of float32 through some twenty layers and back.
					if d := maxAbs(got); !(d <= 1e-4*maxAbs(want)) {
						t.Errorf("%+v: tensor %d (result, image, weights) differs from the plain layout by %g of %g", c, i, d, maxAbs(want))
					}
				}
			}
			return nil
		})
	}
}

func normals(rng *rand.Rand, n int64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	return v
}

// shake moves all parameters away from their special first values (zeros and ones).
func shake(s *torch.Scope, net network) {
	r := rng()
	s.NoGrad(func() {
		for _, p := range net.Params() {
			d := s.FromFloat64s(normals(r, int64(p.Tensor.Len())), p.Tensor.Shape()...)
			s.Copy(p.Tensor, s.Add(p.Tensor, s.MulScalar(s.To(d, p.Tensor.DType()), 0.2)))
		}
	})
}

func do(t *testing.T, f func(s *torch.Scope) error) {
	t.Helper()
	before := torch.Live()
	if err := torch.Do(f); err != nil {
		t.Fatal(err)
	}
	if after := torch.Live(); after != before {
		t.Errorf("%d tensors live after, %d before", after, before)
	}
}

func TestParameterCount(t *testing.T) {
	tests := []struct {
		c    models.UNetConfig
		want int
	}{
		// By hand for width w, p pools: Σ over blocks 9·in·out + 9·out² + 4·out, over ups 4·in·out + out, last 1 × 1 w·out + out.
		{models.UNetConfig{Width: 4, Pools: 1, Groups: 2}, 9*4 + 9*16 + 16 + 9*32 + 9*64 + 32 + 4*32 + 4 + 9*32 + 9*16 + 16 + 4 + 1},
		{models.UNetConfig{}, 1_084_249},
		{models.UNetConfig{Width: 16}, 482_449},
	}
	for _, tt := range tests {
		net, err := models.NewUNet(tt.c, rng())
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, p := range net.Params() {
			n += p.Tensor.Len()
		}
		net.Drop()
		if n != tt.want {
			t.Errorf("UNet %+v has %d parameters, want %d", tt.c, n, tt.want)
		}
	}
}

func TestParamsAreSortedAndNamed(t *testing.T) {
	for name, m := range small(t) {
		names := []string{}
		for _, p := range m.net.Params() {
			names = append(names, p.Name)
		}
		if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
			t.Errorf("%s: names are not sorted and distinct: %v", name, names)
		}
		if strings.HasPrefix(name, "unet ") && !slices.Contains(names, "down.0.conv1.weight") {
			t.Errorf("%s: no down.0.conv1.weight in %v", name, names)
		}
	}
}

func TestForwardKeepsAnySizeAndEachExampleAlone(t *testing.T) {
	for name, m := range small(t) {
		for _, size := range [][2]int64{{8, 8}, {7, 13}, {1, 5}, {16, 6}} {
			t.Run(fmt.Sprintf("%s %v", name, size), func(t *testing.T) {
				if min(size[0], size[1]) < m.least {
					t.Skipf("images have %d pixels a side at least", m.least)
				}
				do(t, func(s *torch.Scope) error {
					shake(s, m.net)
					ny, nx := size[0], size[1]
					x := s.FromFloat64s(normals(rng(), 3*m.in*ny*nx), 3, m.in, ny, nx)
					all, err := m.forward(s, x)
					if err != nil {
						return err
					}
					if got, want := all.Shape(), []int64{3, m.out, ny, nx}; !slices.Equal(got, want) {
						t.Fatalf("shape %v, want %v", got, want)
					}
					one, err := m.forward(s, s.Narrow(x, 0, 1, 1))
					if err != nil {
						return err
					}
					// A batch may be summed in another order than one image: some ulps of float64.
					if d := maxAbs(s.Float64s(s.Sub(one, s.Narrow(all, 0, 1, 1)))); d > 1e-12 {
						t.Errorf("example 1 alone differs from example 1 in a batch by %g", d)
					}
					return nil
				})
			})
		}
	}
}

func TestGradientsEqualFiniteDifferences(t *testing.T) {
	for name, m := range small(t) {
		t.Run(name, func(t *testing.T) {
			do(t, func(s *torch.Scope) error {
				shake(s, m.net)
				r := rng()
				x := s.RequireGrad(s.FromFloat64s(normals(r, 2*m.in*8*8), 2, m.in, 8, 8))
				w := s.FromFloat64s(normals(r, 2*m.out*8*8), 2, m.out, 8, 8)
				loss := func(s *torch.Scope) *torch.Tensor {
					y, err := m.forward(s, x)
					if err != nil {
						t.Fatal(err)
					}
					return s.Sum(s.Mul(y, w))
				}
				leaves := []*torch.Tensor{x}
				for _, p := range m.net.Params() {
					leaves = append(leaves, p.Tensor)
				}
				grads := s.Grad(loss(s), leaves, false)
				for i, leaf := range leaves {
					direction := s.FromFloat64s(normals(r, int64(leaf.Len())), leaf.Shape()...)
					got := s.Item(s.Sum(s.Mul(grads[i], direction)))
					want := slope(s, leaf, direction, loss)
					// Central differences with h = 1e-7: rounding 1e-15/h ≈ 1e-8 times the loss (≈ 10), truncation far below. A larger
					// h would step over kinks of the rectifiers.
					if math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
						t.Errorf("leaf %d: gradient along a random direction %g, central difference %g", i, got, want)
					}
				}
				return nil
			})
		})
	}
}

// slope returns the central difference of loss when leaf moves along direction.
func slope(s *torch.Scope, leaf, direction *torch.Tensor, loss func(s *torch.Scope) *torch.Tensor) float64 {
	const h = 1e-7
	var f [2]float64
	s.NoGrad(func() {
		s.Tidy(func(s *torch.Scope) *torch.Tensor {
			start := s.AddScalar(s.Detach(leaf), 0)
			for i, step := range []float64{h, -h} {
				s.Copy(leaf, s.Add(start, s.MulScalar(direction, step)))
				f[i] = s.Item(loss(s))
			}
			s.Copy(leaf, start)
			return nil
		})
	})
	return (f[0] - f[1]) / (2 * h)
}

func TestEqualSeedsGiveEqualBytes(t *testing.T) {
	for kind, make := range constructors {
		weights := func(seed uint64) (all []float32) {
			net, err := make(rand.New(rand.NewPCG(seed, 0)))
			if err != nil {
				t.Fatal(err)
			}
			defer net.Drop()
			do(t, func(s *torch.Scope) error {
				for _, p := range net.Params() {
					all = append(all, s.Float32s(p.Tensor)...)
				}
				return nil
			})
			return all
		}
		a, b, c := weights(3), weights(3), weights(4)
		if !slices.Equal(a, b) {
			t.Errorf("%s: equal seeds give different weights", kind)
		}
		if slices.Equal(a, c) {
			t.Errorf("%s: different seeds give equal weights", kind)
		}
	}
}

// constructors makes a small network of each kind.
var constructors = map[string]func(rng *rand.Rand) (network, error){
	"denoiser": func(r *rand.Rand) (network, error) { return models.NewDenoiser(models.UNetConfig{Width: 8}, r) },
	"dncnn":    func(r *rand.Rand) (network, error) { return models.NewDnCNN(models.DnCNNConfig{Depth: 3}, r) },
	"drunet": func(r *rand.Rand) (network, error) {
		return models.NewDRUNet(models.DRUNetConfig{Width: 8, Blocks: 1}, r)
	},
	"srcnn":     func(r *rand.Rand) (network, error) { return models.NewSRCNN(models.SRCNNConfig{}, r) },
	"patch mlp": func(r *rand.Rand) (network, error) { return models.NewPatchMLP(models.PatchMLPConfig{Hidden: 20}, r) },
	"swinir": func(r *rand.Rand) (network, error) {
		return models.NewSwinIR(models.SwinIRConfig{Groups: 1, Blocks: 1}, r)
	},
	"nonexpansive": func(r *rand.Rand) (network, error) {
		return models.NewNonexpansive(models.NonexpansiveConfig{Layers: 1, Pools: 1, Width: 3, Hidden: 4}, r)
	},
	"ridge": func(r *rand.Rand) (network, error) { return models.NewRidge(models.RidgeConfig{}, r) },
	"grad. step": func(r *rand.Rand) (network, error) {
		return models.NewGradientStep(models.DRUNetConfig{Width: 4, Blocks: 1}, r)
	},
}

func maxAbs(v []float64) float64 {
	m := 0.0
	for _, x := range v {
		m = max(m, math.Abs(x))
	}
	return m
}
