package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fringe/checkpoints"
	"fringe/data"
	"fringe/measure"
	"fringe/radio"
	"fringe/train"
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
	obs, err := schedule.Observation()
	if err != nil {
		return withHint(err, "--dry-run tells the coverage of a schedule; arrays are %s", strings.Join(data.Arrays(), ", "))
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
	if err := record.tell(vis, log); err != nil || o.dryRun {
		return err
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
		if _, err := os.Lstat(path); err == nil && !force {
			return f, withHint(fmt.Errorf("%s exists", path), "choose another --out, or overwrite it with --force")
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

// simulationRecord says what was done, in the observation's line of JSON.
type simulationRecord struct {
	Program      string          `json:"program"`
	Sky          string          `json:"sky"`
	FluxJy       float64         `json:"flux_jy"`
	NX           int             `json:"nx"`
	NY           int             `json:"ny"`
	CellUas      float64         `json:"cell_uas"`
	Transform    string          `json:"transform"`
	Schedule     json.RawMessage `json:"schedule"`
	Seed         uint64          `json:"seed"`
	Noise        bool            `json:"noise"`
	Visibilities int             `json:"visibilities"`
	UVMax        float64         `json:"uv_max"` // wavelengths
	NoiseJy      float64         `json:"noise_jy"`
}

func (o *observeFlags) record(sky *simulatedSky, s data.Schedule, v *radio.Visibilities, how string) simulationRecord {
	schedule, _ := train.ConfigJSON(s) // a plain struct of numbers and names cannot fail
	noise := sigmas(v)
	return simulationRecord{
		Program: "fringe " + version, Sky: sky.what, FluxJy: sky.fluxJy, NX: sky.grid.NX, NY: sky.grid.NY, CellUas: sky.grid.CellRad / radio.Microarcsecond,
		Transform: how, Schedule: schedule, Seed: o.seed, Noise: o.noise,
		Visibilities: v.Len(), UVMax: v.UVMax(), NoiseJy: noise[len(noise)/2],
	}
}

// sigmas returns the errors (Jy) of the visibilities that are not flagged, sorted.
func sigmas(v *radio.Visibilities) (all []float64) {
	for k := range v.Weight {
		if !v.Flagged(k) {
			all = append(all, v.Sigma(k))
		}
	}
	slices.Sort(all)
	return all
}

// tell prints the coverage, the beam and the noise.
func (r simulationRecord) tell(v *radio.Visibilities, log io.Writer) error {
	times, shortest := map[float64]bool{}, math.Inf(1)
	for k, t := range v.TimeSec {
		times[t] = true
		shortest = math.Min(shortest, v.UVDistance(k))
	}
	fmt.Fprintf(log, "sky: %s, %.4g Jy, %d x %d pixels of %.4g uas\n", r.Sky, r.FluxJy, r.NX, r.NY, r.CellUas)
	fmt.Fprintf(log, "coverage: %s, times: %d, channels: %d, baselines of %.4g to %.4g Ml\n", contents(v), len(times), len(v.Frequencies()), shortest/1e6, r.UVMax/1e6)
	beam, err := measure.FitBeam(v.U, v.V, v.Weight)
	if err != nil {
		return err
	}
	total := 0.0
	for _, w := range v.Weight {
		total += w
	}
	noise := sigmas(v)
	fmt.Fprintf(log, "beam (natural weighting): %v East of North; noise %.3g Jy/beam\n", beam, 1/math.Sqrt(total))
	fmt.Fprintf(log, "noise per visibility: %.3g Jy, from %.3g to %.3g; mean amplitude %.3g Jy\n", r.NoiseJy, noise[0], noise[len(noise)-1], meanAmplitude(v))
	return nil
}

func meanAmplitude(v *radio.Visibilities) float64 {
	sum := 0.0
	for _, value := range v.Vis {
		sum += math.Hypot(real(value), imag(value))
	}
	return sum / float64(v.Len())
}
