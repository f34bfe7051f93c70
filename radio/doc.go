// Package radio is the measurement in plain Go float64: grid, (u,v) coverage, visibilities, closure quantities,
// weights, and the exact Fourier transform between sky and visibilities.
//
// # Conventions
//
// Visibility: V(u,v) = ∬ I(l,m) exp(−2πi(ul + vm)) dl dm with u and v in wavelengths, l positive to the East and m
// positive to the North (Thompson, Moran & Swenson 2017, eq. 3.7, small field). Readers convert other conventions.
//
// An image is a []float64 in FITS order: index y*NX + x, row 0 is South, column 0 is East, in Jy/pixel. The phase centre
// is the pixel (⌊NX/2⌋, ⌊NY/2⌋); see [Grid].
//
// A weight is w = 1/σ² of one real component: the noise of Re V and of Im V each have variance 1/w. Weight 0 means flagged.
// χ² = Σ w|V − d|², reduced χ² = χ²/(2N).
//
// Angles are radians. Nothing here reads the clock or draws random numbers.
package radio
