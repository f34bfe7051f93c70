//go:build casacore

package measurementset

import "fringe/internal/casacore"

// blockCells is how many cells of visibilities, products times channels, are read at a time.
const blockCells = 1 << 19

// eachBlock calls visit with the rows of the field, a block of one DATA_DESC_ID at a time, blocks in the order of the file.
func (s *Set) eachBlock(visit func(rows []int64, d *description) error) error {
	ids, length := s.blocks()
	for first := int64(0); first < s.main.Rows(); first += length {
		rows := span(first, min(first+length, s.main.Rows()))
		field, description := make([]float64, len(rows)), make([]float64, len(rows))
		if err := get(s.main, rows, to{"FIELD_ID", field}, to{"DATA_DESC_ID", description}); err != nil {
			return err
		}
		for _, id := range ids {
			var mine []int64
			for i, row := range rows {
				if int(field[i]) == s.field && int(description[i]) == id {
					mine = append(mine, row)
				}
			}
			if mine == nil {
				continue
			}
			if err := visit(mine, s.descriptions[id]); err != nil {
				return err
			}
		}
	}
	return nil
}

// geometry is what a block of rows says of baselines and times.
type geometry struct {
	uvw, seconds, interval, ant1, ant2 []float64
}

func (s *Set) readGeometry(rows []int64) (geometry, error) {
	n := len(rows)
	g := geometry{make([]float64, 3*n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)}
	return g, get(s.main, rows, to{"UVW", g.uvw}, to{"TIME", g.seconds}, to{"INTERVAL", g.interval}, to{"ANTENNA1", g.ant1}, to{"ANTENNA2", g.ant2})
}

// to is a column and where to read it to.
type to struct {
	column string
	out    []float64
}

// get reads some rows of several columns, up to the first error.
func get(t *casacore.Table, rows []int64, columns ...to) error {
	for _, c := range columns {
		if err := t.Get(c.column, rows, c.out); err != nil {
			return err
		}
	}
	return nil
}
