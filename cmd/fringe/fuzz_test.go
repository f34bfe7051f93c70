package main

import (
	"os"
	"path/filepath"
	"testing"

	"fringe/data"
	"fringe/train"
)

// Configs of pairs, trainings and evaluations, and schedules of observations, are refused or valid; nothing may panic, and nothing is
// simulated or built.
func FuzzReadConfig(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("..", "..", "configs", "*.yaml"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no configs (%v)", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("kind: pairs\nseed: 2\nsplit: evaluation\ncount: 10\nreconstruction: {pixels: 64, transform: fast, observation: {array: vlba}}\n"))
	f.Add([]byte("array: vla_b\nsource: 3C 353\nra_hours: 17.3\ndec_deg: -1\nstart: \"2021-03-01T14:00:00\"\nscans: 6\nscan_sec: 60\nchannels: 4\neffects: {drift: {phase_sigma_deg: 20}}\n"))
	f.Add([]byte("a: &a [*a]\nkind: *a\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if c, err := readPairs(text); err == nil {
			c, err = newPairsFlags().override(c)
			if err == nil {
				_, _ = c.manifest()
			}
		}
		_, _ = readEvaluation(text, 0)
		for _, whole := range []any{&unrolledConfig{}, &denoiserConfig{}} {
			var c train.Config
			_ = readTraining(text, 0, whole, &c)
		}
		var s data.Schedule
		if train.Decode(text, &s) == nil {
			_ = s.Validate()
		}
	})
}
