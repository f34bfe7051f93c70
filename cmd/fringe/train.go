package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"fringe/checkpoints"
	"fringe/internal/torch"
	"fringe/train"
)

// trainFlags are the flags of fringe train.
type trainFlags struct {
	out    string
	steps  int
	resume bool
	dryRun bool

	tensorboard bool
}

func trainCommand() *cobra.Command {
	var f trainFlags
	c := &cobra.Command{
		Use:   "train CONFIG.yaml",
		Short: "Train a prior on simulated skies",
		Long: `Train a network on skies that are simulated as they are needed.

The folder of the run holds manifest.json and the weights, which "fringe image --prior" takes, the state that --resume
goes on from, the best weights so far in best/, metrics.jsonl with one line per report, and in pictures/ what the network makes of
a few validation examples. Ctrl-C saves and stops.`,
		Example: "  fringe train configs/denoiser-eht64.yaml --out runs/denoiser\n" +
			"  fringe train configs/denoiser-eht64.yaml --out runs/denoiser --resume",
		Args: oneArgument("a config file"),
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("steps") && f.steps < 1 {
				return fmt.Errorf("--steps is %d, must be at least 1", f.steps)
			}
			return f.run(c.Context(), args[0], c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	c.Flags().StringVar(&f.out, "out", "", "folder of the run (default runs/NAME for CONFIG NAME.yaml)")
	c.Flags().BoolVar(&f.resume, "resume", false, "go on from the last checkpoint in the folder of the run")
	c.Flags().IntVar(&f.steps, "steps", 0, "number of updates, instead of the config's")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "check the config, print the network, its memory and the time that a run would take, write nothing")
	c.Flags().BoolVar(&f.tensorboard, "tensorboard", false, "write an event file for TensorBoard (or loop.tensorboard of the config)")
	return c
}

func (f trainFlags) run(ctx context.Context, path string, stdout, stderr io.Writer) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return withHint(fmt.Errorf("read config: %w", err), "the configs folder of fringe holds examples")
	}
	t, err := newTraining(text, f.steps)
	if err != nil {
		return fmt.Errorf("config %s: %w", path, err)
	}
	defer t.close()
	if err := f.checkWarmup(t.Loop, stderr); err != nil {
		return fmt.Errorf("config %s: %w", path, err)
	}
	if err := torch.SetThreads(max(1, t.Threads)); err != nil {
		return err
	}
	if !f.resume {
		if err := t.initialise(stderr); err != nil {
			return fmt.Errorf("config %s: %w", path, err)
		}
	}
	cfg := t.Loop
	cfg.Manifest, cfg.Clock, cfg.Resume = t.manifest, time.Now, f.resume
	cfg.TensorBoard = cfg.TensorBoard || f.tensorboard
	if cfg.Dir = f.out; cfg.Dir == "" {
		cfg.Dir = filepath.Join("runs", stem(path))
	}
	if f.dryRun {
		return hintAtFolder(t.dryRun(ctx, cfg, stdout, stderr), cfg.Dir, f.resume)
	}
	if _, err := os.Stat(filepath.Join(cfg.Dir, "manifest.json")); err != nil && !f.resume && !checkpoints.IsFree(cfg.Dir) {
		return withHint(fmt.Errorf("%s holds other files", cfg.Dir), "name a new folder with --out")
	}
	if err := checkWritable(cfg.Dir); err != nil {
		return err
	}
	if f.resume {
		m, err := train.Resumed(cfg.Dir, cfg.Manifest)
		if err != nil {
			return hintAtFolder(err, cfg.Dir, f.resume)
		}
		if m.Step >= cfg.Steps {
			fmt.Fprintf(stderr, "nothing is left to do: the run is at step %d of %d\n", m.Step, cfg.Steps)
		} else {
			fmt.Fprintf(stderr, "resuming at step %d of %d\n", m.Step, cfg.Steps)
		}
	}
	fmt.Fprintf(stderr, "training %s of %d parameters for %d steps of %d examples; run folder %s\n",
		train.KindName(t.Kind), t.params, cfg.Steps, cfg.Batch, cfg.Dir)
	bar := newTrainProgress(stderr, cfg)
	result, err := t.run(ctx, cfg, bar.hook())
	bar.done()
	if err != nil {
		return hintAtFolder(err, cfg.Dir, f.resume)
	}
	if result.Interrupted {
		fmt.Fprintf(stderr, "interrupted after step %d of %d, saved in %s; the same command with --resume goes on\n",
			result.Step, cfg.Steps, cfg.Dir)
		return errInterrupted
	}
	fmt.Fprintf(stderr, "finished %d steps, saved in %s; %s\n", result.Step, cfg.Dir, describe(result.Metrics))
	if _, err := os.Lstat(filepath.Join(cfg.Dir, cardName)); err == nil {
		return nil
	}
	err = writeCard(ctx, cfg.Dir, false, stderr)
	if err != nil && ctx.Err() != nil {
		fmt.Fprintf(stderr, "interrupted before the card was written, the run is finished; fringe card %s writes it\n", cfg.Dir)
		return errInterrupted
	}
	return err
}

// checkWarmup refuses a config whose run ends within its warm-up, and warns when --steps makes it so short.
func (f trainFlags) checkWarmup(c train.LoopConfig, stderr io.Writer) error {
	switch {
	case c.WarmupSteps <= c.Steps:
	case f.steps == 0:
		return fmt.Errorf("loop.warmup_steps is %d, must be at most loop.steps, which is %d", c.WarmupSteps, c.Steps)
	default:
		fmt.Fprintf(stderr, "warning: --steps %d ends the run within the warm-up of %d steps: the learning rate does not reach %g\n", c.Steps, c.WarmupSteps, c.LearningRate)
	}
	return nil
}

// hintAtFolder adds advice to the errors that concern the run folder.
func hintAtFolder(err error, dir string, resume bool) error {
	full := errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
	_, none := os.Stat(filepath.Join(dir, "manifest.json"))
	switch {
	case errors.Is(err, checkpoints.ErrInUse):
		return withHint(err, "wait for it or stop it with Ctrl-C, or name another folder with --out")
	case resume && errors.Is(err, checkpoints.ErrNone):
		return withHint(err, "leave --resume away to start a run, or name its folder with --out")
	case full && none != nil:
		return withHint(err, "make room, then give the same command again")
	case full:
		return withHint(err, "the last checkpoint is whole: make room, then the same command with --resume goes on from it")
	}
	return err
}

// newTraining reads a config; steps replaces the config's number of updates unless it is 0.
func newTraining(text []byte, steps int) (*training, error) {
	kind, err := train.KindOf(text)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "denoiser":
		return newDenoiserTraining(text, steps)
	case "unrolled":
		return newUnrolledTraining(text, steps)
	default:
		return nil, fmt.Errorf("kind is %q, must be denoiser or unrolled", kind)
	}
}

// stem returns the name of a file without its folder and extension.
func stem(path string) string { return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) }
