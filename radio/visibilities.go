package radio

// Station is one antenna: its name, its geocentric position (ITRF metres) and its system equivalent flux density
// (Jy, 0 when unknown).
type Station struct {
	Name   string
	XYZ    [3]float64
	SEFDJy float64
}

// Source says what was observed: name and J2000 position.
type Source struct {
	Name          string
	RARad, DecRad float64
}

// Calibration says which gains of the stations were found against a model and taken out of visibilities, after whatever calibration they
// came with. The zero value is none that is known of.
type Calibration struct{ Phases, Amplitudes bool }

// Or returns what either of two calibrations, one after the other, has done.
func (c Calibration) Or(d Calibration) Calibration {
	return Calibration{c.Phases || d.Phases, c.Amplitudes || d.Amplitudes}
}

// And returns what both of two calibrations, of different visibilities, have done.
func (c Calibration) And(d Calibration) Calibration {
	return Calibration{c.Phases && d.Phases, c.Amplitudes && d.Amplitudes}
}

// NoStation is the value of Ant1 and of Ant2 where the stations of a visibility are unknown.
const NoStation = -1

// Visibilities is a set of Stokes I visibilities in structure-of-arrays form: element k of each slice belongs to
// visibility k. All slices have the same length. Vis in Jy; U and V in wavelengths at the visibility's own frequency;
// Weight 1/Jy² per real component (0 = flagged; see the package comment); Ant1 and Ant2 index Stations; TimeSec is UTC
// seconds after RefMJD (midpoint of the integration); IntSec the integration time in seconds; FreqHz the frequency.
//
// Some formats know u, v and values alone. Their visibilities have Ant1 = Ant2 = [NoStation] and time 0: they can be imaged,
// but there is nothing to average them over, nor are there closure quantities.
type Visibilities struct {
	U, V       []float64
	Vis        []complex128
	Weight     []float64
	Ant1, Ant2 []int
	TimeSec    []float64
	IntSec     []float64
	FreqHz     []float64

	Stations []Station
	Source   Source
	RefMJD   float64 // modified Julian date of TimeSec = 0 (0h UTC of the first day)

	Calibration Calibration // by self-calibration
}

// Len returns the number of visibilities.
func (v *Visibilities) Len() int { return len(v.Vis) }

// HasStations reports whether the stations of every visibility are known, as closure quantities, scan averages and
// self-calibration need.
func (v *Visibilities) HasStations() bool {
	for k := range v.Vis {
		if !v.hasStations(k) {
			return false
		}
	}
	return true
}

// hasStations reports whether the stations of visibility k are known.
func (v *Visibilities) hasStations(k int) bool {
	return v.Ant1[k] != NoStation || v.Ant2[k] != NoStation
}
