package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// runsFlags are the flags of fringe runs.
type runsFlags struct {
	json   bool
	html   string
	force  bool
	smooth float64
}

func runsCommand() *cobra.Command {
	var f runsFlags
	c := &cobra.Command{
		Use:   "runs DIR",
		Short: "Compare training runs",
		Long: `Compare the training runs in a folder, and in the folders inside it: what each is, how far it came, its best metric and the time it took.

--html PAGE writes one page with that table, the curves of loss and metrics, the fields in which the configs differ and the latest
pictures of each run; --json says all but the pictures for programs. Folders that hold no run, or a broken one, are named and left out.`,
		Example: "  fringe runs runs\n  fringe runs runs --html runs.html --smooth 0.9",
		Args:    oneArgument("a folder of runs"),
		RunE:    func(c *cobra.Command, args []string) error { return f.run(args[0], c.OutOrStdout(), c.ErrOrStderr()) },
	}
	c.Flags().BoolVar(&f.json, "json", false, "print JSON instead of a table")
	c.Flags().StringVar(&f.html, "html", "", "write a page with curves and pictures, such as runs.html")
	c.Flags().BoolVar(&f.force, "force", false, "overwrite a former page")
	c.Flags().Float64Var(&f.smooth, "smooth", 0.8, "smoothing of the losses on the page, from 0 to below 1: each report counts this much of the one after it")
	return c
}

func (f runsFlags) run(dir string, stdout, stderr io.Writer) error {
	if !(f.smooth >= 0 && f.smooth < 1) {
		return fmt.Errorf("--smooth is %g, must be at least 0 and below 1", f.smooth)
	}
	page, err := overviewPage(f.html, f.force)
	if err != nil {
		return err
	}
	found, err := findRuns(dir)
	if err != nil {
		return err
	}
	for _, s := range found.Skipped {
		fmt.Fprintf(stderr, "skipped %s: %s\n", s.Path, s.Cause)
	}
	if len(found.Runs) == 0 {
		return withHint(fmt.Errorf("%s holds no run", dir), "name the folder that fringe train writes its runs into, such as runs")
	}
	if f.json {
		e := json.NewEncoder(stdout)
		e.SetIndent("", "  ")
		err = e.Encode(found)
	} else {
		err = found.table().WriteText(stdout)
	}
	if err != nil || page == nil {
		return err
	}
	report, err := found.report(page.path, f.smooth)
	if err != nil {
		return err
	}
	return saveOverview(page, report, stderr)
}
