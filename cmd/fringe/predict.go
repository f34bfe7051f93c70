package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// predictOptions are the flags of fringe predict.
type predictOptions struct {
	path, model string
	read        readFlags
	force       bool
}

func predictCommand() *cobra.Command {
	var o predictOptions
	c := &cobra.Command{
		Use:   "predict OBS.ms --model IMAGE.fits",
		Short: "Write the visibilities of an image to the model column of a Measurement Set",
		Long: `Write what the stations would have seen of an image to the column MODEL_DATA of a Measurement Set, where CASA's gaincal,
WSClean and others look for the model. The column is added when there is none; otherwise --force replaces its values.

All channels of the field are written, flagged ones too, unless --spw picks one spectral window; other rows stay as they are,
and are 0 in a new column. The model is unpolarised: RR and LL, or XX and YY, get the visibilities of the image, cross hands 0.
The other columns are not touched.`,
		Example: `  fringe image OBS.ms --out out/first
  fringe predict OBS.ms --model out/first/image.fits`,
		Args: oneArgument("one Measurement Set"),
		RunE: func(c *cobra.Command, args []string) error {
			o.path = args[0]
			return o.run(c.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.StringVar(&o.model, "model", "", "FITS image in Jy/pixel, such as image.fits of fringe image (required)")
	f.StringVar(&o.read.options.Source, "source", "", "name or number of the field, of a set that holds several")
	f.StringVar(&o.read.options.SpectralWindow, "spw", "", "name or number of the spectral window (default: all)")
	f.BoolVar(&o.force, "force", false, "replace the model that is there")
	return c
}

// run writes the model column. What happens is told on log.
func (o predictOptions) run(log io.Writer) (err error) {
	if o.model == "" {
		return withHint(errors.New("no model to predict from"), "name an image with --model IMAGE.fits")
	}
	if _, err := os.Stat(filepath.Join(o.path, "table.dat")); err != nil {
		return withHint(fmt.Errorf("%s is no Measurement Set (a folder with table.dat)", o.path), "only a Measurement Set has a model column")
	}
	options, err := o.read.readOptions()
	if err != nil {
		return err
	}
	set, err := openMeasurementSet(o.path, options)
	if err != nil {
		return readHint(fmt.Errorf("%s: %w", o.path, err))
	}
	defer func() { err = errors.Join(err, set.Close()) }()
	has, err := set.HasModel()
	if err != nil {
		return err
	}
	if has && !o.force {
		return withHint(fmt.Errorf("%s has a column MODEL_DATA already", o.path), "--force replaces it")
	}
	model, err := readModel(o.model, set.Source(), log)
	if err != nil {
		return err
	}
	rows, err := set.WriteModel(model.at)
	if err != nil {
		return fmt.Errorf("%s: %w", o.path, err)
	}
	fmt.Fprintf(log, "wrote MODEL_DATA of %d rows of %s\n", rows, set.Source().Name)
	return nil
}
