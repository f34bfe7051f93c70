package models_test

import (
	"math"
	"testing"

	"fringe/internal/torch"
	"fringe/models"
)

// shakenRidge returns a regularizer with parameters far from their first values.
func shakenRidge(t *testing.T) *models.Ridge {
	t.Helper()
	r, err := models.NewRidge(models.RidgeConfig{Filters: 4, Inner: 3, Kernel: 3, Knots: 5, Float64: true}, rng())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Drop)
	do(t, func(s *torch.Scope) error {
		for range 5 {
			shake(s, r)
		}
		return nil
	})
	return r
}

// level returns a noise level of 0.3.
func level(s *torch.Scope) *torch.Tensor { return s.FromFloat64s([]float64{0.3}, 1, 1, 1, 1) }

func TestRidgeScalesWithTheUnit(t *testing.T) {
	net, err := models.NewRidge(models.RidgeConfig{Float64: true}, rng())
	if err != nil {
		t.Fatal(err)
	}
	defer net.Drop()
	scales(t, net, 1e-11) // levelGuard is 2e-12 of σ
}

func TestRidgeGradientIsThatOfTheEnergy(t *testing.T) {
	net := shakenRidge(t)
	do(t, func(s *torch.Scope) error {
		sigma := level(s)
		x := s.RequireGrad(s.FromFloat64s(normals(rng(), 9*11), 1, 1, 9, 11))
		energy, err := net.Energy(s, x, sigma)
		if err != nil {
			return err
		}
		want := s.Grad(s.Sum(energy), []*torch.Tensor{x}, false)[0]
		got, err := net.Gradient(s, x, sigma)
		if err != nil {
			return err
		}
		// Two orders of the same sums in float64.
		if d := maxAbs(s.Float64s(s.Sub(got, want))) / maxAbs(s.Float64s(want)); !(d < 1e-12) {
			t.Errorf("the gradient differs from that of the energy by %g of it", d)
		}
		return nil
	})
}

// Whatever the parameters, E(midpoint) ≤ mean of E, gradients are monotone, and ‖∇R(a) − ∇R(b)‖ ≤ L‖a − b‖: over random pairs, near and
// far. Power iteration on the Hessian finds how tight the bound is.
func TestRidgeIsConvexWithTheBound(t *testing.T) {
	net := shakenRidge(t)
	do(t, func(s *torch.Scope) error {
		sigma := level(s)
		bound, err := net.Lipschitz(s)
		if err != nil {
			return err
		}
		r := rng()
		for range 20 {
			a := s.FromFloat64s(normals(r, 100), 1, 1, 10, 10)
			d := s.MulScalar(s.FromFloat64s(normals(r, 100), 1, 1, 10, 10), math.Exp(2*r.NormFloat64()-2))
			b, mid := s.Add(a, d), s.Add(a, s.MulScalar(d, 0.5))
			e := func(x *torch.Tensor) float64 {
				v, err := net.Energy(s, x, sigma)
				if err != nil {
					t.Fatal(err)
				}
				return s.Item(v)
			}
			// Rounding of energies that are sums of some 400 terms.
			if mean := (e(a) + e(b)) / 2; e(mid) > mean*(1+1e-13) {
				t.Errorf("energy %g at the midpoint, %g on the average of the ends", e(mid), mean)
			}
			ga, err := net.Gradient(s, a, sigma)
			if err != nil {
				return err
			}
			gb, err := net.Gradient(s, b, sigma)
			if err != nil {
				return err
			}
			change := s.Sub(gb, ga)
			along, far := s.Item(s.Sum(s.Mul(change, d))), s.Item(s.Sum(s.Square(d)))
			if along < -1e-13*far {
				t.Errorf("the gradient is not monotone: %g", along)
			}
			if steep := math.Sqrt(s.Item(s.Sum(s.Square(change))) / far); steep > bound*(1+1e-12) {
				t.Errorf("the gradient changes by %g of the distance, above the bound %g", steep, bound)
			}
		}
		return nil
	})
}

// With every slope 1 up to the last knot, ∇R = WᵀW x near zero, whose norm by power iteration is below 1 and, as the bound on the
// filters is tight to 4 % and a 24 × 24 image loses little at its edges, above 0.8.
func TestRidgeFiltersHaveUnitNorm(t *testing.T) {
	net, err := models.NewRidge(models.RidgeConfig{Filters: 4, Inner: 3, Kernel: 3, Knots: 5, Float64: true}, rng())
	if err != nil {
		t.Fatal(err)
	}
	defer net.Drop()
	do(t, func(s *torch.Scope) error {
		for _, p := range net.Params() {
			if p.Name == "slopes" { // softplus(log(e − 1)) = 1
				s.Copy(p.Tensor, s.AddScalar(s.MulScalar(p.Tensor, 0), math.Log(math.E-1)))
			}
		}
		x, sigma, norm := s.FromFloat64s(normals(rng(), 24*24), 1, 1, 24, 24), s.FromFloat64s([]float64{1}, 1, 1, 1, 1), 0.0
		for range 100 {
			x = s.MulScalar(x, 1e-3/math.Sqrt(s.Item(s.Sum(s.Square(x)))))
			if x, err = net.Gradient(s, s.Detach(x), sigma); err != nil {
				return err
			}
			x = s.Detach(x)
			norm = math.Sqrt(s.Item(s.Sum(s.Square(x)))) / 1e-3
		}
		if norm > 1 || norm < 0.8 {
			t.Errorf("the square of the filters' norm is %g, want at most 1 and little less", norm)
		}
		return nil
	})
}
