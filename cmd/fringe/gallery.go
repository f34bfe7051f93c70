package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"fringe/checkpoints"
	"fringe/data"
	"fringe/figure"
	"fringe/measure"
	"fringe/radio"
)

// observer is an array and when it begins to observe.
type observer struct{ array, start string }

// observers are arrays that see such sources, for the families that are not the EHT's of 2017. They begin when M87, at which all look,
// rises.
func observers() map[string]observer {
	eht, alma, vla, meerkat := "2017-04-11T00:46", "2017-04-11T00:46", "2017-04-11T02:00", "2017-04-10T18:00"
	return map[string]observer{
		"crescent": {"eht2025", eht}, "mring": {"eht2025", eht}, "hotspot": {"eht2025", eht}, "blackhole": {"eht2025", eht},
		"protodisc": {"alma_c6", alma}, "lognormal": {"alma_c4", alma}, "spiral": {"alma_c4", alma},
		"radiogalaxy": {"vla_a", vla}, "elliptical": {"vla_b", vla}, "shell": {"vla_c", vla}, "composite": {"vla_b", vla}, "images": {"vla_a", vla},
		"pointfield": {"meerkat", meerkat}, "filaments": {"meerkat", meerkat},
	}
}

// gallery is what fringe simulate --gallery draws.
type gallery struct {
	dir      string
	family   string // "" for all of them
	sky      data.SkyConfig
	seed     uint64
	draws    int
	force    bool
	observer observer // array "" for that of the family
	inFlags  func(err error, family string) error
}

// gallery returns what the flags ask for. Those that a gallery does not use are an error.
func (o *observeFlags) gallery(dir string) (gallery, error) {
	used := []string{"sky", "images", "dynamic-range", "seed", "array", "start", "force"}
	if name := firstChanged(o.set, used...); name != "" {
		return gallery{}, withHint(fmt.Errorf("--%s is for one observation, and --gallery draws many skies", name), "it takes --%s", strings.Join(used, ", --"))
	}
	if o.set.Changed("start") && !o.set.Changed("array") {
		return gallery{}, withHint(errors.New("--start without --array: every family of a gallery has its own array and start"), "give both, or neither")
	}
	g := gallery{dir: dir, family: o.family, seed: o.seed, draws: 64, force: o.force, inFlags: o.inDrawn}
	if o.set.Changed("array") {
		g.observer = observer{o.schedule.Array, o.schedule.Start}
	}
	var err error
	g.sky, err = o.skies()
	return g, err
}

// run writes a PNG for each family: its draws at the left, their dirty images at the right.
func (g gallery) run(ctx context.Context, log io.Writer) error {
	if err := checkWritable(g.dir); err != nil {
		return err
	}
	for _, name := range g.names() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := g.show(name, log); err != nil {
			return fmt.Errorf("gallery of %s: %w", name, err)
		}
	}
	return nil
}

// names are the families to be shown: the one that was asked for, or all that can be drawn.
func (g gallery) names() (names []string) {
	if g.family != "" {
		return []string{g.family}
	}
	for _, f := range data.AllFamilies() {
		if f.Name != "images" || g.sky.Images != "" {
			names = append(names, f.Name)
		}
	}
	return names
}

// show writes the PNG of one family.
func (g gallery) show(family string, log io.Writer) error {
	path := filepath.Join(g.dir, family+".png")
	if _, err := os.Lstat(path); err == nil && !g.force {
		return withHint(fmt.Errorf("%s exists", path), "choose another --gallery, or overwrite it with --force")
	}
	e := g.observer
	if e.array == "" {
		e = observers()[family]
	}
	view, err := newView(e)
	if err != nil {
		return err
	}
	defer view.op.Close()
	skies, dirty, err := g.tiles(family, view)
	if err != nil {
		return err
	}
	var picture bytes.Buffer
	if err := figure.WriteMosaic(&picture, skies, dirty); err != nil {
		return err
	}
	if err := os.MkdirAll(g.dir, 0o755); err != nil {
		return err
	}
	if err := checkpoints.ReplaceFile(g.dir, family+".png", picture.Bytes()); err != nil {
		return err
	}
	fmt.Fprintf(log, "%s: %d skies of %s and what %s sees of them\n", path, g.draws, angleText(galleryPixels*view.grid.CellRad), view.array)
	return nil
}

// tiles draws the skies and makes their dirty images.
func (g gallery) tiles(family string, v *view) (skies, dirty figure.Block, err error) {
	skies, dirty = figure.Block{Side: galleryPixels, Stretch: 20}, figure.Block{Side: galleryPixels, Stretch: 3}
	c, err := g.sky.Only(family).Load()
	if err != nil {
		return skies, dirty, g.inFlags(err, family)
	}
	for k := range g.draws {
		rng := func(s data.Stream) *rand.Rand { return data.Rng(g.seed, data.Evaluation, s, uint64(k)) }
		sky, err := c.Draw(data.Evaluation, rng(data.SkyStream), v.grid)
		if err != nil {
			return skies, dirty, g.inFlags(err, family)
		}
		image, err := v.dirty(sky, rng)
		if err != nil {
			return skies, dirty, err
		}
		skies.Tiles, dirty.Tiles = append(skies.Tiles, sky.Render(v.grid)), append(dirty.Tiles, image)
	}
	return skies, dirty, nil
}

// galleryPixels is the side of a tile.
const galleryPixels = 64

// view is one observation, to be made of many skies.
type view struct {
	array string
	obs   data.Observation
	grid  radio.Grid
	op    *measure.NUFFT // of the finer grid of simulations
}

// newView plans ten scans over eight hours. The field is the array's, or smaller where that has too few pixels for its baselines.
func newView(e observer) (*view, error) {
	s := data.Schedule{Array: e.array, Start: e.start, Scans: 10, ScanSec: 120, GapSec: 2700}.WithDefaults()
	obs, err := s.Observation()
	if err != nil {
		hint := "--array and --start say who observes M87 and when"
		if unseen := (*data.UnseenError)(nil); errors.As(err, &unseen) {
			hint = unseenHint(unseen)
		}
		return nil, withHint(err, "%s", hint)
	}
	band, err := data.ArrayBand(s.Array)
	if err != nil {
		return nil, err
	}
	g := radio.Grid{NX: galleryPixels, NY: galleryPixels, CellRad: min(band.FieldUas*radio.Microarcsecond/galleryPixels, 0.45/largestUV(obs.Vis))}
	op, err := measure.NewNUFFT(data.SimulationGrid(g), obs.Vis.U, obs.Vis.V, 1e-6)
	return &view{array: s.Array, obs: obs, grid: g, op: op}, err
}

// dirty returns the dirty image of a sky of 1 Jy, with noise.
func (v *view) dirty(sky data.Sky, rng func(data.Stream) *rand.Rand) ([]float64, error) {
	fine := sky.Render(data.SimulationGrid(v.grid))
	vis, err := v.obs.Simulate(func(vis []complex128, _, _ []float64) { v.op.Forward(vis, fine) }, data.Effects{}, rng)
	if err != nil {
		return nil, err
	}
	products, err := measure.NewProducts(vis, v.grid, nil, radio.Weighting{Scheme: radio.Briggs})
	if err != nil {
		return nil, err
	}
	return products.Dirty, nil
}
