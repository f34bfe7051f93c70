//go:build casacore

package measurementset

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"fringe/data"
	"fringe/radio"
)

// Read reads the visibilities of a Measurement Set: see [Open] for the options and the package comment for the conventions. A set in
// which all is flagged is read, with weights of 0. It is a data.ReadOptions.MeasurementSet.
func Read(path string, o data.ReadOptions) (v *radio.Visibilities, err error) {
	s, err := Open(path, o, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.Visibilities()
}

// Visibilities reads the selection: a visibility for every row and channel, in the order of rows within blocks.
func (s *Set) Visibilities() (*radio.Visibilities, error) {
	out := &radio.Visibilities{Stations: s.stations, Source: s.source, RefMJD: s.refMJD}
	err := s.eachBlock(func(rows []int64, d *description) error {
		g, err := s.readGeometry(rows)
		if err != nil {
			return err
		}
		b, err := s.readBlock(rows, d)
		if err != nil {
			return err
		}
		for i := range rows {
			if err := s.addRow(out, g, b, d, i); err != nil {
				return fmt.Errorf("row %d: %w", rows[i], err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// blocks returns the DATA_DESC_IDs in order, and how many rows a block may have.
func (s *Set) blocks() (ids []int, length int64) {
	ids, cells := slices.Sorted(maps.Keys(s.descriptions)), 1
	for _, d := range s.descriptions {
		cells = max(cells, d.products*len(d.freqHz))
	}
	return ids, int64(max(1, blockCells/cells))
}

// block is the visibilities of some rows, [rows, channels, products].
type block struct {
	vis     []float64 // real and imaginary parts
	flag    []float64
	flagRow []float64
	weight  []float64 // [rows, channels, products], or [rows, products] for all channels
	whole   bool      // weight is of all channels
}

func (s *Set) readBlock(rows []int64, d *description) (b block, err error) {
	shape, cells := []int{d.products, len(d.freqHz)}, len(rows)*d.products*len(d.freqHz)
	b = block{vis: make([]float64, 2*cells), flag: make([]float64, cells), flagRow: make([]float64, len(rows))}
	for _, column := range []string{s.column, "FLAG"} {
		if err := s.checkShape(column, rows[0], shape); err != nil {
			return b, err
		}
	}
	if err := get(s.main, rows, to{s.column, b.vis}, to{"FLAG", b.flag}, to{"FLAG_ROW", b.flagRow}); err != nil {
		return b, err
	}
	b.weight, b.whole, err = s.readWeights(rows, d)
	return b, err
}

func (s *Set) checkShape(column string, row int64, want []int) error {
	got, err := s.main.Shape(column, row)
	if err == nil && got == nil {
		err = fmt.Errorf("column %s holds nothing in row %d", column, row)
	}
	if err == nil && !slices.Equal(got, want) {
		err = fmt.Errorf("column %s has shape %v in row %d, but its tables say %v", column, got, row, want)
	}
	return err
}

// readWeights reads WEIGHT_SPECTRUM where it holds something, or else WEIGHT, or else 1/SIGMA².
func (s *Set) readWeights(rows []int64, d *description) (weight []float64, whole bool, err error) {
	for _, column := range []string{"WEIGHT_SPECTRUM", "WEIGHT", "SIGMA"} {
		if has, err := s.has(column); err != nil || !has {
			if err != nil {
				return nil, false, err
			}
			continue
		}
		shape, err := s.main.Shape(column, rows[0])
		if err != nil {
			return nil, false, err
		}
		want := []int{d.products, len(d.freqHz)}
		if whole = column != "WEIGHT_SPECTRUM"; whole {
			want = want[:1]
		}
		if !slices.Equal(shape, want) {
			if len(shape) == 0 { // nothing is in the cell
				continue
			}
			return nil, false, fmt.Errorf("column %s has shape %v in row %d, but its tables say %v", column, shape, rows[0], want)
		}
		length := len(rows)
		for _, n := range want {
			length *= n
		}
		weight = make([]float64, length)
		err = s.main.Get(column, rows, weight)
		if column == "SIGMA" {
			for i, sigma := range weight {
				weight[i] = 1 / (sigma * sigma)
			}
		}
		return weight, whole, err
	}
	return nil, false, errors.New("it has no weights: columns WEIGHT_SPECTRUM, WEIGHT and SIGMA are absent or empty")
}

// addRow appends the channels of row i of a block, if it is no autocorrelation.
func (s *Set) addRow(out *radio.Visibilities, g geometry, b block, d *description, i int) error {
	a1, a2 := int(g.ant1[i]), int(g.ant2[i])
	if a1 == a2 {
		return nil
	}
	if n := len(s.stations); a1 < 0 || a2 < 0 || a1 >= n || a2 >= n {
		return fmt.Errorf("it names antennas %d and %d of %d", a1, a2, n)
	}
	u, v := g.uvw[3*i], g.uvw[3*i+1]
	timeSec := g.seconds[i] - s.refMJD*secondsPerDay
	valid := finite(u) && finite(v) && validDay(g.seconds[i]/secondsPerDay) && b.flagRow[i] == 0
	for _, c := range d.channels {
		vis, weight := b.stokesI(d, i, c)
		if !valid {
			weight = 0
		}
		perMetre := d.freqHz[c] / radio.SpeedOfLight
		out.U, out.V = append(out.U, -orZero(u)*perMetre), append(out.V, -orZero(v)*perMetre)
		out.Vis, out.Weight = append(out.Vis, vis), append(out.Weight, weight)
		out.Ant1, out.Ant2 = append(out.Ant1, a1), append(out.Ant2, a2)
		out.TimeSec, out.IntSec = append(out.TimeSec, orZero(timeSec)), append(out.IntSec, max(0, orZero(g.interval[i])))
		out.FreqHz = append(out.FreqHz, d.freqHz[c])
	}
	return nil
}

// stokesI returns the mean of the hands of row i, channel c that are not flagged.
func (b *block) stokesI(d *description, i, c int) (complex128, float64) {
	var sum data.HandSum
	for _, hand := range d.hands {
		at := (i*len(d.freqHz)+c)*d.products + hand
		weightAt := at
		if b.whole {
			weightAt = i*d.products + hand
		}
		if b.flag[at] == 0 {
			sum.Add(complex(b.vis[2*at], b.vis[2*at+1]), b.weight[weightAt])
		}
	}
	return sum.StokesI()
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func orZero(x float64) float64 {
	if !finite(x) {
		return 0
	}
	return x
}
