package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"os"
	"path/filepath"

	"fringe/radio"
)

// The size that imaging tools are compared on.
const (
	pixels       = 512
	visibilities = 200_000
	signalNoise  = 50 // total flux over the noise of a visibility's real part
)

// problem is an imaging problem whose visibilities come from formulas, not from anybody's transform: Gaussians on a grid that
// resolves them, seen by 45 stations whose baselines turn by a third of a circle.
type problem struct {
	grid radio.Grid
	vis  *radio.Visibilities
}

// component is a round Gaussian: flux in Jy, position and standard deviation in pixels.
type component struct{ Flux, X, Y, Sigma float64 }

// sky is a bright knot East of a ring of eight blobs, with something faint far out. The smallest standard deviation is 3 pixels, so
// that pixels hold it to 1e-15 of its flux; nothing reaches the edge of 512 pixels.
func sky() []component {
	c := []component{{0.5, -40, 25, 5}, {0.05, 120, -90, 8}}
	for k := range 8 {
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / 8)
		c = append(c, component{0.05 + 0.01*float64(k), 60 * cos, 60 * sin, 3 + float64(k%3)})
	}
	return c
}

func newProblem(n, count int) *problem {
	p := &problem{grid: radio.Grid{NX: n, NY: n, CellRad: 0.015 * radio.Arcsecond}, vis: &radio.Visibilities{}}
	rng := rand.New(rand.NewPCG(7, 1))
	flux := 0.0
	for _, c := range sky() {
		flux += c.Flux
	}
	sigma := flux / signalNoise
	u, v := arcs(count, 0.9*p.grid.MaxUV())
	for k := range u {
		noise := complex(sigma*rng.NormFloat64(), sigma*rng.NormFloat64())
		p.vis.U, p.vis.V = append(p.vis.U, u[k]), append(p.vis.V, v[k])
		p.vis.Vis = append(p.vis.Vis, p.exact(u[k], v[k])+noise)
		p.vis.Weight = append(p.vis.Weight, 1/(sigma*sigma))
	}
	return p
}

// arcs returns the points of 990 baselines, of lengths spread evenly in their logarithm up to longest.
func arcs(count int, longest float64) (u, v []float64) {
	const baselines, shortest = 990, 0.005
	times := (count + baselines - 1) / baselines
	for k := range count {
		b, t := float64(k%baselines), float64(k/baselines)
		radius := longest * math.Pow(shortest, 1-(b+1)/baselines)
		sin, cos := math.Sincos(2.4*b + 2*math.Pi/3*t/float64(times)) // 2.4 rad: the golden angle, nothing lines up
		u, v = append(u, radius*cos), append(v, 0.7*radius*sin)
	}
	return u, v
}

// exact returns the visibility of the sky (Jy): the Fourier transform of a Gaussian is one.
func (p *problem) exact(u, v float64) complex128 {
	u, v = u*p.grid.CellRad, v*p.grid.CellRad
	var sum complex128
	for _, c := range sky() {
		size := c.Flux * math.Exp(-2*math.Pi*math.Pi*(u*u+v*v)*c.Sigma*c.Sigma)
		sum += cmplx.Rect(size, -2*math.Pi*(u*c.X+v*c.Y))
	}
	return sum
}

// truth returns the sky in Jy/pixel.
func (p *problem) truth() []float64 {
	img := make([]float64, p.grid.Len())
	for y := range p.grid.NY {
		for x := range p.grid.NX {
			l, m := p.grid.L(x)/p.grid.CellRad, p.grid.M(y)/p.grid.CellRad
			for _, c := range sky() {
				r2 := (l-c.X)*(l-c.X) + (m-c.Y)*(m-c.Y)
				img[y*p.grid.NX+x] += c.Flux / (2 * math.Pi * c.Sigma * c.Sigma) * math.Exp(-r2/(2*c.Sigma*c.Sigma))
			}
		}
	}
	return img
}

// write puts the problem into a folder: vis.bin holds u, v (wavelengths), the real and imaginary parts and the weights as
// float64, one after the other; problem.json the rest.
func (p *problem) write(dir string) error {
	var b bytes.Buffer
	re, im := make([]float64, p.vis.Len()), make([]float64, p.vis.Len())
	for k, d := range p.vis.Vis {
		re[k], im[k] = real(d), imag(d)
	}
	for _, x := range [][]float64{p.vis.U, p.vis.V, re, im, p.vis.Weight} {
		if err := binary.Write(&b, binary.LittleEndian, x); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "vis.bin"), b.Bytes(), 0o600); err != nil {
		return err
	}
	text, err := json.Marshal(map[string]any{"n": p.grid.NX, "cell_arcsec": p.grid.CellRad / radio.Arcsecond, "sky": sky()})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "problem.json"), text, 0o600)
}
