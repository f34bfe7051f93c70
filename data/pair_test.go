package data_test

import (
	"context"
	"fmt"
	"math"
	"math/cmplx"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fringe/data"
	"fringe/radio"
)

func pair(t *testing.T, c data.PairConfig, split data.Split, index uint64) data.Pair {
	t.Helper()
	p, err := c.Pair(split, index)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPairIsAFunctionOfItsArguments(t *testing.T) {
	c := data.PairConfig{Seed: 9}
	a := pair(t, c, data.Training, 5)
	pair(t, c, data.Training, 6)
	b := pair(t, c, data.Training, 5)
	if !cmp.Equal(a.Truth, b.Truth) || !cmp.Equal(a.Vis, b.Vis) || a.Family != b.Family {
		t.Error("equal arguments give different pairs")
	}
	for name, other := range map[string]data.Pair{
		"index": pair(t, c, data.Training, 6),
		"split": pair(t, c, data.Validation, 5),
		"seed":  pair(t, data.PairConfig{Seed: 10}, data.Training, 5),
	} {
		if cmp.Equal(a.Truth, other.Truth) || cmp.Equal(a.Vis, other.Vis) {
			t.Errorf("another %s gives the same truth or visibilities", name)
		}
	}
}

// A pair is the same alone, in order and from two goroutines that make pairs ahead.
func TestPairsFromTwoWorkers(t *testing.T) {
	c := data.PairConfig{Seed: 9, Pixels: 32, Transform: data.Fast}
	for _, workers := range []int{1, 2} {
		next := uint64(3)
		for got, err := range data.Prefetch(context.Background(), 3, workers, func(i int) (data.Pair, error) { return c.Pair(data.Training, uint64(i)) }) {
			if err != nil {
				t.Fatal(err)
			}
			want := pair(t, c, data.Training, next)
			if !cmp.Equal(got.Truth, want.Truth) || !cmp.Equal(got.Vis, want.Vis) || got.Index != next {
				t.Errorf("%d workers: pair %d is not what it is alone", workers, next)
			}
			if next++; next == 11 {
				break
			}
		}
	}
}

// TestPairIsConsistent predicts the visibilities from the truth. The truth's pixels average the sky over 2 µas, which
// takes up to 1 % off the longest baselines; beyond that the data differ by their noise, whose reduced χ² is 1 within
// 5/√n.
func TestPairIsConsistent(t *testing.T) {
	for index := range uint64(20) {
		p := pair(t, data.PairConfig{Observation: data.ObservationConfig{NoiseScale: data.Range{4, 4}}}, data.Training, index)
		sum := 0.0
		for _, b := range p.Truth {
			sum += b
		}
		if math.Abs(sum-p.FluxJy) > 1e-12 {
			t.Errorf("pair %d: the truth has %v Jy, want %v", index, sum, p.FluxJy)
		}
		model := make([]complex128, p.Vis.Len())
		radio.NewDFT(p.Grid, p.Vis.U, p.Vis.V).Forward(model, p.Truth)
		chi2 := 0.0
		for k, v := range p.Vis.Vis {
			allowed := 0.02 * cmplx.Abs(model[k])
			r := cmplx.Abs(v - model[k])
			chi2 += r * r / (1/p.Vis.Weight[k] + allowed*allowed)
		}
		n := float64(p.Vis.Len())
		if r := chi2 / (2 * n); r > 1+5/math.Sqrt(n) {
			t.Errorf("pair %d (%s): reduced χ² of the truth is %.3f", index, p.Family, r)
		}
	}
}

func TestPairConfigValidate(t *testing.T) {
	for want, c := range map[string]data.PairConfig{
		"pixels":       {Pixels: 16},
		"field_uas":    {FieldUas: -1},
		"max_extent":   {Sky: data.SkyConfig{MaxExtent: 2}},
		"min_stations": {Observation: data.ObservationConfig{MinStations: -1}},
	} {
		if _, err := c.Pair(data.Training, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one with %q", c, err, want)
		}
	}
	if _, err := (data.PairConfig{}).Pair(data.Training, data.MaxIndex+1); err == nil {
		t.Error("an index beyond MaxIndex: no error")
	}
}

func ExamplePairConfig_Pair() {
	config := data.PairConfig{Seed: 1, Pixels: 64, FieldUas: 128}
	p, err := config.Pair(data.Training, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Family, len(p.Truth) == p.Grid.Len(), p.Vis.Len() >= 20)
	// Output: mixed true true
}

func BenchmarkPair(b *testing.B) {
	for i := range b.N {
		if _, err := (data.PairConfig{}).Pair(data.Training, uint64(i)); err != nil {
			b.Fatal(err)
		}
	}
}
