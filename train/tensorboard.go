package train

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"maps"
	"slices"
	"time"

	"fringe/internal/tensorboard"
)

// openTensorBoard opens the event file of a run, which begins with its config.
func (l *loop) openTensorBoard() (*tensorboard.Writer, error) {
	now := l.cfg.Clock
	if now == nil {
		now = func() time.Time { return time.Unix(0, 0) }
	}
	w, err := tensorboard.Open(l.cfg.Dir, l.step, now)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if l.cfg.Resume { // the former session wrote the config
		return w, nil
	}
	var config bytes.Buffer
	if err := json.Indent(&config, l.cfg.Manifest.Config, "", "  "); err != nil {
		return nil, fmt.Errorf("train: read field config of the manifest: %w", err)
	}
	m := l.cfg.Manifest
	text := fmt.Sprintf("A %s, trained on %s. Seed %d.\n\n```\n%s\n```\n", m.Kind, m.Data, m.Seed, config.String())
	if err := w.Add(0, tensorboard.Text("config", text)); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	return w, nil
}

// tensorBoardTo returns the hook that writes reports as events.
func tensorBoardTo(w *tensorboard.Writer) Hook {
	return Hook{Name: "tensorboard", Do: func(r Report) error {
		values := []tensorboard.Value{
			tensorboard.Scalar("train/loss", r.Loss),
			tensorboard.Scalar("train/learning_rate", r.LearningRate),
			tensorboard.Scalar("train/gradient_norm", r.GradNorm),
			tensorboard.Scalar("train/items_per_second", r.ItemsPerSecond),
		}
		for _, name := range slices.Sorted(maps.Keys(r.Metrics)) {
			values = append(values, tensorboard.Scalar("validation/"+name, r.Metrics[name]))
		}
		if r.Picture != nil {
			size, err := png.DecodeConfig(bytes.NewReader(r.Picture))
			if err != nil {
				return err
			}
			values = append(values, tensorboard.Image("validation/examples", size.Width, size.Height, r.Picture))
		}
		return w.Add(r.Step, values...)
	}}
}
