package measure_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"fringe/measure"
	"fringe/radio"
)

// scans returns the visibilities of one image seen by five stations at several times, with noise of sigmaJy.
func scans(rng *rand.Rand, g radio.Grid, img []float64, count int, sigmaJy float64) *radio.Visibilities {
	v := &radio.Visibilities{Stations: make([]radio.Station, 5)}
	limit := 0.2 / g.CellRad
	for scan := range count {
		var x, y [5]float64
		for a := range x {
			x[a], y[a] = rng.NormFloat64()*limit/4, rng.NormFloat64()*limit/4
		}
		for a := range x {
			for b := a + 1; b < len(x); b++ {
				v.U, v.V = append(v.U, x[b]-x[a]), append(v.V, y[b]-y[a])
				v.Vis, v.Weight = append(v.Vis, 0), append(v.Weight, 1/(sigmaJy*sigmaJy))
				v.Ant1, v.Ant2 = append(v.Ant1, a), append(v.Ant2, b)
				v.TimeSec, v.IntSec = append(v.TimeSec, 600*float64(scan)), append(v.IntSec, 10)
				v.FreqHz = append(v.FreqHz, 230e9)
			}
		}
	}
	radio.NewDFT(g, v.U, v.V).Forward(v.Vis, img)
	for k := range v.Vis {
		v.Vis[k] += complex(rng.NormFloat64()*sigmaJy, rng.NormFloat64()*sigmaJy)
	}
	return v
}

// blob returns a positive image of flux 0.6 Jy with random structure inside a Gaussian envelope.
func blob(rng *rand.Rand, g radio.Grid) []float64 {
	img, sum := make([]float64, g.Len()), 0.0
	for y := range g.NY {
		for x := range g.NX {
			r2 := (g.L(x)*g.L(x) + g.M(y)*g.M(y)) / (g.CellRad * g.CellRad)
			img[y*g.NX+x] = math.Exp(-r2/20) * (0.2 + rng.Float64())
			sum += img[y*g.NX+x]
		}
	}
	for p := range img {
		img[p] *= 0.6 / sum
	}
	return img
}

// kinds are the kinds of terms, of one observation, in the order that terms returns.
var kinds = []struct {
	name string
	term func(v *radio.Visibilities) (measure.Term, error)
}{
	{"vis", func(v *radio.Visibilities) (measure.Term, error) { return measure.NewVis(v) }},
	{"vis huber", func(v *radio.Visibilities) (measure.Term, error) { return measure.NewRobustVis(v, measure.Huber{}) }},
	{"vis student", func(v *radio.Visibilities) (measure.Term, error) { return measure.NewRobustVis(v, measure.StudentT{}) }},
	{"amp", func(v *radio.Visibilities) (measure.Term, error) { return measure.NewAmplitude(radio.Amplitudes(v)) }},
	{"cphase", func(v *radio.Visibilities) (measure.Term, error) {
		return measure.NewClosurePhase(radio.ClosurePhases(v, 0))
	}},
	{"cphase whitened", func(v *radio.Visibilities) (measure.Term, error) {
		return measure.NewWhitenedClosurePhase(radio.ClosurePhases(v, 0))
	}},
	{"logcamp", func(v *radio.Visibilities) (measure.Term, error) {
		return measure.NewLogClosureAmplitude(radio.LogClosureAmplitudes(v, 0))
	}},
	{"logcamp whitened", func(v *radio.Visibilities) (measure.Term, error) {
		return measure.NewWhitenedLogClosureAmplitude(radio.LogClosureAmplitudes(v, 0))
	}},
	{"bispectrum", func(v *radio.Visibilities) (measure.Term, error) { return measure.NewBispectrum(radio.Bispectra(v, 0)) }},
}

// terms returns the terms of the named kinds.
func terms(t testing.TB, v *radio.Visibilities, names ...string) []measure.Term {
	t.Helper()
	var list []measure.Term
	for _, name := range names {
		for _, kind := range kinds {
			if kind.name != name {
				continue
			}
			term, err := kind.term(v)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			list = append(list, term)
		}
	}
	if len(list) != len(names) {
		t.Fatalf("kinds %v: some are unknown", names)
	}
	return list
}

// different names one kind for each name of a term.
var different = []string{"vis", "amp", "cphase", "logcamp", "bispectrum"}

func likelihood(t testing.TB, g radio.Grid, v *radio.Visibilities, terms ...measure.Term) *measure.Likelihood {
	t.Helper()
	op, err := measure.NewNUFFT(g, v.U, v.V, 1e-14)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(op.Close)
	l := &measure.Likelihood{Op: op}
	for i, term := range terms {
		l.Terms = append(l.Terms, measure.Weighted{Term: term, Weight: 1 + 0.5*float64(i)})
	}
	return l
}
