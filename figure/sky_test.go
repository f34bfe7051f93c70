package figure

import (
	"bytes"
	"image"
	"image/png"
	"math"
	"strings"
	"testing"

	"fringe/radio"
)

var grid = radio.Grid{NX: 64, NY: 64, CellRad: 2 * radio.Microarcsecond}

func render(t *testing.T, img []float64, g radio.Grid, style SkyStyle) image.Image {
	t.Helper()
	var b bytes.Buffer
	if err := WriteSky(&b, img, g, style); err != nil {
		t.Fatal(err)
	}
	out, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// brightest returns the mean position of the pixels of the map that are brighter than half of white, as fractions of
// the map from its left and top edges. The overlays (compass, scale bar) stand at the right and are left out.
func brightest(picture image.Image, g radio.Grid, title string) (x, y float64) {
	r := newSheet(g, title).mapRect
	n := 0.0
	for j := r.Min.Y; j < r.Max.Y; j++ {
		for i := r.Min.X; i < r.Min.X+r.Dx()/2; i++ {
			if red, green, _, _ := picture.At(i, j).RGBA(); red+green > 0xffff {
				x, y, n = x+float64(i), y+float64(j), n+1
			}
		}
	}
	return (x/n - float64(r.Min.X)) / float64(r.Dx()), (y/n - float64(r.Min.Y)) / float64(r.Dy())
}

// A point North-East of the centre has a small column (East first) and a large row (South first), and must be seen at
// the upper left.
func TestNorthEastIsUpperLeft(t *testing.T) {
	for _, g := range []radio.Grid{grid, {NX: 40, NY: 64, CellRad: grid.CellRad}, {NX: 33, NY: 21, CellRad: grid.CellRad}} {
		for _, nearest := range []bool{false, true} {
			img := make([]float64, g.Len())
			col, row := g.NX/4, g.NY*4/5
			if g.L(col) <= 0 || g.M(row) <= 0 {
				t.Fatalf("pixel (%d, %d) is not to the North-East", col, row)
			}
			img[row*g.NX+col] = 0.1
			x, y := brightest(render(t, img, g, SkyStyle{Title: "NE", Nearest: nearest}), g, "NE")
			wantX := (float64(col) + 0.5) / float64(g.NX)
			wantY := 1 - (float64(row)+0.5)/float64(g.NY)
			// Half a pixel of the image: the blob is symmetric about its pixel's centre.
			if math.Abs(x-wantX) > 0.5/float64(g.NX) || math.Abs(y-wantY) > 0.5/float64(g.NY) {
				t.Errorf("%v nearest=%v: seen at (%.3f, %.3f) from the upper left, want (%.3f, %.3f)", g, nearest, x, y, wantX, wantY)
			}
		}
	}
}

func TestSkySize(t *testing.T) {
	picture := render(t, make([]float64, grid.Len()), grid, SkyStyle{})
	want := image.Pt(margin+mapPixels+barGap+barRoom, 2*margin+mapPixels)
	if got := picture.Bounds().Size(); got != want {
		t.Errorf("size %v, want %v", got, want)
	}
}

func TestSkyRefuses(t *testing.T) {
	img := make([]float64, grid.Len())
	img[65] = math.NaN()
	for _, c := range []struct {
		img  []float64
		g    radio.Grid
		want string
	}{
		{img, grid, "pixel (1, 1) is NaN"},
		{img[:5], grid, "5 pixels do not fill"},
		{nil, radio.Grid{}, "at least 1"},
	} {
		var b bytes.Buffer
		err := WriteSky(&b, c.img, c.g, SkyStyle{})
		if err == nil || !strings.Contains(err.Error(), c.want) || b.Len() > 0 {
			t.Errorf("error %v and %d bytes, want %q and none", err, b.Len(), c.want)
		}
	}
}

func TestMagnifyKeepsPixelsAndConstants(t *testing.T) {
	img := []float64{1, 2, 3, 4, 5, 9}
	big := resample(img, 3, 2, 9, 6, resampling{}) // odd factor: output 1, 4, 7 fall on pixel centres
	for y := range 2 {
		for x := range 3 {
			// Interpolating weights are 1 and 0 to rounding.
			if got := big[(3*y+1)*9+3*x+1]; math.Abs(got-img[y*3+x]) > 1e-12 {
				t.Errorf("pixel (%d, %d): %g, want %g", x, y, got, img[y*3+x])
			}
		}
	}
	for i, v := range resample([]float64{7, 7, 7, 7}, 2, 2, 31, 17, resampling{}) {
		if math.Abs(v-7) > 1e-12 {
			t.Fatalf("constant image became %g at %d", v, i)
		}
	}
}

func TestRoundAngle(t *testing.T) {
	for _, c := range []struct {
		rad  float64
		want string
	}{
		{40 * radio.Microarcsecond, "20 µas"}, {0.0384 * radio.Arcsecond, "20 mas"},
		{7.7 * radio.Arcsecond, "5 arcsec"}, {2 * math.Pi / 180, "2 deg"}, {0.3 * radio.Microarcsecond, "0.2 µas"},
	} {
		if _, got := roundAngle(c.rad * (1 + 1e-12)); got != c.want {
			t.Errorf("%g rad: %q, want %q", c.rad, got, c.want)
		}
	}
}

// A black body of temperature T in the Rayleigh-Jeans limit has I = 2kTν²/c² per steradian.
func TestBrightnessTemperature(t *testing.T) {
	const temperature, freqHz = 6e9, 230e9
	jyPixel := 2 * boltzmann * temperature * freqHz * freqHz / (radio.SpeedOfLight * radio.SpeedOfLight) *
		grid.CellRad * grid.CellRad * 1e26
	label, perJy := brightnessUnit(jyPixel, grid, freqHz)
	if got := jyPixel * perJy; math.Abs(got-6) > 1e-9 || label != "brightness temperature (GK)" {
		t.Errorf("%g %q, want 6 GK", got, label)
	}
}

// With signed colours −1 is darker than 0, which is darker than 1; without, 0 is as dark as −1.
func TestSignedColours(t *testing.T) {
	img := make([]float64, grid.Len())
	for p := range img {
		img[p] = float64(p/grid.NX*3/grid.NY) - 1 // thirds: −1 in the South, 0, 1 in the North
	}
	for _, signed := range []bool{true, false} {
		picture := render(t, img, grid, SkyStyle{Signed: signed, Unit: "Jy/beam", Nearest: true})
		r := newSheet(grid, "").mapRect
		var level [3]uint32
		for i := range level {
			red, green, blue, _ := picture.At(r.Min.X+r.Dx()/2, r.Max.Y-r.Dy()*(2*i+1)/6).RGBA()
			level[i] = red + green + blue
		}
		if (level[0] < level[1]) != signed || level[1] >= level[2] {
			t.Errorf("signed=%v: brightness %v from South to North", signed, level)
		}
	}
}

// A title of any length leaves white margins on both sides; one that is wider than the map but not than the figure keeps its size.
func TestTitleFits(t *testing.T) {
	for _, n := range []int{5, 60, 70, 300} {
		title := strings.Repeat("m", n)
		picture := render(t, make([]float64, grid.Len()), grid, SkyStyle{Title: title})
		first, last := picture.Bounds().Max.X, 0
		for x := range picture.Bounds().Max.X {
			for y := range titleRoom - margin/2 {
				if red, _, _, _ := picture.At(x, y).RGBA(); red < 0x8000 {
					first, last = min(first, x), max(last, x)
				}
			}
		}
		if first < margin-2 || last > picture.Bounds().Max.X-margin+2 || last <= first {
			t.Errorf("%d letters reach from column %d to %d of %d, want margins of %d", n, first, last, picture.Bounds().Max.X, margin)
		}
	}
}
