//go:build casacore

package measurementset_test

import (
	"bytes"
	"errors"
	"math"
	"math/cmplx"
	"strings"
	"testing"

	"fringe/data"
	"fringe/measurementset"
)

// The model of a point source is its visibilities: in the parallel hands of the field, 0 elsewhere; other columns stay.
func TestWriteModel(t *testing.T) {
	path := made(t)
	before := check(t, "dump", path, "DATA", "1")
	write := func() int64 {
		s, err := measurementset.Open(path, data.ReadOptions{Source: "second"}, true)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := s.WriteModel(func(u, v []float64) ([]complex128, error) {
			model := make([]complex128, len(u))
			for k := range u {
				model[k] = cmplx.Rect(sourceJy, -2*math.Pi*(u[k]*sourceL+v[k]*sourceM))
			}
			return model, nil
		})
		if err = errors.Join(err, s.Close()); err != nil {
			t.Fatal(err)
		}
		return rows
	}
	for range 2 { // a column that is added, and one that is there
		if rows := write(); rows != 240 {
			t.Fatalf("wrote %d rows, want 240", rows)
		}
		model := read(t, path, data.ReadOptions{Source: "second", Column: "MODEL_DATA"})
		for k, vis := range model.Vis {
			want := cmplx.Rect(sourceJy, -2*math.Pi*(model.U[k]*sourceL+model.V[k]*sourceM))
			if !model.Flagged(k) && cmplx.Abs(vis-want) > 1e-6 { // the column has float32
				t.Fatalf("visibility %d is %v, want %v", k, vis, want)
			}
		}
		cell := unmarshal[[2][]float64](t, check(t, "cell", path, "MODEL_DATA", "482")) // a baseline, window low: RR, RL, LR, LL
		if len(cell[0]) != 16 || cell[0][0] == 0 || cell[0][1] != 0 || cell[0][2] != 0 || cell[0][3] != cell[0][0] {
			t.Errorf("the first cell of the field is %v, want RR = LL and no cross hands", cell[0])
		}
		for _, x := range unmarshal[[2][]float64](t, check(t, "cell", path, "MODEL_DATA", "0"))[0] {
			if x != 0 {
				t.Errorf("a row of the other field has %g, want 0", x)
			}
		}
	}
	if after := check(t, "dump", path, "DATA", "1"); !bytes.Equal(before, after) {
		t.Error("writing the model changed the data")
	}
}

func TestWriteModelErrors(t *testing.T) {
	path := made(t)
	s, err := measurementset.Open(path, data.ReadOptions{Source: "first"}, true)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, err = s.WriteModel(func(u, _ []float64) ([]complex128, error) {
		model := make([]complex128, len(u))
		model[3] = cmplx.NaN()
		return model, nil
	})
	if err == nil || !strings.Contains(err.Error(), "must be finite") {
		t.Errorf("a model of NaN: %v", err)
	}
	r, err := measurementset.Open(path, data.ReadOptions{Source: "first"}, false)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.WriteModel(func(u, _ []float64) ([]complex128, error) { return make([]complex128, len(u)), nil }); err == nil {
		t.Error("a set that is open for reading took a model")
	}
}
