//go:build casacore

package measurementset_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fringe/data"
	"fringe/measurementset"
)

func TestErrors(t *testing.T) {
	path := made(t)
	all, dropped := made(t), made(t)
	check(t, "flag", all)
	check(t, "drop", dropped, "FLAG")
	notOne := t.TempDir()
	if err := os.WriteFile(filepath.Join(notOne, "table.dat"), []byte("nothing of the kind"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path    string
		options data.ReadOptions
		option  string // that the error is about
		want    string
	}{
		{notOne, data.ReadOptions{}, "", notOne},
		{path + "/ANTENNA", data.ReadOptions{}, "", "no complete Measurement Set: it has no column UVW"},
		{dropped, data.ReadOptions{}, "", "no column FLAG"},
		{path, data.ReadOptions{}, "Source", "holds 2 fields, choose one with option Source: first (number 0, 480 rows), second (number 1, 240 rows)"},
		{path, data.ReadOptions{Source: "third"}, "Source", `no field "third", only first (number 0`},
		{path, data.ReadOptions{Source: "first", SpectralWindow: "2"}, "SpectralWindow", `no spectral window "2", only low (number 0, 4 channels around 1.4015 GHz), high`},
		{path, data.ReadOptions{Source: "first", SpectralWindow: "high", Stokes: "RR"}, "Stokes", "its correlations are XX, YY, none of which is RR"},
		{path, data.ReadOptions{Source: "first", Channels: []int{7}}, "Channels", "channel 7, it has 0 to 6"},
		{path, data.ReadOptions{Source: "first", Column: "MODEL_DATA"}, "Column", "no column MODEL_DATA of visibilities, only CORRECTED_DATA, DATA"},
		{path, data.ReadOptions{Source: "first", Column: "FLAG"}, "Column", "must be one of"},
		{path, data.ReadOptions{Source: "first", FreqHz: 1e9}, "FreqHz", "not for a Measurement Set"},
		{path, data.ReadOptions{Source: "first", UVUnit: "m"}, "UVUnit", "not for a Measurement Set"},
		{all, data.ReadOptions{Source: "first"}, "", "none of its 1120 visibilities has a valid weight"},
	} {
		c.options.MeasurementSet = measurementset.Read
		_, err := data.ReadVisibilities(c.path, c.options)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s %+v: error %v, want %q on one line", filepath.Base(c.path), c.options, err, c.want)
			continue
		}
		var about *data.OptionError
		if name := ""; errors.As(err, &about) {
			if name = about.Option; name != c.option {
				t.Errorf("%v: is about option %q, want %q", err, name, c.option)
			}
		} else if c.option != "" {
			t.Errorf("%v: is about no option, want %q", err, c.option)
		}
	}
}

// A set of which any file is cut short, or absent, gives an error or is read, and never ends the process. Of most files it is an error.
func TestTruncated(t *testing.T) {
	whole := made(t)
	var files []string
	err := filepath.WalkDir(whole, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	failures := 0
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, keep := range []int{0, len(content) / 3, len(content) - 1} {
			if err := os.WriteFile(path, content[:max(0, keep)], 0o644); err != nil {
				t.Fatal(err)
			}
			v, err := measurementset.Read(whole, data.ReadOptions{Source: "first"})
			if err != nil {
				failures++
				continue
			}
			if err := v.Validate(); err != nil {
				t.Errorf("%s cut to %d of %d bytes: %v", strings.TrimPrefix(path, whole), keep, len(content), err)
			}
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d of %d cuts were errors", failures, 3*len(files))
	if failures < len(files)/2 { // a third of the files belong to subtables and columns that are not read
		t.Errorf("%d of %d cuts were errors", failures, 3*len(files))
	}
}
