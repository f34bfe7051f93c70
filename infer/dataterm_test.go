package infer

import (
	"math/rand/v2"
	"testing"

	"fringe/measure"
	"fringe/radio"
	"fringe/radio/radiotest"
)

// Every data term through every map to positive pixels, against central differences in z.
func TestDataTermsThroughPositiveMaps(t *testing.T) {
	g := radio.Grid{NX: 9, NY: 8, CellRad: 2 * radio.Microarcsecond}
	rng := rand.New(rand.NewPCG(41, 1))
	z := make([]float64, g.Len())
	for p := range z {
		z[p] = rng.NormFloat64()
	}
	z[0] = -20 // a dark corner
	const scale = 0.01
	for name, term := range dataTerms(t, rng, g) {
		for _, m := range []Positive{Softplus, Exponential} {
			t.Run(name+" "+string(m), func(t *testing.T) {
				x := make([]float64, len(z))
				f := func(grad, z []float64) (float64, error) {
					m.image(x, z, scale)
					value, err := term.ValueGrad(grad, x)
					if grad != nil {
						m.chain(grad, z, scale)
					}
					return value, err
				}
				// z is of order 1. Truncation of steps of 1e-4 and rounding leave 1e-8, and a hundred times that at elements
				// near a thousandth of the largest.
				radiotest.Gradient(t, f, z, 1e-4, radiotest.GradientTolerance{Median: 1e-7, Max: 1e-5})
			})
		}
	}
}

// dataTerms returns likelihoods of four stations that see random pixels with noise.
func dataTerms(t *testing.T, rng *rand.Rand, g radio.Grid) map[string]Term {
	t.Helper()
	v := &radio.Visibilities{Stations: make([]radio.Station, 4)}
	for a := range 4 {
		for b := a + 1; b < 4; b++ {
			v.U, v.V = append(v.U, 1e10*rng.NormFloat64()), append(v.V, 1e10*rng.NormFloat64())
			v.Weight = append(v.Weight, 1e4)
			v.Ant1, v.Ant2 = append(v.Ant1, a), append(v.Ant2, b)
			v.TimeSec, v.IntSec, v.FreqHz = append(v.TimeSec, 0), append(v.IntSec, 1), append(v.FreqHz, 230e9)
		}
	}
	sky := make([]float64, g.Len())
	for p := range sky {
		sky[p] = 0.02 * rng.Float64()
	}
	v.Vis = make([]complex128, len(v.U))
	radio.NewDFT(g, v.U, v.V).Forward(v.Vis, sky)
	for k := range v.Vis {
		v.Vis[k] += complex(0.01*rng.NormFloat64(), 0.01*rng.NormFloat64())
	}
	list := map[string]Term{}
	add := func(name string, term measure.Term, err error) {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list[name] = &measure.Likelihood{Op: radio.NewDFT(g, v.U, v.V), Terms: []measure.Weighted{{Term: term, Weight: 1}}}
	}
	phases, ratios := radio.ClosurePhases(v, 0), radio.LogClosureAmplitudes(v, 0)
	vis, err := measure.NewVis(v)
	add("vis", vis, err)
	huber, err := measure.NewRobustVis(v, measure.Huber{})
	add("vis huber", huber, err)
	student, err := measure.NewRobustVis(v, measure.StudentT{})
	add("vis student", student, err)
	amp, err := measure.NewAmplitude(radio.Amplitudes(v))
	add("amp", amp, err)
	phase, err := measure.NewClosurePhase(phases)
	add("cphase", phase, err)
	phase, err = measure.NewWhitenedClosurePhase(phases)
	add("cphase whitened", phase, err)
	ratio, err := measure.NewLogClosureAmplitude(ratios)
	add("logcamp", ratio, err)
	ratio, err = measure.NewWhitenedLogClosureAmplitude(ratios)
	add("logcamp whitened", ratio, err)
	triples, err := measure.NewBispectrum(radio.Bispectra(v, 0))
	add("bispectrum", triples, err)
	flux, err := measure.NewFlux(1, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	list["flux"] = flux
	return list
}
