package train_test

import (
	"context"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fringe/data"
	"fringe/internal/torch"
	"fringe/models"
	"fringe/train"
)

func small() train.DenoisingConfig { return train.DenoisingConfig{Pixels: 32, Validation: 20} }

func denoiser(t *testing.T) *models.Denoiser {
	t.Helper()
	net, err := models.NewDenoiser(models.UNetConfig{Width: 8, Pools: 2}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(net.Drop)
	return net
}

func TestBatchesArePureAndTheirNoiseIsRight(t *testing.T) {
	at := train.DenoisingBatches(small(), 3, 8)
	a, errA := at(4)
	b, errB := at(4)
	c, errC := at(5)
	if errA != nil || errB != nil || errC != nil {
		t.Fatal(errA, errB, errC)
	}
	if d := cmp.Diff(a, b); d != "" {
		t.Errorf("the same step gives different batches:\n%s", d)
	}
	if slices.Equal(a.Clean, c.Clean) || slices.Equal(a.Noisy, c.Noisy) {
		t.Error("different steps give equal batches")
	}
	n := 32 * 32
	for k, sigma := range a.Sigma {
		clean, noisy := a.Clean[k*n:(k+1)*n], a.Noisy[k*n:(k+1)*n]
		if peak := slices.Max(clean); peak < 0.7 || peak > 1.3 || slices.Min(clean) < 0 {
			t.Errorf("sky %d is between %g and %g, want 0 to 0.7…1.3", k, slices.Min(clean), peak)
		}
		if sigma < 0.002 || sigma > 0.5 {
			t.Errorf("sky %d has noise %g, want 0.002 to 0.5", k, sigma)
		}
		sum := 0.0
		for i := range clean {
			e := float64(noisy[i]-clean[i]) / float64(sigma)
			sum += e * e
		}
		// χ² of 1024 degrees of freedom: standard deviation √(2/1024) = 0.044; five of them.
		if chi2 := sum / float64(n); math.Abs(chi2-1) > 0.22 {
			t.Errorf("sky %d: noise power is %g of what sigma says", k, chi2)
		}
	}
}

func TestOrientationsAreTheEightSymmetries(t *testing.T) {
	start := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}
	var seen [][]float64
	for k := range 8 {
		img := slices.Clone(start)
		train.Orient(img, 3, k)
		if slices.ContainsFunc(seen, func(s []float64) bool { return slices.Equal(s, img) }) {
			t.Errorf("symmetry %d repeats an earlier one: %v", k, img)
		}
		// A symmetry of the square keeps the centre and the sum of opposite corners.
		if img[4] != 5 || img[0]+img[8] != 10 || img[2]+img[6] != 10 {
			t.Errorf("symmetry %d is none: %v", k, img)
		}
		seen = append(seen, img)
	}
}

func TestUntrainedDenoiserHasLossOneAndGainZero(t *testing.T) {
	task, err := train.NewDenoising(denoiser(t), small(), 3)
	if err != nil {
		t.Fatal(err)
	}
	batch, err := train.DenoisingBatches(small(), 3, 16)(0)
	if err != nil {
		t.Fatal(err)
	}
	live := torch.Live()
	err = torch.Do(func(s *torch.Scope) error {
		loss, err := task.Loss(s, batch)
		if err != nil {
			return err
		}
		// 16·1024 squared normal numbers: standard deviation of the mean √(2/16384) = 0.011; five of them.
		if v := s.Item(loss); math.Abs(v-1) > 0.055 {
			t.Errorf("loss %g, want 1", v)
		}
		metrics, err := task.Validate(s)
		if err != nil {
			return err
		}
		if want := slices.Sorted(maps.Keys(metrics)); !slices.Equal(task.MetricNames(), want) {
			t.Errorf("metrics %v, said to be %v", want, task.MetricNames())
		}
		for _, name := range []string{"gain_db", "gain_db_0.01", "gain_db_0.05", "gain_db_0.2"} {
			// float32 against float64 sums.
			if v, ok := metrics[name]; !ok || math.Abs(v) > 1e-4 {
				t.Errorf("%s = %g, %v, want 0", name, v, ok)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if now := torch.Live(); now != live {
		t.Errorf("%d tensors live after, %d before", now, live)
	}
}

// A few steps of a small network must learn the easiest part: most of the field is empty, so most noise can go.
func TestTrainingADenoiserGains(t *testing.T) {
	c := small()
	c.SigmaMin = 0.05
	task, err := train.NewDenoising(denoiser(t), c, 3)
	if err != nil {
		t.Fatal(err)
	}
	cfg := train.LoopConfig{Steps: 60, Batch: 4, LearningRate: 1e-2, EMADecay: 0.8, Monitor: "gain_db"}
	result, err := train.Run(context.Background(), cfg, task, train.DenoisingBatches(c, 3, 4))
	if err != nil {
		t.Fatal(err)
	}
	if gain := result.Metrics["gain_db_0.2"]; gain < 3 || result.BestStep != 60 {
		t.Errorf("gain at sigma 0.2 is %.2f dB, best step %d, want at least 3 dB and 60", gain, result.BestStep)
	}
}

// lossOf returns the loss of a batch as a number.
func lossOf(t *testing.T, task train.Task[train.DenoisingBatch], b train.DenoisingBatch) (value float64) {
	t.Helper()
	err := torch.Do(func(s *torch.Scope) error {
		l, err := task.Loss(s, b)
		if err == nil {
			value = s.Item(l)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// The parts of a batch have together the images and the loss of the whole batch, the penalty included: from batch 1 on, each second one, on the
// first three of its four images.
func TestPartsOfAPenalisedBatchEqualTheWhole(t *testing.T) {
	c := small()
	c.Jacobian = train.JacobianConfig{Weight: 3, After: 1, Every: 2, Images: 3}
	task, err := train.NewDenoising(shaken(t, false), c, 3)
	if err != nil {
		t.Fatal(err)
	}
	loss := func(b train.DenoisingBatch) float64 { return lossOf(t, task, b) }
	const parts = 2
	whole, part := train.DenoisingBatches(c, 3, 4), train.DenoisingParts(c, 3, 4, parts)
	for step, penalised := range []int{0, 3, 0, 3} {
		b, err := whole(step)
		if err != nil {
			t.Fatal(err)
		}
		var clean []float32
		mean, found := 0.0, 0
		for k := range parts {
			p, err := part(parts*step + k)
			if err != nil {
				t.Fatal(err)
			}
			clean, found = append(clean, p.Clean...), found+len(p.Mix)
			mean += loss(p) / parts
		}
		if !slices.Equal(clean, b.Clean) || found != penalised {
			t.Errorf("batch %d: other images, or %d are penalised instead of %d", step, found, penalised)
		}
		// float32
		if want := loss(b); math.Abs(mean-want) > 1e-5*want {
			t.Errorf("batch %d: loss %g in parts, %g as a whole", step, mean, want)
		}
	}
}

// A network in float64 trains as one in float32 does, with every loss and with the penalty.
func TestTrainingInFloat64(t *testing.T) {
	for _, loss := range []string{"log_mse", "ms_ssim"} {
		c := train.DenoisingConfig{Pixels: 32, Validation: 2, Loss: train.LossConfig{Name: loss}, Jacobian: train.JacobianConfig{Weight: 1, At: "noisy", Iterations: 2}}
		task, err := train.NewDenoising(shaken(t, true), c, 3)
		if err != nil {
			t.Fatal(err)
		}
		cfg := train.LoopConfig{Steps: 2, Batch: 2, Monitor: "gain_db", Dir: filepath.Join(t.TempDir(), "run")}
		cfg.Manifest.Kind, cfg.Manifest.Config = "denoiser", []byte("{}")
		if _, err := train.Run(context.Background(), cfg, task, train.DenoisingBatches(c, 3, 2)); err != nil {
			t.Errorf("%s: %v", loss, err)
		}
		if _, err := task.JacobianNorms(context.Background(), 2); err != nil {
			t.Errorf("%s: %v", loss, err)
		}
	}
}

func TestResumedDenoiserTrainingEqualsUnbroken(t *testing.T) {
	dirs := [2]string{filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")}
	run := func(dir string, ctx context.Context, resume bool, hooks ...train.Hook) {
		task, err := train.NewDenoising(denoiser(t), small(), 3)
		if err != nil {
			t.Fatal(err)
		}
		cfg := train.LoopConfig{Steps: 9, Batch: 2, ReportEvery: 2, ValidateEvery: 3, Dir: dir, Resume: resume}
		cfg.Manifest.Kind, cfg.Manifest.Config = "denoiser", []byte("{}")
		if _, err := train.Run(ctx, cfg, task, train.DenoisingBatches(small(), 3, 2), hooks...); err != nil {
			t.Fatal(err)
		}
	}
	run(dirs[0], context.Background(), false)
	ctx, hook := stopAt(4)
	run(dirs[1], ctx, false, hook)
	run(dirs[1], context.Background(), true)
	var manifests [2]string
	for i, dir := range dirs {
		text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
		if err != nil {
			t.Fatal(err)
		}
		manifests[i] = string(text)
	}
	if d := cmp.Diff(manifests[0], manifests[1]); d != "" {
		t.Errorf("manifests, with the checksums of weights and state, differ (-unbroken +resumed):\n%s", d)
	}
}

func TestDenoisingConfigErrorsNameTheField(t *testing.T) {
	for want, c := range map[string]train.DenoisingConfig{
		"denoising.pixels is 16, must be between 32": {Pixels: 16},
		"denoising.sigma_min is 0.7, must be":        {SigmaMin: 0.7},
		"denoising.sigma_max is NaN":                 {SigmaMax: math.NaN()},
		"denoising.peak_min is -1":                   {PeakMin: -1},
		"denoising.validation is -1":                 {Validation: -1},
		"denoising.field_uas is 9, but any_scale":    {FieldUas: 9, AnyScale: true},
		`no family "spirals"`:                        {Sky: data.SkyConfig{Families: map[string]float64{"spirals": 1}}},
	} {
		if _, err := train.NewDenoising(nil, c, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
