package data_test

import (
	"math/cmplx"
	"strings"
	"testing"

	"fringe/data"
)

// The two ways to simulate agree to 1e-10 of the flux, noise and all: they share the sky, the observation and the noise, and
// differ by rounding alone, some 1e-15.
func TestTransformsAgree(t *testing.T) {
	for index := range uint64(10) {
		direct := pair(t, data.PairConfig{Seed: 4}, data.Training, index)
		fast := pair(t, data.PairConfig{Seed: 4, Transform: data.Fast}, data.Training, index)
		if direct.Transform != data.Direct || fast.Transform != data.Fast {
			t.Errorf("the pairs say %q and %q", direct.Transform, fast.Transform)
		}
		for k, v := range direct.Vis.Vis {
			if d := cmplx.Abs(fast.Vis.Vis[k] - v); d > 1e-10*direct.FluxJy {
				t.Errorf("pair %d (%s), visibility %d: the ways differ by %.2g Jy of %.2g", index, direct.Family, k, d, direct.FluxJy)
			}
		}
	}
	if err := (data.PairConfig{Transform: "slow"}).Validate(); err == nil || !strings.Contains(err.Error(), `transform is "slow"`) {
		t.Errorf("transform slow: %v", err)
	}
}
