package torch

import (
	"sync"
	"sync/atomic"
)

// each calls f for first to last − 1 on several threads: this one, and others if they come in time. A worker takes the next call when it is
// done with one, and nobody waits for a worker that the system has not let begin, so busy cores cost little. The calls must not depend on each
// other, and then what they compute does not depend on who makes them. worker is below threads, and no two calls at the same time have the same.
func each(threads, first, last int, f func(i, worker int)) {
	var next atomic.Int64
	next.Store(int64(first))
	work := func(worker int) {
		for i := int(next.Add(1)) - 1; i < last; i = int(next.Add(1)) - 1 {
			f(i, worker)
		}
	}
	var gate sync.Mutex
	var running sync.WaitGroup
	closed := false
	for worker := 1; worker < min(threads, last-first); worker++ {
		go func() {
			gate.Lock()
			if closed {
				gate.Unlock()
				return
			}
			running.Add(1)
			gate.Unlock()
			defer running.Done()
			work(worker)
		}()
	}
	work(0)
	gate.Lock()
	closed = true
	gate.Unlock()
	running.Wait()
}
