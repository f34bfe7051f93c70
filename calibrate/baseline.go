package calibrate

import (
	"cmp"
	"math/cmplx"
	"slices"

	"fringe/radio"
)

// baseline is all that the gains of an interval need to know of two stations a < b. As G = g_a·conj(g_b) is constant,
//
//	Σ w|d − G·m|² = power·|G − product/power|² + what does not depend on G.
type baseline struct {
	a, b    int
	power   float64    // Σ w|m|², 1
	product complex128 // Σ w·d·conj(m), 1
}

// baselines sums up the unflagged visibilities of an interval. Baselines on which the model or the data vanish say nothing of a
// phase and are left out, as are numbers too large to be squared.
func baselines(v *radio.Visibilities, model []complex128, members []int) []baseline {
	sums := map[[2]int]*baseline{}
	for _, k := range members {
		if v.Flagged(k) {
			continue
		}
		a, b, product := v.Ant1[k], v.Ant2[k], v.Vis[k]*cmplx.Conj(model[k])*complex(v.Weight[k], 0)
		if a > b {
			a, b, product = b, a, cmplx.Conj(product)
		}
		sum := sums[[2]int{a, b}]
		if sum == nil {
			sum = &baseline{a: a, b: b}
			sums[[2]int{a, b}] = sum
		}
		sum.power += v.Weight[k] * (real(model[k])*real(model[k]) + imag(model[k])*imag(model[k]))
		sum.product += product
	}
	var list []baseline
	for _, sum := range sums {
		if sum.power > 0 && sum.product != 0 && finite(sum.power) && !cmplx.IsNaN(sum.product) && !cmplx.IsInf(sum.product) {
			list = append(list, *sum)
		}
	}
	slices.SortFunc(list, func(x, y baseline) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	return list
}

// without returns the baselines that no station of the set is part of.
func without(list []baseline, stations map[int]bool) []baseline {
	return slices.DeleteFunc(slices.Clone(list), func(l baseline) bool { return stations[l.a] || stations[l.b] })
}

// sparse returns the stations with fewer than least baselines among the given ones.
func sparse(list []baseline, least int) map[int]bool {
	count := map[int]int{}
	for _, l := range list {
		count[l.a]++
		count[l.b]++
	}
	few := map[int]bool{}
	for s, n := range count {
		if n < least {
			few[s] = true
		}
	}
	return few
}

// part is a set of stations that baselines join, directly or over others.
type part struct {
	stations  []int // ascending
	baselines []baseline
	// divided: the stations fall into two groups with baselines between these only. Then larger amplitudes in one group and
	// smaller ones in the other change nothing.
	divided bool
}

// parts divides baselines into connected parts, in the order of their first stations.
func parts(list []baseline) []part {
	var all []part
	colour := map[int]bool{}
	for _, root := range list {
		if _, seen := colour[root.a]; seen {
			continue
		}
		colour[root.a] = true
		p := part{stations: []int{root.a}, divided: true}
		for i := 0; i < len(p.stations); i++ {
			p.visit(p.stations[i], list, colour)
		}
		slices.Sort(p.stations)
		all = append(all, p)
	}
	return all
}

// visit adds the baselines of station s, and the neighbours that are new in the other colour.
func (p *part) visit(s int, list []baseline, colour map[int]bool) {
	for _, l := range list {
		if l.a != s && l.b != s {
			continue
		}
		other := l.a + l.b - s
		c, seen := colour[other]
		if !seen {
			colour[other] = !colour[s]
			p.stations = append(p.stations, other)
		} else if c == colour[s] {
			p.divided = false
		}
		if l.a == s {
			p.baselines = append(p.baselines, l)
		}
	}
}
