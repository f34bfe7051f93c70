package infer_test

import (
	"context"
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"fringe/infer"
	"fringe/measure"
	"fringe/radio"
)

var update = flag.Bool("update", false, "draw the pictures of the guide again")

// sheetRows are the rows of the picture in the guide, in two blocks of seven; the first shows the sky.
var sheetRows = []string{
	"", "entropy", "l1", "rl1", "tv", "tv_channel", "tsv",
	"sara", "psd", "edge", "flux", "centroid", "compact", "uv_sparsity",
}

// TestRegularizerSheet draws docs/guide/regularizers.png with -update: one sky, seen by the stations that saw M87 in 2017, imaged with each
// regularizer alone at strengths 0.1, 1 and 10. Without -update it images one tile, tsv=1, and compares it with the picture.
func TestRegularizerSheet(t *testing.T) {
	path := filepath.Join("..", "docs", "guide", "regularizers.png")
	if *update {
		drawSheet(t, path)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatalf("%v; -update draws it", err)
	}
	defer file.Close()
	picture, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	scale, grams, sheet := sheetScene(t, 1)
	g, img := scale.Grid, imageWith(t, "tsv=1", scale, grams)
	left, top, other := label+tile, head+6*tile, 0
	for i, v := range img {
		x, y := left+2*(i%g.NX), top+2*(g.NY-1-i/g.NX)
		r, green, b, _ := picture.At(x, y).RGBA()
		wantR, wantG, wantB, _ := hot(v / sheet.peak).RGBA()
		// Two of 64 steps in brightness change a colour by at most 1/8 of its range where the square root is steep.
		if math.Abs(float64(r)-float64(wantR))+math.Abs(float64(green)-float64(wantG))+math.Abs(float64(b)-float64(wantB)) > 65535/8 {
			other++
		}
	}
	// The label covers less than 2 % of the tile.
	if other > len(img)/50 {
		t.Errorf("tsv=1 differs from the picture in %d of %d pixels; -update draws it again", other, len(img))
	}
}

// sheetScene returns what all tiles share, for a number of channels, and an empty sheet.
func sheetScene(t *testing.T, channels int) (infer.Scale, []*measure.Gram, *tiles) {
	g := radio.Grid{NX: 64, NY: 64, CellRad: 2 * radio.Microarcsecond}
	v := m87(t)
	const flux = 0.6
	beam := 1 / v.UVMax()
	start, err := infer.StartGaussian(g, flux, 60*radio.Microarcsecond)
	if err != nil {
		t.Fatal(err)
	}
	grams := make([]*measure.Gram, channels)
	for k := range grams {
		if grams[k], err = measure.NewGram(g, observe(t, v, flux, uint64(k))); err != nil {
			t.Fatal(err)
		}
	}
	return infer.Scale{Grid: g, FluxJy: flux, BeamRad: beam, Prior: start, Channels: channels}, grams,
		newTiles(7, 6, infer.Blur(g, spotRingDisc(g, flux), beam/2))
}

func drawSheet(t *testing.T, path string) {
	scale, grams, sheet := sheetScene(t, 3)
	g, beam, truth := scale.Grid, scale.BeamRad, spotRingDisc(scale.Grid, scale.FluxJy)
	for i, name := range sheetRows {
		tiles := [][]float64{truth, infer.Blur(g, truth, beam), imageWith(t, "", scale, grams)}
		if name != "" {
			tiles = nil
			for _, strength := range []string{"=0.1", "=1", "=10"} {
				tiles = append(tiles, imageWith(t, name+strength, scale, grams))
			}
		}
		sheet.row(i%7, i/7, name, tiles, g)
	}
	sheet.save(t, path)
}

// observe returns visibilities of the sky, made on a grid of a quarter of the pixels' size, with noise of 1 % of the flux.
func observe(t *testing.T, v *radio.Visibilities, flux float64, seed uint64) *radio.Visibilities {
	fine := radio.Grid{NX: 256, NY: 256, CellRad: 0.5 * radio.Microarcsecond}
	op, err := measure.NewNUFFT(fine, v.U, v.V, 1e-9)
	if err != nil {
		t.Fatal(err)
	}
	defer op.Close()
	seen := *v
	seen.Vis, seen.Weight = make([]complex128, v.Len()), make([]float64, v.Len())
	op.Forward(seen.Vis, spotRingDisc(fine, flux))
	rng := rand.New(rand.NewPCG(7, seed))
	sigma := 0.01 * flux
	for k := range seen.Vis {
		seen.Vis[k] += complex(sigma*rng.NormFloat64(), sigma*rng.NormFloat64())
		seen.Weight[k] = 1 / (sigma * sigma)
	}
	return &seen
}

// spotRingDisc is a sky with something for everyone: a crescent, a point-like spot to the North-East, a sharp disc to the South-West.
func spotRingDisc(g radio.Grid, flux float64) []float64 {
	const uas = radio.Microarcsecond
	img, total := make([]float64, g.Len()), 0.0
	for i := range img {
		l, m := g.L(i%g.NX)/uas, g.M(i/g.NX)/uas
		r, angle := math.Hypot(l, m), math.Atan2(l, m)
		img[i] = math.Exp(-math.Pow((r-20)/4, 2)/2) * (1 - 0.7*math.Cos(angle-0.5))
		img[i] += 3 * math.Exp(-(math.Pow(l-35, 2)+math.Pow(m-32, 2))/8)
		if math.Hypot(l+34, m+30) < 12 {
			img[i] += 0.8
		}
		total += img[i]
	}
	for i := range img {
		img[i] *= flux / total
	}
	return img
}

// imageWith images the first channel, or all of them for tv_channel, and returns the first.
func imageWith(t *testing.T, prior string, c infer.Scale, grams []*measure.Gram) []float64 {
	if len(prior) < 10 || prior[:10] != "tv_channel" {
		c.Channels, grams = 1, grams[:1]
	}
	data, err := measure.NewQuadratic(grams...)
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	p := infer.Problem{Grid: c.Grid, Channels: c.Channels, Terms: parse(t, prior, c)}
	for range c.Channels {
		p.Start = append(p.Start, c.Prior...)
	}
	p.Terms = append(p.Terms, infer.Part{Name: "data", Weight: 1, Term: data})
	r, err := infer.Solve(context.Background(), p, infer.SolverConfig{Solver: infer.LBFGS, MaxIterations: 120, Rounds: make([]infer.Round, 3)})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %d iterations, %s, %v", prior, r.Iterations, r.Stop, r.Values)
	return r.Image[:c.Grid.Len()]
}

// tiles is a picture of rows of three images with a label.
type tiles struct {
	canvas *vgimg.Canvas
	peak   float64
}

const (
	tile  = 132 // pixels per image, with a gap of 4
	label = 104
	head  = 24
)

func newTiles(rows, columns int, reference []float64) *tiles {
	peak := 0.0
	for _, v := range reference {
		peak = math.Max(peak, v)
	}
	w, h := vg.Length(columns*tile+columns/3*label), vg.Length(rows*tile+head)
	return &tiles{vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(72)), peak}
}

func (s *tiles) row(row, block int, name string, images [][]float64, g radio.Grid) {
	left, top := block*(3*tile+label), head+row*tile
	titles := []string{"0.1", "1", "10"}
	if name == "" {
		titles = []string{"sky", "blurred", "no prior"}
	}
	for k, img := range images {
		x0, y0 := left+label+k*tile, top
		for y := range 2 * g.NY {
			for x := range 2 * g.NX {
				v := img[(g.NY-1-y/2)*g.NX+x/2] / s.peak
				s.canvas.Image().Set(x0+x, y0+y, hot(v))
			}
		}
		s.write(titles[k], x0+6, y0+12, 11, color.White)
	}
	s.write(name, left+6, top+tile/2, 13, color.Black)
}

// hot runs from black over red and yellow to white, in 64 steps so that the file stays small.
func hot(v float64) color.Color {
	v = math.Round(63*math.Sqrt(min(max(v, 0), 1))) / 63
	level := func(from float64) uint8 { return uint8(255 * min(max(2*v-from, 0), 1)) }
	return color.RGBA{level(0), level(0.5), level(1), 255}
}

func (s *tiles) write(line string, x, y int, size vg.Length, c color.Color) {
	style := text.Style{Color: c, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}, YAlign: text.YCenter, Handler: plot.DefaultTextHandler}
	_, height := s.canvas.Size()
	canvas := draw.New(s.canvas)
	canvas.FillText(style, vg.Point{X: vg.Length(x), Y: height - vg.Length(y)}, line)
}

func (s *tiles) save(t *testing.T, path string) {
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	picture, palette := s.canvas.Image(), image.NewPaletted(s.canvas.Image().Bounds(), nil)
	for k := range 64 {
		palette.Palette = append(palette.Palette, hot(math.Pow(float64(k)/63, 2)))
	}
	for k := range 64 {
		palette.Palette = append(palette.Palette, color.Gray{uint8(k * 255 / 63)})
	}
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			palette.Set(x, y, picture.At(x, y))
		}
	}
	if err := png.Encode(file, palette); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}
