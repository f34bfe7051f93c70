package data

import (
	"math"
	"strings"
)

// stokesCodes are the values of the STOKES axis (AIPS Memo 117, table of Stokes values) that can make Stokes I.
var stokesCodes = []struct {
	name string
	code int
}{{"I", 1}, {"RR", -1}, {"LL", -2}, {"XX", -5}, {"YY", -6}}

// stokesHands returns the offsets of the products whose mean is wanted: for I (or "") I itself, or both or one of RR and LL,
// or of XX and YY, in order of preference; for a hand that hand alone.
func stokesHands(h *header, wanted string) ([]int, error) {
	axis, err := findAxis(h, "STOKES")
	if err != nil {
		return nil, err
	}
	offset := map[int]int{}
	for i := range axis.length {
		offset[int(math.Round(axis.world(i)))] = i * axis.stride
	}
	sets, err := handSets(wanted)
	if err != nil {
		return nil, err
	}
	for _, codes := range sets {
		var hands []int
		for _, code := range codes {
			if at, ok := offset[code]; ok {
				hands = append(hands, at)
			}
		}
		if hands != nil {
			return hands, nil
		}
	}
	missing := "I, RR, LL, XX, YY"
	if wanted != "" && wanted != "I" {
		missing = wanted
	}
	return nil, optionError("Stokes", "axis STOKES (from %g by %g, %d long) has none of %s", axis.crval, axis.cdelt, axis.length, missing)
}

// handSets returns the sets of codes that serve, the best first.
func handSets(wanted string) ([][]int, error) {
	if wanted == "" || wanted == "I" {
		return [][]int{{1}, {-1, -2}, {-5, -6}}, nil
	}
	var names []string
	for _, s := range stokesCodes {
		if s.name == wanted {
			return [][]int{{s.code}}, nil
		}
		names = append(names, s.name)
	}
	return nil, optionError("Stokes", "option Stokes is %q, must be one of %s", wanted, strings.Join(names, ", "))
}
