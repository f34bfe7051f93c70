package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/cmplx"

	"fringe/data"
	"fringe/measure"
	"fringe/radio"
)

// skyModel is an image that data are calibrated against.
type skyModel struct {
	img    []float64 // Jy/pixel
	grid   radio.Grid
	fluxJy float64
}

// readModel reads an image of the source and says why it cannot be a model of it.
func readModel(path string, source radio.Source, log io.Writer) (*skyModel, error) {
	img, grid, header, err := data.ReadImage(path)
	if err != nil {
		return nil, withHint(err, "--model wants a FITS image in Jy/pixel, such as image.fits of fringe image")
	}
	if err := checkUnit("the model "+path, header.Unit); err != nil {
		return nil, err
	}
	if !(grid.CellRad > 0) {
		return nil, withHint(fmt.Errorf("the model %s does not say how large its pixels are", path), "set CDELT1 and CDELT2 in its header")
	}
	m := &skyModel{img: img, grid: grid}
	for _, value := range img {
		m.fluxJy += value
	}
	if !(m.fluxJy > 0) {
		return nil, withHint(fmt.Errorf("the model %s has a flux of %g Jy", path, m.fluxJy), "give an image with flux in it")
	}
	note, err := checkPosition("the model "+path, grid, source, header.Source)
	if err != nil {
		return nil, err
	}
	if note != "" {
		fmt.Fprintln(log, note)
	}
	fmt.Fprintf(log, "model %s: %.3g Jy\n", path, m.fluxJy)
	return m, nil
}

// predict returns the model's visibilities (Jy) at the points of v. Flagged points get 0.
func (m *skyModel) predict(v *radio.Visibilities) ([]complex128, error) {
	u, w := make([]float64, v.Len()), make([]float64, v.Len())
	for k := range u {
		if !v.Flagged(k) {
			u[k], w[k] = v.U[k], v.V[k]
		}
	}
	vis, err := m.at(u, w)
	if err != nil {
		return nil, err
	}
	for k := range vis {
		if v.Flagged(k) {
			vis[k] = 0
		}
	}
	return vis, nil
}

// at returns the model's visibilities (Jy) at points in wavelengths.
func (m *skyModel) at(u, v []float64) ([]complex128, error) {
	op, err := measure.NewNUFFT(m.grid, u, v, 1e-12)
	if err != nil {
		return nil, withHint(err, "give a model with smaller pixels")
	}
	defer op.Close()
	vis := make([]complex128, len(u))
	op.Forward(vis, m.img)
	return vis, nil
}

// Amplitudes of data and model that are apart by more than fluxRatio are no matter of gains.
const fluxRatio = 2.0

// checkFlux compares the amplitudes of data above 3σ with those of the model: the factor between them that fits best.
func checkFlux(v *radio.Visibilities, model []complex128) error {
	cross, square := 0.0, 0.0
	for k, m := range model {
		if d := cmplx.Abs(v.Vis[k]); !v.Flagged(k) && d*math.Sqrt(v.Weight[k]) > 3 {
			cross += v.Weight[k] * d * cmplx.Abs(m)
			square += v.Weight[k] * cmplx.Abs(m) * cmplx.Abs(m)
		}
	}
	if square == 0 {
		return withHint(errors.New("no visibility is above 3 sigma where the model has flux"), "average the data, or give another model")
	}
	if ratio := cross / square; ratio > fluxRatio || ratio < 1/fluxRatio {
		return withHint(fmt.Errorf("the amplitudes of the data are %.3g times those of the model, which amplitude gains would swallow", ratio),
			"give a model with the structure and the flux of the source, or keep their flux scale with --normalize")
	}
	return nil
}
