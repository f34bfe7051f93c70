// Package metrics says how good an image is: figures that compare an image with the truth, the measurement of rings, and
// confidence intervals.
//
// Images are []float64 as in package radio: row 0 South, column 0 East, Jy/pixel. Angles are radians, position angles run
// from North to East. A comparison takes the truth first:
//
//	db, err := metrics.PSNR(truth, image)
//	rho, dx, dy, err := metrics.ShiftedNXCorr(grid, truth, image, 8)
//	ring, err := metrics.MeasureRing(grid, image, metrics.RingOptions{})
//
// Nothing here draws random numbers by itself: the bootstrap takes its generator.
package metrics
