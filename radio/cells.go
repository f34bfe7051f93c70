package radio

import (
	"fmt"
	"math"
)

// Cells divides the (u,v) plane of a grid into cells of 1/(NX·CellRad) by 1/(NY·CellRad) wavelengths, the spacing at which the
// Fourier transform of an image of that field is independent. Cells are centred on multiples of the spacing. The sky is real,
// so (u,v) and (−u,−v) are one measurement; only the half with u ≥ 0 is kept (and v ≥ 0 where u is that of column 0).
type Cells struct {
	DU, DV float64 // wavelengths
	NU, NV int     // columns from u = 0, rows from the South; v = 0 is row NV/2
}

// NewCells returns the cells of a grid.
func NewCells(g Grid) (Cells, error) {
	if err := g.Validate(); err != nil {
		return Cells{}, err
	}
	// A baseline as long as Grid.MaxUV lies N/2 cells out, which rounds away from zero where N is odd.
	return Cells{DU: 1 / (float64(g.NX) * g.CellRad), DV: 1 / (float64(g.NY) * g.CellRad), NU: (g.NX+1)/2 + 1, NV: 2*((g.NY+1)/2) + 1}, nil
}

// Len returns the number of cells.
func (c Cells) Len() int { return c.NU * c.NV }

// Index returns the cell of a point (u, v), and whether it is there as (−u, −v), with the conjugate of its value. The error says
// that the point is not finite or lies outside, where the pixels cannot represent it.
func (c Cells) Index(u, v float64) (cell int, mirrored bool, err error) {
	x, y := math.Round(u/c.DU), math.Round(v/c.DV)
	if !(math.Abs(x) < float64(c.NU)) || !(math.Abs(y) <= float64(c.NV/2)) {
		return 0, false, fmt.Errorf("radio: (u, v) = (%.6g, %.6g) lies outside the cells of the grid, which end at %.6g and %.6g wavelengths: make the pixels smaller",
			u, v, float64(c.NU-1)*c.DU, float64(c.NV/2)*c.DV)
	}
	if mirrored = x < 0 || (x == 0 && y < 0); mirrored {
		x, y = -x, -y
	}
	return (int(y)+c.NV/2)*c.NU + int(x), mirrored, nil
}

// Centre returns the (u, v) of a cell's centre in wavelengths.
func (c Cells) Centre(cell int) (u, v float64) {
	return float64(cell%c.NU) * c.DU, float64(cell/c.NU-c.NV/2) * c.DV
}

// origin is the cell of (0, 0), the only one that is its own mirror image.
func (c Cells) origin() int { return c.NV / 2 * c.NU }

// CellMeans is the weighted mean of all visibilities in each cell: a compact form of many visibilities for quick looks and for
// choosing what to hold back. It shifts each visibility by up to half a cell, so it is no substitute for the visibilities:
// a source at the edge of the field is off by a quarter of a turn of phase.
type CellMeans struct {
	Cells  Cells
	Vis    []complex128 // Jy; 0 in empty cells
	Weight []float64    // Σ w of the cell, 1/Jy²; 0 in empty cells
	Count  []int        // visibilities in the cell
}

// CellAverage averages the unflagged visibilities over the cells of the grid: V = Σ w_k V_k / Σ w_k, with V_k conjugated where
// the mirror image of (u,v) lies in the half that is kept. Each visibility counts once, so the weights add up to those of the
// visibilities. It returns an error when a baseline is too long for the grid.
func (v *Visibilities) CellAverage(g Grid) (*CellMeans, error) {
	c, err := NewCells(g)
	if err != nil {
		return nil, err
	}
	m := &CellMeans{Cells: c, Vis: make([]complex128, c.Len()), Weight: make([]float64, c.Len()), Count: make([]int, c.Len())}
	for k, value := range v.Vis {
		if v.Flagged(k) {
			continue
		}
		cell, mirrored, err := c.Index(v.U[k], v.V[k])
		if err != nil {
			return nil, err
		}
		if mirrored {
			value = complex(real(value), -imag(value))
		}
		m.Vis[cell] += complex(v.Weight[k], 0) * value
		m.Weight[cell] += v.Weight[k]
		m.Count[cell]++
	}
	for cell, w := range m.Weight {
		if w > 0 {
			m.Vis[cell] /= complex(w, 0)
		}
	}
	return m, nil
}
