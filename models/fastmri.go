package models

import (
	"fmt"
	"strings"
)

// FastMRIName returns the name that the state dict of fastMRI's U-net with this number of pools gives to a parameter of a UNet made
// from [FastMRIUNet]; empty for a name that it lacks.
func FastMRIName(pools int, name string) string {
	var i int
	layer, part, _ := strings.Cut(strings.TrimSuffix(name, ".weight"), ".")
	if k := strings.LastIndexByte(part, '.'); k >= 0 {
		part = part[k+1:]
	}
	place := map[string]string{"conv1": "layers.0.weight", "conv2": "layers.4.weight"}[part]
	_, _ = fmt.Sscanf(name, layer+".%d", &i)
	switch {
	case layer == "down" && place != "":
		return fmt.Sprintf("down_sample_layers.%d.%s", i, place)
	case layer == "bottom" && place != "":
		return "conv." + place
	case layer == "up" && strings.HasSuffix(name, ".weight"):
		return fmt.Sprintf("up_transpose_conv.%d.layers.0.weight", i)
	case layer == "merge" && place != "" && i < pools-1:
		return fmt.Sprintf("up_conv.%d.%s", i, place)
	case layer == "merge" && place != "":
		return fmt.Sprintf("up_conv.%d.0.%s", i, place)
	case name == "out.weight" || name == "out.bias":
		return fmt.Sprintf("up_conv.%d.1.%s", pools-1, strings.TrimPrefix(name, "out."))
	}
	return ""
}
