package radio

import "math"

// basis grows a set of linearly independent rows. Rows are kept reduced so that each is 1 at its pivot.
type basis struct {
	rows   [][]float64
	pivots []int
}

func newBasis(n int) *basis {
	return &basis{rows: make([][]float64, 0, n), pivots: make([]int, 0, n)}
}

// dependent is the size below which what is left of a row is rounding: closure rows hold ±1 and reduce to small
// fractions, far from it on either side.
const dependent = 1e-9

// add includes row, which it overwrites, unless it is a combination of the rows before; it reports whether it did.
func (b *basis) add(row []float64) bool {
	for i, r := range b.rows {
		factor := row[b.pivots[i]]
		if factor == 0 {
			continue
		}
		for j, x := range r {
			row[j] -= factor * x
		}
		row[b.pivots[i]] = 0
	}
	pivot := 0
	for j, x := range row {
		if math.Abs(x) > math.Abs(row[pivot]) {
			pivot = j
		}
	}
	if math.Abs(row[pivot]) < dependent {
		return false
	}
	scale := 1 / row[pivot]
	for j := range row {
		row[j] *= scale
	}
	b.rows, b.pivots = append(b.rows, row), append(b.pivots, pivot)
	return true
}
