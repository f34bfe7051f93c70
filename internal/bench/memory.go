package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"fringe/internal/torch"
)

// memory returns the peak of resident memory (MiB) of a process of ours that does what the peer did, and of the peer.
func (s *session) memory(p answering) (pair, error) {
	out, err := exec.Command(os.Args[0], "--child", s.dir).Output()
	if err != nil {
		return pair{}, fmt.Errorf("memory: %w", err)
	}
	ours, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	if err != nil {
		return pair{}, fmt.Errorf("memory: %w", err)
	}
	theirs, err := p.ask("memory")
	return pair{ours, theirs}, err
}

// printMemory sets the problem up, computes a few gradients and prints the peak of this process's resident memory in MiB.
func printMemory(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "vis.bin")); err != nil {
		return err
	}
	if err := torch.SetThreads(threads); err != nil {
		return err
	}
	p := newProblem(pixels, visibilities)
	q, err := quadratic(p)
	if err != nil {
		return err
	}
	defer q.Close()
	x, grad := p.truth(), make([]float64, p.grid.Len())
	for range 10 {
		if _, err := q.ValueGrad(grad, x); err != nil {
			return err
		}
	}
	peak, err := torch.PeakMemory()
	fmt.Println(float64(peak) / (1 << 20))
	return err
}
