package data_test

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"runtime"
	"testing"

	"fringe/data"
)

// The skies that shipped networks were trained on must not change: the hash of 40 of them is that of the program that trained them.
func TestCompactSkiesStayTheSame(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("other processors round differently")
	}
	hash := fnv.New64a()
	for index := range uint64(40) {
		sky, err := data.SkyConfig{}.Draw(data.Training, data.Rng(1, data.Training, data.SkyStream, index), grid)
		if err != nil {
			t.Fatal(err)
		}
		var b [8]byte
		for _, x := range sky.Render(grid) {
			binary.LittleEndian.PutUint64(b[:], math.Float64bits(x))
			hash.Write(b[:])
		}
	}
	if got := hash.Sum64(); got != 0xfa542315f98f55f2 {
		t.Errorf("the hash is %#x", got)
	}
}
