package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"fringe/data"
	"fringe/radio"

	"github.com/spf13/cobra"
)

// convertOptions are the flags of fringe convert.
type convertOptions struct {
	read  readFlags
	pick  pickFlags
	uvMin quantity
	out   string
	force bool
}

func convertCommand() *cobra.Command {
	o := convertOptions{uvMin: length("")}
	c := &cobra.Command{
		Use:   "convert OBS... --out FILE",
		Short: "Select, average and join visibilities, and write them as UVFITS or npz",
		Long: `Read one or several files of visibilities in any format, take the part of them that the flags name, average it, and write all of it into
one file: UVFITS where FILE ends in .uvfits, or NumPy's npz (uu, vv, weight, data_re, data_im) where it ends in .npz. Files that are
joined must be of one source. What is flagged stays flagged in UVFITS (a weight that is not positive) and npz (weight 0), and is left out of
averages. Only Stokes I, or the one hand of --stokes, is written.`,
		Example: `  fringe convert OBS.ms --source J1008+0730 --channels 10-53 --average-channels 44 --out obs.npz
  fringe convert NIGHT1.uvfits NIGHT2.uvfits --average-time 30s --exclude-stations LM --out both.uvfits`,
		RunE: func(c *cobra.Command, args []string) error { return o.run(args, c.ErrOrStderr()) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVarP(&o.out, "out", "o", "", "file to write, which ends in .uvfits or .npz (required)")
	o.read.register(f)
	o.pick.register(f)
	f.Var(&o.uvMin, "uv-min", "leave out shorter baselines, such as 0.1Gl, 200Ml")
	f.BoolVar(&o.force, "force", false, "overwrite the file")
	return c
}

func (o convertOptions) run(paths []string, log io.Writer) error {
	if err := o.check(paths); err != nil {
		return err
	}
	var all []*radio.Visibilities
	for _, path := range paths {
		v, err := o.read.visibilities(path)
		if err != nil {
			return err
		}
		fmt.Fprintf(log, "%s: %s\n", path, contents(v))
		if v, err = o.pick.apply(v); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, v.UVRange(o.uvMin.value, o.pick.longest()))
	}
	v, err := radio.Concat(all...)
	if err != nil {
		return withHint(err, "convert files of different sources one by one")
	}
	if v.Unflagged().Len() == 0 {
		return withHint(errors.New("no usable visibility is left to write"), "fringe inspect says what is in a file")
	}
	if err := os.MkdirAll(filepath.Dir(o.out), 0o755); err != nil {
		return err
	}
	if err := o.write(v); err != nil {
		return err
	}
	fmt.Fprintf(log, "wrote %s: %s\n", o.out, contents(v))
	return nil
}

// check refuses what cannot be done before anything is read.
func (o convertOptions) check(paths []string) error {
	if len(paths) == 0 {
		return withHint(errors.New("no file of visibilities"), "usage: fringe convert OBS... --out FILE")
	}
	if o.out == "" {
		return withHint(errors.New("no file to write"), "name one with --out OBS.uvfits or --out OBS.npz")
	}
	if ending := filepath.Ext(o.out); ending != ".uvfits" && ending != ".npz" {
		return withHint(fmt.Errorf("--out %s: the ending tells the format, and %q is none", o.out, ending), "end it in .uvfits or .npz")
	}
	return checkFile(o.out, o.force)
}

func (o convertOptions) write(v *radio.Visibilities) error {
	if filepath.Ext(o.out) == ".npz" {
		return data.WriteNPZ(o.out, v)
	}
	return withHint(data.WriteUVFITS(o.out, v), "an npz file holds visibilities of any kind: --out FILE.npz")
}
