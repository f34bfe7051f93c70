package torch_test

import (
	"syscall"
	"testing"

	"fringe/internal/torch"
)

// Pages that the system hands out anew show as faults: the first 128 MiB are some 32,000 pages of 4 KiB, the same memory again is none.
func TestKeepMemoryReusesPages(t *testing.T) {
	if !torch.KeepMemory() {
		t.Skip("this C library cannot keep memory")
	}
	faults := func() int64 {
		var before, after syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
		err := torch.Do(func(s *torch.Scope) error {
			s.AddScalar(s.Zeros(torch.Float32, 16<<20), 1)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
		return after.Minflt - before.Minflt
	}
	// A fiftieth of the pages leaves room for what else the process does.
	if first, second := faults(), faults(); second > 32000/50 {
		t.Errorf("%d page faults for the first tensors, %d for the next of their size", first, second)
	}
}
