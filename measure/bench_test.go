package measure_test

import (
	"math/rand/v2"
	"testing"

	"fringe/internal/torch"
	"fringe/measure"
	"fringe/radio"
)

// large is the problem that imaging tools are compared on: 512² pixels, 200,000 visibilities.
func large() (radio.Grid, *radio.Visibilities, []float64) {
	g := radio.Grid{NX: 512, NY: 512, CellRad: cell}
	rng := rand.New(rand.NewPCG(20, 1))
	return g, observation(rng, 200_000), randomImage(rng, g.Len())
}

// BenchmarkNUFFT times one forward and one adjoint transform.
func BenchmarkNUFFT(b *testing.B) {
	g, v, img := large()
	op, err := measure.NewNUFFT(g, v.U, v.V, 1e-12)
	if err != nil {
		b.Fatal(err)
	}
	defer op.Close()
	vis, back := make([]complex128, v.Len()), make([]float64, g.Len())
	for b.Loop() {
		op.Forward(vis, img)
		op.Adjoint(back, vis)
	}
}

// BenchmarkNormal times one application of AᴴWA in float32: value and gradient of χ².
func BenchmarkNormal(b *testing.B) {
	g, v, img := large()
	gram, err := measure.NewGram(g, v)
	if err != nil {
		b.Fatal(err)
	}
	err = torch.Do(func(s *torch.Scope) error {
		kernel := s.To(s.FromFloat64s(gram.Kernel, 1, 1, int64(2*g.NY), int64(g.NX+1)), torch.Float32)
		n, err := measure.NewNormal(s, g.NY, g.NX, kernel)
		if err != nil {
			return err
		}
		x := s.To(s.FromFloat64s(img, 1, 1, int64(g.NY), int64(g.NX)), torch.Float32)
		for b.Loop() {
			y, err := n.Apply(s, x)
			if err != nil {
				return err
			}
			y.Drop()
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkNewGram times the set-up of one training example: 64² pixels, 200 visibilities.
func BenchmarkNewGram(b *testing.B) {
	v := observation(rand.New(rand.NewPCG(21, 1)), 200)
	for b.Loop() {
		if _, err := measure.NewGram(radio.Grid{NX: 64, NY: 64, CellRad: cell}, v); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLikelihood times value and gradient of all terms together: 64² pixels, 200 visibilities.
func BenchmarkLikelihood(b *testing.B) {
	g := radio.Grid{NX: 64, NY: 64, CellRad: cell}
	rng := rand.New(rand.NewPCG(22, 1))
	x := blob(rng, g)
	v := scans(rng, g, x, 20, 0.005)
	l := likelihood(b, g, v, terms(b, v, "vis", "amp", "cphase", "logcamp")...)
	grad := make([]float64, g.Len())
	for b.Loop() {
		if _, err := l.ValueGrad(grad, x); err != nil {
			b.Fatal(err)
		}
	}
}
