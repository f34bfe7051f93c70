package data

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"fringe/internal/words"
)

// Family is a kind of sky that a [SkyConfig] draws. The file of each tells the ranges of its parameters and where they are from.
type Family struct {
	Name   string
	Weight float64 // in [Families], which a config without families takes; 0 for those that must be asked for
	About  string  // one line

	draw func(drawer) []part
}

// everything is what a config writes for all families but images, in equal shares.
const everything = "all"

// simulated returns the families that need no images of the user's.
func simulated() []Family {
	return slices.DeleteFunc(AllFamilies(), func(f Family) bool { return f.Name == images })
}

// AllFamilies returns all kinds of sky, in the order of the documentation: compact sources that the EHT sees, then what other
// arrays see, then the user's images.
func AllFamilies() []Family {
	return []Family{
		{"ring", 3, "elliptical ring or crescent, brighter on one side, with a halo", drawer.ring},
		{"disc", 2, "uniform or limb-darkened disc", drawer.disc},
		{"gaussian", 3, "one to three elliptical Gaussians", drawer.gaussian},
		{"jet", 4, "core, knots and spine of a bent jet, on one side or both", drawer.jet},
		{"blobs", 3, "scattered Gaussians", drawer.blobs},
		{"field", 3, "smooth log-normal cloud under a soft envelope", drawer.field},
		{"mixed", 2, "two or three of the above", drawer.mixed},
		{"crescent", 0, "disc out of which a displaced disc is taken", drawer.crescent},
		{"mring", 0, "m-ring: thick ring with azimuthal modes up to four", drawer.mring},
		{"hotspot", 0, "ring with hot spots and the arcs that they shear into", drawer.hotspot},
		{"blackhole", 0, "photon ring, accretion flow, shadow and the base of a jet", drawer.blackhole},
		{"protodisc", 0, "protoplanetary disc with rings, gaps, spirals and vortices", drawer.protodisc},
		{"radiogalaxy", 0, "radio galaxy, FR I or FR II: core, jets, lobes or plumes, hot spots", drawer.radioGalaxy},
		{"spiral", 0, "spiral galaxy: disc, bulge, bar, arms with clumps", drawer.spiral},
		{"elliptical", 0, "elliptical galaxies: Sersic profiles, with satellites", drawer.elliptical},
		{"pointfield", 0, "field of points with the number counts of radio sources", drawer.pointField},
		{"shell", 0, "shell of a supernova remnant, barrel-shaped and clumpy", drawer.shell},
		{"filaments", 0, "network of curved filaments over a faint cloud", drawer.filaments},
		{"lognormal", 0, "log-normal random field with a power-law spectrum down to the smallest width", drawer.lognormal},
		{"composite", 0, "two or three of all of these on top of each other", drawer.composite},
		{images, 0, "your own FITS and PNG images, mirrored, turned, zoomed and moved at random", drawer.image},
	}
}

// Families returns the names and weights of the compact families, which are drawn when a config names none. Rings and crescents are 3 of
// 20; together with the rings inside mixed skies fewer than one draw in five holds a ring.
func Families() map[string]float64 {
	weights := map[string]float64{}
	for _, f := range AllFamilies() {
		if f.Weight > 0 {
			weights[f.Name] = f.Weight
		}
	}
	return weights
}

// expanded returns weights with the share of everything given to the families that it stands for.
func expanded(weights map[string]float64) map[string]float64 {
	share, ok := weights[everything]
	if !ok {
		return weights
	}
	weights = maps.Clone(weights)
	delete(weights, everything)
	families := simulated()
	for _, f := range families {
		weights[f.Name] += share / float64(len(families))
	}
	return weights
}

// validateFamilies says which name or weight is wrong.
func validateFamilies(weights map[string]float64) error {
	known := []string{everything}
	for _, f := range AllFamilies() {
		known = append(known, f.Name)
	}
	slices.Sort(known)
	sum := 0.0
	for _, name := range slices.Sorted(maps.Keys(weights)) {
		w := weights[name]
		if !slices.Contains(known, name) {
			return fmt.Errorf("data: sky families: no family %q, use any of %s%s", name, strings.Join(known, ", "), words.DidYouMean(name, known))
		}
		if !(w >= 0) || math.IsInf(w, 0) {
			return fmt.Errorf("data: sky families: weight of %q is %g, must be zero or positive and finite", name, w)
		}
		sum += w
	}
	if len(weights) > 0 && !(sum > 0) {
		return fmt.Errorf("data: sky families: all weights are zero, give one a positive weight")
	}
	return nil
}

// family draws a sky of a family; nothing when there is none of that name.
func (d drawer) family(name string) []part {
	for _, f := range d.families {
		if f.Name == name {
			return f.draw(d)
		}
	}
	return nil
}
