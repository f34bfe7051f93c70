package measure

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"fringe/internal/torch"
	"fringe/radio"
)

// NUFFT is the fast version of [radio.DFT]: V_k = Σ_p I_p exp(−2πi(u_k l_p + v_k m_p)) in float64, and the exact transpose of it. An image is
// real, so half of its spectrum does: its transform is taken on a grid of twice the size and interpolated at the points, which are sorted by where
// they are. Results are the same to the byte from run to run and on any number of threads. Calls from several goroutines wait for each other.
// It holds 20 bytes per point and about 60 per pixel. Close frees its memory.
type NUFFT struct {
	grid radio.Grid
	u, v []float64

	mu        sync.Mutex
	transform *torch.NonUniform
}

var _ radio.Operator = (*NUFFT)(nil)

// NUFFTOptions says how accurate a NUFFT is and how it works. The zero value works.
type NUFFTOptions struct {
	// Eps is the relative error in the 2-norm, from 1e-14 to 0.1, to a factor of 2 (4 for a source in a single pixel in a corner); 0 means
	// 1e-12, which is hardly slower than 1e-6.
	Eps float64
	// Threads is the number of threads, 0 for 2; the bytes do not depend on it.
	Threads int
}

// Validate says which field is wrong.
func (o NUFFTOptions) Validate() error {
	if !(o.Eps == 0 || o.Eps >= 1e-14 && o.Eps <= 0.1) {
		return fmt.Errorf("measure: NUFFTOptions.Eps is %g, must lie between 1e-14 and 0.1, or be 0 for 1e-12", o.Eps)
	}
	if o.Threads < 0 || o.Threads > 1024 {
		return fmt.Errorf("measure: NUFFTOptions.Threads is %d, must lie between 0 and 1024", o.Threads)
	}
	return nil
}

// NewNUFFT prepares the transform of images on g at the points u, v (wavelengths), with a relative error of about eps
// in the 2-norm (1e-14 … 0.1; 1e-12 is hardly slower than 1e-6; see [NUFFTOptions]). It keeps u and v without copying them. It returns an error
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
	if o.Eps == 0 {
		o.Eps = 1e-12
	}
	mx, my := torch.Smooth(max(g.NX, leastGrid)), torch.Smooth(max(g.NY, leastGrid))
	kernel, points := newSpreading(o.Eps), newTiles(g, u, v, mx, my)
	factor, down := make([]float64, 0, g.Len()), kernel.transform(g.NY, my)
	across := kernel.transform(g.NX, mx)
	for _, y := range down {
		for _, x := range across {
			factor = append(factor, 1/(x*y))
		}
	}
	threads := o.Threads
	if threads == 0 {
		threads = defaultThreads
	}
	if len(u)+g.Len() < leastSplit {
		threads = 1
	}
	transform, err := torch.NewNonUniform(torch.NonUniformOptions{
		NY: g.NY, NX: g.NX, MY: my, MX: mx, Factor: factor, Width: kernel.width, Coefficients: kernel.coefficients,
		X: points.x, Y: points.y, Index: points.index, Tiles: points.ends, Colours: points.colours, Threads: threads,
	})
	if err != nil {
		return nil, fmt.Errorf("measure: NUFFT of %d x %d pixels, %d points: %w", g.NX, g.NY, len(u), err)
	}
	return &NUFFT{grid: g, u: u, v: v, transform: transform}, nil
}

// Len returns the number of visibilities.
func (n *NUFFT) Len() int { return len(n.u) }

// Forward fills vis (Jy) with the visibilities of img (Jy/pixel). It panics on wrong lengths and after Close.
func (n *NUFFT) Forward(vis []complex128, img []float64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	must(n.transform.Forward(vis, img))
}

// Adjoint fills img with Re Aᴴ vis. It panics on wrong lengths and after Close.
func (n *NUFFT) Adjoint(img []float64, vis []complex128) {
	n.mu.Lock()
	defer n.mu.Unlock()
	must(n.transform.Adjoint(img, vis))
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
	n.transform.Close()
}

// must panics on what only a programmer's mistake can cause: wrong lengths, or a transform after Close.
func must(err error) {
	if err != nil {
		panic("measure: NUFFT: " + err.Error())
	}
}
