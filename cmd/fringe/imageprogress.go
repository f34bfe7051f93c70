package main

import (
	"fmt"
	"io"
	"time"

	"fringe/infer"
)

// progress tells on stderr how far a solver is: one line that is overwritten on a terminal, a plain line every few seconds
// elsewhere.
type progress struct {
	w        io.Writer
	terminal bool
	every    time.Duration
	last     time.Time
	drawn    bool
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w, every: 5 * time.Second, last: time.Now()}
	if isTerminal(w) {
		p.terminal, p.every = true, 100*time.Millisecond
	}
	return p
}

// step is an [infer.Problem] progress function.
func (p *progress) step(s infer.Step) {
	if time.Since(p.last) < p.every {
		return
	}
	p.last = time.Now()
	line := fmt.Sprintf("round %d, iteration %d: objective %.5g", s.Round+1, s.Iteration, s.Value)
	if s.Sigma > 0 {
		line = fmt.Sprintf("denoising step %d, noise level %.3g: data misfit %.5g", s.Iteration, s.Sigma, s.Value)
	}
	if p.terminal {
		fmt.Fprint(p.w, clearLine, line)
		p.drawn = true
		return
	}
	fmt.Fprintln(p.w, line)
}

// done clears the line.
func (p *progress) done() {
	if p.drawn {
		fmt.Fprint(p.w, clearLine)
	}
}
