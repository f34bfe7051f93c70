package main

import (
	"fmt"
	"math"
	"math/cmplx"
	"slices"
	"strconv"

	"fringe/evaluate"
	"fringe/measure"
	"fringe/radio"
)

// contentsReport is what fringe inspect --json says of visibilities. What the file does not tell is null.
type contentsReport struct {
	File           string           `json:"file"`
	Kind           string           `json:"kind"` // "visibilities"
	Visibilities   int              `json:"visibilities"`
	Flagged        int              `json:"flagged"`
	Stations       int              `json:"stations"` // 0 when unknown
	StationNames   []string         `json:"station_names"`
	Silent         []string         `json:"stations_without_data"`
	Baselines      *int             `json:"baselines"`
	Scans          *int             `json:"scans"`
	Channels       int              `json:"channels"`
	FreqHz         float64          `json:"freq_hz"` // mean of the usable visibilities
	FreqMinHz      float64          `json:"freq_min_hz"`
	FreqMaxHz      float64          `json:"freq_max_hz"`
	Source         string           `json:"source"`
	RADeg          *float64         `json:"ra_deg"`
	DecDeg         *float64         `json:"dec_deg"`
	StartMJD       *float64         `json:"start_mjd"`     // begin of the first integration
	EndMJD         *float64         `json:"end_mjd"`       // end of the last
	IntegrationSec *float64         `json:"integration_s"` // as the file says
	TimeStepSec    *float64         `json:"time_step_s"`   // from one visibility of a baseline to the next
	UVMin          float64          `json:"uvmin_lambda"`
	UVMax          float64          `json:"uvmax_lambda"`
	ResolutionRad  *float64         `json:"resolution_rad"`    // 1/uvmax
	LargestCell    *float64         `json:"largest_cell_rad"`  // that represents all baselines
	LargestScale   *float64         `json:"largest_scale_rad"` // 1/uvmin
	IntraSite      []string         `json:"intra_site_baselines"`
	FluxJy         float64          `json:"flux_jy"`
	SiteFluxJy     *float64         `json:"intra_site_flux_jy"`
	MedianSNR      float64          `json:"median_snr"`
	Scatter        *float64         `json:"weight_scatter_factor"` // null when nothing tells
	NoiseJy        *float64         `json:"noise_jy_per_beam"`     // natural weighting
	Beam           *beamShape       `json:"beam"`                  // natural weighting; null when the baselines lie on a line
	Suggested      *suggestedReport `json:"suggested"`
	Warnings       []string         `json:"warnings"`
	Version        string           `json:"version"`
}

// suggestedReport is a field of view and pixels that suit the data: what fringe image takes unless told otherwise.
type suggestedReport struct {
	FOV     string  `json:"fov"` // as --fov wants it
	NPix    int     `json:"npix"`
	FOVRad  float64 `json:"fov_rad"`
	CellRad float64 `json:"cell_rad"`
}

// examined are visibilities and what is derived from them on the way.
type examined struct {
	contentsReport
	all, usable *radio.Visibilities
	obs         *observation // the usable ones without intra-site baselines, unless there are no others
	imaged      *observation // as fringe image takes them before it knows the field
	grid        radio.Grid
	dirty       *measure.Products // nil when the baselines lie on a line
	scatter     *radio.Scatter
	unchecked   string // why scatter is nil
	fluxFrom    string // how the flux was estimated
}

// inspectVisibilities describes a set that data.ReadVisibilities has read.
func inspectVisibilities(path string, v *radio.Visibilities) (*subject, error) {
	x := &examined{all: v, usable: v.Unflagged()}
	x.File, x.Kind, x.Version = path, "visibilities", version
	x.Warnings = []string{}
	s := &subject{path: path}
	x.count()
	x.times()
	x.lengths()
	x.strength()
	if err := x.image(s); err != nil {
		return nil, err
	}
	s.report, s.warnings = x.contentsReport, x.Warnings
	x.tell(s)
	s.sketch = sketch(x.usable)
	if x.Stations > 0 {
		s.tables = append(s.tables, x.stationTable())
	} else {
		s.note("the file does not tell its stations: no scans, baselines or closure phases")
	}
	x.figures(s)
	return s, nil
}

// count counts visibilities, stations, baselines, scans and channels, and says what was observed.
func (x *examined) count() {
	v, u := x.all, x.usable
	x.Visibilities, x.Flagged = v.Len(), v.Len()-u.Len()
	f := v.Frequencies()
	x.Channels, x.FreqHz, x.FreqMinHz, x.FreqMaxHz = len(f), meanFreqHz(u), f[0], f[len(f)-1]
	placed := v.Source.RARad != 0 || v.Source.DecRad != 0
	x.Source, x.RADeg, x.DecDeg = v.Source.Name, known(placed, degrees(v.Source.RARad)), known(placed, degrees(v.Source.DecRad))
	x.StationNames, x.Silent, x.IntraSite = []string{}, []string{}, []string{}
	if !v.HasStations() {
		return
	}
	pairs, heard := map[[2]int]bool{}, map[int]bool{}
	for k := range u.Vis {
		a, b := u.Ant1[k], u.Ant2[k]
		pairs[[2]int{min(a, b), max(a, b)}] = true
		heard[a], heard[b] = true, true
	}
	for i, s := range v.Stations {
		x.StationNames = append(x.StationNames, s.Name)
		if !heard[i] {
			x.Silent = append(x.Silent, s.Name)
		}
	}
	_, scans := v.Scans(0)
	x.Stations, x.Baselines, x.Scans = len(v.Stations), known(true, len(pairs)), &scans
}

// times finds begin, end and the usual integration time and spacing of the usable visibilities.
func (x *examined) times() {
	u := x.usable
	if x.all.RefMJD == 0 {
		return
	}
	integration, step := radio.Median(slices.Clone(u.IntSec)), u.TimeStep()
	x.IntegrationSec, x.TimeStepSec = known(integration > 0, integration), known(step > 0, step)
	longest := math.Inf(1)
	if x.overlapping() {
		longest = step
	}
	start, end := math.Inf(1), math.Inf(-1)
	for k, t := range u.TimeSec {
		half := math.Min(u.IntSec[k], longest) / 2
		start, end = math.Min(start, t-half), math.Max(end, t+half)
	}
	x.StartMJD, x.EndMJD = known(true, u.RefMJD+start/86400), known(true, u.RefMJD+end/86400)
}

// overlapping reports whether integrations as long as the file says would overlap, by more than one in twenty of them. Then they are no
// longer than the time from one to the next.
func (c contentsReport) overlapping() bool {
	return c.IntegrationSec != nil && c.TimeStepSec != nil && *c.IntegrationSec > 1.05**c.TimeStepSec
}

// cadence says how long integrations are, and how often they come where that differs by more than a hundredth.
func (c contentsReport) cadence() string {
	switch integration, step := c.IntegrationSec, c.TimeStepSec; {
	case integration == nil && step == nil:
		return ""
	case integration == nil:
		return fmt.Sprintf("every %.4g s", *step)
	case c.overlapping():
		return fmt.Sprintf("integrations every %.4g s (the file says that each has %.4g s: they would overlap)", *step, *integration)
	case step != nil && math.Abs(*integration / *step - 1) > 0.01:
		return fmt.Sprintf("integrations of %.4g s every %.4g s", *integration, *step)
	}
	return fmt.Sprintf("integrations of %.4g s", *c.IntegrationSec)
}

// lengths finds what baselines there are.
func (x *examined) lengths() {
	u := x.usable
	reach := 0.0
	x.UVMin, x.UVMax = math.Inf(1), u.UVMax()
	for k := range u.Vis {
		x.UVMin = math.Min(x.UVMin, u.UVDistance(k))
		reach = math.Max(reach, math.Max(math.Abs(u.U[k]), math.Abs(u.V[k])))
	}
	x.ResolutionRad, x.LargestCell, x.LargestScale = known(reach > 0, 1/x.UVMax), known(reach > 0, 0.5/reach), known(x.UVMin > 0, 1/x.UVMin)
}

// strength measures flux and signal-to-noise ratio.
func (x *examined) strength() {
	u := x.usable
	snr := make([]float64, u.Len())
	for k, value := range u.Vis {
		snr[k] = cmplx.Abs(value) * math.Sqrt(u.Weight[k])
	}
	x.MedianSNR = radio.Median(snr)
	outside, pairs := u.WithoutIntraSite()
	x.obs = &observation{vis: outside}
	if len(pairs) > 0 {
		x.IntraSite = pairs
		inside := shortAmplitude(u.Select(u.IntraSite()), 1)
		x.SiteFluxJy = &inside
	}
	if outside.Len() == 0 {
		x.obs.vis = u
	}
	x.imaged = &observation{vis: x.obs.asImaged()}
	x.FluxJy, x.fluxFrom = x.imaged.estimateFlux()
}

// image chooses a field, makes the dirty image on it, and compares scatter with weights.
func (x *examined) image(s *subject) error {
	v := x.obs.vis
	resolution := x.obs.resolutionRad()
	if math.IsInf(resolution, 1) {
		s.note("all baselines have length 0: there is nothing to image")
		return nil
	}
	g := x.obs.suggestedGrid()
	fov := angle(roundAngle(g.CellRad * float64(g.NX)))
	g.CellRad = fov.value / float64(g.NX)
	x.grid, x.Suggested = g, &suggestedReport{FOV: fov.text, NPix: g.NX, FOVRad: fov.value, CellRad: g.CellRad}
	dirty, err := measure.NewProducts(v, x.grid, nil, radio.Weighting{})
	if err != nil {
		s.note("no dirty image and no beam: %v", err)
	} else {
		x.dirty, x.NoiseJy, x.Beam = dirty, &dirty.NoiseJy, shapeOf(dirty.Restoring)
	}
	scatter, err := v.Scatter(x.grid)
	if err != nil {
		x.unchecked = weightsUnknown(err)
		return nil // which the report shows as null
	}
	x.scatter, x.Scatter = &scatter, &scatter.Factor
	if w := weightsWarning("the data", scatter); w != "" {
		x.Warnings = append(x.Warnings, w)
	}
	return nil
}

// roundAngle writes an angle with three digits as a flag wants it.
func roundAngle(rad float64) string {
	size, name := radio.AngleUnit(rad)
	digits := int(math.Floor(math.Log10(rad / size)))
	unit := math.Pow(10, float64(digits-2))
	return strconv.FormatFloat(math.Round(rad/size/unit)*unit, 'f', max(2-digits, 0), 64) + name
}

// stationTable says what each station contributes.
func (x *examined) stationTable() evaluate.Table {
	t := evaluate.Table{Columns: []string{"station", "visibilities", "flagged", "baselines", "median S/N"}}
	v := x.all
	for i, s := range v.Stations {
		var snr []float64
		others, total := map[int]bool{}, 0
		for k, value := range v.Vis {
			if v.Ant1[k] != i && v.Ant2[k] != i {
				continue
			}
			total++
			if !v.Flagged(k) {
				others[v.Ant1[k]+v.Ant2[k]-i] = true
				snr = append(snr, cmplx.Abs(value)*math.Sqrt(v.Weight[k]))
			}
		}
		if total == 0 {
			continue // it is listed as one without data
		}
		row := []string{s.Name, fmt.Sprint(total), fmt.Sprint(total - len(snr)), fmt.Sprint(len(others)), "-"}
		if len(snr) > 0 {
			row[4] = fmt.Sprintf("%.1f", radio.Median(snr))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
