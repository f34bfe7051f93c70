package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// logName is the file in the run's folder that holds one JSON object per report.
const logName = "metrics.jsonl"

// LogLine is one line of the log, see [Report].
type LogLine struct {
	Step           int                `json:"step"`
	Loss           float64            `json:"loss"`
	LearningRate   float64            `json:"lr"`
	GradNorm       float64            `json:"grad_norm"`
	ItemsPerSecond float64            `json:"items_per_second"`
	Metrics        map[string]float64 `json:"metrics,omitempty"`
}

// ReadLog returns the log of the run in dir. A last line that is cut short, as of a run that is being written or was killed, is left out.
func ReadLog(dir string) ([]LogLine, error) {
	path := filepath.Join(dir, logName)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("train: read log: %w", err)
	}
	var lines []LogLine
	for line := range bytes.Lines(text) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			break
		}
		var l LogLine
		if err := json.Unmarshal(line, &l); err != nil {
			return nil, fmt.Errorf("train: read %q: line %d: %w", path, len(lines)+1, err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// openLog opens the log of a run that starts after step; lines of later steps, or cut short, are removed.
func openLog(dir string, step int) (*os.File, error) {
	path := filepath.Join(dir, logName)
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("train: open log: %w", err)
	}
	kept := 0
	for line := range bytes.Lines(old) {
		var l LogLine
		if step == 0 || json.Unmarshal(line, &l) != nil || l.Step > step || !bytes.HasSuffix(line, []byte("\n")) {
			break
		}
		kept += len(line)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("train: open log: %w", err)
	}
	_, seekErr := f.Seek(int64(kept), 0)
	if err := errors.Join(f.Truncate(int64(kept)), seekErr); err != nil {
		return nil, errors.Join(fmt.Errorf("train: truncate log: %w", err), f.Close())
	}
	return f, nil
}

// logTo returns the hook that writes reports to f.
func logTo(f *os.File) Hook {
	return Hook{Name: "log", Do: func(r Report) error {
		line, err := json.Marshal(LogLine{r.Step, r.Loss, r.LearningRate, r.GradNorm, r.ItemsPerSecond, r.Metrics})
		if err != nil {
			return err
		}
		_, err = f.Write(append(line, '\n'))
		return err
	}}
}
