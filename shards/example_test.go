package shards_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"fringe/data"
	"fringe/shards"
)

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "pairs")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	config := data.PairConfig{Seed: 1, Pixels: 32}
	grid := config.Grid()
	stations, err := data.Array("eht2017")
	if err != nil {
		fmt.Println(err)
		return
	}
	manifest := shards.Manifest{
		Program: "example", Config: json.RawMessage(`{}`), Seed: 1, Split: "training", Count: 4, PerShard: 2,
		NX: grid.NX, NY: grid.NY, CellRad: grid.CellRad, Stations: stations,
	}
	err = shards.Write(context.Background(), dir, manifest, func(index uint64) (shards.Example, error) {
		p, err := config.Pair(data.Training, index)
		if err != nil {
			return shards.Example{}, err
		}
		return shards.NewExample(p, 0)
	}, 2, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := shards.Open(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	for e, err := range set.All() {
		fmt.Println(e.Index, len(e.Truth), len(e.Scaled.Kernel), err)
	}
	// Output:
	// 0 1024 2112 <nil>
	// 1 1024 2112 <nil>
	// 2 1024 2112 <nil>
	// 3 1024 2112 <nil>
}
