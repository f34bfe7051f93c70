package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fringe/checkpoints"
	"fringe/data"
	"fringe/radio"
)

// run simulates one observation and writes it to out.
func (o *observeFlags) run(out string, log io.Writer) error {
	files, err := newObservationFiles(out, o.dryRun, o.force)
	if err != nil {
		return err
	}
	sky, err := o.sky()
	if err != nil {
		return err
	}
	schedule, err := o.plan(sky)
	if err != nil {
		return err
	}
	schedule = schedule.WithDefaults() // for the record
	obs, err := schedule.Observation()
	if err != nil {
		return o.inFlags(err)
	}
	transform, how, err := sky.transform(obs.Vis)
	if err != nil {
		return err
	}
	vis, err := o.observe(obs, transform, schedule.Effects)
	if err != nil {
		return err
	}
	record := o.record(sky, schedule, vis, how)
	record.tell(vis, log)
	if o.dryRun {
		return nil
	}
	if err := files.write(sky, vis, record); err != nil {
		return err
	}
	fmt.Fprintf(log, "wrote %s, %s and %s\n", files.vis, files.truth, files.record)
	return nil
}

// observe returns the visibilities with what the instrument does to them, at an index that no pair has; without noise, if that is
// not wanted, but with the weights of noise.
func (o *observeFlags) observe(obs data.Observation, transform data.SkyTransform, e data.Effects) (*radio.Visibilities, error) {
	rng := func(s data.Stream) *rand.Rand { return data.Rng(o.seed, data.Evaluation, s, data.MaxIndex) }
	vis, err := obs.Simulate(transform, e, rng)
	if err != nil || o.noise {
		return vis, err
	}
	obs.Vis = obs.Vis.Clone()
	clear(obs.Vis.Weight) // which has no noise
	exact, err := obs.Simulate(transform, e, rng)
	if err != nil {
		return nil, err
	}
	vis.Vis = exact.Vis
	return vis, nil
}

// observationFiles are the three files of an observation.
type observationFiles struct{ vis, truth, record string }

// newObservationFiles names the files beside out and refuses those that exist, unless force is given or nothing is written.
func newObservationFiles(out string, dryRun, force bool) (f observationFiles, err error) {
	if dryRun {
		return f, nil
	}
	if out == "" {
		return f, withHint(errors.New("no file for the visibilities"), "name one with --out OBS.uvfits")
	}
	ending := filepath.Ext(out)
	if ending != ".uvfits" && ending != ".npz" {
		return f, withHint(fmt.Errorf("--out %s: the ending tells the format, and %q is none", out, ending), "end it in .uvfits or .npz")
	}
	base := strings.TrimSuffix(out, ending)
	f = observationFiles{vis: out, truth: base + ".truth.fits", record: base + ".json"}
	for _, path := range []string{f.vis, f.truth, f.record} {
		if err := checkFile(path, force); err != nil {
			return f, err
		}
	}
	return f, nil
}

// write writes the files, the visibilities last.
func (f observationFiles) write(sky *simulatedSky, v *radio.Visibilities, record simulationRecord) error {
	if err := os.MkdirAll(filepath.Dir(f.vis), 0o755); err != nil {
		return err
	}
	head := data.ImageHeader{
		Source: v.Source, FreqHz: meanFreqHz(v), MJD: v.RefMJD + slices.Min(v.TimeSec)/86400,
		History: []string{"made by fringe " + version, "the sky of " + filepath.Base(f.vis) + ": " + sky.what},
	}
	if err := data.WriteImage(f.truth, sky.truth, sky.grid, head); err != nil {
		return err
	}
	line, err := json.Marshal(record)
	if err != nil {
		return err
	}
	if err := checkpoints.ReplaceFile(filepath.Dir(f.record), filepath.Base(f.record), append(line, '\n')); err != nil {
		return err
	}
	if filepath.Ext(f.vis) == ".npz" {
		return data.WriteNPZ(f.vis, v)
	}
	return data.WriteUVFITS(f.vis, v)
}
