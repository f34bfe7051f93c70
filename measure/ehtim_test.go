package measure_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"fringe/data"
	"fringe/measure"
	"fringe/radio"
	"fringe/radio/radiotest"
)

// ehtimData is what scripts/ehtim_check.py reads of one kind of closure quantity.
type ehtimData struct {
	U     [][]float64 `json:"u"`
	V     [][]float64 `json:"v"`
	Value []float64   `json:"value,omitempty"`
	Re    []float64   `json:"re,omitempty"`
	Im    []float64   `json:"im,omitempty"`
	Sigma []float64   `json:"sigma"`
}

// newEhtimData turns legs that enter conjugated round, and all of them to eht-imaging's sign of u and v.
func newEhtimData(v *radio.Visibilities, c *radio.Closures) ehtimData {
	d := ehtimData{U: make([][]float64, c.Order), V: make([][]float64, c.Order), Value: c.Value, Sigma: c.Sigma}
	for k, at := range c.Index {
		leg, turn := k%c.Order, -1.0
		if c.Order == 3 {
			turn = -c.Sign[k]
		}
		d.U[leg], d.V[leg] = append(d.U[leg], turn*v.U[at]), append(d.V[leg], turn*v.V[at])
	}
	return d
}

// eht-imaging agrees about the reduced χ² of an asymmetric image and the closure quantities of M87. Its phase centre is that of
// ours where the numbers of pixels are odd. (Closure quantities do not depend on it, but for averages over scans: the (u,v) of
// a triangle whose baselines lost different samples add up to almost zero only.) The transform is accurate to 1e-12, and large
// χ² of a wrong image magnify that by the signal-to-noise ratio.
func TestClosuresAgainstEhtImaging(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Python")
	}
	path := filepath.Join("..", "..", "shared", "data", "m87", "SR1_M87_2017_101_lo_hops_netcal_StokesI.uvfits")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the observation is absent: %v", err)
	}
	python := radiotest.Python(t, "ehtim")
	v, err := data.ReadUVFITS(path)
	if err != nil {
		t.Fatal(err)
	}
	v = v.ScanAverage(0).WithSystematic(0.01)
	g := radio.Grid{NX: 21, NY: 19, CellRad: 5 * radio.Microarcsecond}
	img := blob(rand.New(rand.NewPCG(51, 1)), g)
	img[4*g.NX+15] += 0.2 // asymmetric

	phases, triples, ratios := radio.ClosurePhases(v, 3), radio.Bispectra(v, 3), radio.LogClosureAmplitudes(v, 3)
	bspec := newEhtimData(v, triples.Triangles)
	bspec.Value, bspec.Sigma = nil, triples.Sigma
	for _, b := range triples.Value {
		bspec.Re, bspec.Im = append(bspec.Re, real(b)), append(bspec.Im, imag(b))
	}
	var rows [][]float64
	for y := range g.NY {
		rows = append(rows, img[y*g.NX:(y+1)*g.NX])
	}
	want := ehtim(t, python, map[string]any{"image": rows, "cell": g.CellRad,
		"cphase": newEhtimData(v, phases), "bspec": bspec, "logcamp": newEhtimData(v, ratios)})

	cut := []struct {
		name string
		n    int
	}{{"cphase", phases.Len()}, {"bispectrum", triples.Len()}, {"logcamp", ratios.Len()}}
	got, err := likelihood(t, g, v, closureTerms(t, phases, triples, ratios)...).ReducedChi2(img)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range cut {
		t.Logf("%s: %d quantities, reduced χ² %.12g, eht-imaging %.12g", tt.name, tt.n, got[tt.name], want[tt.name])
		if !(math.Abs(got[tt.name]-want[tt.name]) <= 1e-9*want[tt.name]) {
			t.Errorf("%s: reduced χ² %.15g, eht-imaging finds %.15g", tt.name, got[tt.name], want[tt.name])
		}
	}
}

// ehtim runs scripts/ehtim_check.py, which prints below what the import of eht-imaging prints.
func ehtim(t *testing.T, python string, job any) (chi2 map[string]float64) {
	t.Helper()
	text, err := json.Marshal(job)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "job.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, filepath.Join("..", "scripts", "ehtim_check.py"), file)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ehtim_check.py: %v", err)
	}
	if err := json.Unmarshal(out[bytes.LastIndexByte(out, '{'):], &chi2); err != nil {
		t.Fatalf("ehtim_check.py: %v in %q", err, out)
	}
	return chi2
}

func closureTerms(t *testing.T, phases *radio.Closures, triples *radio.BispectrumSet, ratios *radio.Closures) []measure.Term {
	t.Helper()
	phase, err := measure.NewClosurePhase(phases)
	if err != nil {
		t.Fatal(err)
	}
	triple, err := measure.NewBispectrum(triples)
	if err != nil {
		t.Fatal(err)
	}
	ratio, err := measure.NewLogClosureAmplitude(ratios)
	if err != nil {
		t.Fatal(err)
	}
	return []measure.Term{phase, triple, ratio}
}
