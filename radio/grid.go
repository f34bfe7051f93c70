package radio

import (
	"fmt"
	"math"
)

// Grid is the pixel grid of an image: NX columns (East to West), NY rows (South to North), square pixels of CellRad
// radians. Any positive size is legal, odd or even, square or rectangular.
type Grid struct {
	NX, NY  int
	CellRad float64
}

// Validate says what is wrong with the grid: sizes must be positive and the cell positive and finite.
func (g Grid) Validate() error {
	if g.NX < 1 || g.NY < 1 {
		return fmt.Errorf("radio: grid is %d x %d pixels, both must be at least 1", g.NX, g.NY)
	}
	if !(g.CellRad > 0) || math.IsInf(g.CellRad, 0) {
		return fmt.Errorf("radio: grid cell is %g rad, must be positive and finite", g.CellRad)
	}
	return nil
}

// Len returns the number of pixels.
func (g Grid) Len() int { return g.NX * g.NY }

// L returns the direction cosine l (radians, positive to the East) of column x.
func (g Grid) L(x int) float64 { return float64(g.NX/2-x) * g.CellRad }

// M returns the direction cosine m (radians, positive to the North) of row y.
func (g Grid) M(y int) float64 { return float64(y-g.NY/2) * g.CellRad }

// MaxUV returns the largest |u| or |v|, in wavelengths, that the pixels can represent: 1/(2·CellRad).
func (g Grid) MaxUV() float64 { return 0.5 / g.CellRad }

// Microarcsecond, Milliarcsecond and Arcsecond in radians.
const (
	Arcsecond      = math.Pi / (180 * 3600)
	Milliarcsecond = Arcsecond / 1e3
	Microarcsecond = Arcsecond / 1e6
)

// AngleUnit returns the size in radians and the name of the largest of uas, mas and arcsec in which an angle is at least 1, or
// uas.
func AngleUnit(rad float64) (size float64, name string) {
	switch {
	case rad >= Arcsecond:
		return Arcsecond, "arcsec"
	case rad >= Milliarcsecond:
		return Milliarcsecond, "mas"
	}
	return Microarcsecond, "uas"
}

// SpeedOfLight in metres per second.
const SpeedOfLight = 299792458.0
