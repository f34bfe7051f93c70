// Package figure draws PNG figures: sky images, and data with error bars over the model and the residuals below.
//
// A sky image is a []float64 on a [radio.Grid] in Jy/pixel. It is drawn as seen on the sky: North up, East to the left,
// so that row 0 (South) is at the bottom and column 0 (East) at the left.
//
//	err := figure.WriteSky(w, img, grid, figure.SkyStyle{Title: "M87", FreqHz: 227e9})
//
// Writers check their input first: a value that is not finite is an error, and then nothing is written.
package figure
