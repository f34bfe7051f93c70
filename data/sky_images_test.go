package data_test

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
)

// writePNG writes a picture of a bright spot in its middle, a fainter one to the right and an even fainter one above that.
func writePNG(t *testing.T, path string, spots [3]uint8) {
	t.Helper()
	im := image.NewGray(image.Rect(0, 0, 96, 96))
	for k, at := range [][2]int{{48, 48}, {76, 48}, {76, 34}} {
		for y := -3; y <= 3; y++ {
			for x := -3; x <= 3; x++ {
				im.SetGray(at[0]+x, at[1]+y, color.Gray{spots[k]})
			}
		}
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, im); err != nil {
		t.Fatal(err)
	}
}

// folderOf writes n pictures.
func folderOf(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	for k := range n {
		writePNG(t, filepath.Join(dir, fmt.Sprintf("sky%02d.png", k)), [3]uint8{255, 150, 80})
	}
	return dir
}

func imagesFrom(dir string) data.SkyConfig {
	return data.SkyConfig{Families: map[string]float64{"images": 1}, Images: dir}
}

// blob returns the brightest pixel, the flux-weighted position of what is within 3 pixels of it, and takes that out.
func blob(img []float64) (x, y float64) {
	peak := 0
	for k, b := range img {
		if b > img[peak] {
			peak = k
		}
	}
	sum := 0.0
	for j := max(0, peak/64-3); j <= min(63, peak/64+3); j++ {
		for i := max(0, peak%64-3); i <= min(63, peak%64+3); i++ {
			b := img[j*64+i]
			img[j*64+i] = 0
			sum, x, y = sum+b, x+b*float64(i), y+b*float64(j)
		}
	}
	return x / sum, y / sum
}

// Augmentation is looked for where it must show: a picture of three spots is drawn mirrored and not, as often; turned by angles that fill
// all of eight sectors evenly; zoomed over a factor of two; moved. The counts of 800 draws scatter by a tenth or less: 5 standard deviations
// are allowed for.
func TestImagesAreAugmented(t *testing.T) {
	c, err := imagesFrom(folderOf(t, 3)).Load()
	if err != nil {
		t.Fatal(err)
	}
	c.MinWidthPixels = 1
	const draws = 800
	var sectors [8]int
	mirrored, small, large, east := 0, math.Inf(1), 0.0, 0
	seen := map[float64]bool{}
	for index := range uint64(draws) {
		sky, err := c.Draw(data.Training, data.Rng(1, data.Training, data.SkyStream, index), grid)
		if err != nil {
			t.Fatal(err)
		}
		img := sky.Render(grid)
		x0, y0 := blob(img)
		seen[64*y0+x0] = true
		x1, y1 := blob(img)
		x2, y2 := blob(img)
		sectors[int(math.Floor((math.Atan2(y1-y0, x1-x0)+math.Pi)/(2*math.Pi)*8))%8]++
		if (x1-x0)*(y2-y1)-(y1-y0)*(x2-x1) < 0 {
			mirrored++
		}
		apart := math.Hypot(x1-x0, y1-y0)
		small, large = min(small, apart), max(large, apart)
		if x0 > 32 {
			east++
		}
	}
	t.Logf("sectors %v, mirrored %d, spots %.1f to %.1f pixels apart, to the East %d, %d differ", sectors, mirrored, small, large, east, len(seen))
	for _, n := range sectors {
		if math.Abs(float64(n)-draws/8) > 5*math.Sqrt(draws/8) {
			t.Errorf("the angles fill eight sectors as %v", sectors)
			break
		}
	}
	for what, n := range map[string]int{"mirrored": mirrored, "moved to the East": east} {
		if math.Abs(float64(n)-draws/2) > 5*math.Sqrt(draws/4) {
			t.Errorf("%d of %d are %s", n, draws, what)
		}
	}
	if !(large > 1.8*small) {
		t.Errorf("the spots are %.1f to %.1f pixels apart", small, large)
	}
	if len(seen) != draws {
		t.Errorf("%d of %d draws differ", len(seen), draws)
	}
}

func TestImagesAreProper(t *testing.T) {
	c, err := imagesFrom(folderOf(t, 12)).Load()
	if err != nil {
		t.Fatal(err)
	}
	for index := range uint64(40) {
		sky, err := c.Draw(data.Training, data.Rng(2, data.Training, data.SkyStream, index), grid)
		if err != nil {
			t.Fatal(err)
		}
		if err := proper(grid, sky.Render(grid)); err != nil {
			t.Errorf("sky %d: %v", index, err)
		}
		if sky.Image == "" || sky.Family != "images" {
			t.Errorf("sky %d is of the family %q, from %q", index, sky.Family, sky.Image)
		}
	}
}

// Training, validation and evaluation draw from different files, and all files are drawn; pairs draw from their split.
func TestSplitsShareNoImages(t *testing.T) {
	dir := folderOf(t, 23)
	folder, err := data.OpenImages(dir)
	if err != nil {
		t.Fatal(err)
	}
	split := map[string]data.Split{}
	for _, s := range []data.Split{data.Training, data.Validation, data.Evaluation} {
		for _, name := range folder.Names(s) {
			if other, ok := split[name]; ok {
				t.Errorf("%s is for %s and for %s", name, s, other)
			}
			split[name] = s
		}
	}
	if len(split) != 23 || len(folder.Names(data.Validation)) == 0 || len(folder.Names(data.Evaluation)) == 0 {
		t.Errorf("files are split as %v", split)
	}
	drawn := map[string]bool{}
	for _, s := range []data.Split{data.Training, data.Validation, data.Evaluation} {
		c := imagesFrom(dir)
		c.Folder = folder
		for index := range uint64(300) {
			sky, err := c.Draw(s, data.Rng(3, s, data.SkyStream, index), grid)
			if err != nil {
				t.Fatal(err)
			}
			if split[sky.Image] != s {
				t.Fatalf("%s is for %s, and %s drew it", sky.Image, split[sky.Image], s)
			}
			drawn[sky.Image] = true
		}
	}
	if len(drawn) != 23 {
		t.Errorf("%d of 23 files are drawn", len(drawn))
	}
	pairs, err := data.PairConfig{Sky: imagesFrom(dir), Pixels: 32}.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []data.Split{data.Training, data.Validation, data.Evaluation} {
		pair, err := pairs.Pair(s, 0)
		if err != nil {
			t.Fatal(err)
		}
		if split[pair.Sky.Image] != s {
			t.Errorf("a pair for %s shows %s, which is for %s", s, pair.Sky.Image, split[pair.Sky.Image])
		}
	}
}

// A folder or a file that cannot be drawn from is an error that names it.
func TestImagesThatCannotBeDrawn(t *testing.T) {
	empty, few, dark, broken, small := t.TempDir(), folderOf(t, 2), folderOf(t, 3), folderOf(t, 3), folderOf(t, 3)
	writePNG(t, filepath.Join(dark, "night.png"), [3]uint8{})
	if err := os.WriteFile(filepath.Join(broken, "broken.fits"), []byte("SIMPLE"), 0o644); err != nil {
		t.Fatal(err)
	}
	g := radio.Grid{NX: 4, NY: 4, CellRad: 1e-9}
	if err := data.WriteImage(filepath.Join(small, "small.fits"), make([]float64, 16), g, data.ImageHeader{}); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		filepath.Join(empty, "none"): "none", empty: "holds 0", few: "holds 2", dark: "night.png", broken: "broken.fits", small: "small.fits",
	} {
		_, err := imagesFrom(dir).Draw(0, data.Rng(1, 0, 0, 0), grid)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), filepath.Base(dir)) {
			t.Errorf("%s: error %v, want one with %q", dir, err, want)
		}
	}
	for _, c := range []data.SkyConfig{{Images: few}, {Families: map[string]float64{"images": 1}}} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "images") {
			t.Errorf("%+v: error %v", c, err)
		}
	}
}

// Pixels that are negative or not finite are dark; a file of nothing else is an error.
func TestImagesWithHoles(t *testing.T) {
	img := make([]float64, 16*16)
	img[8*16+8] = 2
	img[0], img[1], img[2] = math.NaN(), -1, math.Inf(1)
	values, err := data.PictureValues(img, 16, 16)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]float64, 16*16)
	want[8*16+8] = 1
	if !slices.Equal(values, want) {
		t.Errorf("%v", values)
	}
	for k := range img {
		img[k] = math.NaN()
	}
	if _, err := data.PictureValues(img, 16, 16); err == nil {
		t.Error("an image of NaN: no error")
	}
}

// Of a side beyond 512 pixels 512 are kept, whatever it is. They are means over areas: that of a gradient is its value in the middle.
func TestLargeImagesAreAveraged(t *testing.T) {
	const side = 513
	img := make([]float64, side*side)
	for k := range img {
		img[k] = float64(k%side) + 0.5 + 2*(float64(k/side)+0.5)
	}
	values, err := data.PictureValues(img, side, side)
	if err != nil {
		t.Fatal(err)
	}
	if len(values) != 512*512 {
		t.Fatalf("%d pixels are kept, want 512 x 512", len(values))
	}
	last := 511.5 * 3.0
	for k, b := range values {
		// Pixels are flat, the gradient is not: where an area cuts a pixel off, that is half a step over 1/512 of it. float32 rounds to 6e-8.
		want := (float64(k%512) + 0.5 + 2*(float64(k/512)+0.5)) / last
		if math.Abs(b-want) > 3*(1.0/512)/last+1e-6 {
			t.Fatalf("pixel (%d, %d) is %v, want %v", k%512, k/512, b, want)
		}
	}
}

// Images have no structure that the pixels would alias, on few pixels and with the largest dynamic range: see [TestSkiesAreProper].
func TestImagesAreNotFinerThanPixels(t *testing.T) {
	c, err := imagesFrom(folderOf(t, 3)).Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, dynamic := range []data.Range{{}, {1e4, 5e5}} {
		c.DynamicRange = dynamic
		for _, n := range []int{32, 64} {
			worst, g := 0.0, radio.Grid{NX: n, NY: n, CellRad: 1e-9}
			for index := range uint64(100) {
				sky, err := c.Draw(data.Training, data.Rng(5, data.Training, data.SkyStream, index), g)
				if err != nil {
					t.Fatal(err)
				}
				worst = max(worst, finest(sky.Render(g), n))
			}
			if t.Logf("%d pixels, dynamic range %g: %.3g", n, dynamic, worst); worst > 0.05 {
				t.Errorf("%d pixels, dynamic range %g: %.3g of the flux of a sky is at the highest frequency of the pixels", n, dynamic, worst)
			}
		}
	}
}

// A folder that grows by one file at a time, in any order, never validates or evaluates with what was for training. Each split has an image from
// the third on unless the hashes of all are below a fifth, and of a thousand a tenth each: 100 with a scatter of 9.5.
func TestImagesOfTrainingStayThere(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	for range 20 {
		var names []string
		training := map[string]bool{}
		for k := range 60 {
			names = append(names, fmt.Sprintf("%x-%d.fits", rng.Uint32(), k))
			split := data.SplitImages(slices.Clone(names))
			if n := len(split[data.Training]) + len(split[data.Validation]) + len(split[data.Evaluation]); n != k+1 {
				t.Fatalf("%d of %d files are in a split", n, k+1)
			}
			for _, s := range []data.Split{data.Validation, data.Evaluation} {
				if k >= 20 && len(split[s]) == 0 {
					t.Errorf("of %d files none is for %s", k+1, s)
				}
				for _, name := range split[s] {
					if training[name] {
						t.Errorf("%s is for %s of %d files, and was for training of fewer", name, s, k+1)
					}
				}
			}
			for _, name := range split[data.Training] {
				training[name] = true
			}
		}
	}
	var many []string
	for k := range 1000 {
		many = append(many, fmt.Sprintf("%d.png", k))
	}
	split := data.SplitImages(many)
	for _, s := range []data.Split{data.Validation, data.Evaluation} {
		if n := len(split[s]); math.Abs(float64(n)-100) > 40 {
			t.Errorf("%d of 1000 files are for %s", n, s)
		}
	}
}

// A config that was loaded knows its images: another file, another name or another content is an error.
func TestImagesThatChangeAreNoticed(t *testing.T) {
	dir := folderOf(t, 5)
	c, err := imagesFrom(dir).Load()
	if err != nil {
		t.Fatal(err)
	}
	if len(c.ImagesSHA256) != 64 {
		t.Fatalf("the digest is %q", c.ImagesSHA256)
	}
	c.Folder = nil
	if again, err := c.Load(); err != nil || again.ImagesSHA256 != c.ImagesSHA256 {
		t.Errorf("the same folder again: %v", err)
	}
	file := filepath.Join(dir, "sky02.png")
	for what, change := range map[string]func() error{
		"another content": func() error { writePNG(t, file, [3]uint8{255, 150, 81}); return nil },
		"another name":    func() error { return os.Rename(file, filepath.Join(dir, "sky9.png")) },
		"one more":        func() error { writePNG(t, filepath.Join(dir, "sky10.png"), [3]uint8{9, 9, 9}); return nil },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Load(); err == nil || !strings.Contains(err.Error(), "other images than before") {
			t.Errorf("%s: error %v", what, err)
		}
		writePNG(t, file, [3]uint8{255, 150, 80})
		for _, more := range []string{"sky9.png", "sky10.png"} {
			_ = os.Remove(filepath.Join(dir, more)) // where it is there
		}
	}
	if _, err := c.Load(); err != nil {
		t.Errorf("the folder as it was: %v", err)
	}
	if err := (data.SkyConfig{ImagesSHA256: "ab"}).Validate(); err == nil || !strings.Contains(err.Error(), "images_sha256") {
		t.Errorf("a digest of no images: error %v", err)
	}
}

// One family of a config with images is drawn without them, and that of the images with them.
func TestOnlyOneFamily(t *testing.T) {
	c := imagesFrom(folderOf(t, 3))
	c.Families = map[string]float64{"images": 1, "ring": 1}
	for _, family := range []string{"ring", "images"} {
		sky, err := c.Only(family).Draw(data.Evaluation, data.Rng(1, data.Evaluation, data.SkyStream, 0), grid)
		if err != nil || sky.Family != family {
			t.Errorf("%s: a sky of %q, %v", family, sky.Family, err)
		}
	}
}
