package wavelet

// Daubechies returns the low-pass filter of dbN.
func Daubechies(n int) []float64 { return daubechies()[n-1] }
