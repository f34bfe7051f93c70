package evaluate

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"fringe/data"
	"fringe/radio"
)

// pairs are the smallest images that skies can be drawn on, with few scans.
func pairs() data.PairConfig {
	c := data.PairConfig{Seed: 3, Pixels: 32}
	c.Observation.Scans = data.Range{6, 6}
	return c
}

// fake makes an image from an example that the test looks up by its first visibility.
type fake struct {
	name  string
	image func(p data.Pair) ([]float64, error)
	truth map[complex128]data.Pair
}

func (f fake) Name() string { return f.name }

func (f fake) Image(_ context.Context, _ radio.Grid, v *radio.Visibilities) ([]float64, error) {
	return f.image(f.truth[v.Vis[0]])
}

type unitlessFake struct{ fake }

func (unitlessFake) Unitless() {}

// fakes returns a maker of methods that know the first n truths of a split.
func fakes(t *testing.T, n int) func(name string, image func(p data.Pair) ([]float64, error)) fake {
	t.Helper()
	truth := map[complex128]data.Pair{}
	for i := range n {
		p, err := pairs().Pair(data.Validation, uint64(i))
		if err != nil {
			t.Fatal(err)
		}
		truth[p.Vis.Vis[0]] = p
	}
	return func(name string, image func(p data.Pair) ([]float64, error)) fake { return fake{name, image, truth} }
}

// times returns factor·truth.
func times(factor float64) func(p data.Pair) ([]float64, error) {
	return func(p data.Pair) ([]float64, error) {
		out := slices.Clone(p.Truth)
		for i := range out {
			out[i] *= factor
		}
		return out, nil
	}
}

// offBy returns the truth with a constant error of a tenth of its peak: 20 dB.
func offBy(p data.Pair) ([]float64, error) {
	out := slices.Clone(p.Truth)
	for i := range out {
		out[i] += 0.1 * slices.Max(p.Truth)
	}
	return out, nil
}

// clock advances by a second each time it is read.
func clock() func() time.Time {
	now := time.Unix(0, 0)
	return func() time.Time { now = now.Add(time.Second); return now }
}

func TestSuiteScoresAndTable(t *testing.T) {
	method := fakes(t, 3)
	methods := []Method{
		method("a tenth", offBy),
		method("nine tenths", times(0.9)),
		method("hundredth", func(p data.Pair) ([]float64, error) {
			out, _ := offBy(p)
			for i := range out {
				out[i] = p.Truth[i] + 0.1*(out[i]-p.Truth[i])
			}
			return out, nil
		}),
	}
	var progress []int
	suite := Suite{Pairs: pairs(), Split: data.Validation, Count: 3, Progress: func(done int) { progress = append(progress, done) }}
	scores, err := suite.Run(context.Background(), methods, clock())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(progress, []int{1, 2, 3}) {
		t.Errorf("progress %v", progress)
	}
	for i := range 3 {
		// Roundings of sums over 1024 pixels.
		if s := scores[0][i]; math.Abs(s.PSNR-20) > 1e-9 || s.Seconds != 1 {
			t.Errorf("example %d: an error of a tenth of the peak scores %+v, want 20 dB and one tick of the clock", i, s)
		}
		if s := scores[1][i]; math.Abs(s.NRMSE-0.1) > 1e-12 || math.Abs(s.NXCorr-1) > 1e-12 {
			t.Errorf("example %d: 0.9 of the truth scores %+v, want NRMSE 0.1 and correlation 1", i, s)
		}
	}
	table, err := Compare(methods, scores, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Validate(); err != nil || len(table.Rows) != 3 {
		t.Fatalf("%d rows, %v", len(table.Rows), err)
	}
	first, last := table.Rows[0], table.Rows[2]
	if first[0] != "a tenth" || first[1] != "20.00 [20.00, 20.00]" || first[4] != "20.00 [20.00, 20.00]" || first[5] != "1.000" {
		t.Errorf("row %q, want 20 dB, a difference of 20 dB and a second", first)
	}
	if last[1] != "40.00 [40.00, 40.00]" || last[4] != "0.00 [0.00, 0.00]" {
		t.Errorf("row %q, want 40 dB and no difference to itself", last)
	}
}

// Only an image without a unit may be scaled to the truth.
func TestOnlyUnitlessImagesAreScaled(t *testing.T) {
	method := fakes(t, 1)
	seven := method("seven", times(7))
	scores, err := Suite{Pairs: pairs(), Split: data.Validation, Count: 1}.Run(
		context.Background(), []Method{seven, unitlessFake{method("beams", func(p data.Pair) ([]float64, error) {
			out, _ := times(7)(p)
			out[0] += slices.Max(out) // so that the scaled image is not the truth
			return out, nil
		})}}, clock())
	if err != nil {
		t.Fatal(err)
	}
	if got := scores[0][0].NRMSE; math.Abs(got-6) > 1e-12 {
		t.Errorf("seven times the truth has NRMSE %g, want 6", got)
	}
	// Least squares leaves the part of the truth that is at right angles to the image: NRMSE = √(1 − correlation²) with the
	// correlation taken without means.
	p, err := pairs().Pair(data.Validation, 0)
	if err != nil {
		t.Fatal(err)
	}
	image := slices.Clone(p.Truth)
	image[0] += slices.Max(p.Truth)
	var it, ii, tt float64
	for i, x := range image {
		it, ii, tt = it+x*p.Truth[i], ii+x*x, tt+p.Truth[i]*p.Truth[i]
	}
	if got, want := scores[1][0].NRMSE, math.Sqrt(1-it*it/(ii*tt)); math.Abs(got-want) > 1e-9 {
		t.Errorf("the scaled image has NRMSE %g, want %g", got, want)
	}
}

func TestClosestOfABlackImageIsBlack(t *testing.T) {
	if got := closest([]float64{0, 0}, []float64{1, 2}); !slices.Equal(got, []float64{0, 0}) {
		t.Errorf("got %v", got)
	}
}

// A method that is cut short returns what it has and no error, as the solvers do: it must not be scored.
func TestCancelledRunReturnsFinishedExamples(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	method, calls := fakes(t, 3), 0
	partial := method("partial", func(p data.Pair) ([]float64, error) {
		if calls++; calls == 2 {
			cancel()
			return times(0.1)(p)
		}
		return times(0.9)(p)
	})
	methods := []Method{method("first", times(0.5)), partial}
	scores, err := Suite{Pairs: pairs(), Split: data.Validation, Count: 3}.Run(ctx, methods, clock())
	var stopped *Stopped
	if !errors.As(err, &stopped) || stopped.Done != 1 || stopped.Count != 3 || !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want a stop after 1 of 3", err)
	}
	if len(scores[0]) != 1 || len(scores[1]) != 1 || math.Abs(scores[1][0].NRMSE-0.1) > 1e-12 {
		t.Errorf("scores %v, want those of the first example", scores)
	}
	if _, err := Compare(methods, scores, rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Errorf("the finished examples make no table: %v", err)
	}
}

func TestFailingMethodIsNamed(t *testing.T) {
	failure := errors.New("out of paper")
	bad := fakes(t, 1)("printer", func(data.Pair) ([]float64, error) { return nil, failure })
	_, err := Suite{Pairs: pairs(), Split: data.Validation, Count: 1}.Run(context.Background(), []Method{bad}, clock())
	if !errors.Is(err, failure) || !strings.Contains(err.Error(), "printer, validation example 0") {
		t.Errorf("error %v", err)
	}
}
