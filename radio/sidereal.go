package radio

import "math"

const mjdJ2000 = 51544.5

// SiderealTime returns the Greenwich mean sidereal time (radians, in [0, 2π)) at a UT1 modified Julian date: IAU 1982
// (Aoki et al. 1982, A&A 105, 359, eq. 14).
func SiderealTime(mjd float64) float64 {
	t := (mjd - mjdJ2000) / 36525
	sec := 67310.54841 + (876600*3600+8640184.812866)*t + 0.093104*t*t - 6.2e-6*t*t*t
	angle := math.Mod(sec, 86400) / 86400 * 2 * math.Pi
	if angle < 0 {
		angle += 2 * math.Pi
	}
	return angle
}

// celestialFromTerrestrial turns Earth-fixed vectors into the mean equator and equinox of J2000.
func celestialFromTerrestrial(mjd float64) matrix {
	return precession(mjd).transpose().mul(rotZ(-SiderealTime(mjd)))
}

// precession turns vectors from J2000 to the mean equator and equinox of date: IAU 1976 (Lieske et al. 1977, A&A 58, 1,
// table 5).
func precession(mjd float64) matrix {
	t := (mjd - mjdJ2000) / 36525
	zeta := (2306.2181*t + 0.30188*t*t + 0.017998*t*t*t) * Arcsecond
	z := (2306.2181*t + 1.09468*t*t + 0.018203*t*t*t) * Arcsecond
	theta := (2004.3109*t - 0.42665*t*t - 0.041833*t*t*t) * Arcsecond
	return rotZ(-z).mul(rotY(theta)).mul(rotZ(-zeta))
}

// skyFrame returns unit vectors to the East and North at the source and towards it.
func skyFrame(src Source) (east, north, towards [3]float64) {
	sa, ca := math.Sincos(src.RARad)
	sd, cd := math.Sincos(src.DecRad)
	return [3]float64{-sa, ca, 0}, [3]float64{-sd * ca, -sd * sa, cd}, [3]float64{cd * ca, cd * sa, sd}
}

// vertical returns the unit vector to the zenith at a geocentric position: the normal of the WGS84 ellipsoid, whose
// squared eccentricity is 0.00669438 (heights up to 10 km tilt it by less than 1e-5 rad).
func vertical(xyz [3]float64) [3]float64 {
	n := [3]float64{xyz[0], xyz[1], xyz[2] / (1 - 0.00669438)}
	r := math.Sqrt(dot(n, n))
	return [3]float64{n[0] / r, n[1] / r, n[2] / r}
}

type matrix [3][3]float64

// rotZ and rotY turn the axes by an angle about the z and y axis.
func rotZ(a float64) matrix {
	s, c := math.Sincos(a)
	return matrix{{c, s, 0}, {-s, c, 0}, {0, 0, 1}}
}

func rotY(a float64) matrix {
	s, c := math.Sincos(a)
	return matrix{{c, 0, -s}, {0, 1, 0}, {s, 0, c}}
}

func (m matrix) times(v [3]float64) [3]float64 {
	return [3]float64{dot(m[0], v), dot(m[1], v), dot(m[2], v)}
}

func (m matrix) transpose() (t matrix) {
	for i := range 3 {
		for j := range 3 {
			t[i][j] = m[j][i]
		}
	}
	return t
}

func (m matrix) mul(n matrix) (p matrix) {
	n = n.transpose()
	for i := range 3 {
		for j := range 3 {
			p[i][j] = dot(m[i], n[j])
		}
	}
	return p
}

func dot(a, b [3]float64) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
