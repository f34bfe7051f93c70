package measure

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"fringe/internal/finufft"
	"fringe/radio"
)

// NUFFT is the fast version of [radio.DFT]: V_k = Σ_p I_p exp(−2πi(u_k l_p + v_k m_p)) by FINUFFT in float64, and the exact
// transpose of it. Results are the same to the byte from run to run, on several threads too. Calls from several goroutines
// wait for each other. It holds about 48 bytes per point, and 16 to 100 per pixel and thread during a transform, more for a
// smaller error. Close frees its memory.
type NUFFT struct {
	grid   radio.Grid
	u, v   []float64
	blocks Blocks

	mu      sync.Mutex
	forward []part // blocks of points, in order, each with a plan for all threads
	parts   []part // smaller blocks, in order, each with a plan for one thread: they make the adjoint reproducible
	modes   []complex128
	lanes   []lane
}

var _ radio.Operator = (*NUFFT)(nil)

// part is a block of points, from the first to the one before the last, with its plan.
type part struct {
	plan        *finufft.Plan
	first, last int
}

// lane is the working memory of one thread in Adjoint. The first one has no sum: it adds to the result.
type lane struct {
	modes []complex128
	sum   []float64
}

// NUFFTOptions says how accurate a NUFFT is and how it works. The zero value works.
type NUFFTOptions struct {
	// Eps is the relative error in the 2-norm, from 1e-14 to 0.1; 0 means 1e-12, which is hardly slower than 1e-6.
	Eps float64
	Blocks
}

// Validate says which field is wrong.
func (o NUFFTOptions) Validate() error {
	if !(o.Eps == 0 || o.Eps >= 1e-14 && o.Eps <= 0.1) {
		return fmt.Errorf("measure: NUFFTOptions.Eps is %g, must lie between 1e-14 and 0.1, or be 0 for 1e-12", o.Eps)
	}
	return o.Blocks.Validate()
}

// NewNUFFT prepares the transform of images on g at the points u, v (wavelengths), with a relative error of at most about eps
// in the 2-norm (1e-14 … 0.1; 1e-12 is hardly slower than 1e-6). It keeps u and v without copying them. It returns an error
// where a point is not finite, or beyond [radio.Grid.MaxUV], where the image could not represent it.
func NewNUFFT(g radio.Grid, u, v []float64, eps float64) (*NUFFT, error) {
	if eps == 0 {
		return nil, errors.New("measure: NUFFT: eps is 0, must lie between 1e-14 and 0.1")
	}
	return NewNUFFTWith(g, u, v, NUFFTOptions{Eps: eps})
}

// NewNUFFTWith is NewNUFFT with options.
func NewNUFFTWith(g radio.Grid, u, v []float64, o NUFFTOptions) (*NUFFT, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if err := checkPoints(g, u, v); err != nil {
		return nil, err
	}
	n := &NUFFT{grid: g, u: u, v: v, blocks: o.Blocks, modes: make([]complex128, g.Len())}
	if err := n.plan(o); err != nil {
		n.Close()
		return nil, err
	}
	n.lanes = make([]lane, o.lanes(len(n.parts)))
	for i := range n.lanes {
		n.lanes[i].modes = make([]complex128, g.Len())
		if i > 0 {
			n.lanes[i].sum = make([]float64, g.Len())
		}
	}
	return n, nil
}

// plan makes the plans. Where one thread has all the work one plan serves both directions.
func (n *NUFFT) plan(o NUFFTOptions) (err error) {
	size := o.size(len(n.u), n.grid.Len())
	if n.parts, err = n.plans(size, o.Eps, 1); err != nil {
		return err
	}
	if n.forward = n.parts; o.lanes(len(n.parts)) > 1 {
		n.forward, err = n.plans(min(o.lanes(len(n.parts))*size, len(n.u)), o.Eps, o.threads())
	}
	return err
}

// plans returns the plans of blocks of points.
func (n *NUFFT) plans(size int, eps float64, threads int) ([]part, error) {
	var parts []part
	for first := 0; first < len(n.u); first += size {
		last := min(first+size, len(n.u))
		plan, err := newPlan(n.grid, n.u[first:last], n.v[first:last], eps, threads)
		if err != nil {
			return parts, err
		}
		parts = append(parts, part{plan, first, last})
	}
	return parts, nil
}

// newPlan returns the transform of images on g at the points u, v.
func newPlan(g radio.Grid, u, v []float64, eps float64, threads int) (*finufft.Plan, error) {
	// l decreases and m increases with the index, hence the signs.
	x, y := make([]float64, len(u)), make([]float64, len(v))
	for k := range u {
		x[k] = -2 * math.Pi * u[k] * g.CellRad
		y[k] = 2 * math.Pi * v[k] * g.CellRad
	}
	// The library promises the order of what it is asked for; asking for half keeps the error below 2·eps in the tests.
	if eps >= 2e-14 {
		eps /= 2
	}
	plan, err := finufft.NewPlan(g.NX, g.NY, x, y, finufft.Options{Eps: eps, Threads: threads})
	if err != nil {
		return nil, fmt.Errorf("measure: NUFFT of %d x %d pixels, %d points: %w", g.NX, g.NY, len(u), err)
	}
	return plan, nil
}

// Len returns the number of visibilities.
func (n *NUFFT) Len() int { return len(n.u) }

// Forward fills vis (Jy) with the visibilities of img (Jy/pixel). It panics on wrong lengths and after Close.
func (n *NUFFT) Forward(vis []complex128, img []float64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.check(vis, img)
	for p, value := range img {
		n.modes[p] = complex(value, 0)
	}
	for _, p := range n.forward {
		must(p.plan.Type2(vis[p.first:p.last], n.modes))
	}
}

// Adjoint fills img with Re Aᴴ vis. It panics on wrong lengths and after Close.
func (n *NUFFT) Adjoint(img []float64, vis []complex128) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.check(vis, img)
	must(n.blocks.run(len(n.parts), func(i int) error {
		if i == 0 {
			return n.adjoint(img, 0, vis)
		}
		return n.adjoint(n.lanes[i].sum, i, vis)
	}))
	for _, l := range n.lanes[1:] {
		addTo(img, l.sum)
	}
}

// adjoint fills sum with the sum over the blocks of a lane.
func (n *NUFFT) adjoint(sum []float64, lane int, vis []complex128) error {
	modes := n.lanes[lane].modes
	for i := lane; i < len(n.parts); i += len(n.lanes) {
		p := n.parts[i]
		if err := p.plan.Type1(modes, vis[p.first:p.last]); err != nil {
			return err
		}
		if i == lane {
			for k, value := range modes {
				sum[k] = real(value)
			}
			continue
		}
		for k, value := range modes {
			sum[k] += real(value)
		}
	}
	return nil
}

// Error measures the error of the transform of img, at up to samples points evenly spread over the list, against the direct
// sum: the largest difference divided by Σ|I|, the largest visibility that an image could have. It panics on a wrong length
// and after Close.
func (n *NUFFT) Error(img []float64, samples int) float64 {
	vis := make([]complex128, n.Len())
	n.Forward(vis, img)
	samples = min(samples, n.Len())
	var u, v []float64
	var fast []complex128
	for s := range samples {
		k := s * n.Len() / samples
		u, v, fast = append(u, n.u[k]), append(v, n.v[k]), append(fast, vis[k])
	}
	exact := make([]complex128, samples)
	radio.NewDFT(n.grid, u, v).Forward(exact, img)
	flux, worst := 0.0, 0.0
	for _, value := range img {
		flux += math.Abs(value)
	}
	for k := range exact {
		d := fast[k] - exact[k]
		worst = math.Max(worst, math.Hypot(real(d), imag(d)))
	}
	if flux == 0 {
		return 0
	}
	return worst / flux
}

// Close frees the plans. Closing twice does nothing.
func (n *NUFFT) Close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, p := range append(n.forward, n.parts...) {
		p.plan.Close()
	}
}

func (n *NUFFT) check(vis []complex128, img []float64) {
	if len(vis) != len(n.u) || len(img) != len(n.modes) {
		panic(fmt.Sprintf("measure: NUFFT of %d pixels and %d points got %d pixels and %d visibilities",
			len(n.modes), len(n.u), len(img), len(vis)))
	}
}

// must panics on what only a programmer's mistake can cause: a transform after Close.
func must(err error) {
	if err != nil {
		panic("measure: NUFFT: " + err.Error())
	}
}
