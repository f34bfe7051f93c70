// Package calibrate is self-calibration: it finds the complex gain of every station and time that makes visibilities agree
// with those of a model, and takes it out again.
//
// The gains g of two stations multiply what their baseline sees, and nothing else is allowed to:
//
//	V_observed = g₁ · conj(g₂) · V_true
//
// A call per step of a loop "image, self-calibrate, image":
//
//	solution, err := calibrate.Solve(vis, model, calibrate.Config{Mode: calibrate.Phase})
//	// solution.Corrected goes to the imager, solution.Table says what was taken out, solution.Warnings what to look at
//
// where model[k] is the model's visibility at point k of vis. [Table.Apply] corrects other visibilities of the same observation,
// and [Table.Then] joins the tables of several steps into one.
//
// # What the data constrain
//
// Closure phases and closure amplitudes do not depend on gains; everything else does. So self-calibration can make any visibilities
// agree with any model but for their closure quantities: N stations have N(N−1)/2 phases and amplitudes each, of which
// N−1 phases and N amplitudes are the gains'. A common phase of all stations changes nothing; the table counts phases from a reference
// station. Neither the position nor (with amplitudes) the flux of the source comes out of it: both are the model's.
//
// Time is UTC; phases in tables are degrees, as in their files, so that a table that is read back is the same to the bit.
// Results are the same to the byte from run to run.
package calibrate
