package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"fringe/infer"

	"github.com/spf13/cobra"
)

// imageOptions are the flags of fringe image.
type imageOptions struct {
	selection
	out        string
	prior      string
	method     string
	strength   float64 // of a denoiser; 0 for the method's own
	data       string
	npix       int
	fov        quantity
	fluxJy     float64
	sys, gains float64
	sysGiven   bool // by the user; otherwise an unrolled network brings its own
	closureSNR float64
	start      string
	maxIter    int
	force      bool
}

// defaultOptions is what a newcomer gets, and what demo starts from.
func defaultOptions() imageOptions {
	return imageOptions{
		selection: selection{uvMin: length(""), scans: true},
		prior:     infer.EHTRegularizers, method: "pnp", data: "auto", npix: 64, fov: angle(""), sys: 0.01, gains: 0.1, closureSNR: 3,
		start: "gauss",
	}
}

func imageCommand() *cobra.Command {
	o := defaultOptions()
	c := &cobra.Command{
		Use:   "image OBS --out DIR",
		Short: "Make an image, its residuals and a report from a file of visibilities",
		Long: `Make an image of a file of visibilities: UVFITS, npz, text tables, the EHT's txt and csv (docs/formats.md). DIR gets
image.fits, image.png, one figure of residuals per kind of data, and report.json.

Unless told otherwise: visibilities are averaged over each scan; baselines inside a site, which see extended flux that no
other baseline sees, are left out; the errors grow by 1 % of the amplitude, in quadrature, for what calibration leaves behind
(for an unrolled network: by what it was trained with); and the image is fitted to closure phases and log closure amplitudes
of visibilities above 3 sigma, which need no calibration of the stations, and with a low weight to amplitudes whose errors
grow by another 10 % of the amplitude, in quadrature.`,
		Example: `  fringe image examples/m87/SR1_M87_2017_101_lo_hops_netcal_StokesI.uvfits --fov 128uas --flux 0.6 --out out/m87
  fringe image OBS.uvfits --prior checkpoints/denoiser-eht64 --fov 128uas --out out/learned`,
		Args: oneArgument("one file of visibilities"),
		RunE: func(c *cobra.Command, args []string) error {
			o.path, o.sysGiven = args[0], c.Flags().Changed("sys")
			if c.Flags().Changed("flux") && !(o.fluxJy > 0) {
				return fmt.Errorf("--flux is %g Jy, must be positive", o.fluxJy)
			}
			if c.Flags().Changed("method") && !isCheckpoint(o.prior) {
				return withHint(fmt.Errorf("--method %s is for a denoiser, and --prior %s is none", o.method, o.prior),
					"name a checkpoint with --prior, such as checkpoints/denoiser-eht64")
			}
			_, err := o.run(c.Context(), c.ErrOrStderr())
			return err
		},
	}
	f := c.Flags()
	f.StringVarP(&o.out, "out", "o", "", "folder of the results (required)")
	f.StringVar(&o.prior, "prior", o.prior,
		"what is assumed of the sky: regularizers with strengths (entropy=1,tv=0.5), or the folder of a checkpoint")
	f.StringVar(&o.method, "method", o.method,
		"how a denoiser is used: pnp (plug and play) or red (regularisation by denoising); without vis it starts from the classical image")
	f.Float64Var(&o.strength, "strength", o.strength,
		"weight of a denoiser against the data (default: the method's own, 0.05 for pnp and 0.1 for red)")
	f.StringVar(&o.data, "data", o.data,
		"what is fitted, with weights: of vis, amp, cphase, logcamp; auto is amp=0.2,cphase,logcamp, or vis for an unrolled network")
	f.IntVar(&o.npix, "npix", o.npix, "pixels along each side")
	f.Var(&o.fov, "fov",
		"field of view, such as 128uas, 10mas, 3arcsec (default: pixels such as a checkpoint was trained on, or 1/12 of the resolution)")
	f.Float64Var(&o.fluxJy, "flux", o.fluxJy, "total flux in Jy (default: the amplitude on the shortest baselines, or the largest one)")
	f.Float64Var(&o.sys, "sys", o.sys,
		"systematic error of all data, as a fraction of the amplitude (default for an unrolled network: that of its training)")
	f.Float64Var(&o.gains, "gain-error", o.gains, "further error of plain amplitudes, as a fraction: stations are off by some per cent")
	f.Float64Var(&o.closureSNR, "closure-snr", o.closureSNR,
		"leave visibilities with a smaller |V|/sigma out of closure quantities, whose errors hold to first order only")
	o.addFlags(f)
	f.StringVar(&o.start, "start", o.start,
		"first image, and what entropy prefers: flat, gauss or disc, with a size: gauss:40uas (default size: twice the resolution)")
	f.IntVar(&o.maxIter, "max-iter", o.maxIter, "largest number of iterations per round, and of denoising steps (default: the method's own)")
	f.BoolVar(&o.force, "force", o.force, "overwrite a finished result")
	return c
}

// run makes an image from start to end. What happens is told on log.
func (o imageOptions) run(ctx context.Context, log io.Writer) (*outcome, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	dir := &outDir{path: o.out, names: imageFiles()}
	if err := dir.check(o.force); err != nil {
		return nil, err
	}
	begin := time.Now()
	obs, err := o.observe()
	if err != nil {
		return nil, err
	}
	obs.tell(log)
	loaded := time.Now()
	job, err := o.prepare(obs)
	if err != nil {
		return nil, err
	}
	defer job.close()
	obs.tell(log)
	ready := time.Now()
	result, err := job.solve(ctx, newProgress(log))
	if err != nil {
		return nil, err
	}
	solved := time.Now()
	out := &outcome{options: o, job: job, result: result}
	if err := out.measure(); err != nil {
		return nil, err
	}
	out.report.Seconds = seconds{loaded.Sub(begin).Seconds(), ready.Sub(loaded).Seconds(), solved.Sub(ready).Seconds(), 0}
	return out, out.save(dir, begin, log)
}
