package radio

import "slices"

// TimeStep returns the usual time in seconds from one visibility to the next of the same baseline and frequency: the median. It is 0 when
// no baseline has two times, or stations are not known.
func (v *Visibilities) TimeStep() float64 {
	type series struct {
		ant1, ant2 int
		freqHz     float64
	}
	times := map[series][]float64{}
	for k, t := range v.TimeSec {
		if v.hasStations(k) {
			s := series{min(v.Ant1[k], v.Ant2[k]), max(v.Ant1[k], v.Ant2[k]), v.FreqHz[k]}
			times[s] = append(times[s], t)
		}
	}
	var steps []float64
	for _, of := range times {
		slices.Sort(of)
		for k := 1; k < len(of); k++ {
			if step := of[k] - of[k-1]; step > 0 {
				steps = append(steps, step)
			}
		}
	}
	if len(steps) == 0 {
		return 0
	}
	return Median(steps)
}
