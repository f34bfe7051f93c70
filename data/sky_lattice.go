package data

import (
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

// lattice is a brightness of n × n values, spread by cubic B-splines: smooth, never negative, with no structure finer than an FWHM of
// 1.36 cells, and zero outside. The lattice is turned by an angle East of North, and mirrored before.
type lattice struct {
	x, y, s, c float64 // centre, sine and cosine of the angle
	cell       float64
	mirrored   bool
	radius     float64 // beyond which the values are negligible
	n          int
	values     []float64 // (n+4)², with a margin of two zeros on all sides; column 0 East
}

// newLattice returns a lattice of the values of(u, v), u and v in cells to the East and North of its centre.
func newLattice(n int, cell, radius float64, of func(u, v float64) float64) lattice {
	l := lattice{c: 1, cell: cell, radius: radius, n: n, values: make([]float64, (n+4)*(n+4))}
	middle := float64(n-1) / 2
	for j := range n {
		for i := range n {
			l.values[(j+2)*(n+4)+i+2] = of(middle-float64(i), float64(j)-middle)
		}
	}
	return l
}

// turned returns the lattice at a position angle.
func (l lattice) turned(pa float64) lattice {
	l.s, l.c = math.Sincos(pa)
	return l
}

func (l lattice) bounds() box { return box{}.with(l.x, l.y, l.radius) }

func (l lattice) moved(scale, dx, dy float64) brightness {
	l.x, l.y, l.cell, l.radius = scale*l.x+dx, scale*l.y+dy, scale*l.cell, scale*l.radius
	return l
}

func (l lattice) row(dst []float64, x0, dx, y float64) {
	reach := math.Sqrt2 * float64(l.n+3) / 2 * l.cell
	if math.Abs(y-l.y) > reach {
		return
	}
	i0, i1 := within(len(dst), x0, dx, l.x-reach, l.x+reach)
	for i := i0; i < i1; i++ {
		dst[i] += l.at(x0+float64(i)*dx, y)
	}
}

func (l lattice) at(x, y float64) float64 {
	x, y = (x-l.x)/l.cell, (y-l.y)/l.cell
	east, north := x*l.c-y*l.s, x*l.s+y*l.c
	if l.mirrored {
		east = -east
	}
	middle := float64(l.n-1)/2 + 2
	u, v := middle-east, middle+north
	if !(u >= 1 && v >= 1 && u < float64(l.n+2) && v < float64(l.n+2)) {
		return 0
	}
	i, j := int(u), int(v)
	a, b := spline(u-float64(i)), spline(v-float64(j))
	sum := 0.0
	for k, w := range b {
		row := l.values[(j-1+k)*(l.n+4)+i-1:][:4]
		sum += w * (a[0]*row[0] + a[1]*row[1] + a[2]*row[2] + a[3]*row[3])
	}
	return sum
}

// spline returns the weights of the four cells around a fraction t between the second and the third one.
func spline(t float64) [4]float64 {
	u, t2 := 1-t, t*t
	t3 := t2 * t
	return [4]float64{u * u * u / 6, (3*t3 - 6*t2 + 4) / 6, (3*(t+t2-t3) + 1) / 6, t3 / 6}
}

// cells returns how many cells cover a length, each as large as its spline has the smallest width.
func (d drawer) cells(length float64) (n int, cell float64) {
	cell = d.width / 1.36
	n = max(int(math.Ceil(length/cell)), fewestCells)
	return n + n%2, cell
}

// noise draws n × n values of a periodic Gaussian random field of mean 0, variance 1 and power spectrum k^−slope, k = 1…n/2 cycles over
// the lattice: white complex noise, filtered; its real part.
func (d drawer) noise(n int, slope float64) []float64 {
	a, power := make([]complex128, n*n), 0.0
	for j := range n {
		for i := range n {
			p, q := min(i, n-i), min(j, n-j)
			k2 := float64(p*p + q*q)
			if k2 == 0 || k2 > float64(n*n)/4 {
				continue
			}
			scale := math.Pow(k2, -slope/4)
			a[j*n+i] = complex(scale*d.NormFloat64(), scale*d.NormFloat64())
			power += scale * scale
		}
	}
	transform := fourier.NewCmplxFFT(n)
	line := make([]complex128, n)
	for j := range n {
		transform.Sequence(a[j*n:][:n], a[j*n:][:n])
	}
	out := make([]float64, n*n)
	for i := range n {
		for j := range n {
			line[j] = a[j*n+i]
		}
		transform.Sequence(line, line)
		for j := range n {
			out[j*n+i] = real(line[j]) / math.Sqrt(power)
		}
	}
	return out
}

// textured is a brightness times a texture, which covers it.
type textured struct {
	brightness
	texture lattice
}

func (t textured) moved(scale, dx, dy float64) brightness {
	t.brightness = t.brightness.moved(scale, dx, dy)
	t.texture = t.texture.moved(scale, dx, dy).(lattice)
	return t
}

func (t textured) row(dst []float64, x0, dx, y float64) {
	t.brightness.row(dst, x0, dx, y)
	for i, b := range dst {
		if b > 0 {
			dst[i] = b * t.texture.at(x0+float64(i)*dx, y)
		}
	}
}

// clumps draws a texture exp(contrast·g) over a square around the origin, g a Gaussian random field.
func (d drawer) clumps(side, contrast, slope float64) lattice {
	n, cell := d.cells(side)
	g := d.noise(n, slope)
	k := 0
	return newLattice(n, cell, side/2, func(_, _ float64) float64 {
		k++
		return math.Exp(contrast * g[k-1])
	}).turned(d.angle())
}
