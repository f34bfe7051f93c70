// Package measure is the measurement operator, fast and on tensors: the non-uniform Fourier transform, the Toeplitz normal
// operator, dirty images, and the data-fidelity terms.
//
// # Two ways to compare an image with data
//
// For calibrated visibilities with fixed weights, AᴴWA is a convolution: [NewGram] computes its kernel once per observation
// and [Normal] applies it, with two FFTs, batched and differentiable; [Quadratic] is the ½χ² of it for an optimizer. [Step] is
// the gradient step of the plain solver and of the unrolled network. docs/operator.md says how exact and how fast they are.
//
// For everything else (amplitudes, closure phases, closure amplitudes, bispectra, outliers, or any mixture) a [Likelihood] predicts the
// visibilities with a [radio.Operator] such as [NUFFT], differentiates its terms with respect to them by autograd, and
// carries the result back to the image with the adjoint:
//
//	op, err := measure.NewNUFFT(grid, vis.U, vis.V, 1e-12)
//	if err != nil {
//		return err
//	}
//	defer op.Close()
//	phases, err := measure.NewClosurePhase(radio.ClosurePhases(vis, 3))
//	if err != nil {
//		return err
//	}
//	l := &measure.Likelihood{Op: op, Terms: []measure.Weighted{{Term: phases, Weight: 1}}}
//	value, err := l.ValueGrad(grad, image)
//
// # Images without a model of the sky
//
// [NewProducts] makes the dirty image and beam, the restoring beam, and for a model the residual and the restored image, with the
// imaging weights of a [radio.Weighting].
//
// # Conventions
//
// Those of package radio: V = Σ I exp(−2πi(ul + vm)), row 0 South, column 0 East, Jy/pixel, weight 1/σ² per real
// component. A [Term] has the value ½χ² where errors are Gaussian, the negative log-likelihood without its constants;
// [LogLikelihood] has them.
package measure
