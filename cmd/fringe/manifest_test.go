package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"fringe/train"
)

// zeroMeansZero names the fields of a manifest's config in which zero, false and empty are values; in all others they stand for
// a default, which a manifest must spell out.
func zeroMeansZero() map[string]bool {
	return map[string]bool{
		"monitor": true, "warmup_steps": true, "weight_decay": true, "systematic": true, "amplitude_sigma": true, "random_phases": true,
		"intra_site": true, "zero_output": true, "float64": true, "ignore_data": true,
	}
}

// defaultsIn lists the fields of a decoded config that leave their value to a default.
func defaultsIn(path string, value any, ends bool) []string {
	var list []string
	switch v := value.(type) {
	case map[string]any:
		for name, field := range v {
			list = append(list, defaultsIn(path+"."+name, field, !zeroMeansZero()[name])...)
		}
		ends = ends && len(v) == 0
	case []any:
		for _, end := range v { // a range is a default when all of it is zero
			ends = ends && len(defaultsIn(path, end, true)) > 0
		}
	default:
		ends = ends && (v == nil || reflect.ValueOf(v).IsZero())
	}
	if ends {
		list = append(list, path)
	}
	return list
}

// The manifests of the shipped configs hold every value that training uses, and name the network that is trained.
func TestManifestsHoldTheFullConfig(t *testing.T) {
	for _, name := range []string{"denoiser-eht64", "unrolled-eht64", "postprocess-eht64"} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("..", "..", "configs", name+".yaml"))
			if err != nil {
				t.Fatal(err)
			}
			job, err := newTraining(text, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer job.close()
			var config map[string]any
			if err := json.Unmarshal(job.manifest.Config, &config); err != nil {
				t.Fatal(err)
			}
			if left := defaultsIn("config", config, true); len(left) > 0 {
				t.Errorf("left to defaults: %v in %s", left, job.manifest.Config)
			}
			p := &prior{}
			params, err := p.build(job.manifest)
			if err != nil {
				t.Fatal(err)
			}
			defer p.close()
			count := 0
			for _, q := range params {
				count += q.Tensor.Len()
			}
			if count != job.params {
				t.Errorf("the manifest describes %d parameters, trained are %d", count, job.params)
			}
		})
	}
}

// Filling in the defaults changes no example.
func TestDefaultsChangeNoExample(t *testing.T) {
	var d train.DenoisingConfig
	d.Pixels = 32
	short, err := train.DenoisingBatches(d, 3, 2)(5)
	if err != nil {
		t.Fatal(err)
	}
	full, err := train.DenoisingBatches(d.WithDefaults(), 3, 2)(5)
	if err != nil || !reflect.DeepEqual(short, full) {
		t.Errorf("denoising: the examples differ, or %v", err)
	}
	var r train.ReconstructionConfig
	r.Pixels = 32
	seen, err := train.ReconstructionBatches(r, 3, 2)(5)
	if err != nil {
		t.Fatal(err)
	}
	again, err := train.ReconstructionBatches(r.WithDefaults(), 3, 2)(5)
	if err != nil || !reflect.DeepEqual(seen, again) {
		t.Errorf("reconstruction: the examples differ, or %v", err)
	}
}
