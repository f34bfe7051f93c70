package measure

import (
	"fmt"
	"math"
)

// Flux is the term ½((Σ I − F)/σ)² on the total flux of an image, for data that do not fix it.
type Flux struct{ fluxJy, sigmaJy float64 }

// NewFlux returns the term of a total flux of fluxJy ± sigmaJy (Jy); sigmaJy must be positive.
func NewFlux(fluxJy, sigmaJy float64) (*Flux, error) {
	if !finite(fluxJy) || !(sigmaJy > 0) || !finite(sigmaJy) {
		return nil, fmt.Errorf("measure: flux is %g ± %g Jy, must be finite with a positive error", fluxJy, sigmaJy)
	}
	return &Flux{fluxJy, sigmaJy}, nil
}

// Name returns "flux".
func (f *Flux) Name() string { return "flux" }

// ValueGrad returns ½((Σx − F)/σ)² of the image x (Jy/pixel) and overwrites grad with its gradient; nil asks for the value only.
func (f *Flux) ValueGrad(grad, x []float64) (float64, error) {
	if grad != nil && len(grad) != len(x) {
		return 0, fmt.Errorf("measure: flux: gradient of %d pixels for an image of %d", len(grad), len(x))
	}
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	if !finite(sum) {
		return 0, fmt.Errorf("measure: flux: the total flux of the image is %g Jy, must be finite", sum)
	}
	residual := (sum - f.fluxJy) / f.sigmaJy
	for p := range grad {
		grad[p] = residual / f.sigmaJy
	}
	return residual * residual / 2, nil
}

// LogLikelihood returns the log density of the flux at the image x, constants included.
func (f *Flux) LogLikelihood(x []float64) (float64, error) {
	value, err := f.ValueGrad(nil, x)
	return -value - math.Log(f.sigmaJy*math.Sqrt(2*math.Pi)), err
}
