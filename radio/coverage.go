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
	return Observing{ElevationMinRad: elevationMinRad}.Coverage(stations, src, mjd, []float64{freqHz})
}

// Observing says how an array observes; the zero value observes down to the horizon, without shadows.
type Observing struct {
	Frame           Frame   // what the position of the source refers to
	ElevationMinRad float64 // the lowest elevation at which a station observes
	DishMetres      float64 // the diameter of the dishes, for shadows (see [Shadowed]); 0 for none
}

// Coverage is [Coverage] for one or several frequencies. Order: by time, then by station, then by frequency. Stations are left
// out while another one shadows them.
func (o Observing) Coverage(stations []Station, src Source, mjd, freqHz []float64) (*Visibilities, error) {
	if err := o.check(stations, src, mjd, freqHz); err != nil {
		return nil, err
	}
	vis := &Visibilities{Stations: stations, Source: src, RefMJD: math.Floor(mjd[0])}
	sinMin := math.Sin(o.ElevationMinRad)
	for _, t := range mjd {
		at := Project(stations, src, o.Frame, t)
		up := Shadowed(at, o.DishMetres)
		for k, shadowed := range up {
			up[k] = !shadowed && at[k].SinElevation >= sinMin
		}
		for i := range stations {
			for j := i + 1; j < len(stations); j++ {
				if !up[i] || !up[j] {
					continue
				}
				for _, f := range freqHz {
					scale := f / SpeedOfLight
					vis.appendEmpty(scale*at[j].U-scale*at[i].U, scale*at[j].V-scale*at[i].V, i, j, (t-vis.RefMJD)*86400, f)
				}
			}
		}
	}
	return vis, nil
}

func (o Observing) check(stations []Station, src Source, mjd, freqHz []float64) error {
	if len(freqHz) == 0 {
		return fmt.Errorf("radio: coverage: no frequencies")
	}
	for _, f := range freqHz {
		if err := checkCoverage(stations, src, mjd, f, o.ElevationMinRad); err != nil {
			return err
		}
	}
	if !(o.DishMetres >= 0) || math.IsInf(o.DishMetres, 0) {
		return fmt.Errorf("radio: coverage: dish diameter %g m, must be finite and not negative", o.DishMetres)
	}
	return nil
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
