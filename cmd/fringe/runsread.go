package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fringe/checkpoints"
	"fringe/models"
	"fringe/train"
)

// trainedRun is what a folder says of the training run that it holds.
type trainedRun struct {
	Name       string            `json:"name"` // the folder, seen from the one that was asked for
	Path       string            `json:"path"`
	Kind       string            `json:"kind"`
	Network    string            `json:"network,omitempty"` // of a denoiser, see models.NetworkNames
	Parameters int               `json:"parameters"`        // numbers in the weights
	Step       int               `json:"step"`
	Steps      int               `json:"steps"`  // of the config
	Status     string            `json:"status"` // finished, early (stopped by loop.patience) or unfinished
	Loss       float64           `json:"loss"`   // of the last report
	Metric     string            `json:"metric,omitempty"`
	Best       float64           `json:"best,omitempty"` // largest value of the metric
	BestStep   int               `json:"best_step,omitempty"`
	Seconds    float64           `json:"seconds"` // of training and validation, over all sessions
	Config     map[string]string `json:"config"`  // field to its JSON text
	Log        []train.LogLine   `json:"log"`
}

// foundRuns is what a folder holds.
type foundRuns struct {
	Dir         string             `json:"dir"`
	Runs        []trainedRun       `json:"runs"`
	Skipped     []skippedFolder    `json:"skipped"`
	Differences []configDifference `json:"differences"`
}

type skippedFolder struct {
	Path  string `json:"path"`
	Cause string `json:"cause"`
}

// configDifference is a field whose value is not that of the first run in all runs; a run without the field has "".
type configDifference struct {
	Field  string   `json:"field"`
	Values []string `json:"values"` // in the order of the runs
}

// findRuns reads all runs below dir, in the order of their names.
func findRuns(dir string) (foundRuns, error) {
	if info, err := os.Stat(dir); err != nil {
		return foundRuns{}, fmt.Errorf("read runs: %w", err)
	} else if !info.IsDir() {
		return foundRuns{}, withHint(fmt.Errorf("%s is a file", dir), "name a folder of runs")
	}
	found := foundRuns{Dir: dir, Skipped: []skippedFolder{}}
	const deepest = 4
	if err := found.search(dir, deepest); err != nil {
		return foundRuns{}, err
	}
	found.Differences = differences(found.Runs)
	return found, nil
}

// search reads the run that dir is, or those inside it down to a depth.
func (f *foundRuns) search(dir string, depth int) error {
	if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err == nil {
		run, err := readRun(dir)
		if err != nil {
			f.skip(dir, err.Error())
			return nil
		}
		if run.Name, err = filepath.Rel(f.Dir, dir); err != nil || run.Name == "." {
			run.Name = filepath.Base(filepath.Clean(dir))
		}
		f.Runs = append(f.Runs, run)
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil && dir != f.Dir {
		f.skip(dir, err.Error())
		return nil
	} else if err != nil {
		return fmt.Errorf("read runs: %w", err)
	}
	runs, skipped := len(f.Runs), len(f.Skipped)
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if info, err := os.Stat(path); err != nil || !info.IsDir() || depth == 0 || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if err := f.search(path, depth-1); err != nil {
			return err
		}
	}
	if dir != f.Dir && len(f.Runs) == runs && !slices.ContainsFunc(f.Skipped[skipped:], func(s skippedFolder) bool { return s.Cause != noRun }) {
		f.Skipped = f.Skipped[:skipped] // one line for the folder instead of one for each inside it
		f.skip(dir, noRun)
	}
	return nil
}

const noRun = "it holds no run"

func (f *foundRuns) skip(path, cause string) {
	f.Skipped = append(f.Skipped, skippedFolder{path, cause})
}

// readRun reads one run. A run that goes on may replace a file between two reads, so it is tried twice.
func readRun(dir string) (trainedRun, error) {
	m, weights, err := checkpoints.Load(dir)
	if errors.Is(err, fs.ErrNotExist) {
		m, weights, err = checkpoints.Load(dir)
	}
	if err != nil {
		return trainedRun{}, err
	}
	r := trainedRun{Path: dir, Kind: m.Kind, Step: m.Step, Config: map[string]string{}}
	for _, w := range weights {
		size := 1
		for _, side := range w.Shape {
			size *= int(side)
		}
		r.Parameters += size
	}
	var config struct {
		Loop struct {
			Steps, Batch, Patience int
			Monitor                string
		}
	}
	if err := json.Unmarshal(m.Config, &config); err != nil {
		return trainedRun{}, fmt.Errorf("field config of the manifest: %w", err)
	}
	if r.Config, err = flatten(m.Config); err != nil {
		return trainedRun{}, fmt.Errorf("field config of the manifest: %w", err)
	}
	r.Network = networkOf(m.Config)
	if r.Log, err = train.ReadLog(dir); errors.Is(err, fs.ErrNotExist) {
		return trainedRun{}, errors.New("it holds weights without a log: no run, or one that was imported")
	} else if err != nil {
		return trainedRun{}, err
	}
	r.Steps = config.Loop.Steps
	r.summarise(config.Loop.Batch, config.Loop.Monitor, config.Loop.Patience)
	return r, nil
}

// networkOf returns which network of the shelf a config describes, "" for none.
func networkOf(config json.RawMessage) string {
	var blocks map[string]json.RawMessage
	if json.Unmarshal(config, &blocks) != nil {
		return ""
	}
	for _, name := range models.NetworkNames() {
		if blocks[name] != nil {
			return name
		}
	}
	return ""
}

// summarise takes from the log what the manifest does not say.
func (r *trainedRun) summarise(batch int, monitor string, patience int) {
	stale := 0
	r.Seconds = trainingSeconds(r.Log, batch)
	for _, line := range r.Log {
		r.Loss = line.Loss
		if line.Metrics == nil {
			continue
		}
		if monitor == "" {
			monitor = slices.Sorted(maps.Keys(line.Metrics))[0]
		}
		if stale++; r.Metric == "" || line.Metrics[monitor] > r.Best {
			r.Metric, r.Best, r.BestStep, stale = monitor, line.Metrics[monitor], line.Step, 0
		}
	}
	switch {
	case r.Step >= r.Steps:
		r.Status = "finished"
	case patience > 0 && stale >= patience:
		r.Status = "early"
	default:
		r.Status = "unfinished"
	}
}

// flatten returns the fields of a JSON object, such as loop.steps, with the JSON text of each.
func flatten(object json.RawMessage) (map[string]string, error) {
	out := map[string]string{}
	var walk func(prefix string, value json.RawMessage) error
	walk = func(prefix string, value json.RawMessage) error {
		var fields map[string]json.RawMessage
		if bytes.HasPrefix(bytes.TrimSpace(value), []byte("{")) {
			if err := json.Unmarshal(value, &fields); err != nil {
				return err
			}
		}
		for name, field := range fields {
			if err := walk(prefix+"."+name, field); err != nil {
				return err
			}
		}
		if fields == nil {
			var short bytes.Buffer
			if err := json.Compact(&short, value); err != nil {
				return err
			}
			out[strings.TrimPrefix(prefix, ".")] = short.String()
		}
		return nil
	}
	return out, walk("", object)
}

// differences compares the configs of runs.
func differences(runs []trainedRun) []configDifference {
	fields, list := map[string]bool{}, []configDifference{}
	for _, r := range runs {
		for field := range r.Config {
			fields[field] = true
		}
	}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		d := configDifference{Field: field}
		for _, r := range runs {
			d.Values = append(d.Values, r.Config[field])
		}
		if len(slices.Compact(slices.Clone(d.Values))) > 1 {
			list = append(list, d)
		}
	}
	return list
}
