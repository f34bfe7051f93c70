package metrics_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"fringe/metrics"
	"fringe/radio"
)

func ExampleMeasureRing() {
	img := paint(ringGrid, model{radius: 10.5, fwhm: 5, pa: 170 * math.Pi / 180, dipole: 0.5}.at)
	ring, err := metrics.MeasureRing(ringGrid, img, metrics.RingOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.0f µas across, brightest at %.0f°\n",
		ring.DiameterRad/radio.Microarcsecond, ring.PositionAngleRad*180/math.Pi)
	// Output: 42 µas across, brightest at 170°
}

func ExampleMeanInterval() {
	gain := []float64{1.2, 0.8, 1.9, 1.1, 0.7, 1.4} // dB gained on each of six skies
	i, err := metrics.MeanInterval(gain, 0.95, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(i.Lo > 0)
	// Output: true
}
