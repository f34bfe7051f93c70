package evaluate

import (
	"bytes"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"

	"fringe/figure"
	"fringe/radio"
)

// DenoisingPictures returns a section for each family, with a figure for each level: the first sky, the same with noise and what every
// method made of it, and below them their differences to the sky.
func DenoisingPictures(methods []DenoisingMethod, cells []DenoisingCell, g radio.Grid) (sections []Section, err error) {
	for _, c := range cells {
		picture, err := c.picture(methods, g)
		if err != nil {
			return nil, err
		}
		if len(sections) == 0 || sections[len(sections)-1].Title != c.Family {
			sections = append(sections, Section{Title: c.Family})
		}
		last := &sections[len(sections)-1]
		last.Figures = append(last.Figures, picture)
	}
	return sections, nil
}

func (c DenoisingCell) picture(methods []DenoisingMethod, g radio.Grid) (Figure, error) {
	peak := slices.Max(c.Truth)
	images := []figure.Panel{{Title: "sky", Image: c.Truth, Peak: peak}}
	errors := []figure.Panel{{Image: make([]float64, len(c.Truth)), Low: -2 * c.Sigma * peak, Peak: 2 * c.Sigma * peak, Signed: true}}
	add := func(name string, image []float64, psnr float64) {
		images = append(images, figure.Panel{Title: name, Image: image, Peak: peak})
		wrong := errors[0]
		wrong.Title, wrong.Image = fmt.Sprintf("%.2f dB", psnr), floats.SubTo(make([]float64, len(image)), image, c.Truth)
		errors = append(errors, wrong)
	}
	add("noisy", c.First, c.Noisy[0])
	for m, method := range methods {
		add(method.Name(), c.Outcomes[m].First, c.Outcomes[m].PSNR[0])
	}
	var b bytes.Buffer
	if err := figure.WriteGrid(&b, [][]figure.Panel{images, errors}, g); err != nil {
		return Figure{}, err
	}
	return Figure{
		PNG:     b.Bytes(),
		Caption: fmt.Sprintf("%s with noise %g: colours from 0 to the brightest pixel; below, the difference to the sky, ±2σ", c.Family, c.Sigma),
	}, nil
}
