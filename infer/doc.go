// Package infer turns data into an image: it minimises a weighted sum of terms (regularised maximum likelihood, [RML]), or
// alternates a data step with a learned denoiser ([PnP], [RED]), or takes plain gradient steps through the measurement
// operator ([GradientDescent]).
//
// # What goes in
//
// A [Term] is an objective with a value: a data misfit ½χ² or a [Regularizer]. A [Denoiser] is a map between images. A
// learned denoiser has in general no objective behind it, because its Jacobian is not symmetric; so the two stay apart, no
// line search ever sees a denoiser, and the solvers that use one are fixed-point iterations.
//
//	problem := infer.Problem{Grid: grid, Start: start, Terms: []infer.Part{
//		{Name: "data", Weight: 1, Term: likelihood},
//		{Name: "entropy", Weight: 1, Term: entropy},
//	}}
//	result, err := infer.RML(ctx, problem, infer.RMLConfig{})
//
// [Solve] is the general solver: L-BFGS, Adam, FISTA, ADMM or primal-dual splitting, penalties with corners (package proximal),
// masks, base convolutions, schedules and stop rules; docs/guide/solvers.md says which when.
//
// # Units
//
// Images are in Jy/pixel, row 0 South, column 0 East (package radio). Denoisers see images divided by a peak scale, so that
// the peak is about 1, and noise levels σ are in the same units.
//
// # Guarantees
//
// The same inputs give the same bytes. A NaN or an infinity from a term or a denoiser is an error that names it, and no
// image is returned. When the context is cancelled, the best image so far is returned with the stop reason [Cancelled].
package infer
