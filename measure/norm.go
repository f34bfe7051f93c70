package measure

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"fringe/internal/torch"
)

// Norm returns the spectral norm of N, the largest factor by which it lengthens an image: never below the true one, and at most
// 1 % above. A gradient step x − η(Nx − b) cannot diverge for 0 < η < 2/Norm. See [Quadratic.Curvature] for how.
func (g *Gram) Norm() (float64, error) {
	q, err := NewQuadratic(g)
	if err != nil {
		return 0, err
	}
	defer q.Close()
	curvature, err := q.Curvature()
	return curvature / g.SumW, err
}

// Curvature promises to be at most 1 % above the truth: 0.4 % for the residual at which it stops, 0.5 % for safety.
const (
	normResidual = 0.004
	normSafety   = 1.005
)

// Curvature returns the largest eigenvalue of the Hessian of ½χ², Σw·N: the Lipschitz constant of the gradient, never below the
// true one and at most 1 % above. It is the largest Ritz value ρ of a Lanczos iteration (the power method with a memory; Golub
// & Van Loan 2013, section 10.1) plus the norm of its residual, once that is below 0.4 % of ρ, times 1.005: an eigenvalue
// lies within the residual of ρ (ibid., theorem 8.1.13), and the factor is for a neighbour just above it that the iteration
// has not yet told apart. The start is a fixed pseudo-random image, so the result is the same to the bit from run to run,
// and orthogonal to the largest eigenvector by bad luck only. It costs about 20 applications of N.
func (q *Quadratic) Curvature() (float64, error) {
	apply := func(y, x []float64) error {
		return q.each(x, func(s *torch.Scope, c, from, to int) error {
			_, err := q.gradient(s, c, q.channels[c].SumW, nil, y[from:to], x[from:to])
			return err
		})
	}
	largest, err := largestEigenvalue(len(q.channels)*q.channels[0].Grid.Len(), apply)
	return math.Min(largest, q.cheapBound()), err
}

// cheapBound is Σw·KernelMax·max B² of the worst channel.
func (q *Quadratic) cheapBound() float64 {
	bound := 0.0
	for _, gram := range q.channels {
		beam := 1.0
		if gram.PrimaryBeam != nil {
			beam = math.Max(slices.Max(gram.PrimaryBeam), -slices.Min(gram.PrimaryBeam))
		}
		bound = math.Max(bound, gram.SumW*gram.KernelMax*beam*beam)
	}
	return bound
}

// largestEigenvalue bounds the largest eigenvalue of a positive semidefinite n × n matrix from above.
func largestEigenvalue(n int, apply func(y, x []float64) error) (float64, error) {
	const most, every = 200, 5 // Lanczos steps; steps between looks at the Ritz values
	rng := rand.New(rand.NewPCG(1, 1))
	v, before, w := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	floats.Scale(1/floats.Norm(v, 2), v)
	var diagonal, off []float64
	for k := 1; ; k++ {
		if err := apply(w, v); err != nil {
			return 0, err
		}
		a := floats.Dot(w, v)
		floats.AddScaled(w, -a, v)
		if k > 1 {
			floats.AddScaled(w, -off[k-2], before)
		}
		b := floats.Norm(w, 2)
		diagonal, off = append(diagonal, a), append(off, b)
		last := k == most || b <= 1e-14*a // an invariant subspace: the Ritz values are eigenvalues
		if last || k%every == 0 {
			if value, residual := ritz(diagonal, off); last || residual <= normResidual*value {
				return normSafety * (value + residual), nil
			}
		}
		before, v, w = v, w, before
		floats.Scale(1/b, v)
	}
}

// ritz returns the largest eigenvalue of the tridiagonal matrix with off[:k-1] beside its diagonal, and the norm of the
// residual of the vector that belongs to it: off[k-1] times that vector's last element.
func ritz(diagonal, off []float64) (value, residual float64) {
	k := len(diagonal)
	t := mat.NewSymDense(k, nil)
	for i, d := range diagonal {
		t.SetSym(i, i, d)
		if i > 0 {
			t.SetSym(i-1, i, off[i-1])
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(t, true) {
		return math.Inf(1), 0 // the cheap bound is the smaller one
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	return eigen.Values(nil)[k-1], math.Abs(off[k-1] * vectors.At(k-1, k-1))
}
