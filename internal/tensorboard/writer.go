package tensorboard

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Writer adds events to one file. It is not for several goroutines at once.
type Writer struct {
	file *os.File
	now  func() time.Time
}

// Open makes the event file, in the folder dir, of a session that goes on after step (0 for a new run, or one that was killed before it saved
// more). Whatever files of former sessions hold of later steps TensorBoard then forgets, which are steps that a killed run made after its last
// save; texts stay. The wall times of events are those of now.
func Open(dir string, step int, now func() time.Time) (*Writer, error) {
	// TensorBoard reads the files of a folder in the order of their names.
	path := filepath.Join(dir, fmt.Sprintf("events.out.tfevents.%010d.%08d.fringe", now().Unix(), step))
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("tensorboard: make event file: %w", err)
	}
	w := &Writer{file, now}
	err = w.write(version(now()))
	if err == nil {
		err = w.write(sessionStart(now(), step+1))
	}
	if err != nil {
		_ = file.Close() // the first error says more
		return nil, err
	}
	return w, nil
}

// Add writes values that belong to a step. They are in the file when it returns, for a TensorBoard that watches it.
func (w *Writer) Add(step int, values ...Value) error { return w.write(summary(w.now(), step, values)) }

// Close closes the file.
func (w *Writer) Close() error { return w.file.Close() }

func (w *Writer) write(event []byte) error {
	if _, err := w.file.Write(record(event)); err != nil {
		return fmt.Errorf("tensorboard: write event: %w", err)
	}
	return nil
}
