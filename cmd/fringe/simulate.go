package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"fringe/data"
)

func simulateCommand() *cobra.Command {
	pairs, one, out, list, folder := newPairsFlags(), newObserveFlags(), "", false, ""
	c := &cobra.Command{
		Use:   "simulate [CONFIG.yaml] --out DIR|OBS.uvfits",
		Short: "Simulate training pairs, or one observation of a sky of yours",
		Long: `With a config, simulate training pairs and keep them in a folder: skies, visibilities, dirty images and their kernels as
safetensors, a line of metadata for each pair, and a manifest with checksums. The config of an unrolled network gives the pairs
that its training takes; name the folder in its field reconstruction.shards to train on them. Whenever it is stopped, or killed,
the same command goes on, and the files are the same in the end.

With --observe or --sky, simulate one observation: an image, or a sky that is drawn, seen by an array with its thermal noise and
the errors that you ask for. OBS.uvfits (or OBS.npz) gets the visibilities, OBS.truth.fits the sky in Jy/pixel, and OBS.json a line
that says what was done. --dry-run tells what would be seen and writes nothing.`,
		Example: `  fringe simulate configs/unrolled-eht64.yaml --out pairs/eht64
  fringe simulate configs/unrolled-eht64.yaml --split evaluation --count 100 --out pairs/eht64-evaluation
  fringe simulate --observe SKY.fits --array eht2017 --source M87 --start 2017-04-11T00:46 --scans 25 --out out/obs.uvfits
  fringe simulate --sky ring --seed 3 --array eht2025 --gain-amplitude 0.1 --gain-phase 1000 --out out/ring.uvfits
  fringe simulate --sky radiogalaxy --array vla_a --dynamic-range 1e4 --out out/galaxy.uvfits
  fringe simulate --list-skies
  fringe simulate --gallery out/gallery --seed 2`,
		RunE: func(c *cobra.Command, args []string) error {
			if list {
				if name := firstChanged(c.Flags(), "list-skies"); name != "" || len(args) > 0 {
					return withHint(errors.New("--list-skies names the families of skies, and takes no config and no other flag"), "leave the rest out")
				}
				return listSkies(c.OutOrStdout())
			}
			if folder != "" {
				if err := onlyObservation(args, pairs.set); err != nil {
					return err
				}
				if out != "" {
					return withHint(errors.New("--gallery writes its pictures into its own folder, and --out names another file"), "leave one of them out")
				}
				g, err := one.gallery(folder)
				if err != nil {
					return err
				}
				return g.run(c.Context(), c.ErrOrStderr())
			}
			if one.image == "" && one.family == "" {
				if err := onlyPairs(c, args, one.set); err != nil {
					return err
				}
				return pairs.run(c.Context(), args[0], out, c.ErrOrStderr())
			}
			if err := onlyObservation(args, pairs.set); err != nil {
				return err
			}
			return one.run(out, c.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVarP(&out, "out", "o", "", "folder of the pairs, or file of the observation that ends in .uvfits or .npz")
	f.BoolVar(&list, "list-skies", false, "name the families of skies that can be drawn, and do no more")
	f.StringVar(&folder, "gallery", "", "folder for a picture of each family, or of that of --sky: 64 skies and their dirty images")
	f.AddFlagSet(pairs.set)
	f.AddFlagSet(one.set)
	return c
}

// listSkies prints a line for each family.
func listSkies(w io.Writer) error {
	for _, f := range data.AllFamilies() {
		if _, err := fmt.Fprintf(w, "%-12s %s\n", f.Name, f.About); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%-12s %s\n", "all", "any of these but images, in equal shares")
	return err
}

// onlyPairs refuses a command line that does not name a config, or has flags of an observation.
func onlyPairs(c *cobra.Command, args []string, others *pflag.FlagSet) error {
	if len(args) != 1 {
		return withHint(fmt.Errorf("%s needs a config, or --observe SKY.fits, or --sky FAMILY; got %d arguments", c.CommandPath(), len(args)),
			"%s --help has examples", c.CommandPath())
	}
	if name := firstChanged(others); name != "" {
		return withHint(fmt.Errorf("--%s is for one observation, and %s makes pairs", name, args[0]), "a config says it all; --observe SKY.fits makes one observation")
	}
	return nil
}

// onlyObservation refuses a command line that has a config or flags of pairs beside --observe or --sky.
func onlyObservation(args []string, others *pflag.FlagSet) error {
	if len(args) > 0 {
		return withHint(fmt.Errorf("%s makes pairs, and --observe and --sky one observation", args[0]), "leave one of them out")
	}
	if name := firstChanged(others); name != "" {
		return withHint(fmt.Errorf("--%s is for pairs, and --observe and --sky make one observation", name), "leave it out")
	}
	return nil
}

// firstChanged returns the name of a flag of the set that was given, besides those that may be, or "".
func firstChanged(set *pflag.FlagSet, besides ...string) (name string) {
	set.VisitAll(func(f *pflag.Flag) {
		if f.Changed && name == "" && !slices.Contains(besides, f.Name) {
			name = f.Name
		}
	})
	return name
}
