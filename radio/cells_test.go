package radio_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"fringe/radio"
)

var cellGrids = []radio.Grid{{NX: 32, NY: 32, CellRad: 1e-6}, {NX: 31, NY: 45, CellRad: 1e-6}, {NX: 1, NY: 2, CellRad: 1e-6}, {NX: 40, NY: 7, CellRad: 1e-6}}

// scattered returns n unit visibilities of random weight on random baselines up to the edge of the cells, the corners included.
func scattered(g radio.Grid, n int) *radio.Visibilities {
	rng := rand.New(rand.NewPCG(4, 2))
	v := &radio.Visibilities{Stations: make([]radio.Station, 2)}
	add := func(u, vv float64) {
		v.U, v.V, v.Vis, v.Weight = append(v.U, u), append(v.V, vv), append(v.Vis, 1), append(v.Weight, math.Exp(3*rng.NormFloat64()))
		v.Ant1, v.Ant2, v.TimeSec = append(v.Ant1, 0), append(v.Ant2, 1), append(v.TimeSec, float64(len(v.U)))
		v.IntSec, v.FreqHz = append(v.IntSec, 1), append(v.FreqHz, 230e9)
	}
	limit := g.MaxUV()
	for _, s := range [][2]float64{{1, 1}, {-1, 1}, {1, -1}, {-1, -1}, {0, 0}, {0, -1}} {
		add(s[0]*limit, s[1]*limit)
	}
	for range n {
		add((2*rng.Float64()-1)*limit, (2*rng.Float64()-1)*limit)
	}
	return v
}

func TestCellAverageOfUnitVisibilities(t *testing.T) {
	for _, g := range cellGrids {
		v := scattered(g, 300)
		v.Weight[20] = 0
		m, err := v.CellAverage(g)
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		for c, value := range m.Vis {
			count += m.Count[c]
			want := 0.0
			if m.Count[c] > 0 {
				want = 1
			}
			if d := value - complex(want, 0); math.Hypot(real(d), imag(d)) > 1e-12 || (m.Weight[c] > 0) != (want == 1) {
				t.Errorf("%d x %d: cell %d of %d visibilities holds %v with weight %g, want %g", g.NX, g.NY, c, m.Count[c], value, m.Weight[c], want)
			}
		}
		if count != v.Len()-1 {
			t.Errorf("%d x %d: cells hold %d visibilities, want %d", g.NX, g.NY, count, v.Len()-1)
		}
		if got, want := sum(m.Weight), sum(v.Weight); math.Abs(got/want-1) > 1e-12 {
			t.Errorf("%d x %d: weights of the cells add up to %.16g, want %.16g", g.NX, g.NY, got, want)
		}
	}
}

// A point of a cell is in that cell, its mirror image in the same one with the conjugate value, and the mean of the cells
// of a point source is its visibility to within the phase across half a cell.
func TestCellsKnowTheirPoints(t *testing.T) {
	for _, g := range cellGrids {
		v := scattered(g, 300)
		c, err := radio.NewCells(g)
		if err != nil {
			t.Fatal(err)
		}
		for k := range v.U {
			a, flipped, err := c.Index(v.U[k], v.V[k])
			b, back, err2 := c.Index(-v.U[k], -v.V[k])
			if err != nil || err2 != nil || a != b || a < 0 || a >= c.Len() {
				t.Fatalf("%d x %d: (%g, %g) is in cell %d, its mirror image in %d (%v, %v)", g.NX, g.NY, v.U[k], v.V[k], a, b, err, err2)
			}
			u, w := c.Centre(a)
			sign := 1.0
			if flipped {
				sign = -1
			}
			if math.Abs(sign*v.U[k]-u) > c.DU*0.5000001 || math.Abs(sign*v.V[k]-w) > c.DV*0.5000001 {
				t.Errorf("(%g, %g) is not in the cell about (%g, %g)", v.U[k], v.V[k], u, w)
			}
			if flipped == back && (u != 0 || w != 0) {
				t.Errorf("(%g, %g) and its mirror image are on the same side", v.U[k], v.V[k])
			}
		}
	}
}

func TestCellsRefuseWhatPixelsCannotRepresent(t *testing.T) {
	g := radio.Grid{NX: 32, NY: 32, CellRad: 1e-6}
	c, err := radio.NewCells(g)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range [][2]float64{{6e5, 0}, {0, -6e5}, {math.NaN(), 0}, {0, math.Inf(1)}} {
		if _, _, err := c.Index(p[0], p[1]); err == nil {
			t.Errorf("(%g, %g) was accepted", p[0], p[1])
		}
	}
	if _, err := radio.NewCells(radio.Grid{}); err == nil {
		t.Error("an empty grid was accepted")
	}
}

func TestCellAverageKeepsOffCentrePoint(t *testing.T) {
	g := radio.Grid{NX: 32, NY: 48, CellRad: 1e-6}
	v := scattered(g, 400)
	l, m := 2e-6, -3e-6
	for k := range v.Vis {
		s, c := math.Sincos(-2 * math.Pi * (v.U[k]*l + v.V[k]*m))
		v.Vis[k] = complex(c, s)
	}
	means, err := v.CellAverage(g)
	if err != nil {
		t.Fatal(err)
	}
	for cell, n := range means.Count {
		if n == 0 {
			continue
		}
		u, w := means.Cells.Centre(cell)
		s, c := math.Sincos(-2 * math.Pi * (u*l + w*m))
		d := means.Vis[cell] - complex(c, s)
		// Half a cell is at most π(l/32 + m/48)/1e-6 = 0.39 of phase; with the wrong sign or without the conjugate it would be of order 1.
		if math.Hypot(real(d), imag(d)) > 0.4 {
			t.Errorf("cell at (%g, %g) has %v, want about %v", u, w, means.Vis[cell], complex(c, s))
		}
	}
}
