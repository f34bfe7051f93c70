package data_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"fringe/data"
)

// pngFile encodes a picture.
func pngFile(t testing.TB, picture image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The left pixel of the top row is that of the highest row and of column 0, in grey, 16 bits, colour and with transparency.
func TestReadPNG(t *testing.T) {
	grey, deep := image.NewGray(image.Rect(0, 0, 3, 2)), image.NewGray16(image.Rect(0, 0, 3, 2))
	colour, clear := image.NewRGBA(image.Rect(0, 0, 3, 2)), image.NewNRGBA(image.Rect(0, 0, 3, 2))
	grey.Set(0, 0, color.Gray{51})
	deep.Set(0, 0, color.Gray16{12345})
	colour.Set(0, 0, color.RGBA{10, 20, 30, 255})
	clear.Set(0, 0, color.NRGBA{255, 255, 255, 51})
	for name, c := range map[string]struct {
		picture image.Image
		want    float64
	}{"grey": {grey, 0.2}, "16 bits": {deep, 12345. / 65535}, "colour": {colour, (0.299*10 + 0.587*20 + 0.114*30) / 255}, "transparent": {clear, 0.2}} {
		path := filepath.Join(t.TempDir(), "sky.png")
		if err := os.WriteFile(path, pngFile(t, c.picture), 0o644); err != nil {
			t.Fatal(err)
		}
		img, g, _, err := data.ReadImage(path)
		if err != nil || g.NX != 3 || g.NY != 2 || g.CellRad != 0 {
			t.Fatalf("%s: grid %+v (%v)", name, g, err)
		}
		for i, x := range img {
			want := 0.0
			if i == 3 {
				want = c.want
			}
			if math.Abs(x-want) > 1e-15 { // a rounding or two
				t.Errorf("%s: pixel %d is %g, want %g", name, i, x, want)
			}
		}
	}
}
