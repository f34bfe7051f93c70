package radio_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"fringe/radio"
)

// spiral returns n visibilities of growing baseline, each followed by its Hermitian partner; every tenth pair is flagged. A
// scan is 40 visibilities.
func spiral(n int) *radio.Visibilities {
	v := &radio.Visibilities{Stations: make([]radio.Station, 2)}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		r, phi := 1e4*math.Exp(6*rng.Float64()), 2*math.Pi*rng.Float64()
		w := math.Exp(rng.NormFloat64())
		if i%10 == 0 {
			w = 0
		}
		for _, sign := range []float64{1, -1} {
			v.U, v.V = append(v.U, sign*r*math.Cos(phi)), append(v.V, sign*r*math.Sin(phi))
			v.Vis, v.Weight = append(v.Vis, 1), append(v.Weight, w)
			v.Ant1, v.Ant2 = append(v.Ant1, 0), append(v.Ant2, 1)
			v.TimeSec = append(v.TimeSec, 10*float64(i)+100*float64(i/20))
			v.IntSec, v.FreqHz = append(v.IntSec, 10), append(v.FreqHz, 230e9)
		}
	}
	return v
}

var foldGrid = radio.Grid{NX: 64, NY: 48, CellRad: 1e-7}

// splits are the three ways to make folds, with the size of the largest group that the set v may contain.
func splits(v *radio.Visibilities) map[string]func(k int, rng *rand.Rand) (*radio.Folds, error) {
	return map[string]func(int, *rand.Rand) (*radio.Folds, error){
		"cells": func(k int, rng *rand.Rand) (*radio.Folds, error) { return radio.CellFolds(v, foldGrid, k, rng) },
		"dartboard": func(k int, rng *rand.Rand) (*radio.Folds, error) {
			return radio.DartboardFolds(v, radio.Dartboard{}, k, rng)
		},
		"scans": func(k int, rng *rand.Rand) (*radio.Folds, error) { return radio.ScanFolds(v, 0, k, rng) },
	}
}

func TestFoldsPartitionTheUnflaggedData(t *testing.T) {
	v := spiral(2000)
	for name, split := range splits(v) {
		f, err := split(5, rand.New(rand.NewPCG(3, 4)))
		if err != nil {
			t.Fatal(name, err)
		}
		if err := f.Check(v.Len()); err != nil {
			t.Error(name, err)
		}
		count := make([]int, 5)
		for k, fold := range f.Of {
			switch {
			case v.Flagged(k) != (fold == radio.InNoFold):
				t.Fatalf("%s: visibility %d: flagged %v, fold %d", name, k, v.Flagged(k), fold)
			case fold >= 5:
				t.Fatalf("%s: visibility %d is in fold %d of 5", name, k, fold)
			case fold >= 0:
				count[fold]++
			}
		}
		unflagged := v.Unflagged().Len()
		for i := range 5 {
			if train, test := f.Train(v, i).Len(), f.Test(v, i).Len(); test != count[i] || train+test != unflagged {
				t.Errorf("%s: fold %d trains on %d and tests on %d of %d", name, i, train, test, unflagged)
			}
		}
		// Groups here hold at most about a tenth of a fold, except sectors, of which the largest has 2 % of the data.
		if lo, hi := slices.Min(count), slices.Max(count); float64(hi-lo) > 0.03*float64(unflagged) {
			t.Errorf("%s: folds test %v visibilities, want about the same", name, count)
		}
	}
}

func TestHermitianPartnersShareAFold(t *testing.T) {
	v := spiral(2000)
	// Points on the borders of cells, rings and sectors, and on the axes.
	du := 1 / (float64(foldGrid.NX) * foldGrid.CellRad)
	for i, p := range [][2]float64{{0.5 * du, 0}, {0.5 * du, 1.5 * du}, {-3 * du, 0.1 * du}, {0, 2 * du}, {1e4, 0}, {du, du}, {du, -du}} {
		v.U[2*i+20], v.V[2*i+20] = p[0], p[1]
		v.U[2*i+21], v.V[2*i+21] = -p[0], -p[1]
	}
	for name, split := range splits(v) {
		f, err := split(4, rand.New(rand.NewPCG(5, 6)))
		if err != nil {
			t.Fatal(name, err)
		}
		for k := 0; k < v.Len(); k += 2 {
			if f.Of[k] != f.Of[k+1] {
				t.Errorf("%s: (%g, %g) is in fold %d, its partner in %d", name, v.U[k], v.V[k], f.Of[k], f.Of[k+1])
			}
		}
	}
}

func TestFoldsDependOnTheSeedOnly(t *testing.T) {
	v := spiral(2000)
	for name, split := range splits(v) {
		of := func(seed uint64) []int {
			f, err := split(5, rand.New(rand.NewPCG(seed, 0)))
			if err != nil {
				t.Fatal(name, err)
			}
			return f.Of
		}
		if !slices.Equal(of(1), of(1)) {
			t.Errorf("%s: the same seed gives other folds", name)
		}
		if slices.Equal(of(1), of(2)) {
			t.Errorf("%s: another seed gives the same folds", name)
		}
	}
}

// Neighbours in one cell stay together, and the heaviest 1 % of 100 cells, the one with weight 50, always trains.
func TestHeaviestCellAlwaysTrains(t *testing.T) {
	v := &radio.Visibilities{Stations: make([]radio.Station, 2)}
	fine := radio.Grid{NX: 256, NY: 48, CellRad: foldGrid.CellRad / 4} // room for 100 cells along u
	du := 1 / (64 * foldGrid.CellRad)
	for i := range 200 {
		v.U, v.V = append(v.U, du*(float64(i/2)+0.2*float64(i%2))), append(v.V, 0)
		v.Vis, v.Weight = append(v.Vis, 1), append(v.Weight, 1)
	}
	v.Weight[84] = 50
	f, err := radio.CellFolds(v, fine, 3, rand.New(rand.NewPCG(7, 8)))
	if err != nil {
		t.Fatal(err)
	}
	for k, fold := range f.Of {
		if (fold == radio.AlwaysTrains) != (k == 84 || k == 85) || fold != f.Of[k^1] {
			t.Errorf("visibility %d is in fold %d, its neighbour in %d", k, fold, f.Of[k^1])
		}
	}
}

// The innermost of two rings between 1e4 and 1e4·e⁶ ends at 1e4·e³.
func TestInnermostRingAlwaysTrains(t *testing.T) {
	v := spiral(2000)
	v.U[2], v.V[2], v.U[4], v.V[4] = 1e4, 0, 1e4*math.Exp(6), 0
	f, err := radio.DartboardFolds(v, radio.Dartboard{Rings: 2, Sectors: 3}, 3, rand.New(rand.NewPCG(7, 8)))
	if err != nil {
		t.Fatal(err)
	}
	for k, fold := range f.Of {
		if inner := v.UVDistance(k) < 1e4*math.Exp(3); !v.Flagged(k) && inner != (fold == radio.AlwaysTrains) {
			t.Errorf("visibility %d at %g wavelengths is in fold %d", k, v.UVDistance(k), fold)
		}
	}
}

func TestFoldErrors(t *testing.T) {
	v, rng := spiral(100), rand.New(rand.NewPCG(1, 1))
	flagged := v.Clone()
	clear(flagged.Weight)
	dartboard := func(v *radio.Visibilities, d radio.Dartboard) error {
		_, err := radio.DartboardFolds(v, d, 5, rng)
		return err
	}
	cells := func(v *radio.Visibilities, k int, rng *rand.Rand) error {
		_, err := radio.CellFolds(v, foldGrid, k, rng)
		return err
	}
	_, scans := radio.ScanFolds(v, 0, 6, rng)
	for want, err := range map[string]error{
		"at least 2":              cells(v, 1, rng),
		"random generator":        cells(v, 5, nil),
		"too few for 5 folds":     cells(flagged, 5, rng),
		"all visibilities are":    dartboard(flagged, radio.Dartboard{}),
		"1 rings":                 dartboard(v, radio.Dartboard{Rings: 1}),
		"into 5 parts":            scans,
		"for a set of 3":          (&radio.Folds{K: 2, Of: []int{0, 1}}).Check(3),
		"1 folds, at least 2 are": (&radio.Folds{K: 1, Of: []int{0}}).Check(1),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
