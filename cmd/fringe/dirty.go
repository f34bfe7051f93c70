package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"fringe/data"
	"fringe/measure"
	"fringe/radio"

	"github.com/spf13/cobra"
)

// dirtyOptions are the flags of fringe dirty.
type dirtyOptions struct {
	selection
	weightingFlags
	out   string
	npix  int
	fov   quantity
	force bool
}

func dirtyCommand() *cobra.Command {
	o := dirtyOptions{
		selection: selection{uvMin: length("")}, weightingFlags: newWeightingFlags(), fov: angle(""),
	}
	c := &cobra.Command{
		Use:   "dirty OBS --out DIR",
		Short: "Make the dirty image and the dirty beam, without any prior",
		Long: `Make the dirty image of a file of visibilities: the Fourier sum of the visibilities, with nothing assumed of the sky. It is the sky
convolved with the dirty beam, the image of a point. DIR gets dirty.fits and beam.fits in Jy/beam, with the Gaussian that fits
the beam as BMAJ, BMIN and BPA, a picture of each, and report.json. Look at them before anything else: is there a source, where is
it, how wide must the field be, and are the errors of the data what their weights say?

--weighting trades noise for resolution. natural weighs every visibility by 1/sigma^2: the least noise, and a wide beam where
short baselines are many. uniform weighs every occupied cell of the (u,v) plane alike: the narrowest beam, with lower sidelobes
and more noise. briggs lies between, from --robust -2 (almost uniform) to 2 (almost natural). --taper weighs long baselines
down, so that the beam becomes about as wide as you say and extended emission stands out.

The stations' phases must be calibrated, or there is nothing to see.`,
		Example: `  fringe dirty OBS.uvfits --out out/dirty
  fringe dirty OBS.uvfits --weighting briggs --robust 0.5 --taper 20uas --npix 512 --fov 500uas --out out/dirty`,
		Args: oneArgument("one file of visibilities"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.checkRobust(c.Flags()); err != nil {
				return err
			}
			if c.Flags().Changed("npix") && o.npix == 0 {
				return wrongPixels(0)
			}
			o.path = args[0]
			return o.run(c.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.StringVarP(&o.out, "out", "o", "", "folder of the results (required)")
	o.weightingFlags.register(f)
	f.IntVar(&o.npix, "npix", o.npix,
		"pixels along each side, of --fov/npix each; without --fov their size stays 1/12 of the resolution (default: 256, or 6 to a resolution of a wide field, up to 512)")
	f.Var(&o.fov, "fov", "field of view, such as 128uas, 10mas, 3arcsec (default: as fringe image, of the resolution or the shortest baselines)")
	o.addFlags(f)
	f.BoolVar(&o.force, "force", o.force, "overwrite a finished result")
	return c
}

// run makes the images from start to end. What happens is told on log.
func (o dirtyOptions) run(log io.Writer) error {
	weighting, err := o.validate()
	if err != nil {
		return err
	}
	dir := &outDir{path: o.out, names: append(productFiles(), "report.json")}
	if err := dir.check(o.force); err != nil {
		return err
	}
	obs, err := o.observe()
	if err != nil {
		return err
	}
	g := o.grid(obs)
	obs.tell(log)
	products, err := measure.NewProducts(obs.vis, g, nil, weighting)
	if err != nil {
		return withHint(err, "make the pixels smaller with a smaller --fov or a larger --npix, or change --weighting or --taper")
	}
	return o.save(dir, obs, products, log)
}

func wrongPixels(npix int) error {
	return fmt.Errorf("--npix is %d, must be between 8 and 8192", npix)
}

// validate checks the flags before anything is read and returns the weighting that they ask for.
func (o dirtyOptions) validate() (radio.Weighting, error) {
	if o.out == "" {
		return radio.Weighting{}, withHint(fmt.Errorf("no folder for the results"), "name one with --out DIR")
	}
	if o.npix != 0 && (o.npix < 8 || o.npix > 8192) {
		return radio.Weighting{}, wrongPixels(o.npix)
	}
	return o.weightingFlags.value()
}

// dirtyPixels is how many pixels along a side there are at least unless --npix is given: they cost nothing here.
const dirtyPixels = 256

// grid returns the field and the pixels that the flags ask for, and the field of fringe image where they leave it open.
func (o dirtyOptions) grid(obs *observation) radio.Grid {
	resolution := 1 / obs.asImaged().UVMax()
	square := func(npix int, cell float64) radio.Grid { return radio.Grid{NX: npix, NY: npix, CellRad: cell} }
	switch {
	case o.fov.value > 0:
		npix := cmp.Or(o.npix, max(pixelsFor(o.fov.value, resolution), dirtyPixels))
		return square(npix, o.fov.value/float64(npix))
	case o.npix > 0:
		obs.note("field of view %s: pixels of 1/12 of the resolution (--fov sets it)", angleText(resolution/12*float64(o.npix)))
		return square(o.npix, resolution/12)
	}
	g := obs.suggestedGrid()
	field, npix := g.CellRad*float64(g.NX), max(g.NX, dirtyPixels)
	obs.note("field of view %s, as fringe image has it, %d pixels (--fov and --npix set them)", angleText(field), npix)
	return square(npix, field/float64(npix))
}

// save writes all files, or none, and says what came out.
func (o dirtyOptions) save(dir *outDir, obs *observation, p *measure.Products, log io.Writer) (err error) {
	defer func() {
		if e := dir.discard(); err == nil {
			err = e
		}
	}()
	report := dirtyReport{
		productsReport: reportProducts(p), Visibilities: obs.vis.Len(), NPix: p.Grid.NX, FieldUas: float64(p.Grid.NX) * p.Grid.CellRad / radio.Microarcsecond,
		KeepIntraSite: o.intraSite, ScanAverage: o.scans, Version: version,
	}
	report.checkWeights(obs.vis, p.Grid)
	head := data.ImageHeader{Source: obs.vis.Source, FreqHz: meanFreqHz(obs.vis), MJD: obs.vis.RefMJD + slices.Min(obs.vis.TimeSec)/86400, History: []string{
		"made by fringe " + version, "command: " + commandLine(), fmt.Sprintf("weighting %v of %d visibilities", p.Weighting, obs.vis.Len()),
	}}
	pictures, err := saveProducts(dir, p, head, "")
	if err != nil {
		return err
	}
	if _, err := writePictures(dir, pictures); err != nil {
		return err
	}
	if err := dir.write("report.json", report.write); err != nil {
		return err
	}
	if err := dir.finish(); err != nil {
		return err
	}
	report.tell(log)
	fmt.Fprintf(log, "wrote %s\n", dir.path)
	return nil
}
