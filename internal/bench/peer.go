package main

import (
	"fmt"
	"os"
	"path/filepath"

	"fringe/internal/peer"
)

// answering is a peer of one word in, one number out. peers/serve.py is the other end.
type answering struct{ *peer.Peer }

// peer starts a script of the environment that scripts/python.sh makes, with its arguments, on as many threads as we have, and
// waits until it is set up.
func (s *session) peer(script string, args ...string) (answering, error) {
	python := filepath.Join(os.Getenv("FRINGE_DEPS"), "python-peers", "bin", "python")
	p, err := peer.Start(python, threads, os.Stderr, s.script(script), args...)
	if err != nil {
		return answering{}, fmt.Errorf("%w; `make bench` installs the peers", err)
	}
	return answering{p}, nil
}

// ask sends a word and returns the number that comes back.
func (p answering) ask(word string) (x float64, err error) {
	err = p.Ask(word, &x)
	return x, err
}

// asking returns ask of a word as a function.
func (p answering) asking(word string) func() (float64, error) {
	return func() (float64, error) { return p.ask(word) }
}

func (p answering) close() { p.Close() }
