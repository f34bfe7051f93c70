//go:build casacore

package measurementset

import (
	"fmt"

	"fringe/radio"
)

const modelColumn = "MODEL_DATA"

// tileBytes is about the size of the pieces in which a new column lies on disk.
const tileBytes = 1 << 20

// WriteModel writes MODEL_DATA for the rows of the selection, all channels of them and flagged ones too. predict returns the
// visibilities (Jy) of the model at points (u, v) in wavelengths, in the convention of package radio. The model is unpolarised: I, RR, LL,
// XX and YY get its visibility, other correlations 0. A column that does not exist is added, with 0 in all other rows. The set must have
// been opened writable. After an error some rows may have been written.
func (s *Set) WriteModel(predict func(u, v []float64) ([]complex128, error)) (rows int64, err error) {
	has, err := s.has(modelColumn)
	if err != nil {
		return 0, err
	}
	if !has {
		if err := s.addModel(); err != nil {
			return 0, err
		}
	}
	err = s.eachBlock(func(block []int64, d *description) error {
		values, err := s.predictBlock(block, d, predict)
		if err != nil {
			return err
		}
		rows += int64(len(block))
		return s.main.PutComplex(modelColumn, block, [2]int{d.products, len(d.freqHz)}, values)
	})
	return rows, err
}

// predictBlock returns the model for every product and channel of a block.
func (s *Set) predictBlock(rows []int64, d *description, predict func(u, v []float64) ([]complex128, error)) ([]complex128, error) {
	uvw := make([]float64, 3*len(rows))
	if err := s.main.Get("UVW", rows, uvw); err != nil {
		return nil, err
	}
	var u, v []float64
	for i := range rows {
		for _, freqHz := range d.freqHz {
			perMetre := freqHz / radio.SpeedOfLight
			u, v = append(u, -orZero(uvw[3*i])*perMetre), append(v, -orZero(uvw[3*i+1])*perMetre)
		}
	}
	model, err := predict(u, v)
	if err != nil {
		return nil, err
	}
	if len(model) != len(u) {
		return nil, fmt.Errorf("measurementset: predict returned %d visibilities for %d points", len(model), len(u))
	}
	values := make([]complex128, len(model)*d.products)
	for k, vis := range model {
		if !finite(real(vis)) || !finite(imag(vis)) {
			return nil, fmt.Errorf("measurementset: the model is %v at u %g, v %g, must be finite", vis, u[k], v[k])
		}
		for _, p := range d.parallel {
			values[k*d.products+p] = vis
		}
	}
	return values, nil
}

// addModel adds the column with zeros of the shape of the visibilities in every row that has some.
func (s *Set) addModel() error {
	shape, err := s.main.Shape(s.column, 0)
	if err != nil {
		return err
	}
	tile := [3]int{4, 64, 64}
	if len(shape) == 2 && shape[0] > 0 && shape[1] > 0 {
		const bytes = 8 // of a complex64
		tile = [3]int{shape[0], shape[1], max(1, tileBytes/(bytes*shape[0]*shape[1]))}
	}
	if err := s.main.AddComplex(modelColumn, tile); err != nil {
		return err
	}
	for row := range s.main.Rows() {
		shape, err := s.main.Shape(s.column, row)
		if err != nil {
			return err
		}
		if len(shape) != 2 {
			continue
		}
		zeros := make([]complex128, shape[0]*shape[1])
		if err := s.main.PutComplex(modelColumn, []int64{row}, [2]int{shape[0], shape[1]}, zeros); err != nil {
			return err
		}
	}
	return nil
}
