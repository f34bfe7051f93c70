package infer_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"fringe/data"
	"fringe/infer"
	"fringe/measure"
	"fringe/metrics"
	"fringe/radio"
)

// m87 reads the bundled observation of M87 as it is imaged: scan averages without intra-site baselines, with
// thermal errors.
func m87(t *testing.T) *radio.Visibilities {
	t.Helper()
	path := filepath.Join("..", "examples", "m87", "SR1_M87_2017_101_lo_hops_netcal_StokesI.uvfits")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the bundled observation is absent: %v", err)
	}
	v, err := data.ReadUVFITS(path)
	if err != nil {
		t.Fatal(err)
	}
	v, _ = v.ScanAverage(0).WithoutIntraSite()
	return v
}

// closureLikelihood weighs closure quantities above 3σ, with 1 % of systematic error, fully, and amplitudes, with 10 % more error for the
// gains, by a fifth. Amplitudes are debiased by their thermal errors alone.
func closureLikelihood(t *testing.T, g radio.Grid, thermal *radio.Visibilities) *measure.Likelihood {
	t.Helper()
	op, err := measure.NewNUFFT(g, thermal.U, thermal.V, 1e-12)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(op.Close)
	const systematic, gain, minSNR = 0.01, 0.1, 3
	v := thermal.WithSystematic(systematic)
	phases, err := measure.NewClosurePhase(radio.ClosurePhases(v, minSNR))
	if err != nil {
		t.Fatal(err)
	}
	closures, err := measure.NewLogClosureAmplitude(radio.LogClosureAmplitudes(v, minSNR))
	if err != nil {
		t.Fatal(err)
	}
	debiased := radio.Amplitudes(thermal)
	for j, value := range debiased.Value {
		debiased.Sigma[j] = math.Hypot(debiased.Sigma[j], math.Hypot(systematic, gain)*value)
	}
	amplitudes, err := measure.NewAmplitude(debiased)
	if err != nil {
		t.Fatal(err)
	}
	return &measure.Likelihood{Op: op, Terms: []measure.Weighted{
		{Term: phases, Weight: 1}, {Term: closures, Weight: 1}, {Term: amplitudes, Weight: 0.2}}}
}

// The closure quantities of M87 give the ring that EHT Collaboration 2019 (Paper IV) found: 42 ± 3 µas, allowed ± 5 here for one
// method with one prior. Reduced χ² near 1; below because 1 % of systematic error is generous on most baselines.
func TestM87FromClosures(t *testing.T) {
	v := m87(t)
	g := radio.Grid{NX: 64, NY: 64, CellRad: 2 * radio.Microarcsecond}
	likelihood := closureLikelihood(t, g, v)
	const fluxJy = 0.6
	flux, err := measure.NewFlux(fluxJy, 0.02*fluxJy)
	if err != nil {
		t.Fatal(err)
	}
	beam := 1 / v.UVMax()
	start, err := infer.StartGaussian(g, fluxJy, 40*radio.Microarcsecond)
	if err != nil {
		t.Fatal(err)
	}
	terms, err := infer.ParseRegularizers(infer.EHTRegularizers, infer.Scale{Grid: g, FluxJy: fluxJy, BeamRad: beam, Prior: start})
	if err != nil {
		t.Fatal(err)
	}
	c := infer.EHTDefaults(beam)
	if testing.Short() {
		c.Rounds = 1
	}
	terms = append(terms, infer.Part{Name: "data", Weight: 1, Term: likelihood}, infer.Part{Name: "flux", Weight: 1, Term: flux})
	r, err := infer.RML(context.Background(), infer.Problem{Grid: g, Terms: terms, Start: start}, c)
	if err != nil {
		t.Fatal(err)
	}
	chi2, err := likelihood.ReducedChi2(r.Image)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := metrics.MeasureRing(g, r.Image, metrics.RingOptions{})
	if err != nil {
		t.Errorf("no ring: %v", err)
	}
	diameter := ring.DiameterRad / radio.Microarcsecond
	t.Logf("reduced χ² %.3v, diameter %.1f µas, brightest at %.0f° (North to East), %d iterations, %s",
		chi2, diameter, ring.PositionAngleRad*180/math.Pi, r.Iterations, r.Stop)
	for _, name := range []string{"cphase", "logcamp"} {
		if chi2[name] < 0.6 || chi2[name] > 1.5 {
			t.Errorf("reduced χ² of %s is %.2f, want 0.6 to 1.5", name, chi2[name])
		}
	}
	if math.Abs(diameter-42) > 5 {
		t.Errorf("the ring's diameter is %.1f µas, want 42 ± 5", diameter)
	}
	if southern := math.Cos(ring.PositionAngleRad); southern > 0 {
		t.Errorf("the ring is brightest in the north, at %.0f°", ring.PositionAngleRad*180/math.Pi)
	}
}
