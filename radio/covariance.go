package radio

import "gonum.org/v1/gonum/mat"

// ClosureCovariance is the covariance matrix of the closure quantities First, First+1, … of one time and frequency.
type ClosureCovariance struct {
	First  int
	Matrix *mat.SymDense
}

// Covariances returns the covariance matrices of the errors, in the order of the quantities, one for each run of equal TimeSec
// and FreqHz; between these there is no correlation. To first order in σ/|V| two quantities are correlated by the
// visibilities that both are made of,
//
//	C_jk = Σ sign_j·sign_k·(σ/|V|)² over shared visibilities,
//
// which is D S Dᵀ for the design matrix D and the variances S of Blackburn et al. 2020 (ApJ 894, 31). The diagonal is Sigma². The matrices are positive
// definite because the quantities of [ClosurePhases] and [LogClosureAmplitudes] are independent.
func (c *Closures) Covariances() []ClosureCovariance {
	var list []ClosureCovariance
	for first := 0; first < c.Len(); {
		end := first + 1
		for end < c.Len() && c.TimeSec[end] == c.TimeSec[first] && c.FreqHz[end] == c.FreqHz[first] {
			end++
		}
		matrix := mat.NewSymDense(end-first, nil)
		for j := first; j < end; j++ {
			for k := first; k <= j; k++ {
				matrix.SetSym(j-first, k-first, c.covariance(j, k))
			}
		}
		list = append(list, ClosureCovariance{first, matrix})
		first = end
	}
	return list
}

func (c *Closures) covariance(j, k int) float64 {
	sum := 0.0
	for a := c.Order * j; a < c.Order*(j+1); a++ {
		for b := c.Order * k; b < c.Order*(k+1); b++ {
			if c.Index[a] == c.Index[b] {
				sum += c.Sign[a] * c.Sign[b] * c.LegVariance[a]
			}
		}
	}
	return sum
}
