// Package torch is a small, safe tensor layer on LibTorch, through gotch's C API (github.com/sugarme/gotch/libtch) and
// one C++ shim of our own. It binds the operations that fringe uses and no others. Beside them it has the transforms of package measure,
// [Scope.Toeplitz] and [NonUniform], in C++ of our own (lines.h) for several instruction sets.
//
// # Ownership
//
// Every tensor belongs to a [Scope] until it is taken out with [Scope.Keep]; when the scope ends its tensors are freed.
// There are no finalizers. A function that takes a Scope borrows its tensor arguments, and returns tensors that belong to
// that scope. A kept tensor lives until its [Tensor.Drop].
//
//	var norm float64
//	err := torch.Do(func(s *torch.Scope) error {
//		x := s.FromFloat64s([]float64{3, 4}, 2)
//		norm = s.Item(s.Sqrt(s.Sum(s.Square(x))))
//		return nil
//	})
//
// # Errors
//
// Inside a scope an operation that fails (a shape mismatch, a dropped tensor) panics with an [*Error] that names the
// operation and the shapes. [Do] turns it into a returned error; an exported function of another package that takes a
// Scope does the same with a deferred [Catch], so that no panic crosses a package.
//
// # Threads
//
// LibTorch keeps the grad mode and the last error per OS thread. [Do] locks its goroutine to its thread, so a Scope must
// not be handed to another goroutine. Loader goroutines handle Go slices only.
package torch
