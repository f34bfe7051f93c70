package main

import (
	"fmt"
	"slices"
	"strings"

	"fringe/infer"
	"fringe/proximal"
	"fringe/wavelet"
)

// namesRegularizer reports whether a list of regularizers such as "entropy=1,sara" names one.
func namesRegularizer(list, name string) bool {
	return slices.ContainsFunc(strings.Split(list, ","), func(item string) bool {
		known, _, _ := strings.Cut(strings.TrimSpace(item), "=")
		return known == name
	})
}

// corners splits regularizers for a solver with proximal steps: those that have corners become the norms themselves, with the same
// strength as their rounded forms in package infer; the others stay smooth terms.
func corners(parts []infer.Part, c infer.Scale) (smooth []infer.Part, penalties []infer.Penalty, err error) {
	for _, p := range parts {
		penalty := infer.Penalty{Name: p.Name, Weight: p.Weight / c.FluxJy}
		switch p.Name {
		case "l1":
			penalty.Norm = proximal.L1{}
		case "tv":
			penalty.Norm = proximal.TV{}
			penalty.Weight *= c.BeamRad / c.Grid.CellRad
		case "sara":
			dictionary, err := wavelet.NewSARA(c.Grid.NY, c.Grid.NX, 0)
			if err != nil {
				return nil, nil, fmt.Errorf("--prior sara: %w", err)
			}
			penalty.Norm = proximal.Frame{Dictionary: dictionary}
		default:
			smooth = append(smooth, p)
			continue
		}
		penalties = append(penalties, penalty)
	}
	return smooth, penalties, nil
}
