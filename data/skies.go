package data

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"fringe/radio"
)

// SkyConfig says which skies are drawn. The zero value is ready to use: the compact families with their default weights.
type SkyConfig struct {
	// Families gives the relative frequency of each family of [AllFamilies]; those that are absent are not drawn. "all" stands for all of
	// them in equal shares. Empty means the compact ones with the weights of [Families].
	Families map[string]float64 `yaml:"families"`
	// MinWidthPixels is the smallest FWHM (edge, knot, ring) in pixels of the grid that the sky is drawn for; 0 means 2.
	MinWidthPixels float64 `yaml:"min_width_pixels"`
	// MaxExtent is the largest overall extent as a fraction of the shorter side of the field; 0 means 2/3.
	MaxExtent float64 `yaml:"max_extent"`
	// MaxOffset is the largest offset of the source from the phase centre along each axis, as a fraction of the shorter side
	// of the field; 0 means 0.08. It is reduced where the source would leave the field.
	MaxOffset float64 `yaml:"max_offset"`
	// DynamicRange is the ratio of the peak to the median brightness of the emission, drawn uniformly in the logarithm within 10 and 5e5,
	// to which faint emission is darkened by exponentiation; zero leaves the skies as they are drawn. Before, they are drawn wider, so
	// that nothing is narrower than MinWidthPixels after it. See docs/simulation.md.
	DynamicRange Range `yaml:"dynamic_range,omitempty"`
	// Images is a folder of FITS and PNG images, see [OpenImages], from which the family images draws.
	Images string `yaml:"images,omitempty"`
	// ImagesSHA256 is the digest of the folder, see [ImageFolder.SHA256]; "" takes it as it is, and [SkyConfig.Load] fills it in.
	ImagesSHA256 string `yaml:"images_sha256,omitempty"`
	// Folder, when not nil, is the folder Images, which is then not read again: see [SkyConfig.Load].
	Folder *ImageFolder `yaml:"-"`
	// DynamicShare is the share of the skies that DynamicRange is for; the others stay as they are drawn. 0 means 1: all of them.
	DynamicShare float64 `yaml:"dynamic_share,omitempty"`
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (c SkyConfig) WithDefaults() SkyConfig {
	if len(c.Families) == 0 {
		c.Families = Families()
	}
	c.Families = expanded(c.Families)
	c.MinWidthPixels, c.MaxExtent, c.MaxOffset = orDefault(c.MinWidthPixels, 2), orDefault(c.MaxExtent, 2.0/3), orDefault(c.MaxOffset, 0.08)
	return c
}

// Validate says which field is wrong and what it may be.
func (c SkyConfig) Validate() error {
	if err := validateFamilies(c.Families); err != nil {
		return err
	}
	if p := c.MinWidthPixels; p != 0 && !(p >= 1 && p <= 16) {
		return &FieldError{Of: "sky", Field: "min_width_pixels", Value: fmt.Sprintf("%g", p), Want: "between 1 and 16", Note: "0 means 2"}
	}
	if e := c.MaxExtent; e != 0 && !(e >= 0.2 && e <= 0.8) {
		return &FieldError{Of: "sky", Field: "max_extent", Value: fmt.Sprintf("%g", e), Want: "between 0.2 and 0.8 of the field", Note: "0 means 2/3"}
	}
	if o := c.MaxOffset; o != 0 && !(o > 0 && o <= 0.3) {
		return &FieldError{Of: "sky", Field: "max_offset", Value: fmt.Sprintf("%g", o), Want: "positive and at most 0.3 of the field", Note: "0 means 0.08"}
	}
	switch wanted := c.Families[images] > 0; {
	case wanted && c.Images == "":
		return fmt.Errorf("data: sky families: %s needs a folder of FITS or PNG images, name it in the field images", images)
	case !wanted && c.Images != "":
		return fmt.Errorf("data: sky images is %q, and no image would be drawn: give the family %s a weight in families", c.Images, images)
	}
	if c.ImagesSHA256 != "" && c.Images == "" {
		return fmt.Errorf("data: sky images_sha256 is %q, and there are no images: name their folder in the field images", c.ImagesSHA256)
	}
	if s := c.DynamicShare; s != 0 && !(s > 0 && s <= 1 && !c.DynamicRange.IsZero()) {
		return fmt.Errorf("data: sky dynamic_share is %g, must be between 0 and 1 and go with a dynamic_range", s)
	}
	return validDynamicRange(c.DynamicRange)
}

// Load returns the config with Folder read from Images, if it names any, and its digest. What it draws depends no longer on files, which
// may change and are otherwise read for every draw. A folder with another digest than ImagesSHA256 is an error.
func (c SkyConfig) Load() (SkyConfig, error) {
	if c.Images == "" {
		return c, nil
	}
	if c.Folder == nil {
		var err error
		if c.Folder, err = OpenImages(c.Images); err != nil {
			return c, err
		}
	}
	if digest := c.Folder.SHA256(); c.ImagesSHA256 != "" && c.ImagesSHA256 != digest {
		return c, fmt.Errorf("data: sky images: %q holds other images than before: images_sha256 is %.12s…, theirs %.12s…", c.Images, c.ImagesSHA256, digest)
	}
	c.ImagesSHA256 = c.Folder.SHA256()
	return c, nil
}

// Only returns the config that draws one family, without the images if that needs none.
func (c SkyConfig) Only(family string) SkyConfig {
	c.Families = map[string]float64{family: 1}
	if family != images {
		c.Images, c.ImagesSHA256, c.Folder = "", "", nil
	}
	return c
}

// Draw draws a sky for the field of g, which must be at least 32 pixels each way. The result is a continuous brightness,
// to be rendered on g or on any other grid over the same field. Only the images of the split are drawn.
func (c SkyConfig) Draw(split Split, rng *rand.Rand, g radio.Grid) (Sky, error) {
	if err := c.Validate(); err != nil {
		return Sky{}, err
	}
	if err := g.Validate(); err != nil {
		return Sky{}, fmt.Errorf("data: draw sky: %w", err)
	}
	side := min(g.NX, g.NY)
	if side < minSide {
		return Sky{}, fmt.Errorf("data: draw sky: the grid is %d x %d pixels, skies need at least %d each way", g.NX, g.NY, minSide)
	}
	c, err := c.WithDefaults().Load()
	if err != nil {
		return Sky{}, err
	}
	d := drawer{
		Rand:   rng,
		pixel:  1 / float64(side),
		width:  c.MinWidthPixels / float64(side),
		extent: c.MaxExtent,
		offset: c.MaxOffset,

		families: AllFamilies(),
	}
	dynamic := 0.0
	if r := c.DynamicRange; !r.IsZero() && (c.DynamicShare == 0 || d.Float64() < c.DynamicShare) {
		dynamic = r[0] * math.Pow(r[1]/r[0], d.Float64())
		d.width *= narrowing(steepness(faint, dynamic))
	}
	family := d.choose(c.Families)
	if family == images {
		d.picture = c.Folder.draw(rng, split)
	}
	sky := Sky{Family: family, Image: d.picture.name, fieldRad: float64(side) * g.CellRad, pixel: d.pixel, parts: d.place(d.family(family))}
	if dynamic > 0 {
		sky.raise(dynamic, g)
	}
	return sky, nil
}

const minSide = 32

func orDefault(x, otherwise float64) float64 {
	if x == 0 {
		return otherwise
	}
	return x
}

// drawer draws the parameters of skies. Lengths are fractions of the shorter side of the field.
type drawer struct {
	*rand.Rand
	pixel  float64 // one pixel
	width  float64 // smallest FWHM
	extent float64 // largest extent
	offset float64 // largest offset

	families []Family
	picture  picture // of the family images
}

// choose draws a name with probability proportional to its weight, in sorted order so that it is reproducible.
func (d drawer) choose(weights map[string]float64) string {
	names, sum := slices.Sorted(maps.Keys(weights)), 0.0
	for _, n := range names {
		sum += weights[n]
	}
	x, last := d.Float64()*sum, ""
	for _, n := range names {
		if weights[n] == 0 {
			continue
		}
		if last = n; x < weights[n] {
			return n
		}
		x -= weights[n]
	}
	return last
}

// place shrinks the parts until they fit into the field, when they do not, and moves them by one random offset that keeps
// them inside.
func (d drawer) place(parts []part) []part {
	var b box
	for _, p := range parts {
		b = b.join(p.bounds())
	}
	lo, hi := b.lo, b.hi
	scale := min(1, 2*inside/max(hi[0]-lo[0], hi[1]-lo[1]))
	var shift [2]float64
	for k := range shift {
		room := max(0, inside-scale*(hi[k]-lo[k])/2)
		shift[k] = -scale*(lo[k]+hi[k])/2 + min(d.offset, room)*uniform(d.Rand, -1, 1)
	}
	for k := range parts {
		parts[k].brightness = parts[k].moved(scale, shift[0], shift[1])
	}
	return parts
}

// span draws a length between lo and hi, uniform in its logarithm, never below the smallest width. Where gaussian, jet and overlay draw
// fluxes by it, which [drawer.share] is for, the faintest are brighter on few pixels; shipped networks were trained on that.
func (d drawer) span(lo, hi float64) float64 {
	lo = max(lo, d.width)
	hi = max(hi, lo)
	return lo * math.Pow(hi/lo, d.Float64())
}

// angle draws a position angle, East of North.
func (d drawer) angle() float64 { return 2 * math.Pi * d.Float64() }
