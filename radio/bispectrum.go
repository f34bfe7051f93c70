package radio

import "math/cmplx"

// BispectrumSet holds bispectra, the products V_ab V_bc V_ca of the visibilities around a triangle: element j is Value[j]
// (Jy³), with the standard deviation Sigma[j] (Jy³) of its real and of its imaginary part. The triangle is that of the closure
// phase Triangles.Value[j], the argument of Value[j]. The phases of the stations' gains cancel, their amplitudes do not.
type BispectrumSet struct {
	Triangles *Closures
	Value     []complex128
	Sigma     []float64
}

// Bispectra returns the bispectra of the triangles of [ClosurePhases], with its cut. To first order δB/B = Σ δV/V: the error
// is circular in the complex plane, σ = |B|·√Σ(σ_k/|V_k|)² for each part (Chael et al. 2018, ApJ 857, 23).
func Bispectra(v *Visibilities, minSNR float64) *BispectrumSet {
	b := &BispectrumSet{Triangles: ClosurePhases(v, minSNR)}
	for j := range b.Triangles.Len() {
		product := b.At(j, v.Vis)
		b.Value = append(b.Value, product)
		b.Sigma = append(b.Sigma, cmplx.Abs(product)*b.Triangles.Sigma[j])
	}
	return b
}

// Len returns the number of bispectra.
func (b *BispectrumSet) Len() int { return len(b.Value) }

// At returns bispectrum j of other visibilities of the same baselines, for example a model's.
func (b *BispectrumSet) At(j int, vis []complex128) complex128 {
	product := complex128(1)
	for i := 3 * j; i < 3*(j+1); i++ {
		z := vis[b.Triangles.Index[i]]
		product *= complex(real(z), b.Triangles.Sign[i]*imag(z))
	}
	return product
}
