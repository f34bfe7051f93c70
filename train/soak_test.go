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

// soakVariable asks for the long soak of several networks.
const soakVariable = "FRINGE_SOAK"

// Thousands of steps with a collection after almost every allocation: a tensor that the garbage collector could free too early would
// crash here, and one that nothing frees would show as growing memory.
func TestTwoThousandStepsAtGOGC1KeepMemoryFlat(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	soak(t, models.NetworkConfig{UNet: &models.UNetConfig{Width: 8, Pools: 2, Groups: 4}}, 2000)
}

// The other kinds of steps: running statistics, blocks without bias, a network that differentiates itself, attention. FRINGE_SOAK=1 makes 5,000
// steps of each, which take minutes; else there are only enough to see whether a tensor stays.
func TestStepsOfEveryKindKeepMemoryFlat(t *testing.T) {
	steps := 4
	if os.Getenv(soakVariable) != "" {
		steps = 5000
	}
	drunet := models.DRUNetConfig{Width: 8, Blocks: 1}
	for name, net := range map[string]models.NetworkConfig{
		"unet":          {UNet: &models.UNetConfig{Width: 8, Pools: 2, Groups: 4}},
		"dncnn":         {DnCNN: &models.DnCNNConfig{Depth: 4, Width: 8, BatchNorm: true}},
		"drunet":        {DRUNet: &drunet},
		"gradient_step": {GradientStep: &drunet},
		"nonexpansive":  {Nonexpansive: &models.NonexpansiveConfig{Layers: 1, Pools: 1, Width: 4, Hidden: 8}},
		"swinir":        {SwinIR: &models.SwinIRConfig{Width: 12, Groups: 1, Blocks: 2, Heads: 2}},
	} {
		t.Run(name, func(t *testing.T) { soak(t, net, steps) })
	}
}

// soak trains a network and fails when tensors stay, or when memory grows after the first quarter.
func soak(t *testing.T, network models.NetworkConfig, steps int) {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(1))
	net, _, err := models.NewNetwork(network, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	defer net.Drop()
	c := train.DenoisingConfig{Pixels: 32, Validation: 4}
	task, err := train.NewDenoising(net, c, 1)
	if err != nil {
		t.Fatal(err)
	}
	before := torch.Live()
	var memory []float64
	sample := train.Hook{Name: "memory", Do: func(r train.Report) error {
		if r.Step > steps/4 && r.Step%20 == 0 {
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
	if len(memory) < 10 {
		return // too few steps to see a trend
	}
	growth, mean := trend(memory)
	t.Logf("resident %.1f MB, growing by %.2f MB in %d steps", mean, growth, steps-steps/4)
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
