package torch

import (
	"runtime"

	lib "github.com/sugarme/gotch/libtch"
)

// Scope owns the tensors that its operations make and frees them when it ends. It belongs to one goroutine.
type Scope struct {
	owned []*Tensor
}

// Do runs f with a new scope on a locked OS thread, frees the scope's tensors, and returns f's error or that of the first
// failed tensor operation.
func Do(f func(s *Scope) error) (err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	s := &Scope{}
	defer s.free()
	defer Catch(&err)
	applyThreads()
	return f(s)
}

// Tidy runs f with a scope of its own and frees everything that f made except its result, which moves into s.
// The result may be nil. Use it in loops to bound memory; tensors that a gradient still needs stay alive inside LibTorch.
func (s *Scope) Tidy(f func(s *Scope) *Tensor) *Tensor {
	inner := &Scope{}
	defer inner.free()
	t := f(inner)
	if t != nil && t.scope == inner {
		t.release()
		s.adopt(t)
	}
	return t
}

// Keep takes t out of the scope: the caller now owns it and must Drop it. It returns t.
func (s *Scope) Keep(t *Tensor) *Tensor {
	handle("Keep", t)
	t.release()
	return t
}

// NoGrad runs f without recording gradients. It nests, and restores the former mode even when f panics.
func (s *Scope) NoGrad(f func()) {
	before := setGradMode(false)
	defer setGradMode(before)
	f()
}

// EnableGrad runs f with gradients recorded, even inside NoGrad, and restores the former mode. It tells f what that mode was.
func (s *Scope) EnableGrad(f func(recording bool)) {
	before := setGradMode(true)
	defer setGradMode(before)
	f(before)
}

// GradEnabled reports whether gradients are recorded.
func (s *Scope) GradEnabled() bool {
	before := setGradMode(true)
	setGradMode(before)
	return before
}

func (s *Scope) adopt(t *Tensor) {
	t.scope, t.slot = s, len(s.owned)
	s.owned = append(s.owned, t)
}

// release takes t from its owner, if it has one.
func (t *Tensor) release() {
	if t.scope != nil {
		t.scope.owned[t.slot] = nil
		t.scope = nil
	}
}

func (s *Scope) free() {
	for _, t := range s.owned {
		if t != nil {
			t.scope = nil
			t.free()
		}
	}
	s.owned = s.owned[:0]
}

// own checks for an error of op and makes c a tensor of the scope.
func (s *Scope) own(op string, c lib.Ctensor, args ...*Tensor) *Tensor {
	check(op, args...)
	if c == nil {
		fail(op, "no result", args...)
	}
	t := &Tensor{c: c}
	live.Add(1)
	s.adopt(t)
	return t
}

// unary applies a one-tensor operation of the C API.
func (s *Scope) unary(op string, f func(out *lib.Ctensor, x lib.Ctensor), x *Tensor) *Tensor {
	var out lib.Ctensor
	f(&out, handle(op, x))
	return s.own(op, out, x)
}

// binary applies a two-tensor operation of the C API.
func (s *Scope) binary(op string, f func(out *lib.Ctensor, a, b lib.Ctensor), a, b *Tensor) *Tensor {
	var out lib.Ctensor
	f(&out, handle(op, a), handle(op, b))
	return s.own(op, out, a, b)
}

// scalar applies an operation of a tensor and a number.
func (s *Scope) scalar(op string, f func(out *lib.Ctensor, x lib.Ctensor, v lib.Cscalar), x *Tensor, v float64) *Tensor {
	c := handle(op, x)
	number := lib.AtsFloat(v)
	defer lib.AtsFree(number)
	var out lib.Ctensor
	f(&out, c, number)
	return s.own(op, out, x)
}
