package torch_test

import (
	"strings"
	"testing"

	"fringe/internal/torch"
)

func TestDevices(t *testing.T) {
	if err := torch.CPU.Available(); err != nil {
		t.Errorf("cpu: %v", err)
	}
	if err := torch.Device(-1).Available(); err == nil {
		t.Error("device −1 is taken for one")
	}
	if torch.CUDADevices() > 0 {
		return
	}
	if err := torch.CUDA(0).Available(); err == nil || !strings.Contains(err.Error(), "LIBTORCH") {
		t.Errorf("a device that is absent: %v, want a way out", err)
	}
	err := torch.Do(func(s *torch.Scope) error { s.ToDevice(s.Zeros(torch.Float32, 1), torch.CUDA(1)); return nil })
	if err == nil || !strings.Contains(err.Error(), "cuda:1") {
		t.Errorf("moving a tensor to a device that is absent: %v", err)
	}
}

// On a GPU every operation of Toeplitz runs there and agrees with the CPU.
func TestToeplitzOnAGPU(t *testing.T) {
	if torch.CUDADevices() == 0 {
		t.Skip("no CUDA device")
	}
	do(t, func(s *torch.Scope) {
		s.Seed(1)
		x, k := s.Normal(torch.Float64, 2, 1, 9, 8), toeplitzKernel(s, 2, 9, 8)
		y := toeplitz(s, s.ToDevice(x, torch.CUDA(0)), s.ToDevice(k, torch.CUDA(0)))
		if y.Device() != torch.CUDA(0) {
			t.Errorf("the result is on %v", y.Device())
		}
		compare(t, s.Float64s(y), s.Float64s(toeplitz(s, x, k)), 1e-12)
	})
}

// Arguments on two devices are an error of LibTorch, not a pointer that a kernel of the CPU reads.
func TestFusedLayersRefuseTwoDevices(t *testing.T) {
	if torch.CUDADevices() == 0 {
		t.Skip("no CUDA device")
	}
	for _, l := range layers() {
		for i := 1; i < len(l.shapes); i++ {
			err := torch.Do(func(s *torch.Scope) error {
				a := l.arguments(s, seeded(), torch.Float32)
				a[i] = s.ToDevice(a[i], torch.CUDA(0))
				l.fused(s, a)
				return nil
			})
			if err == nil {
				t.Errorf("%s: argument %d on another device was accepted", l.name, i)
			}
		}
	}
}
