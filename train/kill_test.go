package train_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"fringe/checkpoints"
	"fringe/models"
	"fringe/train"
)

// runVariable names the folder in which the test binary trains instead of testing.
const runVariable = "FRINGE_TEST_RUN"

func TestMain(m *testing.M) {
	dir := os.Getenv(runVariable)
	if dir == "" {
		os.Exit(m.Run())
	}
	if err := trainIn(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// trainIn trains a small denoiser with everything that must survive, goes on where the folder is, and prints a line for each step.
func trainIn(dir string) error {
	net, err := models.NewDenoiser(models.UNetConfig{Width: 8, Pools: 1}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		return err
	}
	defer net.Drop()
	skies := train.DenoisingConfig{Pixels: 32, Validation: 2}
	task, err := train.NewDenoising(net, skies, 3)
	if err != nil {
		return err
	}
	cfg := train.LoopConfig{
		Steps: 600, Batch: 2, EMADecay: 0.9, ReportEvery: 1, ValidateEvery: 14, SaveEvery: 5, Workers: 2, Monitor: "gain_db", Keep: 2, Dir: dir,
		Optimizer: train.OptimizerConfig{Name: "rmsprop", Momentum: 0.5},
		Schedule:  train.ScheduleConfig{Name: "plateau", Patience: 3, Factor: 0.7},
	}
	cfg.Manifest = checkpoints.Manifest{Kind: "denoiser", Config: []byte("{}"), Seed: 3}
	if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err == nil {
		cfg.Resume = true
	}
	tell := train.Hook{Name: "tell", Do: func(r train.Report) error { _, err := fmt.Println(r.Step); return err }}
	_, err = train.Run(context.Background(), cfg, task, train.DenoisingBatches(skies, 3, cfg.Part()), tell)
	return err
}

// liveUntil runs the child until it has made some steps and some time has passed, and kills it. It reports whether the kill came in time.
func liveUntil(t *testing.T, dir string, steps int, then time.Duration) (killed bool) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env, child.Stderr = append(os.Environ(), runVariable+"="+dir), os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 0; (steps < 0 || n < steps) && lines.Scan(); n++ {
	}
	if steps >= 0 {
		time.Sleep(then)
		if err := child.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
	}
	err = child.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && !exit.Exited() {
		return true // by the signal
	}
	if err != nil {
		t.Fatalf("the child failed by itself: %v", err)
	}
	return false
}

// A run that is killed again and again, with no chance to tidy up, always leaves a folder that loads, loses at most the steps since the
// last save, and ends with the bytes of a run that nobody disturbed.
func TestKilledRunsEqualUndisturbedOnes(t *testing.T) {
	count := 50
	if testing.Short() {
		count = 5
	}
	undisturbed, disturbed := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	if liveUntil(t, undisturbed, -1, 0) {
		t.Fatal("killed by somebody else")
	}
	seed := uint64(time.Now().UnixNano()) // new moments each time; logged, though when the child is where is not repeated by it
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	kills, step := 0, 0
	for range count {
		// A save takes some milliseconds and comes every fifth step: many kills fall into one.
		steps := rng.IntN(12)
		if !liveUntil(t, disturbed, steps, time.Duration(rng.IntN(20_000))*time.Microsecond) {
			break
		}
		kills++
		m, _, err := checkpoints.Load(disturbed)
		if errors.Is(err, checkpoints.ErrNone) && step == 0 && steps == 0 {
			continue // killed before the first save
		}
		if err != nil {
			t.Fatalf("kill %d: %v", kills, err)
		}
		if _, _, err := checkpoints.LoadState(disturbed); err != nil {
			t.Fatalf("kill %d: %v", kills, err)
		}
		if m.Step < step+steps-5 {
			t.Fatalf("kill %d: %d steps were made after step %d, the checkpoint is of step %d", kills, steps, step, m.Step)
		}
		step = m.Step
	}
	t.Logf("%d kills until step %d", kills, step)
	if kills < count/2 {
		t.Errorf("only %d of %d kills came before the end of the run", kills, count)
	}
	if liveUntil(t, disturbed, -1, 0) {
		t.Fatal("killed by somebody else")
	}
	sameFiles(t, undisturbed, disturbed)
}
