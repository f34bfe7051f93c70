package evaluate

import (
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"

	"fringe/metrics"
)

// DenoisingGroup is a set of families that are reported together.
type DenoisingGroup struct {
	Name       string   `json:"name"`
	Families   []string `json:"families"`
	Specialist string   `json:"specialist,omitempty"` // label of the denoiser that was trained on these families alone; "" for none
}

// Decibels is a mean with its 95 % bootstrap interval.
type Decibels struct {
	Mean float64 `json:"mean"`
	Lo   float64 `json:"lo"`
	Hi   float64 `json:"hi"`
}

// DenoisingScore is how a method does on the skies of one family or group at one level. Differences are over the same skies.
type DenoisingScore struct {
	Method   string    `json:"method"`
	Strength float64   `json:"strength,omitempty"`  // in units of the noise; 0 where it is not tuned or differs by family
	Tuning   *float64  `json:"tuning_db,omitempty"` // mean PSNR on the skies that strengths were chosen on
	PSNR     Decibels  `json:"psnr_db"`
	Gain     *Decibels `json:"over_best_classical_db,omitempty"` // over the tuned method that was best on the tuning skies of the family
	// Judged is the same over the tuned method that was best on the judged skies of the family, which is chosen with hindsight.
	Judged  *Decibels `json:"over_best_judged_classical_db,omitempty"`
	Special *Decibels `json:"over_specialist_db,omitempty"`
}

// DenoisingRow is a family or a group at one level.
type DenoisingRow struct {
	Name   string           `json:"name"`
	Sigma  float64          `json:"sigma"`
	Skies  int              `json:"skies"`
	Noisy  Decibels         `json:"noisy_psnr_db"`
	Best   []string         `json:"best_classical"` // of each family, in their order
	Scores []DenoisingScore `json:"methods"`
}

// SummariseDenoising returns a row for every cell of the families, or one for every level of a group that pools them.
// Groups that lack a finished cell at some level lack that row.
func SummariseDenoising(methods []DenoisingMethod, cells []DenoisingCell, groups []DenoisingGroup, rng *rand.Rand) (families, pooled []DenoisingRow, err error) {
	for _, c := range cells {
		row, err := denoisingRow(c.Family, methods, []DenoisingCell{c}, "", rng)
		if err != nil {
			return nil, nil, err
		}
		families = append(families, row)
	}
	for _, g := range groups {
		for _, sigma := range levelsOf(cells) {
			members := slices.DeleteFunc(slices.Clone(cells), func(c DenoisingCell) bool {
				return c.Sigma != sigma || !slices.Contains(g.Families, c.Family)
			})
			if len(members) < len(g.Families) {
				continue
			}
			row, err := denoisingRow(g.Name, methods, members, g.Specialist, rng)
			if err != nil {
				return nil, nil, err
			}
			pooled = append(pooled, row)
		}
	}
	return families, pooled, nil
}

func levelsOf(cells []DenoisingCell) (levels []float64) {
	for _, c := range cells {
		if !slices.Contains(levels, c.Sigma) {
			levels = append(levels, c.Sigma)
		}
	}
	return levels
}

// denoisingRow pools cells of one level.
func denoisingRow(name string, methods []DenoisingMethod, cells []DenoisingCell, specialist string, rng *rand.Rand) (row DenoisingRow, err error) {
	row = DenoisingRow{Name: name, Sigma: cells[0].Sigma}
	var noisy, best, judged, special []float64
	expert := slices.IndexFunc(methods, func(m DenoisingMethod) bool { return m.Name() == specialist })
	for _, c := range cells {
		noisy = append(noisy, c.Noisy...)
		if c.Best >= 0 {
			best = append(best, c.Outcomes[c.Best].PSNR...)
			row.Best = append(row.Best, methods[c.Best].Name())
			judged = append(judged, c.Outcomes[c.bestJudged(methods)].PSNR...)
		}
		if expert >= 0 {
			special = append(special, c.Outcomes[expert].PSNR...)
		}
	}
	row.Skies = len(noisy)
	if row.Noisy, err = decibels(noisy, nil, rng); err != nil {
		return row, err
	}
	for m, method := range methods {
		var psnr []float64
		for _, c := range cells {
			psnr = append(psnr, c.Outcomes[m].PSNR...)
		}
		score := DenoisingScore{Method: method.Name()}
		_, tuned := method.(Tunable)
		if tuned && len(cells) == 1 {
			score.Strength, score.Tuning = cells[0].Outcomes[m].Strength, &cells[0].Outcomes[m].Tuning
		}
		if score.PSNR, err = decibels(psnr, nil, rng); err != nil {
			return row, err
		}
		if score.Gain, err = difference(psnr, best, !tuned, rng); err != nil {
			return row, err
		}
		if score.Judged, err = difference(psnr, judged, !tuned, rng); err != nil {
			return row, err
		}
		if score.Special, err = difference(psnr, special, !tuned && m != expert, rng); err != nil {
			return row, err
		}
		row.Scores = append(row.Scores, score)
	}
	return row, nil
}

// bestJudged returns which tunable method has the highest mean PSNR on the judged skies; there must be one.
func (c DenoisingCell) bestJudged(methods []DenoisingMethod) int {
	best, most := -1, 0.0
	for m, method := range methods {
		mean := stat.Mean(c.Outcomes[m].PSNR, nil)
		if _, ok := method.(Tunable); ok && (best < 0 || mean > most) {
			best, most = m, mean
		}
	}
	return best
}

// difference returns nil where it is not wanted or there is nothing to compare with.
func difference(psnr, other []float64, wanted bool, rng *rand.Rand) (*Decibels, error) {
	if !wanted || len(other) == 0 {
		return nil, nil
	}
	d, err := decibels(psnr, other, rng)
	return &d, err
}

// decibels returns the mean of a, or of a − b where b is not nil.
func decibels(a, b []float64, rng *rand.Rand) (Decibels, error) {
	values := slices.Clone(a)
	for i := range b {
		values[i] -= b[i]
	}
	v, err := metrics.MeanInterval(values, 0.95, rng)
	return Decibels{v.Mean, v.Lo, v.Hi}, err
}
