package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"fringe/checkpoints"
	"fringe/internal/torch"
	"fringe/train"
)

// cardName is the file beside a manifest that tells people what the network is.
const cardName = "README.md"

// cardIterations of the power method find a norm to a few per mille when it is not tiny.
const cardIterations = 30

func cardCommand() *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use:   "card DIR",
		Short: "Describe a trained network in a README.md",
		Long: `Write the card of a checkpoint: what the network is, what it was trained on, how good and how expansive it is, and how to use it.

fringe train writes it when it finishes, unless there is a README.md. Norms of Jacobians are measured anew, which takes up to some minutes.`,
		Example: "  fringe card runs/denoiser --force",
		Args:    oneArgument("the folder of a checkpoint"),
		RunE: func(c *cobra.Command, args []string) error {
			return writeCard(c.Context(), args[0], force, c.ErrOrStderr())
		},
	}
	c.Flags().BoolVar(&force, "force", false, "replace the README.md that is there")
	return c
}

// card is what a README.md tells.
type card struct {
	dir      string
	manifest checkpoints.Manifest
	training *training
	seconds  float64 // that training took; 0 when it is not known
	norms    []train.JacobianNorms
}

// writeCard writes the README.md of a checkpoint.
func writeCard(ctx context.Context, dir string, force bool, stderr io.Writer) error {
	path := filepath.Join(dir, cardName)
	if _, err := os.Lstat(path); err == nil && !force {
		return withHint(fmt.Errorf("%s is there already", path), "overwrite it with --force")
	}
	c, err := openCard(dir)
	if err != nil {
		return err
	}
	defer c.training.close()
	if c.training.norms != nil {
		fmt.Fprintf(stderr, "measuring how expansive the denoiser is for %s (Ctrl-C ends without it)\n", path)
		if c.norms, err = c.training.norms(ctx, cardIterations); err != nil {
			return withHint(err, "the weights are saved; fringe card %s measures again", dir)
		}
	}
	text, err := c.markdown()
	if err != nil {
		return err
	}
	if err := checkpoints.ReplaceFile(dir, cardName, text); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "wrote %s\n", path)
	return nil
}

// openCard makes the network of a checkpoint with its weights. The caller closes its training.
func openCard(dir string) (card, error) {
	m, weights, err := checkpoints.Load(dir)
	if err != nil {
		return card{}, withHint(err, "name the folder that holds manifest.json")
	}
	t, err := newTraining(m.Config, 0)
	if err == nil {
		if err = errors.Join(checkpoints.Assign(t.weights, weights), torch.SetThreads(max(1, t.Threads))); err != nil {
			t.close()
		}
	}
	if err != nil {
		return card{}, fmt.Errorf("checkpoint %s: %w", dir, err)
	}
	log, err := train.ReadLog(dir)
	if err != nil {
		log = nil // shipped weights may come without, and a card without the time is still one
	}
	return card{dir: dir, manifest: m, training: t, seconds: trainingSeconds(log, t.Loop.Batch)}, nil
}

// trainingSeconds adds up the time between the reports of a log of batches of a size; 0 when the log has none or comes from a run without a clock.
func trainingSeconds(log []train.LogLine, batch int) (seconds float64) {
	step := 0
	for _, line := range log {
		if line.Step <= step || !(line.ItemsPerSecond > 0) {
			return 0
		}
		seconds += float64((line.Step-step)*batch) / line.ItemsPerSecond
		step = line.Step
	}
	return seconds
}

// markdown returns the text of the card.
func (c card) markdown() ([]byte, error) {
	config, err := c.yaml()
	if err != nil {
		return nil, err
	}
	name, loop := filepath.Base(filepath.Clean(c.dir)), c.training.Loop
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s of %s parameters (%.2g MB), %s by fringe %s.\n\n",
		name, c.training.title(), grouped(c.training.params), float64(c.manifest.Weights.Bytes)/1e6, c.verb(), version)
	fmt.Fprintf(&b, "| | |\n|---|---|\n")
	row := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "| %s | %s |\n", name, fmt.Sprintf(format, args...))
	}
	if c.manifest.Imported {
		row("trained", "elsewhere")
	} else {
		row("trained", "step %d of %d, %d examples each, seed %d; the weights are the moving average (%g)", c.manifest.Step, loop.Steps, loop.Batch, c.manifest.Seed, loop.EMADecay)
	}
	row("on", "%s", c.manifest.Data)
	if c.seconds > 0 {
		row("training time", "%s, with %d thread(s)", minutes(c.seconds), c.training.Threads)
	}
	if len(c.manifest.Metrics) > 0 {
		row("validation", "%s, on examples that it did not learn from", describe(c.manifest.Metrics))
	}
	fmt.Fprintf(&b, "\n%s## Use\n\n%s\n## Limits\n\n%s\n", c.expansion(), c.use(), c.limits())
	fmt.Fprintf(&b, "%s\n\n## Config\n\n```yaml\n%s```\n", c.licence(), config)
	return []byte(b.String()), nil
}

// yaml returns the config of the manifest as a training file.
func (c card) yaml() (string, error) {
	var fields yaml.Node
	if err := yaml.Unmarshal(c.manifest.Config, &fields); err != nil {
		return "", fmt.Errorf("card: read field config of the manifest: %w", err)
	}
	blockStyle(&fields)
	text, err := yaml.Marshal(&fields)
	return string(text), err
}

// blockStyle has a document written in lines instead of in braces, but for short lists.
func blockStyle(n *yaml.Node) {
	n.Style &^= yaml.FlowStyle | yaml.DoubleQuotedStyle
	for _, child := range n.Content {
		blockStyle(child)
	}
}

// expansion is the section about Jacobians, for denoisers.
func (c card) expansion() string {
	if len(c.norms) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "## How expansive it is\n\n| σ / peak | ‖∇D‖ | ‖∇(2D − I)‖ |\n|---|---|---|\n")
	for _, n := range c.norms {
		fmt.Fprintf(&b, "| %g | %.4f | %.4f |\n", n.Sigma, n.Denoiser, n.Reflected)
	}
	fmt.Fprintf(&b, "\nThe largest over up to 16 validation skies with noise, by %d iterations of the power method, which approach from below.\n", cardIterations)
	if c.training.certified {
		fmt.Fprintf(&b, "By its construction ‖∇(2D − I)‖ is at most 1 at every image and every noise level, up to rounding: the denoiser is firmly nonexpansive.\n\n")
	} else {
		fmt.Fprintf(&b, "Where ‖∇(2D − I)‖ is at most 1 everywhere, the denoiser is firmly nonexpansive; measurements at some images do not prove that.\n\n")
	}
	return b.String()
}

func (c card) use() string {
	if c.manifest.Kind == "unrolled" {
		return fmt.Sprintf("    fringe image DATA --data vis --prior %s\n\nData must be calibrated.\n", c.dir)
	}
	return fmt.Sprintf("    fringe image DATA --prior %s              # plug-and-play\n    fringe image DATA --prior %s --method red\n", c.dir, c.dir)
}

func (c card) limits() string {
	const advice = "compare with an image by regularizers (`--prior entropy,tv`), and look at the reduced χ².\n"
	if c.manifest.Imported {
		return "What it has seen is not known, nor for which noise and which pixels it is good. It draws other sources in the likeness of those where data leave a choice: " + advice
	}
	pixels := ", on these pixels,"
	if c.training.anyScale {
		pixels = ""
	}
	text := "It has seen simulated skies of the kinds above only" + pixels + " and draws other sources in their likeness where data leave a choice: " + advice
	if c.manifest.Kind == "denoiser" {
		text += "It has seen white noise only. Much of each field is empty, so gains say little about other skies.\n"
	}
	return text
}

// verb says what fringe did to have the weights.
func (c card) verb() string {
	if c.manifest.Imported {
		return "imported"
	}
	return "made"
}

func (c card) licence() string {
	if c.manifest.Imported {
		return "The licence of the weights is that of whoever trained them: name it here before you pass them on."
	}
	return "The licence is that of fringe, Apache-2.0, unless whoever publishes the weights names another one here."
}

// grouped writes a number with commas between thousands.
func grouped(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", grouped(n/1000), n%1000)
}

// minutes writes a time in the unit that suits it.
func minutes(seconds float64) string {
	switch {
	case seconds < 100:
		return fmt.Sprintf("%.0f seconds", seconds)
	case seconds < 100*60:
		return fmt.Sprintf("%.0f minutes", seconds/60)
	}
	return fmt.Sprintf("%.1f hours", seconds/3600)
}
