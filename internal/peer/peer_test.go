package peer

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// start runs a script of lines of Python.
func start(t *testing.T, lines string) (*Peer, *bytes.Buffer, error) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	script := filepath.Join(t.TempDir(), "script.py")
	if err := os.WriteFile(script, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	p, err := Start(python, 3, &log, script, "argument")
	return p, &log, err
}

func TestAnswers(t *testing.T) {
	p, _, err := start(t, `
import json, os, sys
print(json.dumps([sys.argv[1], os.environ["OMP_NUM_THREADS"]]), flush=True)
for line in sys.stdin:
    print(json.dumps(sum(json.loads(line))), flush=True)
`)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if ready, ok := p.Ready.([]any); !ok || len(ready) != 2 || ready[0] != "argument" || ready[1] != "3" {
		t.Errorf("ready %v, want the argument and three threads", p.Ready)
	}
	for _, question := range [][]float64{{1, 2}, {0.1, 0.25}} {
		var sum float64
		if err := p.Ask(question, &sum); err != nil || sum != question[0]+question[1] {
			t.Errorf("%v: %g, %v", question, sum, err)
		}
	}
	var text string
	if err := p.Ask([]float64{1}, &text); err == nil || !strings.Contains(err.Error(), `answered "1\n"`) {
		t.Errorf("a number for a string: error %v", err)
	}
}

// A script that fails is an error, and what it says is in the log.
func TestFailingScripts(t *testing.T) {
	_, log, err := start(t, "import no_such_package")
	if err == nil || !strings.Contains(err.Error(), "stopped without an answer") || !strings.Contains(log.String(), "no_such_package") {
		t.Errorf("error %v, log %q", err, log)
	}
	p, _, err := start(t, "print(0, flush=True)\ninput()")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Ask(1, new(float64)); err == nil || !strings.Contains(err.Error(), "stopped without an answer") {
		t.Errorf("error %v", err)
	}
}
