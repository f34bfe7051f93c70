package tensorboard_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"fringe/internal/tensorboard"
	"fringe/radio/radiotest"

	"github.com/google/go-cmp/cmp"
)

// clock returns a clock that shows the first time twice, as files of the golden begin with two events, and then the second.
func clock() func() time.Time {
	calls := 0
	return func() time.Time {
		if calls++; calls <= 3 {
			return time.Unix(1.7e9, 0)
		}
		return time.Unix(1.7e9, 5e8)
	}
}

// The golden is what TensorBoard's own writer makes of the same events: python3 scripts/tensorboard_check.py golden FILE.
func TestFilesAreThoseOfTensorBoardsWriter(t *testing.T) {
	want, err := os.ReadFile(filepath.Join("testdata", "events"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	w, err := tensorboard.Open(dir, 7, clock())
	if err != nil {
		t.Fatal(err)
	}
	add(t, w, 300, tensorboard.Scalar("loss", 0.25), tensorboard.Scalar("lr", 0))
	add(t, w, 300, tensorboard.Image("sky", 300, 3, []byte("\x89PNG")), tensorboard.Text("config", "kind: ä"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "events.out.tfevents.1700000000.00000007.fringe"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%x\nwant\n%x", got, want)
	}
}

func add(t *testing.T, w *tensorboard.Writer, step int, values ...tensorboard.Value) {
	t.Helper()
	if err := w.Add(step, values...); err != nil {
		t.Fatal(err)
	}
}

// found is what TensorBoard reads: rows of time, step and value; of step, width, height and PNG; of step and text.
type found struct {
	Scalars map[string][][3]float64 `json:"scalars"`
	Images  map[string][][4]any     `json:"images"`
	Texts   map[string][][2]any     `json:"texts"`
}

// A run that is killed at step 60, after its last save at step 40, and resumed: its second 60 replaces the first one, also
// where the last record of the first session was cut short.
func TestTensorBoardReadsAResumedRunWithoutDuplicates(t *testing.T) {
	python := radiotest.Python(t, "tensorboard")
	dir, png := t.TempDir(), []byte("\x89PNG and so on")
	at := time.Unix(1.7e9, 0)
	now := func() time.Time { return at }
	w, err := tensorboard.Open(dir, 0, now)
	if err != nil {
		t.Fatal(err)
	}
	add(t, w, 0, tensorboard.Text("config", "seed: 1"))
	for step, loss := range []float64{4, 3, 2, 1} {
		add(t, w, 20*step, tensorboard.Scalar("loss", loss))
	}
	add(t, w, 60, tensorboard.Image("sky", 8, 6, png))
	cut(t, filepath.Join(dir, "events.out.tfevents.1700000000.00000000.fringe"))
	at = at.Add(time.Hour)
	if w, err = tensorboard.Open(dir, 40, now); err != nil {
		t.Fatal(err)
	}
	add(t, w, 60, tensorboard.Scalar("loss", 0.5))
	add(t, w, 80, tensorboard.Image("sky", 8, 6, png))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got := readBack(t, python, dir)
	want := found{
		Scalars: map[string][][3]float64{"loss": {{1.7e9, 0, 4}, {1.7e9, 20, 3}, {1.7e9, 40, 2}, {1.7e9 + 3600, 60, 0.5}}},
		Images:  map[string][][4]any{"sky": {{80.0, 8.0, 6.0, base64.StdEncoding.EncodeToString(png)}}},
		Texts:   map[string][][2]any{"config": {{0.0, "seed: 1"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("TensorBoard reads other values (- want, + got):\n%s", diff)
	}
}

// readBack returns what TensorBoard itself reads in a folder.
func readBack(t *testing.T, python, dir string) (got found) {
	t.Helper()
	out, err := exec.Command(python, filepath.Join("..", "..", "scripts", "tensorboard_check.py"), "read", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return got
}

// A run that is killed at step 40 before its first save, and resumed from step 0: its curves are replaced.
func TestTensorBoardForgetsStepsOfARunThatNeverSaved(t *testing.T) {
	python := radiotest.Python(t, "tensorboard")
	dir, at := t.TempDir(), time.Unix(1.7e9, 0)
	for _, losses := range [][]float64{{4, 3, 2}, {0.5}} {
		w, err := tensorboard.Open(dir, 0, func() time.Time { return at })
		if err != nil {
			t.Fatal(err)
		}
		for k, loss := range losses {
			add(t, w, 20*(k+1), tensorboard.Scalar("loss", loss))
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Hour)
	}
	got := readBack(t, python, dir)
	want := found{
		Scalars: map[string][][3]float64{"loss": {{1.7e9 + 3600, 20, 0.5}}}, Images: map[string][][4]any{}, Texts: map[string][][2]any{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("TensorBoard reads other values (- want, + got):\n%s", diff)
	}
}

// cut removes the last bytes of a file, as a kill or a full disk may.
func cut(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err == nil {
		err = os.Truncate(path, info.Size()-5)
	}
	if err != nil {
		t.Fatal(err)
	}
}
