package torch

// #include "shim.h"
import "C"

import (
	"fmt"
	"sync/atomic"
)

// threads is how many threads an operation may use; 0 leaves it to LibTorch. LibTorch keeps the number per OS thread, so
// every scope sets it anew.
var threads atomic.Int32

// SetThreads sets how many threads one operation may use, in the scopes that begin from now on. Results depend on the number
// in their last bits.
func SetThreads(n int) error {
	if n < 1 || n > 1024 {
		return fmt.Errorf("torch: %d threads, must be between 1 and 1024", n)
	}
	threads.Store(int32(n))
	return nil
}

// Threads returns how many threads one operation of a scope may use.
func Threads() (n int, err error) {
	err = Do(func(*Scope) error { n = int(C.fringe_threads()); return nil })
	return n, err
}

// workers returns among how many threads our own kernels share their work.
func workers() (n int, err error) {
	err = Do(func(*Scope) error {
		var shares C.int
		checkShim("Workers", C.fringe_workers(&shares))
		n = int(shares)
		return nil
	})
	return n, err
}

// applyThreads sets the number of threads of this OS thread.
func applyThreads() {
	if n := threads.Load(); n != 0 && n != int32(C.fringe_threads()) {
		checkShim("SetThreads", C.fringe_set_threads(C.int(n)))
	}
}
