package train_test

import (
	"context"
	"errors"
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
	"fringe/measure"
	"fringe/models"
	"fringe/train"
	"fringe/unrolled"
)

// observations are the smallest images that skies can be drawn on.
func observations() train.ReconstructionConfig {
	c := train.ReconstructionConfig{Pixels: 32, Systematic: 0.02, Validation: 16}
	c.Observation.Scans = data.Range{6, 6}
	return c
}

// painter is a network of one weight that paints weight·image, or weight·dirty without an image.
type painter struct {
	weight *torch.Tensor
	image  []float32
}

func newPainter(t *testing.T, weight float64, image []float32) *painter {
	t.Helper()
	p := &painter{image: image}
	err := torch.Do(func(s *torch.Scope) error {
		p.weight = s.Keep(s.RequireGrad(s.To(s.FromFloat64s([]float64{weight}, 1, 1, 1, 1), torch.Float32)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.weight.Drop)
	return p
}

func (p *painter) Params() []torch.Param { return []torch.Param{{Name: "weight", Tensor: p.weight}} }

func (p *painter) Forward(s *torch.Scope, problem measure.Problem) (x *torch.Tensor, err error) {
	defer torch.Catch(&err)
	image := problem.Dirty
	if p.image != nil {
		image = s.FromFloat32s(p.image, problem.Dirty.Shape()...)
	}
	return s.Mul(p.weight, image), nil
}

// task returns the task of a network and its first training batch.
func task(t *testing.T, net train.Reconstructor, size int) (*train.Reconstruction, *train.Observed) {
	t.Helper()
	r, err := train.NewReconstruction(net, observations(), 3)
	if err != nil {
		t.Fatal(err)
	}
	return r, observed(t, size)
}

func observed(t *testing.T, size int) *train.Observed {
	t.Helper()
	b, err := train.ReconstructionBatches(observations(), 3, size)(0)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// lossAndSlope returns the loss of a painter and its derivative with respect to the weight.
func lossAndSlope(t *testing.T, p *painter, size int, kind string) (loss, slope float64) {
	t.Helper()
	c := observations()
	c.Loss = kind
	r, err := train.NewReconstruction(p, c, 3)
	if err != nil {
		t.Fatal(err)
	}
	b := observed(t, size)
	live := torch.Live()
	err = torch.Do(func(s *torch.Scope) error {
		y, err := r.Loss(s, b)
		if err != nil {
			return err
		}
		loss, slope = s.Item(y), s.Item(s.Grad(y, []*torch.Tensor{p.weight}, false)[0])
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if now := torch.Live(); now != live {
		t.Errorf("%d tensors live after, %d before", now, live)
	}
	return loss, slope
}

func TestLossOfTheTruthIsTheGuardOfTheRoot(t *testing.T) {
	loss, slope := lossAndSlope(t, newPainter(t, 1, observed(t, 2).Truth), 2, "rmse")
	if math.Abs(loss-1e-6) > 1e-12 || slope != 0 { // √1e-12, in float32
		t.Errorf("loss %g with slope %g, want 1e-6 and 0", loss, slope)
	}
}

// The losses and their slopes for weight·dirty, summed on the host in float64; the task works in float32.
func TestLossesAndGradientsOfScaledDirtyImages(t *testing.T) {
	const weight, size = 0.5, 3
	b := observed(t, size)
	var rmse, rmseSlope, logarithm, logarithmSlope float64
	pixels := b.Grid.Len()
	for k := range size {
		mse, half := 1e-12, 0.0
		for i := range pixels {
			d := float64(b.Problems[k].Dirty[i])
			e := (weight*d - float64(b.Truth[k*pixels+i])) / float64(b.Peak[k])
			mse += e * e / float64(pixels)
			half += e * d / float64(b.Peak[k]) / float64(pixels)
		}
		rmse += math.Sqrt(mse) / size
		rmseSlope += half / math.Sqrt(mse) / size
		logarithm += math.Log(mse) / 2 / size
		logarithmSlope += half / mse / size
	}
	for kind, want := range map[string][2]float64{"rmse": {rmse, rmseSlope}, "log_rmse": {logarithm, logarithmSlope}} {
		loss, slope := lossAndSlope(t, newPainter(t, weight, nil), size, kind)
		if math.Abs(loss/want[0]-1) > 1e-5 || math.Abs(slope/want[1]-1) > 1e-4 { // the slope is a sum of both signs
			t.Errorf("%s: loss %g with slope %g, want %g and %g", kind, loss, slope, want[0], want[1])
		}
	}
}

// A black image has the PSNR 10·log10(peak²/mean square of the truth), whatever the unit.
func TestValidateOfABlackImage(t *testing.T) {
	r, _ := task(t, newPainter(t, 0, nil), 1)
	want := 0.0
	for i := range uint64(16) {
		p, err := observations().Pairs(3).Pair(data.Validation, i)
		if err != nil {
			t.Fatal(err)
		}
		square := 0.0
		for _, v := range p.Truth {
			square += v * v / float64(len(p.Truth))
		}
		peak := slices.Max(p.Truth)
		want += 10 * math.Log10(peak*peak/square) / 16
	}
	err := torch.Do(func(s *torch.Scope) error {
		metrics, err := r.Validate(s)
		if err != nil {
			return err
		}
		if got, ok := metrics["psnr_db"]; !ok || math.Abs(got-want) > 1e-5 { // float32
			t.Errorf("psnr_db is %g, want %g", got, want)
		}
		if !slices.Equal(r.MetricNames(), []string{"psnr_db"}) || len(metrics) != 1 {
			t.Errorf("metrics %v, said to be %v", metrics, r.MetricNames())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A file of stations is read once: batches stay what they are when it is gone, and equal those of the same named array.
func TestBatchesDoNotReadTheStationsAgain(t *testing.T) {
	table, err := os.ReadFile(filepath.Join("..", "data", "arrays", "eht2017.txt"))
	if err != nil {
		t.Fatal(err)
	}
	c := observations()
	c.Observation.Array = filepath.Join(t.TempDir(), "mine.txt")
	if err := os.WriteFile(c.Observation.Array, table, 0o644); err != nil {
		t.Fatal(err)
	}
	batches := train.ReconstructionBatches(c, 3, 1)
	if err := os.Remove(c.Observation.Array); err != nil {
		t.Fatal(err)
	}
	got, err := batches(0)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(observed(t, 1), got); d != "" {
		t.Errorf("the batch differs from that of the named array:\n%s", d)
	}
	if _, err := train.ReconstructionBatches(c, 3, 1)(0); err == nil || !strings.Contains(err.Error(), "mine.txt") {
		t.Errorf("error %v, want one that names the missing file", err)
	}
}

// smallUnrolled returns a network of four steps.
func smallUnrolled(t *testing.T) *unrolled.Network {
	t.Helper()
	net, err := unrolled.New(unrolled.Config{Steps: 4, UNet: models.UNetConfig{Width: 4, Pools: 1, Groups: 2}}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(net.Drop)
	return net
}

func TestEveryParameterOfAnUnrolledNetworkIsReached(t *testing.T) {
	net := smallUnrolled(t)
	r, b := task(t, net, 1)
	err := torch.Do(func(s *torch.Scope) error {
		loss, err := r.Loss(s, b)
		if err != nil {
			return err
		}
		var params []*torch.Tensor
		for _, p := range net.Params() {
			params = append(params, p.Tensor)
		}
		for i, g := range s.Grad(loss, params, false) {
			values, name := s.Float64s(g), net.Params()[i].Name
			if slices.ContainsFunc(values, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
				t.Errorf("the gradient of %s is not finite", name)
			}
			// The outputs of the corrections start at zero, so behind them no gradient arrives before the first update.
			if first := strings.Contains(name, "eta") || strings.Contains(name, "unet.out"); first && !slices.ContainsFunc(values, func(v float64) bool { return v != 0 }) {
				t.Errorf("the gradient of %s is zero", name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestResumedUnrolledTrainingEqualsUnbroken(t *testing.T) {
	root := t.TempDir()
	unbroken, broken := filepath.Join(root, "a"), filepath.Join(root, "b")
	run := func(ctx context.Context, dir string, resume bool, hooks ...train.Hook) {
		r, _ := task(t, smallUnrolled(t), 1)
		cfg := train.LoopConfig{Steps: 4, Batch: 2, ReportEvery: 1, ValidateEvery: 3, Monitor: "psnr_db", Dir: dir, Resume: resume}
		cfg.Manifest.Kind, cfg.Manifest.Config = "unrolled", []byte("{}")
		if _, err := train.Run(ctx, cfg, r, train.ReconstructionBatches(observations(), 3, 2), hooks...); err != nil {
			t.Fatal(err)
		}
	}
	run(context.Background(), unbroken, false)
	ctx, hook := stopAt(2)
	run(ctx, broken, false, hook)
	run(context.Background(), broken, true)
	// The manifests hold the checksums of weights and state.
	for _, name := range []string{"manifest.json", "metrics.jsonl", "best/manifest.json"} {
		a, errA := os.ReadFile(filepath.Join(unbroken, name))
		b, errB := os.ReadFile(filepath.Join(broken, name))
		if err := errors.Join(errA, errB); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(a), string(b)); d != "" {
			t.Errorf("%s differs (-unbroken +resumed):\n%s", name, d)
		}
	}
}
