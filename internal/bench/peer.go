package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// peer is a Python process that answers questions: one word in, one number out. peers/serve.py is the other end.
type peer struct {
	name    string
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
}

// peer starts a script of the environment that scripts/python.sh makes, with its arguments, on as many threads as we have, and
// waits until it is set up.
func (s *session) peer(script string, args ...string) (*peer, error) {
	python := filepath.Join(os.Getenv("FRINGE_DEPS"), "python-peers", "bin", "python")
	cmd := exec.Command(python, append([]string{s.script(script)}, args...)...)
	cmd.Stderr = os.Stderr
	n := strconv.Itoa(threads)
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS="+n, "MKL_NUM_THREADS="+n, "OPENBLAS_NUM_THREADS="+n)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w; `make bench` installs the peers", err)
	}
	p := &peer{name: script, process: cmd, in: in, out: bufio.NewScanner(out)}
	if _, err := p.answer(); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// ask sends a word and returns the number that comes back.
func (p *peer) ask(word string) (float64, error) {
	if _, err := fmt.Fprintln(p.in, word); err != nil {
		return 0, fmt.Errorf("%s: %w", p.name, err)
	}
	return p.answer()
}

// asking returns ask of a word as a function.
func (p *peer) asking(word string) func() (float64, error) {
	return func() (float64, error) { return p.ask(word) }
}

func (p *peer) answer() (float64, error) {
	if !p.out.Scan() {
		return 0, fmt.Errorf("%s stopped without an answer", p.name)
	}
	var x float64
	if err := json.Unmarshal(p.out.Bytes(), &x); err != nil {
		return 0, fmt.Errorf("%s answered %q, want a number", p.name, p.out.Text())
	}
	return x, nil
}

// close ends the process by ending its input.
func (p *peer) close() {
	_ = p.in.Close()
	_ = p.process.Wait()
}
