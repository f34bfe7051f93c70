package train

import (
	"encoding/json"
	"errors"
	"fmt"

	"fringe/checkpoints"
)

// Resumed returns the manifest of the run in dir that a run with the manifest want would go on from, or says why it would not.
func Resumed(dir string, want checkpoints.Manifest) (checkpoints.Manifest, error) {
	m, err := checkpoints.LoadManifest(dir)
	if err == nil {
		err = sameRun(dir, m, want)
	}
	return m, err
}

// ended reports whether the run in dir has nothing left to do: all steps are made, or loop.patience ended it. Of a run whose state cannot be read that is
// not known, and resuming says why.
func ended(dir string, m checkpoints.Manifest) bool {
	var c struct {
		Loop struct{ Steps, Patience int }
	}
	if json.Unmarshal(m.Config, &c) != nil {
		return false
	}
	if c.Loop.Steps > 0 && m.Step >= c.Loop.Steps {
		return true
	}
	if c.Loop.Patience == 0 {
		return false
	}
	_, tensors, err := checkpoints.LoadState(dir)
	if err != nil {
		return false
	}
	_, saved, err := splitState(tensors)
	return err == nil && saved.stale >= c.Loop.Patience
}

// sameRun says how the run of the checkpoint in dir differs from the run that is wanted.
func sameRun(dir string, got, want checkpoints.Manifest) error {
	if err := otherRun(got, want); err != nil {
		return fmt.Errorf("train: resume from %q: %w", dir, err)
	}
	return nil
}

// otherRun says how two runs differ.
func otherRun(got, want checkpoints.Manifest) error {
	if got.Kind != want.Kind || got.Seed != want.Seed {
		return fmt.Errorf("it is %s with seed %d, the config asks for %s with seed %d", KindName(got.Kind), got.Seed, KindName(want.Kind), want.Seed)
	}
	var a, b map[string]any
	if err := errors.Join(decodeExactly(got.Config, &a), decodeExactly(want.Config, &b)); err != nil {
		return fmt.Errorf("read field config: %w", err)
	}
	if field := difference(a, b, ""); field != "" {
		return fmt.Errorf("it was trained with another config (%s differs); resume with the same one, or start in another folder", field)
	}
	return nil
}
