package infer

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"fringe/internal/words"
)

// known is a regularizer by name. unit is the weight of strength 1 beside data terms ½χ².
type known struct {
	name string
	unit float64
	make func(Scale) (Term, error)
}

// regularizers lists the known ones in the order in which errors name them. The units were chosen so that strength 1 leaves
// an image of one or two hundred scan-averaged visibilities with a reduced χ² near 1: entropy, which alone can carry an
// image, then counts like a hundred data (its usual weight in eht-imaging), the others refine and count like ten. Flux and
// centroid count like a measurement with an error of 7 % of the flux, or of the beam.
func regularizers() []known {
	return []known{
		{"entropy", 100, term(NewEntropy)},
		{"l1", 10, term(NewL1)},
		{"rl1", 10, term(NewReweightedL1)},
		{"tv", 10, term(NewTV)},
		{"tv_channel", 10, term(NewTVChannel)},
		{"tsv", 10, term(NewTSV)},
		{"sara", 10, term(NewSARA)},
		{"psd", 10, term(NewPSD)},
		{"edge", 10, term(NewEdge)},
		{"flux", 100, term(NewFlux)},
		{"centroid", 100, term(NewCentroid)},
		{"compact", 10, term(NewCompact)},
		{"uv_sparsity", 10, term(NewUVSparsity)},
	}
}

// term makes a constructor return the interface.
func term[T Term](construct func(Scale) (T, error)) func(Scale) (Term, error) {
	return func(c Scale) (Term, error) { return construct(c) }
}

// ParseRegularizers makes the regularizers of a list such as "entropy=1,tv=0.5,l1" (a strength that is not given is 1; an
// empty list gives none). The weight of a part is its strength times 100 for entropy, flux and centroid and times 10 for the
// others: strength 1 is a sensible first choice beside data terms ½χ² of 100 to 300 scan-averaged visibilities.
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
		part, err := newNamed(name, strength, c)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

func newNamed(name string, strength float64, c Scale) (Part, error) {
	var names []string
	for _, r := range regularizers() {
		if r.name == name {
			term, err := r.make(c)
			return Part{Name: name, Weight: strength * r.unit, Term: term}, err
		}
		names = append(names, r.name)
	}
	similar, _ := words.Nearest(name, names)
	return Part{}, fmt.Errorf("infer: unknown regularizer %q: known are %s; did you mean %q?", name, strings.Join(names, ", "), similar)
}
