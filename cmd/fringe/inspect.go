package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"fringe/evaluate"

	"github.com/spf13/cobra"
)

// inspectOptions are the flags of fringe inspect.
type inspectOptions struct {
	read  readFlags
	json  bool
	html  string
	out   string
	force bool
}

func inspectCommand() *cobra.Command {
	var o inspectOptions
	c := &cobra.Command{
		Use:   "inspect FILE...",
		Short: "Say what is in files of visibilities and images, and draw it",
		Long: `Say what is in each file: source, time, frequency, stations, (u,v) range, resolution, flux, signal-to-noise ratio, whether the weights
are right, and which field and pixels suit the data. --json says the same for programs, a line for each file.

--html PAGE writes one page, --out DIR pictures: (u,v) coverage, amplitude and phase against baseline length, closure phases,
dirty image and beam. What a file cannot tell, such as closure phases without stations, is left out and said. An image, FITS or
PNG, is described too. When some of several files cannot be read, the others are inspected and the exit code is 1.`,
		Example: `  fringe inspect OBS.uvfits
  fringe inspect *.uvfits --html overview.html
  fringe inspect OBS.uvfits --json | jq .suggested`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return nil
			}
			return withHint(fmt.Errorf("%s needs at least one file", c.CommandPath()), "usage: %s", c.UseLine())
		},
		RunE: func(c *cobra.Command, args []string) error { return o.run(args, c.OutOrStdout(), c.ErrOrStderr()) },
	}
	f := c.Flags()
	f.BoolVar(&o.json, "json", o.json, "print a line of JSON for each file instead of a text")
	f.StringVar(&o.html, "html", "", "write a page with all figures, such as overview.html")
	f.StringVarP(&o.out, "out", "o", "", "write the figures as PNG and report.json to this folder, of several files to a folder in it for each")
	f.BoolVar(&o.force, "force", o.force, "overwrite former results")
	o.read.register(f)
	return c
}

// run inspects one file after the other. A file that cannot be read does not keep the others from being inspected.
func (o inspectOptions) run(paths []string, stdout, log io.Writer) error {
	page, dirs, err := o.check(paths)
	if err != nil {
		return err
	}
	all := evaluate.Report{Title: "Contents of " + filepath.Base(paths[0]), Footer: "fringe " + version}
	if len(paths) > 1 {
		all.Title = fmt.Sprintf("Contents of %d files", len(paths))
	}
	failed, shown := 0, 0
	for i, path := range paths {
		s, err := o.inspect(path)
		if err == nil {
			err = o.show(s, dirs[i], &all, shown > 0, stdout, log)
		}
		switch {
		case err == nil:
			shown++
		case len(paths) == 1:
			return err
		default:
			failed++
			report(log, err)
		}
	}
	if page != nil && shown > 0 {
		if err := saveOverview(page, all, log); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d files could not be inspected", failed, len(paths))
	}
	return nil
}

// check refuses to overwrite results before anything is read. It returns where the page and the pictures of each file go, nil where
// none are wanted.
func (o inspectOptions) check(paths []string) (page *outDir, dirs []*outDir, err error) {
	dirs = make([]*outDir, len(paths))
	if page, err = overviewPage(o.html, o.force); err != nil {
		return nil, nil, err
	}
	if o.out == "" {
		return page, dirs, nil
	}
	seen := map[string]string{}
	for i, path := range paths {
		folder := o.out
		if len(paths) > 1 {
			folder = filepath.Join(o.out, stem(path))
		}
		if before, twice := seen[folder]; twice {
			return nil, nil, withHint(fmt.Errorf("the figures of %s and %s would go to the same folder, %s", before, path, folder), "inspect them one by one, each with its own --out")
		}
		seen[folder] = path
		dirs[i] = &outDir{path: folder, names: inspectFiles()}
		if err := dirs[i].check(o.force); err != nil {
			return nil, nil, err
		}
	}
	return page, dirs, nil
}

// overviewPage returns where --html goes, nil where none is wanted.
func overviewPage(html string, force bool) (*outDir, error) {
	if html == "" {
		return nil, nil
	}
	if info, err := os.Stat(html); err == nil && info.IsDir() {
		return nil, withHint(fmt.Errorf("%s is a folder", html), "give --html the name of a file, such as overview.html")
	} else if err == nil && !force {
		return nil, withHint(fmt.Errorf("%s is there already", html), "choose another --html, or overwrite it with --force")
	}
	return &outDir{path: filepath.Dir(html), names: []string{filepath.Base(html)}}, checkWritable(filepath.Dir(html))
}

// show prints what a file holds, and draws it where figures are wanted.
func (o inspectOptions) show(s *subject, dir *outDir, all *evaluate.Report, again bool, stdout, log io.Writer) error {
	if dir != nil || o.html != "" {
		if err := s.draw(); err != nil {
			return err
		}
		all.Sections = append(all.Sections, s.section())
	}
	if dir != nil {
		if err := s.save(dir, log); err != nil {
			return err
		}
	}
	if o.json {
		return json.NewEncoder(stdout).Encode(s.report)
	}
	if !isTerminal(stdout) {
		s.sketch = ""
	}
	if again {
		fmt.Fprintln(stdout)
	}
	return s.writeText(stdout)
}
