package radio

import "math"

// AmplitudeSet holds visibility amplitudes: element j is Value[j] ± Sigma[j] Jy, made from visibility Index[j].
type AmplitudeSet struct {
	Index        []int
	Value, Sigma []float64
}

// Amplitudes returns the debiased amplitudes of the unflagged visibilities, √max(|V|² − σ², 0), each with σ = 1/√w.
// Noise lifts an amplitude: E|V+n| ≈ |V| + σ²/(2|V|) for σ per real component, and to the same order taking σ² from the
// square undoes it (Wardle & Kronberg 1974, ApJ 194, 249, for polarised amplitudes, which have the same statistics).
func Amplitudes(v *Visibilities) AmplitudeSet {
	var a AmplitudeSet
	for k, vis := range v.Vis {
		if v.Flagged(k) {
			continue
		}
		power := real(vis)*real(vis) + imag(vis)*imag(vis)
		a.Index = append(a.Index, k)
		a.Value = append(a.Value, math.Sqrt(math.Max(power-1/v.Weight[k], 0)))
		a.Sigma = append(a.Sigma, 1/math.Sqrt(v.Weight[k]))
	}
	return a
}
