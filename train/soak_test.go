package train_test

import (
	"context"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"fringe/internal/torch"
	"fringe/models"
	"fringe/train"
)

// 2,000 steps with a collection after almost every allocation: a tensor that the garbage collector could free too early would
// crash here, and one that nothing frees would show as growing memory.
func TestTwoThousandStepsAtGOGC1KeepMemoryFlat(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(1))
	net, err := models.NewDenoiser(models.UNetConfig{Width: 8, Pools: 2, Groups: 4}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	defer net.Drop()
	c := train.DenoisingConfig{Pixels: 32, Validation: 4}
	task, err := train.NewDenoising(net, c, 1)
	if err != nil {
		t.Fatal(err)
	}
	const steps, warm = 2000, 500
	before := torch.Live()
	var memory []float64
	sample := train.Hook{Name: "memory", Do: func(r train.Report) error {
		if r.Step > warm && r.Step%20 == 0 {
			memory = append(memory, residentMB(t))
		}
		return nil
	}}
	_, err = train.Run(context.Background(), train.LoopConfig{Steps: steps, Batch: 2, ValidateEvery: steps}, task,
		train.DenoisingBatches(c, 1, 2), sample)
	if err != nil {
		t.Fatal(err)
	}
	if after := torch.Live(); after != before {
		t.Errorf("%d tensors before, %d after", before, after)
	}
	growth, mean := trend(memory)
	t.Logf("resident %.1f MB, growing by %.2f MB in %d steps", mean, growth, steps-warm)
	if growth > 0.01*mean { // 1 % over the whole run after warm-up
		t.Errorf("memory grew by %.2f MB of %.1f MB", growth, mean)
	}
}

// trend returns how much the least-squares line through v rises from its first to its last point, and the mean.
func trend(v []float64) (rise, mean float64) {
	n := float64(len(v))
	for _, y := range v {
		mean += y / n
	}
	var xy, xx float64
	for i, y := range v {
		x := float64(i) - (n-1)/2
		xy += x * (y - mean)
		xx += x * x
	}
	return xy / xx * (n - 1), mean
}

// residentMB returns the memory of this process that is in RAM.
func residentMB(t *testing.T) float64 {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("no /proc/self/statm on this system: ", err)
	}
	pages, err := strconv.ParseFloat(strings.Fields(string(text))[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * float64(os.Getpagesize()) / 1e6
}
