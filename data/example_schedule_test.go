package data_test

import (
	"fmt"
	"math/rand/v2"

	"fringe/data"
)

func ExampleSchedule_Observation() {
	observation, err := data.Schedule{Array: "vla_d", Source: "3C 353", RAHours: 17.341, DecDeg: -0.98, Start: "2021-03-01T14:00",
		Scans: 2, ScanSec: 60, FreqGHz: 1.4, BandwidthGHz: 0.064, Setup: data.Setup{IntegrationSec: 30, Channels: 4}}.Observation()
	if err != nil {
		fmt.Println(err)
		return
	}
	sky := func(vis []complex128, _, _ []float64) { // a point source of 1 Jy at the phase centre
		for k := range vis {
			vis[k] = 1
		}
	}
	effects := data.Effects{Drift: data.Drift{PhaseSigmaDeg: 5, CorrelationSec: 300}}
	vis, err := observation.Simulate(sky, effects, func(s data.Stream) *rand.Rand { return data.Rng(1, data.Evaluation, s, 0) })
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d visibilities = %d baselines x 4 times x 4 channels, σ = %.2f Jy\n", vis.Len(), 27*26/2, vis.Sigma(0))
	// Output: 5616 visibilities = 351 baselines x 4 times x 4 channels, σ = 0.01 Jy
}
