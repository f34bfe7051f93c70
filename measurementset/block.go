//go:build casacore

package measurementset

import "errors"

// blockCells is how many cells of visibilities, products times channels, are read at a time.
const blockCells = 1 << 19

// eachBlock calls visit with the rows of the field, a block of one DATA_DESC_ID at a time, blocks in the order of the file.
func (s *Set) eachBlock(visit func(rows []int64, d *description) error) error {
	ids, length := s.blocks()
	for first := int64(0); first < s.main.Rows(); first += length {
		rows := span(first, min(first+length, s.main.Rows()))
		field, description := make([]float64, len(rows)), make([]float64, len(rows))
		if err := errors.Join(s.main.Get("FIELD_ID", rows, field), s.main.Get("DATA_DESC_ID", rows, description)); err != nil {
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
	return g, errors.Join(s.main.Get("UVW", rows, g.uvw), s.main.Get("TIME", rows, g.seconds), s.main.Get("INTERVAL", rows, g.interval),
		s.main.Get("ANTENNA1", rows, g.ant1), s.main.Get("ANTENNA2", rows, g.ant2))
}
