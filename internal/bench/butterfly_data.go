package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"

	"github.com/sbinet/npyio/npy"
	"github.com/sbinet/npyio/npz"

	"fringe/infer"
	"fringe/measure"
	"fringe/radio"
)

// mockData is the mock data set that MPoL 0.3 carries: a butterfly, and baselines and weights of an ALMA observation of IM Lup.
const mockData = "../shared/data/alma/mpol_mock_data.npz"

// The butterfly and how it is imaged.
const (
	skyPixels, skyCell     = 1028, 0.005 * radio.Arcsecond
	imagePixels, imageCell = 512, 2 * skyCell
	fluxJy                 = 0.253
	resolution             = 0.06 * radio.Arcsecond // FWHM at which images are compared
	frequencyHz            = 230e9
)

// mock is the data set: noisy visibilities of the whole sky, and the true image on the pixels of the comparison.
type mock struct {
	grid  radio.Grid
	vis   *radio.Visibilities
	truth []float64 // Jy/pixel, blurred to the resolution
}

// newMock predicts the visibilities from the sky at its full size by a NUFFT with an error of 1e-13, and adds noise by the weights.
func newMock() (*mock, error) {
	a, err := readArrays("img", "uu", "vv", "weight")
	if err != nil {
		return nil, err
	}
	skyGrid := radio.Grid{NX: skyPixels, NY: skyPixels, CellRad: skyCell}
	sky, err := upright(a["img"])
	if err != nil {
		return nil, err
	}
	m := &mock{grid: radio.Grid{NX: imagePixels, NY: imagePixels, CellRad: imageCell}, vis: &radio.Visibilities{}}
	for k, w := range a["weight"] {
		m.add(a["uu"][k]*frequencyHz/radio.SpeedOfLight, a["vv"][k]*frequencyHz/radio.SpeedOfLight, w)
	}
	op, err := measure.NewNUFFT(skyGrid, m.vis.U, m.vis.V, 1e-13)
	if err != nil {
		return nil, err
	}
	defer op.Close()
	op.Forward(m.vis.Vis, sky)
	rng := rand.New(rand.NewPCG(1, 0))
	for k, w := range m.vis.Weight {
		m.vis.Vis[k] += complex(rng.NormFloat64()/math.Sqrt(w), rng.NormFloat64()/math.Sqrt(w))
	}
	m.truth = coarse(infer.Blur(skyGrid, sky, resolution))
	return m, nil
}

// add appends a visibility of no known station.
func (m *mock) add(u, v, weight float64) {
	x := m.vis
	x.U, x.V, x.Vis, x.Weight = append(x.U, u), append(x.V, v), append(x.Vis, 0), append(x.Weight, weight)
	x.Ant1, x.Ant2, x.FreqHz = append(x.Ant1, -1), append(x.Ant2, -1), append(x.FreqHz, frequencyHz)
	x.TimeSec, x.IntSec = append(x.TimeSec, 0), append(x.IntSec, 0)
}

// upright returns the sky with its head up: the file's first row is the top, ours is South. The total is fluxJy.
func upright(img []float64) ([]float64, error) {
	if len(img) != skyPixels*skyPixels {
		return nil, fmt.Errorf("%s: the sky has %d pixels, want %d²", mockData, len(img), skyPixels)
	}
	total := 0.0
	for _, v := range img {
		total += v
	}
	sky := make([]float64, len(img))
	for i, v := range img {
		row, column := i/skyPixels, i%skyPixels
		sky[(skyPixels-1-row)*skyPixels+column] = v * fluxJy / total
	}
	return sky, nil
}

// coarse returns every second pixel of a blurred sky, in Jy per larger pixel. The phase centres, pixels 514 and 256, coincide, and
// the pixels beyond the image are dark.
func coarse(sky []float64) []float64 {
	const ratio = 2 * 2 // of the areas
	image := make([]float64, imagePixels*imagePixels)
	for i := range image {
		x, y := skyPixels/2+2*(i%imagePixels-imagePixels/2), skyPixels/2+2*(i/imagePixels-imagePixels/2)
		image[i] = ratio * sky[y*skyPixels+x]
	}
	return image
}

// readArrays reads float32 arrays of the mock data, as float64.
func readArrays(names ...string) (map[string][]float64, error) {
	file, err := npz.Open(mockData)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	arrays := map[string][]float64{}
	for _, name := range names {
		if arrays[name], err = readArray(file, name); err != nil {
			return nil, fmt.Errorf("%s: array %s: %w", mockData, name, err)
		}
	}
	return arrays, nil
}

// readArray unpacks an array before npyio sees it, which takes what one Read gives for the whole.
func readArray(file *npz.Reader, name string) ([]float64, error) {
	entry, err := file.Open(name + ".npy")
	if err != nil {
		return nil, err
	}
	defer entry.Close()
	raw, err := io.ReadAll(entry)
	if err != nil {
		return nil, err
	}
	var single []float32
	if err := npy.Read(bytes.NewReader(raw), &single); err != nil {
		return nil, err
	}
	double := make([]float64, len(single))
	for i, v := range single {
		double[i] = float64(v)
	}
	return double, nil
}
