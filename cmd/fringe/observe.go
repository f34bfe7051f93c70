package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"math/cmplx"
	"slices"
	"strings"

	"fringe/radio"

	"github.com/spf13/pflag"
)

// observation is the data of one image after selection and averaging, with thermal errors, and what was done to get there.
type observation struct {
	vis      *radio.Visibilities
	whole    *radio.Visibilities // the same before averaging
	averaged bool                // over scans, or binSec of them
	binSec   float64             // longest average; 0 for whole scans
	limited  bool                // the field limits averages
	siteJy   float64             // median amplitude on the baselines inside a site; 0 when there are none or they are kept
	notes    []string
}

// selection says which visibilities of a file are imaged.
type selection struct {
	path      string
	read      readFlags
	pick      pickFlags
	uvMin     quantity
	scans     bool // averaged over each scan
	vlbiScans bool // but no longer than the field allows, and not of a connected array, whose scans are long and fields wide
	intraSite bool // the baselines inside a site are kept
}

// addFlags declares the flags of the selection, with its values as defaults.
func (o *selection) addFlags(f *pflag.FlagSet) {
	o.read.register(f)
	o.pick.register(f)
	f.Var(&o.uvMin, "uv-min", "leave out shorter baselines, such as 0.1Gl, 200Ml")
	f.BoolVar(&o.scans, "scan-average", o.scans, "average visibilities over each scan")
	f.BoolVar(&o.intraSite, "keep-intra-site", o.intraSite, "keep the baselines between stations of one site")
}

// observe reads the file and does what the flags say, in this order: flags, stations and channels, short and long baselines, intra-site baselines, scan
// averages.
func (o selection) observe() (*observation, error) {
	raw, err := o.read.visibilities(o.path)
	if err != nil {
		return nil, err
	}
	obs := &observation{}
	v := raw.Unflagged()
	obs.note("%s: %s", o.path, contents(v))
	if flagged := raw.Len() - v.Len(); flagged > 0 {
		obs.note("left out %d flagged visibilities, whose weights are not positive numbers", flagged)
	}
	if v, err = o.pick.apply(v); err != nil {
		return nil, err
	}
	v = v.UVRange(o.uvMin.value, o.pick.longest())
	if !o.intraSite {
		inside := v.Select(v.IntraSite())
		var pairs []string
		if v, pairs = v.WithoutIntraSite(); len(pairs) > 0 {
			obs.siteJy = shortAmplitude(inside, 1)
			obs.note("left out the baselines inside a site, %s, which see extended flux (--keep-intra-site keeps them)", strings.Join(pairs, ", "))
		}
	}
	obs.whole = v
	if o.scans && v.HasStations() && !(o.vlbiScans && v.Connected()) {
		obs.averaged, obs.limited = true, o.vlbiScans
		v = v.ScanAverage(0)
	}
	if v.Len() == 0 {
		return nil, withHint(fmt.Errorf("%s: no visibility is left to image", o.path),
			"lower --uv-min, raise --uv-max, or keep the baselines inside a site with --keep-intra-site")
	}
	obs.vis = v
	if obs.averaged && !obs.limited {
		obs.noteAverages("scans")
	}
	return obs, nil
}

// noteAverages tells over what was averaged, if anything was.
func (obs *observation) noteAverages(over string) {
	n := obs.vis.Len()
	if n == obs.whole.Len() {
		obs.note("nothing to average, integrations are as long as averages may be: %d visibilities", n)
		return
	}
	obs.note("averaged over %s: %d visibilities", over, n)
}

// average averages again, where averages are wanted.
func (obs *observation) average() {
	if obs.vis = obs.whole; obs.averaged {
		obs.vis = obs.whole.TimeAverage(obs.binSec)
	}
}

// contents says in a line what was read.
func contents(v *radio.Visibilities) string {
	of, stations := "", "no stations"
	if v.Source.Name != "" {
		of = " of " + v.Source.Name
	}
	if v.HasStations() {
		stations = fmt.Sprintf("%d stations", len(v.Stations))
	}
	return fmt.Sprintf("%d visibilities%s, %s, %s", v.Len(), of, stations, bandText(v))
}

// bandText returns the frequency, or from where to where it reaches; neither depends on how much is flagged or averaged.
func bandText(v *radio.Visibilities) string {
	lowest, highest := math.Inf(1), 0.0
	for _, f := range v.FreqHz {
		lowest, highest = math.Min(lowest, f), math.Max(highest, f)
	}
	from, to := fmt.Sprintf("%.4g", lowest/1e9), fmt.Sprintf("%.4g", highest/1e9)
	if from == to {
		return from + " GHz"
	}
	return from + " to " + to + " GHz"
}

func (obs *observation) note(format string, args ...any) {
	obs.notes = append(obs.notes, fmt.Sprintf(format, args...))
}

// tell prints the notes.
func (obs *observation) tell(w io.Writer) {
	for _, n := range obs.notes {
		fmt.Fprintln(w, n)
	}
	obs.notes = nil
}

// resolutionRad returns 1/(longest baseline) in radians.
func (obs *observation) resolutionRad() float64 { return 1 / obs.vis.UVMax() }

// asImaged returns the visibilities as fringe image averages them unless told otherwise, before it knows the field.
func (obs *observation) asImaged() *radio.Visibilities {
	if obs.calibrated() {
		return obs.vis
	}
	return obs.vis.ScanAverage(0)
}

// calibrated reports whether the phases are taken for calibrated: there are no stations, or those of a connected array.
func (obs *observation) calibrated() bool { return !obs.vis.HasStations() || obs.vis.Connected() }

// shortAmplitude returns the median amplitude (Jy) of the given fraction of the visibilities, those with the shortest
// baselines, but of three at least.
func shortAmplitude(v *radio.Visibilities, fraction float64) float64 {
	order := byLength(v)
	count := min(max(3, int(fraction*float64(v.Len()))), v.Len())
	amplitudes := make([]float64, count)
	for i, k := range order[:count] {
		amplitudes[i] = cmplx.Abs(v.Vis[k])
	}
	slices.Sort(amplitudes)
	return amplitudes[count/2]
}

// fluxJy estimates the total flux when nobody tells it, and notes how.
func (obs *observation) fluxJy() float64 {
	flux, where := obs.estimateFlux()
	upper := ""
	if obs.siteJy > 0 && !obs.calibrated() {
		upper = fmt.Sprintf(" (those inside a site see %.3g Jy)", obs.siteJy)
	}
	obs.note("total flux %.3g Jy, %s%s; give --flux when you know it", flux, where, upper)
	return flux
}

// estimateFlux returns the mean of the shortest baselines of calibrated data; of others the amplitude on the shortest twentieth of the
// baselines, or the largest well measured one, since no visibility of a positive sky exceeds its total flux. It is too low when all
// baselines resolve the source. where says which it is.
func (obs *observation) estimateFlux() (jy float64, where string) {
	if obs.calibrated() {
		return shortMean(obs.vis), "the mean of the shortest baselines"
	}
	jy = shortAmplitude(obs.vis, 0.05)
	if largest := largestAmplitude(obs.vis); largest > jy {
		return largest, "the largest amplitude"
	}
	return jy, "the amplitude on the shortest baselines"
}

// shortMean returns the modulus of the weighted mean (Jy) of the hundredth of the visibilities with the shortest baselines, but of
// three at least: of calibrated data, where noise averages out.
func shortMean(v *radio.Visibilities) float64 {
	order := byLength(v)
	mean, weight := complex128(0), 0.0
	for _, k := range order[:min(max(3, len(order)/100), len(order))] {
		mean += complex(v.Weight[k], 0) * v.Vis[k]
		weight += v.Weight[k]
	}
	return cmplx.Abs(mean) / weight
}

// byLength returns the visibilities in the order of their baselines' lengths.
func byLength(v *radio.Visibilities) []int {
	order := make([]int, v.Len())
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(v.UVDistance(a), v.UVDistance(b)) })
	return order
}

// largestAmplitude returns the 98th percentile (Jy) of the amplitudes of at least 5σ, so that a few bad ones do not count.
func largestAmplitude(v *radio.Visibilities) float64 {
	var amplitudes []float64
	for k := range v.Vis {
		if a := cmplx.Abs(v.Vis[k]); !v.Flagged(k) && a*math.Sqrt(v.Weight[k]) >= 5 {
			amplitudes = append(amplitudes, a)
		}
	}
	if len(amplitudes) == 0 {
		return 0
	}
	slices.Sort(amplitudes)
	return amplitudes[int(0.98*float64(len(amplitudes)-1))]
}

func meanFreqHz(v *radio.Visibilities) float64 {
	sum := 0.0
	for _, f := range v.FreqHz {
		sum += f
	}
	return sum / float64(max(v.Len(), 1))
}
