package evaluate

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"

	"fringe/data"
	"fringe/train"
)

// denoisingSuite is a small suite on the smallest skies.
func denoisingSuite() DenoisingSuite {
	return DenoisingSuite{
		Seed: 5, Split: data.Evaluation, Skies: train.DenoisingConfig{Pixels: 32}, Families: []string{"ring", "jet"}, Levels: []float64{0.1, 0.3},
		Count: 3, Tuning: 2,
	}
}

// mixing is a classical denoiser whose best strength is 3.
type mixing struct {
	name  string
	start float64
	truth map[float64][]float64 // by the first pixel of the noisy image
}

func (m mixing) Name() string     { return m.name }
func (m mixing) Start() float64   { return m.start }
func (m mixing) Settings() string { return "mixing" }

// Denoise adds a part of the noise, a hundredth at strength 3 and more on both sides.
func (m mixing) Denoise(_ context.Context, noisy Noisy, strength float64) (out [][]float64, err error) {
	for _, y := range noisy.Images {
		x := m.truth[y[0]]
		image := make([]float64, len(y))
		for k := range y {
			image[k] = x[k] + (0.01+math.Abs(math.Log(strength/3)))*math.Abs(y[k]-x[k])
		}
		out = append(out, image)
	}
	return out, nil
}

// oracle is a method that knows the skies of the suite and returns what a function makes of them.
type oracle struct {
	name  string
	truth map[float64][]float64
	image func(truth []float64) []float64
}

func (o oracle) Name() string { return o.name }

func (o oracle) Denoise(_ context.Context, noisy Noisy, _ float64) (out [][]float64, err error) {
	for _, y := range noisy.Images {
		out = append(out, o.image(o.truth[y[0]]))
	}
	return out, nil
}

// truths returns all skies of a suite by the first pixel of their noisy images.
func truths(t *testing.T, u DenoisingSuite) map[float64][]float64 {
	t.Helper()
	all := map[float64][]float64{}
	for _, family := range u.Families {
		for _, sigma := range u.Levels {
			tuning, judged, err := u.draw(family, sigma)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range []known{tuning, judged} {
				for i, y := range k.noisy.Images {
					all[y[0]] = k.truth[i]
				}
			}
		}
	}
	return all
}

// above returns the truth plus a part of its peak: −20 log₁₀ part decibels.
func above(part float64) func(truth []float64) []float64 {
	return func(truth []float64) []float64 {
		out := slices.Clone(truth)
		for i := range out {
			out[i] += part * slices.Max(truth)
		}
		return out
	}
}

func TestDenoisingSuiteScoresAndDifferences(t *testing.T) {
	u := denoisingSuite()
	all := truths(t, u)
	methods := []DenoisingMethod{
		mixing{"weak", 3 * widest * 4, all}, // the search cannot reach its best strength
		mixing{"classical", 2, all},
		oracle{"a tenth", all, above(0.1)},
		oracle{"a hundredth", all, above(0.01)},
	}
	done := 0
	u.Progress = func(_ DenoisingCell, k, of int) {
		if done++; k != done || of != 4 {
			t.Errorf("progress %d of %d at call %d", k, of, done)
		}
	}
	cells, err := u.Run(context.Background(), methods)
	if err != nil || len(cells) != 4 {
		t.Fatalf("%d cells, %v", len(cells), err)
	}
	for _, c := range cells {
		if c.Best != 1 {
			t.Errorf("%s at %g: method %d is called the best classical one, want 1", c.Family, c.Sigma, c.Best)
		}
		// Steps of ⁸√2 from 2 come within a factor of 2^(1/16) of 3.
		if got := c.Outcomes[1].Strength; math.Abs(math.Log(got/3)) > math.Ln2/16+1e-12 {
			t.Errorf("%s at %g: strength %g, want 3 within 4.5 %%", c.Family, c.Sigma, got)
		}
		for i := range u.Count {
			// Rounding of sums over 1024 pixels; the noise has a finite number of them: its PSNR scatters by 10·log₁₀(1 ± 4√(2/1024)), 0.8 dB.
			if a, b := c.Outcomes[2].PSNR[i], c.Outcomes[3].PSNR[i]; math.Abs(a-20) > 1e-9 || math.Abs(b-40) > 1e-9 {
				t.Errorf("errors of a tenth and a hundredth score %g and %g dB, want 20 and 40", a, b)
			}
			if want := -20 * math.Log10(c.Sigma); math.Abs(c.Noisy[i]-want) > 0.8 {
				t.Errorf("%s at %g: the noisy image scores %g dB, want %g", c.Family, c.Sigma, c.Noisy[i], want)
			}
		}
	}
	groups := []DenoisingGroup{{Name: "both", Families: u.Families, Specialist: "a tenth"}, {Name: "rings", Families: []string{"ring"}}}
	families, pooled, err := SummariseDenoising(methods, cells, groups, rand.New(rand.NewPCG(1, 1)))
	if err != nil || len(families) != 4 || len(pooled) != 4 {
		t.Fatalf("%d rows of families, %d of groups, %v", len(families), len(pooled), err)
	}
	row := pooled[0]
	if row.Name != "both" || row.Sigma != 0.1 || row.Skies != 6 || row.Scores[2].Special != nil || row.Scores[0].Gain != nil {
		t.Errorf("row %+v", row)
	}
	if d := row.Scores[3].Special; d == nil || math.Abs(d.Mean-20) > 1e-9 || d.Lo != d.Hi && math.Abs(d.Hi-d.Lo) > 1e-9 {
		t.Errorf("over the specialist %+v, want 20 dB exactly", d)
	}
	sum := 0.0
	for _, c := range []DenoisingCell{cells[0], cells[2]} {
		for i, p := range c.Outcomes[1].PSNR {
			sum += (c.Outcomes[3].PSNR[i] - p) / 6
		}
	}
	if d := row.Scores[3].Gain; d == nil || math.Abs(d.Mean-sum) > 1e-9 || d.Lo > d.Mean || d.Hi < d.Mean {
		t.Errorf("over the best classical method %+v, want %g", d, sum)
	}
	table := DenoisingTable(append(pooled, families...))
	if err := table.Validate(); err != nil {
		t.Error(err)
	}
	if want := []string{"skies", "noise", "noisy", "weak", "classical", "a tenth", "over best", "over best judged", "a hundredth", "over best", "over best judged", "over specialist"}; !slices.Equal(table.Columns, want) {
		t.Errorf("columns %q, want %q", table.Columns, want)
	}
	if first, last := table.Rows[0], table.Rows[7]; first[11] != "+20.00 [+20.00, +20.00]" || last[11] != "" {
		t.Errorf("over the specialist %q and %q, want 20 dB and nothing for a family", first[11], last[11])
	}
}

// Equal seeds give equal skies; levels share skies and the shape of their noise; splits, families and tuning share nothing.
func TestSkiesOfTheSuite(t *testing.T) {
	u := denoisingSuite()
	tuning, judged, err := u.draw("ring", 0.1)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := u.draw("ring", 0.1)
	if err != nil || !slices.Equal(again.noisy.Images[1], tuning.noisy.Images[1]) {
		t.Errorf("the same seed drew another image (%v)", err)
	}
	_, louder, err := u.draw("ring", 0.3)
	if err != nil || !slices.Equal(louder.truth[0], judged.truth[0]) {
		t.Errorf("another level has another sky (%v)", err)
	}
	for k, x := range judged.truth[0] {
		a, b := 3*(judged.noisy.Images[0][k]-x), louder.noisy.Images[0][k]-x
		if math.Abs(a-b) > 1e-12 {
			t.Fatalf("pixel %d: noise %g at three times the level, want %g", k, b, a)
		}
	}
	u.Split = data.Validation
	_, validation, err := u.draw("ring", 0.1)
	if err != nil {
		t.Fatal(err)
	}
	_, jets, err := u.draw("jet", 0.1)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[float64]bool{}
	for _, k := range []known{tuning, judged, validation, jets} {
		for i, y := range k.noisy.Images {
			noise := y[0] - k.truth[i][0]
			if seen[noise] {
				t.Errorf("two images share their noise")
			}
			seen[noise] = true
			if peak := slices.Max(k.truth[i]); peak < 0.7-1e-12 || peak > 1.3+1e-12 || math.Abs(k.noisy.Sigma[i]/peak-0.1) > 1e-12 {
				t.Errorf("noise %g for a peak of %g", k.noisy.Sigma[i], peak)
			}
		}
	}
}

// The strength that the search finds is that of a fine grid, up to its last step.
func TestTunedTotalVariationAgainstAGrid(t *testing.T) {
	u := denoisingSuite()
	tuning, judged, err := u.draw("jet", 0.1)
	if err != nil {
		t.Fatal(err)
	}
	tv := TotalVariation("TV")
	tv.Iterations = 30 // enough for a curve
	found, err := outcomeOf(context.Background(), tv, tuning, judged)
	if err != nil {
		t.Fatal(err)
	}
	best := math.Inf(-1)
	for strength := 0.25; strength < 8; strength *= math.Pow(2, 1.0/12) {
		images, err := tuning.denoise(context.Background(), tv, strength)
		if err != nil {
			t.Fatal(err)
		}
		psnr, err := tuning.psnr(images)
		if err != nil {
			t.Fatal(err)
		}
		best = math.Max(best, stat.Mean(psnr, nil))
	}
	// Half a step of ⁸√2 off the maximum costs about 0.01 dB.
	if found.Tuning < best-0.02 {
		t.Errorf("strength %g scores %g dB, the grid has %g", found.Strength, found.Tuning, best)
	}
}

// A was the best classical method on the tuning skies, B is on the judged ones: 25 − (20, 22) is 4 dB on average, 25 − (24, 22) is 2.
func TestMarginOverTheBestOfTheJudgedSkies(t *testing.T) {
	methods := []DenoisingMethod{mixing{name: "A"}, mixing{name: "B"}, Trained{"network", times2D(1)}}
	cell := DenoisingCell{Family: "ring", Sigma: 0.1, Noisy: []float64{10, 10}, Best: 0, Outcomes: []DenoisingOutcome{
		{Tuning: 30, PSNR: []float64{20, 22}}, {Tuning: 29, PSNR: []float64{24, 22}}, {PSNR: []float64{25, 25}},
	}}
	families, _, err := SummariseDenoising(methods, []DenoisingCell{cell}, nil, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if s := families[0].Scores[2]; s.Gain.Mean != 4 || s.Judged.Mean != 2 {
		t.Errorf("over best %+v and over best judged %+v, want 4 and 2", s.Gain, s.Judged)
	}
	if s := families[0].Scores[0]; s.Judged != nil {
		t.Errorf("a classical method has a margin over the classical ones: %+v", s.Judged)
	}
}

// The classical methods are iterated to within what their comments say of where they lead: of ten times the iterations, at the lowest level and
// the highest, for one sky.
func TestClassicalMethodsComeNearTheirEnd(t *testing.T) {
	u := denoisingSuite()
	u.Count = 1
	wavelets, err := Wavelets("wavelets", 32)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []struct {
		method Proximal
		within float64 // dB
	}{{TotalVariation("TV"), 0.01}, {wavelets, 0.2}} {
		for _, sigma := range []float64{0.01, 0.3} {
			_, judged, err := u.draw("jet", sigma)
			if err != nil {
				t.Fatal(err)
			}
			score := func(iterations int) float64 {
				m.method.Iterations = iterations
				images, err := judged.denoise(context.Background(), m.method, m.method.Start())
				if err != nil {
					t.Fatal(err)
				}
				psnr, err := judged.psnr(images)
				if err != nil {
					t.Fatal(err)
				}
				return psnr[0]
			}
			usual := m.method.Iterations
			short, long := score(usual), score(10*usual)
			t.Logf("%s at %g: %.4f dB after %d iterations, %.4f after %d", m.method.Label, sigma, short, usual, long, 10*usual)
			if math.Abs(short-long) > m.within {
				t.Errorf("%s at %g: %g dB after %d iterations, %g after ten times as many, want them within %g", m.method.Label, sigma, short, usual, long, m.within)
			}
			m.method.Iterations = usual
		}
	}
}

func TestStoppedDenoisingKeepsFinishedCells(t *testing.T) {
	u := denoisingSuite()
	ctx, cancel := context.WithCancel(context.Background())
	u.Progress = func(DenoisingCell, int, int) { cancel() }
	cells, err := u.Run(ctx, []DenoisingMethod{Trained{"identity", times2D(1)}})
	var stopped *Stopped
	if !errors.As(err, &stopped) || stopped.Done != 1 || stopped.Count != 4 || len(cells) != 1 {
		t.Fatalf("%d cells, %v", len(cells), err)
	}
	if cells[0].Best != -1 {
		t.Errorf("method %d is called classical", cells[0].Best)
	}
	// The group of one family at one level is complete; that of two is not.
	groups := []DenoisingGroup{{Name: "both", Families: u.Families}, {Name: "rings", Families: []string{"ring"}}}
	_, pooled, err := SummariseDenoising([]DenoisingMethod{Trained{"identity", times2D(1)}}, cells, groups, rand.New(rand.NewPCG(1, 1)))
	if err != nil || len(pooled) != 1 || pooled[0].Name != "rings" {
		t.Errorf("groups %+v, %v", pooled, err)
	}
}

// A NaN is an error that names method, family and level, never a score.
func TestDenoiserThatReturnsNaN(t *testing.T) {
	u := denoisingSuite()
	_, err := u.Run(context.Background(), []DenoisingMethod{Trained{"broken", times2D(math.NaN())}})
	if err == nil || !strings.Contains(err.Error(), "broken on ring with noise 0.1") {
		t.Errorf("error %v", err)
	}
}
