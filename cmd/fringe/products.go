package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"fringe/data"
	"fringe/figure"
	"fringe/measure"
	"fringe/radio"
)

// product is one image of measure.Products and what its file is called.
type product struct {
	name  string // of the files, without ending
	title string
	image []float64
}

// listProducts returns the images that were made.
func listProducts(p *measure.Products) []product {
	list := []product{{"dirty", "dirty image", p.Dirty}, {"beam", "dirty beam", p.Beam}}
	if p.Residual != nil {
		list = append(list, product{"residual", "residual", p.Residual}, product{"restored", "restored image", p.Restored})
	}
	return list
}

// productFiles are the files that saveProducts may write.
func productFiles() []string {
	var names []string
	for _, p := range listProducts(&measure.Products{Residual: []float64{}}) {
		names = append(names, p.name+".fits", p.name+".png")
	}
	return names
}

// saveProducts writes each image as FITS in Jy/beam, with the restoring beam, and returns what draws the pictures. The rest of the header,
// such as the source, is that of head; remark ends the titles of those that rest on the phases of visibilities.
func saveProducts(dir *outDir, p *measure.Products, head data.ImageHeader, remark string) ([]picture, error) {
	head.Unit, head.Beam = "JY/BEAM", p.Restoring
	var pictures []picture
	for _, image := range listProducts(p) {
		path, err := dir.file(image.name + ".fits")
		if err != nil {
			return nil, err
		}
		if err := data.WriteImage(path, image.image, p.Grid, head); err != nil {
			return nil, err
		}
		style := figure.SkyStyle{Unit: "Jy/beam", Signed: true, Beam: p.Restoring}
		style.Title = strings.TrimPrefix(fmt.Sprintf("%s · %s, %v", head.Source.Name, image.title, p.Weighting), " · ")
		if image.name != "beam" {
			style.Title += remark
		}
		if image.name == "restored" {
			style.Softening = softening(p, residualNoise(p)) * slices.Max(image.image)
		}
		pictures = append(pictures, picture{image.name + ".png", func(w io.Writer) error { return figure.WriteSky(w, image.image, p.Grid, style) }})
	}
	return pictures, nil
}

// residualNoise returns the noise that the residual shows, in Jy/beam; 0 without a residual.
func residualNoise(p *measure.Products) float64 {
	if p == nil || p.Residual == nil {
		return 0
	}
	return statistics(p.Residual, p.Grid).RMSJyBeam
}

// softening returns the softening of pictures of a source much fainter in places than at its peak, over that peak: three times the noise
// (Jy/beam), or a thousandth where that is more. It is 0, which draws linearly, of fields of few beams, in which
// little is far from the peak, and where the noise hides what is faint.
func softening(p *measure.Products, noiseJyBeam float64) float64 {
	if p == nil || p.Residual == nil || float64(p.Grid.NX)*p.Grid.CellRad < compactBeams*p.Restoring.MajRad {
		return 0
	}
	const least, most = 1e-3, 0.03
	soft := math.Max(3*noiseJyBeam/slices.Max(p.Restored), least)
	if !(soft < most) {
		return 0
	}
	return soft
}

// productsReport is what a report says of the images.
type productsReport struct {
	Weighting        string      `json:"weighting"`
	Beam             beamReport  `json:"beam"`
	Sidelobe         float64     `json:"largest_sidelobe"`  // of the beam, farther than its FWHM from the centre; negative in a hole
	NoiseJyBeam      float64     `json:"noise_jy_per_beam"` // promised by the weights
	NoiseOverNatural float64     `json:"noise_over_natural"`
	Dirty            imageStats  `json:"dirty"`
	Residual         *imageStats `json:"residual,omitempty"`
}

// beamReport is a restoring beam.
type beamReport struct {
	BMajUas float64 `json:"bmaj_uas"`
	BMinUas float64 `json:"bmin_uas"`
	BPADeg  float64 `json:"bpa_deg"`
	Pixels  float64 `json:"pixels"`
	beam    radio.Beam
}

// imageStats is an image in a few numbers. The peak is that of the absolute values, with its sign.
type imageStats struct {
	PeakJyBeam float64 `json:"peak_jy_per_beam"`
	EastUas    float64 `json:"peak_east_uas"`
	NorthUas   float64 `json:"peak_north_uas"`
	RMSJyBeam  float64 `json:"rms_jy_per_beam"`
}

func reportProducts(p *measure.Products) productsReport {
	b := p.Restoring
	r := productsReport{
		Weighting: p.Weighting.String(), NoiseJyBeam: p.NoiseJy, NoiseOverNatural: p.NoiseJy / p.NaturalNoiseJy, Dirty: statistics(p.Dirty, p.Grid),
		Beam: beamReport{b.MajRad / radio.Microarcsecond, b.MinRad / radio.Microarcsecond, b.PARad * 180 / math.Pi, b.Pixels(p.Grid), b},
	}
	// One FWHM from the centre the Gaussian has fallen to 2^-4.
	for i, value := range p.Beam {
		if b.Response(p.Grid.L(i%p.Grid.NX), p.Grid.M(i/p.Grid.NX)) < 1.0/16 && math.Abs(value) > math.Abs(r.Sidelobe) {
			r.Sidelobe = value
		}
	}
	if p.Residual != nil {
		stats := statistics(p.Residual, p.Grid)
		r.Residual = &stats
	}
	return r
}

func statistics(img []float64, g radio.Grid) imageStats {
	at, sum := 0, 0.0
	for i, value := range img {
		if math.Abs(value) > math.Abs(img[at]) {
			at = i
		}
		sum += value * value
	}
	return imageStats{img[at], g.L(at%g.NX) / radio.Microarcsecond, g.M(at/g.NX) / radio.Microarcsecond, math.Sqrt(sum / float64(len(img)))}
}

// tell prints the report.
func (r productsReport) tell(log io.Writer) {
	size, unit := radio.AngleUnit(r.Beam.beam.MinRad)
	fmt.Fprintf(log, "weighting %s: beam %v East of North, %.3g pixels; largest sidelobe %.2g\n", r.Weighting, r.Beam.beam, r.Beam.Pixels, r.Sidelobe)
	if across := r.Beam.BMinUas * math.Sqrt(r.Beam.Pixels/(r.Beam.BMajUas*r.Beam.BMinUas)); across < coarse {
		fmt.Fprintf(log, "warning: the beam is only %.2g pixels across: take a smaller --fov or a larger --npix\n", across)
	}
	r.Dirty.tell("dirty image", size, unit, log)
	if r.Residual != nil {
		r.Residual.tell("residual", size, unit, log)
	}
	fmt.Fprintf(log, "noise by the weights %.3g Jy/beam, %.3g times the least possible (natural weighting)\n", r.NoiseJyBeam, r.NoiseOverNatural)
}

// coarse is the width of a beam in pixels below which its shape is lost.
const coarse = 2

func (s imageStats) tell(what string, size float64, unit string, log io.Writer) {
	scale := radio.Microarcsecond / size
	fmt.Fprintf(log, "%s: peak %.3g Jy/beam at %.3g %s East, %.3g %s North, rms %.3g\n", what, s.PeakJyBeam, s.EastUas*scale, unit, s.NorthUas*scale, unit, s.RMSJyBeam)
}
