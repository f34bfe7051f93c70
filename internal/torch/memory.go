package torch

// #include "shim.h"
import "C"

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// KeepMemory makes the process keep freed memory for the next tensor instead of returning it to the system: up to 2 GB at a time. The
// system clears every page that it hands out anew, which takes as long as the arithmetic of a network on large images. A program calls it
// once, before its first tensor. It reports whether the C library can, which only glibc's can; otherwise nothing changes.
func KeepMemory() bool { return C.fringe_keep_memory() != 0 }

// PeakMemory returns the largest resident memory that the process has had, in bytes. It is an error where there is no /proc, as on macOS.
func PeakMemory() (int64, error) {
	file, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, fmt.Errorf("torch: peak memory: %w", err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if kib, found := strings.CutPrefix(lines.Text(), "VmHWM:"); found {
			peak, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(kib, "kB")), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("torch: peak memory: %w", err)
			}
			return peak * 1024, nil
		}
	}
	return 0, errors.New("torch: peak memory: /proc/self/status has no VmHWM")
}
