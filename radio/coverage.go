package radio

import (
	"fmt"
	"math"
)

// Coverage returns the visibilities, still without data, that the stations observe of src at the given times (modified
// Julian dates, UTC, taken for UT1: at most 0.9 s or 7e-5 rad off): U, V, Ant1 < Ant2, TimeSec and FreqHz are set, Vis and
// Weight are zero and IntSec is 0. Pairs are left out while the source stands lower than elevationMinRad at either
// station. Order: by time, then by station. RefMJD is 0h of the first time's day.
//
// Positions are turned into the J2000 frame of the source by the mean sidereal time and the precession of date (nutation,
// at most 1e-4 rad, is left out). u = (r2 − r1)·east·ν/c and v = (r2 − r1)·north·ν/c, as Thompson, Moran & Swenson 2017,
// eq. 4.1 and fig. 4.1: the baseline vector points from station 1 to station 2 and V12 is the correlation of signal 1 with
// the conjugate of signal 2, which gives V = Σ I exp(−2πi(ul + vm)).
func Coverage(stations []Station, src Source, mjd []float64, freqHz, elevationMinRad float64) (*Visibilities, error) {
	if err := checkCoverage(stations, src, mjd, freqHz, elevationMinRad); err != nil {
		return nil, err
	}
	vis := &Visibilities{Stations: stations, Source: src, RefMJD: math.Floor(mjd[0])}
	east, north, towards := skyFrame(src)
	scale, sinMin := freqHz/SpeedOfLight, math.Sin(elevationMinRad)
	u, v, up := make([]float64, len(stations)), make([]float64, len(stations)), make([]bool, len(stations))
	for _, t := range mjd {
		turn := celestialFromTerrestrial(t)
		for k, s := range stations {
			r := turn.times(s.XYZ)
			u[k], v[k] = scale*dot(r, east), scale*dot(r, north)
			up[k] = dot(turn.times(vertical(s.XYZ)), towards) >= sinMin
		}
		for i := range stations {
			for j := i + 1; j < len(stations); j++ {
				if up[i] && up[j] {
					vis.appendEmpty(u[j]-u[i], v[j]-v[i], i, j, (t-vis.RefMJD)*86400, freqHz)
				}
			}
		}
	}
	return vis, nil
}

func checkCoverage(stations []Station, src Source, mjd []float64, freqHz, elevationMinRad float64) error {
	if len(stations) < 2 {
		return fmt.Errorf("radio: coverage of %d stations, at least 2 are needed", len(stations))
	}
	for _, s := range stations {
		if r := math.Sqrt(dot(s.XYZ, s.XYZ)); !(r > 1e6 && r < 1e8) {
			return fmt.Errorf("radio: coverage: station %q is %g m from the Earth's centre, want geocentric metres", s.Name, r)
		}
	}
	if !(math.Abs(src.DecRad) <= math.Pi/2) || math.IsNaN(src.RARad) || math.IsInf(src.RARad, 0) {
		return fmt.Errorf("radio: coverage: source %q at RA %g, Dec %g rad", src.Name, src.RARad, src.DecRad)
	}
	if len(mjd) == 0 {
		return fmt.Errorf("radio: coverage: no times")
	}
	for _, t := range mjd {
		if !(math.Abs(t) < 1e6) {
			return fmt.Errorf("radio: coverage: time %g is not a modified Julian date", t)
		}
	}
	if !(freqHz > 0) || math.IsInf(freqHz, 0) {
		return fmt.Errorf("radio: coverage: frequency %g Hz, must be positive and finite", freqHz)
	}
	if !(math.Abs(elevationMinRad) <= math.Pi/2) {
		return fmt.Errorf("radio: coverage: elevation limit %g rad, must be between -π/2 and π/2", elevationMinRad)
	}
	return nil
}

func (v *Visibilities) appendEmpty(uu, vv float64, a1, a2 int, timeSec, freqHz float64) {
	v.U, v.V = append(v.U, uu), append(v.V, vv)
	v.Vis, v.Weight = append(v.Vis, 0), append(v.Weight, 0)
	v.Ant1, v.Ant2 = append(v.Ant1, a1), append(v.Ant2, a2)
	v.TimeSec, v.IntSec, v.FreqHz = append(v.TimeSec, timeSec), append(v.IntSec, 0), append(v.FreqHz, freqHz)
}
