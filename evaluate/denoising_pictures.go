package evaluate

import (
	"bytes"
	"fmt"
	"slices"

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
	images := []figure.Panel{{Title: "sky", Image: c.Truth}, {Title: "noisy", Image: c.First}}
	for m, method := range methods {
		images = append(images, figure.Panel{Title: method.Name(), Image: c.Outcomes[m].First})
	}
	var errors []figure.Panel
	for i := range images {
		images[i].Peak = peak
		errors = append(errors, figure.Panel{Image: minus(images[i].Image, c.Truth), Low: -2 * c.Sigma * peak, Peak: 2 * c.Sigma * peak})
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

func minus(a, b []float64) []float64 {
	d := make([]float64, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
	}
	return d
}
