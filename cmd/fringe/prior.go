package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"fringe/infer"
	"fringe/internal/words"
	"fringe/models"
	"fringe/radio"
	"fringe/unrolled"
)

// prior is what is assumed of the sky: regularizers, a denoiser or an unrolled network, exactly one of them.
type prior struct {
	name      string
	terms     []infer.Part    // regularizers
	penalties []infer.Penalty // those with corners, for a solver with proximal steps
	denoiser  models.Network
	network   *unrolled.Network
	doubt     string  // why the network should not be relied on, to be said; or empty
	cellRad   float64 // pixels that the network was trained on; 0 when there is none

	systematic float64 // error, as a fraction of the amplitude, that an unrolled network was trained with
}

// isCheckpoint reports whether the value of --prior names a folder rather than regularizers.
func isCheckpoint(text string) bool {
	info, err := os.Stat(text)
	return err == nil && info.IsDir() || strings.ContainsRune(text, filepath.Separator)
}

// checkPrior refuses unknown regularizers and missing folders before anything is read.
func checkPrior(text string, channels int) error {
	if isCheckpoint(text) {
		if info, err := os.Stat(text); err != nil || !info.IsDir() {
			return withHint(fmt.Errorf("--prior %s: there is no such checkpoint folder", text),
				"those of fringe are in the folder checkpoints of its repository; fringe train makes others; or name regularizers: --prior entropy,tv")
		}
		return nil
	}
	p := prior{name: text}
	err := p.regularize(infer.Scale{Grid: radio.Grid{NX: 8, NY: 8, CellRad: 1}, Channels: channels, FluxJy: 1}, false)
	if err == nil || strings.ContainsAny(text, "=,") {
		return err
	}
	if similar := similarCheckpoint(text); similar != "" {
		return withHint(fmt.Errorf("--prior %s: there is no such regularizer, and no such folder here", text), "did you mean --prior %s?", similar)
	}
	return err
}

// similarCheckpoint returns the folder inside checkpoints, of the working directory, that a name may have meant; empty for none.
func similarCheckpoint(name string) string {
	found, err := filepath.Glob(filepath.Join("checkpoints", "*", "manifest.json"))
	if err != nil {
		return ""
	}
	var names []string
	for _, manifest := range found {
		names = append(names, filepath.Base(filepath.Dir(manifest)))
	}
	if similar := words.Similar(name, names); similar != "" {
		return filepath.Join("checkpoints", similar)
	}
	return ""
}

// openPrior loads the checkpoint that --prior names. Regularizers wait for [prior.regularize]. The caller closes it.
func openPrior(text string) (*prior, error) {
	if isCheckpoint(text) {
		return openCheckpoint(text)
	}
	return &prior{name: text}, nil
}

// regularize makes the terms of a prior that is a list of regularizers, for a solver with proximal steps or without; it leaves networks as
// they are.
func (p *prior) regularize(scale infer.Scale, proximal bool) (err error) {
	if p.denoiser != nil || p.network != nil {
		return nil
	}
	if p.terms, err = infer.ParseRegularizers(p.name, scale); err != nil {
		return withHint(fmt.Errorf("--prior %s: %w", p.name, err), "name regularizers, such as entropy=1,tv=0.5, or the folder of a checkpoint")
	}
	if proximal {
		p.terms, p.penalties, err = corners(p.terms, scale)
	}
	return err
}

// firm says why the denoiser is known to be firmly nonexpansive; empty when it is not known, or there is none.
func (p *prior) firm() string {
	if p.denoiser != nil && models.Certified(p.denoiser) {
		return "by construction"
	}
	return ""
}

func (p *prior) close() {
	if p.denoiser != nil {
		p.denoiser.Drop()
	}
	if p.network != nil {
		p.network.Drop()
	}
}
