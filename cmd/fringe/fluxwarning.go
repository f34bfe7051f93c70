package main

import (
	"fmt"
	"math"
)

// fluxWarning says how the flux of the image differs from what was given or is seen on the shortest baselines; "" when it hardly does.
func (out *outcome) fluxWarning() string {
	r, given := out.report, out.options.flux.value > 0
	if out.job.prior.network != nil || math.Abs(r.FluxJy/r.AssumedFluxJy-1) <= fluxDrift {
		return ""
	}
	seen, told := out.shortFlux()
	if given {
		return fmt.Sprintf("the image's flux, %.3g Jy, is not that of --flux, %.3g Jy: the data ask for another", r.FluxJy, r.AssumedFluxJy)
	}
	return fluxReason(r.FluxJy, seen, told)
}

// fluxReason says why the flux (Jy) of an image is not what the data have on the shortest baselines, told, where the image has seen.
func fluxReason(flux, seen, told float64) string {
	switch {
	case flux < told:
		return fmt.Sprintf("the image's flux, %.3g Jy, is less than what the shortest baselines see, %.3g Jy: a larger --fov may hold the rest; give --flux when you know it", flux, told)
	case seen <= (1+fluxDrift)*told:
		return fmt.Sprintf("the image's flux, %.3g Jy, exceeds what the shortest baselines see, %.3g Jy: the image has %.3g Jy there, and the rest on scales that no baseline "+
			"measures, where the prior alone decides; give --flux when you know it", flux, told, seen)
	}
	return fmt.Sprintf("the image's flux, %.3g Jy, exceeds what the shortest baselines see, %.3g Jy: the image has %.3g Jy there, more than the data; "+
		"give --flux when you know it", flux, told, seen)
}

// shortFlux returns the flux (Jy) that the shortest baselines see of the image and of the data, by the same estimate, in the set that sees most.
func (out *outcome) shortFlux() (ofImage, ofData float64) {
	for i, s := range out.job.sets {
		if s.weight == 0 {
			continue
		}
		if jy, _ := s.obs.estimateFlux(); jy > ofData {
			model := s.obs.vis.Clone()
			copy(model.Vis, out.models[i])
			ofData = jy
			ofImage, _ = (&observation{vis: model}).estimateFlux()
		}
	}
	return ofImage, ofData
}
