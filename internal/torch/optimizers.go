package torch

// #include "shim.h"
import "C"

// Adam holds the numbers of one update of [Scope.AdamStep].
type Adam struct {
	LearningRate, Beta1, Beta2, Eps float64
	WeightDecay                     float64 // decoupled (Loshchilov & Hutter 2019); 0 for none
	Step                            int64   // 1 for the first update
}

// AdamStep updates params in place from their gradients and the running moments m and v (Kingma & Ba 2015, algorithm 1).
func (s *Scope) AdamStep(a Adam, params, grads, m, v []*Tensor) {
	const op = "AdamStep"
	sameNumber(op, params, grads, m, v)
	p, g, pm, pv := pointers(op, params), pointers(op, grads), pointers(op, m), pointers(op, v)
	checkShim(op, C.fringe_adam_step(p, g, pm, pv, C.int(len(params)), C.double(a.LearningRate), C.double(a.Beta1), C.double(a.Beta2),
		C.double(a.Eps), C.double(a.WeightDecay), C.int64_t(a.Step)))
}

// SGD holds the numbers of one update of [Scope.SGDStep].
type SGD struct {
	LearningRate float64
	Momentum     float64 // 0 for plain descent, which leaves the running tensors alone
	Nesterov     bool    // looks ahead along the momentum (Sutskever et al. 2013)
}

// SGDStep updates params in place: b ← μb + g, then p ← p − ηb, or p ← p − η(g + μb) with Nesterov's momentum. The running b starts at 0.
func (s *Scope) SGDStep(a SGD, params, grads, b []*Tensor) {
	const op = "SGDStep"
	sameNumber(op, params, grads, b)
	p, g, pb := pointers(op, params), pointers(op, grads), pointers(op, b)
	checkShim(op, C.fringe_sgd_step(p, g, pb, C.int(len(params)), C.double(a.LearningRate), C.double(a.Momentum), truth(a.Nesterov)))
}

// RMSprop holds the numbers of one update of [Scope.RMSpropStep].
type RMSprop struct {
	LearningRate, Alpha, Eps float64
	Momentum                 float64 // 0 for none, which leaves its running tensors alone
}

// RMSpropStep updates params in place: v ← αv + (1−α)g², b ← μb + g/(√v + ε), p ← p − ηb (Tieleman & Hinton 2012, lecture 6.5, with
// momentum). The running v and b start at 0.
func (s *Scope) RMSpropStep(a RMSprop, params, grads, v, b []*Tensor) {
	const op = "RMSpropStep"
	sameNumber(op, params, grads, v, b)
	p, g, pv, pb := pointers(op, params), pointers(op, grads), pointers(op, v), pointers(op, b)
	checkShim(op, C.fringe_rmsprop_step(p, g, pv, pb, C.int(len(params)), C.double(a.LearningRate), C.double(a.Alpha), C.double(a.Momentum),
		C.double(a.Eps)))
}

// sameNumber fails when the lists differ in length.
func sameNumber(op string, params []*Tensor, more ...[]*Tensor) {
	for _, list := range more {
		if len(list) != len(params) {
			fail(op, "the lists of params, gradients and running tensors differ in length")
		}
	}
}
