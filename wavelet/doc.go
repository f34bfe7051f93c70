// Package wavelet is the SARA dictionary of images: the pixels themselves and the eight Daubechies wavelets db1 (Haar) to db8,
// nine orthonormal bases side by side, each divided by √9 (Carrillo, McEwen & Wiaux 2012, MNRAS 426, 1223). An image of
// the sky has few large coefficients in such a dictionary, noise and grating artefacts have many small ones.
//
// Analyse takes an image to its coefficients, c = Ψᵀx; Synthesise is the exact adjoint, x = Ψc. The dictionary is a tight frame:
// Ψ Ψᵀ is the identity, so that Synthesise(Analyse(x)) = x and ‖Analyse(x)‖ = ‖x‖. Ψᵀ Ψ is a projection, not the identity.
//
//	sara, err := wavelet.NewSARA(512, 512, 0)
//	c, err := sara.Analyse(s, x)    // x [batch, 1, 512, 512], c [batch, 9, 512, 512]
//	y, err := sara.Synthesise(s, c) // y = x
//
// Both work in float32 and float64 and are differentiable any number of times. Borders are periodic.
package wavelet
