package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fringe/checkpoints"
	"fringe/internal/torch"
)

// importFlags are the flags of fringe import.
type importFlags struct {
	config, out string
	rename      []string // FROM=TO
}

func importCommand() *cobra.Command {
	var f importFlags
	c := &cobra.Command{
		Use:   "import STATE.safetensors --config CONFIG.yaml --out DIR",
		Short: "Import weights that were trained elsewhere",
		Long: `Turn the state dict of a PyTorch network into a checkpoint.

The network is that of a training config. Every one of its tensors must be in the file with the same shape, and no other; --rename replaces
the beginning of names, first come, first served. In Python: safetensors.torch.save_file(model.float().state_dict(), "state.safetensors").`,
		Example: "  fringe import state.safetensors --config configs/denoiser-eht64.yaml --out runs/imported --rename module.=",
		Args:    oneArgument("a safetensors file"),
		RunE: func(c *cobra.Command, args []string) error {
			return f.run(args[0], c.ErrOrStderr())
		},
	}
	c.Flags().StringVar(&f.config, "config", "", "training config that describes the network")
	c.Flags().StringVar(&f.out, "out", "", "folder of the checkpoint")
	c.Flags().StringArrayVar(&f.rename, "rename", nil, "FROM=TO: names that begin with FROM begin with TO instead; may be repeated")
	return c
}

func (f importFlags) run(path string, stderr io.Writer) error {
	if f.config == "" || f.out == "" {
		return withHint(fmt.Errorf("--config and --out are needed"), "the config says which network the weights are for, such as configs/denoiser-eht64.yaml")
	}
	if !checkpoints.IsFree(f.out) {
		return withHint(fmt.Errorf("%s holds other files", f.out), "name a new folder with --out")
	}
	if err := checkWritable(f.out); err != nil {
		return err
	}
	text, err := os.ReadFile(f.config)
	if err != nil {
		return withHint(fmt.Errorf("read config: %w", err), "the configs folder of fringe holds examples")
	}
	t, err := newTraining(text, 0)
	if err != nil {
		return fmt.Errorf("config %s: %w", f.config, err)
	}
	defer t.close()
	tensors, err := f.read(path)
	if err != nil {
		return err
	}
	if problems := compare(t.weights, tensors); len(problems) > 0 {
		return withHint(fmt.Errorf("%s does not fit the network of %s: %s", path, f.config, strings.Join(problems, "; ")),
			"--rename FROM=TO changes the beginning of names")
	}
	if err := checkpoints.Assign(t.weights, tensors); err != nil {
		return err
	}
	m := t.manifest
	m.Imported, m.Data = true, "imported, so what the network was trained on is not known; the config would train on "+m.Data
	weights, err := checkpoints.Gather(t.weights)
	if err != nil {
		return withHint(fmt.Errorf("%s: %w", path, err), "weights must be finite numbers")
	}
	if err := checkpoints.Save(f.out, m, weights, nil); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "imported %d tensors with %d numbers; fringe image --prior %s uses them\n", len(weights), t.params, f.out)
	return nil
}

// computed are the ends of names in state dicts that a network computes or has no use for: the counters of batch normalisation, and the tables of
// positions and masks of SwinIR.
var computed = []string{".num_batches_tracked", ".relative_position_index", ".attn_mask"}

// read reads the file, changes names, and leaves out what is computed.
func (f importFlags) read(path string) ([]checkpoints.Tensor, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read weights: %w", err)
	}
	tensors, err := checkpoints.DecodeSafetensors(content)
	if err != nil {
		return nil, withHint(fmt.Errorf("read %s: %w", path, err), `in Python: safetensors.torch.save_file(model.float().state_dict(), "state.safetensors")`)
	}
	for _, r := range f.rename {
		if !strings.Contains(r, "=") {
			return nil, fmt.Errorf("--rename is %q, must be FROM=TO", r)
		}
	}
	tensors = slices.DeleteFunc(tensors, func(t checkpoints.Tensor) bool {
		return slices.ContainsFunc(computed, func(end string) bool { return strings.HasSuffix("."+t.Name, end) })
	})
	origin := map[string]string{}
	for i := range tensors {
		old := tensors[i].Name
		name := f.renamed(old)
		if other, twice := origin[name]; twice {
			return nil, withHint(fmt.Errorf("%s: both %q and %q would be %q", path, other, old, name), "remove one of them from the file, or rename one away")
		}
		origin[name], tensors[i].Name = old, name
	}
	return tensors, nil
}

// renamed returns a name with its beginning replaced by the first rule that fits.
func (f importFlags) renamed(name string) string {
	for _, r := range f.rename {
		from, to, _ := strings.Cut(r, "=")
		if rest, found := strings.CutPrefix(name, from); found {
			return to + rest
		}
	}
	return name
}

// compare says how tensors differ from what a network needs.
func compare(params []torch.Param, tensors []checkpoints.Tensor) (problems []string) {
	var missing, unexpected, wrong []string
	named := map[string]checkpoints.Tensor{}
	for _, t := range tensors {
		named[t.Name] = t
		if !slices.ContainsFunc(params, func(p torch.Param) bool { return p.Name == t.Name }) {
			unexpected = append(unexpected, t.Name)
		}
	}
	for _, p := range params {
		t, found := named[p.Name]
		if !found {
			missing = append(missing, p.Name)
		} else if shape := p.Tensor.Shape(); !slices.Equal(shape, t.Shape) {
			wrong = append(wrong, fmt.Sprintf("%s has shape %v instead of %v", p.Name, t.Shape, shape))
		}
	}
	for _, list := range []struct {
		title string
		names []string
	}{{"missing", missing}, {"unexpected", unexpected}, {"of another shape", wrong}} {
		if len(list.names) > 0 {
			problems = append(problems, fmt.Sprintf("%d %s: %s", len(list.names), list.title, shorten(list.names)))
		}
	}
	return problems
}

// shorten joins the first names of a list.
func shorten(names []string) string {
	const most = 8
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
