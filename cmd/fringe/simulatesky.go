package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fringe/data"
	"fringe/measure"
	"fringe/radio"
)

// simulatedSky is what an observation looks at.
type simulatedSky struct {
	what   string // in words
	truth  []float64
	grid   radio.Grid
	fluxJy float64
	header data.ImageHeader
	drawn  data.Sky // of a drawn sky; empty for an image
}

// sky reads or draws the sky.
func (o *observeFlags) sky() (*simulatedSky, error) {
	if o.image != "" && o.family != "" {
		return nil, withHint(errors.New("--observe and --sky both name a sky"), "leave one of them out")
	}
	if o.family != "" {
		return o.draw()
	}
	for _, flag := range []string{"npix", "dynamic-range", "images"} {
		if o.set.Changed(flag) {
			return nil, withHint(fmt.Errorf("--%s is for a drawn sky, and %s is observed as it is", flag, o.image), "leave it out, or draw a sky with --sky")
		}
	}
	return o.read()
}

// skies returns the skies that --sky draws, or any that --images and --dynamic-range allow when there is no --sky.
func (o *observeFlags) skies() (data.SkyConfig, error) {
	c := data.SkyConfig{Images: o.images}
	switch {
	case o.family == "images" && o.images == "":
		return c, withHint(errors.New("--sky images needs a folder of FITS or PNG images"), "name it with --images DIR")
	case o.family != "images" && o.family != "" && o.images != "":
		return c, withHint(fmt.Errorf("--images is for --sky images, and --sky %s draws none", o.family), "leave one of them out")
	}
	if o.set.Changed("dynamic-range") {
		c.DynamicRange = data.Range{o.dynamic, o.dynamic}
	}
	return c, nil
}

// inDrawn returns an error about a drawn sky with the flag that mends it.
func (o *observeFlags) inDrawn(err error, family string) error {
	var field *data.FieldError
	switch {
	case errors.As(err, &field):
		return o.inFlags(err)
	case family == "images":
		return withHint(err, "--images names a folder of FITS or PNG images, three at least")
	}
	if info, wrong := os.Stat(family); wrong == nil && info.IsDir() {
		return withHint(err, "--sky images --images %s draws from the images in a folder", family)
	} else if wrong == nil || isImageName(family) {
		return withHint(err, "--sky names a family; --observe %s observes an image", family)
	}
	return withHint(err, "fringe simulate --list-skies names the families")
}

// draw draws the sky of --sky from the seed, at an index that no pair has.
func (o *observeFlags) draw() (*simulatedSky, error) {
	if o.npix < 32 || o.npix > 4096 {
		return nil, fmt.Errorf("--npix is %d, must be between 32 and 4096", o.npix)
	}
	c, err := o.skies()
	if err != nil {
		return nil, err
	}
	s := &simulatedSky{what: fmt.Sprintf("%s, seed %d", o.family, o.seed), fluxJy: o.flux.value}
	width := o.fov.value
	if width == 0 {
		seen := data.ObservationConfig{Array: o.schedule.Array, FreqGHz: o.freq.value / 1e9}
		if width = seen.FieldUas(o.npix) * radio.Microarcsecond; width == 0 {
			return nil, o.inFlags(seen.Validate())
		}
	}
	if s.fluxJy == 0 {
		s.fluxJy = 1
	}
	s.grid = radio.Grid{NX: o.npix, NY: o.npix, CellRad: width / float64(o.npix)}
	s.drawn, err = c.Only(o.family).Draw(data.Evaluation, data.Rng(o.seed, data.Evaluation, data.SkyStream, data.MaxIndex), s.grid)
	if err != nil {
		return nil, o.inDrawn(err, o.family)
	}
	if s.drawn.Family != o.family {
		s.what = fmt.Sprintf("%s (%s)", s.what, s.drawn.Family)
	}
	if s.drawn.Image != "" {
		s.what = fmt.Sprintf("%s (%s)", s.what, s.drawn.Image)
	}
	s.truth = s.drawn.Render(s.grid)
	scale(s.truth, s.fluxJy)
	return s, nil
}

// read reads the image of --observe and brings it to the flux and width that are asked for.
func (o *observeFlags) read() (*simulatedSky, error) {
	s := &simulatedSky{what: o.image}
	var err error
	if s.truth, s.grid, s.header, err = data.ReadImage(o.image); err != nil {
		if slices.ContainsFunc(data.AllFamilies(), func(f data.Family) bool { return f.Name == o.image }) {
			return nil, withHint(err, "--observe names a file; --sky %s draws a sky of that family", o.image)
		}
		return nil, imageHint(err, "fringe observes images in FITS and PNG")
	}
	if o.fov.value > 0 {
		s.grid.CellRad = o.fov.value / float64(s.grid.NX)
	}
	if s.grid.CellRad == 0 {
		return nil, withHint(fmt.Errorf("%s does not say how wide it is", o.image), "give the width with --fov, such as --fov 128uas")
	}
	if unit := s.header.Unit; unit != "JY/PIXEL" && o.flux.value == 0 {
		return nil, withHint(fmt.Errorf("%s: the unit of its pixels is %q, not JY/PIXEL", o.image, unit), "give the total flux with --flux, such as --flux 0.6Jy")
	}
	sum := 0.0
	for _, b := range s.truth {
		sum += b
	}
	if !(sum > 0) {
		return nil, withHint(fmt.Errorf("%s: its pixels add up to %g, which is no flux of a source", o.image, sum), "observe an image with a positive total flux")
	}
	s.fluxJy = sum
	if o.flux.value > 0 {
		s.fluxJy = o.flux.value
		scale(s.truth, s.fluxJy/sum)
	}
	return s, nil
}

// isImageName reports whether a name ends as those of images do.
func isImageName(name string) bool {
	return slices.Contains([]string{".fits", ".fit", ".png"}, strings.ToLower(filepath.Ext(name)))
}

func scale(img []float64, by float64) {
	for i := range img {
		img[i] *= by
	}
}

// most is how many pixels times visibilities are summed directly; beyond, a NUFFT takes over.
const most = 1 << 31

// transform returns how the visibilities v of the sky are computed, also in words.
func (s *simulatedSky) transform(v *radio.Visibilities) (t data.SkyTransform, how string, err error) {
	if s.drawn.Family != "" {
		return data.Fast.Of(s.drawn, s.fluxJy, s.grid), "exact to 1e-12, from a finer grid than that of the truth", nil
	}
	if longest := largestUV(v); longest > s.grid.MaxUV() {
		return nil, "", withHint(fmt.Errorf("the pixels of %s are %s, too coarse for baselines of %.4g wavelengths", s.what, angleText(s.grid.CellRad), longest),
			"observe an image with pixels of at most %s", angleText(0.5/longest))
	}
	if float64(s.grid.Len())*float64(v.Len()) <= most {
		return func(vis []complex128, u, v []float64) { radio.Transform(vis, s.truth, s.grid, u, v) }, "sum over the pixels, exact to 1e-12", nil
	}
	return s.nufft, "NUFFT over the pixels, exact to 1e-12", nil
}

// nufft is the transform of large problems. Points that it cannot take, which smearing may reach, are summed directly.
func (s *simulatedSky) nufft(vis []complex128, u, v []float64) {
	op, err := measure.NewNUFFT(s.grid, u, v, 1e-12)
	if err != nil {
		radio.NewDFT(s.grid, u, v).Forward(vis, s.truth)
		return
	}
	defer op.Close()
	op.Forward(vis, s.truth)
}

// largestUV returns the largest |u| or |v|.
func largestUV(v *radio.Visibilities) (most float64) {
	for k := range v.U {
		most = math.Max(most, math.Max(math.Abs(v.U[k]), math.Abs(v.V[k])))
	}
	return most
}
