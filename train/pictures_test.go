package train_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"fringe/figure"
	"fringe/internal/torch"
	"fringe/radio"
	"fringe/radio/radiotest"
	"fringe/train"
)

// show returns what a task shows, and fails when it leaves tensors behind.
func show(t *testing.T, task train.Shower) (g radio.Grid, rows []figure.Comparison) {
	t.Helper()
	live := torch.Live()
	err := torch.Do(func(s *torch.Scope) (err error) {
		g, rows, err = task.Show(s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if now := torch.Live(); now != live {
		t.Errorf("%d tensors live after, %d before", now, live)
	}
	return g, rows
}

// An untrained denoiser changes nothing, and the noise of its input has the level that the row is named after.
func TestDenoisingShowsAnotherSkyForEachLevel(t *testing.T) {
	task, err := train.NewDenoising(denoiser(t), small(), 3)
	if err != nil {
		t.Fatal(err)
	}
	g, rows := show(t, task)
	if len(rows) != len(train.ValidationSigmas()) {
		t.Fatalf("%d rows", len(rows))
	}
	for k, row := range rows {
		sigma := train.ValidationSigmas()[k]
		sum := 0.0
		for i, v := range row.Input {
			sum += (v - row.Truth[i]) * (v - row.Truth[i])
		}
		// The brightest pixel of the truth is 1.
		psnr := -10 * math.Log10(sum/float64(g.Len()))
		if want := fmt.Sprintf("noise %g, %.1f dB", sigma, psnr); row.InputTitle != want {
			t.Errorf("row %d is %q, want %q", k, row.InputTitle, want)
		}
		if want := fmt.Sprintf("output, %.1f dB", psnr); !slices.Equal(row.Input, row.Output) || row.OutputTitle != want {
			t.Errorf("row %d: an untrained denoiser changed its input: %q, want %q", k, row.OutputTitle, want)
		}
		// The spread of a standard deviation from n values is 1/√(2n) of it: 2 % of 1024 pixels. Five times that.
		if got := math.Sqrt(sum / float64(g.Len())); math.Abs(got/sigma-1) > 0.11 {
			t.Errorf("%s: the noise is %g", row.InputTitle, got)
		}
	}
	if slices.Equal(rows[0].Truth, rows[1].Truth) {
		t.Error("two rows show the same sky")
	}
}

// The painter's image is its input in network units; the row shows it as a dirty image with a peak of 1.
func TestReconstructionShowsDirtyImageAndTruth(t *testing.T) {
	task, err := train.NewReconstruction(newPainter(t, 1, nil), observations(), 3)
	if err != nil {
		t.Fatal(err)
	}
	g, rows := show(t, task)
	if len(rows) != 3 || g.NX != 32 || g.NY != 32 {
		t.Fatalf("%d rows on %d x %d pixels", len(rows), g.NX, g.NY)
	}
	for _, row := range rows {
		peak, of := slices.Max(row.Input), slices.Max(row.Output)
		if math.Abs(peak-1) > 1e-6 { // float32
			t.Errorf("%s has the peak %g", row.InputTitle, peak)
		}
		for i, v := range row.Output {
			if math.Abs(v/of-row.Input[i]) > 1e-6 {
				t.Fatalf("%s: pixel %d is %g of the output's peak and %g of the input's", row.InputTitle, i, v/of, row.Input[i])
			}
		}
	}
}

// records trains a painter with pictures and event files until the end, or until the given step.
func records(t *testing.T, dir string, stop int) {
	t.Helper()
	ctx, hook := stopAt(stop)
	if err := recordsBy(t, ctx, dir, hook); err != nil {
		t.Fatal(err)
	}
}

// recordsBy trains with a hook.
func recordsBy(t *testing.T, ctx context.Context, dir string, hook train.Hook) error {
	t.Helper()
	task, err := train.NewReconstruction(newPainter(t, 0.3, nil), observations(), 3)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1.7e9, 0)
	cfg := train.LoopConfig{
		Steps: 30, Batch: 2, LearningRate: 0.05, EMADecay: 0.5, ReportEvery: 3, ValidateEvery: 6, SaveEvery: 8, Monitor: "psnr_db",
		Pictures: 2, TensorBoard: true, Dir: dir, Clock: func() time.Time { now = now.Add(time.Second / 4); return now },
	}
	cfg.Manifest.Kind, cfg.Manifest.Config = "painter", []byte(`{"colour":"red"}`)
	if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err == nil {
		cfg.Resume, now = true, time.Unix(1.7e9+3600, 0)
	}
	_, err = train.Run(ctx, cfg, task, train.ReconstructionBatches(observations(), 3, cfg.Part()), hook)
	return err
}

func TestRunKeepsTheLatestPicturesAndTheBest(t *testing.T) {
	dir := t.TempDir()
	records(t, dir, 21)
	// A kill while a picture was written, and steps that the resumed run has not come to.
	for _, name := range []string{".saving-123", "step-000024.png"} {
		if err := os.WriteFile(filepath.Join(dir, "pictures", name), []byte("half a pic"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	records(t, dir, 0)
	found := files(t, filepath.Join(dir, "pictures"))
	if len(found) != 3 || found["step-000024.png"] == nil || found["step-000030.png"] == nil || found["best.png"] == nil {
		t.Fatalf("pictures has %d files, want best.png and those of steps 24 and 30", len(found))
	}
	for name, content := range found {
		if _, err := png.Decode(bytes.NewReader(content)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What TensorBoard reads of a run that was stopped and resumed is what the log holds: no step twice, none left out. So it is of a run that failed
// before its first save and went on from step 0.
func TestTensorBoardReadsWhatTheLogHolds(t *testing.T) {
	t.Run("stopped", func(t *testing.T) {
		dir := t.TempDir()
		records(t, dir, 21)
		compareWithTensorBoard(t, dir, 1.7e9)
	})
	t.Run("failed", func(t *testing.T) {
		dir, broken := t.TempDir(), errors.New("broken")
		hook := train.Hook{Name: "break", Do: func(r train.Report) error {
			if r.Step == 6 {
				return broken
			}
			return nil
		}}
		if err := recordsBy(t, context.Background(), dir, hook); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		compareWithTensorBoard(t, dir, 1.7e9+3600)
	})
}

// compareWithTensorBoard goes on with the run in a folder, of which the first step that stays was made about the time begun.
func compareWithTensorBoard(t *testing.T, dir string, begun float64) {
	t.Helper()
	python := radiotest.Python(t, "tensorboard")
	records(t, dir, 0)
	out, err := exec.Command(python, filepath.Join("..", "scripts", "tensorboard_check.py"), "read", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Scalars map[string][][3]float64
		Images  map[string][][4]any
		Texts   map[string][][2]any
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	var losses, psnrs [][2]float64
	log, err := os.ReadFile(filepath.Join(dir, "metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(log) {
		var l struct {
			Step, Loss float64
			Metrics    map[string]float64
		}
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatal(err)
		}
		losses = append(losses, [2]float64{l.Step, float64(float32(l.Loss))})
		if l.Metrics != nil {
			psnrs = append(psnrs, [2]float64{l.Step, float64(float32(l.Metrics["psnr_db"]))})
		}
	}
	for tag, want := range map[string][][2]float64{"train/loss": losses, "validation/psnr_db": psnrs} {
		var steps [][2]float64
		for _, e := range got.Scalars[tag] {
			steps = append(steps, [2]float64{e[1], e[2]})
		}
		if len(want) < 5 || !slices.Equal(steps, want) {
			t.Errorf("%s: TensorBoard reads\n%v, the log holds\n%v", tag, steps, want)
		}
	}
	if first, last := got.Scalars["train/loss"][0][0], got.Scalars["train/learning_rate"][len(losses)-1][0]; first < begun || first > begun+60 || last < 1.7e9+3600 {
		t.Errorf("wall times from %f to %f are not those of the clock", first, last)
	}
	var steps []any
	for _, image := range got.Images["validation/examples"] {
		steps = append(steps, image[0])
	}
	if want := []any{6.0, 12.0, 18.0, 24.0, 30.0}; !slices.Equal(steps, want) {
		t.Errorf("pictures of steps %v, want %v", steps, want)
	}
	if text := got.Texts["config"]; len(text) != 1 || !bytes.Contains([]byte(fmt.Sprint(text)), []byte(`"colour": "red"`)) {
		t.Errorf("the config reads %v", text)
	}
}
