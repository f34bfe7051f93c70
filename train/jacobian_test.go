package train_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"fringe/internal/torch"
	"fringe/models"
	"fringe/train"
)

// shaken returns a tiny denoiser whose weights are all random: the Jacobian of an untrained one is the identity.
func shaken(t *testing.T, double bool) *models.Denoiser {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 6))
	net, err := models.NewDenoiser(models.UNetConfig{Width: 8, Pools: 1, Float64: double}, rng)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(net.Drop)
	err = torch.Do(func(s *torch.Scope) error {
		for _, p := range net.Params() {
			noise := make([]float64, p.Tensor.Len())
			for i := range noise {
				noise[i] = 0.2 * rng.NormFloat64()
			}
			s.NoGrad(func() {
				s.Copy(p.Tensor, s.Add(p.Tensor, s.To(s.FromFloat64s(noise, p.Tensor.Shape()...), p.Tensor.DType())))
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return net
}

const tinySide = 8

// images returns two random images.
func images(rng *rand.Rand) []float64 {
	x := make([]float64, 2*tinySide*tinySide)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

func levels(s *torch.Scope) *torch.Tensor { return s.FromFloat64s([]float64{0.3, 1}, 2, 1, 1, 1) }

// dense returns the largest singular value of the Jacobian of each of the two images, row by row and by a singular value decomposition.
func dense(t *testing.T, s *torch.Scope, f func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error), x *torch.Tensor) []float64 {
	t.Helper()
	const n = tinySide * tinySide
	x = s.RequireGrad(s.Detach(x))
	y, err := f(s, x)
	if err != nil {
		t.Fatal(err)
	}
	jacobians := [2]*mat.Dense{mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)}
	for row := range n {
		pick := make([]float64, 2*n)
		pick[row], pick[n+row] = 1, 1
		g := s.Float64s(s.VJP(y, s.FromFloat64s(pick, y.Shape()...), []*torch.Tensor{x}, true)[0])
		jacobians[0].SetRow(row, g[:n])
		jacobians[1].SetRow(row, g[n:])
	}
	var norms []float64
	for _, j := range jacobians {
		var svd mat.SVD
		if !svd.Factorize(j, mat.SVDNone) {
			t.Fatal("no singular values")
		}
		norms = append(norms, svd.Values(nil)[0])
	}
	return norms
}

// The power method against the singular values of the dense Jacobian, and the slope along a change of all weights against differences.
func TestJacobianNormIsTheLargestSingularValue(t *testing.T) {
	net := shaken(t, true)
	rng := rand.New(rand.NewPCG(7, 8))
	at, start := images(rng), images(rng)
	live := torch.Live()
	err := torch.Do(func(s *torch.Scope) error {
		f := func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error) {
			y, err := net.Forward(s, x, levels(s))
			if err != nil {
				return nil, err
			}
			return s.Sub(s.MulScalar(y, 2), x), nil
		}
		x, u := s.FromFloat64s(at, 2, 1, tinySide, tinySide), s.FromFloat64s(start, 2, 1, tinySide, tinySide)
		norm := func(iterations int) *torch.Tensor {
			n, err := train.JacobianNorm(s, f, x, u, iterations)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		want, got, rough := dense(t, s, f, x), s.Float64s(norm(100)), s.Float64s(norm(5))
		for k := range want {
			// The power method approaches from below, as (σ₂/σ₁)²ᵏ.
			if math.Abs(got[k]-want[k]) > 1e-3*want[k] || got[k] > want[k]*(1+1e-12) || rough[k] > got[k] || rough[k] < 0.5*want[k] {
				t.Errorf("image %d: norm %g after 5 iterations, %g after 100, want %g", k, rough[k], got[k], want[k])
			}
			if want[k] < 1.05 {
				t.Errorf("image %d: the norm %g is nearly that of the identity: the test shows nothing", k, want[k])
			}
		}
		var params []*torch.Tensor
		for _, p := range net.Params() {
			params = append(params, p.Tensor)
		}
		grads, slope := s.Grad(s.Sum(norm(300)), params, false), 0.0
		const h = 1e-5
		var up, down, now []*torch.Tensor
		s.NoGrad(func() {
			for i, p := range params {
				change := make([]float64, p.Len())
				for k := range change {
					change[k] = rng.NormFloat64()
				}
				d := s.FromFloat64s(change, p.Shape()...)
				slope += s.Item(s.Sum(s.Mul(d, grads[i])))
				now = append(now, s.MulScalar(p, 1))
				up, down = append(up, s.Add(p, s.MulScalar(d, h))), append(down, s.Sub(p, s.MulScalar(d, h)))
			}
		})
		moved := func(to []*torch.Tensor) float64 {
			for i, p := range params {
				s.Copy(p, to[i])
			}
			defer func() {
				for i, p := range params {
					s.Copy(p, now[i])
				}
			}()
			v := dense(t, s, f, x)
			return v[0] + v[1]
		}
		// The singular vectors after 300 iterations leave an error of that order; the differences 1e-8.
		if difference := (moved(up) - moved(down)) / (2 * h); math.Abs(slope-difference) > 1e-3*math.Abs(difference) {
			t.Errorf("slope %g, by differences of the dense norms %g", slope, difference)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if now := torch.Live(); now != live {
		t.Errorf("%d tensors live after, %d before", now, live)
	}
}

// A denoiser that expands, trained a little with the penalty and without it: with it 2D − I ends less expansive.
func TestPenaltyMakesDenoisersLessExpansive(t *testing.T) {
	final := func(weight float64) float64 {
		net := shaken(t, false)
		c := train.DenoisingConfig{Pixels: 32, Validation: 2, SigmaMin: 0.05, Jacobian: train.JacobianConfig{Weight: weight, Margin: 0.1}}
		task, err := train.NewDenoising(net, c, 3)
		if err != nil {
			t.Fatal(err)
		}
		live := torch.Live()
		cfg := train.LoopConfig{Steps: 40, Batch: 2, LearningRate: 3e-3, EMADecay: 0.5, ValidateEvery: 40}
		if _, err := train.Run(context.Background(), cfg, task, train.DenoisingBatches(c, 3, 2)); err != nil {
			t.Fatal(err)
		}
		norms, err := task.JacobianNorms(context.Background(), 20)
		if err != nil {
			t.Fatal(err)
		}
		if now := torch.Live(); now != live {
			t.Errorf("%d tensors live after, %d before", now, live)
		}
		t.Logf("weight %g: %+v", weight, norms)
		worst := 0.0
		for _, n := range norms {
			worst = max(worst, n.Reflected)
		}
		return worst
	}
	with, without := final(10), final(0)
	// Forty steps need not reach 1, but must go most of the way.
	if !(with-1 < (without-1)/5) {
		t.Errorf("‖∇(2D − I)‖ is %g with the penalty and %g without", with, without)
	}
}

// The penalty begins after some batches, comes with each that many-th, and looks at the first images only.
func TestPenaltyFollowsItsSchedule(t *testing.T) {
	c := train.DenoisingConfig{Pixels: 32, Jacobian: train.JacobianConfig{Weight: 1, After: 3, Every: 2, Images: 2}}
	batches := train.DenoisingBatches(c, 1, 3)
	for step, want := range []int{0, 0, 0, 2, 0, 2, 0} {
		b, err := batches(step)
		if err != nil {
			t.Fatal(err)
		}
		if len(b.Mix) != want || len(b.Probe) != want*32*32 {
			t.Errorf("batch %d has %d penalised images and probes of %d pixels, want %d", step, len(b.Mix), len(b.Probe), want)
		}
	}
}

// Of a linear denoiser the norm is known, wherever it is measured: the penalty is what the loss has more than without it.
func TestPenaltyOfALinearDenoiser(t *testing.T) {
	const slope = 1.5 // 2D − I is 2 everywhere
	loss := func(j train.JacobianConfig) float64 {
		c := train.DenoisingConfig{Pixels: 32, Validation: 1, Jacobian: j}
		task, err := train.NewDenoising(scaling{slope}, c, 1)
		if err != nil {
			t.Fatal(err)
		}
		b, err := train.DenoisingBatches(c, 1, 3)(0)
		if err != nil {
			t.Fatal(err)
		}
		return lossOf(t, task, b)
	}
	plain := loss(train.JacobianConfig{})
	for _, j := range []train.JacobianConfig{{Weight: 3, Margin: 0.1}, {Weight: 3, Margin: 0.1, At: "noisy", Images: 2}, {Weight: 3, Margin: 0.1, Images: 1}} {
		// The loss is of order 1e3, in float32.
		if got, want := loss(j)-plain, 3*(2-1+0.1); math.Abs(got-want) > 1e-6*plain+1e-6 {
			t.Errorf("%+v: penalty %g, want %g", j, got, want)
		}
	}
	for j, want := range map[train.JacobianConfig]string{
		{Weight: 1, At: "here"}: "denoising.jacobian.at is \"here\", must be denoised or noisy", {Weight: 1, Every: -1}: "every -1",
	} {
		if err := j.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one with %q", j, err, want)
		}
	}
}

// The norms settle at the largest singular value of each image's Jacobian: pixels of the first image are multiplied by 1 to 2, one of the second
// by 3. What has not settled after some iterations says so, image by image.
func TestSettledNormsOfDifferentImages(t *testing.T) {
	const n = tinySide * tinySide
	factors := make([]float64, 2*n)
	for i := range n {
		factors[i] = 1 + float64(i)/(n-1)                 // 1 to 2, dense at the top: settles slowly
		factors[n+i] = 1 + 2*math.Floor(float64(i)/(n-1)) // 1, and 3 once: settles at once
	}
	live := torch.Live()
	err := torch.Do(func(s *torch.Scope) error {
		f := func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error) {
			return s.Mul(x, s.FromFloat64s(factors, 2, 1, tinySide, tinySide)), nil
		}
		x := s.FromFloat64s(images(rand.New(rand.NewPCG(9, 10))), 2, 1, tinySide, tinySide)
		before := torch.Live()
		norms, settled, err := train.SettledJacobianNorm(s, f, x, x, 1e-4, 2000)
		if err != nil {
			return err
		}
		if left := torch.Live() - before; left != 0 {
			t.Errorf("%d tensors are left", left)
		}
		// The tolerance of 1e-4 in ten iterations leaves the slow one, with neighbours 1.6 % apart, within 1 %.
		if math.Abs(norms[0]-2) > 0.02 || math.Abs(norms[1]-3) > 1e-9 || !settled[0] || !settled[1] {
			t.Errorf("norms %g, settled %v; want 2 and 3", norms, settled)
		}
		if _, settled, err = train.SettledJacobianNorm(s, f, x, x, 1e-4, 20); err != nil || settled[0] || !settled[1] {
			t.Errorf("after 20 iterations settled is %v, %v; want it of the second image alone", settled, err)
		}
		if _, settled, err = train.SettledJacobianNorm(s, f, x, x, 1e-4, train.SettlingWindow); err != nil || settled[0] || settled[1] {
			t.Errorf("after %d iterations settled is %v, %v", train.SettlingWindow, settled, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if now := torch.Live(); now != live {
		t.Errorf("%d tensors live after, %d before", now, live)
	}
}

// A network whose second measurement fails is an error, whatever the first one gave.
func TestFailedNormsAreErrors(t *testing.T) {
	task, err := train.NewDenoising(&failing{after: 1}, train.DenoisingConfig{Pixels: 32, Validation: 1}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if norms, err := task.JacobianNorms(context.Background(), 2); err == nil || !strings.Contains(err.Error(), "noise 0.01: broken") {
		t.Errorf("norms %v, %v", norms, err)
	}
}

// failing is a network that works some times.
type failing struct{ after int }

func (*failing) Params() []torch.Param { return nil }

func (f *failing) Forward(s *torch.Scope, x, _ *torch.Tensor) (*torch.Tensor, error) {
	if f.after--; f.after < 0 {
		return nil, errors.New("broken")
	}
	return s.MulScalar(x, 2), nil
}

// scaling multiplies images by a number.
type scaling struct{ by float64 }

func (scaling) Params() []torch.Param { return nil }

func (d scaling) Forward(s *torch.Scope, x, _ *torch.Tensor) (*torch.Tensor, error) {
	return s.MulScalar(x, d.by), nil
}
