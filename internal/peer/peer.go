package peer

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// Peer is a Python process that answers questions until its input ends. Its script prints one JSON value when it is ready,
// and one for every line that it reads.
type Peer struct {
	name    string
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	// Ready is the first value, which the script prints when it is ready.
	Ready any
}

// Start runs a script with its arguments by the interpreter python, on that many threads, and waits until it is ready. What the
// script writes to its standard error goes to log. The caller closes the peer.
func Start(python string, threads int, log io.Writer, script string, args ...string) (*Peer, error) {
	cmd := exec.Command(python, append([]string{script}, args...)...)
	cmd.Stderr = log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us, who end the peer by ending its input
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
		return nil, err
	}
	p := &Peer{name: filepath.Base(script), process: cmd, in: in, out: bufio.NewReader(out)}
	if err := p.answer(&p.Ready); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Ask sends a question and stores the answer, as package json does.
func (p *Peer) Ask(question, answer any) error {
	line, err := json.Marshal(question)
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return p.answer(answer)
}

func (p *Peer) answer(to any) error {
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("%s stopped without an answer", p.name)
	}
	if err := json.Unmarshal(line, to); err != nil {
		return fmt.Errorf("%s answered %.80q: %w", p.name, line, err)
	}
	return nil
}

// Close ends the process by ending its input.
func (p *Peer) Close() {
	_ = p.in.Close()
	_ = p.process.Wait()
}
