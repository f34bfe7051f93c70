package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/pflag"

	"fringe/checkpoints"
	"fringe/data"
	"fringe/shards"
	"fringe/train"
)

// pairsFlags are the flags of fringe simulate CONFIG.yaml.
type pairsFlags struct {
	set     *pflag.FlagSet
	count   int
	split   string
	first   uint64
	workers int
}

func newPairsFlags() *pairsFlags {
	p := &pairsFlags{set: pflag.NewFlagSet("pairs", pflag.ContinueOnError)}
	p.set.SortFlags = false
	p.set.IntVar(&p.count, "count", 0, "number of pairs, instead of the config's")
	p.set.StringVar(&p.split, "split", "", "index space: training, validation or evaluation, instead of the config's")
	p.set.Uint64Var(&p.first, "first", 0, "index of the first pair, instead of the config's")
	p.set.IntVar(&p.workers, "workers", runtime.NumCPU(), "goroutines that simulate; the pairs do not depend on it")
	return p
}

// pairsConfig is the file of a set of pairs. The file of an unrolled network has the same fields and more.
type pairsConfig struct {
	Kind           string                     `yaml:"kind"` // "pairs"
	Seed           uint64                     `yaml:"seed"`
	Split          string                     `yaml:"split"`          // training, validation or evaluation; "" means training
	First          uint64                     `yaml:"first"`          // index of the first pair
	Count          int                        `yaml:"count"`          // pairs
	PerShard       int                        `yaml:"per_shard"`      // pairs in a file; 0 means 64
	Reconstruction train.ReconstructionConfig `yaml:"reconstruction"` // skies and observations
}

// run makes the set in the folder out, or the rest of it.
func (p *pairsFlags) run(ctx context.Context, path, out string, log io.Writer) error {
	if out == "" {
		return withHint(fmt.Errorf("no folder for the pairs"), "name one with --out DIR")
	}
	if p.workers < 1 || p.workers > 256 {
		return fmt.Errorf("--workers is %d, must be between 1 and 256", p.workers)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return withHint(fmt.Errorf("read config: %w", err), "the configs folder of fringe holds examples")
	}
	c, err := readPairs(text)
	if err == nil {
		c, err = p.override(c)
	}
	if err == nil {
		c.Reconstruction, err = c.Reconstruction.Load()
	}
	var m shards.Manifest
	if err == nil {
		m, err = c.manifest()
	}
	if err != nil {
		return fmt.Errorf("config %s: %w", path, err)
	}
	return c.write(ctx, m, out, p.workers, log)
}

// readPairs reads the config of a set of pairs, or that of an unrolled network.
func readPairs(text []byte) (c pairsConfig, err error) {
	kind, err := train.KindOf(text)
	if err != nil {
		return c, err
	}
	switch kind {
	case "pairs":
		return c, train.Decode(text, &c)
	case "unrolled":
		var u unrolledConfig
		if err := train.Decode(text, &u); err != nil {
			return c, err
		}
		return pairsConfig{Seed: u.Seed, Count: u.Loop.Steps * u.Loop.Batch, Reconstruction: u.Reconstruction}, nil
	}
	return c, fmt.Errorf("kind is %q, must be pairs or unrolled; a denoiser learns from skies alone, without observations", kind)
}

// override replaces what the flags name.
func (p *pairsFlags) override(c pairsConfig) (pairsConfig, error) {
	if p.set.Changed("count") {
		if c.Count = p.count; c.Count < 1 {
			return c, fmt.Errorf("--count is %d, must be at least 1", c.Count)
		}
	}
	if p.set.Changed("split") {
		c.Split = p.split
	}
	if p.set.Changed("first") {
		c.First = p.first
	}
	if c.Split == "" {
		c.Split = data.Training.String()
	}
	if c.PerShard == 0 {
		c.PerShard = 64
	}
	return c, nil
}

// manifest returns the manifest of the whole set.
func (c pairsConfig) manifest() (shards.Manifest, error) {
	split, err := data.ParseSplit(c.Split)
	if err != nil {
		return shards.Manifest{}, err
	}
	m, err := c.Reconstruction.ShardsManifest(c.Seed, split, c.First, c.Count)
	m.Program, m.PerShard = "fringe "+version, c.PerShard
	if err != nil {
		return m, err
	}
	return m, m.Validate()
}

// write makes the pairs of the set that are not there yet.
func (c pairsConfig) write(ctx context.Context, m shards.Manifest, out string, workers int, log io.Writer) error {
	if _, err := os.Stat(filepath.Join(out, "manifest.json")); err != nil && !isEmpty(out) && !onlyLeftovers(out) {
		return withHint(fmt.Errorf("%s holds other files", out), "name a new folder with --out")
	}
	if err := checkWritable(out); err != nil {
		return err
	}
	split, err := data.ParseSplit(m.Split)
	if err != nil {
		return err
	}
	bar := newPairsProgress(log, c.Count)
	err = shards.Write(ctx, out, m, func(index uint64) (shards.Example, error) { return c.Reconstruction.Example(c.Seed, split, index) }, workers, bar.set)
	bar.close()
	switch {
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(log, "interrupted after %d of %d pairs, which are safe in %s; the same command goes on\n", bar.done, c.Count, out)
		return nil
	case err != nil && bar.first >= 0: // it had begun
		return err
	case err != nil:
		return withHint(err, "a set that is damaged or made of another config stays as it is: name a new folder with --out")
	}
	fmt.Fprintf(log, "%d %s pairs from index %d, seed %d, are in %s\n", c.Count, c.Split, c.First, c.Seed, out)
	return nil
}

// onlyLeftovers reports whether a folder holds nothing but what a killed program leaves before its manifest.
func onlyLeftovers(path string) bool {
	entries, err := os.ReadDir(path)
	for _, e := range entries {
		if err != nil || !checkpoints.IsLeftover(e.Name()) {
			return false
		}
	}
	return err == nil
}
