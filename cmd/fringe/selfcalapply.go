package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"fringe/calibrate"
	"fringe/data"

	"github.com/spf13/pflag"
)

// fittingFlags are the flags of fringe selfcal that say how gains are found.
func fittingFlags() []string {
	return []string{"model", "mode", "interval", "per-frequency", "reference", "normalize", "min-baselines", "min-snr", "max-change",
		"keep-unsolved", "sys", "keep-intra-site"}
}

// checkApply refuses flags that --apply would not heed.
func (o selfcalOptions) checkApply(f *pflag.FlagSet) error {
	for _, name := range fittingFlags() {
		if f.Changed(name) {
			return withHint(fmt.Errorf("--apply and --%s exclude one another", name), "--apply takes the gains as they are in the table; leave --%s out", name)
		}
	}
	if o.out == "" {
		return withHint(fmt.Errorf("no folder for the results"), "name one with --out DIR")
	}
	return nil
}

// runApply takes the gains of a table out of the data and writes both.
func (o selfcalOptions) runApply(log io.Writer) (err error) {
	dir := &outDir{path: o.out, names: []string{"gains.png", "report.json", "gains.csv", "gains.json", "calibrated.uvfits"}}
	if err := dir.check(o.force); err != nil {
		return err
	}
	table, err := readGains(o.apply)
	if err != nil {
		return err
	}
	raw, err := o.read.visibilities(o.path)
	if err != nil {
		return err
	}
	fmt.Fprintf(log, "%s: %s\n", o.path, contents(raw))
	calibrated, err := table.Apply(raw)
	if err != nil {
		return withHint(err, "give the observation that %s was made of, or one with the same stations at the same times", o.apply)
	}
	defer func() {
		if e := dir.discard(); err == nil {
			err = e
		}
	}()
	path, err := dir.file("calibrated.uvfits")
	if err != nil {
		return err
	}
	if err := data.WriteUVFITS(path, calibrated); err != nil {
		return err
	}
	if err := dir.write("gains.csv", table.WriteCSV); err != nil {
		return err
	}
	if err := dir.write("gains.json", table.WriteJSON); err != nil {
		return err
	}
	if err := dir.finish(); err != nil {
		return err
	}
	fmt.Fprintf(log, "%d gains applied: %d of %d visibilities are calibrated, the others flagged\n", len(table), calibrated.Unflagged().Len(), raw.Len())
	fmt.Fprintf(log, "wrote %s; %s\n", dir.path, calibratedHint(filepath.Join(dir.path, "calibrated.uvfits"), calibrated))
	return nil
}

// readGains reads gains.csv or gains.json.
func readGains(path string) (calibrate.Table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, withHint(err, "--apply wants gains.csv or gains.json of fringe selfcal")
	}
	defer f.Close()
	read := calibrate.ReadCSV
	if strings.EqualFold(filepath.Ext(path), ".json") {
		read = calibrate.ReadJSON
	}
	table, err := read(f)
	if err != nil {
		return nil, withHint(fmt.Errorf("%s: %w", path, err), "--apply wants gains.csv or gains.json of fringe selfcal")
	}
	return table, nil
}
