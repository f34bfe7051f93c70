package data_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
)

// TestCoverageAgreesWithFiles predicts (u,v) of measured data from the stations and the times. The VLBA's come from its
// correlator, whose model of the Earth differs from ours by nutation, 1e-4, and belong to the weighted mean time of averages
// of up to five minutes. The EHT's were computed with the J2000 position and the sidereal time of 2017, without precession:
// 17.3 years at 50.3 arcseconds are 4.2e-3.
func TestCoverageAgreesWithFiles(t *testing.T) {
	for _, test := range []struct {
		file      string
		tolerance float64 // of the baseline length
	}{
		{"../../shared/data/vlba/mojave.uvfits", 1e-3},
		{"../examples/m87/SR1_M87_2017_101_lo_hops_netcal_StokesI.uvfits", 6e-3},
	} {
		t.Run(filepath.Base(test.file), func(t *testing.T) {
			path := filepath.FromSlash(test.file)
			if _, err := os.Stat(path); err != nil && strings.Contains(test.file, "shared") {
				t.Skip("no data beside the repository: ", err)
			}
			file, err := data.ReadUVFITS(path)
			if err != nil {
				t.Fatal(err)
			}
			n, worst := largestUVDifference(t, file)
			t.Logf("%d visibilities, largest difference %.2g of the baseline", n, worst)
			if n < 100 || worst > test.tolerance {
				t.Errorf("(u,v) of %d visibilities differ by up to %.2g of the baseline, want %g", n, worst, test.tolerance)
			}
		})
	}
}

// largestUVDifference looks at some 200 visibilities between sites; inside a site metres of station position matter.
func largestUVDifference(t *testing.T, file *radio.Visibilities) (n int, worst float64) {
	inside := file.IntraSite()
	for k := 0; k < file.Len(); k += file.Len() / 200 {
		if inside(k) {
			continue
		}
		pair := []radio.Station{file.Stations[file.Ant1[k]], file.Stations[file.Ant2[k]]}
		mjd := file.RefMJD + file.TimeSec[k]/86400
		got, err := radio.Coverage(pair, file.Source, []float64{mjd}, file.FreqHz[k], -math.Pi/2)
		if err != nil {
			t.Fatal(err)
		}
		n++
		length := math.Hypot(file.U[k], file.V[k])
		worst = math.Max(worst, math.Hypot(got.U[0]-file.U[k], got.V[0]-file.V[k])/length)
	}
	return n, worst
}
