package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fringe/data"
	"fringe/radio"
	"fringe/shards"
)

// simulationRuns is how often each comparison of simulations runs.
const simulationRuns = 5

// simulation compares, for skies of 64², 128² and 256² pixels, how long an observation takes with eht-imaging's, on one core each: the
// same image, stations, times and elevations, from the coverage to visibilities with thermal noise and gains. Both transforms are
// exact: the peer's is the direct sum, ours radio.Transform. And then whole training pairs: ours are a new sky, a new observation,
// visibilities from a 2.5 times finer grid, noise, dirty image and kernel, made by two goroutines; the peer's, by two processes,
// are the observation as above, which is less work: that row has no target.
func simulation(s *session) (rows []Row, err error) {
	for _, n := range []int{64, 128, 256} {
		more, err := simulate(s, n)
		if err != nil {
			return nil, fmt.Errorf("%d²: %w", n, err)
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// night is the observation of the comparison: the zero value of data.Schedule with the baselines inside sites and the (u,v) of the
// date, both of which eht-imaging has.
func night() data.Schedule {
	return data.Schedule{IntraSite: true, Setup: data.Setup{Frame: "of_date"},
		Effects: data.Effects{Drift: data.Drift{AmplitudeSigma: 0.1, PhaseSigmaDeg: 1000}}}
}

func simulate(s *session, n int) ([]Row, error) {
	pairs := data.PairConfig{Seed: 1, Pixels: n, Transform: data.Fast}
	first, err := pairs.Pair(data.Evaluation, 0)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(s.dir, fmt.Sprint("simulation", n))
	if err := writeNight(dir, first); err != nil {
		return nil, err
	}
	reps := max(1, 1024/n)
	var peers [threads]answering
	for k := range peers {
		if peers[k], err = s.peer("ehtim_observe.py", dir, fmt.Sprint(max(1, 256/n))); err != nil {
			return nil, err
		}
		defer peers[k].close()
	}
	count, err := sameNight(peers[0], first)
	if err != nil {
		return nil, err
	}
	ours := func() (float64, error) {
		return timed(reps, time.Millisecond, func() error { _, err := observeNight(first, true); return err })
	}
	one, err := paired(simulationRuns, ours, peers[0].asking("observe"))
	if err != nil {
		return nil, err
	}
	two, err := paired(simulationRuns, func() (float64, error) { return makePairs(pairs, 2*reps) }, func() (float64, error) { return askAll(peers) })
	if err != nil {
		return nil, err
	}
	made := newRow(fmt.Sprintf("simulation %d²: training pair, 2 workers / ehtim observe", n), "ms", two)
	fmt.Fprintf(os.Stderr, "simulation %d²: %.0f pairs/s with %d workers; observations of %d visibilities\n", n, 1e3/made.Ours, threads, count)
	return []Row{newRow(fmt.Sprintf("simulation %d²: observe, %d vis, 1 core / ehtim", n, count), "ms", one).atMost(0.1), made}, nil
}

// observeNight simulates what the peer does, with noise and gains or without.
func observeNight(p data.Pair, corrupt bool) (*radio.Visibilities, error) {
	schedule := night()
	obs, err := schedule.Observation()
	if err != nil {
		return nil, err
	}
	transform := func(vis []complex128, u, v []float64) { radio.Transform(vis, p.Truth, p.Grid, u, v) }
	if !corrupt {
		transform(obs.Vis.Vis, obs.Vis.U, obs.Vis.V)
		return obs.Vis, nil
	}
	return obs.Simulate(transform, schedule.Effects, func(s data.Stream) *rand.Rand { return data.Rng(1, data.Evaluation, s, 0) })
}

// sameNight compares the number of visibilities and their mean amplitude without noise, so that both sides do the same work. A few
// visibilities at the elevation limit may differ.
func sameNight(p answering, pair data.Pair) (int, error) {
	vis, err := observeNight(pair, false)
	if err != nil {
		return 0, err
	}
	mean := 0.0
	for _, v := range vis.Vis {
		mean += cmplx.Abs(v) / float64(vis.Len())
	}
	count, err := p.ask("count")
	if err != nil {
		return 0, err
	}
	amplitude, err := p.ask("amplitude")
	if err != nil {
		return 0, err
	}
	if math.Abs(count/float64(vis.Len())-1) > 0.02 || math.Abs(amplitude/mean-1) > 0.02 {
		return 0, fmt.Errorf("%d visibilities of %.4g Jy on average, the peer has %.0f of %.4g Jy", vis.Len(), mean, count, amplitude)
	}
	return vis.Len(), nil
}

// makePairs returns the milliseconds per training pair of so many goroutines as there are threads.
func makePairs(c data.PairConfig, n int) (float64, error) {
	start, k := time.Now(), 0
	item := func(i int) (shards.Example, error) {
		p, err := c.Pair(data.Training, uint64(i))
		if err != nil {
			return shards.Example{}, err
		}
		return shards.NewExample(p, 0)
	}
	for _, err := range data.Prefetch(context.Background(), 0, threads, item) {
		if err != nil {
			return 0, err
		}
		if k++; k == n {
			break
		}
	}
	return float64(time.Since(start)) / float64(n) / float64(time.Millisecond), nil
}

// askAll asks all peers at once and returns the milliseconds per observation of all together.
func askAll(peers [threads]answering) (float64, error) {
	type answer struct {
		ms  float64
		err error
	}
	answers := make(chan answer)
	for _, p := range peers {
		go func() {
			ms, err := p.ask("observe")
			answers <- answer{ms, err}
		}()
	}
	rate := 0.0
	var first error
	for range peers {
		a := <-answers
		if rate += 1 / a.ms; a.err != nil && first == nil {
			first = a.err
		}
	}
	return 1 / rate, first
}

// writeNight writes the sky, the stations and the schedule for the peer.
func writeNight(dir string, p data.Pair) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := data.WriteImage(filepath.Join(dir, "sky.fits"), p.Truth, p.Grid, data.ImageHeader{FreqHz: 227.1e9}); err != nil {
		return err
	}
	c := night().WithDefaults()
	stations, err := data.Array(c.Array)
	if err != nil {
		return err
	}
	var table strings.Builder
	for _, t := range stations {
		fmt.Fprintf(&table, "%s %.4f %.4f %.4f %g %g 0 0 0 0 0 0 0\n", t.Name, t.XYZ[0], t.XYZ[1], t.XYZ[2], t.SEFDJy, t.SEFDJy)
	}
	if err := os.WriteFile(filepath.Join(dir, "array.txt"), []byte(table.String()), 0o644); err != nil {
		return err
	}
	const start, mjd = 46.0 / 60, 57854 // of the default schedule
	period := c.ScanSec + c.GapSec
	middle := start + c.ScanSec/2/3600 // eht-imaging names the middle of an integration
	text, err := json.Marshal(map[string]float64{
		"ra_hours": c.RAHours, "dec_deg": c.DecDeg, "freq_hz": c.FreqGHz * 1e9, "bandwidth_hz": c.BandwidthGHz * 1e9, "mjd": mjd,
		"integration_sec": c.ScanSec, "period_sec": period, "start_hours": middle, "stop_hours": middle + (float64(c.Scans)-0.5)*period/3600,
		"elevation_deg": c.MinElevationDeg,
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "observation.json"), text, 0o644)
}
