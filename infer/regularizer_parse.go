package infer

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// regularizers lists the known regularizers in the order in which errors name them.
func regularizers() []struct {
	name string
	make func(Scale) (*Regularizer, error)
} {
	return []struct {
		name string
		make func(Scale) (*Regularizer, error)
	}{{"entropy", NewEntropy}, {"l1", NewL1}, {"tv", NewTV}, {"tsv", NewTSV}}
}

// ParseRegularizers makes the regularizers of a list such as "entropy=1,tv=0.5,l1" (a strength that is not given is 1; an
// empty list gives none). The weight of each part is strength·[StrengthUnit]; with that, strength 1 is a sensible first
// choice for an image made of 100 to 300 scan-averaged visibilities.
func ParseRegularizers(list string, c Scale) ([]Part, error) {
	var parts []Part
	seen := map[string]bool{}
	if strings.TrimSpace(list) == "" {
		return nil, nil
	}
	for _, item := range strings.Split(list, ",") {
		name, number, given := strings.Cut(strings.TrimSpace(item), "=")
		strength := 1.0
		if given {
			var err error
			strength, err = strconv.ParseFloat(number, 64)
			if err != nil || !(strength >= 0) || math.IsInf(strength, 0) {
				return nil, fmt.Errorf("infer: regularizer %q: strength %q is not a number of at least 0", name, number)
			}
		}
		if seen[name] {
			return nil, fmt.Errorf("infer: regularizer %q is listed twice", name)
		}
		seen[name] = true
		r, err := newNamed(name, c)
		if err != nil {
			return nil, err
		}
		parts = append(parts, Part{Name: name, Weight: strength * StrengthUnit, Term: r})
	}
	return parts, nil
}

func newNamed(name string, c Scale) (*Regularizer, error) {
	var known []string
	for _, r := range regularizers() {
		if r.name == name {
			return r.make(c)
		}
		known = append(known, r.name)
	}
	return nil, fmt.Errorf("infer: unknown regularizer %q: known are %s", name, strings.Join(known, ", "))
}

// StrengthUnit is the weight of a regularizer of strength 1 beside data terms ½χ². A regularizer is about 1 for a good image
// and ½χ² is half the number of data, so strength 1 lets the regularizer count like some tens of data.
const StrengthUnit = 10.0
