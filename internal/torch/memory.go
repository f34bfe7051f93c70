package torch

// #include "shim.h"
import "C"

// KeepMemory makes the process keep freed memory for the next tensor instead of returning it to the system: up to 2 GB at a time. The
// system clears every page that it hands out anew, which takes as long as the arithmetic of a network on large images. A program calls it
// once, before its first tensor. It reports whether the C library can, which only glibc's can; otherwise nothing changes.
func KeepMemory() bool { return C.fringe_keep_memory() != 0 }
