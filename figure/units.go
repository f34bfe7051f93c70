package figure

import (
	"fmt"
	"math"

	"fringe/radio"
)

// boltzmann is Boltzmann's constant in J/K (exact in the SI of 2019).
const boltzmann = 1.380649e-23

// brightnessUnit returns the label of the colour bar and what one Jy/pixel is in its unit. With a frequency that is the
// brightness temperature of the Rayleigh-Jeans law, T = c² I / (2 k ν² Ω), with Ω the solid angle of a pixel, in the SI
// multiple of kelvin that suits the peak (Jy/pixel).
func brightnessUnit(peak float64, g radio.Grid, freqHz float64) (label string, perJy float64) {
	if !(freqHz > 0) {
		return "mJy/pixel", 1e3
	}
	const joulePerJy = 1e-26
	wavelength := radio.SpeedOfLight / freqHz
	kelvin := joulePerJy * wavelength * wavelength / (2 * boltzmann * g.CellRad * g.CellRad)
	unit := temperatureUnits[0]
	for _, u := range temperatureUnits {
		if peak*kelvin >= u.kelvin {
			unit = u
		}
	}
	return "brightness temperature (" + unit.name + ")", kelvin / unit.kelvin
}

var temperatureUnits = []struct {
	kelvin float64
	name   string
}{{1e-3, "mK"}, {1, "K"}, {1e3, "kK"}, {1e6, "MK"}, {1e9, "GK"}, {1e12, "TK"}}

// roundStep returns the largest of 1, 2, 5 times a power of ten that is not above x.
func roundStep(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{5, 2} {
		if m*power <= x {
			return m * power
		}
	}
	return power
}

// roundAngle returns the largest round angle up to rad (radians), and its text in the largest of the units µas, mas,
// arcsec, arcmin and degrees in which it is at least 1.
func roundAngle(rad float64) (rounded float64, text string) {
	unit, name := radio.Microarcsecond, "µas"
	for _, u := range []struct {
		rad  float64
		name string
	}{{radio.Milliarcsecond, "mas"}, {radio.Arcsecond, "arcsec"}, {60 * radio.Arcsecond, "arcmin"}, {3600 * radio.Arcsecond, "deg"}} {
		if rad >= u.rad {
			unit, name = u.rad, u.name
		}
	}
	n := roundStep(rad / unit)
	return n * unit, fmt.Sprintf("%.4g %s", n, name)
}
