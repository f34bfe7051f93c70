package torch_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"fringe/internal/torch"
)

// tent returns the coefficients of linear interpolation as a kernel of an even width: at a point of the grid it is 1 there and 0 at all others.
func tent(width int) []float64 {
	c := make([]float64, 32)
	middle := width / 2
	c[middle], c[16+middle] = -0.5, 0.5 // (1 − t)/2
	c[middle-1], c[16+middle-1] = 0.5, 0.5
	return c
}

// onGrid returns a transform at random points of the grid, half of them mirror images.
func onGrid(t *testing.T, ny, nx, width, threads int) (*torch.NonUniform, torch.NonUniformOptions) {
	t.Helper()
	const count = 300
	rng := rand.New(rand.NewPCG(1, 2))
	o := torch.NonUniformOptions{
		NY: ny, NX: nx, MY: torch.Smooth(max(ny, 16)), MX: torch.Smooth(max(nx, 16)), Factor: make([]float64, ny*nx),
		Width: width, Coefficients: tent(width), Threads: threads,
		Tiles: []int{100, 170, count}, Colours: []int{1, 2, 3}, // these tiles overlap, so one at a time
	}
	for p := range o.Factor {
		o.Factor[p] = 1 + float64(p%3)
	}
	for k := range count {
		index := int32((k + 5) % count)
		if k%2 == 1 {
			index = ^index
		}
		o.X, o.Y, o.Index = append(o.X, float64(rng.IntN(2*o.MX+1))), append(o.Y, float64(rng.IntN(o.MY+1))), append(o.Index, index)
	}
	n, err := torch.NewNonUniform(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n, o
}

// At points of the grid, where interpolation is exact, against sums over the pixels: 1e-13 is rounding of FFTs. The adjoint by its identity.
func TestNonUniformEqualsTheDirectSumOnTheGrid(t *testing.T) {
	defer torch.LimitVectors(64)
	for _, bytes := range []int{64, 32, 16} {
		torch.LimitVectors(bytes)
		for _, size := range [][3]int{{1, 1, 2}, {5, 3, 8}, {16, 16, 10}, {21, 40, 16}, {37, 18, 6}} {
			ny, nx := size[0], size[1]
			n, o := onGrid(t, ny, nx, size[2], 2)
			rng := rand.New(rand.NewPCG(3, 4))
			img, back := make([]float64, ny*nx), make([]float64, ny*nx)
			vis, c := make([]complex128, len(o.X)), make([]complex128, len(o.X))
			for p := range img {
				img[p] = rng.NormFloat64()
			}
			for k := range c {
				c[k] = complex(rng.NormFloat64(), rng.NormFloat64())
			}
			if err := n.Forward(vis, img); err != nil {
				t.Fatal(err)
			}
			if err := n.Adjoint(back, c); err != nil {
				t.Fatal(err)
			}
			for j, k := range o.Index {
				var want complex128
				for p, f := range img {
					angle := math.Pi * (float64(p%nx-nx/2)*o.X[j]/float64(o.MX) + float64(p/nx-ny/2)*o.Y[j]/float64(o.MY))
					want += complex(f*o.Factor[p], 0) * cmplx.Exp(complex(0, -angle))
				}
				if k < 0 {
					want = cmplx.Conj(want)
				}
				if d := cmplx.Abs(vis[max(k, ^k)] - want); d > 1e-13*float64(3*ny*nx) {
					t.Fatalf("%v, vectors of %d bytes: point %d is off by %.2g", size, bytes, j, d)
				}
			}
			left, right, scale := 0.0, 0.0, 0.0
			for k := range c {
				term := real(vis[k])*real(c[k]) + imag(vis[k])*imag(c[k])
				left, scale = left+term, scale+math.Abs(term)
			}
			for p := range img {
				right += img[p] * back[p]
			}
			if math.Abs(left-right) > 1e-13*scale {
				t.Errorf("%v, vectors of %d bytes: adjoint %.17g, want %.17g", size, bytes, right, left)
			}
		}
	}
}

func TestNonUniformGivesTheSameBytesOnAnyNumberOfThreads(t *testing.T) {
	var vis []complex128
	var back []float64
	for _, threads := range []int{1, 2, 5, 1} {
		n, o := onGrid(t, 40, 33, 12, threads)
		v, b := make([]complex128, len(o.X)), make([]float64, 40*33)
		img := slices.Repeat([]float64{0.3, -1.7, 2.9}, 440)
		if err := n.Forward(v, img); err != nil {
			t.Fatal(err)
		}
		if err := n.Adjoint(b, v); err != nil {
			t.Fatal(err)
		}
		if vis == nil {
			vis, back = v, b
		}
		if !slices.Equal(v, vis) || !slices.Equal(b, back) {
			t.Errorf("%d threads give other bytes", threads)
		}
	}
}

// The caller may do with its slices what it likes.
func TestNonUniformKeepsNoSlices(t *testing.T) {
	n, o := onGrid(t, 5, 6, 4, 1)
	img, want, got := slices.Repeat([]float64{1}, 30), make([]complex128, len(o.X)), make([]complex128, len(o.X))
	if err := n.Forward(want, img); err != nil {
		t.Fatal(err)
	}
	for _, x := range [][]float64{o.Factor, o.Coefficients, o.X, o.Y} {
		clear(x)
	}
	clear(o.Index)
	clear(o.Tiles)
	clear(o.Colours)
	if err := n.Forward(got, img); err != nil || !slices.Equal(got, want) {
		t.Errorf("a transform whose options were cleared gives other visibilities (%v)", err)
	}
}

func TestSmooth(t *testing.T) {
	for n, want := range map[int]int{-7: 1, 0: 1, 1: 1, 2: 2, 11: 12, 13: 14, 97: 98, 128: 128, 211: 216} {
		if got := torch.Smooth(n); got != want {
			t.Errorf("Smooth(%d) is %d, want %d", n, got, want)
		}
	}
}

func TestNonUniformRefuses(t *testing.T) {
	for name, change := range map[string]func(o *torch.NonUniformOptions){
		"pixels in":    func(o *torch.NonUniformOptions) { o.MX = 11 },
		"factors":      func(o *torch.NonUniformOptions) { o.Factor = o.Factor[1:] },
		"a kernel":     func(o *torch.NonUniformOptions) { o.Width = 17 },
		"coefficients": func(o *torch.NonUniformOptions) { o.Coefficients = o.Coefficients[1:] },
		"places":       func(o *torch.NonUniformOptions) { o.Index = nil },
		"threads":      func(o *torch.NonUniformOptions) { o.Threads = 0 },
		"off the":      func(o *torch.NonUniformOptions) { o.X[7] = math.NaN() },
		"ends":         func(o *torch.NonUniformOptions) { o.Tiles[2]++ },
		"the ends":     func(o *torch.NonUniformOptions) { o.Tiles[0] = -1 },
		"tiles":        func(o *torch.NonUniformOptions) { o.Tiles = o.Tiles[:2] },
		"of 3":         func(o *torch.NonUniformOptions) { o.Tiles[0], o.Tiles[1] = 170, 100 },
		"of 0 tiles":   func(o *torch.NonUniformOptions) { o.Tiles = nil },
		"colours":      func(o *torch.NonUniformOptions) { o.Colours[2] = 4 },
		"3 colours":    func(o *torch.NonUniformOptions) { o.Colours[2] = 2 },
		"0 colours":    func(o *torch.NonUniformOptions) { o.Colours = nil },
		"the place":    func(o *torch.NonUniformOptions) { o.Index[7] = ^int32(300) },
	} {
		_, o := onGrid(t, 5, 6, 4, 1)
		change(&o)
		if n, err := torch.NewNonUniform(o); err == nil || n != nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v, %v", name, n, err)
		}
	}
	n, o := onGrid(t, 5, 6, 4, 1)
	if n.Forward(make([]complex128, 1), make([]float64, 30)) == nil || n.Adjoint(make([]float64, 1), make([]complex128, len(o.X))) == nil {
		t.Error("a wrong length was accepted")
	}
	n.Close()
	n.Close()
	if n.Forward(make([]complex128, len(o.X)), make([]float64, 30)) == nil {
		t.Error("a closed transform was used")
	}
}
