package metrics_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"fringe/metrics"
	"fringe/radio"
)

func close(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %v, want %v within %g", what, got, want, tolerance)
	}
}

func TestComparisonsOnPaper(t *testing.T) {
	truth := []float64{0, 0, 0, 2}
	img := []float64{1, 0, 0, 2}
	psnr, err1 := metrics.PSNR(truth, img) // MSE 1/4, peak 2: 10·log10(16)
	nrmse, err2 := metrics.NRMSE(truth, img)
	snr, err3 := metrics.SNR(truth, img)
	rho, err4 := metrics.NXCorr(truth, []float64{5, 5, 5, 9})
	minus, err5 := metrics.NXCorr(truth, []float64{1, 1, 1, 0})
	for _, err := range []error{err1, err2, err3, err4, err5} {
		if err != nil {
			t.Fatal(err)
		}
	}
	close(t, "PSNR", psnr, 10*math.Log10(16), 1e-12)
	close(t, "NRMSE", nrmse, 0.5, 1e-15)
	close(t, "SNR", snr, 20*math.Log10(2), 1e-12)
	close(t, "NXCorr of a scaled copy", rho, 1, 1e-12)
	close(t, "NXCorr of a negative", minus, -1, 1e-12)
}

func TestEqualImages(t *testing.T) {
	truth := []float64{1, 2, 3}
	if db, err := metrics.PSNR(truth, truth); err != nil || !math.IsInf(db, 1) {
		t.Errorf("PSNR of equal images = %v, %v, want +Inf", db, err)
	}
}

func TestComparisonsRefuseBadImages(t *testing.T) {
	for name, pair := range map[string][2][]float64{
		"lengths": {{1, 2}, {1}}, "empty": {{}, {}}, "NaN": {{1, 2}, {1, math.NaN()}}, "Inf": {{math.Inf(1), 2}, {1, 2}},
		"zero truth": {{0, 0}, {1, 2}},
	} {
		for metric, f := range map[string]func(a, b []float64) (float64, error){
			"PSNR": metrics.PSNR, "NRMSE": metrics.NRMSE, "SNR": metrics.SNR, "NXCorr": metrics.NXCorr,
		} {
			if _, err := f(pair[0], pair[1]); err == nil {
				t.Errorf("%s of %s: no error", metric, name)
			}
		}
	}
}

func TestShiftedNXCorrFindsTheShift(t *testing.T) {
	g := radio.Grid{NX: 20, NY: 16, CellRad: 1}
	truth, img := make([]float64, g.Len()), make([]float64, g.Len())
	rng := rand.New(rand.NewPCG(1, 2))
	for y := 5; y < 10; y++ {
		for x := 6; x < 12; x++ {
			truth[y*g.NX+x] = rng.Float64()
			img[(y-3)*g.NX+x+2] = 7 * truth[y*g.NX+x]
		}
	}
	rho, dx, dy, err := metrics.ShiftedNXCorr(g, truth, img, 4)
	if err != nil || dx != -2 || dy != 3 {
		t.Errorf("shift = %d, %d (%v), want -2, 3", dx, dy, err)
	}
	close(t, "NXCorr", rho, 1, 1e-12)
	if _, _, _, err := metrics.ShiftedNXCorr(g, truth, img, 8); err == nil {
		t.Error("a shift of half the image: no error")
	}
}

// TestMeanIntervalCovers draws 300 samples of 40 normal numbers: a 90 % interval must hold the true mean in about 90 % of them
// (the percentile bootstrap is a little narrow; the binomial scatter is 1.7 %).
func TestMeanIntervalCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const trials, n = 300, 40
	hits, width := 0, 0.0
	for range trials {
		values := make([]float64, n)
		for k := range values {
			values[k] = 5 + rng.NormFloat64()
		}
		i, err := metrics.MeanInterval(values, 0.9, rng)
		if err != nil {
			t.Fatal(err)
		}
		if i.Lo <= 5 && 5 <= i.Hi {
			hits++
		}
		width += (i.Hi - i.Lo) / trials
	}
	close(t, "coverage", float64(hits)/trials, 0.89, 0.05)
	close(t, "width", width, 2*1.645/math.Sqrt(n), 0.03)
}

func TestMeanIntervalIsSeeded(t *testing.T) {
	values := []float64{1, 2, 4, 8}
	a, _ := metrics.MeanInterval(values, 0.95, rand.New(rand.NewPCG(1, 1)))
	b, _ := metrics.MeanInterval(values, 0.95, rand.New(rand.NewPCG(1, 1)))
	if a != b {
		t.Errorf("equal seeds give %v and %v", a, b)
	}
	for _, bad := range [][]float64{nil, {math.NaN()}} {
		if _, err := metrics.MeanInterval(bad, 0.95, rand.New(rand.NewPCG(1, 1))); err == nil {
			t.Errorf("interval of %v: no error", bad)
		}
	}
	if _, err := metrics.MeanInterval(values, 1, rand.New(rand.NewPCG(1, 1))); err == nil {
		t.Error("level 1: no error")
	}
}
