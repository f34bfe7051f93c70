// Package unrolled holds networks that are a few steps of gradient descent on the data term, each followed by a learned
// correction, trained end to end:
//
//	x_{t+1} = x_t − η_t ∇DC(x_t) − CNN_t(x_t, ∇DC(x_t)),   x_0 = 0,
//
// which is the variational network of Hammernik et al. (2018) with a U-net that sees the image and the residual. The
// gradient step is [measure.Step], the plain solver's own: with the learned part zero (as it is before training) the network
// is that solver. DC is the quadratic data term of calibrated visibilities in network units (docs/conventions.md).
//
// With Config.IgnoreData it is another network of the same kind, one U-net that sees the dirty image once and no operator: the
// post-processing baseline.
package unrolled
