package data

// composite draws two or three skies of all other families on top of each other, each with its own offset of up to 0.15 of the field and
// 0.1 to 1 of the largest share of the flux.
func (d drawer) composite() []part {
	weights := map[string]float64{}
	for _, f := range simulated() {
		if f.Name != "composite" && f.Name != "mixed" {
			weights[f.Name] = 1
		}
	}
	return d.overlay(weights)
}
