package measure

import (
	"fmt"
	"sync"
)

// A transform works on blocks of points that follow each other. Lanes work on blocks at the same time, each on every n-th one,
// and are summed in their order: the bytes depend on the options alone, never on the scheduler or the machine.

const (
	defaultThreads = 2
	defaultBlock   = 1 << 19 // points: 47 MB while they are worked on, at 90 bytes each, in each thread
	leastSplit     = 1 << 14 // points that are worth a second thread
	leastDensity   = 1. / 8  // points per pixel below which the FFTs, which every lane does, outweigh the points
)

// Blocks says how a large number of visibilities is worked on. The zero value works. Results differ between settings by
// rounding.
type Blocks struct {
	Threads int // blocks at the same time; 0 means 2
	Size    int // visibilities in a block, at most; 0 means 524288
}

// Validate says which field is wrong.
func (b Blocks) Validate() error {
	if b.Threads < 0 || b.Threads > 1024 {
		return fmt.Errorf("measure: Blocks.Threads is %d, must lie between 0 and 1024", b.Threads)
	}
	if b.Size < 0 {
		return fmt.Errorf("measure: Blocks.Size is %d, must not be negative", b.Size)
	}
	return nil
}

// size returns how many points a block has.
func (b Blocks) size(points, pixels int) int {
	size := b.Size
	if size == 0 {
		size = defaultBlock
	}
	if points >= leastSplit && float64(points) >= leastDensity*float64(pixels) {
		size = min(size, (points+b.threads()-1)/b.threads())
	}
	return size
}

func (b Blocks) threads() int {
	if b.Threads == 0 {
		return defaultThreads
	}
	return b.Threads
}

// run calls f for every lane that has blocks, at the same time, and returns the first lane's error that is not nil.
func (b Blocks) run(blocks int, f func(lane int) error) error {
	lanes := b.lanes(blocks)
	if lanes == 1 {
		return f(0)
	}
	errs := make([]error, lanes)
	var group sync.WaitGroup
	for lane := range lanes {
		group.Go(func() { errs[lane] = f(lane) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (b Blocks) lanes(blocks int) int { return max(1, min(b.threads(), blocks)) }
