package torch

// #include "shim.h"
import "C"

import (
	"fmt"
	"strings"
	"unsafe"

	lib "github.com/sugarme/gotch/libtch"
)

// Device says where a tensor lives. The zero value is the host; n > 0 is the CUDA device of number n − 1.
type Device int32

// CPU is the host. New tensors live there.
const CPU Device = 0

// CUDA returns the CUDA device of a number, from 0.
func CUDA(number int) Device { return Device(number + 1) }

// String returns "cpu" or, for the first GPU, "cuda:0".
func (d Device) String() string {
	if d == CPU {
		return "cpu"
	}
	return fmt.Sprintf("cuda:%d", d.number())
}

// number is LibTorch's number of a CUDA device, and −1 for the CPU as gotch has it.
func (d Device) number() int { return int(d) - 1 }

// Available says why a device cannot be used; nil when it can.
func (d Device) Available() error {
	switch n := CUDADevices(); {
	case d < CPU:
		return fmt.Errorf("torch: device number %d is negative", d.number())
	case d.number() < n:
		return nil
	case n == 0:
		return fmt.Errorf("torch: device %v: this LibTorch sees no CUDA device; set LIBTORCH to one built for CUDA, or use cpu", d)
	default:
		return fmt.Errorf("torch: device %v: the last of the CUDA devices is cuda:%d", d, n-1)
	}
}

// Device returns where t lives.
func (t *Tensor) Device() Device {
	return CUDA(int(C.fringe_device(unsafe.Pointer(handle("Device", t)))))
}

// ToDevice returns x on another device; x itself where it is there already. Operations take tensors of one device.
func (s *Scope) ToDevice(x *Tensor, d Device) *Tensor {
	if err := d.Available(); err != nil {
		fail("ToDevice", strings.TrimPrefix(err.Error(), "torch: "), x)
	}
	return s.unary("ToDevice", func(out *lib.Ctensor, c lib.Ctensor) { lib.AtgTo(out, c, int32(d.number())) }, x)
}
