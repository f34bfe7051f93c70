package main

import (
	"fmt"
	"io"
	"time"
)

// pairsProgress tells how many pairs are safe, how fast they are made and how long the rest takes: a line that is overwritten on a
// terminal, a plain line every few seconds elsewhere.
type pairsProgress struct {
	w           io.Writer
	terminal    bool
	count, done int
	first       int // pairs that were there at the start
	start, last time.Time
}

func newPairsProgress(w io.Writer, count int) *pairsProgress {
	return &pairsProgress{w: w, count: count, first: -1, terminal: isTerminal(w)}
}

// set is the progress function of [shards.Write].
func (p *pairsProgress) set(done int) {
	now := time.Now()
	p.done = done
	if p.first < 0 {
		p.first, p.start, p.last = done, now, now
		if done > 0 {
			fmt.Fprintf(p.w, "%d of %d pairs are there already and verified\n", done, p.count)
		}
		return
	}
	const every = 5 * time.Second
	if !p.terminal && now.Sub(p.last) < every && done < p.count {
		return
	}
	p.last = now
	line := p.line(now.Sub(p.start))
	if !p.terminal {
		fmt.Fprintln(p.w, line)
		return
	}
	fmt.Fprintf(p.w, "%s%s %s", clearLine, bar(done, p.count), line)
}

// line says how far the work is after a time.
func (p *pairsProgress) line(taken time.Duration) string {
	rate := float64(p.done-p.first) / taken.Seconds()
	left := time.Duration(float64(p.count-p.done) / rate * float64(time.Second))
	return fmt.Sprintf("%d/%d pairs, %.3g pairs/s, %v left", p.done, p.count, rate, left.Round(time.Second))
}

// close removes the line.
func (p *pairsProgress) close() {
	if p.terminal {
		fmt.Fprint(p.w, clearLine)
	}
}
