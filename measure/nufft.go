package measure

import (
	"fmt"
	"math"
	"sync"

	"fringe/internal/finufft"
	"fringe/radio"
)

// NUFFT is the fast version of [radio.DFT]: V_k = Σ_p I_p exp(−2πi(u_k l_p + v_k m_p)) by FINUFFT in float64, and the exact
// transpose of it. Results are the same to the byte from run to run. Calls from several goroutines wait for each other.
// Close frees its memory.
type NUFFT struct {
	mu    sync.Mutex
	plan  *finufft.Plan
	modes []complex128
	count int
}

var _ radio.Operator = (*NUFFT)(nil)

// NewNUFFT prepares the transform of images on g at the points u, v (wavelengths), with a relative error of about eps in
// the 2-norm (1e-14 … 0.1; 1e-12 is hardly slower than 1e-6). It returns an error where a point is not finite, or beyond
// [radio.Grid.MaxUV], where the image could not represent it.
func NewNUFFT(g radio.Grid, u, v []float64, eps float64) (*NUFFT, error) {
	if err := checkPoints(g, u, v); err != nil {
		return nil, err
	}
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
	plan, err := finufft.NewPlan(g.NX, g.NY, x, y, finufft.Options{Eps: eps})
	if err != nil {
		return nil, fmt.Errorf("measure: NUFFT of %d x %d pixels, %d points: %w", g.NX, g.NY, len(u), err)
	}
	return &NUFFT{plan: plan, modes: make([]complex128, g.Len()), count: len(u)}, nil
}

// checkPoints says what is wrong with the grid or the points.
func checkPoints(g radio.Grid, u, v []float64) error {
	if err := g.Validate(); err != nil {
		return fmt.Errorf("measure: %w", err)
	}
	if len(u) != len(v) || len(u) == 0 {
		return fmt.Errorf("measure: %d u and %d v, must be as many and at least one", len(u), len(v))
	}
	longest := 0.0
	for k := range u {
		d := math.Max(math.Abs(u[k]), math.Abs(v[k]))
		if math.IsNaN(d) || math.IsInf(d, 0) {
			return fmt.Errorf("measure: point %d is (u, v) = (%g, %g), must be finite; flag it", k, u[k], v[k])
		}
		longest = math.Max(longest, d)
	}
	if longest > g.MaxUV() {
		largest := 0.5 / longest
		return fmt.Errorf("measure: the longest |u| or |v| is %.4g wavelengths, which needs a cell of at most %.4g uas (%.4g rad); the grid has %.6g uas",
			longest, roundDown(largest/radio.Microarcsecond), roundDown(largest), g.CellRad/radio.Microarcsecond)
	}
	return nil
}

// roundDown keeps four digits of x > 0, never rounding up, so that a printed limit is itself within the limit.
func roundDown(x float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(x))-3)
	return math.Floor(x/unit) * unit
}

// Len returns the number of visibilities.
func (n *NUFFT) Len() int { return n.count }

// Forward fills vis (Jy) with the visibilities of img (Jy/pixel). It panics on wrong lengths and after Close.
func (n *NUFFT) Forward(vis []complex128, img []float64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.check(vis, img)
	for p, value := range img {
		n.modes[p] = complex(value, 0)
	}
	must(n.plan.Type2(vis, n.modes))
}

// Adjoint fills img with Re Aᴴ vis. It panics on wrong lengths and after Close.
func (n *NUFFT) Adjoint(img []float64, vis []complex128) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.check(vis, img)
	must(n.plan.Type1(n.modes, vis))
	for p, value := range n.modes {
		img[p] = real(value)
	}
}

// Close frees the plan. Closing twice does nothing.
func (n *NUFFT) Close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.plan.Close()
}

func (n *NUFFT) check(vis []complex128, img []float64) {
	if len(vis) != n.count || len(img) != len(n.modes) {
		panic(fmt.Sprintf("measure: NUFFT of %d pixels and %d points got %d pixels and %d visibilities",
			len(n.modes), n.count, len(img), len(vis)))
	}
}

// must panics on what only a programmer's mistake can cause: a transform after Close.
func must(err error) {
	if err != nil {
		panic("measure: NUFFT: " + err.Error())
	}
}
