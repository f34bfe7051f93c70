package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fringe/train"
)

// What a file of an evaluation of denoisers says twice, or of methods that have no use for it, is refused by name.
func TestDenoiserEvaluationsThatAreAmbiguous(t *testing.T) {
	const groups, tv = "groups: [{name: one, families: [ring]}]\n", "methods: [{label: TV, method: tv}]\n"
	for text, want := range map[string]string{
		"groups: [{name: one, families: [ring, jet, ring]}]\n" + tv:                                                            `groups[0]: the family "ring" is there twice`,
		"levels: [0.1, 0.3, 0.1]\n" + groups + tv:                                                                              "levels has 0.1 twice",
		groups + "methods: [{label: TV, method: tv, profile: vn}]\n":                                                           "methods[0]: profile and exact are settings of bm3d",
		groups + "methods: [{label: net, checkpoint: runs/net, exact: true}]\n":                                                "methods[0]: profile and exact are settings of bm3d",
		groups + "methods: [{label: BM3D, method: bm3d, jacobian: true}]\n":                                                    "methods[0]: jacobian is for checkpoints",
		groups + "methods: [{label: BM3D, method: bm3d, profile: vn, exact: true}]\n":                                          "",
		"levels: [0.1, 0.3]\n" + groups + "methods: [{label: a, checkpoint: b, jacobian: true}]\njacobian: {iterations: 10}\n": "jacobian.iterations is 10, must be between 11",
	} {
		_, err := readDenoisers([]byte("kind: denoising\ncount: 1\n"+text), 0)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
}

// Every config that is shipped must be good; a step of a large network is not tried.
func TestShippedConfigsAreGood(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "configs", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no configs: %v, %v", files, err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			kind, err := train.KindOf(text)
			if err != nil {
				t.Fatal(err)
			}
			if kind == "denoising" {
				if _, err := readDenoisers(text, 0); err != nil {
					t.Fatal(err)
				}
				return
			}
			if kind == "evaluation" {
				if _, err := readEvaluation(text, 0); err != nil {
					t.Fatal(err)
				}
				return
			}
			job, err := newTraining(text, 0)
			if err != nil {
				t.Fatal(err)
			}
			job.close()
		})
	}
}
