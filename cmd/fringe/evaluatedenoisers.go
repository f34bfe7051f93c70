package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"fringe/data"
	"fringe/evaluate"
)

// runDenoisers judges denoisers.
func (f evaluateFlags) runDenoisers(ctx context.Context, c denoisersConfig, split data.Split, table, log io.Writer) error {
	if f.seed != nil {
		c.Seed = *f.seed
	}
	dir, err := f.folder("report.html", "report.json", "scores.jsonl")
	if err != nil {
		return err
	}
	if named := c.Denoising.Sky.Families; len(named) > 0 && named["all"] == 0 && !sameNames(named, c.families()) {
		fmt.Fprintf(log, "judged are the families of groups (%s); those of denoising.sky are not used\n", strings.Join(c.families(), ", "))
	}
	methods, err := c.open(f, log)
	if err != nil {
		return err
	}
	defer methods.close()
	suite := evaluate.DenoisingSuite{
		Seed: c.Seed, Split: split, Skies: c.Denoising, Families: c.families(), Levels: c.Levels, Count: c.Count, Tuning: c.Tuning,
		Progress: func(cell evaluate.DenoisingCell, done, of int) {
			fmt.Fprintf(log, "%d of %d: %s, noise %g: %s\n", done, of, cell.Family, cell.Sigma, describeCell(methods.list, cell))
		},
		Measured: func(s evaluate.JacobianSummary) {
			fmt.Fprintf(log, "Jacobians of %s, noise %g: ‖∇D‖ up to %.4f, ‖∇(2D − I)‖ up to %.4f at %d images\n", s.Method, s.Sigma, s.Denoiser.Largest, s.Reflected.Largest, s.Images)
		},
	}
	cells, cause := suite.Run(ctx, methods.list)
	var stopped *evaluate.Stopped
	if cause != nil && !(errors.As(cause, &stopped) && stopped.Done > 0) {
		return cause
	}
	r := denoisersReport{Program: "fringe " + version, Seed: c.Seed, Split: split.String(), Skies: c.Count, TuningSkies: c.Tuning, LeftOut: methods.leftOut}
	if r.Families, r.Groups, err = evaluate.SummariseDenoising(methods.list, cells, c.Groups, rand.New(rand.NewPCG(c.Seed, 0))); err != nil {
		return err
	}
	if stopped == nil {
		r.Jacobians, cause = c.measureJacobians(ctx, suite, methods.list)
		if cause != nil && ctx.Err() == nil {
			return cause
		}
	}
	if cause != nil {
		r.Stopped = cause.Error()
	}
	if err := c.writeDenoisers(dir, r, methods.list, cells, table, log); err != nil {
		return err
	}
	return cause
}

// measureJacobians measures the denoisers that the config names, each on the families that it was trained on. When ctx ends it returns what it
// has.
func (c denoisersConfig) measureJacobians(ctx context.Context, suite evaluate.DenoisingSuite, methods []evaluate.DenoisingMethod) (rows []evaluate.JacobianSummary, err error) {
	for i, m := range c.Methods {
		t, ok := methodNamed(methods, m.Label).(evaluate.Trained)
		if !ok || !m.Jacobian {
			continue
		}
		families := suite.Families
		for _, g := range c.Groups {
			if g.Specialist == m.Label {
				families = g.Families
			}
		}
		found, err := suite.MeasureJacobians(ctx, t, families, c.Jacobian)
		if rows = append(rows, found...); err != nil {
			return rows, fmt.Errorf("methods[%d]: %w", i, err)
		}
	}
	return rows, nil
}

// sameNames reports whether the keys of a map are a list of names.
func sameNames(named map[string]float64, list []string) bool {
	return slices.Equal(slices.Sorted(maps.Keys(named)), slices.Sorted(slices.Values(list)))
}

// methodNamed returns the method with a label, nil when it was left out.
func methodNamed(methods []evaluate.DenoisingMethod, label string) evaluate.DenoisingMethod {
	for _, m := range methods {
		if m.Name() == label {
			return m
		}
	}
	return nil
}

// describeCell lists the mean PSNR of every method.
func describeCell(methods []evaluate.DenoisingMethod, cell evaluate.DenoisingCell) string {
	var parts []string
	for m, method := range methods {
		parts = append(parts, fmt.Sprintf("%s %.2f", method.Name(), stat.Mean(cell.Outcomes[m].PSNR, nil)))
	}
	return strings.Join(parts, ", ") + " dB"
}
