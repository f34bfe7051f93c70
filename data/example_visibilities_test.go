package data_test

import (
	"errors"
	"fmt"
	"path/filepath"

	"fringe/data"
)

func ExampleReadVisibilities() {
	v, err := data.ReadVisibilities(filepath.Join("testdata", "eht_release.csv"), data.ReadOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %d visibilities of %d stations at %g GHz\n", v.Source.Name, v.Len(), len(v.Stations), v.FreqHz[0]/1e9)
	// Output: TEST: 2 visibilities of 3 stations at 230.5 GHz
}

// A table may leave the unit of u and v, or the frequency, to the reader.
func ExampleReadOptions() {
	path := filepath.Join("testdata", "uvtable_bare.txt")
	_, err := data.ReadVisibilities(path, data.ReadOptions{})
	var missing *data.OptionError
	if errors.As(err, &missing) {
		fmt.Println("missing:", missing.Option)
	}
	v, err := data.ReadVisibilities(path, data.ReadOptions{FreqHz: 340e9, UVUnit: "klambda"})
	fmt.Println(v.Len(), v.U[0], err)
	// Output:
	// missing: FreqHz
	// 2 1500 <nil>
}
