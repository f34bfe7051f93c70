package measure_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"fringe/measure"
	"fringe/radio"
	"fringe/radio/radiotest"
)

// joint returns two nights of one sky, of different coverage and terms.
func joint(t *testing.T, g radio.Grid) *measure.Joint {
	rng := rand.New(rand.NewPCG(31, 1))
	img := blob(rng, g)
	first, second := scans(rng, g, img, 3, 0.004), scans(rng, g, img, 5, 0.01)
	return &measure.Joint{Sets: []measure.DataSet{
		{Likelihood: likelihood(t, g, first, terms(t, first, "vis")...), Weight: 1},
		{Likelihood: likelihood(t, g, second, terms(t, second, "vis", "cphase")...), Weight: 0.25},
	}}
}

func TestJointIsTheWeightedSum(t *testing.T) {
	g := grids[2]
	j := joint(t, g)
	x := blob(rand.New(rand.NewPCG(32, 1)), g)
	grad, want, part := make([]float64, g.Len()), make([]float64, g.Len()), make([]float64, g.Len())
	value, err := j.ValueGrad(grad, x)
	if err != nil {
		t.Fatal(err)
	}
	sum, logs := 0.0, 0.0
	chi2 := map[string]float64{}
	for i, set := range j.Sets {
		v, err := set.ValueGrad(part, x)
		if err != nil {
			t.Fatal(err)
		}
		sum += set.Weight * v
		for p := range want {
			want[p] += set.Weight * part[p]
		}
		reduced, err := set.ReducedChi2(x)
		if err != nil {
			t.Fatal(err)
		}
		for name, r := range reduced {
			chi2[name+[]string{"", "2"}[i]] = r
		}
		l, err := set.LogLikelihood(x)
		if err != nil {
			t.Fatal(err)
		}
		logs += l
	}
	if value != sum || !slices.Equal(grad, want) {
		t.Errorf("value %g, want %g, or another gradient", value, sum)
	}
	if got, err := j.ReducedChi2(x); err != nil || !maps.Equal(got, chi2) || len(got) != 3 {
		t.Errorf("reduced χ² %v and %v, want %v", got, err, chi2)
	}
	if got, err := j.LogLikelihood(x); err != nil || got != logs {
		t.Errorf("log-likelihood %g and %v, want %g", got, err, logs)
	}
	radiotest.Gradient(t, j.ValueGrad, x, 1e-7, radiotest.DefaultGradient)
}

func TestJointRefuses(t *testing.T) {
	g := grids[0]
	x := make([]float64, g.Len())
	good, negative, broken := joint(t, g), joint(t, g), joint(t, g)
	negative.Sets[1].Weight = -1
	broken.Sets[1].Op = nil
	for name, tt := range map[string]struct {
		joint *measure.Joint
		grad  []float64
		want  string
	}{
		"empty":         {&measure.Joint{}, nil, "no data sets"},
		"nil":           {&measure.Joint{Sets: []measure.DataSet{{Weight: 1}}}, nil, "data set 1"},
		"weight":        {negative, nil, "data set 2 has weight -1"},
		"no operator":   {broken, nil, "data set 2: measure: the likelihood has no operator"},
		"gradient size": {good, make([]float64, 3), "gradient of 3"},
	} {
		if _, err := tt.joint.ValueGrad(tt.grad, x); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, tt.want)
		}
	}
}
