package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"fringe/data"
	"fringe/evaluate"
	"fringe/train"

	"github.com/spf13/cobra"
)

// defaultPython may be missing, and BM3D is left out then; another interpreter that --python names may not.
const defaultPython = "python3"

// evaluateFlags are the flags of fringe evaluate.
type evaluateFlags struct {
	out    string
	count  int
	split  string
	force  bool
	seed   *uint64 // nil for the config's
	python string
	cache  string
}

func evaluateCommand() *cobra.Command {
	var f evaluateFlags
	var seed uint64
	c := &cobra.Command{
		Use:   "evaluate CONFIG.yaml",
		Short: "Compare methods on simulated skies whose truth is known",
		Long: `Image simulated observations with every method of the config and compare with the truth: a table with 95 % intervals,
DIR/report.html and DIR/scores.jsonl, one line per image. A config of kind denoising compares denoisers on noisy skies with TV,
wavelets and BM3D, which is the package bm3d of --python.

Skies and observations come from an index space of their own that training never draws from. Choose strengths and networks on
--split validation; look at the evaluation split once, for the numbers that are reported.`,
		Example: "  fringe evaluate configs/evaluate-eht64.yaml --out out/evaluate",
		Args:    oneArgument("a config file"),
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("count") && f.count < 1 {
				return fmt.Errorf("--count is %d, must be at least 1", f.count)
			}
			if c.Flags().Changed("seed") {
				f.seed = &seed
			}
			return f.run(c.Context(), args[0], c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	c.Flags().StringVarP(&f.out, "out", "o", "", "folder of the results (default out/NAME for CONFIG NAME.yaml)")
	c.Flags().IntVar(&f.count, "count", 0, "number of observations, instead of the config's")
	c.Flags().StringVar(&f.split, "split", data.Evaluation.String(), "index space: validation or evaluation")
	c.Flags().Uint64Var(&seed, "seed", 0, "seed of the skies, instead of the config's")
	c.Flags().StringVar(&f.python, "python", defaultPython, "interpreter whose package bm3d is asked for BM3D")
	c.Flags().StringVar(&f.cache, "cache", "", "folder that keeps what classical denoisers made, for the next run")
	c.Flags().BoolVar(&f.force, "force", false, "overwrite a finished evaluation")
	return c
}

// evaluateConfig is the file of an evaluation.
type evaluateConfig struct {
	Kind           string                     `yaml:"kind"` // "evaluation"
	Seed           uint64                     `yaml:"seed"`
	Count          int                        `yaml:"count"`          // observations
	Reconstruction train.ReconstructionConfig `yaml:"reconstruction"` // skies and observations
	Methods        []methodConfig             `yaml:"methods"`        // the last one is compared with all others
}

// methodConfig names a method: regularizers, a checkpoint (a denoiser is used by plug-and-play), or neither for the dirty
// image.
type methodConfig struct {
	Label        string  `yaml:"label"`
	Regularizers string  `yaml:"regularizers"`
	Checkpoint   string  `yaml:"checkpoint"`
	Strength     float64 `yaml:"strength"` // of a denoiser as the prior; 0 for the solver's own
}

func (f evaluateFlags) run(ctx context.Context, path string, table, log io.Writer) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return withHint(fmt.Errorf("read config: %w", err), "the configs folder of fringe holds examples")
	}
	split, err := f.parseSplit()
	if err != nil {
		return err
	}
	kind, err := train.KindOf(text)
	if err != nil {
		return fmt.Errorf("config %s: %w", path, err)
	}
	if kind != "denoising" && kind != "evaluation" {
		return fmt.Errorf("config %s: kind is %q, must be evaluation or denoising; fringe train takes the others", path, kind)
	}
	if f.out == "" {
		f.out = filepath.Join("out", stem(path))
	}
	if kind == "denoising" {
		c, err := readDenoisers(text, f.count)
		if err != nil {
			return fmt.Errorf("config %s: %w", path, err)
		}
		return f.runDenoisers(ctx, c, split, table, log)
	}
	c, err := readEvaluation(text, f.count)
	if err != nil {
		return fmt.Errorf("config %s: %w", path, err)
	}
	return f.runMethods(ctx, c, split, table, log)
}

// folder returns the folder of the results, which are files of these names.
func (f evaluateFlags) folder(names ...string) (*outDir, error) {
	dir := &outDir{path: f.out, names: names}
	return dir, dir.check(f.force)
}

// runMethods judges methods of imaging.
func (f evaluateFlags) runMethods(ctx context.Context, c evaluateConfig, split data.Split, table, log io.Writer) error {
	if f.seed != nil {
		c.Seed = *f.seed
	}
	dir, err := f.folder("report.html", "scores.jsonl")
	if err != nil {
		return err
	}
	methods, closeAll, err := c.open()
	defer closeAll()
	if err != nil {
		return err
	}
	suite := evaluate.Suite{Pairs: c.Reconstruction.Pairs(c.Seed), Split: split, Count: c.Count, Progress: func(done int) {
		if done%10 == 0 || done == c.Count {
			fmt.Fprintf(log, "imaged %d of %d observations with %d methods\n", done, c.Count, len(methods))
		}
	}}
	scores, err := suite.Run(ctx, methods, time.Now)
	var stopped *evaluate.Stopped
	if errors.As(err, &stopped) && stopped.Done > 0 {
		c.Count = stopped.Done
		return errors.Join(c.write(dir, split, methods, scores, stopped, table, log), err)
	}
	if err != nil {
		return err
	}
	return c.write(dir, split, methods, scores, nil, table, log)
}

func (f evaluateFlags) parseSplit() (data.Split, error) {
	for _, s := range []data.Split{data.Validation, data.Evaluation} {
		if f.split == s.String() {
			return s, nil
		}
	}
	return 0, fmt.Errorf("--split is %q, must be validation or evaluation: the training split is what networks learned from", f.split)
}

// readEvaluation reads a config; count replaces the config's number of observations unless it is 0.
func readEvaluation(text []byte, count int) (c evaluateConfig, err error) {
	if err := train.Decode(text, &c); err != nil {
		return c, err
	}
	if count != 0 {
		c.Count = count
	}
	return c, c.validate()
}

func (c evaluateConfig) validate() error {
	if c.Count < 1 || c.Count > 100_000 {
		return fmt.Errorf("count is %d, must be between 1 and 100000", c.Count)
	}
	if len(c.Methods) == 0 {
		return fmt.Errorf("methods is empty, name at least one")
	}
	for i, m := range c.Methods {
		if m.Label == "" || m.Regularizers != "" && m.Checkpoint != "" {
			return fmt.Errorf("methods[%d] needs a label, and at most one of regularizers and checkpoint", i)
		}
	}
	return c.Reconstruction.Validate()
}

// open makes the methods. The function that it returns frees them and is never nil.
func (c evaluateConfig) open() (methods []evaluate.Method, closeAll func(), err error) {
	var priors []*prior
	closeAll = func() {
		for _, p := range priors {
			p.close()
		}
	}
	for _, m := range c.Methods {
		switch {
		case m.Checkpoint != "":
			p, err := openCheckpoint(m.Checkpoint)
			if err != nil {
				return nil, closeAll, err
			}
			priors = append(priors, p)
			methods = append(methods, m.learned(p, c.Reconstruction.Systematic))
		case m.Regularizers != "":
			methods = append(methods, evaluate.RML{Label: m.Label, Regularizers: m.Regularizers, Systematic: c.Reconstruction.Systematic})
		default:
			methods = append(methods, evaluate.DirtyImage{Label: m.Label, Systematic: c.Reconstruction.Systematic})
		}
	}
	return methods, closeAll, nil
}

// learned returns the method of a checkpoint.
func (m methodConfig) learned(p *prior, systematic float64) evaluate.Method {
	if p.denoiser != nil {
		return evaluate.PlugAndPlay{Label: m.Label, Denoiser: p.denoiser, Systematic: systematic, Strength: m.Strength}
	}
	return evaluate.Learned{Label: m.Label, Network: p.network, Systematic: systematic}
}

// write makes the report and the scores and prints the table. stopped is nil unless the run was cut short.
func (c evaluateConfig) write(dir *outDir, split data.Split, methods []evaluate.Method, scores [][]evaluate.Score,
	stopped *evaluate.Stopped, table, log io.Writer) (err error) {
	defer func() {
		if e := dir.discard(); err == nil {
			err = e
		}
	}()
	t, err := evaluate.Compare(methods, scores, rand.New(rand.NewPCG(c.Seed, 0)))
	if err != nil {
		return err
	}
	report := evaluate.Report{
		Title: "Methods compared on simulated observations",
		Intro: []string{fmt.Sprintf("%d observations of the %s split, seed %d: %s.", c.Count, split, c.Seed,
			describeObservations(c.Reconstruction))},
		Sections: []evaluate.Section{{Title: "Scores", Tables: []evaluate.Table{t}}},
		Footer:   "fringe " + version,
	}
	if stopped != nil {
		report.Intro = append(report.Intro, fmt.Sprintf("The run was stopped after %d of %d observations.", stopped.Done, stopped.Count))
	}
	if err := dir.write("report.html", report.WriteHTML); err != nil {
		return err
	}
	if err := dir.write("scores.jsonl", func(w io.Writer) error { return writeScores(w, methods, scores) }); err != nil {
		return err
	}
	if err := dir.finish(); err != nil {
		return err
	}
	if err := t.WriteText(table); err != nil {
		return err
	}
	fmt.Fprintf(log, "\n%s\nwrote %s\n", t.Caption, filepath.Join(dir.path, "report.html"))
	return nil
}

// writeScores writes one JSON line per image.
func writeScores(w io.Writer, methods []evaluate.Method, scores [][]evaluate.Score) error {
	encoder := json.NewEncoder(w)
	for m, method := range methods {
		for i, s := range scores[m] {
			line := struct {
				Method string `json:"method"`
				Index  int    `json:"index"`
				evaluate.Score
			}{method.Name(), i, s}
			if err := encoder.Encode(line); err != nil {
				return err
			}
		}
	}
	return nil
}
