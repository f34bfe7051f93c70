package main

import (
	"cmp"
	"fmt"
	"io"
	"math/cmplx"
	"slices"
	"strings"

	"fringe/data"
	"fringe/radio"
)

// observation is the data of one image after selection and averaging, and what was done to get there.
type observation struct {
	vis   *radio.Visibilities
	notes []string
}

// observe reads the file and does what the flags say, in this order: flags, short baselines, intra-site baselines, scan
// averages, systematic error.
func (o imageOptions) observe() (*observation, error) {
	raw, err := data.ReadUVFITS(o.path)
	if err != nil {
		return nil, withHint(err, "fringe image reads random-groups UVFITS files, such as those of the EHT, AIPS or CASA's exportuvfits")
	}
	obs := &observation{}
	v := raw.Unflagged()
	obs.note("%s: %d visibilities of %s, %d stations, %.4g GHz", o.path, v.Len(), v.Source.Name, len(v.Stations), meanFreqHz(v)/1e9)
	if o.uvMin.value > 0 {
		v = v.Select(func(k int) bool { return v.UVDistance(k) >= o.uvMin.value })
	}
	if !o.intraSite {
		var pairs []string
		if v, pairs = v.WithoutIntraSite(); len(pairs) > 0 {
			obs.note("left out the baselines inside a site, %s, which see extended flux (--keep-intra-site keeps them)", strings.Join(pairs, ", "))
		}
	}
	if o.scans {
		v = v.ScanAverage(0)
		obs.note("averaged over scans: %d visibilities", v.Len())
	}
	if o.sys > 0 {
		v = v.WithSystematic(o.sys)
		obs.note("errors include a systematic %.3g %% of the amplitude", 100*o.sys)
	}
	if v.Len() == 0 {
		return nil, withHint(fmt.Errorf("%s: no visibility is left to image", o.path), "lower --uv-min, or keep the baselines inside a site with --keep-intra-site")
	}
	obs.vis = v
	return obs, nil
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

// shortAmplitude returns the median amplitude (Jy) of the shortest twentieth of the baselines, at least three of them: what
// is known of the total flux when nobody tells it.
func (obs *observation) shortAmplitude() float64 {
	v := obs.vis
	order := make([]int, v.Len())
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(v.UVDistance(a), v.UVDistance(b)) })
	count := min(max(3, v.Len()/20), v.Len())
	amplitudes := make([]float64, count)
	for i, k := range order[:count] {
		amplitudes[i] = cmplx.Abs(v.Vis[k])
	}
	slices.Sort(amplitudes)
	return amplitudes[count/2]
}

func meanFreqHz(v *radio.Visibilities) float64 {
	sum := 0.0
	for _, f := range v.FreqHz {
		sum += f
	}
	return sum / float64(max(v.Len(), 1))
}
