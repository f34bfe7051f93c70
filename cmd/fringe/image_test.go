package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"fringe/data"
	"fringe/internal/torch"
	"fringe/radio"
)

// files returns the files of a folder that do not tell the time, with report.json less its seconds.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() == "report.json" {
			before, _, found := bytes.Cut(text, []byte(`"seconds"`))
			if !found {
				t.Fatal("report.json has no seconds")
			}
			text = before
		}
		out[e.Name()] = string(text)
	}
	return out
}

// Two runs with the same inputs give the same bytes.
func TestSameInputsSameBytes(t *testing.T) {
	o := quick(t, "entropy")
	first := o.out
	for _, out := range []string{first, first + "2"} {
		o.out = out
		if _, err := o.run(context.Background(), &bytes.Buffer{}); err != nil {
			t.Fatal(err)
		}
	}
	got, want := files(t, first+"2"), files(t, first)
	if len(want) < 15 {
		t.Errorf("only %d files", len(want))
	}
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s differs between two runs", name)
		}
	}
}

// A file beside itself, each with half a weight, makes the image of the file alone; a file of weight 0 changes nothing and is compared.
// Nothing of LibTorch's memory stays behind.
func TestDataSetsAddUp(t *testing.T) {
	for _, data := range []string{"auto", "vis"} {
		before := torch.Live()
		o := quick(t, "entropy")
		o.data = data
		one, err := o.run(context.Background(), &bytes.Buffer{})
		if err != nil {
			t.Fatal(err)
		}
		o.paths = []string{o.paths[0], o.paths[0]}
		for _, weights := range []string{"0.5,0.5", "1,0"} {
			o.setWeights, o.out = weights, filepath.Join(t.TempDir(), "out")
			two, err := o.run(context.Background(), &bytes.Buffer{})
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range one.result.Image {
				// The sums of two halves round differently; a few iterations amplify that a little.
				if got := two.result.Image[i]; math.Abs(got-want) > 1e-9*one.report.FluxJy {
					t.Fatalf("data %s, weights %s: pixel %d is %g, want %g", data, weights, i, got, want)
				}
			}
			for name, want := range one.report.ReducedChi2 {
				for _, key := range []string{name, name + "2"} {
					if got := two.report.ReducedChi2[key]; math.Abs(got/want-1) > 1e-6 {
						t.Errorf("data %s, weights %s: reduced chi2 of %s is %g, want %g", data, weights, key, got, want)
					}
				}
			}
		}
		if after := torch.Live(); after != before {
			t.Errorf("%d tensors live, %d before", after, before)
		}
	}
}

// Ctrl-C ends the program with 130, after everything of the image so far is written.
func TestInterrupt(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the program")
	}
	o := quick(t, "entropy")
	out := filepath.Join(t.TempDir(), "out")
	cmd := exec.Command("fringe", "image", o.paths[0], "--fov", "128uas", "--npix", "256", "--flux", "0.6", "--max-iter", "100000", "--stop", "tolerance=1e-15,plateau=100000", "--out", out)
	cmd.Env = append(os.Environ(), "OMP_WAIT_POLICY=passive")
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var told strings.Builder
	for lines := bufio.NewScanner(log); lines.Scan(); {
		told.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "closure quantities leave out") { // the solver comes next
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 130 {
		t.Fatalf("exit code %d (%v), want 130; it told\n%s", cmd.ProcessState.ExitCode(), err, &told)
	}
	text, err := os.ReadFile(filepath.Join(out, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var report imageReport
	if err := json.Unmarshal(text, &report); err != nil || report.StopReason != "cancelled" {
		t.Errorf("stop reason %q (%v), want cancelled", report.StopReason, err)
	}
	for _, name := range []string{"image.fits", "restored.fits", "report.html"} {
		if _, err := os.Stat(filepath.Join(out, name)); err != nil {
			t.Error(err)
		}
	}
}

// The normal equations of complex visibilities have the value, the gradient and the χ² of the sum over visibilities, behind a primary
// beam too.
func TestQuadraticFormIsTheSum(t *testing.T) {
	o := quick(t, "entropy")
	for _, beam := range []string{"none", "gauss:90uas"} {
		o.beam = beam
		var values, chi2 []float64
		var gradients [][]float64
		for _, data := range []string{"vis=2", "vis=2,cphase"} {
			o.data = data
			obs, err := o.observations()
			if err != nil {
				t.Fatal(err)
			}
			j, err := o.prepare(obs)
			if err != nil {
				t.Fatal(err)
			}
			f, x := j.sets[0].fit, j.problem.Start
			for _, term := range []interface {
				ValueGrad(grad, x []float64) (float64, error)
				ReducedChi2(x []float64) (map[string]float64, error)
			}{f, f.likelihood} {
				grad := make([]float64, len(x))
				value, err := term.ValueGrad(grad, x)
				if err != nil {
					t.Fatal(err)
				}
				reduced, err := term.ReducedChi2(x)
				if err != nil {
					t.Fatal(err)
				}
				values, chi2, gradients = append(values, value), append(chi2, reduced["vis"]), append(gradients, grad)
			}
			j.close()
		}
		for i := 0; i < len(values); i += 2 {
			// The NUFFT's error of 1e-12, against the largest visibility, and the cancellation of the quadratic form.
			if math.Abs(values[i]/values[i+1]-1) > 1e-9 || math.Abs(chi2[i]/chi2[i+1]-1) > 1e-9 {
				t.Errorf("beam %s: value %.12g and chi2 %.12g, want %.12g and %.12g", beam, values[i], chi2[i], values[i+1], chi2[i+1])
			}
			largest, worst := 0.0, 0.0
			for p, g := range gradients[i+1] {
				largest, worst = math.Max(largest, math.Abs(g)), math.Max(worst, math.Abs(gradients[i][p]-g))
			}
			if worst > 1e-9*largest {
				t.Errorf("beam %s: gradients differ by %g of %g", beam, worst, largest)
			}
		}
	}
}

// Every datum counts once among the baselines and once for each of its stations, and the parts add up to the whole.
func TestResidualsByPartsAddUp(t *testing.T) {
	r := residuals{name: "vis", values: []float64{1, 2, -3, 4}, length: []float64{1e9, 2e9, 3e9, 4e9}, stations: [][]int{{0, 1}, {0, 1}, {1, 2}, {0, 2}}}
	out := r.report([]string{"A", "B", "C", "D"}, []float64{1e9, 2.5e9, 4e9})
	if out.ReducedChi2 != 7.5 || out.Mean != 1 || out.Beyond3 != 0.25 {
		t.Errorf("reduced chi2 %g, mean %g, beyond 3 sigma %g; want 7.5, 1, 0.25", out.ReducedChi2, out.Mean, out.Beyond3)
	}
	for i, want := range []float64{2.5, 12.5} { // (1+4)/2 and (9+16)/2
		if got := *out.ByBaseline[i].ReducedChi2; got != want {
			t.Errorf("baselines %s: %g, want %g", out.ByBaseline[i].Part, got, want)
		}
	}
	for i, want := range []float64{7, 14. / 3, 12.5} { // (1+4+16)/3, (1+4+9)/3, (9+16)/2
		if got := *out.ByStation[i].ReducedChi2; got != want {
			t.Errorf("station %s: %g, want %g", out.ByStation[i].Part, got, want)
		}
	}
	if out.ByStation[3].ReducedChi2 != nil || out.ByStation[3].Data != 0 {
		t.Error("a station without data has a chi2")
	}
}

func TestFlagsOfSolvers(t *testing.T) {
	for _, c := range []struct{ solver, mapping, stop, base, want string }{
		{"lbfgs", "auto", "chi2=1,plateau=20,tolerance=1e-7", "hann", ""},
		{"pd", "signed", "chi2=1.1", "none", ""},
		{"adam", "project", "", "gauss:5uas", ""},
		{"newton", "auto", "", "none", "unknown solver"},
		{"lbfgs", "project", "", "none", "cannot project"},
		{"fista", "auto", "", "hann", "no base convolution"},
		{"auto", "auto", "chi=1", "none", `unknown rule "chi"`},
		{"auto", "auto", "chi2", "none", "no rule with a positive number"},
		{"auto", "auto", "", "gauss:5", "has no known unit"},
	} {
		_, err := solverFlags{solver: c.solver, mapping: c.mapping, stop: c.stop, base: c.base}.config(false)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v", c, err)
		}
	}
}

// A mask of a disc and a primary beam from an image keep their values on another grid.
func TestPrimaryBeamFromFile(t *testing.T) {
	g := radio.Grid{NX: 32, NY: 32, CellRad: 4 * radio.Microarcsecond}
	dir := t.TempDir()
	want, err := primaryBeam("gauss:60uas", g, 1e11, skyReader{})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "beam.fits")
	writeImage(t, path, want, g)
	same, err := primaryBeam(path, g, 1e11, skyReader{})
	if err != nil {
		t.Fatal(err)
	}
	coarse, err := primaryBeam(path, radio.Grid{NX: 16, NY: 16, CellRad: 8 * radio.Microarcsecond}, 1e11, skyReader{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if math.Abs(same[i]-want[i]) > 1e-12 { // rounding of the shares
			t.Fatalf("pixel %d is %g, want %g", i, same[i], want[i])
		}
	}
	// The mean over a coarse pixel around the axis is a little below 1.
	if centre := coarse[8*16+8]; centre > 1 || centre < 0.98 {
		t.Errorf("on axis %g, want a little below 1", centre)
	}
}

func writeImage(t *testing.T, path string, img []float64, g radio.Grid) {
	t.Helper()
	if err := data.WriteImage(path, img, g, data.ImageHeader{}); err != nil {
		t.Fatal(err)
	}
}
