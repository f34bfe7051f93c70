package torch_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"fringe/internal/torch"
)

// Several goroutines train at once, each on its own locked thread: the grad mode of one must not reach another.
func TestScopesOnSeveralGoroutines(t *testing.T) {
	errs := make(chan error)
	for g := range 4 {
		go func() {
			errs <- torch.Do(func(s *torch.Scope) error {
				for range 200 {
					var err error
					s.Tidy(func(s *torch.Scope) *torch.Tensor {
						if g%2 == 0 {
							s.NoGrad(func() { s.Square(s.Zeros(torch.Float32, 8)) })
							return nil
						}
						x := s.RequireGrad(s.FromFloat64s([]float64{3}, 1))
						if v := s.Item(s.Grad(s.Sum(s.Square(x)), []*torch.Tensor{x}, false)[0]); v != 6 {
							err = fmt.Errorf("gradient %g, want 6", v)
						}
						return nil
					})
					if err != nil {
						return err
					}
				}
				return nil
			})
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestVersionAndThreads(t *testing.T) {
	if v := torch.Version(); !strings.HasPrefix(v, "2.1") {
		t.Errorf("LibTorch %q, want 2.1", v)
	}
	if err := torch.SetThreads(0); err == nil {
		t.Error("0 threads are accepted")
	}
	// LibTorch keeps the number per OS thread: a goroutine that gets another thread must see it too.
	var wait sync.WaitGroup
	for _, want := range []int{2, 1} {
		if err := torch.SetThreads(want); err != nil {
			t.Fatal(err)
		}
		for range 4 {
			wait.Go(func() {
				if n, err := torch.Threads(); n != want || err != nil {
					t.Errorf("%d threads (%v), want the %d that were set", n, err, want)
				}
			})
		}
		wait.Wait()
	}
}

// Our own kernels share their work among as many threads as LibTorch's: compiled without OpenMP they would take one.
func TestKernelsUseTheThreads(t *testing.T) {
	defer threads(t, 1)
	for _, want := range []int{1, 2, 5} {
		threads(t, want)
		if n, err := torch.Workers(); n != want || err != nil {
			t.Errorf("the work is in %d shares (%v), want %d", n, err, want)
		}
	}
}
