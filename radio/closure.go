package radio

import (
	"cmp"
	"math"
	"math/cmplx"
	"slices"
)

// Closures is a set of closure quantities of one kind, each a signed sum over Order visibilities. Quantity j is made of
// the visibilities Index[Order·j+i] with the signs Sign[Order·j+i], i < Order:
//
//	closure phase (Order 3):          ψ = Σ sign·arg V, wrapped to (−π, π]
//	log closure amplitude (Order 4):  c = Σ sign·ln|V|
//
// Value is the measured ψ (rad) or c, Sigma its standard deviation. Both kinds are blind to any complex gain of a
// station. TimeSec and FreqHz are those of the visibilities. LegVariance has an entry for each of Index, the (σ/|V|)² of that
// visibility, from which [Closures.Covariances] makes the correlations of the errors.
type Closures struct {
	Order           int
	Index           []int32
	Sign            []float64
	LegVariance     []float64
	Value, Sigma    []float64
	TimeSec, FreqHz []float64
}

// Len returns the number of closure quantities.
func (c *Closures) Len() int { return len(c.Value) }

// allStations is the number of stations up to which every triangle and quadrangle is a candidate from the start, as N⁴ of
// them take long. Above, those through the reference station come first, which are a complete set when that station has all
// its baselines, and those through further stations only as long as something is missing.
const allStations = 12

// ClosurePhases returns a maximal independent set of closure phases for every time and frequency of v: (N−1)(N−2)/2
// triangles when N stations have all baselines. Flagged visibilities, and those with |V|/σ below minSNR (0 = use all),
// are left out first. σ² = Σ (σ_k/|V_k|)², the error to first order.
//
// Which triangles enter is decided by noise: the independent set with the smallest σ is taken, which in practice runs
// through the most sensitive station, the customary reference. Above 12 stations only the triangles through that station
// compete; those through the next most sensitive ones fill what missing baselines leave open. The quantities share baselines,
// so their errors are correlated; Sigma does not carry that, [Closures.Covariances] does (Blackburn et al. 2020, ApJ 894, 31).
//
// Visibilities belong together when their TimeSec and FreqHz are equal; call [Visibilities.ScanAverage] first where
// baselines have times of their own.
func ClosurePhases(v *Visibilities, minSNR float64) *Closures {
	return closures(v, 3, minSNR, (*snapshot).triangles)
}

// LogClosureAmplitudes returns a maximal independent set of log closure amplitudes ln|V_ab V_cd / (V_ac V_bd)|: N(N−3)/2
// per time and frequency when all baselines are there. Choice, cut and σ are those of [ClosurePhases].
//
// ln|V| is not debiased, because it needs no correction: ln|z| is harmonic, so its mean over a circle of radius |n|
// about V is ln max(|V|, |n|), and averaged over Gaussian noise E ln|V+n| = ln|V| + ½E₁(|V|²/2σ²), an excess of
// 0.001 at |V|/σ = 3 and of 2e-5 at 4. (Replacing |V|² by |V|² − σ² would introduce a bias of −σ²/2|V|².)
func LogClosureAmplitudes(v *Visibilities, minSNR float64) *Closures {
	return closures(v, 4, minSNR, (*snapshot).quadrangles)
}

// candidate is one closure quantity that could enter the set; index, sign and relVar hold Order used entries. variance is the
// sum of relVar.
type candidate struct {
	index        [4]int32
	sign, relVar [4]float64
	variance     float64
}

// closures runs the selection snapshot by snapshot. list appends the candidates whose first station has a given rank.
func closures(v *Visibilities, order int, minSNR float64, list func(*snapshot, []candidate, int) []candidate) *Closures {
	c := &Closures{Order: order}
	for _, s := range snapshots(v, minSNR) {
		together := 1
		if len(s.stations) <= allStations {
			together = len(s.stations)
		}
		set := independent{snapshot: s, order: order, complete: s.closureRank(order), basis: newBasis(len(s.baselines))}
		for first := 0; first < len(s.stations) && len(set.chosen) < set.complete; first += together {
			var candidates []candidate
			for i := range together {
				candidates = list(s, candidates, first+i)
			}
			set.add(candidates)
		}
		for _, q := range set.chosen {
			c.append(v, q)
		}
	}
	return c
}

// At returns quantity j of other visibilities of the same baselines, for example a model's: vis is indexed as the set that
// the closures were made from. A phase is wrapped to (−π, π].
func (c *Closures) At(j int, vis []complex128) float64 {
	value := 0.0
	for i := c.Order * j; i < c.Order*(j+1); i++ {
		z := vis[c.Index[i]]
		if c.Order == 3 {
			value += c.Sign[i] * cmplx.Phase(z)
		} else {
			value += c.Sign[i] * math.Log(cmplx.Abs(z))
		}
	}
	if c.Order == 3 {
		return WrapPhase(value)
	}
	return value
}

func (c *Closures) append(v *Visibilities, q candidate) {
	c.Index = append(c.Index, q.index[:c.Order]...)
	c.Sign = append(c.Sign, q.sign[:c.Order]...)
	c.LegVariance = append(c.LegVariance, q.relVar[:c.Order]...)
	c.Value, c.Sigma = append(c.Value, 0), append(c.Sigma, math.Sqrt(q.variance))
	c.TimeSec = append(c.TimeSec, v.TimeSec[q.index[0]])
	c.FreqHz = append(c.FreqHz, v.FreqHz[q.index[0]])
	last := c.Len() - 1
	c.Value[last] = c.At(last, v.Vis)
}

// WrapPhase returns the angle in (−π, π] that differs from phase (rad) by a multiple of 2π.
func WrapPhase(phase float64) float64 {
	wrapped := math.Remainder(phase, 2*math.Pi)
	if wrapped == -math.Pi {
		return math.Pi
	}
	return wrapped
}

// independent is a growing set of linearly independent closure quantities of one snapshot.
type independent struct {
	*snapshot
	order    int
	complete int // no independent set is larger
	basis    *basis
	chosen   []candidate
}

// add includes the candidates that the chosen ones do not imply, the quietest first, until the set is complete. Taking the
// quietest of a list gives the set with the smallest variances, because linear independence is a matroid.
func (d *independent) add(list []candidate) {
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(a.variance, b.variance) })
	for _, q := range list {
		if len(d.chosen) == d.complete {
			return
		}
		row := make([]float64, len(d.baselines))
		for i := range d.order {
			row[d.column[q.index[i]]] = q.sign[i]
		}
		if d.basis.add(row) {
			d.chosen = append(d.chosen, q)
		}
	}
}
