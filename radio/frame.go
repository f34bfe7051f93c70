package radio

// Frame says to which equator and equinox the right ascension and declination of a source refer.
type Frame int

const (
	// J2000 coordinates are turned to the date of observation by precession: what a telescope does, and the zero value.
	J2000 Frame = iota
	// OfDate coordinates refer to the mean equator and equinox of the date of observation, so that the sidereal time alone
	// leads from the Earth to the sky. The EHT's published files and eht-imaging compute (u,v) in this way from the J2000
	// position: to the numbers of their (u,v), use OfDate with that position. In 2017 it turns and scales (u,v) by up to 0.5 %
	// against J2000, which is right for the sky.
	OfDate
)

// celestialFromTerrestrial turns Earth-fixed vectors into the frame.
func (f Frame) celestialFromTerrestrial(mjd float64) matrix {
	if f == OfDate {
		return rotZ(-SiderealTime(mjd))
	}
	return celestialFromTerrestrial(mjd)
}
