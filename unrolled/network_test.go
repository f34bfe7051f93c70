package unrolled_test

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"fringe/internal/torch"
	"fringe/measure"
	"fringe/models"
	"fringe/radio"
	"fringe/unrolled"
)

func TestMain(m *testing.M) {
	if err := torch.SetThreads(1); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

const ny, nx = 12, 10

// problem returns two observations of random visibilities, float64.
func problem(t *testing.T, s *torch.Scope) measure.Problem {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	grid := radio.Grid{NX: nx, NY: ny, CellRad: 1e-9}
	var kernels, dirty []float64
	for range 2 {
		v := &radio.Visibilities{}
		for range 40 {
			v.U = append(v.U, (rng.Float64()-0.5)*grid.MaxUV())
			v.V = append(v.V, (rng.Float64()-0.5)*grid.MaxUV())
			v.Vis = append(v.Vis, complex(rng.NormFloat64(), rng.NormFloat64()))
			v.Weight = append(v.Weight, 1)
			v.Ant1, v.Ant2 = append(v.Ant1, 0), append(v.Ant2, 1)
			v.TimeSec, v.IntSec, v.FreqHz = append(v.TimeSec, 0), append(v.IntSec, 1), append(v.FreqHz, 1e11)
		}
		v.Stations = make([]radio.Station, 2)
		g, err := measure.NewGram(grid, v)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range g.Kernel {
			kernels = append(kernels, k/g.KernelMax)
		}
		for _, d := range g.Dirty {
			dirty = append(dirty, d/g.KernelMax)
		}
	}
	normal, err := measure.NewNormal(s, ny, nx, s.FromFloat64s(kernels, 2, 1, 2*ny, nx+1))
	if err != nil {
		t.Fatal(err)
	}
	return measure.Problem{Normal: normal, Dirty: s.FromFloat64s(dirty, 2, 1, ny, nx), Gain: s.FromFloat64s([]float64{3, 5}, 2, 1, 1, 1)}
}

// small is a network that is quick to differentiate, in float64.
var small = unrolled.Config{Steps: 3, UNet: models.UNetConfig{Width: 4, Pools: 1, Groups: 2, Float64: true}}

func network(t *testing.T, c unrolled.Config) *unrolled.Network {
	t.Helper()
	n, err := unrolled.New(c, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Drop)
	return n
}

func TestZeroLearnedPartIsPlainGradientDescent(t *testing.T) {
	n := network(t, small) // untrained: the corrections are zero
	err := torch.Do(func(s *torch.Scope) error {
		p := problem(t, s)
		got, err := n.Forward(s, p)
		if err != nil {
			return err
		}
		x, eta := s.MulScalar(p.Dirty, 0), s.FromFloat64s([]float64{1}, 1, 1, 1, 1)
		for range small.Steps {
			if x, _, err = measure.Step(s, p.Normal, x, p.Dirty, eta); err != nil {
				return err
			}
		}
		want := s.Float64s(x)
		for i, v := range s.Float64s(got) {
			if math.Abs(v-want[i]) > 1e-12 { // the same operations in float64
				t.Fatalf("pixel %d: network %g, solver %g", i, v, want[i])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// disturb gives every parameter random values, so that no gradient is zero by construction.
func disturb(s *torch.Scope, n *unrolled.Network) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, p := range n.Params() {
		v := make([]float64, p.Tensor.Len())
		for i := range v {
			v[i] = 0.5 + 0.3*rng.NormFloat64()
		}
		s.Copy(p.Tensor, s.FromFloat64s(v, p.Tensor.Shape()...))
	}
}

func TestGradientsAgreeWithFiniteDifferences(t *testing.T) {
	n := network(t, small)
	err := torch.Do(func(s *torch.Scope) error {
		p := problem(t, s)
		disturb(s, n)
		loss := func(s *torch.Scope) *torch.Tensor {
			x, err := n.Forward(s, p)
			if err != nil {
				t.Fatal(err)
			}
			return s.Sum(s.Square(x))
		}
		var params []*torch.Tensor
		for _, p := range n.Params() {
			params = append(params, p.Tensor)
		}
		grads := s.Grad(loss(s), params, false)
		for i, param := range n.Params() {
			grad, value := s.Float64s(grads[i]), s.Float64s(param.Tensor)
			k := len(value) / 2
			at := func(h float64) (f float64) {
				moved := append([]float64{}, value...)
				moved[k] += h
				s.Tidy(func(s *torch.Scope) *torch.Tensor {
					s.Copy(param.Tensor, s.FromFloat64s(moved, param.Tensor.Shape()...))
					f = s.Item(loss(s))
					s.Copy(param.Tensor, s.FromFloat64s(value, param.Tensor.Shape()...))
					return nil
				})
				return f
			}
			const h = 1e-5 // truncation h² and rounding 1e-16/h balance near 1e-10 of the loss
			want := (at(h) - at(-h)) / (2 * h)
			if math.Abs(grad[k]-want) > 1e-6*math.Max(1, math.Abs(want)) {
				t.Errorf("%s: gradient %g, differences %g", param.Name, grad[k], want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestIgnoreDataNeedsNoOperator(t *testing.T) {
	n := network(t, unrolled.Config{IgnoreData: true, UNet: small.UNet})
	for _, p := range n.Params() {
		if p.Name == "step.0.eta" {
			t.Error("a network without gradient steps has a step length to train")
		}
	}
	err := torch.Do(func(s *torch.Scope) error {
		p := problem(t, s)
		got, err := n.Forward(s, p)
		if err != nil {
			return err
		}
		want := s.Float64s(s.Mul(p.Gain, p.Dirty))
		for i, v := range s.Float64s(got) {
			if v != want[i] {
				t.Fatalf("untrained, pixel %d is %g, want the scaled dirty image's %g", i, v, want[i])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSameSeedSameBytesAndNothingLeaks(t *testing.T) {
	before := torch.Live()
	var first []float64
	for run := range 2 {
		n, err := unrolled.New(small, rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			t.Fatal(err)
		}
		err = torch.Do(func(s *torch.Scope) error {
			disturb(s, n)
			p := problem(t, s)
			x, err := n.Forward(s, p)
			if err != nil {
				return err
			}
			got := s.Float64s(x)
			if run == 0 {
				first = got
			}
			for i := range got {
				if got[i] != first[i] {
					t.Fatalf("pixel %d differs between two runs", i)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		n.Drop()
	}
	if after := torch.Live(); after != before {
		t.Errorf("%d tensors before, %d after", before, after)
	}
}

func TestValidateNamesTheField(t *testing.T) {
	for _, c := range []unrolled.Config{{Steps: -1}, {Steps: 101}, {Steps: 2, IgnoreData: true}, {UNet: models.UNetConfig{Width: -3}}} {
		if err := c.Validate(); err == nil {
			t.Errorf("%+v is accepted", c)
		}
		if _, err := unrolled.New(c, rand.New(rand.NewPCG(1, 1))); err == nil {
			t.Errorf("New accepts %+v", c)
		}
	}
}

func TestImageIsThatOfForwardInJanskys(t *testing.T) {
	c := small
	c.UNet.Float64 = false
	n := network(t, c)
	grid := radio.Grid{NX: 16, NY: 16, CellRad: 1e-9}
	v := pointSource(grid)
	img, err := n.Image(grid, v)
	if err != nil {
		t.Fatal(err)
	}
	// Plain gradient descent towards a point source of 2 Jy puts the brightest pixel on it.
	best := 0
	for i, x := range img {
		if x < 0 {
			t.Fatalf("pixel %d is %g, want none below zero", i, x)
		}
		if x > img[best] {
			best = i
		}
	}
	if want := 9*grid.NX + 6; best != want {
		t.Errorf("the brightest pixel is %d, want %d", best, want)
	}
	for k := range v.Weight {
		v.Weight[k] = 0
	}
	if _, err := n.Image(grid, v); err == nil {
		t.Error("visibilities that are all flagged give an image")
	}
}

// An untrained network is gradient descent on χ²/(2Σw) with the step 1/Norm: here in Jy, with the defining sums over the
// visibilities instead of the Toeplitz kernel and without any scale. Odd sides mirror onto themselves, so the mean over the
// symmetries changes nothing. The network works in float32, so some 1e-6 of the peak may be lost.
func TestImageHasTheScaleOfTheSky(t *testing.T) {
	c := small
	c.UNet.Float64 = false
	grid := radio.Grid{NX: 15, NY: 13, CellRad: 1e-9}
	v := pointSource(grid)
	got, err := network(t, c).Image(grid, v)
	if err != nil {
		t.Fatal(err)
	}
	gram, err := measure.NewGram(grid, v)
	if err != nil {
		t.Fatal(err)
	}
	dft := radio.NewDFT(grid, v.U, v.V)
	x, down := make([]float64, grid.Len()), make([]float64, grid.Len())
	for range c.Steps {
		residual := make([]complex128, v.Len())
		dft.Forward(residual, x)
		for k := range residual {
			residual[k] = complex(v.Weight[k]/gram.SumW, 0) * (v.Vis[k] - residual[k])
		}
		dft.Adjoint(down, residual)
		for i := range x {
			x[i] += down[i] / gram.KernelMax
		}
	}
	peak := slices.Max(x)
	if peak < 0.1 {
		t.Fatalf("the iterate has a peak of %g Jy, too little to compare with", peak)
	}
	for i := range x {
		if want := math.Max(x[i], 0); math.Abs(got[i]-want) > 1e-5*peak {
			t.Fatalf("pixel %d is %g Jy, gradient descent gives %g", i, got[i], want)
		}
	}
}

// pointSource returns visibilities of 2 Jy in row 9, column 6.
func pointSource(g radio.Grid) *radio.Visibilities {
	rng := rand.New(rand.NewPCG(8, 9))
	v := &radio.Visibilities{Stations: make([]radio.Station, 2)}
	for range 200 {
		v.U, v.V = append(v.U, (2*rng.Float64()-1)*g.MaxUV()), append(v.V, (2*rng.Float64()-1)*g.MaxUV())
		v.Weight = append(v.Weight, 1)
		v.Ant1, v.Ant2 = append(v.Ant1, 0), append(v.Ant2, 1)
		v.TimeSec, v.IntSec, v.FreqHz = append(v.TimeSec, 0), append(v.IntSec, 1), append(v.FreqHz, 1e11)
	}
	img := make([]float64, g.Len())
	img[9*g.NX+6] = 2
	v.Vis = make([]complex128, len(v.U))
	radio.NewDFT(g, v.U, v.V).Forward(v.Vis, img)
	return v
}
