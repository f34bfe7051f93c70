package models_test

import (
	"math"
	"testing"

	"fringe/internal/torch"
	"fringe/models"
)

// certified are networks that promise to be firmly nonexpansive, with small or odd sizes.
func certified(t *testing.T) map[string]models.Network {
	t.Helper()
	nets := map[string]models.Network{}
	for name, c := range map[string]models.NetworkConfig{
		"nonexpansive": {Nonexpansive: &models.NonexpansiveConfig{Layers: 2, Pools: 2, Width: 3, Hidden: 8, Float64: true}},
		"ridge":        {Ridge: &models.RidgeConfig{Filters: 6, Inner: 3, Kernel: 3, Knots: 5, Steps: 4, MaxSlope: 2, Float64: true}},
		"ridge, long":  {Ridge: &models.RidgeConfig{Filters: 2, Inner: 2, Kernel: 3, Knots: 2, Steps: 30, MaxSlope: 1.5, Float64: true}},
	} {
		net, _, err := models.NewNetwork(c, rng())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(net.Drop)
		if !models.Certified(net) {
			t.Errorf("%s is not certified", name)
		}
		nets[name] = net
	}
	return nets
}

// Whatever the parameters, Q = 2D − I never moves two images apart, near or far, at any noise; and power iteration on its Jacobian, which
// looks for the worst direction, finds at most 1. That it comes near 1 shows that the search does find.
func TestCertifiedDenoisersAreFirmlyNonexpansive(t *testing.T) {
	const ny, nx = 9, 13 // no multiples of 4
	for name, net := range certified(t) {
		for _, strength := range []float64{0.2, 3} { // of the change of the parameters; 3 saturates gates and slopes
			do(t, func(s *torch.Scope) error {
				r := rng()
				s.NoGrad(func() {
					for _, p := range net.Params() {
						d := s.FromFloat64s(normals(r, int64(p.Tensor.Len())), p.Tensor.Shape()...)
						s.Copy(p.Tensor, s.Add(p.Tensor, s.MulScalar(d, strength)))
					}
				})
				q := func(x *torch.Tensor, sigma float64) *torch.Tensor {
					y, err := net.Forward(s, x, s.FromFloat64s([]float64{sigma}, 1, 1, 1, 1))
					if err != nil {
						t.Fatal(err)
					}
					return s.Sub(s.MulScalar(y, 2), x)
				}
				length := func(x *torch.Tensor) float64 { return math.Sqrt(s.Item(s.Sum(s.Square(x)))) }
				image := func() *torch.Tensor { return s.FromFloat64s(normals(r, ny*nx), 1, 1, ny, nx) }
				largest := 0.0
				for _, sigma := range []float64{0.01, 0.3, 5} {
					for range 5 {
						a, d := image(), s.MulScalar(image(), math.Exp(2*r.NormFloat64()-2))
						if ratio := length(s.Sub(q(s.Add(a, d), sigma), q(a, sigma))) / length(d); ratio > 1+1e-12 {
							t.Errorf("%s: at noise %g two images move apart by %g", name, sigma, ratio)
						}
					}
					x, v, norm := s.RequireGrad(image()), image(), 0.0
					y := q(x, sigma)
					w := s.RequireGrad(s.MulScalar(s.Detach(y), 0))
					transposed := s.VJP(y, w, []*torch.Tensor{x}, true)[0]
					for range 40 {
						u := s.VJP(transposed, s.MulScalar(v, 1/length(v)), []*torch.Tensor{w}, true)[0]
						norm = length(u)
						v = s.VJP(y, u, []*torch.Tensor{x}, true)[0]
					}
					if norm > 1+1e-12 {
						t.Errorf("%s: at noise %g ‖∇(2D − I)‖ is %.15g", name, sigma, norm)
					}
					largest = max(largest, norm)
				}
				if largest < 0.8 {
					t.Errorf("%s: the largest norm found is %g", name, largest)
				}
				return nil
			})
		}
	}
}

// Without the limit of its slopes a ridge promises nothing, nor does any other network.
func TestOthersAreNotCertified(t *testing.T) {
	for _, c := range []models.NetworkConfig{
		{Ridge: &models.RidgeConfig{}}, {Ridge: &models.RidgeConfig{MaxSlope: 2.1}}, {DnCNN: &models.DnCNNConfig{Depth: 2, Width: 1}}, {UNet: &models.UNetConfig{Width: 8, Pools: 1}},
	} {
		net, full, err := models.NewNetwork(c, rng())
		if err != nil {
			t.Fatal(err)
		}
		if models.Certified(net) {
			t.Errorf("%+v is certified", full)
		}
		net.Drop()
	}
}
