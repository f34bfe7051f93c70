package evaluate

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"

	"fringe/internal/peer"
)

//go:embed bm3d.py
var bm3dScript []byte

// BM3D is block matching and 3-D filtering (Dabov, Foi, Katkovnik & Egiazarian 2007, IEEE Trans. Image Process. 16, 2080) by its authors'
// package bm3d for Python, in both of its stages. It is told strength·σ, in the units of the image.
type BM3D struct {
	Label string
	BM3DSettings
	worker *peer.Peer
	folder string
}

var _ Tunable = (*BM3D)(nil)

// BM3DSettings are those of the package.
type BM3DSettings struct {
	// Profile is a set of parameters by the authors: "np" the usual one, "" for it; "vn" for strong noise; "high" with more blocks.
	Profile string `yaml:"profile"`
	// Exact takes the correlation of overlapping blocks into account (Mäkinen, Azzari & Foi 2020, IEEE Trans. Image Process. 29, 8339), which is for
	// correlated noise and takes ten times as long.
	Exact bool `yaml:"exact"`
}

// Validate names an unknown profile.
func (b BM3DSettings) Validate() error {
	if !slices.Contains([]string{"", "np", "vn", "high"}, b.Profile) {
		return fmt.Errorf("evaluate: profile is %q, must be np, vn or high", b.Profile)
	}
	return nil
}

// NewBM3D starts the Python program, which needs the package bm3d. What it says goes to log. The caller closes the method.
func NewBM3D(label string, settings BM3DSettings, python string, log io.Writer) (*BM3D, error) {
	if err := settings.Validate(); err != nil {
		return nil, err
	}
	settings.Profile = cmp.Or(settings.Profile, "np")
	folder, err := os.MkdirTemp("", "fringe-bm3d-")
	if err != nil {
		return nil, err
	}
	script := filepath.Join(folder, "bm3d_worker.py")
	b := &BM3D{Label: label, BM3DSettings: settings, folder: folder}
	if err = os.WriteFile(script, bm3dScript, 0o600); err == nil {
		b.worker, err = peer.Start(python, 1, log, script)
	}
	if err != nil {
		b.Close()
		return nil, fmt.Errorf("evaluate: BM3D by %s: %w", python, err)
	}
	return b, nil
}

// Settings names the package with its version and the settings.
func (b *BM3D) Settings() string { return fmt.Sprintf("bm3d %v, %+v", b.worker.Ready, b.BM3DSettings) }

// Name returns the label.
func (b *BM3D) Name() string { return b.Label }

// Start returns √2: skies are smoother than the photographs that the package is set up for.
func (b *BM3D) Start() float64 { return math.Sqrt2 }

// Denoise sends the images one by one.
func (b *BM3D) Denoise(ctx context.Context, noisy Noisy, strength float64) (out [][]float64, err error) {
	for i := range noisy.Images {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		question := struct {
			Image   []float64 `json:"image"`
			Side    int       `json:"side"`
			Sigma   float64   `json:"sigma"`
			Profile string    `json:"profile"`
			Exact   bool      `json:"exact"`
		}{noisy.Images[i], noisy.Side, strength * noisy.Sigma[i], b.Profile, b.Exact}
		var image []float64
		if err := b.worker.Ask(question, &image); err != nil {
			return nil, err
		}
		out = append(out, image)
	}
	return out, nil
}

// Close ends the Python program.
func (b *BM3D) Close() {
	if b.worker != nil {
		b.worker.Close()
	}
	_ = os.RemoveAll(b.folder)
}
