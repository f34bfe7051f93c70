package main

import (
	"fmt"
	"io"
	"os/exec"

	"fringe/evaluate"
)

// denoiserMethods are open methods. close frees them.
type denoiserMethods struct {
	list    []evaluate.DenoisingMethod
	leftOut []string // why methods of the config are missing
	closers []func()
}

func (d *denoiserMethods) close() {
	for _, c := range d.closers {
		c()
	}
}

// open makes the methods. BM3D is left out, and said to be, where Python lacks it.
func (c denoisersConfig) open(f evaluateFlags, log io.Writer) (*denoiserMethods, error) {
	d := &denoiserMethods{}
	for _, m := range c.Methods {
		if err := d.add(m, c.Denoising.WithDefaults().Pixels, f, log); err != nil {
			d.close()
			return nil, fmt.Errorf("method %q: %w", m.Label, err)
		}
	}
	return d, nil
}

func (d *denoiserMethods) add(m denoiserMethod, side int, f evaluateFlags, log io.Writer) error {
	switch {
	case m.Checkpoint != "":
		return d.addCheckpoint(m, log)
	case m.Method == "tv":
		d.addClassical(evaluate.TotalVariation(m.Label), f)
	case m.Method == "wavelet":
		w, err := evaluate.Wavelets(m.Label, side)
		if err != nil {
			return err
		}
		d.addClassical(w, f)
	case m.Method == "bm3d":
		return d.addBM3D(m, f, log)
	default:
		return fmt.Errorf("method is %q, must be tv, wavelet or bm3d", m.Method)
	}
	return nil
}

func (d *denoiserMethods) addCheckpoint(m denoiserMethod, log io.Writer) error {
	p, err := openCheckpoint(m.Checkpoint)
	if err != nil {
		return err
	}
	d.closers = append(d.closers, p.close)
	if p.denoiser == nil {
		return fmt.Errorf("checkpoint %s is no denoiser", m.Checkpoint)
	}
	if p.doubt != "" {
		fmt.Fprintln(log, p.doubt)
	}
	d.list = append(d.list, evaluate.Trained{Label: m.Label, Network: p.denoiser})
	return nil
}

func (d *denoiserMethods) addBM3D(m denoiserMethod, f evaluateFlags, log io.Writer) error {
	if _, err := exec.LookPath(f.python); err != nil && f.python != defaultPython {
		return fmt.Errorf("--python: %w", err)
	}
	b, err := evaluate.NewBM3D(m.Label, m.BM3DSettings, f.python, log)
	if err != nil {
		note := fmt.Sprintf("%s is left out: %v", m.Label, err)
		d.leftOut = append(d.leftOut, note)
		fmt.Fprintf(log, "%s\nhint: %s -m pip install bm3d, or name another interpreter with --python\n", note, f.python)
		return nil
	}
	d.closers = append(d.closers, b.Close)
	d.addClassical(b, f)
	return nil
}

// addClassical adds a method, through the cache where there is one.
func (d *denoiserMethods) addClassical(m evaluate.Tunable, f evaluateFlags) {
	if f.cache != "" {
		m = evaluate.Cached{Tunable: m, Dir: f.cache}
	}
	d.list = append(d.list, m)
}
