package figure

import (
	"io"
	"math"
	"math/cmplx"

	"fringe/radio"
)

// point is one datum: where it stands on the x axis, its value and standard deviation, and what the model says.
type point struct{ x, data, sigma, model, residual float64 }

// gigalambda is the unit of baseline lengths in the figures, in wavelengths.
const gigalambda = 1e9

// WriteAmplitudes draws the visibility amplitudes (Jy) of a with error bars over those of model against the length of the
// baseline, and (data − model)/σ below. model holds the predicted visibilities (Jy) in the order of v, from which a was made.
func WriteAmplitudes(w io.Writer, v *radio.Visibilities, a radio.AmplitudeSet, model []complex128) error {
	points := make([]point, len(a.Value))
	for j, k := range a.Index {
		predicted := cmplx.Abs(model[k])
		points[j] = point{v.UVDistance(k) / gigalambda, a.Value[j], a.Sigma[j], predicted, a.Value[j] - predicted}
	}
	return write(w, "baseline length (Gλ)", "amplitude (Jy)", points)
}

// WriteClosurePhases draws closure phases (degrees) with error bars over those of model against the perimeter of the
// triangle, the sum of its three baseline lengths, and (data − model)/σ below, with the difference wrapped to ±180°.
// model holds the predicted visibilities (Jy) in the order of v, from which c was made.
func WriteClosurePhases(w io.Writer, v *radio.Visibilities, c *radio.Closures, model []complex128) error {
	const degree = math.Pi / 180
	points := closurePoints(v, c, model)
	for j := range points {
		p := &points[j]
		p.residual = radio.WrapPhase(p.data-p.model) / degree
		p.data, p.sigma, p.model = p.data/degree, p.sigma/degree, p.model/degree
	}
	return write(w, "triangle perimeter (Gλ)", "closure phase (°)", points)
}

// WriteLogClosureAmplitudes draws log closure amplitudes with error bars over those of model against the sum of the four
// baseline lengths, and (data − model)/σ below. model holds the predicted visibilities (Jy) in the order of v, from which
// c was made; one that is zero has no logarithm, and then the error is [ErrNotFinite].
func WriteLogClosureAmplitudes(w io.Writer, v *radio.Visibilities, c *radio.Closures, model []complex128) error {
	points := closurePoints(v, c, model)
	for j := range points {
		points[j].residual = points[j].data - points[j].model
	}
	return write(w, "sum of the four baseline lengths (Gλ)", "log closure amplitude", points)
}

// closurePoints returns each closure quantity with the model's, at the sum of its baseline lengths.
func closurePoints(v *radio.Visibilities, c *radio.Closures, model []complex128) []point {
	points := make([]point, c.Len())
	for j := range points {
		p := &points[j]
		p.data, p.sigma, p.model = c.Value[j], c.Sigma[j], c.At(j, model)
		for _, k := range c.Index[c.Order*j:][:c.Order] {
			p.x += v.UVDistance(int(k)) / gigalambda
		}
	}
	return points
}
