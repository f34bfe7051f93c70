package figure

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"math/cmplx"
	"slices"

	"fringe/radio"
)

// point is one datum: where it stands on the x axis, its value and standard deviation, and what the model says.
type point struct{ x, data, sigma, model, residual float64 }

// wavelengths returns the unit, in wavelengths, in which baselines are drawn, and its name: the largest in which the longest is at least 1.
func wavelengths(v *radio.Visibilities) (unit float64, name string) {
	switch longest := v.UVMax(); {
	case longest >= 1e9:
		return 1e9, "Gλ"
	case longest >= 1e6:
		return 1e6, "Mλ"
	}
	return 1e3, "kλ"
}

// WriteAmplitudes draws the visibility amplitudes (Jy) of a with error bars over those of model against the length of the
// baseline, and (data − model)/σ below. model holds the predicted visibilities (Jy) in the order of v, from which a was made.
func WriteAmplitudes(w io.Writer, v *radio.Visibilities, a radio.AmplitudeSet, model []complex128) error {
	unit, name := wavelengths(v)
	points := make([]point, len(a.Value))
	for j, k := range a.Index {
		predicted := cmplx.Abs(model[k])
		points[j] = point{v.UVDistance(k) / unit, a.Value[j], a.Sigma[j], predicted, a.Value[j] - predicted}
	}
	return write(w, "baseline length ("+name+")", "amplitude (Jy)", points)
}

// manyPoints is where visibilities are drawn as averages, and other data thinned out.
const manyPoints = 4000

// WriteVisibilities draws real and imaginary parts (Jy) of the unflagged visibilities of v with error bars over those of model
// against the length of the baseline, and (data − model)/σ below. Of more than 2000 visibilities it draws weighted averages over
// neighbours in that length, of data and model alike: a source that is not round or not at the phase centre averages out, a
// misfit in the same direction everywhere does not. model holds the predicted visibilities (Jy) in the order of v.
func WriteVisibilities(w io.Writer, v *radio.Visibilities, model []complex128) error {
	unit, name := wavelengths(v)
	var order []int
	for k := range v.Vis {
		if !v.Flagged(k) {
			order = append(order, k)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(v.UVDistance(a), v.UVDistance(b)) })
	size := (len(order) + manyPoints/2 - 1) / (manyPoints / 2)
	label := "Re and Im V (Jy)"
	if size > 1 {
		size = len(order)/200 + 1
		label = fmt.Sprintf("Re and Im V (Jy), means of %d", size)
	}
	var points []point
	for ; len(order) > 0; order = order[min(size, len(order)):] {
		var re, im point
		sum := 0.0
		for _, k := range order[:min(size, len(order))] {
			weight := v.Weight[k]
			sum += weight
			re.x += weight * v.UVDistance(k) / unit
			re.data += weight * real(v.Vis[k])
			re.model += weight * real(model[k])
			im.data += weight * imag(v.Vis[k])
			im.model += weight * imag(model[k])
		}
		im.x = re.x
		for _, p := range []point{re, im} {
			points = append(points, point{x: p.x / sum, data: p.data / sum, sigma: 1 / math.Sqrt(sum), model: p.model / sum, residual: (p.data - p.model) / sum})
		}
	}
	return write(w, "baseline length ("+name+")", label, points)
}

// WriteClosurePhases draws closure phases (degrees) with error bars over those of model against the perimeter of the
// triangle, the sum of its three baseline lengths, and (data − model)/σ below, with the difference wrapped to ±180°.
// model holds the predicted visibilities (Jy) in the order of v, from which c was made.
func WriteClosurePhases(w io.Writer, v *radio.Visibilities, c *radio.Closures, model []complex128) error {
	const degree = math.Pi / 180
	points, name := closurePoints(v, c, model)
	for j := range points {
		p := &points[j]
		p.residual = radio.WrapPhase(p.data-p.model) / degree
		p.data, p.sigma, p.model = p.data/degree, p.sigma/degree, p.model/degree
	}
	return write(w, "triangle perimeter ("+name+")", "closure phase (°)", points)
}

// WriteLogClosureAmplitudes draws log closure amplitudes with error bars over those of model against the sum of the four
// baseline lengths, and (data − model)/σ below. model holds the predicted visibilities (Jy) in the order of v, from which
// c was made; one that is zero has no logarithm, and then the error is [ErrNotFinite].
func WriteLogClosureAmplitudes(w io.Writer, v *radio.Visibilities, c *radio.Closures, model []complex128) error {
	points, name := closurePoints(v, c, model)
	for j := range points {
		points[j].residual = points[j].data - points[j].model
	}
	return write(w, "sum of the four baseline lengths ("+name+")", "log closure amplitude", points)
}

// closurePoints returns each closure quantity with the model's, at the sum of its baseline lengths in the named unit.
func closurePoints(v *radio.Visibilities, c *radio.Closures, model []complex128) (points []point, name string) {
	unit, name := wavelengths(v)
	points = make([]point, c.Len())
	for j := range points {
		p := &points[j]
		p.data, p.sigma, p.model = c.Value[j], c.Sigma[j], c.At(j, model)
		for _, k := range c.Index[c.Order*j:][:c.Order] {
			p.x += v.UVDistance(int(k)) / unit
		}
	}
	return points, name
}
