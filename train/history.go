package train

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// historyName is the folder in the run's that holds the latest checkpoints, each in a folder named after its step.
const historyName = "steps"

// keep saves the state in the history as well. It comes before the checkpoint of the run: when a kill falls between them, the resumed
// run writes the same bytes again.
func (l *loop) keep() error {
	if l.cfg.Keep == 0 {
		return nil
	}
	history := filepath.Join(l.cfg.Dir, historyName)
	if err := l.save(filepath.Join(history, fmt.Sprintf("%08d", l.step)), l.cfg.Manifest); err != nil {
		return err
	}
	return keepLatest(history, l.cfg.Keep, l.step)
}

// keepLatest removes from dir what is named after a step, except the latest ones until now. Steps after now are of a killed run.
func keepLatest(dir string, latest, now int) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("train: list %q: %w", dir, err)
	}
	steps := map[int]string{}
	for _, e := range entries {
		name := strings.TrimPrefix(strings.TrimSuffix(e.Name(), filepath.Ext(e.Name())), "step-")
		if step, err := strconv.Atoi(name); err == nil {
			steps[step] = e.Name()
		}
	}
	past := slices.Sorted(maps.Keys(steps))
	past = past[:sort.SearchInts(past, now+1)]
	for _, step := range past[max(0, len(past)-latest):] {
		delete(steps, step)
	}
	for _, name := range steps {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("train: remove an old file: %w", err)
		}
	}
	return nil
}
