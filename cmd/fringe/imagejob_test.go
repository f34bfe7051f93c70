package main

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"fringe/radio"
)

// Files of sources that lie more than the field apart are not fitted together; one without a position is believed.
func TestSourcesApart(t *testing.T) {
	grid := radio.Grid{NX: 10, NY: 10, CellRad: 1e-6}
	first := radio.Source{Name: "A", RARad: 1, DecRad: 0.5}
	for _, c := range []struct {
		second radio.Source
		refuse bool
	}{
		{radio.Source{Name: "B", RARad: 1, DecRad: 0.5 + 0.9e-5}, false},
		{radio.Source{Name: "B", RARad: 1, DecRad: 0.5 + 1.1e-5}, true},
		{radio.Source{Name: "B"}, false},
	} {
		j := &job{grid: grid}
		for _, s := range []radio.Source{first, c.second} {
			j.sets = append(j.sets, &dataset{name: s.Name + ".uvfits", obs: &observation{vis: &radio.Visibilities{Source: s}}})
		}
		if err := j.checkPositions(); (err != nil) != c.refuse || err != nil && !strings.Contains(err.Error(), "A.uvfits is of A and B.uvfits of B") {
			t.Errorf("%+v: %v", c.second, err)
		}
	}
}

// A cross-validation that is stopped leaves no image and no folder.
func TestStoppedCrossValidation(t *testing.T) {
	o := quick(t, "tsv")
	o.data, o.cv, o.folds = "vis", true, "2"
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var log bytes.Buffer
	if _, err := o.run(ctx, &log); !errors.Is(err, errInterrupted) || !strings.Contains(log.String(), "there is no image yet") {
		t.Errorf("error %v, log %s", err, log.String())
	}
	if _, err := os.Stat(o.out); err == nil {
		t.Error("there is a folder of results")
	}
}

func TestWithFactors(t *testing.T) {
	factors := map[string]float64{"tv": 10, "entropy": math.Sqrt(0.1)}
	if got := withFactors("entropy=2, tv,l1=3", factors); got != "entropy=0.6325,tv=10,l1=3" {
		t.Errorf("got %q", got)
	}
}
