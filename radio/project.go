package radio

import "math"

// Projected is a station as the source sees it: U and V metres to the East and to the North of the Earth's centre, W metres
// nearer to the source, and the sine of the elevation at which the station sees the source.
type Projected struct{ U, V, W, SinElevation float64 }

// Project returns the stations as src sees them at a modified Julian date (UTC, taken for UT1). The (u,v) of the baseline from
// station a to station b is the difference b − a, times ν/c. The result has the length and the order of stations.
func Project(stations []Station, src Source, frame Frame, mjd float64) []Projected {
	east, north, towards := skyFrame(src)
	turn := frame.celestialFromTerrestrial(mjd)
	out := make([]Projected, len(stations))
	for k, s := range stations {
		r := turn.times(s.XYZ)
		out[k] = Projected{dot(r, east), dot(r, north), dot(r, towards), dot(turn.times(vertical(s.XYZ)), towards)}
	}
	return out
}

// Shadowed reports for every station whether another stands before it on the way to the source: nearer to the source, and in
// projection less than a dish diameter (metres, 0 for no shadows) away. It is for stations that see the source; the Earth's
// shadow is the elevation limit's business.
func Shadowed(stations []Projected, dishMetres float64) []bool {
	out := make([]bool, len(stations))
	for i, a := range stations {
		for _, b := range stations {
			du, dv := b.U-a.U, b.V-a.V
			if b.W > a.W && du*du+dv*dv < dishMetres*dishMetres {
				out[i] = true
			}
		}
	}
	return out
}

// ParallacticAngle returns the angle at the source between the directions to the celestial pole and to the station's zenith,
// from North through East, in radians: by it a feed fixed to an altitude-azimuth mount turns on the sky.
func ParallacticAngle(s Station, src Source, frame Frame, mjd float64) float64 {
	east, north, _ := skyFrame(src)
	zenith := frame.celestialFromTerrestrial(mjd).times(vertical(s.XYZ))
	return math.Atan2(dot(zenith, east), dot(zenith, north))
}
