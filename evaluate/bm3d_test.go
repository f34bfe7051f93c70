package evaluate

import (
	"bytes"
	"context"
	"math"
	"os/exec"
	"slices"
	"testing"

	"fringe/data"
)

// BM3D takes most of the noise of a ring away, gives the same bytes again, and its unit is that of the image: ten times the image with ten times
// the noise gives ten times the result.
func TestBM3D(t *testing.T) {
	if exec.Command("python3", "-c", "import bm3d").Run() != nil {
		t.Skip("python3 has no package bm3d")
	}
	var log bytes.Buffer
	b, err := NewBM3D("BM3D", BM3DSettings{}, "python3", &log)
	if err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	defer b.Close()
	u := denoisingSuite()
	u.Split, u.Count = data.Validation, 1
	_, k, err := u.draw("ring", 0.1)
	if err != nil {
		t.Fatal(err)
	}
	var runs [][]float64
	for _, scale := range []float64{1, 1, 10} {
		noisy := Noisy{Side: k.noisy.Side, Images: [][]float64{nil}, Sigma: []float64{scale * k.noisy.Sigma[0]}}
		for _, v := range k.noisy.Images[0] {
			noisy.Images[0] = append(noisy.Images[0], scale*v)
		}
		images, err := b.Denoise(context.Background(), noisy, 1.2)
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, images[0])
	}
	if !slices.Equal(runs[0], runs[1]) {
		t.Error("the same image gives another result")
	}
	for i, v := range runs[0] {
		// The package computes in float32.
		if math.Abs(runs[2][i]/10-v) > 1e-4 {
			t.Fatalf("pixel %d: %g at ten times the scale, %g before", i, runs[2][i], v)
		}
	}
	psnr, err := k.psnr([][]float64{runs[0]})
	if err != nil {
		t.Fatal(err)
	}
	if !(psnr[0] > 26) { // the noisy image has 20 dB
		t.Errorf("%g dB, want at least 26", psnr[0])
	}
}

func TestBM3DRefusesAnUnknownProfile(t *testing.T) {
	if _, err := NewBM3D("BM3D", BM3DSettings{Profile: "turbo"}, "python3", nil); err == nil {
		t.Error("no error")
	}
}
