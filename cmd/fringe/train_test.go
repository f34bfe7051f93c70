package main

import (
	"os"
	"path/filepath"
	"testing"

	"fringe/train"
)

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
