package main

import (
	"fmt"
	"math"
	"math/cmplx"
	"slices"

	"fringe/figure"
	"fringe/radio"
)

// residuals are the differences (data − model)/σ of one kind of data of one data set. Complex data have two.
type residuals struct {
	name     string // of the kind, with the number of its data set
	fitted   bool
	values   []float64
	length   []float64 // wavelengths: of the baseline, or the mean of those that a closure quantity is made of
	stations [][]int   // that each is of
	excess   []float64 // variance in units of that of thermal noise alone; nil where other errors besides the systematic one play a part
}

// residuals returns those of every kind of data that there is, fitted or not, with the names of data set i; model is what the image
// predicts.
func (f *fit) residuals(model []complex128, i int) []residuals {
	all := []residuals{f.amplitudeResiduals(model), f.closureResiduals("cphase", f.phases, model), f.closureResiduals("logcamp", f.ratios, model)}
	if f.spec.fitsVis() {
		all = append([]residuals{f.visResiduals(model)}, all...)
	}
	if f.bispectra != nil {
		all = append(all, f.bispectrumResiduals(model))
	}
	all = slices.DeleteFunc(all, func(r residuals) bool { return len(r.values) == 0 || slices.ContainsFunc(r.values, notFinite) })
	for k := range all {
		all[k].fitted = f.spec.fits(all[k].name)
		all[k].name = numbered(all[k].name, i)
	}
	return all
}

func notFinite(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

// predict returns the visibilities (Jy) of an image.
func (f *fit) predict(img []float64) []complex128 {
	model := make([]complex128, f.vis.Len())
	f.op.Forward(model, img)
	return model
}

func (r *residuals) add(f *fit, index []int32, values ...float64) {
	v, length, stations := f.vis, 0.0, []int{}
	for _, k := range index {
		length += v.UVDistance(int(k)) / float64(len(index))
		for _, s := range []int{v.Ant1[k], v.Ant2[k]} {
			if s != radio.NoStation && !slices.Contains(stations, s) {
				stations = append(stations, s)
			}
		}
	}
	for _, value := range values {
		r.values, r.length, r.stations = append(r.values, value), append(r.length, length), append(r.stations, stations)
		r.excess = append(r.excess, f.excess(index))
	}
}

// excess returns the variance of a quantity that is made of some visibilities in units of that of their thermal noise: to first order its
// variance is the sum of the squares of their relative errors, but for a factor.
func (f *fit) excess(index []int32) float64 {
	all, thermal := 0.0, 0.0
	for _, k := range index {
		a := cmplx.Abs(f.vis.Vis[k])
		all, thermal = all+1/(f.vis.Weight[k]*a*a), thermal+1/(f.thermal[k]*a*a)
	}
	return all / thermal
}

func (f *fit) visResiduals(model []complex128) residuals {
	r := residuals{name: "vis"}
	for k, d := range f.vis.Vis {
		if !f.vis.Flagged(k) {
			s := math.Sqrt(f.vis.Weight[k])
			r.add(f, []int32{int32(k)}, s*real(d-model[k]), s*imag(d-model[k]))
		}
	}
	return r
}

func (f *fit) amplitudeResiduals(model []complex128) residuals {
	r := residuals{name: "amp"}
	for j, k := range f.amplitudes.Index {
		r.add(f, []int32{int32(k)}, (f.amplitudes.Value[j]-math.Hypot(real(model[k]), imag(model[k])))/f.amplitudes.Sigma[j])
	}
	r.excess = nil // of --gain-error as well
	return r
}

func (f *fit) closureResiduals(name string, c *radio.Closures, model []complex128) residuals {
	r := residuals{name: name}
	for j := range c.Len() {
		d := c.Value[j] - c.At(j, model)
		if c.Order == 3 {
			// |e^{iψ} − e^{iψ'}|, which the term of closure phases fits, with the sign of the difference.
			d = 2 * math.Sin(radio.WrapPhase(d)/2)
		}
		r.add(f, c.Index[c.Order*j:c.Order*(j+1)], d/c.Sigma[j])
	}
	return r
}

func (f *fit) bispectrumResiduals(model []complex128) residuals {
	r := residuals{name: "bispectrum"}
	b := f.bispectra
	for j, value := range b.Value {
		d := value - b.At(j, model)
		r.add(f, b.Triangles.Index[3*j:3*j+3], real(d)/b.Sigma[j], imag(d)/b.Sigma[j])
	}
	return r
}

// residualReport is what report.json says of the residuals of one kind of data.
type residualReport struct {
	Kind        string       `json:"kind"`
	Fitted      bool         `json:"fitted"`
	Data        int          `json:"data"` // real numbers
	ReducedChi2 float64      `json:"reduced_chi2"`
	ThermalChi2 *float64     `json:"reduced_chi2_of_thermal_noise"` // what it is without --sys; null of amplitudes, whose --gain-error is apart
	Mean        float64      `json:"mean"`
	Beyond3     float64      `json:"beyond_3_sigma"` // fraction; 0.0027 of normal residuals
	ByBaseline  []partReport `json:"by_baseline"`    // of increasing length
	ByStation   []partReport `json:"by_station"`     // every datum counts for each of its stations
}

// partReport is the reduced χ² of a part of the data.
type partReport struct {
	Part        string   `json:"part"`
	Data        int      `json:"data"`
	ReducedChi2 *float64 `json:"reduced_chi2"` // null without data
}

func (p *partReport) add(residual float64) {
	if p.ReducedChi2 == nil {
		p.ReducedChi2 = new(float64)
	}
	*p.ReducedChi2 += residual * residual
	p.Data++
}

func (p *partReport) finish() {
	if p.ReducedChi2 != nil {
		*p.ReducedChi2 /= float64(p.Data)
	}
}

// report sums the residuals up; edges are the limits of the ranges of baseline lengths.
func (r residuals) report(names []string, edges []float64) residualReport {
	out := residualReport{Kind: r.name, Fitted: r.fitted, Data: len(r.values)}
	size, unit := lengthUnit(edges[len(edges)-1])
	for i := range len(edges) - 1 {
		out.ByBaseline = append(out.ByBaseline, partReport{Part: fmt.Sprintf("%.3g-%.3g %s", edges[i]/size, edges[i+1]/size, unit)})
	}
	for _, name := range names {
		out.ByStation = append(out.ByStation, partReport{Part: name})
	}
	if r.excess != nil {
		out.ThermalChi2 = new(float64)
	}
	for k, value := range r.values {
		if r.excess != nil {
			*out.ThermalChi2 += value * value * r.excess[k] / float64(len(r.values))
		}
		out.ReducedChi2 += value * value / float64(len(r.values))
		out.Mean += value / float64(len(r.values))
		if math.Abs(value) > 3 {
			out.Beyond3 += 1 / float64(len(r.values))
		}
		bin, _ := slices.BinarySearch(edges[1:len(edges)-1], r.length[k])
		out.ByBaseline[bin].add(value)
		for _, s := range r.stations[k] {
			out.ByStation[s].add(value)
		}
	}
	for _, parts := range [][]partReport{out.ByBaseline, out.ByStation} {
		for i := range parts {
			parts[i].finish()
		}
	}
	return out
}

// lengthUnit returns the unit in which a baseline length is at least 1, and its name.
func lengthUnit(length float64) (size float64, name string) {
	units := lengthUnits()
	for _, u := range slices.Backward(units) {
		if length >= u.size {
			return u.size, u.suffix
		}
	}
	return units[0].size, units[0].suffix
}

// baselineRanges is how many ranges of baseline lengths the residuals are told for.
const baselineRanges = 8

// baselineEdges returns limits of baseline lengths between which there are as many visibilities.
func (f *fit) baselineEdges() []float64 {
	lengths := make([]float64, f.vis.Len())
	for k := range lengths {
		lengths[k] = f.vis.UVDistance(k)
	}
	slices.Sort(lengths)
	edges := []float64{lengths[0]}
	for i := 1; i <= baselineRanges; i++ {
		if edge := lengths[(len(lengths)-1)*i/baselineRanges]; edge > edges[len(edges)-1] {
			edges = append(edges, edge)
		}
	}
	if len(edges) == 1 {
		edges = append(edges, edges[0])
	}
	return edges
}

// stationNames returns the names of the stations that have data.
func stationNames(v *radio.Visibilities) []string {
	names := make([]string, len(v.Stations))
	for i, s := range v.Stations {
		names[i] = s.Name
	}
	return names
}

// breakdowns returns the parts for a figure.
func breakdowns(reports []residualReport, parts func(residualReport) []partReport) []figure.Breakdown {
	var all []figure.Breakdown
	for _, r := range reports {
		b := figure.Breakdown{Name: r.Kind}
		for _, p := range parts(r) {
			value := math.NaN()
			if p.ReducedChi2 != nil {
				value = *p.ReducedChi2
			}
			b.Labels, b.Chi2 = append(b.Labels, p.Part), append(b.Chi2, value)
		}
		all = append(all, b)
	}
	return all
}

// logLikelihood returns Σ log density of all data that are fitted, constants included; weights do not enter.
func (j *job) logLikelihood(image []float64) (float64, error) {
	total := 0.0
	for _, s := range j.sets {
		if s.weight == 0 {
			continue
		}
		value, err := s.fit.likelihood.LogLikelihood(j.planeOf(s, image))
		if err != nil {
			return 0, err
		}
		total += value
	}
	return total, nil
}
