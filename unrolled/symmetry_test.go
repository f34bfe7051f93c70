package unrolled_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"fringe/internal/torch"
	"fringe/radio"
	"fringe/unrolled"
)

// On an odd grid, which mirrors onto itself exactly, a network with arbitrary weights images a mirrored sky as the
// mirror image, and a turned sky as the turned image.
func TestImageTurnsWithTheSky(t *testing.T) {
	c := small
	c.UNet.Float64 = false
	n, err := newDisturbed(c)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Drop()
	grid := radio.Grid{NX: 15, NY: 15, CellRad: 1e-9}
	v := pointSource(grid)
	upright, err := n.Image(grid, v)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		uv    func(u, v float64) (float64, float64)
		pixel func(y, x int) (int, int)
	}{
		"mirrored in East and West": {
			func(u, v float64) (float64, float64) { return -u, v },
			func(y, x int) (int, int) { return y, 14 - x },
		},
		"turned from North to East": { // (l, m) → (m, −l), with l = 7 − x and m = y − 7 pixels
			func(u, v float64) (float64, float64) { return v, -u },
			func(y, x int) (int, int) { return x, 14 - y },
		},
	}
	for name, tt := range tests {
		w := v.Clone()
		for k := range w.U {
			w.U[k], w.V[k] = tt.uv(v.U[k], v.V[k])
		}
		turned, err := n.Image(grid, w)
		if err != nil {
			t.Fatal(err)
		}
		worst, peak := 0.0, 0.0
		for y := range 15 {
			for x := range 15 {
				ty, tx := tt.pixel(y, x)
				worst = math.Max(worst, math.Abs(turned[ty*15+tx]-upright[y*15+x]))
				peak = math.Max(peak, upright[y*15+x])
			}
		}
		if worst > 1e-4*peak { // float32 through a network of random weights; the order of the mean differs
			t.Errorf("%s: off by %g of a peak of %g", name, worst, peak)
		}
	}
}

func newDisturbed(c unrolled.Config) (n *unrolled.Network, err error) {
	if n, err = unrolled.New(c, rand.New(rand.NewPCG(1, 2))); err != nil {
		return nil, err
	}
	err = torch.Do(func(s *torch.Scope) error { disturb(s, n); return nil })
	return n, err
}
