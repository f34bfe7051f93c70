package finufft

// #cgo LDFLAGS: -lfinufft
// #include <stdint.h>
// #include <stdlib.h>
// // The library's header is not part of its binary distribution. Of its options only the leading fields are named here,
// // whose order is that of the documentation; the library fills in the rest, which is shorter than the room left for it.
// typedef struct {
//   int modeord, spreadinterponly, debug, spread_debug, showwarn, nthreads;
//   int64_t rest[64];
// } fringe_finufft_opts;
// void finufft_default_opts(fringe_finufft_opts *opts);
// int finufft_makeplan(int type, int dim, const int64_t *n_modes, int iflag, int ntrans, double eps, void **plan,
//                      fringe_finufft_opts *opts);
// int finufft_setpts(void *plan, int64_t m, double *x, double *y, double *z, int64_t n, double *s, double *t, double *u);
// int finufft_execute(void *plan, void *c, void *f);
// int finufft_execute_adjoint(void *plan, void *c, void *f);
// int finufft_destroy(void *plan);
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"
)

// Options says how accurate and how parallel a plan is.
type Options struct {
	// Eps is the requested relative error, from 1e-14 to 0.1; 0 means 1e-12.
	Eps float64
	// Threads is the number of threads of one transform; 0 means 1. Type2 is reproducible to the byte whatever it is, Type1
	// with 1 alone.
	Threads int
}

// The range of Options.Eps. Below, rounding dominates: the library cannot reach it in float64.
const (
	minEps     = 1e-14
	maxEps     = 0.1
	defaultEps = 1e-12
)

// maxModes per dimension is refused here, because the library works for minutes before it refuses an absurd size.
const maxModes = 1 << 16

// Plan is a pair of transforms between nx × ny modes and a fixed set of points: Type2, and Type1, its exact adjoint. It
// holds memory of the C library until Close. One transform may run at a time.
type Plan struct {
	plan          unsafe.Pointer
	points        unsafe.Pointer // x, then y; the library reads them during a transform
	nmodes, count int
}

// NewPlan prepares transforms of nx × ny modes at the points x[j], y[j] (radians), which it copies.
func NewPlan(nx, ny int, x, y []float64, o Options) (*Plan, error) {
	if o.Eps == 0 {
		o.Eps = defaultEps
	}
	if o.Threads == 0 {
		o.Threads = 1
	}
	if err := validate(nx, ny, x, y, o); err != nil {
		return nil, err
	}
	var opts C.fringe_finufft_opts
	C.finufft_default_opts(&opts)
	opts.modeord = 0 // mode numbers increase from −⌊n/2⌋
	opts.showwarn = 0
	opts.nthreads = C.int(o.Threads)
	p := &Plan{nmodes: nx * ny, count: len(x)}
	modes := [3]C.int64_t{C.int64_t(nx), C.int64_t(ny), 1}
	const type2, dimensions, minus, transforms = 2, 2, -1, 1
	if err := failure("make plan", C.finufft_makeplan(type2, dimensions, &modes[0], minus, transforms, C.double(o.Eps), &p.plan, &opts)); err != nil {
		return nil, err
	}
	if err := p.setPoints(x, y); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func validate(nx, ny int, x, y []float64, o Options) error {
	switch {
	case nx < 1 || ny < 1:
		return fmt.Errorf("finufft: %d x %d modes, both must be at least 1", nx, ny)
	case nx > maxModes || ny > maxModes:
		return fmt.Errorf("finufft: %d x %d modes, at most %d per dimension", nx, ny, maxModes)
	case len(x) != len(y):
		return fmt.Errorf("finufft: %d x and %d y, must be as many", len(x), len(y))
	case len(x) == 0:
		return errors.New("finufft: no points")
	case !(o.Eps >= minEps && o.Eps <= maxEps):
		return fmt.Errorf("finufft: Eps is %g, must lie between %g and %g", o.Eps, minEps, maxEps)
	case o.Threads < 1:
		return fmt.Errorf("finufft: Threads is %d, must not be negative", o.Threads)
	}
	for j := range x {
		if d := x[j] - x[j] + y[j] - y[j]; d != 0 { // NaN for NaN and Inf
			return fmt.Errorf("finufft: point %d is (%g, %g), must be finite", j, x[j], y[j])
		}
	}
	return nil
}

// setPoints copies the points to C memory, where they stay until Close.
func (p *Plan) setPoints(x, y []float64) error {
	n := len(x)
	p.points = C.malloc(C.size_t(2*n) * C.size_t(unsafe.Sizeof(x[0])))
	both := unsafe.Slice((*float64)(p.points), 2*n)
	copy(both, x)
	copy(both[n:], y)
	return failure("set points", C.finufft_setpts(p.plan, C.int64_t(n), (*C.double)(&both[0]), (*C.double)(&both[n]), nil, 0, nil, nil, nil))
}

// Type2 fills c[j] = Σ_k f[k] exp(−i(k1·x[j] + k2·y[j])) at every point. f is not changed.
func (p *Plan) Type2(c, f []complex128) error {
	if err := p.check(c, f); err != nil {
		return err
	}
	defer runtime.KeepAlive(p)
	return failure("type 2", C.finufft_execute(p.plan, unsafe.Pointer(&c[0]), unsafe.Pointer(&f[0])))
}

// Type1 fills f[k] = Σ_j c[j] exp(+i(k1·x[j] + k2·y[j])) for every mode: the adjoint of Type2. c is not changed.
func (p *Plan) Type1(f, c []complex128) error {
	if err := p.check(c, f); err != nil {
		return err
	}
	defer runtime.KeepAlive(p)
	return failure("type 1", C.finufft_execute_adjoint(p.plan, unsafe.Pointer(&c[0]), unsafe.Pointer(&f[0])))
}

func (p *Plan) check(c, f []complex128) error {
	if p.plan == nil {
		return errors.New("finufft: the plan is closed")
	}
	if len(c) != p.count || len(f) != p.nmodes {
		return fmt.Errorf("finufft: plan of %d modes and %d points got %d and %d", p.nmodes, p.count, len(f), len(c))
	}
	return nil
}

// Close frees the plan. Closing twice does nothing.
func (p *Plan) Close() {
	if p.plan != nil {
		C.finufft_destroy(p.plan)
		p.plan = nil
	}
	C.free(p.points)
	p.points = nil
}
