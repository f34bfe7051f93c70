package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"fringe/infer"

	"github.com/spf13/cobra"
)

func imageCommand() *cobra.Command {
	o := defaultOptions()
	c := &cobra.Command{
		Use:   "image OBS... --out DIR",
		Short: "Make an image, its residuals and a report from files of visibilities",
		Long: `Make one image of one or several files of visibilities: UVFITS, npz, text tables, the EHT's txt and csv (docs/formats.md). DIR gets
image.fits (Jy/pixel), dirty.fits, beam.fits, residual.fits and restored.fits (Jy/beam), figures, report.json, and report.html, a page
with all of it.

Unless told otherwise: visibilities of VLBI arrays are averaged over each scan; baselines inside a site, which see extended flux that no
other baseline sees, are left out; the errors grow by 1 % of the amplitude, in quadrature, for what calibration leaves behind
(for an unrolled network: by what it was trained with); and the image is fitted to closure phases and log closure amplitudes
of visibilities above 3 sigma, which need no calibration of the stations, and with a low weight to amplitudes whose errors
grow by another 10 % of the amplitude, in quadrature. Data without stations, and those of connected arrays (smaller than 500 km), are
taken for calibrated and fitted as complex visibilities.

Complex visibilities with Gaussian errors are fitted by their normal equations: an iteration costs two FFTs, for a thousand visibilities
as for a hundred million. Everything else costs a non-uniform FFT of all visibilities.

Ctrl-C stops, saves the image so far (during --cv there is none yet), and ends with exit code 130.`,
		Example: `  fringe image examples/m87/SR1_M87_2017_101_lo_hops_netcal_StokesI.uvfits --fov 128uas --flux 0.6 --out out/m87
  fringe image OBS.uvfits --prior checkpoints/denoiser-eht64 --fov 128uas --out out/learned
  fringe image DISC.npz --uv-unit klambda --freq 230GHz --prior sara=1 --out out/disc`,
		Args: atLeastOneFile,
		RunE: func(c *cobra.Command, args []string) error {
			o.paths = args
			if err := o.given(c); err != nil {
				return err
			}
			out, err := o.run(c.Context(), c.ErrOrStderr())
			if err == nil && out.result.Stop == infer.Cancelled {
				return errInterrupted
			}
			return err
		},
	}
	o.register(c)
	return c
}

// errInterrupted ends the program with exit code 130 after Ctrl-C, when everything is saved and told.
var errInterrupted = errors.New("interrupted")

func atLeastOneFile(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return nil
	}
	return withHint(fmt.Errorf("%s needs a file of visibilities", c.CommandPath()), "usage: %s", c.UseLine())
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
	sets, err := o.observations()
	if err != nil {
		return nil, err
	}
	tellAll(sets, log)
	loaded := time.Now()
	job, err := o.prepare(sets)
	if err != nil {
		return nil, err
	}
	defer job.close()
	tellAll(sets, log)
	ready := time.Now()
	if o.cv {
		err := job.crossValidate(ctx, log)
		if ctx.Err() != nil {
			fmt.Fprintln(log, "stopped during the cross-validation: there is no image yet, and nothing is saved")
			return nil, errInterrupted
		}
		if err != nil {
			return nil, err
		}
	}
	progress := newProgress(log)
	result, err := job.solve(ctx, progress)
	if err != nil {
		return nil, err
	}
	if result, err = job.selfCalibrate(ctx, result, progress, log); err != nil {
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

// observations reads all files.
func (o imageOptions) observations() ([]*observation, error) {
	var sets []*observation
	for _, path := range o.paths {
		one := o.selection
		one.path = path
		obs, err := one.observe()
		if err != nil {
			return nil, err
		}
		sets = append(sets, obs)
	}
	return sets, nil
}

func tellAll(sets []*observation, log io.Writer) {
	for _, obs := range sets {
		obs.tell(log)
	}
}

// commandLine returns how the program was called, without where the results go, which says nothing of them.
func commandLine() string {
	var words []string
	for i := 0; i < len(os.Args); i++ {
		switch word := os.Args[i]; {
		case word == "--out" || word == "-o":
			i++
		case strings.HasPrefix(word, "--out=") || strings.HasPrefix(word, "--force"):
		default:
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}
