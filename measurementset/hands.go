//go:build casacore

package measurementset

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"fringe/internal/casacore"
)

// products are the codes of CORR_TYPE (casacore's Stokes::StokesTypes) that occur, by name.
var products = []struct {
	name string
	code int
}{{"I", 1}, {"Q", 2}, {"U", 3}, {"V", 4}, {"RR", 5}, {"RL", 6}, {"LR", 7}, {"LL", 8}, {"XX", 9}, {"XY", 10}, {"YX", 11}, {"YY", 12}}

// stokesI are the sets of products whose mean is Stokes I, the best first.
var stokesI = [][]string{{"I"}, {"RR", "LL"}, {"XX", "YY"}}

// readHands reads what the correlations are and finds those that are wanted: Stokes I for "" or "I", or one hand.
func (d *description) readHands(path string, row int64, wanted string) (err error) {
	table, err := casacore.Open(path+"::POLARIZATION", false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, table.Close()) }()
	shape, err := table.Shape("CORR_TYPE", row)
	if err != nil {
		return err
	}
	if len(shape) != 1 || shape[0] < 1 {
		return fmt.Errorf("CORR_TYPE of polarization set-up %d has shape %v, must have one axis", row, shape)
	}
	codes := make([]float64, shape[0])
	if err := table.Get("CORR_TYPE", []int64{row}, codes); err != nil {
		return err
	}
	d.products = len(codes)
	names := make([]string, len(codes))
	for i, code := range codes {
		names[i] = productName(int(code))
	}
	for _, set := range stokesI {
		d.parallel = append(d.parallel, indices(names, set)...)
	}
	sets := stokesI
	if wanted != "" && wanted != "I" {
		sets = [][]string{{wanted}}
	}
	for _, set := range sets {
		if d.hands = indices(names, set); d.hands != nil {
			return nil
		}
	}
	return optionError("Stokes", "its correlations are %s, none of which is %s", strings.Join(names, ", "), orText(wanted, "I, RR, LL, XX or YY"))
}

func productName(code int) string {
	for _, p := range products {
		if p.code == code {
			return p.name
		}
	}
	return fmt.Sprintf("number %d", code)
}

// indices returns where the members of set are in names.
func indices(names, set []string) (at []int) {
	for _, name := range set {
		if i := slices.Index(names, name); i >= 0 {
			at = append(at, i)
		}
	}
	return at
}
