package data_test

import (
	"fmt"
	"path/filepath"

	"fringe/data"
	"fringe/radio"
)

func ExampleReadUVFITS() {
	v, err := data.ReadUVFITS(filepath.Join("..", "examples", "m87", "SR1_M87_2017_101_lo_hops_netcal_StokesI.uvfits"))
	if err != nil {
		fmt.Println(err)
		return
	}
	averaged, left := v.ScanAverage(0).WithoutIntraSite()
	phases := radio.ClosurePhases(averaged, 0)
	fmt.Printf("%s: %d visibilities, %d scan averages without %v, %d closure phases\n", v.Source.Name, v.Len(), averaged.Len(), left, phases.Len())
	// Output: M87: 7447 visibilities, 189 scan averages without [AA-AP JC-SM], 107 closure phases
}
