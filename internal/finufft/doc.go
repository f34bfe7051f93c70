// Package finufft is a cgo binding of the FINUFFT C library (Barnett, Magland & af Klinteberg 2019, SIAM J. Sci. Comput.
// 41, C479), version 2.5: two-dimensional non-uniform fast Fourier transforms of types 2 and 1 in float64.
//
// A [Plan] is made once for a set of points and used for any number of transforms:
//
//	p, err := finufft.NewPlan(nx, ny, x, y, finufft.Options{Eps: 1e-12})
//	if err != nil {
//		return err
//	}
//	defer p.Close()
//	err = p.Type2(c, f) // c[j] = Σ f[k1,k2] exp(−i(k1·x[j] + k2·y[j]))
//	err = p.Type1(f, c) // f[k1,k2] = Σ c[j] exp(+i(k1·x[j] + k2·y[j]))
//
// # Storage
//
// The element f[i2·nx + i1] has the mode numbers k1 = i1 − ⌊nx/2⌋ and k2 = i2 − ⌊ny/2⌋, for odd and even sizes. Points
// are in radians; the transforms are 2π-periodic in them.
//
// # Determinism
//
// With one thread, which is the default, two runs give the same bytes; Type2 does on any number of threads, because every
// point is for itself. Type1 with more threads adds grids of points in the order in which they get ready, so that its rounding
// differs from run to run (with two threads too: where a grid wraps around the border three numbers meet). Several plans
// with one thread each may run at the same time.
package finufft
