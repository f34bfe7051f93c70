package main

import (
	"testing"

	"fringe/train"
)

func TestTrainProgressTellsTheTimeThatIsLeft(t *testing.T) {
	first := train.Report{Step: 10, Steps: 110, Loss: 0.5, LearningRate: 1e-3, GradNorm: 2, ItemsPerSecond: 8}
	second := train.Report{Step: 60, Steps: 110, Loss: 0.25, LearningRate: 1e-3, GradNorm: 2, ItemsPerSecond: 18, Metrics: map[string]float64{"gain_db": 3}}
	// 100 steps of 4 examples at 8 per second are 50 s, 50 at 0.8·8 + 0.2·18 = 10 per second are 20 s.
	lines := trainProgress{batch: 4}
	if got, want := lines.text(first), "step 10/110  loss 0.50000  lr 1.00e-03  gradient 2  8.0 examples/s  50s left\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := lines.text(second), "step 60/110  loss 0.25000  lr 1.00e-03  gradient 2  18.0 examples/s  20s left  gain_db 3.000\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	terminal := trainProgress{batch: 4, terminal: true, rate: 10}
	second.ItemsPerSecond = 10
	want := clearLine + "step 60: loss 0.2500, gain_db 3.000\n" +
		clearLine + "━━━━━━━━━━━━━━━━──────────────" + " 60/110  loss 0.2500  10.0 examples/s  20s left"
	if got := terminal.text(second); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := bar(5, 4); got != bar(4, 4) {
		t.Errorf("more than all is %q", got)
	}
}
