package data

import (
	"context"
	"iter"
)

// Prefetch yields item(start), item(start+1), … in this order for ever, computing up to workers values ahead in as many
// goroutines. Values and their order do not depend on workers, as long as item(i) depends on i alone. The first error is
// yielded and ends the sequence, as does ctx, whose error is yielded then. When the loop over the sequence is left, no
// goroutine remains. Fewer than one worker counts as one.
func Prefetch[T any](ctx context.Context, start, workers int, item func(index int) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		workers := max(1, workers)
		slots := newSlots(start, workers, item)
		defer slots.stop()
		for n := 0; ; n++ {
			var r result[T]
			select {
			case <-ctx.Done():
				r.err = ctx.Err()
			case r = <-slots.out[n%workers]:
			}
			if !yield(r.value, r.err) || r.err != nil {
				return
			}
		}
	}
}

type result[T any] struct {
	value T
	err   error
}

// slots is a set of goroutines of which number w makes the values w, w+n, w+2n, …
type slots[T any] struct {
	out  []chan result[T]
	quit chan struct{}
	left chan struct{}
}

func newSlots[T any](start, workers int, item func(int) (T, error)) *slots[T] {
	s := &slots[T]{out: make([]chan result[T], workers), quit: make(chan struct{}), left: make(chan struct{})}
	for w := range s.out {
		s.out[w] = make(chan result[T])
		go s.work(s.out[w], start+w, workers, item)
	}
	return s
}

func (s *slots[T]) work(out chan<- result[T], index, step int, item func(int) (T, error)) {
	defer func() { s.left <- struct{}{} }()
	for ; ; index += step {
		var r result[T]
		r.value, r.err = item(index)
		select {
		case <-s.quit:
			return
		case out <- r:
		}
	}
}

// stop ends all goroutines and waits for them.
func (s *slots[T]) stop() {
	close(s.quit)
	for range s.out {
		<-s.left
	}
}
